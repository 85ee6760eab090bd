"""Who reaches a facility kind on foot in the communities of an area, as one file."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import folium
import geopandas as gpd

from gis.errors import Language
from maps.facilities_page import AreaAbout
from maps.single_file import template
from maps.standalone import assembled, bare_map, harmless, rounded
from maps.texts import texts_of

STEPS = (0.25, 0.5, 0.75, 0.9)
"""Bounds of the five classes of a share."""
MOST_LABELS = 150


@dataclass(frozen=True, slots=True)
class CoverageAbout(AreaAbout):
    """What a page of coverage says: the kind on its map, the walk, and how it was made."""

    kind: str = ""
    minutes: float = 15
    speed: float = 1.2
    counted: str = ""
    gates: str = ""
    computed: str = ""


@dataclass(frozen=True, slots=True)
class CommunityShares:
    """One community in the table: share of its households that reach each kind; None: untold."""

    name: str
    households: int | None
    shares: Sequence[float | None]


def coverage_page(
    areas: gpd.GeoDataFrame,
    rows: Mapping[str, CommunityShares],
    kinds: Sequence[str],
    about: CoverageAbout,
    language: Language,
) -> str:
    """
    Draw the shares of one kind as a map, and those of all kinds as a table, in one HTML file.

    Parameters
    ----------
    areas
        Communities with ``area_code`` and ``name``, EPSG:4326. Not modified.
    rows
        Shares by code; a community without any is hatched.
    kinds
        Names of the kinds in the order of the shares; ``about.kind`` is the one on the map.
    """
    texts = texts_of(language)
    place = list(kinds).index(about.kind)
    page = bare_map()
    shares = [
        rows[code].shares[place] if code in rows else None
        for code in areas["area_code"].astype(str)
    ]
    _communities(areas, shares).add_to(page)
    if len(areas) <= MOST_LABELS:
        for label in _labels(areas, shares):
            label.add_to(page)
    west, south, east, north = areas.total_bounds
    page.fit_bounds([(south, west), (north, east)], padding=(16, 16))
    parts = template("coverage_page.html")
    ordered = [rows[code] for code in areas["area_code"].astype(str) if code in rows]
    return assembled(
        page,
        title=f"{about.area} · {texts['coverage.title']} · {about.kind}",
        style="listed_page.css",
        above=str(parts.above(about, texts)),
        below=str(parts.below(about, texts, kinds, place, ordered)),
        print_mm=(276, 108),
    )


def share_class(share: float | None) -> str:
    """
    Class of a share, as the map colours it: the darker, the fewer are left out.

    >>> [share_class(s) for s in (None, 0.0, 0.25, 0.89, 0.9, 1.0)]
    ['share-none', 'share-1', 'share-2', 'share-4', 'share-5', 'share-5']
    """
    return "share-none" if share is None else f"share-{1 + sum(share >= s for s in STEPS)}"


def _told(share: float | None) -> str:
    return "–" if share is None else f"{share:.0%}"


def _communities(areas: gpd.GeoDataFrame, shares: Sequence[float | None]) -> folium.GeoJson:
    drawn = gpd.GeoDataFrame(
        {
            "name": areas["name"].astype(str).map(harmless).to_numpy(object),
            "told": [_told(share) for share in shares],
            "share_class": [share_class(share) for share in shares],
        },
        geometry=rounded(areas.geometry).to_numpy(),
        crs=4326,
    )
    return folium.GeoJson(
        json.loads(drawn.to_json()),
        style_function=lambda f: {"className": f"covered {f['properties']['share_class']}"},
        tooltip=folium.GeoJsonTooltip(fields=["name", "told"], labels=False),
        smooth_factor=0,
    )


def _labels(areas: gpd.GeoDataFrame, shares: Sequence[float | None]) -> list[folium.CircleMarker]:
    places = areas.geometry.representative_point()
    names = areas["name"].astype(str).map(harmless)
    return [
        folium.CircleMarker(
            (lat, lon),
            radius=0,
            opacity=0,
            interactive=False,
            tooltip=folium.Tooltip(
                f"{name}<br><small>{_told(share)}</small>",
                permanent=True,
                direction="center",
                class_name="grid-label",
                sticky=False,
            ),
        )
        for lon, lat, name, share in zip(places.x, places.y, names, shares, strict=True)
    ]
