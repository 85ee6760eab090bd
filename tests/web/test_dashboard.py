"""The dashboard in a real browser: its numbers, where it leads, and what it bears."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest
import sqlalchemy as sa
from playwright.sync_api import Page, expect
from pydantic import SecretStr

from api.settings import Settings
from gis.store.engine import open_engine
from maps.assets import package_folder
from tests.api.conftest import TOWN
from tests.web.conftest import Visit, Visitor, serving

pytestmark = pytest.mark.browser

SIZES = ((1920, 1080), (1366, 768), (360, 740))
CLOUDS = "510000000001"


@pytest.fixture
def own_town(database_url: str) -> Iterator[sa.Engine]:
    """Engine on a small town that this test may change."""
    engine = open_engine(database_url)
    with engine.begin() as connection:
        # Past SQLAlchemy, which would take the file's percent signs for binds.
        connection.connection.cursor().execute(TOWN.read_text(encoding="utf-8"))
    yield engine
    engine.dispose()


@pytest.fixture
def own_address(own_town: sa.Engine) -> Iterator[str]:
    """Address of a service on a small town that this test may change."""
    url = SecretStr(own_town.url.render_as_string(hide_password=False))
    with serving(Settings(database_url=url)) as address:
        yield address


def told(address: str, **asked: str) -> dict[str, Any]:
    answer = httpx2.get(f"{address}/api/v1/figures", params=asked)
    assert answer.status_code == 200
    found = answer.json()
    assert isinstance(found, dict)
    return found


def large(page: Page, name: str) -> str:
    """Text of a large figure, without the spaces that part its digits."""
    text = page.locator(f"[data-figure={name}] .value").inner_text()
    return text.replace("\u202f", "")


def settled(visit: Visit) -> Page:
    """Wait until the figures stand, the map has come to rest and the charts are drawn."""
    visit.page.wait_for_selector(".map[data-idle]", state="attached", timeout=60_000)
    visit.page.wait_for_selector(".canvas[data-drawn]", state="attached")
    return visit.page


def test_the_numbers_are_those_of_the_api(visitor: Visitor, town_address: str) -> None:
    visit = visitor.visit(f"{town_address}/dashboard?area={CLOUDS}")
    page = settled(visit)
    own = told(town_address, area=CLOUDS)["figures"]
    shown = {
        name: large(page, name)
        for name in ("communities", "households", "grids", "mean-load", "over-cap", "vacant")
    }
    assert shown == {
        "communities": str(own["communities"]),
        "households": f"约{own['households']['total']}",
        "grids": str(own["grids"]["base"] + own["grids"]["special"]),
        "mean-load": f"{round(100 * own['grids']['mean_load'])}%",
        "over-cap": str(own["grids"]["over_cap"]),
        "vacant": str(own["posts"]["vacant"]),
    }
    assert large(page, "covered") == f"{round(100 * own['covered']['share'])}%"
    assert large(page, "gaps") == str(own["gaps"]["gaps"])
    assert visit.faults == []
    assert visit.hosts == {"127.0.0.1"}


def test_each_figure_says_of_when_it_is_or_how_it_was_made(
    visitor: Visitor, town_address: str
) -> None:
    page = settled(visitor.visit(f"{town_address}/dashboard?area={CLOUDS}"))
    for source in page.locator(".large .source").all():
        assert source.inner_text().strip()
    expect(page.locator("[data-figure=covered] .source")).to_contain_text("15 分钟 · 1.2 米/秒")
    expect(page.locator("[data-figure=grids] .source")).to_contain_text("2026-01-01")
    expect(page.get_by_role("status").filter(has_text="数据读取于")).to_be_visible()


def test_it_leads_from_the_street_office_to_the_community_and_back(
    visitor: Visitor, town_address: str
) -> None:
    visit = visitor.visit(f"{town_address}/dashboard")
    page = settled(visit)
    # The only street office is passed through: there is nothing to compare it with.
    expect(page.locator(".areas tbody tr")).to_have_count(2)
    page.locator(".areas").get_by_role("link", name="云溪社区").click()
    expect(page.locator(".areas.of-grids tbody tr")).to_have_count(4)
    expect(page.locator("[aria-current=page]")).to_have_text("云溪社区")
    assert parse_qs(urlsplit(page.url).query) == {"area": [CLOUDS]}
    expect(page.locator(".areas tbody tr").nth(0)).to_contain_text("第三网格")
    page.go_back()
    expect(page.locator(".areas tbody tr")).to_have_count(2)
    page.reload()
    expect(page.locator("[aria-current=page]")).to_have_text("望江街道")
    page.locator(".way").get_by_role("link", name="全部区划").click()
    expect(page.locator(".areas tbody tr")).to_have_count(1)
    assert visit.faults == []


def test_the_start_page_leads_to_it(visitor: Visitor, town_address: str) -> None:
    page = visitor.visit(town_address).page
    page.get_by_role("link", name="数据看板").click()
    expect(page.locator("[data-figure=households]")).to_be_visible()


def test_a_column_sorts_by_the_keyboard_and_says_so(visitor: Visitor, town_address: str) -> None:
    page = settled(visitor.visit(f"{town_address}/dashboard"))
    first = page.locator(".areas tbody th").nth(0)
    expect(first).to_have_text("云溪社区")
    head = page.get_by_role("columnheader", name="名称")
    head.get_by_role("button").focus()
    page.keyboard.press("Enter")
    expect(head).to_have_attribute("aria-sort", "ascending")
    expect(first).to_have_text("临江社区")
    page.keyboard.press("Enter")
    expect(head).to_have_attribute("aria-sort", "descending")
    expect(first).to_have_text("云溪社区")


def test_a_chosen_kind_and_walk_are_told_and_kept_in_the_address(
    visitor: Visitor, town_address: str
) -> None:
    page = settled(visitor.visit(f"{town_address}/dashboard?area={CLOUDS}"))
    page.get_by_label("时限").select_option("5")
    expect(page.locator("[data-figure=covered] .value")).to_have_text("30%")
    page.get_by_label("设施类别").select_option("medical")
    expect(page.locator("[data-figure=covered] .value")).to_have_text("–")
    assert parse_qs(urlsplit(page.url).query) == {
        **{"area": [CLOUDS], "kind": ["medical"], "minutes": ["5"]}
    }


# Every size in every language, and either with both themes.
IN_PAIRS = [
    (size, locale, ("light", "dark")[(row + column) % 2])
    for row, size in enumerate(SIZES)
    for column, locale in enumerate(("zh-CN", "en-GB"))
]


@pytest.mark.parametrize(("size", "locale", "theme"), IN_PAIRS)
def test_every_size_language_and_theme_is_whole_and_silent(
    visitor: Visitor, town_address: str, size: tuple[int, int], locale: str, theme: str
) -> None:
    heading = {"zh-CN": "超限网格", "en-GB": "Grids over cap"}[locale]
    visit = visitor.visit(f"{town_address}/dashboard?theme={theme}", size=size, locale=locale)
    page = settled(visit)
    expect(page.locator("[data-figure=over-cap] dt")).to_have_text(heading)
    assert page.evaluate("document.documentElement.scrollWidth") <= size[0]
    if size[0] > 1100:
        # One screen: nothing has to be scrolled to.
        assert page.evaluate("document.documentElement.scrollHeight") <= size[1]
    assert faults_of_access(page) == []
    assert visit.faults == []
    assert visit.hosts == {"127.0.0.1"}


def faults_of_access(page: Page) -> list[str]:
    """Rules of axe-core that the page breaks seriously, each with the first element."""
    axe = (package_folder("axe-core") / "axe.min.js").read_text(encoding="utf-8")
    page.evaluate(axe)
    found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    return [
        f"{rule['id']}: {rule['nodes'][0]['html']} {rule['nodes'][0]['failureSummary']}"
        for rule in found["violations"]
        if rule["impact"] in {"serious", "critical"}
    ]


def test_numbers_stay_with_their_time_while_the_service_cannot_be_reached(
    visitor: Visitor, town_address: str
) -> None:
    page = settled(visitor.visit(f"{town_address}/dashboard?area={CLOUDS}"))
    page.context.set_offline(True)
    page.get_by_label("时限").select_option("5")
    expect(page.locator(".state.stale")).to_contain_text("连接中断")
    assert large(page, "households") == "约528"
    page.context.set_offline(False)
    expect(page.locator(".state.stale")).to_have_count(0)
    expect(page.locator("[data-figure=covered] .value")).to_have_text("30%")


def test_without_webgl_figures_list_and_charts_stay(visitor: Visitor, town_address: str) -> None:
    visit = visitor.visit("about:blank")
    visit.page.add_init_script(
        "const get = HTMLCanvasElement.prototype.getContext;"
        "HTMLCanvasElement.prototype.getContext = function (kind, ...rest) {"
        "  return kind.startsWith('webgl') ? null : get.call(this, kind, ...rest); };"
    )
    visit.page.goto(f"{town_address}/dashboard?area={CLOUDS}")
    visit.page.wait_for_selector(".canvas[data-drawn]", state="attached")
    expect(visit.page.get_by_text("需要 WebGL")).to_be_visible()
    assert large(visit.page, "grids") == "4"
    expect(visit.page.locator(".areas tbody tr")).to_have_count(4)


def test_a_service_without_areas_says_what_to_do_next(visitor: Visitor, database_url: str) -> None:
    with serving(Settings(database_url=SecretStr(database_url))) as address:
        visit = visitor.visit(f"{address}/dashboard")
        expect(visit.page.get_by_text("wangge import areas FILE")).to_be_visible()
        assert visit.faults == []


def test_an_area_that_is_not_there_is_told_with_the_way_back(
    visitor: Visitor, town_address: str
) -> None:
    page = visitor.visit(f"{town_address}/dashboard?area=999999999999").page
    expect(page.get_by_role("alert")).to_contain_text("999999999999")
    page.get_by_role("link", name="全部区划").click()
    expect(page.locator("[data-figure=households]")).to_be_visible()


def test_a_change_in_the_database_changes_the_number_by_itself(
    visitor: Visitor, own_address: str, own_town: sa.Engine
) -> None:
    visit = visitor.visit(f"{own_address}/dashboard?area={CLOUDS}")
    page = settled(visit)
    page.evaluate("window.sameDocument = true")
    assert large(page, "vacant") == "1"
    with own_town.begin() as connection:
        connection.exec_driver_sql("UPDATE post SET worker_id = NULL WHERE code = 'p1'")
        connection.exec_driver_sql("UPDATE building SET households = 14 WHERE code = 'b000'")
    vacant = page.locator("[data-figure=vacant]")
    expect(vacant.locator(".value")).to_have_text("2", timeout=10_000)
    expect(vacant.locator("ins")).to_have_text("+1")
    expect(page.locator("[data-figure=households] ins")).to_have_text("+10")
    assert page.evaluate("window.sameDocument")
    assert told(own_address, area=CLOUDS)["figures"]["posts"]["vacant"] == 2
    assert visit.faults == []


def test_the_snippet_for_other_screens_draws_the_figures(
    visitor: Visitor, town_address: str
) -> None:
    """The page stands on the service itself: another site needs its CORS setting besides."""
    guide = (Path(__file__).parents[2] / "docs/dashboard.md").read_text(encoding="utf-8")
    snippet = guide.split("```js\n")[1].split("```")[0].replace("http://HOST", town_address)
    page = visitor.visit(f"{town_address}/dashboard").page
    page.wait_for_selector(".canvas[data-drawn]", state="attached")
    code = snippet.replace("511599001000", "510000000000")
    drawn = page.evaluate(
        "async () => { const box = document.createElement('div'); box.id = 'loads';"
        " box.style.width = box.style.height = '300px'; document.body.append(box);"
        f" {code}"
        " return echarts.getInstanceByDom(box).getOption().series.map((s) => s.data); }"
    )
    children = told(town_address, area="510000000000")["children"]
    assert drawn == [
        [child["grids"]["loads"][load] for child in children]
        for load in ("low", "fit", "over", "far_over")
    ]
