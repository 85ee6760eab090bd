"""What changes: an area's service_coverage on two days, or today and under a scenario."""

from __future__ import annotations

import datetime
from dataclasses import dataclass

import pandas as pd
import sqlalchemy as sa

from api.services.walking import refuse_empty
from api.services.walking_reading import run_of
from gis.circles.reach import ReachSettings
from gis.coverage.compare import KEY, compare_figures
from gis.coverage.population import Grouping
from gis.coverage.scenario import Scenario
from gis.coverage.what_if import what_if
from gis.errors import NotFound
from gis.network.walkable import walk_settings
from gis.store import walking as store
from gis.store.layers import read_layer
from gis.store.walking import WalkingRun
from gis.store.walking_listing import figure_rows

_DIGITS = {"county": 6, "subdistrict": 9, "community": 12}
_CARRIED = ("total", "reached", "share", "estimated")


@dataclass(frozen=True, slots=True)
class Compared:
    """
    Figures of one area before and after.

    ``before`` and ``after`` say what is compared, in English and Chinese; ``changes`` is
    `gis.coverage.compare.compare_figures`.
    """

    area_code: str
    level: str
    before: tuple[str, str]
    after: tuple[str, str]
    changes: pd.DataFrame


def compare_scenario(
    connection: sa.Connection, area_code: str, scenario: Scenario, profile: str
) -> Compared:
    """
    Walk the layers of today as they are and under a scenario; nothing is stored.

    Kinds, gates, walked streets, speeds, cutoffs and opening time are those of the newest run
    of the profile.

    Raises
    ------
    NotFound
        The profile has no run, or there is no such area, or nobody lives in it.
    InvalidScenario
        The scenario does not fit the layers.
    """
    settings = run_of(connection, profile).settings
    level = _level(connection, area_code)
    beginning = area_code[: _DIGITS[level]]
    layers = store.walking_layers(connection, beginning)
    refuse_empty(layers, area_code)
    walked = ReachSettings(
        min(settings["speeds"].values()),
        tuple(settings["cutoffs_s"]),
        settings["gates"],
        settings["snap_limit_m"],
        settings["at"],
    )
    found = what_if(
        layers,
        scenario,
        settings["kinds"],
        [Grouping(level, [area_code] * len(layers["buildings"]))],
        settings=walked,
        walk=walk_settings(settings["walk_preset"]),
        speeds=settings["speeds"],
    )
    after = (scenario.name, scenario.name)
    return Compared(area_code, level, ("today", "现状"), after, found.changes)


def compare_days(
    connection: sa.Connection,
    area_code: str,
    first: datetime.date,
    last: datetime.date | None,
    profile: str,
) -> Compared:
    """
    Compare the figures stored on two days: those of the newest run made until then.

    Parameters
    ----------
    first, last
        Days, the day itself included; None: the newest run of all.

    Raises
    ------
    NotFound
        No run was made until then, or it has no figures of the area.
    """
    before, after = (_run_until(connection, profile, day) for day in (first, last))
    level, old = _figures(connection, before, area_code)
    _, new = _figures(connection, after, area_code)
    changes = compare_figures(old, new)
    return Compared(area_code, level, _made(before), _made(after), changes)


def _level(connection: sa.Connection, area_code: str) -> str:
    areas = read_layer(connection, "areas")
    found = areas.loc[areas["area_code"] == area_code, "level"]
    if found.empty:
        raise NotFound(
            f"There is no area {area_code}: check the code (wangge export areas).",
            f"没有区划 {area_code}：请检查代码（wangge export areas）。",
        )
    return str(found.iloc[0])


def _run_until(connection: sa.Connection, profile: str, day: datetime.date | None) -> WalkingRun:
    if day is None:
        return run_of(connection, profile)
    for run in store.runs(connection, profile):
        if run.made_at.astimezone().date() <= day:
            return run
    raise NotFound(
        f"No walks were computed under the profile {profile} until {day}: give a later day.",
        f"配置“{profile}”在 {day} 之前没有计算结果：请给出更晚的日期。",
    )


def _figures(
    connection: sa.Connection, run: WalkingRun, area_code: str
) -> tuple[str, pd.DataFrame]:
    """Figures of a run in the columns that `compare_figures` asks for."""
    rows = figure_rows(connection, run.run_id, area_code)
    if not rows:
        raise NotFound(
            f"The walks computed {run.made_at:%Y-%m-%d} have no figures of area {area_code}.",
            f"{run.made_at:%Y-%m-%d} 的计算结果中没有区划 {area_code} 的数据。",
        )
    settings = run.settings
    names = {speed: name for name, speed in settings["speeds"].items()}
    table = pd.DataFrame([dict(row) for row in rows]).assign(
        gates=settings["gates"],
        walk=settings["walk"],
        at=settings["at"] or "",
        households_kind=settings.get("households_kind", ""),
    )
    table = table.rename(columns={"level": "grouping", "area_code": "group"})
    table["speed"] = [names.get(speed, f"{speed:g}") for speed in table["speed_m_s"]]
    table = table.astype({"total": "Int64", "reached": "Int64", "share": "float64"})
    said = ["gates", "walk", "at", "households_kind"]
    return str(rows[0]["level"]), table[[*KEY, *_CARRIED, *said]]


def _made(run: WalkingRun) -> tuple[str, str]:
    day = f"{run.made_at.astimezone():%Y-%m-%d %H:%M}"
    return day, day
