"""The planner's dialogs, and a planner with an account, in a real browser."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa
from playwright.sync_api import Page, expect
from pydantic import SecretStr

from api.principal import OPERATOR
from api.services.accounts import account_named, disable_account, enable_account
from api.settings import Settings
from gis.store.tables import account, session
from maps.assets import WEB
from tests.api.accounts import PASSWORD, accounts_of, add_account
from tests.conftest import own_database
from tests.web.conftest import Visit, Visitor
from tests.web.test_planner_page import EDIT, Desk, serving_at

pytestmark = pytest.mark.browser
TESTS = Path(__file__).parents[1]
COMMUNITY = "510000000001"


@dataclass(frozen=True)
class House:
    """A service that wants accounts, on a town beside whose plans there are others."""

    address: str
    engine: sa.Engine


@pytest.fixture(scope="module")
def service(server_url: str, town_template: str) -> Iterator[House]:
    """Serve two planners of one community, and the siblings they must not see."""
    with own_database(server_url, town_template) as url:
        settings = Settings(database_url=SecretStr(url), readers="accounts")
        with accounts_of(settings) as engine:
            with engine.begin() as connection:
                siblings = (TESTS / "api/siblings.sql").read_text(encoding="utf-8")
                # Past SQLAlchemy, which would take the file's percent signs for binds.
                connection.connection.cursor().execute(siblings)
            for name in ("张规划", "李规划"):
                add_account(engine, name, areas=(COMMUNITY,))
            with serving_at(settings, 0) as port:
                yield House(f"http://127.0.0.1:{port}", engine)


@pytest.fixture
def house(service: House) -> Iterator[House]:
    """The service; wherever a test ended, the next finds both accounts as they were."""
    yield service
    with service.engine.begin() as connection:
        connection.execute(sa.update(account).values(disabled_at=None, disabled_by=None))
        connection.execute(sa.delete(session))


def sign_in(page: Page, name: str) -> None:
    """Fill in the form of the login page."""
    page.get_by_label("账号名").fill(name)
    page.get_by_label("密码").fill(PASSWORD)
    page.get_by_role("button", name="登录").click()


def desk_of(visitor: Visitor, house: House, name: str) -> tuple[Desk, Visit]:
    """Sign in on the way to the editor, as who is sent to the login page does."""
    visit = visitor.visit(f"{house.address}{EDIT}", size=(1366, 768))
    sign_in(visit.page, name)
    visit.page.wait_for_selector(".map[data-idle]", state="attached", timeout=60_000)
    return Desk(visit.page), visit


def serious(page: Page) -> list[str]:
    """Serious findings of axe."""
    page.evaluate((WEB / "node_modules/axe-core/axe.min.js").read_text("utf-8"))
    found = page.evaluate("axe.run().then(r => r.violations)")
    return [str(v["id"]) for v in found if v["impact"] in ("serious", "critical")]


def test_a_snapshot_is_kept_and_gone_back_to_by_a_planner_with_an_account(
    visitor: Visitor, house: House
) -> None:
    desk, _ = desk_of(visitor, house, "张规划")
    page = desk.page
    page.on("dialog", lambda box: pytest.fail(f"a script ran: {box.message}"))
    _keep_and_come_back(desk, desk.of("drawing.grid"))
    page.close()


def _keep_and_come_back(desk: Desk, first: list[int]) -> None:
    """A snapshot is kept by mouse, gone back to by keyboard, and undo takes that back."""
    page = desk.page
    page.locator(".menu summary").click()
    page.locator("[data-action=snapshots]").click()
    page.get_by_label("为现在的样子起名").fill("<b>第一稿</b>")
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("已保存快照“<b>第一稿</b>”")
    expect(dialog).to_contain_text("张规划")
    assert serious(page) == []
    page.keyboard.press("Escape")
    page.keyboard.press("e")
    desk.drag(90)
    assert desk.saved()[90] == -1
    page.keyboard.press("a")
    dialog.get_by_role("button", name="恢复 · <b>第一稿</b>").press("Enter")
    expect(page.locator(".said")).to_contain_text("1 个单位移动，可撤销")
    expect(dialog).to_have_count(0)
    assert desk.of("drawing.grid") == first
    page.keyboard.press("Control+z")
    assert desk.saved()[90] == -1


def test_a_session_ends_in_the_middle_of_a_stroke_and_nothing_is_lost(
    visitor: Visitor, house: House
) -> None:
    desk, _ = desk_of(visitor, house, "张规划")
    page = desk.page
    page.keyboard.press("e")
    start, end = desk.at(60), desk.at(61)
    page.mouse.move(*start)
    page.mouse.down()
    mine = account_named(house.engine, OPERATOR, "张规划")["id"]
    disable_account(house.engine, OPERATOR, mine, now=datetime.now(UTC))
    # A process trusts what it knows of a session for a moment.
    page.wait_for_function(
        "fetch('/api/v1/session').then(answer => answer.status === 401)", polling=200
    )
    page.mouse.move(*end, steps=4)
    page.mouse.up()
    drawn = desk.of("drawing.grid")
    assert [drawn[unit] for unit in (60, 61)] == [-1, -1]
    notice = page.locator(".editor-notice.stopped")
    expect(notice).to_contain_text("登录已失效")
    expect(notice).to_contain_text("1 笔未保存")
    assert serious(page) == []
    # Somebody else signs in: strokes are saved under the name of who drew them or not at all.
    _sign_in_beside(page, "李规划")
    expect(notice).to_contain_text("现在登录的是 李规划，而这些笔画是 张规划 画的")
    assert len(desk.of("session.pending")) == 1
    enable_account(house.engine, OPERATOR, mine)
    with house.engine.begin() as connection:
        connection.execute(sa.text("DELETE FROM session"))
    _sign_in_beside(page, "张规划")
    expect(notice).to_have_count(0)
    saved = desk.saved()
    assert saved == drawn == desk.of("drawing.grid")
    page.close()


def _sign_in_beside(page: Page, name: str) -> None:
    """Follow the notice's link into a new window, sign in, and come back to the page."""
    with page.expect_popup() as opened:
        page.locator(".editor-notice.stopped a").click()
    login = opened.value
    sign_in(login, name)
    login.wait_for_url(lambda url: "/login" not in url)
    login.close()
    page.bring_to_front()
    # A browser without a window manager does not tell its pages that they are in front again.
    page.evaluate("dispatchEvent(new Event('focus'))")


