"""Sheets for paper: the wall map of a plan, its register, a page for each of its grids."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from typing import Any

import geopandas as gpd
import pandas as pd
import sqlalchemy as sa

from api.schemas.plans import PlanDetail
from api.services.plan_files import plan_about
from api.services.plan_reading import plan_by_id
from api.settings import Settings
from api.today import today
from gis.boundary import Surroundings, grid_bounds, main_bounds
from gis.errors import Conflict, Language, NotFound
from gis.store.grounds import load_ground
from gis.store.layers import read_layer, seen_layer
from gis.store.plan_listing import (
    grid_post_rows,
    plan_building_rows,
    plan_grid_rows,
    plan_standing_on,
)
from gis.store.plans import read_labels, read_plan
from gis.store.sight import Sight
from maps.grid_sheets import grid_sheets
from maps.paper import Paper
from maps.register import RegisterLayers, register
from maps.sheet_about import SheetAbout
from maps.wall_map import WallLayers, wall_map

_MOST_GRIDS = 5_000
# A frame may be this much wider than the community in it, on either side.
_AROUND = 1.0
Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class _Place:
    """A plan with its grids and the community it divides."""

    plan: PlanDetail
    grids: Sequence[Row]
    area: gpd.GeoDataFrame
    subdistrict: str


def plan_on_day(connection: sa.Connection, sight: Sight, community: str, at: date) -> int:
    """
    Return the plan that stands for a community on a day.

    Raises
    ------
    NotFound
        None stands then.
    """
    plan_id = plan_standing_on(connection, sight, community, at)
    if plan_id is None:
        raise NotFound(
            f"No published plan stands for {community} on {at}: publish one, or ask for the sheet "
            "of a draft by its number.",
            f"{at} 社区 {community} 没有已发布的方案：请先发布，或按方案编号打印草稿。",
        )
    return plan_id


def wall_map_file(
    connection: sa.Connection,
    sight: Sight,
    plan_id: int,
    sheet: Paper,
    language: Language,
    settings: Settings,
    *,
    office: str | None = None,
) -> str:
    """
    Draw the wall map of a plan as a self-contained HTML page.

    Parameters
    ----------
    office
        Who compiled it (编制单位); that of the settings when None.

    Raises
    ------
    NotFound
        There is no such plan to be seen.
    Conflict
        The plan has no grids yet.
    """
    place = _place(connection, sight, plan_id)
    layers = _wall_layers(connection, sight, place, plan_building_rows(connection, plan_id))
    return wall_map(layers, _about(place, settings, office), sheet, language)


def register_file(
    connection: sa.Connection,
    sight: Sight,
    plan_id: int,
    sheet: Paper,
    language: Language,
    settings: Settings,
    *,
    office: str | None = None,
) -> str:
    """
    Write the register of a plan (划分登记表) as a self-contained HTML page.

    Posts are told by role and vacancy, never by who holds them.

    Raises
    ------
    NotFound
        There is no such plan to be seen.
    Conflict
        The plan has no grids yet.
    """
    place = _place(connection, sight, plan_id)
    buildings = plan_building_rows(connection, plan_id)
    layers = _register_layers(connection, sight, place, buildings)
    return register(layers, _about(place, settings, office), sheet, language)


def grid_sheets_file(
    connection: sa.Connection,
    sight: Sight,
    plan_id: int,
    sheet: Paper,
    language: Language,
    settings: Settings,
    *,
    office: str | None = None,
    only: int | None = None,
) -> str:
    """
    Draw each grid of a plan on a page of its own, as a self-contained HTML page.

    Parameters
    ----------
    only
        Number of the one grid to draw; None: all.

    Raises
    ------
    NotFound
        There is no such plan to be seen.
    Conflict
        The plan has no grids yet.
    InputError
        There are more grids than one file holds, or `only` is none of them.
    """
    place = _place(connection, sight, plan_id)
    buildings = plan_building_rows(connection, plan_id)
    return grid_sheets(
        _wall_layers(connection, sight, place, buildings),
        _register_layers(connection, sight, place, buildings),
        _about(place, settings, office),
        sheet,
        language,
        only=only,
    )


def _wall_layers(
    connection: sa.Connection, sight: Sight, place: _Place, buildings: Sequence[Row]
) -> WallLayers:
    box = _box_around(place.area)
    areas = seen_layer(connection, sight, "areas", box=box)
    others = (areas["level"] == "community") & (areas["area_code"] != place.plan.community_code)
    return WallLayers(
        grids=_grid_frame(place.grids),
        area=place.area,
        around=areas[others],
        streets=seen_layer(connection, sight, "streets", box=box),
        barriers=seen_layer(connection, sight, "barriers", box=box),
        courtyards=seen_layer(connection, sight, "courtyards", community=place.plan.community_code),
        buildings=_footprints(buildings),
    )


def _register_layers(
    connection: sa.Connection, sight: Sight, place: _Place, buildings: Sequence[Row]
) -> RegisterLayers:
    return RegisterLayers(
        grids=place.grids,
        buildings=buildings,
        bounds=_bounds(connection, sight, place, buildings),
        posts=grid_post_rows(connection, place.plan.id, at=_day_of(place.plan)),
    )


def _place(connection: sa.Connection, sight: Sight, plan_id: int) -> _Place:
    plan = plan_by_id(connection, sight, plan_id)
    grids = [r for r in plan_grid_rows(connection, plan_id, limit=_MOST_GRIDS) if r["geom"]]
    if not grids:
        raise Conflict(
            f"Plan {plan_id} has no grids to draw: divide its community first.",
            f"方案 {plan_id} 还没有网格：请先划分该社区。",
        )
    area = seen_layer(connection, sight, "areas", community=plan.community_code)
    if area.empty:
        # The community was united with another since: its grids tile what it was.
        whole = _grid_frame(grids).geometry.union_all()
        area = gpd.GeoDataFrame({"parent_code": [None]}, geometry=[whole], crs=4326)
    parent = area["parent_code"].iloc[0]
    # The office above is named on the sheets of its communities, whoever prints them.
    above = read_layer(connection, "areas", community=str(parent)) if parent else area.iloc[:0]
    return _Place(plan, grids, area, str(above["name"].iloc[0]) if len(above) else "")


def _day_of(plan: PlanDetail) -> date:
    """The day on which posts are told: today, as far as the plan holds then."""
    day = max(today(), plan.valid_from or today())
    return day if plan.valid_to is None else min(day, plan.valid_to - timedelta(days=1))


def _about(place: _Place, settings: Settings, office: str | None) -> SheetAbout:
    plan = place.plan
    return SheetAbout(
        **asdict(plan_about(plan, settings)),
        code=plan.community_code,
        subdistrict=place.subdistrict,
        office=settings.office if office is None else office,
        valid_to=plan.valid_to,
        unassigned_units=plan.unassigned_units,
        unassigned_households=plan.unassigned_households,
    )


def _grid_frame(rows: Sequence[Row]) -> gpd.GeoDataFrame:
    columns = ("grid_no", "name", "code", "kind", "households", "load", "households_estimated")
    table = pd.DataFrame({name: [row[name] for row in rows] for name in columns})
    table["code"] = [row["code"] or "" for row in rows]
    shapes = gpd.GeoSeries.from_wkb([bytes(row["geom"]) for row in rows], crs=4326)
    frame = gpd.GeoDataFrame(table, geometry=shapes, crs=4326).set_index("grid_no")
    return frame.rename(columns={"households_estimated": "estimated"})


def _footprints(rows: Sequence[Row]) -> gpd.GeoDataFrame:
    """One row for each building, with the number people call it by."""
    whole = {row["building_code"]: row for row in rows if row["geom"] is not None}
    return gpd.GeoDataFrame(
        {"label": [str(r["building_number"] or "") for r in whole.values()]},
        geometry=gpd.GeoSeries.from_wkb([bytes(r["geom"]) for r in whole.values()], crs=4326),
        crs=4326,
    )


def _box_around(area: gpd.GeoDataFrame) -> tuple[float, float, float, float]:
    west, south, east, north = (float(v) for v in area.total_bounds)
    more = max(east - west, north - south) * _AROUND
    return west - more, south - more, east + more, north + more


def _bounds(
    connection: sa.Connection, sight: Sight, place: _Place, buildings: Sequence[Row]
) -> pd.DataFrame:
    plan = read_plan(connection, place.plan.id)
    ground = load_ground(connection, plan.ground_id)
    crs = ground.units.crs
    assert crs is not None  # noqa: S101 - grounds are stored with one
    box = _box_around(place.area)
    areas = seen_layer(connection, sight, "areas", box=box)
    others = (areas["level"] == "community") & (areas["area_code"] != plan.community_code)
    names = {
        str(row["courtyard_code"]): str(row["courtyard_name"])
        for row in buildings
        if row["courtyard_name"]
    }
    around = Surroundings(
        streets=seen_layer(connection, sight, "streets", box=box).to_crs(crs),
        barriers=seen_layer(connection, sight, "barriers", box=box).to_crs(crs),
        communities=areas[others].to_crs(crs),
        courtyards=names,
    )
    return main_bounds(grid_bounds(ground, read_labels(connection, plan.plan_id), around))
