"""What a plan hands over, as one file: who was responsible before, who is after, side by side."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import groupby

import folium
import geopandas as gpd
import numpy as np

from gis.errors import Language
from gis.metric import metric_crs
from maps.grid_colours import HUES, grid_hues
from maps.pages import MOST_BUILDINGS, bounded_outlines
from maps.plan_about import PlanAbout
from maps.single_file import template
from maps.standalone import assembled, bare_map, harmless, rounded
from maps.texts import texts_of

MOST_LISTED = 2_000


@dataclass(frozen=True, slots=True)
class HandoverLayers:
    """
    What passes, all in EPSG:4326 and not modified.

    ``before`` and ``after``: the grids on either day, with ``code`` and ``name``; ``buildings``:
    footprints with ``code``, ``name``, ``households``, ``from_grid`` and ``to_grid`` (codes; empty
    where there was or is none, None in both where nothing changes).
    """

    before: gpd.GeoDataFrame
    after: gpd.GeoDataFrame
    buildings: gpd.GeoDataFrame


@dataclass(frozen=True, slots=True)
class Passed:
    """What passes from one grid to another."""

    giver: str
    taker: str
    giver_hue: int
    taker_hue: int
    buildings: tuple[str, ...]
    households: int


def handover_page(layers: HandoverLayers, about: PlanAbout, language: Language) -> str:
    """
    Draw a handover as one HTML file that asks the network for nothing.

    Two maps move in step: the grids until the day and from the day on. What passes is coloured by
    the grid that has it, hatched on the new side; a grid that keeps its code keeps its hue. Above
    5,000 buildings those that stay are left out, above 2,000 that pass the list is cut; outlines
    are bounded as on the page of a plan. The page says so.

    Raises
    ------
    Unavailable
        The front-end packages are not installed.
    """
    texts = texts_of(language)
    hues = _hues(layers)
    moved = layers.buildings[layers.buildings["to_grid"].notna()]
    whole = len(layers.buildings) <= MOST_BUILDINGS
    shown = layers.buildings if whole else moved.iloc[:MOST_BUILDINGS]
    notes = [] if whole else [texts["handover.stay-left-out"].replace("{n}", f"{MOST_BUILDINGS}")]
    passed = _passed(moved.iloc[:MOST_LISTED], layers, hues, texts)
    if len(moved) > MOST_LISTED:
        notes.append(texts["handover.list-cut"].replace("{n}", f"{len(moved) - MOST_LISTED}"))
    pages = []
    for side, grids, column in (
        ("before", layers.before, "from_grid"),
        ("after", layers.after, "to_grid"),
    ):
        page = bare_map()
        outlines, simplified_m = bounded_outlines(grids.geometry)
        if simplified_m and side == "after":
            notes.append(texts["page.simplified"].replace("{n}", f"{simplified_m:.0f}"))
        if len(grids):
            _grids(grids.set_geometry(outlines), hues, texts).add_to(page)
        _buildings(shown, column, hues, side, texts).add_to(page)
        west, south, east, north = layers.after.total_bounds
        page.fit_bounds([(south, west), (north, east)], padding=(12, 12))
        pages.append(page)
    parts = template("handover_page.html")
    totals = {"buildings": len(moved), "households": int(moved["households"].sum())}
    return assembled(
        pages[0],
        title=f"{about.community} · {texts['handover.title']}",
        style="listed_page.css",
        above=str(parts.above(about, texts, notes, totals)),
        below=str(parts.below(about, texts, passed)),
        beside=pages[1:],
        print_mm=(138, 108),
    )


def _hues(layers: HandoverLayers) -> dict[str, int]:
    """Hue of each code: those that stand differ from their neighbours, retired ones follow."""
    after = layers.after
    hues = grid_hues(after.to_crs(metric_crs(after))) if len(after) else np.empty(0, np.int64)
    known = dict(zip(after["code"].astype(str), hues.tolist(), strict=True))
    gone = [code for code in layers.before["code"].astype(str) if code not in known]
    return known | {code: n % HUES + 1 for n, code in enumerate(gone)}


def _grids(
    grids: gpd.GeoDataFrame, hues: Mapping[str, int], texts: dict[str, str]
) -> folium.GeoJson:
    drawn = gpd.GeoDataFrame(
        {
            "name": grids["name"].map(harmless).to_numpy(object),
            "code": grids["code"].astype(str).to_numpy(object),
            "hue": [hues[code] for code in grids["code"].astype(str)],
        },
        geometry=rounded(grids.geometry).to_numpy(),
        crs=4326,
    )
    return folium.GeoJson(
        json.loads(drawn.to_json()),
        style_function=lambda f: {"className": f"ground hue-{f['properties']['hue']}"},
        tooltip=folium.GeoJsonTooltip(
            fields=["name", "code"], aliases=[texts["grids"], texts["code"]]
        ),
        smooth_factor=0,
    )


def _buildings(
    buildings: gpd.GeoDataFrame,
    column: str,
    hues: Mapping[str, int],
    side: str,
    texts: dict[str, str],
) -> folium.GeoJson:
    def style(code: str | None) -> str:
        if code is None:
            return "building"
        return f"moved {side} hue-{hues[code]}" if code in hues else f"moved {side} none"

    codes = [None if code is None else str(code) for code in buildings[column].tolist()]
    moved = buildings["to_grid"].notna().to_numpy()
    drawn = gpd.GeoDataFrame(
        {
            "name": buildings["name"].map(harmless).to_numpy(object),
            "way": [
                f"{f or '–'} → {t or '–'}" if m else ""
                for f, t, m in zip(buildings["from_grid"], buildings["to_grid"], moved, strict=True)
            ],
            "style": [style(code) for code in codes],
        },
        geometry=rounded(buildings.geometry).to_numpy(),
        crs=4326,
    )
    return folium.GeoJson(
        json.loads(drawn.to_json()),
        style_function=lambda f: {"className": f["properties"]["style"], "weight": 0.5},
        tooltip=folium.GeoJsonTooltip(
            fields=["name", "way"], aliases=[texts["buildings"], texts["handover.way"]]
        ),
        smooth_factor=0,
    )


def _passed(
    moved: gpd.GeoDataFrame,
    layers: HandoverLayers,
    hues: Mapping[str, int],
    texts: dict[str, str],
) -> list[Passed]:
    """What passes, by old and new grid."""
    names = {
        str(code): f"{name} {code}"
        for frame in (layers.before, layers.after)
        for code, name in zip(frame["code"], frame["name"], strict=True)
    }
    rows = moved.drop(columns="geometry").to_dict("records")
    ordered = sorted(rows, key=lambda r: (r["from_grid"], r["to_grid"], r["name"]))
    found = []
    for (giver, taker), group in groupby(ordered, lambda r: (r["from_grid"], r["to_grid"])):
        mine = list(group)
        found.append(
            Passed(
                names.get(giver, giver) or texts["handover.nobody"],
                names.get(taker, taker) or texts["handover.nobody"],
                hues.get(giver, 0),
                hues.get(taker, 0),
                tuple(f"{row['name']} {row['households']}" for row in mine),
                sum(int(row["households"]) for row in mine),
            )
        )
    return found
