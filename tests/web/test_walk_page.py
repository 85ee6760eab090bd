"""The page of walking circles in a real browser."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.web.conftest import Visitor

pytestmark = pytest.mark.browser
PAGE = "walk/510000000001"


def drawn(page: Page, layer: str) -> list[dict[str, Any]]:
    """Wait until the map has come to rest and return what a layer has drawn."""
    page.wait_for_selector(".map[data-idle]", state="attached", timeout=60_000)
    found: list[dict[str, Any]] = page.evaluate(
        "layer => document.querySelector('wg-walk-page').map.map"
        ".queryRenderedFeatures({layers: [layer]}).map(f => f.properties)",
        layer,
    )
    return found


def test_kinds_are_listed_with_the_share_of_households(visitor: Visitor, town_address: str) -> None:
    visit = visitor.visit(f"{town_address}/{PAGE}")
    kinds = visit.page.locator(".kinds li")
    expect(kinds).to_have_count(2)
    expect(kinds.nth(0)).to_contain_text("党群服务中心")
    expect(kinds.nth(0)).to_contain_text("90%")
    expect(visit.page.locator(".strip")).to_contain_text("约475 / 528")
    visit.page.get_by_role("button", name="5 分钟", exact=True).click()
    expect(kinds.nth(0)).to_contain_text("30%")
    drawn(visit.page, "reach-fill")
    assert visit.faults == []
    assert visit.hosts == {"127.0.0.1"}


def test_the_map_shows_minutes_and_hatches_what_is_not_reached(
    visitor: Visitor, town_address: str
) -> None:
    visit = visitor.visit(f"{town_address}/{PAGE}")
    minutes = {f["code"]: f.get("minutes") for f in drawn(visit.page, "reach-fill")}
    assert len(minutes) == 96
    assert minutes["b036"] == pytest.approx(9.1)
    assert {f["code"] for f in drawn(visit.page, "reach-hatch")} == {"b095"}
    visit.page.get_by_role("button", name="老人 0.8 米/秒").click()
    expect(visit.page.locator(".choices [aria-pressed=true]").first).to_contain_text("老人")
    slower = {f["code"]: f.get("minutes") for f in drawn(visit.page, "reach-fill")}
    assert slower["b036"] == pytest.approx(13.6)
    assert visit.faults == []


def test_a_building_tells_its_walk_when_it_is_clicked(visitor: Visitor, town_address: str) -> None:
    page = visitor.visit(f"{town_address}/{PAGE}").page
    drawn(page, "reach-fill")
    at = page.evaluate(
        "(() => { const p = document.querySelector('wg-walk-page').map.map"
        ".project([104.6025, 28.40245]); return [p.x, p.y]; })()"
    )
    page.locator(".map canvas").click(position={"x": at[0], "y": at[1]})
    expect(page.locator(".card")).to_contain_text("步行 6.3 分钟 · 450 米")
    expect(page.locator(".card")).to_contain_text("云溪党群服务中心")
    # What is reached from there is drawn too.
    # The first click builds the network of streets.
    expect(page.locator(".card")).to_contain_text("从此处步行 15 分钟", timeout=60_000)
    areas = page.evaluate("document.querySelector('wg-walk-page').walked.areas.length")
    assert areas == 3


def test_the_list_of_kinds_works_by_keyboard(visitor: Visitor, town_address: str) -> None:
    page = visitor.visit(f"{town_address}/{PAGE}").page
    page.locator("ul.kinds").focus()
    page.keyboard.press("ArrowDown")
    expect(page.locator(".kinds [aria-selected=true]")).to_contain_text("医疗站点")
    expect(page.locator(".note.good")).to_be_visible()


def test_a_community_without_walks_says_what_to_do(visitor: Visitor, town_address: str) -> None:
    page = visitor.visit(f"{town_address}/walk/510000000002").page
    expect(page.locator(".notice")).to_contain_text("尚未计算步行圈")
    expect(page.locator(".notice")).to_contain_text("wangge circles update")


def test_on_a_phone_the_list_comes_first(visitor: Visitor, town_address: str) -> None:
    page = visitor.visit(f"{town_address}/{PAGE}", size=(360, 740), locale="en-GB").page
    expect(page.locator(".kinds li").first).to_contain_text("Service centre")
    page.get_by_role("button", name="Map").click()
    assert drawn(page, "reach-fill")
    wide = page.evaluate("document.documentElement.scrollWidth")
    assert wide == 360
