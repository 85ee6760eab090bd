"""What changed in who reaches what, between two days or by a scenario; and what an area lacks."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import sqlalchemy as sa

from api.services.walking import WalkingOrder, refuse_empty
from api.services.walking_figures import matrix
from api.services.walking_reading import run_of
from gis.circles.presets import load_kinds, preset_names
from gis.circles.reach import ReachSettings
from gis.coverage.checks import courtyards_near, kinds_inside
from gis.coverage.compare import compare_figures
from gis.coverage.floor_area import floor_area_needs
from gis.coverage.kinds import households_by_kinds, kinds_reached
from gis.coverage.population import Grouping, population, texts
from gis.coverage.what_if import what_if
from gis.errors import InputError, NotFound
from gis.io.scenario import load_scenario
from gis.metric import metric_crs
from gis.network.walkable import walk_settings
from gis.store import walking as store
from gis.store import walking_listing as listing
from gis.store.layers import read_layer
from gis.store.sight import EVERYWHERE
from gis.store.walking import WalkingRun


def changes_since(connection: sa.Connection, area: str, profile: str, since: date) -> pd.DataFrame:
    """
    Compare the newest figures of an area with those of the last run on or before a day.

    Returns
    -------
    changes
        `gis.coverage.compare.compare_figures`.

    Raises
    ------
    NotFound
        Nothing was computed, or not before that day, or not for this area.
    InputError
        The two runs count different kinds of households.
    """
    newest = run_of(connection, profile)
    earlier = [run for run in store.runs(connection, profile) if run.made_at.date() <= since]
    if not earlier or earlier[0].run_id == newest.run_id:
        raise NotFound(
            f"Profile {profile} has no earlier figures of {since} or before.",
            f"配置“{profile}”在 {since} 及以前没有更早的数据。",
        )
    before, after = (_stored(connection, run, area) for run in (earlier[0], newest))
    return compare_figures(before, after)


def _stored(connection: sa.Connection, run: WalkingRun, area: str) -> pd.DataFrame:
    """Figures of a run as `gis.coverage.figures` gives them."""
    rows = listing.figure_rows(connection, EVERYWHERE, run.run_id, area)
    if not rows:
        raise NotFound(
            f"The run of {run.made_at:%Y-%m-%d} has no figures of area {area}.",
            f"{run.made_at:%Y-%m-%d} 的结果中没有区划 {area} 的数据。",
        )
    names = {speed: name for name, speed in run.settings["speeds"].items()}
    table = pd.DataFrame([dict(row) for row in rows]).rename(
        columns={"level": "grouping", "area_code": "group"}
    )
    walked = table["method"] == "network"
    return table.assign(
        speed=[names.get(speed, f"{speed:g}") for speed in table["speed_m_s"]],
        total=table["total"].astype("Int64"),
        reached=table["reached"].astype("Int64"),
        share=table["share"].astype("float64"),
        gates=np.where(walked, run.settings["gates"], ""),
        walk=np.where(walked, run.settings["walk"], ""),
        at=run.settings["at"] or "",
        households_kind=run.settings["households_kind"],
    )


def changes_by(connection: sa.Connection, area: str, profile: str, scenario: Path) -> pd.DataFrame:
    """
    Compare the walks of today with those under a scenario; nothing is stored.

    Raises
    ------
    InvalidScenario, UnreadableFile
        The scenario is none, or does not fit the layers.
    NotFound
        Nothing was computed yet, or the area has no buildings.
    """
    run = run_of(connection, profile)
    settings = run.settings
    longest_m = (
        max(settings["speeds"].values()) * max(settings["cutoffs_s"]) + 2 * settings["snap_limit_m"]
    )
    layers = store.walking_layers(connection, settings["area"], longest_m)
    refuse_empty(layers, run.settings["area"])
    own = texts(layers["buildings"], "community_code")
    wanted = _beginning(area)
    member = np.array([area if code and code.startswith(wanted) else None for code in own], object)
    if not any(member):
        raise NotFound(
            f"Area {area} has no buildings here: check the code.",
            f"区划 {area} 没有楼栋：请检查代码。",
        )
    order = WalkingOrder(tuple(run.settings["kinds"]), gates=run.settings["gates"])
    speeds = run.settings["speeds"]
    found = what_if(
        layers,
        load_scenario(scenario),
        order.kinds,
        [Grouping("community", member)],
        settings=ReachSettings(
            min(speeds.values()),
            tuple(run.settings["cutoffs_s"]),
            order.gates,
            run.settings["snap_limit_m"],
            run.settings["at"],
        ),
        walk=walk_settings(run.settings["walk_preset"]),
        speeds=speeds,
    )
    return found.changes


def _beginning(area: str) -> str:
    """
    What the codes of an area's communities begin with.

    >>> _beginning("511599001010"), _beginning("511599001000"), _beginning("511599000000")
    ('511599001010', '511599001', '511599')
    """
    for digits in (6, 9):
        if len(area) == 12 and set(area[digits:]) == {"0"}:
            return area[:digits]
    return area


@dataclass(frozen=True, slots=True)
class Checks:
    """
    What an area lacks.

    Kinds inside the area, its courtyards' nearest station, the floor area it owes, and how many
    households reach how many kinds of each level of a preset (``preset``, ``level``,
    ``cutoff_s``, ``speed``, ``kinds_reached`` of ``kinds``, ``households``, ``buildings``).
    """

    inside: pd.DataFrame
    courtyards: pd.DataFrame
    floor_area: pd.DataFrame
    levels: pd.DataFrame


def area_checks(
    connection: sa.Connection, community: str, profile: str, station: str, radius_m: float
) -> Checks:
    """
    Check a community: every kind inside, a station near every courtyard, floor area enough.

    Raises
    ------
    InputError
        The kind of the station was not walked.
    NotFound
        There is no such community, it has no buildings, or nothing was computed.
    """
    run = run_of(connection, profile)
    areas = read_layer(connection, "areas")
    areas = areas[areas["area_code"] == community]
    buildings = read_layer(connection, "buildings", community=community)
    if areas.empty or buildings.empty:
        raise NotFound(
            f"There is no community {community} with buildings: check the code.",
            f"没有代码为 {community} 且有楼栋的社区：请检查代码。",
        )
    if station not in run.settings["kinds"]:
        walked = run.settings["kinds"]
        raise InputError(
            f"--station {station} was not walked under the profile {profile}: take one of "
            f"{', '.join(walked)}, or run `wangge circles update` with it.",
            f"--station {station}：配置“{profile}”没有计算该类别：可用 {'、'.join(walked)}，"
            "或用它运行 `wangge circles update`。",
        )
    crs = metric_crs(areas)
    facilities = read_layer(connection, "facilities").to_crs(crs)
    courtyards = read_layer(connection, "courtyards", community=community).to_crs(crs)
    people = population(buildings)
    table = listing.reach_table(connection, EVERYWHERE, profile, community)
    walks = table[table["kind"] == station].set_index("building_code")["metres"]
    metres = walks.reindex(buildings["building_id"].to_numpy()).to_numpy(
        np.float64, na_value=np.inf
    )
    metric = gpd.GeoDataFrame(areas.to_crs(crs))
    return Checks(
        kinds_inside(metric, facilities, run.settings["kinds"]),
        courtyards_near(
            courtyards,
            facilities,
            station,
            people,
            texts(buildings, "courtyard_id"),
            metres,
            radius_m,
        ),
        floor_area_needs(metric, facilities, people, texts(buildings, "community_code")),
        _levels(run, table, buildings, Grouping("community", [community] * len(buildings))),
    )


def _levels(
    run: WalkingRun, walked: pd.DataFrame, buildings: gpd.GeoDataFrame, grouping: Grouping
) -> pd.DataFrame:
    """Households by kinds reached, of the presets all of whose kinds were walked."""
    people, kinds = population(buildings), tuple(run.settings["kinds"])
    metres = matrix(walked, "metres", buildings, kinds)
    presets = [load_kinds(name) for name in preset_names()]
    tables = [
        households_by_kinds(
            people,
            kinds_reached(kinds, metres, level.kinds, level.cutoff_s, speed_m_s),
            len(level.kinds),
            grouping,
        ).assign(preset=preset.name, level=level.name, cutoff_s=level.cutoff_s, speed=speed)
        for preset in presets
        if set(preset.kinds) <= set(kinds)
        for level in preset.levels
        for speed, speed_m_s in run.settings["speeds"].items()
    ]
    return pd.concat(tables, ignore_index=True) if tables else pd.DataFrame()