def test_two_accounts_in_conflict_leave_take_back_or_go_their_own_way(
    visitor: Visitor, house: House
) -> None:
    (first, _), (second, _) = (desk_of(visitor, house, name) for name in ("李规划", "张规划"))
    second.page.locator("#grid-0").click()
    second.page.keyboard.press("n")
    mine = second.of("target")
    second.saved()
    units = (10, 14, 18)
    assert second.grids(*units) == [0, 0, 0]
    second.page.context.set_offline(True)
    first.page.keyboard.press("e")
    second.page.keyboard.press("b")
    for unit in units:
        first.drag(unit)
        second.drag(unit)
    first.saved()
    assert second.grids(*units) == [mine] * 3
    second.page.context.set_offline(False)
    notice = second.page.locator(".conflicts")
    expect(notice).to_contain_text("3 个单位已被他人调整", timeout=30_000)
    expect(notice.locator("li").first).to_contain_text("11幢：李规划已移入未分配")
    assert second.grids(*units) == [-1, -1, -1]
    assert serious(second.page) == []
    notice.get_by_role("button", name="取回", exact=True).first.press("Enter")
    expect(notice).to_contain_text("2 个单位已被他人调整")
    assert [second.saved()[unit] for unit in units] == [mine, -1, -1]
    first.hears(second)
    assert first.grids(*units) == [mine, -1, -1]
    notice.get_by_role("button", name="另存我的方案").click()
    second.page.wait_for_url(lambda url: EDIT not in url)
    second.page.wait_for_selector(".map[data-idle]", state="attached", timeout=60_000)
    assert [second.saved()[unit] for unit in units] == [mine] * 3
    assert [first.saved()[unit] for unit in units] == [mine, -1, -1]
