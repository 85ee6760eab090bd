"""The worker's page on a phone: list, search, marks without a network, handover."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from playwright.sync_api import Browser, BrowserContext, Page, expect
from pydantic import SecretStr

from api.settings import Settings
from gis.store.engine import open_engine
from maps.my_page import my_page, one_script
from ops.chromium import awaited
from tests.api.accounts import PASSWORD, accounts_of, add_account
from tests.conftest import own_database
from tests.web.axe import serious
from tests.web.conftest import serving

TOWN = Path(__file__).parents[1] / "small_town.sql"
# All that a store of the phone holds.
KEPT = (
    "name => new Promise(done => { const asked = indexedDB.open('wangge-my');"
    " asked.onsuccess = () => {"
    " const all = asked.result.transaction(name).objectStore(name).getAll();"
    " all.onsuccess = () => { asked.result.close(); done(all.result) } } })"
)


@pytest.fixture(scope="module")
def house(server_url: str, migrated_template: str) -> Iterator[tuple[str, Settings]]:
    """A service on a town with two workers, which the tests of this module change."""
    with own_database(server_url, migrated_template) as url:
        engine = open_engine(url)
        with engine.begin() as connection:
            # Past SQLAlchemy, which would take the file's percent signs for binds.
            connection.connection.cursor().execute(TOWN.read_text(encoding="utf-8"))
            connection.execute(
                sa.text(
                    "INSERT INTO worker (code, name, phone) VALUES ('w2', '乙', '13900001234');"
                    "INSERT INTO post (code, grid_id, role, worker_id, valid)"
                    " VALUES ('p3', 1, 'assistant', 2, '[2025-01-01,)');"
                    "UPDATE publication SET valid = daterange(current_date - 9, NULL);"
                    "INSERT INTO handover VALUES (1, 'b007', 'b007', 4, 1, 2);"
                    "UPDATE handover SET from_grid_id = 2, to_grid_id = 1 WHERE unit_id = 'b000'"
                )
            )
        # Colleagues are seen in a scope: that of the first worker is their grid.
        grid = ("510000000001001",)
        add_account(engine, "one", "worker", areas=(), grids=grid, worker="w1")
        add_account(engine, "two", "worker", areas=(), worker="w2")
        add_account(engine, "viewer", "viewer")
        add_account(engine, "boss", "supervisor", areas=("510000000000",))
        engine.dispose()
        settings = Settings(database_url=SecretStr(url), readers="accounts")
        with serving(settings) as at:
            yield at, settings


@pytest.fixture(scope="module")
def address(house: tuple[str, Settings]) -> str:
    """Return the address of the service."""
    return house[0]


@pytest.fixture
def phone(chromium: Browser) -> Iterator[BrowserContext]:
    """Open a phone of 360 by 740 with a position; its faults are gathered by `open_my`."""
    context = chromium.new_context(
        viewport={"width": 360, "height": 740},
        locale="zh-CN",
        has_touch=True,
        geolocation={"longitude": 104.6005, "latitude": 28.4005},
        permissions=["geolocation"],
    )
    yield context
    context.close()


def sign_in(phone: BrowserContext, address: str, name: str) -> None:
    answer = phone.request.post(
        f"{address}/api/v1/session", data={"name": name, "password": PASSWORD}
    )
    assert answer.status == 200, answer.text()


def open_my(phone: BrowserContext, address: str, faults: list[str]) -> Page:
    page = phone.new_page()
    page.on("pageerror", lambda fault: faults.append(str(fault)))
    page.add_init_script(
        "addEventListener('securitypolicyviolation', e => setTimeout(() => {"
        " throw new Error('CSP ' + e.violatedDirective) }))"
    )
    page.goto(f"{address}/my")
    expect(page.locator("#view .row, #view .notice").first).to_be_visible()
    return page


def test_a_worker_finds_marks_and_confirms_with_and_without_a_network(
    address: str, phone: BrowserContext
) -> None:
    faults: list[str] = []
    sign_in(phone, address, "one")
    page = open_my(phone, address, faults)
    rows = page.locator("#rows .row")
    expect(rows).to_have_count(24)
    expect(page.locator(".figures")).to_contain_text("96 户")
    # The page is all that a slow line carries until the list is there; then it can be installed.
    expect(page.locator("link[rel=manifest]")).to_have_count(1)
    before = (
        "performance.getEntriesByType('resource').filter(e => e.startTime <"
        " performance.getEntriesByName('wangge-list')[0].startTime).map(e => e.name)"
    )
    assert page.evaluate(before) == []

    # By initials and number, by pinyin, in traditional characters, by street.
    for typed, count in (("jxy 14z", 1), ("jinxiuyuan1z", 1), ("錦繡苑", 24), ("望江路26", 1)):
        page.fill("#search", typed)
        expect(rows).to_have_count(count)
    page.fill("#search", "zzz")
    expect(page.locator("#rows .notice")).to_contain_text("zzz")
    page.fill("#search", "")
    page.click(".near")
    expect(rows.first).to_contain_text("锦绣苑1幢")
    page.click(".near")

    # The page is kept, then the network goes.
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    awaited(page, "caches.match('/my/shell').then(Boolean)")
    phone.set_offline(True)
    page.click("[data-code=b002]")
    page.locator(".stepper button").first.click()
    page.click("#seen")
    expect(page.locator("#state")).to_contain_text("1 条待发送")
    page.reload()
    expect(rows).to_have_count(24)
    expect(page.locator("#state")).to_contain_text("离线 · 1 条待发送 · 数据截至")
    expect(page.locator("[data-code=b002]")).to_contain_text("待发送")
    page.click("#tab-map")
    expect(page.locator(".map-place")).to_contain_text("没有网络")
    page.click("#tab-list")
    phone.set_offline(False)
    expect(page.locator("#state")).to_have_count(0)
    expect(page.locator("[data-code=b002]")).to_contain_text("已访")
    expect(page.locator(".figures")).to_contain_text("3/200")

    # A session that ended in between loses nothing.
    phone.clear_cookies()
    page.click("[data-code=b003]")
    page.click("#absent")
    expect(page.locator("#state")).to_contain_text("1 条标记仍保存在本机")
    sign_in(phone, address, "one")
    page.reload()
    expect(page.locator("[data-code=b003]")).to_contain_text("不在家")
    expect(page.locator("#state")).to_have_count(0)

    page.click("#handover")
    expect(page.locator(".handover")).to_contain_text("接收 1 栋 4 户")
    page.locator(".handover button.primary").click()
    expect(page.locator(".handover .good")).to_be_visible()
    page.click("#tab-map")
    expect(page.locator(".map canvas")).to_be_visible()
    assert faults == []


def test_another_account_on_the_same_phone_finds_nothing_of_the_first(
    address: str, phone: BrowserContext
) -> None:
    faults: list[str] = []
    sign_in(phone, address, "one")
    page = open_my(phone, address, faults)
    page.click("#tab-me")
    expect(page.locator(".me")).to_contain_text("某某")
    page.click("#sign-out")
    page.wait_for_url("**/login**")
    assert page.evaluate(KEPT, "seen") == []
    sign_in(phone, address, "two")
    page.goto(f"{address}/my")
    page.click("#tab-me")
    expect(page.locator(".me")).to_contain_text("乙")
    page.click("#language")
    expect(page.locator("#tab-me")).to_have_text("Me")
    sign_in(phone, address, "viewer")
    page.reload()
    # Who may not use the page sees nothing of whoever used it before, and the phone keeps none.
    expect(page.locator("#view .notice")).to_contain_text("This account cannot use this page")
    expect(page.locator("#view .row")).to_have_count(0)
    expect(page.locator("#my")).not_to_contain_text("乙")
    page.click("#tab-me")
    expect(page.locator("#my")).not_to_contain_text("乙")
    assert page.evaluate(KEPT, "seen") == []
    assert faults == []


def read_colleagues(page: Page) -> None:
    page.click("#tab-me")
    page.get_by_role("button", name="显示同事和电话").click()


def test_marks_of_one_worker_are_not_sent_under_the_session_of_another(
    address: str, phone: BrowserContext
) -> None:
    faults: list[str] = []
    sign_in(phone, address, "one")
    page = open_my(phone, address, faults)
    read_colleagues(page)
    expect(page.locator(".people")).to_contain_text("乙")
    page.click("#tab-list")
    page.route("**/api/v1/my/marks", lambda route: route.abort())
    page.click("[data-code=b004]")
    page.click("#absent")
    expect(page.locator("#state")).to_contain_text("1 条待发送")
    page.unroute("**/api/v1/my/marks")
    # Another signs in on the phone, and the line is too slow to say so.
    sign_in(phone, address, "two")
    page.route("**/api/v1/my", lambda route: route.abort())
    page.click("#state")
    expect(page.locator("#view .notice")).to_be_visible()
    expect(page.locator("#view .row")).to_have_count(0)
    assert page.evaluate(KEPT, "seen") == []
    assert [mark["building"] for mark in page.evaluate(KEPT, "marks")] == ["b004"]
    page.unroute("**/api/v1/my")
    page.get_by_role("button", name="重试").click()
    expect(page.locator(".banner.warn")).to_contain_text("其他账号的 1 条标记未发送")
    expect(page.locator("[data-code=b004]")).not_to_contain_text("不在家")
    # Nor are colleagues shown whom the first had asked for.
    page.click("#tab-me")
    expect(page.locator(".me")).to_contain_text("乙")
    expect(page.locator(".people")).to_have_count(0)
    sign_in(phone, address, "one")
    page.reload()
    page.click("#tab-list")
    expect(page.locator("[data-code=b004]")).to_contain_text("不在家")
    # It shows as marked at once, and is kept until the service has it.
    awaited(page, f"({KEPT})('marks').then(kept => kept.length === 0)")
    assert faults == []


def test_phones_of_colleagues_are_kept_masked_and_shown_to_whom_they_were_told(
    address: str, phone: BrowserContext
) -> None:
    faults: list[str] = []
    sign_in(phone, address, "one")
    page = open_my(phone, address, faults)
    read_colleagues(page)
    expect(page.locator(".people")).to_contain_text("13900001234")
    kept = json.dumps(page.evaluate(KEPT, "seen"))
    assert "139****1234" in kept
    assert "13900001234" not in kept
    # What was read before is shown without a network, and to nobody whom the server refuses.
    page.reload()
    page.click("#tab-me")
    page.route("**/api/v1/my/colleagues", lambda route: route.abort())
    page.get_by_role("button", name="显示同事和电话").click()
    expect(page.locator(".people")).to_contain_text("139****1234")
    page.unroute("**/api/v1/my/colleagues")
    page.reload()
    page.click("#tab-me")
    phone.clear_cookies()
    page.get_by_role("button", name="显示同事和电话").click()
    expect(page.locator("#state")).to_contain_text("登录已失效")
    expect(page.locator(".people")).to_have_count(0)
    assert faults == []


def test_the_first_answer_holds_everything_and_is_small(
    address: str, phone: BrowserContext
) -> None:
    sign_in(phone, address, "one")
    page = phone.new_page()
    page.route("**/*", lambda r: r.continue_() if r.request.is_navigation_request() else r.abort())
    page.goto(f"{address}/my")
    expect(page.locator("#rows .row")).to_have_count(24)
    assert serious(page) == []
    page.click("[data-code=b002]")
    expect(page.locator("#seen")).to_be_visible()
    assert serious(page) == []
    answer = phone.request.get(f"{address}/my", headers={"accept-encoding": "gzip"})
    assert int(answer.headers["content-length"]) < 40_000
    again = phone.request.get(f"{address}/my", headers={"if-none-match": answer.headers["etag"]})
    assert again.status == 304


def test_nothing_in_the_data_ends_the_script_that_holds_it() -> None:
    evil = json.dumps({"name": "</script><script>alert(1)</script>"})
    html = my_page("", evil).html
    assert html.count("</script>") == 3
    assert "import " not in one_script("main.js")


def test_supervisors_see_visits_and_who_has_not_confirmed(address: str, chromium: Browser) -> None:
    context = chromium.new_context(locale="zh-CN")
    sign_in(context, address, "boss")
    page = context.new_page()
    page.goto(f"{address}/handover/510000000001")
    expect(page.locator("#progress tbody tr")).to_have_count(5)
    expect(page.locator("#progress")).to_contain_text("某某")
    expect(page.locator(".receipts tbody tr")).to_have_count(2)
    expect(page.locator(".receipts")).to_contain_text("未确认")
    page.goto(f"{address}/who/b000")
    expect(page.locator("h1")).to_be_visible()
    assert serious(page) == []
    context.close()


def test_days_and_times_are_those_of_china(
    house: tuple[str, Settings], phone: BrowserContext
) -> None:
    address, settings = house
    with accounts_of(settings) as engine, engine.begin() as connection:
        connection.execute(
            sa.text(
                "INSERT INTO handover_receipt"
                " (publication_id, worker_id, confirmed_by, confirmed_at)"
                " SELECT 1, id, 'two', '2026-03-11T20:00Z' FROM worker WHERE code = 'w2'"
            )
        )
    sign_in(phone, address, "two")
    page = open_my(phone, address, [])
    page.click("#tab-me")
    expect(page.locator(".handover .good")).to_contain_text("3月12日")
    sign_in(phone, address, "boss")
    page.goto(f"{address}/handover/510000000001")
    expect(page.locator(".receipts")).to_contain_text("2026-03-12 04:00")


def test_the_own_account_opens_on_a_service_of_this_page_alone(
    house: tuple[str, Settings], phone: BrowserContext
) -> None:
    with serving(house[1].model_copy(update={"only": "my"})) as address:
        sign_in(phone, address, "boss")
        page = phone.new_page()
        page.goto(f"{address}/account")
        expect(page.get_by_role("heading", name="修改密码")).to_be_visible()
        # Names of areas are not told there.
        expect(page.locator("dl")).to_contain_text("510000000000")
