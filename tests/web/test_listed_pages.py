"""Pages for mail open from a disk, ask for nothing, and print on A4."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.web.conftest import Visitor
from tests.web.test_sheets import fetched, from_disk, printed, size_mm, text_of

pytestmark = pytest.mark.browser
TOWN = "510000000001"
MAPS = "[...document.querySelectorAll('.folium-map')].map((m) => window[m.id])"
PAGES = {
    "plans/1/handover.html": ("网格交接", "移交 1 栋，4 户", "path.moved.after"),
    f"facilities/{TOWN}.html?at=2026-05-01": ("设施分布", "党群", "path.facility"),
    "coverage/510000000000.html": ("步行覆盖率", "云溪社区", "path.covered"),
    f"coverage/{TOWN}.html": ("步行圈", "党群服务中心", "path.walk"),
}


@pytest.mark.parametrize("page", PAGES)
def test_a_page_opens_from_a_disk_and_prints_on_a4(
    chromium: Browser, town_address: str, tmp_path: Path, page: str
) -> None:
    title, words, shape = PAGES[page]
    file = tmp_path / "page.html"
    file.write_bytes(fetched(f"{town_address}/maps/{page}"))
    assert file.stat().st_size < 600_000
    with from_disk(chromium, file) as visit:
        expect(visit.page.locator("h1")).to_contain_text(title)
        expect(visit.page.locator("body")).to_contain_text(words)
        expect(visit.page.locator(f".folium-map {shape}").first).to_be_attached()
        document = printed(visit)
        assert sorted(size_mm(document[0])) == pytest.approx([210, 297], abs=0.4)
        assert "网格为管理界线" in "".join(text_of(one) for one in document)


def test_the_two_maps_of_a_handover_move_in_step(visitor: Visitor, town_address: str) -> None:
    visit = visitor.visit(f"{town_address}/maps/plans/1/handover.html")
    visit.page.evaluate(f"{MAPS}[1].setZoom(18, {{animate: false}})")
    visit.page.wait_for_function(f"{MAPS}[0].getZoom() === 18")
    centres = visit.page.evaluate(f"{MAPS}.map((m) => m.getCenter().lng)")
    assert centres[0] == pytest.approx(centres[1])
    assert visit.faults == []
    assert "某某" not in visit.page.content()


@pytest.mark.parametrize("page", ["plans/1.html", "plans/1/handover.html", f"walk/{TOWN}.html"])
def test_what_is_seen_on_the_screen_is_on_the_paper_too(
    visitor: Visitor, town_address: str, page: str
) -> None:
    visit = visitor.visit(f"{town_address}/maps/{page}", size=(1900, 1000))
    expect(visit.page.locator(".folium-map path").first).to_be_attached()
    before = visit.page.evaluate(f"{MAPS}.map((m) => m.getBounds().toBBoxString())")
    visit.page.evaluate("dispatchEvent(new Event('beforeprint'))")
    seen = visit.page.evaluate(
        f"{MAPS}.map((m, n) => m.getBounds().contains(L.latLngBounds("
        "((b) => [[b[1], b[0]], [b[3], b[2]]])(%s[n].split(',').map(Number)))))" % before
    )
    assert all(seen)
    visit.page.evaluate("dispatchEvent(new Event('afterprint'))")
    after = visit.page.evaluate(f"{MAPS}.map((m) => m.getBounds().toBBoxString())")
    assert [[round(float(x), 6) for x in b.split(",")] for b in after] == [
        [round(float(x), 6) for x in b.split(",")] for b in before
    ]
    assert visit.faults == []


def test_the_plan_page_leads_to_sheets_and_files(visitor: Visitor, town_address: str) -> None:
    visit = visitor.visit(f"{town_address}/plan/1")
    links = visit.page.locator(".papers a")
    expect(links).to_have_count(6)
    for link in links.all():
        address = link.get_attribute("href")
        assert address is not None
        answer = visit.page.request.get(f"{town_address}{address}")
        assert answer.ok, address
