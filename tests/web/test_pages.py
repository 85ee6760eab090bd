"""The start page and the page of a plan in a real browser."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page, expect
from pydantic import SecretStr

from api.settings import Settings
from tests.web.conftest import Visitor, serving

pytestmark = pytest.mark.browser


def drawn_grids(page: Page) -> list[dict[str, Any]]:
    """Wait until the map has come to rest and return the grids it has drawn."""
    page.wait_for_selector(".map[data-idle]", state="attached", timeout=60_000)
    found: list[dict[str, Any]] = page.evaluate(
        "document.querySelector('wg-plan-page').map.map"
        ".queryRenderedFeatures({layers: ['grid-fill']}).map(f => f.properties)"
    )
    return list({f["grid_no"]: f for f in found}.values())


def selected_on_map(page: Page) -> Any:
    """Return the number of the grid that the map marks as selected, -1 for none."""
    return page.evaluate(
        "document.querySelector('wg-plan-page').map.map.getFilter('grid-selected')[2]"
    )


def test_the_start_page_lists_the_communities(visitor: Visitor, town_address: str) -> None:
    visit = visitor.visit(town_address)
    rows = visit.page.locator("table.communities tbody tr")
    expect(rows).to_have_count(2)
    expect(rows.nth(0)).to_contain_text("云溪社区")
    expect(rows.nth(0)).to_contain_text("约528")
    expect(rows.nth(0)).to_contain_text("已发布")
    expect(rows.nth(0)).to_contain_text("2026-01-01")
    expect(rows.nth(1)).to_contain_text("尚无方案")
    assert visit.faults == []
    assert visit.hosts == {"127.0.0.1"}


def test_a_community_leads_to_its_plan_and_the_plan_shows_its_grids(
    visitor: Visitor, planner_address: str
) -> None:
    visit = visitor.visit(planner_address)
    visit.page.get_by_role("link", name="云溪社区").click()
    grids = drawn_grids(visit.page)
    assert {g["name"] for g in grids} == {"第一网格", "第二网格", "第三网格", "第四网格"}
    assert [g["name"] for g in grids if g["over_cap"]] == ["第三网格"]
    expect(visit.page.locator("[role=option]")).to_have_count(4)
    expect(visit.page.locator("#grid-2")).to_contain_text("超 18 户")
    expect(visit.page.locator(".map-line")).to_contain_text("审图号 川S(2026)001号")
    expect(visit.page.locator(".map-line")).to_contain_text("网格为管理界线")
    assert visit.faults == []
    assert visit.hosts == {"127.0.0.1"}


def test_labels_tell_name_and_load_and_mark_estimates(visitor: Visitor, town_address: str) -> None:
    page = visitor.visit(f"{town_address}/plan/1").page
    drawn_grids(page)
    labels = page.evaluate(
        "document.querySelector('wg-plan-page').map.map"
        ".queryRenderedFeatures({layers: ['grid-labels']})"
        ".map(f => f.layer.layout['text-field'].sections.at(-1).text)"
    )
    assert set(labels) == {"96 户 · 64%", "144 户 · 96%", "168 户 · 112%", "约120 户 · 80%"}


@pytest.mark.parametrize("size", [(1366, 768), (1440, 900), (360, 740)])
def test_no_grid_lies_under_the_legend(
    visitor: Visitor, town_address: str, size: tuple[int, int]
) -> None:
    page = visitor.visit(f"{town_address}/plan/1", size=size).page
    if size[0] < 721:
        page.get_by_role("button", name="地图").click()
    drawn_grids(page)
    under = page.evaluate(
        """() => {
          const map = document.querySelector('wg-plan-page').map.map;
          const box = document.querySelector('.map').getBoundingClientRect();
          const legend = document.querySelector('.legend').getBoundingClientRect();
          return map.queryRenderedFeatures(
            [[legend.left - box.left, legend.top - box.top],
             [legend.right - box.left, legend.bottom - box.top]],
            {layers: ['grid-fill', 'grid-labels']}).map(f => f.layer.id);
        }"""
    )
    assert under == []


def test_a_row_selects_on_the_map_and_the_map_selects_a_row(
    visitor: Visitor, town_address: str
) -> None:
    visit = visitor.visit(f"{town_address}/plan/1")
    page = visit.page
    drawn_grids(page)
    page.locator("#grid-1").click()
    assert selected_on_map(page) == 1
    box = page.locator(".map").bounding_box()
    assert box is not None
    # The first grid lies in the south-west of the town.
    page.mouse.click(box["x"] + box["width"] * 0.4, box["y"] + box["height"] * 0.62)
    expect(page.locator(".grids [aria-selected=true]")).to_contain_text("第一网格")
    assert visit.faults == []


def test_the_list_works_by_keyboard_alone(visitor: Visitor, town_address: str) -> None:
    page = visitor.visit(f"{town_address}/plan/1").page
    drawn_grids(page)
    page.locator("ul.grids").focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    chosen = page.locator(".grids [aria-selected=true]")
    expect(chosen).to_contain_text("第二网格")
    expect(chosen).to_contain_text("510000000001002")
    expect(page.locator("ul.grids")).to_have_attribute("aria-activedescendant", "grid-1")
    assert selected_on_map(page) == 1
    page.keyboard.press("End")
    expect(chosen).to_contain_text("第四网格")
    page.keyboard.press("Escape")
    expect(chosen).to_have_count(0)
    assert selected_on_map(page) == -1


def test_another_plan_of_the_community_is_one_choice_away(
    visitor: Visitor, planner_address: str
) -> None:
    page = visitor.visit(f"{planner_address}/plan/1").page
    page.locator("select.step").select_option("2")
    page.wait_for_url("**/plan/2")
    (grid,) = drawn_grids(page)
    assert (grid["households"], grid["plan"]) == (524, 2)
    expect(page.locator(".strip .bad dd").last).to_have_text("4")


def test_the_language_is_switched_and_remembered(visitor: Visitor, town_address: str) -> None:
    visit = visitor.visit(town_address)
    expect(visit.page.locator("h1")).to_have_text("社区")
    visit.page.get_by_title("English").click()
    expect(visit.page.locator("h1")).to_have_text("Communities")
    visit.page.goto(f"{town_address}/plan/1")
    expect(visit.page.locator(".summary")).to_contain_text("in force from 2026-01-01")
    expect(visit.page.locator("html")).to_have_attribute("lang", "en")
    drawn_grids(visit.page)
    assert visit.faults == []


def test_a_browser_that_speaks_english_is_answered_in_english(
    visitor: Visitor, town_address: str
) -> None:
    page = visitor.visit(town_address, locale="en-GB", size=(360, 740)).page
    expect(page.locator("h1")).to_have_text("Communities")
    cells = page.locator("table.communities td[data-label]")
    expect(cells.first).to_be_visible()
    labels = cells.evaluate_all("cells => cells.map(c => c.dataset.label)")
    assert "Registered households" in labels
    assert all(label[0].isupper() for label in labels)


def test_a_plan_that_is_not_there_names_the_request(visitor: Visitor, town_address: str) -> None:
    page = visitor.visit(f"{town_address}/plan/99").page
    notice = page.get_by_role("alert")
    expect(notice).to_contain_text("没有编号为 99 的方案。")
    assert len(notice.locator("code").inner_text()) == 16


def test_on_a_phone_the_list_comes_first_and_the_map_one_tap_later(
    visitor: Visitor, town_address: str
) -> None:
    visit = visitor.visit(f"{town_address}/plan/1", size=(360, 740))
    page = visit.page
    expect(page.locator("#grid-0")).to_be_visible()
    expect(page.locator(".map-side")).to_be_hidden()
    page.get_by_role("button", name="地图").click()
    expect(page.locator(".map-side")).to_be_visible()
    assert len(drawn_grids(page)) == 4
    assert page.evaluate("document.documentElement.scrollWidth") == 360
    assert visit.faults == []


def test_a_browser_without_webgl_keeps_the_list(visitor: Visitor, town_address: str) -> None:
    context = visitor.browser.new_context(locale="zh-CN")
    context.add_init_script("HTMLCanvasElement.prototype.getContext = () => null")
    page = context.new_page()
    page.goto(f"{town_address}/plan/1")
    expect(page.locator(".over-map")).to_contain_text("不能显示地图")
    expect(page.locator(".grids li")).to_have_count(4)


def test_pages_live_under_a_sub_path(visitor: Visitor, town_settings: Settings) -> None:
    with serving(town_settings.model_copy(update={"base_path": "/wangge"})) as address:
        visit = visitor.visit(f"{address}/wangge/plan/1")
        assert len(drawn_grids(visit.page)) == 4
        assert visit.faults == []
        visit.page.close()
    own = f"{address}/wangge/"
    assert [u for u in visit.requests if not u.startswith((own, "blob:", "data:"))] == []


def test_an_empty_service_says_what_to_do_next(
    visitor: Visitor, database_url: str, town_settings: Settings
) -> None:
    bare = town_settings.model_copy(update={"database_url": SecretStr(database_url)})
    with serving(bare) as address:
        page = visitor.visit(address).page
        expect(page.locator(".notice")).to_contain_text("还没有社区")
        expect(page.locator(".notice code")).to_have_text("wangge import areas FILE")
        page.close()
