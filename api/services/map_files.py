"""Self-contained map pages besides those of a plan: handover, facilities, coverage."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import geopandas as gpd
import pandas as pd
import sqlalchemy as sa

from api.services.exporting import extracted
from api.services.plan_files import plan_about
from api.services.plan_reading import plan_by_id
from api.services.walk_files import walk_file
from api.services.walking_reading import run_of
from api.settings import Settings
from api.today import today
from gis.circles.kinds import KINDS
from gis.circles.presets import kind_name
from gis.errors import Conflict, InputError, Language, NotFound
from gis.store.area_figures import stock_rows
from gis.store.extracts import Extract, area_name
from gis.store.plan_listing import handover_rows, plan_building_rows, plan_grid_rows
from gis.store.publishing import publication_until
from gis.store.sight import Sight
from gis.store.walking import WalkingRun
from gis.store.walking_listing import figure_rows
from maps.coverage_page import CommunityShares, CoverageAbout, coverage_page
from maps.facilities_page import AreaAbout, facilities_page
from maps.handover_page import HandoverLayers, handover_page
from maps.texts import texts_of

_MOST_GRIDS = 5_000
_MOST_HANDED = 100_000
_MOST_COMMUNITIES = 1_000
Row = Mapping[str, Any]


def handover_file(
    connection: sa.Connection,
    sight: Sight,
    plan_id: int,
    language: Language,
    settings: Settings,
) -> str:
    """
    Draw what a published plan hands over: buildings and grids, never people.

    Raises
    ------
    NotFound
        There is no such plan to be seen.
    Conflict
        It is not published.
    """
    plan = plan_by_id(connection, sight, plan_id)
    if plan.valid_from is None:
        raise Conflict(
            f"Plan {plan_id} is not published, so nothing is handed over yet.",
            f"方案 {plan_id} 尚未发布，没有交接清单。",
        )
    standing = publication_until(connection, plan.community_code, plan.tier, plan.valid_from)
    before = [] if standing is None else _grids(connection, standing.plan_id)
    layers = HandoverLayers(
        before=_grid_frame(before),
        after=_grid_frame(_grids(connection, plan_id)),
        buildings=_handed(
            plan_building_rows(connection, plan_id),
            handover_rows(connection, plan_id, limit=_MOST_HANDED),
        ),
    )
    return handover_page(layers, plan_about(plan, settings), language)


def facilities_file(
    connection: sa.Connection,
    sight: Sight,
    area: str,
    at: date,
    kind: str | None,
    language: Language,
    settings: Settings,
) -> str:
    """
    Draw the facilities of an area of any level on a day, of one kind or of all.

    Raises
    ------
    NotFound
        There is no such area.
    InputError
        There is no such kind.
    """
    facilities = extracted(connection, sight, Extract("facilities", at, area, kind))
    about = AreaAbout(
        area=area_name(connection, sight, area, at) or area,
        at=at,
        made_on=today(),
        attribution=settings.attribution,
        review_number=settings.map_review_number,
    )
    return facilities_page(facilities, _communities(connection, sight, area, at), about, language)


def coverage_file(
    connection: sa.Connection,
    sight: Sight,
    area: str,
    kind: str | None,
    minutes: float | None,
    profile: str,
    language: Language,
    settings: Settings,
) -> str:
    """
    Draw who reaches facilities on foot: of a community its sheet, else of the communities below.

    Raises
    ------
    NotFound
        There is no such area, nothing was computed, or not for this kind.
    InputError
        This cutoff was not walked.
    """
    run = run_of(connection, profile)
    at = today()
    communities = _communities(connection, sight, area, at)
    if set(communities["area_code"]) == {area}:
        return walk_file(connection, sight, area, kind, profile, language, settings)
    kinds: list[str] = list(run.settings["kinds"])
    shown = kinds[0] if kind is None else kind
    _refuse_unwalked(kinds, shown)
    cutoff = _cutoff(run, minutes)
    speed = float(next(iter(run.settings["speeds"].values())))
    rows = {
        code: _shares(name, figure_rows(connection, sight, run.run_id, code), kinds, speed, cutoff)
        for code, name in zip(communities["area_code"], communities["name"], strict=True)
    }
    about = CoverageAbout(
        area=area_name(connection, sight, area, at) or area,
        at=at,
        made_on=today(),
        attribution=settings.attribution,
        review_number=settings.map_review_number,
        kind=kind_name(shown, language),
        minutes=cutoff / 60,
        speed=speed,
        counted=_households_word(connection, communities, at, language),
        gates=str(run.settings["gates"]),
        computed=f"{run.made_at:%Y-%m-%d %H:%M}",
    )
    known = {code: row for code, row in rows.items() if row is not None}
    names = [kind_name(k, language) for k in kinds]
    return coverage_page(communities, known, names, about, language)


def _communities(connection: sa.Connection, sight: Sight, area: str, at: date) -> gpd.GeoDataFrame:
    """The communities of an area, or the area itself where it has none."""
    below = extracted(connection, sight, Extract("areas", at, area))
    communities = below[below["level"] == "community"]
    return (communities if len(communities) else below).iloc[:_MOST_COMMUNITIES]


def _refuse_unwalked(kinds: Sequence[str], shown: str) -> None:
    if shown not in kinds:
        raise NotFound(
            f"No walks to {shown} were computed; there are those to {', '.join(kinds)}.",
            f"没有计算到“{KINDS.get(shown, shown)}”的步行结果；"
            f"已有：{'、'.join(KINDS.get(k, k) for k in kinds)}。",
        )


def _cutoff(run: WalkingRun, minutes: float | None) -> int:
    cutoffs = [int(c) for c in run.settings["cutoffs_s"]]
    cutoff = max(cutoffs) if minutes is None else round(minutes * 60)
    if cutoff not in cutoffs:
        told = [f"{c / 60:g}" for c in cutoffs]
        raise InputError(
            f"{minutes:g} minutes were not walked; there are {', '.join(told)}.",
            f"没有计算 {minutes:g} 分钟的结果；已有 {'、'.join(told)} 分钟。",
        )
    return cutoff


def _shares(
    name: str, rows: Sequence[Row], kinds: Sequence[str], speed: float, cutoff: int
) -> CommunityShares | None:
    mine = {
        row["kind"]: row
        for row in rows
        if (row["counted"], row["method"]) == ("households", "network")
        and (row["speed_m_s"], row["cutoff_s"]) == (speed, cutoff)
    }
    if not mine:
        return None
    shares = [mine[kind]["share"] if kind in mine else None for kind in kinds]
    return CommunityShares(name, next(iter(mine.values()))["total"], shares)


def _households_word(
    connection: sa.Connection, communities: gpd.GeoDataFrame, at: date, language: Language
) -> str:
    """What is counted: the kinds of the households there are."""
    stock = stock_rows(connection, [str(code) for code in communities["area_code"]], at=at)
    kinds = sorted({str(row["households_kind"]) for row in stock if row["households"]})
    words = {
        "registered": texts_of(language)["households.registered"],
        "resident": texts_of(language)["households.resident"],
        "dwellings": texts_of(language)["households.dwellings"],
    }
    told = [words[kind] for kind in kinds] or [texts_of(language)["households.word"]]
    return texts_of(language)["list.comma"].join(told)


def _grids(connection: sa.Connection, plan_id: int) -> list[Row]:
    return [r for r in plan_grid_rows(connection, plan_id, limit=_MOST_GRIDS) if r["geom"]]


def _grid_frame(rows: Sequence[Row]) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(
        {
            "code": [str(row["code"] or "") for row in rows],
            "name": [str(row["name"]) for row in rows],
        },
        geometry=gpd.GeoSeries.from_wkb([bytes(row["geom"]) for row in rows], crs=4326),
        crs=4326,
    )


def _handed(buildings: Sequence[Row], handed: Sequence[Row]) -> gpd.GeoDataFrame:
    """Each building once, with the first of its passings; stairwells pass with their building."""
    passing: dict[str, Row] = {}
    households: dict[str, int] = {}
    for row in handed:
        code = str(row["building_code"])
        passing.setdefault(code, row)
        households[code] = households.get(code, 0) + int(row["households"])
    whole = {str(r["building_code"]): r for r in buildings if r["geom"] is not None}
    table = pd.DataFrame(
        {
            "code": list(whole),
            "name": [_called(row) for row in whole.values()],
            "households": [households.get(code, 0) for code in whole],
            # As objects: None, nothing changes, must not become a missing text.
            "from_grid": pd.Series(
                [_side(passing.get(code), "from_grid") for code in whole], dtype=object
            ),
            "to_grid": pd.Series(
                [_side(passing.get(code), "to_grid") for code in whole], dtype=object
            ),
        }
    )
    shapes = gpd.GeoSeries.from_wkb([bytes(row["geom"]) for row in whole.values()], crs=4326)
    return gpd.GeoDataFrame(table, geometry=shapes, crs=4326)


def _called(row: Row) -> str:
    """Courtyard and name of a building; the courtyard once where the name begins with it."""
    name = str(row["building_name"] or row["address"] or row["building_code"])
    yard = str(row["courtyard_name"] or "")
    return name if name.startswith(yard) else f"{yard}{name}"


def _side(row: Row | None, side: str) -> str | None:
    return None if row is None else str(row[side] or "")
