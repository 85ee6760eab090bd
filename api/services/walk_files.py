"""A community's walking circles as one HTML file that opens with no network."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import sqlalchemy as sa

from api.schemas.walking import Coverage
from api.services.walking_reading import coverage, run_of
from api.settings import Settings
from api.today import today
from gis.circles.kinds import KINDS
from gis.circles.presets import kind_name
from gis.errors import Language, NotFound
from gis.store import walking_listing as store
from gis.store.layers import seen_layer
from gis.store.sight import Sight
from maps.texts import texts_of
from maps.walk_sheet import GapLine, KindShares, WalkAbout, WalkLayers, walk_sheet

MOST_GAPS = 5
_MOST_ROWS = 1_000_000
_MOST_SITES = 1_000
Run = Mapping[str, Any]


def walk_file(
    connection: sa.Connection,
    sight: Sight,
    community: str,
    kind: str | None,
    profile: str,
    language: Language,
    settings: Settings,
) -> str:
    """
    Draw the sheet of a community: the map of one kind, the shares of all.

    Raises
    ------
    NotFound
        There is no such community, nothing was computed, or not for this kind.
    Unavailable
        The front-end packages are not installed.
    """
    run = run_of(connection, profile)
    told = coverage(connection, sight, community, profile)
    kinds: list[str] = run.settings["kinds"]
    shown = kinds[0] if kind is None else kind
    if shown not in kinds:
        raise NotFound(
            f"No walks to {shown} were computed; there are those to {', '.join(kinds)}.",
            f"没有计算到“{KINDS.get(shown, shown)}”的步行结果；"
            f"已有：{'、'.join(KINDS.get(k, k) for k in kinds)}。",
        )
    speed = float(next(iter(run.settings["speeds"].values())))
    area = seen_layer(connection, sight, "areas", community=community)
    if area.empty:
        raise NotFound(f"There is no community {community}.", f"没有代码为 {community} 的社区。")
    buildings = seen_layer(connection, sight, "buildings", community=community)
    cutoffs: list[int] = run.settings["cutoffs_s"]
    gaps = store.gap_rows(
        connection,
        sight,
        profile,
        speed_m_s=speed,
        cutoff_s=max(cutoffs),
        kind=None,
        community=community,
        after=0,
        limit=_MOST_ROWS,
    )
    layers = WalkLayers(
        _walks(connection, sight, profile, community, shown, buildings, speed),
        _circles(connection, sight, profile, shown, speed),
        _frame([row for row in gaps if row["kind"] == shown], ("households",)),
        _facilities(connection, sight, shown, area),
        _frame(
            store.site_rows(
                connection,
                sight,
                profile,
                kind=shown,
                community=None,
                after=0,
                limit=_MOST_SITES,
            ),
            ("rank", "households_gained"),
        ),
        seen_layer(connection, sight, "streets", community=community),
        area,
    )
    households = next((f for f in told.figures if f.counted == "households"), None)
    about = WalkAbout(
        community=str(area["name"].iloc[0]),
        kind=kind_name(shown, language),
        households=0 if households is None or households.total is None else households.total,
        estimated=households is not None and households.estimated > 0,
        households_kind=_commonest(buildings),
        speeds=run.settings["speeds"],
        minutes=[cutoff / 60 for cutoff in cutoffs],
        kinds=_shares(told, run.settings, shown, language),
        gaps=[_gap_line(row, language) for row in gaps[:MOST_GAPS]],
        more_gaps=max(len(gaps) - MOST_GAPS, 0),
        gates=run.settings["gates"],
        walk=run.settings["walk"],
        computed=f"{run.made_at:%Y-%m-%d %H:%M}",
        made_on=today(),
        attribution=settings.attribution,
        review_number=settings.map_review_number,
    )
    return walk_sheet(layers, about, language)


def _walks(
    connection: sa.Connection,
    sight: Sight,
    profile: str,
    community: str,
    kind: str,
    buildings: gpd.GeoDataFrame,
    speed: float,
) -> gpd.GeoDataFrame:
    table = store.reach_table(connection, sight, profile, community)
    table = table[table["kind"] == kind].set_index("building_code")
    walks = table.reindex(buildings["building_id"].to_numpy())
    minutes = walks["metres"].to_numpy(np.float64, na_value=np.nan) / speed / 60
    named = buildings["name"].astype(object)
    return gpd.GeoDataFrame(
        {
            "name": named.where(named.notna(), buildings["building_id"]).to_numpy(object),
            "households": buildings["households"].to_numpy(),
            # Up to tenths, never down: 15.04 minutes must not look reached.
            "minutes": np.ceil(minutes * 10) / 10,
            "to": walks["facility_name"].to_numpy(object),
        },
        geometry=buildings.geometry.to_numpy(),
        crs=buildings.crs,
    )


def _circles(
    connection: sa.Connection, sight: Sight, profile: str, kind: str, speed: float
) -> gpd.GeoDataFrame:
    rows = store.circle_rows(
        connection,
        sight,
        profile,
        kind=kind,
        facility=None,
        speed_m_s=speed,
        after=0,
        limit=_MOST_ROWS,
    )
    drawn = [{**row, "minutes": row["cutoff_s"] / 60} for row in rows if row["geom"] is not None]
    return _frame(drawn, ("minutes",))


def _facilities(
    connection: sa.Connection, sight: Sight, kind: str, area: gpd.GeoDataFrame
) -> gpd.GeoDataFrame:
    west, south, east, north = (float(edge) for edge in area.total_bounds)
    near = seen_layer(connection, sight, "facilities", box=(west, south, east, north))
    return near[(near["kind"] == kind) & ~near["idle"].astype(bool)]


def _frame(rows: Sequence[Mapping[str, Any]], columns: tuple[str, ...]) -> gpd.GeoDataFrame:
    table = pd.DataFrame({name: [row[name] for row in rows] for name in columns})
    shapes = gpd.GeoSeries.from_wkb([bytes(row["geom"]) for row in rows], crs=4326)
    return gpd.GeoDataFrame(table, geometry=shapes, crs=4326)


def _commonest(buildings: gpd.GeoDataFrame) -> str:
    sums = buildings.groupby("households_kind")["households"].sum()
    return str(sums.idxmax()) if len(sums) else "registered"


def _shares(told: Coverage, settings: Run, shown: str, language: Language) -> list[KindShares]:
    share = {
        (f.kind, f.speed_m_s, f.cutoff_s): f.share
        for f in told.figures
        if f.counted == "households" and f.method == "network"
    }
    return [
        KindShares(
            kind_name(kind, language),
            kind == shown,
            [
                [share.get((kind, speed, cutoff)) for cutoff in settings["cutoffs_s"]]
                for speed in settings["speeds"].values()
            ],
        )
        for kind in settings["kinds"]
    ]


def _gap_line(row: Mapping[str, Any], language: Language) -> GapLine:
    texts = texts_of(language)
    reasons = texts["list.comma"].join(texts[f"walk.reason.{why}"] for why in row["reasons"])
    return GapLine(kind_name(row["kind"], language), row["households"], row["buildings"], reasons)
