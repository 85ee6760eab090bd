"""What single HTML files with a map share: one that fetches nothing, and how all joins."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Sequence
from typing import Any

import folium
import geopandas as gpd
from branca.element import Element

from maps.assets import WEB, package_folder
from maps.single_file import TEMPLATES, read

# A hand's breadth on the ground.
_GRAIN_DEGREES = 1e-6


class _Verbatim(Element):
    """Text that goes into the page as it is; an ordinary element would read it as a template."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.text = text

    def render(self, **_: object) -> str:
        return self.text


def bare_map() -> folium.Map:
    """Make a map without tiles and without anything folium would fetch from elsewhere."""
    page = folium.Map(tiles=None, zoom_control=True, zoom_snap=0.25)
    # What is used of it is put in by `assembled`.
    page.default_js, page.default_css = [], []
    return page


def buildings_layer(buildings: gpd.GeoDataFrame) -> folium.GeoJson:
    """Draw footprints as a quiet ground."""
    return folium.GeoJson(
        json.loads(rounded(buildings.geometry).to_json()),
        style_function=lambda _: {"className": "building", "weight": 0.5},
        interactive=False,
        smooth_factor=0,
    )


def harmless(text: str) -> str:
    """Make a text neither HTML nor, inside the script's template strings, a program."""
    for sign in "\\`$":
        text = text.replace(sign, f"\x00{ord(sign)};")
    return html.escape(text).replace("\x00", "&#")


def rounded(shapes: gpd.GeoSeries) -> gpd.GeoSeries:
    """Round coordinates to a hand's breadth."""
    return shapes.set_precision(_GRAIN_DEGREES, mode="pointwise")


def assembled(
    page: Any,
    *,
    title: str,
    style: str,
    above: str,
    below: str,
    beside: Sequence[folium.Map] = (),
    print_mm: tuple[float, float],
) -> str:
    """
    Render a map with its scripts and styles inside, between two pieces of HTML.

    Parameters
    ----------
    title
        Plain text of the title.
    style
        Name of the style sheet in the templates' folder; the tokens go before it.
    above, below
        HTML before and after the map.
    beside
        Further maps of the same page, behind the first; all move in step.
    print_mm
        Width and height of each map on paper; what is seen on the screen is fitted into it.
    """
    figure = page.get_root()
    for other in beside:
        figure.add_child(other)
    leaflet = package_folder("leaflet") / "dist"
    script = re.sub(r"//# sourceMappingURL=\S+", "", read(leaflet / "leaflet.js"))
    # The style sheet names pictures for controls that this page does not have.
    leaflet_css = re.sub(r"url\([^)]*\)", "none", read(leaflet / "leaflet.css"))
    sheets = (WEB / "tokens.css", TEMPLATES / "paper_tokens.css", TEMPLATES / style)
    own_css = "".join(read(path) for path in sheets)
    figure.header.add_child(
        _Verbatim(f"<title>{html.escape(title)}</title>"), name="title", index=0
    )
    figure.header.add_child(_Verbatim(f"<script>{script}</script>"), name="leaflet", index=1)
    figure.header.add_child(_Verbatim(f"<style>{leaflet_css}</style>"), name="leaflet_css")
    figure.html.add_child(_Verbatim(above), name="above", index=0)
    whole = str(figure.render())
    whole = whole.replace("</head>", f"<style>{own_css}</style>\n</head>", 1)
    maps = [page, *beside]
    scripts = _on_paper(maps, print_mm) + (_in_step(maps) if beside else "")
    whole = whole.replace("</html>", f"<script>{scripts}</script></html>", 1)
    return whole.replace("</body>", f"{below}\n</body>", 1)


def _on_paper(pages: Sequence[folium.Map], size_mm: tuple[float, float]) -> str:
    """Script that fits maps to their size on paper; Leaflet would go on drawing for the screen."""
    names = ", ".join(page.get_name() for page in pages)
    width, height = size_mm
    return (
        f"{{ const all = [{names}];"
        " addEventListener('beforeprint', () => {"
        " const seen = all.map((one) => one.getBounds());"
        " for (const one of all) one.kept = [one.getCenter(), one.getZoom()];"
        " for (const one of all) { const box = one.getContainer().style;"
        " box.setProperty('flex', 'none', 'important');"
        f" box.setProperty('width', '{width:g}mm', 'important');"
        f" box.setProperty('height', '{height:g}mm', 'important');"
        " one.invalidateSize({ animate: false, pan: false }); }"
        " all.forEach((one, n) => one.fitBounds(seen[n], { animate: false })); });"
        " addEventListener('afterprint', () => { for (const one of all) {"
        " const box = one.getContainer().style;"
        " for (const name of ['flex', 'width', 'height']) box.removeProperty(name);"
        " one.invalidateSize({ animate: false, pan: false }); }"
        " for (const one of all) one.setView(...one.kept, { animate: false }); }); }"
    )


def _in_step(pages: Sequence[folium.Map]) -> str:
    """Script that lets maps of one page move together."""
    names = ", ".join(page.get_name() for page in pages)
    return (
        f"[{names}].forEach((one, n, all) => one.on('move', () => {{"
        " if (one.follows) return;"
        " all.forEach((other, m) => { if (m === n) return; other.follows = true;"
        " other.setView(one.getCenter(), one.getZoom(), { animate: false });"
        " other.follows = false; }); }));"
    )
