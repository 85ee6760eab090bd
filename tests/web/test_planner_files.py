"""Grids drawn elsewhere taken in, a tower divided by stairwells: in a real browser."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import FilePayload, Page, expect

from api.settings import Settings
from tests.web.conftest import Visitor
from tests.web.test_planner_page import EDIT, PAGE, Desk, serving_at, settings

pytestmark = pytest.mark.browser
__all__ = ["settings"]
TOWER = "b000"


@pytest.fixture
def address(settings: Settings) -> Iterator[str]:
    """Address of the service on the town of this module."""
    with serving_at(settings, 0) as port:
        yield f"http://127.0.0.1:{port}"


def polygon(west: float, south: float, east: float, north: float, name: str | None) -> Any:
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    shape = {"type": "Polygon", "coordinates": [ring]}
    return {"type": "Feature", "properties": {"name": name}, "geometry": shape}


def sketch() -> FilePayload:
    """Two halves of the town that overlap on a column of buildings, and a grid elsewhere."""
    drawn = [
        polygon(104.5999, 28.3999, 104.6070, 28.4081, "西片 <b>x</b>"),
        polygon(104.6060, 28.3999, 104.6121, 28.4081, "东片"),
        polygon(104.70, 28.40, 104.71, 28.41, "别处"),
    ]
    text = json.dumps({"type": "FeatureCollection", "features": drawn})
    return {"name": "网格.geojson", "mimeType": "application/geo+json", "buffer": text.encode()}


def test_drawn_grids_are_previewed_and_adopted(visitor: Visitor, address: str) -> None:
    visit = visitor.visit(f"{address}{EDIT}")
    page, desk = visit.page, Desk(visit.page)
    page.wait_for_selector(".map[data-idle]", state="attached", timeout=60_000)
    before = desk.of("drawing.grid")
    page.locator("summary", has_text="更多").click()
    page.get_by_role("button", name="导入手绘网格").click()
    dialog = page.get_by_role("dialog")
    bad: FilePayload = {"name": "a.kml", "mimeType": "text/xml", "buffer": b"<kml/>"}
    dialog.locator("input[type=file]").set_input_files(bad)
    dialog.get_by_role("button", name="预览").click()
    expect(dialog.get_by_role("alert")).to_contain_text("KML")
    dialog.locator("input[type=file]").set_input_files(sketch())
    dialog.get_by_role("button", name="预览").click()
    expect(dialog.get_by_role("status").first).to_contain_text("3 行中 3 个面可用")
    expect(dialog).to_contain_text("新网格：西片 <b>x</b>、东片")
    expect(dialog.locator(".remarks")).to_contain_text(["重叠"])
    remark = dialog.locator(".remarks button", has_text="同时落在两个面内").first
    remark.click()
    expect(remark).to_have_attribute("aria-current", "true")
    assert desk.of("drawing.grid") == before
    dialog.get_by_role("button", name="采用").click()
    expect(page.locator(".said")).to_contain_text("已导入")
    after = desk.saved()
    assert after == desk.of("drawing.grid")
    west, east = after[0], after[11]
    assert after.count(west) == 7 * 8
    assert after.count(east) == 5 * 8
    assert visit.faults == []
    page.close()


def units_of_tower(page: Page, ground: str) -> int:
    """Wait until the page has loaded the plan on a ground; count the units of the tower."""
    page.wait_for_selector(f".editor{ground} .map[data-idle]", state="attached", timeout=60_000)
    told: int = page.evaluate(
        f"{PAGE}.drawing.town.units.building.filter(b => b === '{TOWER}').length"
    )
    return told


def test_a_tower_over_the_cap_is_divided_assigned_undone_and_divided_again(
    visitor: Visitor, address: str
) -> None:
    visit = visitor.visit(f"{address}/plan")
    page, desk = visit.page, Desk(visit.page)
    values = {"households": 400, "stairwells": None}
    edits = [{"act": "put", "layer": "buildings", "code": TOWER, "values": values}]
    api = f"{address}/api/v1"
    told = page.request.post(f"{api}/ground/510000000001/edits", data={"edits": edits})
    assert told.ok, told.text()
    assert page.request.post(f"{api}/plans/2/rebase").ok
    desk.open(f"{address}{EDIT}")
    whole = desk.of("told.plan.ground")
    here, elsewhere = f"[data-ground='{whole}']", f":not([data-ground='{whole}'])"
    assert units_of_tower(page, here) == 1
    page.get_by_role("button", name="楼栋超限 1").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_label("单元数")).to_have_value("3")
    dialog.get_by_label("单元数").fill("4")
    dialog.get_by_label("单元数").press("Tab")
    first = dialog.get_by_label("1 单元")
    expect(first).to_have_value("100")
    first.fill("130")
    expect(dialog.get_by_role("status")).to_contain_text("还差 -30 户")
    expect(dialog.get_by_role("button", name="拆分")).to_be_disabled()
    dialog.get_by_label("4 单元").fill("70")
    expect(dialog.get_by_role("status")).to_contain_text("按所填户数登记")
    dialog.get_by_role("button", name="拆分").click()
    assert units_of_tower(page, elsewhere) == 4
    expect(page.get_by_role("button", name="楼栋超限")).to_have_count(0)
    page.keyboard.press("n")
    page.get_by_role("tab", name="楼栋").click()
    page.get_by_role("searchbox").fill("1幢 · 4 单元")
    page.get_by_role("checkbox").first.check()
    new = max(desk.of("drawing.list().map(({no}) => no)"))
    page.locator(".mover select").select_option(str(new))
    page.locator(".mover button").press("Enter")
    assert desk.saved().count(new) == 1
    assert desk.of(f"drawing.figures({new}).households") == 70
    page.get_by_role("tab", name="历史").click()
    expect(page.locator(".history")).to_contain_text("按单元拆分")
    for _ in range(2):
        page.keyboard.press("Control+z")
        desk.saved()
    page.keyboard.press("Control+z")
    assert units_of_tower(page, here) == 1
    desk.saved()
    page.keyboard.press("Control+Shift+z")
    assert units_of_tower(page, elsewhere) == 4
    assert [f for f in visit.faults if "409" not in f] == []
    page.close()
