"""A plan as one HTML file: it opens from a disk with no network and shows the grids."""

from __future__ import annotations

import urllib.request
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Request, Route, expect

from tests.web.conftest import Visit, Visitor

pytestmark = pytest.mark.browser


def test_the_file_opens_from_a_disk_and_asks_for_nothing_else(
    chromium: Browser, town_address: str, tmp_path: Path
) -> None:
    file = tmp_path / "plan.html"
    with urllib.request.urlopen(f"{town_address}/maps/plans/1.html", timeout=30) as answer:  # noqa: S310
        file.write_bytes(answer.read())
    assert file.stat().st_size < 500_000
    asked: list[str] = []

    def block(route: Route, request: Request) -> None:
        asked.append(request.url)
        route.abort()

    context = chromium.new_context(locale="zh-CN", offline=True)
    context.route(lambda url: not url.startswith("file:"), block)
    visit = Visit(context.new_page())
    visit.watch()
    visit.page.goto(file.as_uri())
    expect(visit.page.locator("path.grid.leaflet-interactive")).to_have_count(4)
    expect(visit.page.locator("path.over.leaflet-interactive")).to_have_count(1)
    expect(visit.page.locator("path.building")).to_have_count(96)
    expect(visit.page.locator(".grid-label").filter(has_text="第三网格")).to_be_visible()
    visit.page.locator("path.over.leaflet-interactive").hover(position={"x": 20, "y": 20})
    expect(visit.page.locator(".foliumtooltip")).to_contain_text("168 户")
    expect(visit.page.locator(".foot")).to_contain_text("网格为管理界线")
    assert asked == []
    assert visit.requests == [file.as_uri()]
    assert visit.faults == []
    context.close()


def test_the_file_keeps_to_its_policy_when_served(visitor: Visitor, town_address: str) -> None:
    visit = visitor.visit(f"{town_address}/maps/plans/1.html", locale="en-GB")
    expect(visit.page.locator("path.grid.leaflet-interactive")).to_have_count(4)
    expect(visit.page.locator(".head")).to_contain_text("Published")
    assert visit.faults == []
    assert visit.requests == [f"{town_address}/maps/plans/1.html"]
