"""Plans as single HTML files that open with no network: for mail, archive and print."""

from __future__ import annotations

import json
from typing import Any

import folium
import geopandas as gpd
import shapely

from gis.errors import Language
from maps.plan_about import PlanAbout
from maps.scales import load_class
from maps.single_file import template
from maps.standalone import assembled, bare_map, buildings_layer, harmless, rounded
from maps.texts import texts_of

# Above these a page is slow to open on an office machine.
MOST_BUILDINGS = 5_000
MOST_VERTICES = 60_000
MOST_LABELS = 150


def plan_page(
    grids: gpd.GeoDataFrame, buildings: gpd.GeoDataFrame, about: PlanAbout, language: Language
) -> str:
    """
    Draw a plan as one HTML file that asks the network for nothing.

    Parameters
    ----------
    grids
        Columns ``name``, ``households``, ``load`` (1 is full), ``estimated``, and the geometry
        in EPSG:4326; the grids of one plan, which tile its community. Not modified.
    buildings
        Footprints in EPSG:4326; only the geometry is used. Not modified.

    Returns
    -------
    page
        Outlines above 60,000 vertices are simplified, neighbours alike; above 5,000 buildings
        none are drawn. The page says so.

    Raises
    ------
    Unavailable
        The front-end packages are not installed.
    """
    texts = texts_of(language)
    outlines, simplified_m = bounded_outlines(grids.geometry)
    notes = _notes(len(buildings), simplified_m, language)
    page = bare_map()
    if len(buildings) <= MOST_BUILDINGS:
        buildings_layer(buildings).add_to(page)
    drawn = _worded(grids.set_geometry(outlines), texts)
    _grids_layer(drawn, texts).add_to(page)
    if len(grids) <= MOST_LABELS:
        for label in _labels(drawn):
            label.add_to(page)
    west, south, east, north = grids.total_bounds
    page.fit_bounds([(south, west), (north, east)], padding=(24, 24))
    return _assembled(page, about, texts, notes)


def bounded_outlines(outlines: gpd.GeoSeries) -> tuple[gpd.GeoSeries, float]:
    """Return outlines of at most MOST_VERTICES, and the metres of simplification (0: none)."""
    degrees, metres_per_degree = 0.0, 111_320.0
    bounded = outlines
    while int(shapely.get_num_coordinates(bounded.to_numpy()).sum()) > MOST_VERTICES:
        degrees = degrees * 2 or 1e-5
        # Of a coverage: both sides of a border keep the same vertices, so nothing gapes.
        coverage = shapely.coverage_simplify(outlines.to_numpy(), degrees)
        bounded = gpd.GeoSeries(coverage, index=outlines.index, crs=outlines.crs)
        if degrees > 1e-2:
            break
    return bounded, degrees * metres_per_degree


def _notes(buildings: int, simplified_m: float, language: Language) -> list[str]:
    notes = []
    if buildings > MOST_BUILDINGS:
        zh = f"楼栋共 {buildings} 栋，超过 {MOST_BUILDINGS} 栋，未绘出；请在网页地图上查看。"
        en = (
            f"{buildings} buildings are more than {MOST_BUILDINGS} and are left out; "
            "see them on the map page."
        )
        notes.append(zh if language == "zh" else en)
    if simplified_m:
        texts = texts_of(language)
        notes.append(texts["page.simplified"].replace("{n}", f"{simplified_m:.0f}"))
    return notes


def _worded(grids: gpd.GeoDataFrame, texts: dict[str, str]) -> gpd.GeoDataFrame:
    """Grids with the columns shown. Leaflet takes them for HTML, so names are made harmless."""
    counts = grids["households"].map("{:,}".format).str.replace(",", "\u202f")
    counts = counts.map(lambda n: texts["households"].replace("{n}", n))
    guessed = counts.map(lambda n: texts["estimate"].replace("{figure}", n))
    return gpd.GeoDataFrame(
        {
            "name": grids["name"].map(harmless),
            "figures": counts.where(~grids["estimated"].astype(bool), guessed),
            "percent": grids["load"].map(lambda load: f"{load:.0%}"),
            "load_class": grids["load"].map(load_class),
        },
        geometry=rounded(grids.geometry),
        crs=grids.crs,
    )


def _grids_layer(grids: gpd.GeoDataFrame, texts: dict[str, str]) -> folium.GeoJson:
    return folium.GeoJson(
        json.loads(grids.to_json()),
        style_function=lambda f: {"className": f"grid {f['properties']['load_class']}"},
        tooltip=folium.GeoJsonTooltip(
            fields=["name", "figures", "percent"],
            aliases=[texts["grids"], texts["households.word"], texts["legend"]],
        ),
        smooth_factor=0,
    )


def _labels(grids: gpd.GeoDataFrame) -> list[folium.CircleMarker]:
    places = grids.geometry.representative_point()
    lines = grids["name"] + "<br><small>" + grids["figures"] + " · " + grids["percent"] + "</small>"
    # Not L.marker: folium shows its picture, which would be fetched, before any other icon.
    return [
        folium.CircleMarker(
            (lat, lon),
            radius=0,
            opacity=0,
            interactive=False,
            tooltip=folium.Tooltip(
                text, permanent=True, direction="center", class_name="grid-label", sticky=False
            ),
        )
        for lon, lat, text in zip(places.x, places.y, lines, strict=True)
    ]


def _assembled(page: Any, about: PlanAbout, texts: dict[str, str], notes: list[str]) -> str:
    parts = template("plan_page.html")
    return assembled(
        page,
        title=f"{about.community} · {about.name}",
        style="plan_page.css",
        above=str(parts.above(about, texts, notes)),
        below=str(parts.below(about, texts)),
        print_mm=(277, 150),
    )
