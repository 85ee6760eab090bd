"""The sheet of walking circles: it opens with no network, and prints on one page."""

from __future__ import annotations

import re
import urllib.request
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.web.conftest import Visit, Visitor

pytestmark = pytest.mark.browser
SHEET = "maps/walk/510000000001.html"


def test_the_sheet_opens_from_a_disk_and_asks_for_nothing_else(
    chromium: Browser, town_address: str, tmp_path: Path
) -> None:
    file = tmp_path / "sheet.html"
    asked = urllib.request.Request(  # noqa: S310
        f"{town_address}/{SHEET}", headers={"Accept-Language": "zh"}
    )
    with urllib.request.urlopen(asked, timeout=30) as answer:  # noqa: S310
        file.write_bytes(answer.read())
    context = chromium.new_context(locale="zh-CN", offline=True)
    visit = Visit(context.new_page())
    visit.watch()
    visit.page.goto(file.as_uri())
    expect(visit.page.locator("path.walk.leaflet-interactive")).to_have_count(96)
    expect(visit.page.locator("path.unreached.leaflet-interactive")).to_have_count(1)
    expect(visit.page.locator("path.gap.leaflet-interactive, path.gap")).not_to_have_count(0)
    row = visit.page.locator(".figures tr.shown")
    expect(row).to_contain_text("党群服务中心")
    expect(row).to_contain_text("90%")
    expect(visit.page.locator(".gaps li")).to_contain_text("5 户不可达")
    assert visit.requests == [file.as_uri()]
    assert visit.faults == []
    context.close()


def test_the_sheet_prints_on_one_page_and_keeps_to_its_policy(
    visitor: Visitor, town_address: str
) -> None:
    visit = visitor.visit(f"{town_address}/{SHEET}", locale="en-GB")
    expect(visit.page.locator(".head")).to_contain_text("Walking circles")
    pdf = visit.page.pdf(prefer_css_page_size=True, print_background=True)
    assert len(re.findall(rb"/Type\s*/Page[^s]", pdf)) == 1
    assert visit.faults == []
    assert visit.requests == [f"{town_address}/{SHEET}"]


def test_another_kind_is_shown_when_it_is_asked_for(visitor: Visitor, town_address: str) -> None:
    page = visitor.visit(f"{town_address}/{SHEET}?kind=medical").page
    expect(page.locator(".figures tr.shown")).to_contain_text("医疗站点")
