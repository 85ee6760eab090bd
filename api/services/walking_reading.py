"""Reading stored walking circles: figures, gaps, circles, sites and the reach of a building."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from api.schemas.paging import Page
from api.schemas.walking import Circle, Coverage, Gap, KindName, Reach, Site, WalkingRun
from api.services.places import Wanted, as_models
from gis.circles.presets import kind_name
from gis.errors import InputError, NotFound
from gis.store import walking_listing as store
from gis.store.listing import found
from gis.store.sight import Sight
from gis.store.walking import WalkingRun as StoredRun
from gis.store.walking import newest_run

Row = Mapping[str, Any]


def run_of(connection: sa.Connection, profile: str) -> StoredRun:
    """
    Return the newest run of a profile.

    Raises
    ------
    NotFound
        Nothing was computed yet.
    """
    run = newest_run(connection, profile)
    if run is None:
        raise NotFound(
            f"No walks are stored under the profile {profile}: run `wangge circles update`.",
            f"配置“{profile}”下还没有步行结果：请先运行 `wangge circles update`。",
        )
    return run


def coverage(connection: sa.Connection, sight: Sight, area_code: str, profile: str) -> Coverage:
    """
    Return the figures of an area, county, subdistrict or community.

    Raises
    ------
    NotFound
        Nothing was computed, or nothing for this area.
    """
    run = run_of(connection, profile)
    rows = store.figure_rows(connection, sight, run.run_id, area_code)
    if not rows:
        raise NotFound(
            f"There are no figures of area {area_code}: check the code, or run "
            "`wangge circles update` after its buildings were imported.",
            f"区划 {area_code} 没有覆盖率数据：请检查代码，"
            "或在导入楼栋后运行 `wangge circles update`。",
        )
    return Coverage.model_validate(
        {
            "area_code": area_code,
            "level": rows[0]["level"],
            "run": as_run(run),
            "figures": [dict(row) for row in rows],
        }
    )


def as_run(run: StoredRun) -> WalkingRun:
    """Make the answer of a run."""
    return WalkingRun(
        profile=run.profile,
        made_at=run.made_at,
        settings=dict(run.settings),
        kinds=[_named(kind) for kind in run.settings.get("kinds", ())],
        network=run.network,
    )


def _named(kind: str) -> KindName:
    return KindName(kind=kind, zh=kind_name(kind, "zh"), en=kind_name(kind, "en"))


def gaps(
    connection: sa.Connection,
    sight: Sight,
    wanted: Wanted,
    profile: str,
    *,
    kind: str | None,
    community: str | None,
    speed_m_s: float,
    cutoff_s: int,
) -> Page[Gap]:
    """
    Return gaps, those with most households first.

    Raises
    ------
    InputError
        A kind, speed or cutoff that was not walked: no gaps would mean that all is well.
    """
    run = run_of(connection, profile)
    refuse_unwalked(run, kind, speed_m_s, cutoff_s)
    after = _offset(wanted.cursor)
    rows = store.gap_rows(
        connection,
        sight,
        profile,
        speed_m_s=speed_m_s,
        cutoff_s=cutoff_s,
        kind=kind,
        community=community,
        after=after,
        limit=wanted.limit + 1,
    )
    items = as_models(Gap, rows[: wanted.limit], wanted.coord, wanted.geometry)
    return Page(items=items, next=str(after + wanted.limit) if len(rows) > wanted.limit else None)


def circles(
    connection: sa.Connection,
    sight: Sight,
    wanted: Wanted,
    profile: str,
    *,
    kind: str,
    facility: str | None,
    speed_m_s: float,
) -> Page[Circle]:
    """
    Return the circles of one facility, or of a kind; the widest last.

    Raises
    ------
    InputError
        A kind or speed that was not walked.
    """
    refuse_unwalked(run_of(connection, profile), kind, speed_m_s)
    after = _offset(wanted.cursor)
    rows = store.circle_rows(
        connection,
        sight,
        profile,
        kind=kind,
        facility=facility,
        speed_m_s=speed_m_s,
        after=after,
        limit=wanted.limit + 1,
    )
    drawn = rows[: wanted.limit]
    items = as_models(Circle, drawn, wanted.coord, wanted.geometry)
    return Page(items=items, next=str(after + wanted.limit) if len(rows) > wanted.limit else None)


def sites(
    connection: sa.Connection,
    sight: Sight,
    wanted: Wanted,
    profile: str,
    *,
    kind: str | None,
    community: str | None,
) -> Page[Site]:
    """Return the places suggested last for each kind."""
    run_of(connection, profile)
    after = _offset(wanted.cursor)
    rows = store.site_rows(
        connection,
        sight,
        profile,
        kind=kind,
        community=community,
        after=after,
        limit=wanted.limit + 1,
    )
    items = as_models(Site, rows[: wanted.limit], wanted.coord, wanted.geometry)
    return Page(items=items, next=str(after + wanted.limit) if len(rows) > wanted.limit else None)


def reach(
    connection: sa.Connection,
    sight: Sight,
    building: str,
    profile: str,
    wanted: Wanted,
    *,
    speed_m_s: float,
) -> Page[Reach]:
    """
    Return the walk from one building to its nearest facility of each kind.

    Raises
    ------
    NotFound
        There is no such building on that day, or nothing was computed.
    """
    run_of(connection, profile)
    if found(connection, sight, "building", building, at=wanted.at, geometry=False) is None:
        raise NotFound(
            f"There is no building {building} on {wanted.at}.",
            f"{wanted.at} 没有编号为 {building} 的楼栋。",
        )
    rows = store.reach_rows(connection, sight, profile, building)
    items = [
        Reach.model_validate(
            {**row, "seconds": None if row["metres"] is None else row["metres"] / speed_m_s}
        )
        for row in rows
    ]
    return Page(items=items, next=None)


def refuse_unwalked(
    run: StoredRun, kind: str | None, speed_m_s: float, cutoff_s: int | None = None
) -> None:
    """Raise InputError naming what was not walked: kind, speed or cutoff."""
    kinds, speeds = run.settings["kinds"], sorted(run.settings["speeds"].values())
    cutoffs = run.settings["cutoffs_s"]
    if kind is not None and kind not in kinds:
        named, walked = f"kind={kind}", ", ".join(kinds)
    elif speed_m_s not in speeds:
        named, walked = f"speed={speed_m_s:g}", ", ".join(f"{speed:g}" for speed in speeds)
    elif cutoff_s is not None and cutoff_s not in cutoffs:
        named, walked = f"minutes={cutoff_s / 60:g}", ", ".join(f"{c / 60:g}" for c in cutoffs)
    else:
        return
    raise InputError(
        f"{named} was not walked under the profile {run.profile}: take one of {walked}, or run "
        "`wangge circles update` with it.",
        f"配置“{run.profile}”没有计算 {named}：可用 {walked}，或用它运行 `wangge circles update`。",
    )


def _offset(cursor: str) -> int:
    if cursor == "":
        return 0
    if not cursor.isascii() or not cursor.isdigit() or len(cursor) > 9:
        raise InputError(
            f"cursor {cursor}: pass on `next` of the page before.",
            f"cursor {cursor} 无效：请使用上一页返回的 next。",
        )
    return int(cursor)
