"""The facilities of an area by kind, as one file: map and list."""

from __future__ import annotations

import json
import re
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import folium
import geopandas as gpd

from gis.circles.presets import kind_name
from gis.errors import Language
from maps.grid_colours import HUES
from maps.single_file import template
from maps.standalone import assembled, bare_map, harmless, rounded
from maps.texts import texts_of

MOST_DRAWN = 3_000
MOST_SIGNED = 400
"""Above this facilities are dots without their kind's number."""


@dataclass(frozen=True, slots=True)
class AreaAbout:
    """What a page says of an area besides the map."""

    area: str
    at: date
    made_on: date
    attribution: str = ""
    review_number: str = ""


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind in the list: its number and hue on the map, and its facilities."""

    number: int
    hue: int
    name: str
    facilities: Sequence[tuple[str, str]]


def facilities_page(
    facilities: gpd.GeoDataFrame, areas: gpd.GeoDataFrame, about: AreaAbout, language: Language
) -> str:
    """
    Draw facilities as one HTML file that asks the network for nothing.

    Each kind has a number, which stands in its dots and in the list, and a hue. Above 3,000
    facilities the rest are left out, and the page says so.

    Parameters
    ----------
    facilities
        Canonical layer ``facilities``, EPSG:4326. Not modified.
    areas
        Outlines of the communities with ``name``, EPSG:4326. Not modified.
    """
    texts = texts_of(language)
    shown = facilities.iloc[:MOST_DRAWN]
    notes = []
    if len(facilities) > len(shown):
        left = len(facilities) - len(shown)
        notes.append(texts["facilities.left-out"].replace("{n}", f"{left}"))
    kinds = _kinds(shown, language, texts)
    page = bare_map()
    outlines(areas).add_to(page)
    number = {row.name: row for row in kinds}
    signed = len(shown) <= MOST_SIGNED
    for point in _points(shown, number, language, signed=signed):
        point.add_to(page)
    west, south, east, north = areas.total_bounds
    page.fit_bounds([(south, west), (north, east)], padding=(16, 16))
    parts = template("facilities_page.html")
    return assembled(
        page,
        title=f"{about.area} · {texts['facilities.title']}",
        style="listed_page.css",
        above=str(parts.above(about, texts, notes, len(facilities))),
        below=str(parts.below(about, texts, kinds)),
        print_mm=(276, 108),
    )


def outlines(areas: gpd.GeoDataFrame) -> folium.GeoJson:
    """Draw communities as outlines that tell their names."""
    drawn = gpd.GeoDataFrame(
        {"name": areas["name"].astype(str).map(harmless).to_numpy(object)},
        geometry=rounded(areas.geometry).to_numpy(),
        crs=4326,
    )
    return folium.GeoJson(
        json.loads(drawn.to_json()),
        style_function=lambda _: {"className": "area"},
        tooltip=folium.GeoJsonTooltip(fields=["name"], labels=False),
        smooth_factor=0,
    )


def _kinds(facilities: gpd.GeoDataFrame, language: Language, texts: dict[str, str]) -> list[Kind]:
    """Kinds in the order of their counts, each with what its facilities are."""
    counts = facilities["kind"].value_counts(sort=True)
    found = []
    for number, kind in enumerate(sorted(counts.index, key=lambda k: (-counts[k], k)), 1):
        mine = facilities[facilities["kind"] == kind].sort_values("name", na_position="last")
        rows = [
            (str(row["name"] or row["facility_id"]), _details(row, language, texts))
            for row in mine.drop(columns="geometry").astype(object).to_dict("records")
        ]
        found.append(Kind(number, (number - 1) % HUES + 1, kind_name(str(kind), language), rows))
    return found


def _details(row: Mapping[Hashable, object], language: Language, texts: dict[str, str]) -> str:
    """Further functions, floor area and hours of a facility, as far as they are known."""
    area = row["floor_area_m2"]
    said = str(row["functions"]) if _known(row["functions"]) else ""
    functions = [part.strip() for part in re.split(r"[,;，；、]", said)]
    told = [
        texts["list.comma"].join(
            kind_name(part, language) for part in functions if part and part != row["kind"]
        ),
        texts["facilities.area"].replace("{n}", f"{area:.0f}") if _known(area) else "",
        str(row["opening_hours"]) if _known(row["opening_hours"]) else "",
        texts["facilities.idle"] if row["idle"] else "",
    ]
    return " · ".join(filter(None, told))


def _known(value: object) -> bool:
    # NaN is the only value that differs from itself.
    return value is not None and value == value and value != ""  # noqa: PLR0124


def _points(
    facilities: gpd.GeoDataFrame,
    kinds: dict[str, Kind],
    language: Language,
    *,
    signed: bool,
) -> list[folium.CircleMarker]:
    points = []
    for lon, lat, name, kind in zip(
        facilities.geometry.x,
        facilities.geometry.y,
        facilities["name"].fillna("").astype(str),
        facilities["kind"].astype(str),
        strict=True,
    ):
        found = kinds[kind_name(kind, language)]
        point = folium.CircleMarker(
            (lat, lon),
            radius=8 if signed else 4,
            class_name=f"facility hue-{found.hue}",
            tooltip=f"{harmless(found.name)} {harmless(name)}",
        )
        points.append(point)
        if signed:
            points.append(_sign(lat, lon, f"{found.number}"))
    return points


def _sign(lat: float, lon: float, text: str) -> folium.CircleMarker:
    """A number over a dot; no marker with an icon, whose picture would be fetched."""
    return folium.CircleMarker(
        (lat, lon),
        radius=0,
        opacity=0,
        interactive=False,
        tooltip=folium.Tooltip(
            text, permanent=True, direction="center", class_name="sign", sticky=False
        ),
    )
