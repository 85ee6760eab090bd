"""Signing in and one's own account, in a real browser on a phone and on a desk."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa
from playwright.sync_api import Browser, Page, expect
from pydantic import SecretStr

from api.principal import Principal
from api.services.own_account import NewToken, make_token
from api.services.sessions import SessionTimes, begin
from api.settings import Settings
from gis.store.tables import account, api_token, audit_event, login_attempt
from tests.api.accounts import PASSWORD, accounts_of, add_account
from tests.conftest import own_database
from tests.web.axe import serious
from tests.web.conftest import Visit, serving

pytestmark = pytest.mark.browser
TOWN = Path(__file__).parents[1] / "small_town.sql"


@pytest.fixture(scope="module")
def house(server_url: str, migrated_template: str) -> Iterator[tuple[str, sa.Engine]]:
    """A service on the small town that wants accounts, with one of an administrator."""
    with own_database(server_url, migrated_template) as url:
        settings = Settings(database_url=SecretStr(url), readers="accounts")
        with accounts_of(settings) as engine, serving(settings) as address:
            with engine.begin() as connection:
                # Past SQLAlchemy, which would take the file's percent signs for binds.
                connection.connection.cursor().execute(TOWN.read_text(encoding="utf-8"))
            add_account(engine, "王管理", "admin")
            yield address, engine


def fill_in(page: Page, name: str, password: str) -> None:
    page.get_by_label("账号名").fill(name)
    page.get_by_label("密码").fill(password)
    page.get_by_role("button", name="登录").click()


@pytest.fixture
def phone(chromium: Browser) -> Iterator[Page]:
    """Open a page of a phone in China."""
    context = chromium.new_context(viewport={"width": 360, "height": 740}, locale="zh-CN")
    yield context.new_page()
    context.close()


def test_a_newcomer_signs_in_makes_an_account_and_signs_out(
    phone: Page, house: tuple[str, sa.Engine]
) -> None:
    address, _ = house
    page = phone
    visit = Visit(page)
    visit.watch()
    # Whoever is not signed in comes back to where they wanted to be.
    page.goto(f"{address}/walk/510000000001?kind=canteen")
    page.wait_for_url("**/login?next=*")
    fill_in(page, "王管理", "is wrong")
    expect(page.get_by_role("alert")).to_have_text("账号名或密码错误。")
    expect(page.get_by_label("账号名")).to_have_value("王管理")
    assert serious(page) == []
    fill_in(page, "王管理", PASSWORD)
    page.wait_for_url(f"{address}/walk/510000000001?kind=canteen")
    page.locator("wg-who .who-name").click()
    page.wait_for_url(f"{address}/account")
    section = page.locator("section", has=page.get_by_role("heading", name="新建账号"))
    section.get_by_label("账号名").fill("小李")
    section.get_by_role("button", name="新建账号").click()
    expect(section.get_by_role("alert")).to_have_text("请至少选择一个区划或网格。")
    section.get_by_role("checkbox", name="510000000001", exact=False).check()
    section.get_by_role("button", name="新建账号").click()
    password = page.locator("pre code")
    expect(section).to_contain_text("账号 小李 已建好")
    secret = password.inner_text()
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    page.get_by_role("button", name="退出").click()
    page.wait_for_url(f"{address}/login")
    # The first password is somebody else's choice: it is changed before all else.
    fill_in(page, "小李", secret)
    page.wait_for_url(f"{address}/account")
    expect(page.get_by_role("status").first).to_contain_text("请先修改密码")
    page.get_by_label("原密码").fill(secret)
    page.get_by_label("新密码", exact=True).fill("drei neue Raben")
    page.get_by_label("再输一次新密码").fill("drei neue Raben")
    page.get_by_role("button", name="修改密码").click()
    page.wait_for_url(f"{address}/")
    expect(page.locator("wg-who .who-name")).to_have_text("小李")
    # The refused logins and nothing else went wrong.
    assert {fault for fault in visit.faults if "401" not in fault} == set()
    page.context.add_cookies([{"name": "wangge", "value": "A" * 43, "url": address}])
    page.goto(f"{address}/account")
    page.wait_for_url("**/login?*ended=1")
    expect(page.get_by_role("status")).to_contain_text("登录已失效")


def test_an_administrator_changes_an_account_and_ends_its_ways_in(
    phone: Page, house: tuple[str, sa.Engine]
) -> None:
    address, engine = house
    number = add_account(engine, "小赵", "viewer", areas=("510000000001",))
    with engine.begin() as connection:
        now = datetime.now(UTC)
        begin(connection, number, times=SessionTimes.of(Settings()), now=now)
    who = Principal(number, "小赵", "viewer", ("510000000001",))
    make_token(engine, who, NewToken("旧电脑上的 QGIS"), now=now)
    page = phone
    page.goto(f"{address}/login?lang=zh&next=/account")
    fill_in(page, "王管理", PASSWORD)
    page.get_by_role("button", name="管理 小赵").click()
    dialog = page.get_by_role("dialog")
    assert serious(page) == []
    dialog.get_by_label("角色").select_option("supervisor")
    dialog.get_by_role("checkbox", name="510000000001", exact=False).uncheck()
    dialog.get_by_role("checkbox", name="510000000000", exact=False).check()
    dialog.get_by_role("button", name="核对更改").click()
    expect(dialog.locator(".changes li")).to_have_text(
        ["角色：查阅者 → 网格长", "范围新增：望江街道", "范围移除：云溪社区"]
    )
    dialog.get_by_role("button", name="确认更改").click()
    expect(dialog.get_by_role("status")).to_contain_text("小赵 已更新")
    dialog.get_by_role("button", name="下线").click()
    expect(dialog).to_contain_text("没有登录的设备")
    page.once("dialog", lambda asked: asked.accept())
    dialog.get_by_role("button", name="吊销").click()
    expect(dialog).to_contain_text("已吊销")
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    with engine.connect() as connection:
        rows = connection.execute(
            sa.select(audit_event.c.action, audit_event.c.detail)
            .where(audit_event.c.who == "王管理", audit_event.c.action != "account.login")
            .order_by(audit_event.c.id.desc())
            .limit(3)
        ).all()
    assert [row.action for row in rows] == ["token.revoke", "session.end", "account.change"]
    assert rows[2].detail["before"] == {"role": "viewer", "scope": ["510000000001"]}
    assert rows[2].detail["after"] == {"role": "supervisor", "scope": ["510000000000"]}


def test_days_of_logins_and_tokens_are_those_of_china(
    phone: Page, house: tuple[str, sa.Engine]
) -> None:
    address, engine = house
    number = add_account(engine, "小孙", "viewer", areas=("510000000001",))
    who = Principal(number, "小孙", "viewer", ("510000000001",))
    make_token(engine, who, NewToken("QGIS"), now=datetime.now(UTC))
    late = datetime(2026, 3, 11, 20, tzinfo=UTC)
    with engine.begin() as connection:
        own = account.c.id == number
        connection.execute(sa.update(account).where(own).values(login_at=late))
        tokens = sa.update(api_token).where(api_token.c.account_id == number)
        connection.execute(tokens.values(used_at=late))
    page = phone
    page.goto(f"{address}/login?lang=zh&next=/account")
    fill_in(page, "王管理", PASSWORD)
    row = page.get_by_role("listitem").filter(has_text="小孙")
    expect(row).to_contain_text("最近登录 2026-03-12")
    page.get_by_role("button", name="管理 小孙").click()
    expect(page.get_by_role("dialog")).to_contain_text("最近使用 2026-03-12")


def test_staff_are_found_called_and_brought_in(
    phone: Page, house: tuple[str, sa.Engine], tmp_path: Path
) -> None:
    address, engine = house
    page = phone
    visit = Visit(page)
    visit.watch()
    page.goto(f"{address}/login?lang=zh")
    fill_in(page, "王管理", PASSWORD)
    page.get_by_role("link", name="人员与走访").click()
    expect(page.get_by_role("heading", name="望江街道")).to_be_visible()
    page.get_by_label("楼栋编号或地址").fill("b000")
    page.get_by_role("button", name="查找").click()
    page.get_by_role("button", name="显示 某某 的完整电话").click()
    expect(page.locator("a[href^='tel:']")).to_have_text("拨打 000")
    page.get_by_label("本区划及下级使用的模板").select_option("changle")
    page.once("dialog", lambda asked: asked.accept())
    page.get_by_role("button", name="设定").click()
    expect(page.locator("#vacancies tbody tr").first).to_be_visible()
    file = tmp_path / "花名册.csv"
    file.write_text(
        "岗位编号,网格编码,网格员编号,网格员姓名,任职日期\n"
        "r1,510000000001002,r-1,<b>新人</b>,2026-11-01\nr2,510000000001999,r-2,谁,2026-11-01\n"
    )
    page.set_input_files("input[type=file]", file)
    expect(page.get_by_role("status").last).to_contain_text("新增 1，更改 0，不变 0，不合格 1")
    expect(page.locator(".faults")).to_contain_text("510000000001999")
    assert serious(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    page.get_by_role("button", name="将 1 行入库").click()
    expect(page.get_by_role("status").last).to_contain_text("已入库")
    with engine.connect() as connection:
        actions = set(connection.execute(sa.select(audit_event.c.action)).scalars())
    assert {"staff.unmask", "team.set", "layer.import"} <= actions
    page.goto(f"{address}/handover/510000000001")
    expect(page.locator("#progress tbody tr").first).to_be_visible()
    assert serious(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    assert visit.faults == []


def test_a_session_that_ends_elsewhere_is_told_with_a_way_back(
    page: Page, house: tuple[str, sa.Engine]
) -> None:
    address, engine = house
    page.goto(f"{address}/login?lang=zh&next=/account")
    fill_in(page, "王管理", PASSWORD)
    page.wait_for_url(f"{address}/account")
    other = page.context.new_page()
    other.goto(f"{address}/account")
    other.get_by_role("button", name="Sign out").click()
    other.wait_for_url(f"{address}/login")
    page.get_by_label("What it is for").fill("QGIS")
    page.get_by_role("button", name="Make a token").click()
    notice = page.get_by_role("alert").filter(has_text="Your session has ended")
    expect(notice.get_by_role("link")).to_have_attribute("href", "/login?next=%2Faccount")
    with engine.begin() as connection:
        connection.execute(
            sa.insert(login_attempt).values(
                key="account:1",
                failures=9,
                tried_at=sa.func.now(),
                locked_until=sa.func.now() + sa.text("interval '1 hour'"),
            )
        )
    page.goto(f"{address}/login?lang=zh")
    fill_in(page, "王管理", PASSWORD)
    expect(page.get_by_role("alert")).to_contain_text("之前不能登录")
    with engine.begin() as connection:
        connection.execute(sa.delete(login_attempt))


def test_the_form_works_without_any_script_and_for_its_own_browser_only(
    chromium: Browser, house: tuple[str, sa.Engine]
) -> None:
    address, _ = house
    context = chromium.new_context(java_script_enabled=False, locale="en-GB")
    page = context.new_page()
    page.goto(f"{address}/login?next=//evil.example/")
    page.get_by_label("Name").fill("王管理")
    page.get_by_label("Password").fill(PASSWORD)
    context.clear_cookies()
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("alert")).to_contain_text("The form had expired")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(f"{address}/")
    context.close()
