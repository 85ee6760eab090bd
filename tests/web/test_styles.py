"""Styles on pages of another site: the examples of docs/styles.md, as they stand there."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Page

from maps.style import STYLES
from maps.tokens import Theme, colour
from tests.web.conftest import Visit, Visitor

pytestmark = pytest.mark.browser

DOCS = Path(__file__).parents[2] / "docs/styles.md"
EXAMPLES = re.findall(r"^## (\S+).*?^```html\n(.*?)^```", DOCS.read_text("utf-8"), re.S | re.M)
PLACE = "https://map.example/wangge"


def drawn(page: Page, map_of: str) -> None:
    """Wait until a MapLibre map has drawn everything."""
    page.wait_for_function(f"{map_of}.loaded() && {map_of}.areTilesLoaded()")
    page.evaluate(f"new Promise(r => {map_of}.once('idle', r).triggerRepaint())")


def pixels(page: Page, box: str, to: Path) -> Any:
    """Colours of a part of the page."""
    page.locator(box).screenshot(path=to)
    return np.asarray(Image.open(to).convert("RGB")).astype(int)


def share_near(seen: Any, wanted: str, reach: int = 12) -> float:
    """Share of pixels whose colour is about the one wanted."""
    rgb = np.array(list(bytes.fromhex(wanted[1:])))
    return float((np.abs(seen - rgb).max(axis=2) <= reach).mean())


@pytest.mark.parametrize(("name", "html"), EXAMPLES, ids=[name for name, _ in EXAMPLES])
def test_the_examples_of_the_docs_draw_the_grids(
    name: str,
    html: str,
    visitor: Visitor,
    town_address: str,
    other_site: Callable[[str], str],
    tmp_path: Path,
) -> None:
    visit = visitor.visit(other_site(html.replace(PLACE, town_address)))
    map_of = {"MapLibre": "map", "Leaflet": "layer.getMaplibreMap()"}[name]
    visit.page.wait_for_function(f"!!(window.map?.getStyle || window.layer) && !!{map_of}")
    visit.page.evaluate(f"window.shown = {map_of}")
    drawn(visit.page, "shown")
    found = visit.page.evaluate(
        "shown.queryRenderedFeatures({layers: ['grid-fill']}).map(f => f.properties.name)"
    )
    assert set(found) == {"第一网格", "第二网格", "第三网格", "第四网格"}
    seen = pixels(visit.page, "#map", tmp_path / "seen.png")
    assert share_near(seen, colour("load-fit", "light")) > 0.001
    assert share_near(seen, colour("map-outside", "light"), 2) < 0.9
    assert "网格为管理界线" in visit.page.locator("#map").inner_text()
    assert visit.faults == []
    assert visit.hosts == {"127.0.0.1", "localhost"}


BARE = """<!doctype html><meta charset="utf-8">
<link rel="stylesheet" href="node_modules/maplibre-gl/dist/maplibre-gl.css">
<div id="map" style="width: 640px; height: 480px"></div>
<script type="module">
  import { Map } from "./node_modules/maplibre-gl/dist/maplibre-gl.mjs";
  window.map = new Map({ container: "map", style: "STYLE", attributionControl: false });
</script>"""
# Nothing of the style before is kept, as on a page of its own.
_ANOTHER = """style => new Promise(done => {
  map.once("style.load", done);
  map.setStyle(style, { diff: false });
})"""
# What each style is known by, where the small town has it.
KNOWN_BY = {
    "grids-load": "load-over",
    "grids-kind": "kind-base",
    "grids-worker": "vacant",
    "coverage": "minutes-3",
    "facilities": "area-1",
    "base": "map-building",
}


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_every_style_is_drawn_without_a_fault(
    theme: Theme,
    visitor: Visitor,
    town_address: str,
    other_site: Callable[[str], str],
    tmp_path: Path,
) -> None:
    visit: Visit | None = None
    for name in STYLES:
        kind = "&lang=en&kind=service_centre" if name == "coverage" else ""
        address = f"{town_address}/styles/{name}.json?theme={theme}{kind}&community=510000000001"
        if visit is None:
            visit = visitor.visit(other_site(BARE.replace("STYLE", address)), size=(700, 520))
            visit.page.wait_for_function("!!window.map?.getStyle")
        else:
            visit.page.evaluate(_ANOTHER, address)
        drawn(visit.page, "map")
        assert visit.faults == [], name
        seen = pixels(visit.page, "#map", tmp_path / "seen.png")
        assert share_near(seen, colour(KNOWN_BY[name], theme)) > 0.0003, name
        assert 0 < share_near(seen, colour("map-outside", theme), 3) < 0.8, name
        assert visit.page.evaluate("map.listImages().length") >= 5, name
