"""A plan as one HTML file that opens with no network."""

from __future__ import annotations

import geopandas as gpd
import pandas as pd
import sqlalchemy as sa

from api.schemas.plans import PlanDetail
from api.services.plan_reading import plan_by_id
from api.settings import Settings
from api.today import today
from gis.errors import Conflict, Language
from gis.store.plan_listing import plan_building_shapes, plan_grid_rows
from gis.store.sight import Sight
from maps.plan_about import PlanAbout

_MOST_GRIDS = 5_000


def plan_file(
    connection: sa.Connection,
    sight: Sight,
    plan_id: int,
    language: Language,
    settings: Settings,
) -> str:
    """
    Draw a plan as a self-contained HTML page.

    Raises
    ------
    NotFound
        There is no such plan to be seen.
    Conflict
        The plan has no grids yet.
    Unavailable
        The front-end packages are not installed.
    """
    plan = plan_by_id(connection, sight, plan_id)
    rows = [r for r in plan_grid_rows(connection, plan_id, limit=_MOST_GRIDS) if r["geom"]]
    if not rows:
        raise Conflict(
            f"Plan {plan_id} has no grids to draw: divide its community first.",
            f"方案 {plan_id} 还没有网格：请先划分该社区。",
        )
    grids = gpd.GeoDataFrame(
        pd.DataFrame.from_records(
            [(r["name"], r["households"], r["load"], r["households_estimated"]) for r in rows],
            columns=["name", "households", "load", "estimated"],
        ),
        geometry=gpd.GeoSeries.from_wkb([bytes(r["geom"]) for r in rows], crs=4326),
    )
    # Loaded with the first page: folium and what it brings are 10 MB.
    from maps.pages import MOST_BUILDINGS, plan_page

    shapes = plan_building_shapes(connection, plan_id, limit=MOST_BUILDINGS + 1)
    buildings = gpd.GeoDataFrame(geometry=gpd.GeoSeries.from_wkb(shapes, crs=4326))
    return plan_page(grids, buildings, plan_about(plan, settings), language)


def plan_about(plan: PlanDetail, settings: Settings) -> PlanAbout:
    """What files of a plan say of it."""
    return PlanAbout(
        community=plan.community_name or plan.community_code,
        name=plan.name,
        state=plan.state,
        valid_from=plan.valid_from,
        grids=plan.grids,
        households=plan.households,
        estimated=plan.households_estimated,
        over_cap=plan.over_cap,
        rules=plan.rules_name or "",
        rules_households_kind=plan.rules_households_kind or "",
        households_kinds=tuple(plan.households_kinds),
        made_on=today(),
        attribution=settings.attribution,
        review_number=settings.map_review_number,
    )
