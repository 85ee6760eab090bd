"""A community's walking circles on one sheet: map, shares by kind, figures with their method."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

import folium
import geopandas as gpd

from gis.errors import Language
from maps.pages import MOST_BUILDINGS
from maps.scales import minute_class, minute_steps
from maps.single_file import template
from maps.standalone import assembled, bare_map, harmless, rounded
from maps.texts import texts_of


@dataclass(frozen=True, slots=True)
class KindShares:
    """Shares of households that reach a kind, by speed and then by cutoff; None: not told."""

    name: str
    shown: bool
    shares: Sequence[Sequence[float | None]]


@dataclass(frozen=True, slots=True)
class GapLine:
    """One gap in the list below the map."""

    kind: str
    households: int
    buildings: int
    reasons: str


@dataclass(frozen=True, slots=True)
class WalkAbout:
    """What a sheet says besides the map."""

    community: str
    kind: str
    households: int
    estimated: bool
    households_kind: str
    speeds: Mapping[str, float]
    minutes: Sequence[float]
    kinds: Sequence[KindShares]
    gaps: Sequence[GapLine]
    more_gaps: int
    gates: str
    walk: str
    computed: str
    made_on: date
    attribution: str = ""
    review_number: str = ""
    notes: Sequence[str] = field(default_factory=tuple)


@dataclass(frozen=True, slots=True)
class WalkLayers:
    """
    What the map shows, all in EPSG:4326 and not modified.

    ``buildings``: columns ``name``, ``households``, ``minutes`` (NaN: no way), ``to`` (name of the
    nearest facility); ``circles``: ``minutes``; ``gaps``: ``households``; ``facilities``:
    ``name``; ``sites``: ``rank``, ``households_gained``; ``streets``; ``area``: the community.
    """

    buildings: gpd.GeoDataFrame
    circles: gpd.GeoDataFrame
    gaps: gpd.GeoDataFrame
    facilities: gpd.GeoDataFrame
    sites: gpd.GeoDataFrame
    streets: gpd.GeoDataFrame
    area: gpd.GeoDataFrame


def walk_sheet(layers: WalkLayers, about: WalkAbout, language: Language) -> str:
    """
    Draw the sheet as one HTML file that asks the network for nothing and prints on one page.

    Above 5,000 buildings none are drawn, and the sheet says so.

    Raises
    ------
    Unavailable
        The front-end packages are not installed.
    """
    texts = texts_of(language)
    page = bare_map()
    steps = minute_steps(len(about.minutes))
    _shapes(layers.area, "area").add_to(page)
    _shapes(layers.streets, "street").add_to(page)
    _circles(layers.circles, max(about.minutes)).add_to(page)
    notes = list(about.notes)
    if len(layers.buildings) <= MOST_BUILDINGS:
        _buildings(layers.buildings, about.minutes, steps, texts).add_to(page)
    else:
        notes.append(texts["walk.too-many"].replace("{n}", f"{MOST_BUILDINGS}"))
    _shapes(layers.gaps, "gap").add_to(page)
    for point in _points(layers.facilities, texts) + _sites(layers.sites, texts):
        point.add_to(page)
    west, south, east, north = layers.area.total_bounds
    page.fit_bounds([(south, west), (north, east)], padding=(8, 8))
    parts = template("walk_sheet.html")
    return assembled(
        page,
        title=f"{about.community} · {texts['walk.title']} · {about.kind}",
        style="walk_sheet.css",
        above=str(parts.above(about, texts, notes, steps)),
        below=str(parts.below(about, texts)),
        print_mm=(190, 140),
    )


def _shapes(frame: gpd.GeoDataFrame, name: str) -> folium.GeoJson:
    return folium.GeoJson(
        json.loads(rounded(frame.geometry).to_json()),
        style_function=lambda _: {"className": name},
        interactive=False,
        smooth_factor=0,
    )


def _circles(circles: gpd.GeoDataFrame, widest: float) -> folium.GeoJson:
    drawn = gpd.GeoDataFrame(
        {"widest": (circles["minutes"] == widest).to_numpy()},
        geometry=rounded(circles.geometry).to_numpy(),
        crs=circles.crs,
    )
    return folium.GeoJson(
        json.loads(drawn.to_json()),
        style_function=lambda f: {
            "className": "circle widest" if f["properties"]["widest"] else "circle"
        },
        interactive=False,
        smooth_factor=0,
    )


def _buildings(
    buildings: gpd.GeoDataFrame,
    cutoffs: Sequence[float],
    steps: Sequence[int],
    texts: dict[str, str],
) -> folium.GeoJson:
    walks = buildings["minutes"].tolist()
    told = [texts["minutes"].replace("{n}", f"{m:.1f}") if math.isfinite(m) else "–" for m in walks]
    drawn = gpd.GeoDataFrame(
        {
            "name": buildings["name"].fillna("").map(harmless),
            "told": told,
            "to": buildings["to"].fillna("").map(harmless),
            "minute_class": [minute_class(m, cutoffs, steps) for m in walks],
        },
        geometry=rounded(buildings.geometry).to_numpy(),
        crs=buildings.crs,
    )
    return folium.GeoJson(
        json.loads(drawn.to_json()),
        style_function=lambda f: {"className": f"walk {f['properties']['minute_class']}"},
        tooltip=folium.GeoJsonTooltip(
            fields=["name", "told", "to"],
            aliases=[texts["buildings"], texts["walk.legend"], texts["walk.facility"]],
        ),
        smooth_factor=0,
    )


def _points(facilities: gpd.GeoDataFrame, texts: dict[str, str]) -> list[folium.CircleMarker]:
    label = texts["walk.facility"]
    return [
        folium.CircleMarker(
            (lat, lon), radius=6, class_name="facility", tooltip=f"{label} {harmless(name)}"
        )
        for lon, lat, name in zip(
            facilities.geometry.x,
            facilities.geometry.y,
            facilities["name"].fillna("").astype(str),
            strict=True,
        )
    ]


def _sites(sites: gpd.GeoDataFrame, texts: dict[str, str]) -> list[folium.CircleMarker]:
    label = texts["walk.site"]
    return [
        folium.CircleMarker(
            (lat, lon), radius=9, class_name="site", tooltip=f"{label} {rank}: +{gained}"
        )
        for lon, lat, rank, gained in zip(
            sites.geometry.x,
            sites.geometry.y,
            sites["rank"],
            sites["households_gained"],
            strict=True,
        )
    ]
