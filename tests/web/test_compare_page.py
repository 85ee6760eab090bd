"""Two divisions side by side in a real browser: maps in step, figures, what has moved."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from maps.assets import WEB
from tests.web.conftest import Visitor

pytestmark = pytest.mark.browser
PAGE = "document.querySelector('wg-compare-page')"
# The four grids of plan 1 hold 96, 144, 168 and 120 households at a cap of 150; plan 2 has one grid
# with all of them but building b000 with 4, so that the third grid stays and 72 buildings move.
SIDES = "left=plan-1&right=plan-2"


def opened(visitor: Visitor, address: str, **more: Any) -> Page:
    """The comparison of both plans, with its maps drawn."""
    page = visitor.visit(f"{address}/compare?{SIDES}", **more).page
    for side in ("a", "b"):
        page.wait_for_selector(f"#map-{side}[data-idle]", state="attached", timeout=60_000)
    return page


def centre(page: Page, side: int) -> list[float]:
    """Place and zoom of one of the maps."""
    seen: list[float] = page.evaluate(
        f"(n) => {{ const {{map}} = {PAGE}.maps[n]; const {{lng, lat}} = map.getCenter();"
        " return [lng, lat, map.getZoom()]; }",
        side,
    )
    return seen


def comes(page: Page, fact: str) -> None:
    """Wait until something holds; the page's policy forbids Playwright's own way."""
    page.evaluate(
        f"new Promise((done) => {{ const look = () => ({fact}) ? done() :"
        " requestAnimationFrame(look); look(); })"
    )


def accessible(page: Page) -> list[str]:
    """Rules of axe-core that the page breaks seriously."""
    page.evaluate((WEB / "node_modules/axe-core/axe.min.js").read_text("utf-8"))
    found = page.evaluate("axe.run().then(r => r.violations)")
    return [f"{v['id']} {v['nodes'][0]['html']}" for v in found if v["impact"] in ("serious", "critical")]  # fmt: skip  # noqa: E501


def test_two_plans_are_seen_in_step_with_what_differs(
    visitor: Visitor, planner_address: str
) -> None:
    page = opened(visitor, planner_address, size=(1366, 768))
    told = " ".join(page.locator(".compare-figures").inner_text().split())
    for words in ("72 栋 · 360 户", "4 → 变为 1", "0 → 变为 4 （变差）", "5 → 变为 4 （改善）"):
        assert words in told, told
    assert "112% → 变为 349% （变差）" in told
    assert "未达 5 000 528 户 · 5 000、10 000 户起（含）" in told
    expect(page.locator("[role=tab][aria-selected=true]")).to_have_text("变动楼栋 72")
    # Whichever map is moved, the other goes with it.
    box = page.locator("#map-b").bounding_box()
    assert box is not None
    start = centre(page, 0)
    page.mouse.move(box["x"] + 200, box["y"] + 200)
    page.mouse.wheel(0, -400)
    comes(page, f"{PAGE}.maps[0].map.getZoom() > {start[2] + 0.2}")
    comes(page, f"!{PAGE}.maps[1].map.isMoving()")
    assert centre(page, 0) == pytest.approx(centre(page, 1), abs=1e-9)
    _lists(page)
    assert accessible(page) == []
    page.locator(".swap").click()
    expect(page.locator(".compare-figures")).to_contain_text("72 栋 · 356 户")
    assert "left=plan-2&right=plan-1" in page.url
    page.go_back()


def _lists(page: Page) -> None:
    """The lists lead the maps by keyboard, and follow a click on either."""
    search = page.get_by_role("searchbox")
    search.fill("b000")
    expect(page.locator(".compare-list li")).to_have_count(1)
    expect(page.locator(".compare-list li")).to_contain_text("未划入网格")
    search.fill("火星")
    expect(page.locator(".compare-none")).to_contain_text("火星")
    search.fill("")
    rows = page.get_by_role("listbox", name="变动楼栋")
    rows.focus()
    for key in ("ArrowDown", "End", "ArrowUp"):
        page.keyboard.press(key)
    chosen = page.evaluate(f"{PAGE}.chosen")
    assert chosen == {"kind": "moved", "at": 70}
    expect(page.locator("#row-70")).to_have_attribute("aria-selected", "true")
    comes(page, f"{PAGE}.maps.every(({{map}}) => !map.isMoving())")
    lon, lat = page.evaluate(f"{PAGE}.told.moved[70].place")
    for side in (0, 1):
        assert centre(page, side)[:2] == pytest.approx([lon, lat], abs=2e-4)
        drawn = page.evaluate("n => " + f"{PAGE}.maps[n].map.getFilter('moved-chosen')", side)
        assert drawn == ["==", ["get", "at"], 70]
    page.keyboard.press("Escape")
    assert page.evaluate(f"{PAGE}.chosen") is None
    # The building in the middle of the left map is the one that was flown to.
    page.wait_for_selector("#map-a[data-idle]", state="attached", timeout=60_000)
    box = page.locator("#map-a").bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    expect(page.locator("#row-70")).to_have_attribute("aria-selected", "true")
    page.keyboard.press("Escape")
    page.get_by_role("tab", name="变动楼栋").focus()
    page.keyboard.press("ArrowRight")
    expect(page.locator(".compare-list li")).to_have_count(4)
    page.locator(".compare-list li", has_text="第三网格").click()
    expect(page.locator(".compare-list [aria-selected=true]")).to_contain_text("112%")
    assert page.evaluate(f"{PAGE}.chosen.kind") == "grid"


def test_a_phone_shows_the_list_and_the_maps_in_english(
    visitor: Visitor, planner_address: str
) -> None:
    page = opened(visitor, planner_address, size=(360, 740), locale="en-US")
    expect(page.locator(".compare-figures")).to_contain_text("72 buildings · 360 households")
    expect(page.locator("#map-a")).not_to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") == 360
    page.get_by_role("button", name="Map").click()
    expect(page.locator("#map-a")).to_be_visible()
    expect(page.get_by_role("listbox")).not_to_be_visible()
    assert accessible(page) == []


def test_what_cannot_be_compared_is_said_in_words(visitor: Visitor, planner_address: str) -> None:
    # A community without plans has nothing to compare; another has, and is offered.
    page = visitor.visit(f"{planner_address}/compare?community=510000000002").page
    expect(page.locator("main")).to_contain_text("没有可以对比的方案")
    page.locator("select.step").select_option("510000000001")
    expect(page.locator(".compare-name").first).to_contain_text("2026 年方案")
    assert "left=standing-510000000001&right=plan-2" in page.url
    page.locator(".compare-side select").last.select_option("plan-1")
    expect(page.locator(".compare-none")).to_contain_text("两个划分相同")
    # What is named by the address alone, and is not there.
    page.goto(f"{planner_address}/compare?left=plan-1&right=snapshot-2-77")
    expect(page.get_by_role("alert")).to_contain_text("77")
    page.goto(f"{planner_address}/compare?left=plan-1&right=%3Cscript%3E")
    expect(page.get_by_role("alert")).to_contain_text("无法识别")
    expect(page.locator(".compare-side select").last).to_have_value("<script>")


def test_desk_and_plan_lead_to_the_comparison(visitor: Visitor, planner_address: str) -> None:
    page = visitor.visit(f"{planner_address}/plan?community=510000000001").page
    link = page.get_by_role("link", name="与现行网格对比")
    expect(link).to_have_attribute("href", "/compare?left=plan-1&right=plan-2")
    expect(page.get_by_role("link", name="对比方案")).to_be_visible()
    page.goto(f"{planner_address}/plan/2")
    page.get_by_role("link", name="对比", exact=True).click()
    page.wait_for_url("**/compare?left=plan-1&right=plan-2")
    page.goto(f"{planner_address}/plan/2/edit")
    page.locator("details.menu summary").click()
    page.locator("[data-action=compare]").click()
    page.wait_for_url("**/compare?*right=plan-2")
