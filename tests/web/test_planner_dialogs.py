"""The planner's dialogs, and a planner with an account, in a real browser."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa
from playwright.sync_api import FilePayload, Page, expect
from pydantic import SecretStr

from api.principal import OPERATOR
from api.services.accounts import account_named, disable_account, enable_account
from api.settings import Settings
from gis.store.tables import account, session
from maps.assets import WEB
from ops.chromium import awaited
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


def table(text: str | bytes, name: str = "改派.csv", encoding: str = "utf-8") -> FilePayload:
    """A file as a browser is handed one."""
    body = text if isinstance(text, bytes) else text.encode(encoding)
    return {"name": name, "mimeType": "text/csv", "buffer": body}


def test_snapshots_tables_and_history_of_a_planner_with_an_account(
    visitor: Visitor, house: House
) -> None:
    desk, visit = desk_of(visitor, house, "张规划")
    page = desk.page
    page.on("dialog", lambda box: pytest.fail(f"a script ran: {box.message}"))
    _keep_and_come_back(desk, desk.of("drawing.grid"))
    _out_and_in(desk)
    _told_in_history(desk)
    _nonsense(desk)
    assert desk.saved() == desk.of("drawing.grid")
    assert [f for f in visit.faults if not any(code in f for code in ("400", "422"))] == []
    _fork(desk)
    _nobody_elses(page, house.address)
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
    expect(dialog).to_have_count(0)
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


def _out_and_in(desk: Desk) -> None:
    """What was downloaded comes back edited; its rows are answered for by their numbers."""
    page = desk.page
    page.keyboard.press("i")
    with page.expect_download() as begun:
        page.get_by_role("link", name="CSV").click()
    path = begun.value.path()
    head, *rows = path.read_text(encoding="utf-8-sig").splitlines()
    assert head.startswith("单元编码,楼栋编码")
    codes = [row.split(",")[1] for row in rows]
    text = (
        f"楼栋编码,网格号,网格名称\n{codes[3]},,\n\n{codes[1]},,<img src=x onerror=alert(1)>\n"
        f"nobody,0,\n{codes[3]},0,\n{codes[2]},77,\n"
    )
    page.locator("input[type=file]").set_input_files([table(text, encoding="gb18030")])
    dialog = page.get_by_role("dialog")
    refused = dialog.locator(".refused tbody tr")
    expect(refused).to_have_count(4)
    assert [row.split("\t") for row in refused.all_inner_texts()] == [
        ["4", "<img src=x onerror=alert(1)>", "没有这个网格"],
        ["5", "nobody", "本方案没有这栋楼或单元"],
        ["6", codes[3], "前面的行已写过"],
        ["7", "77", "没有这个网格"],
    ]
    dialog.get_by_label("名称不认识时新建网格").check()
    expect(refused).to_have_count(3)
    expect(dialog.locator(".figures").first).to_contain_text("<img src=x onerror=alert(1)>")
    assert serious(page) == []
    before = desk.of("drawing.grid")
    dialog.get_by_role("button", name="放弃").click()
    assert desk.of("drawing.grid") == before
    expect(dialog).to_have_count(0)
    page.keyboard.press("i")
    dialog.get_by_label("名称不认识时新建网格").check()
    page.locator("input[type=file]").set_input_files([table(text)])
    dialog.get_by_label("原因").fill("居民议事会")
    page.keyboard.press("Enter")
    expect(dialog).to_have_count(0)
    saved = desk.saved()
    changed = [unit for unit, (a, b) in enumerate(zip(before, saved, strict=True)) if a != b]
    assert len(changed) == 2
    assert {saved[unit] for unit in changed} == {-1, max(saved)}
    assert page.locator("wg-editor-grids img").count() == 0
    page.keyboard.press("Control+z")
    assert desk.saved() == before
    page.keyboard.press("Control+Shift+z")
    assert desk.saved() == saved


def _told_in_history(desk: Desk) -> None:
    """Who, when, what and why; a reason typed once goes with the strokes that follow."""
    page = desk.page
    page.get_by_role("tab", name="历史").click()
    rows = page.locator(".history li")
    newest = rows.first
    expect(newest).to_contain_text("重做")
    for words in ("导入", "2 个单位", "张规划"):
        expect(rows.filter(has_text="居民议事会")).to_contain_text(words)
    page.get_by_label("此后每笔的原因").fill("按沟渠划界")
    page.locator(".history").click()
    page.keyboard.press("e")
    desk.drag(80)
    expect(newest).to_contain_text("按沟渠划界")
    desk.saved()
    expect(newest).to_contain_text("张规划")
    page.get_by_label("此后每笔的原因").fill("")
    page.get_by_role("tab", name="网格").click()


def _nonsense(desk: Desk) -> None:
    """What is no table of this community is refused in words, and nothing changes."""
    page = desk.page
    before = desk.of("session.revision")
    page.keyboard.press("i")
    fault = page.get_by_role("dialog").get_by_role("alert")
    page.evaluate(
        """() => {
          const given = new DataTransfer();
          given.items.add(new File(["x,y\\n".repeat(2_600_000)], "huge.csv"));
          const field = document.querySelector("input[type=file]");
          field.files = given.files;
          field.dispatchEvent(new Event("change"));
        }"""
    )
    expect(fault).to_contain_text("“huge.csv”有 10.4 MB，超过 2 MB，没有上传")
    for given, words in (
        (table("甲,乙\n1,2\n"), "表格须有楼栋列"),
        (table(b"\xff\xfe\xfd" * 999), "编码"),
        (table(b"PK\x03\x04" + b"\x00" * 99, "a.xlsx"), "压缩包已损坏"),
        (table("楼栋编码", "a.doc"), "不是 CSV 或 XLSX"),
    ):
        page.locator("input[type=file]").set_input_files([given])
        expect(fault).to_contain_text(words)
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    assert desk.of("session.revision") == before


def _fork(desk: Desk) -> None:
    """A snapshot goes on as a draft of its own."""
    page = desk.page
    old = page.url
    page.keyboard.press("a")
    page.get_by_role("button", name="另开草案 · <b>第一稿</b>").click()
    page.get_by_label("新草案的名称").fill("从第一稿开始")
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: url != old)
    expect(page.locator(".bar")).to_contain_text("从第一稿开始", timeout=60_000)


def _nobody_elses(page: Page, address: str) -> None:
    """A plan of another community is answered for like one that is not there."""
    answer = page.goto(f"{address}/api/v1/plans/700002/editor")
    none = page.goto(f"{address}/api/v1/plans/999999/editor")
    assert answer is not None
    assert none is not None
    assert answer.status == none.status == 404
    page.goto(f"{address}/plan/700002/edit")
    expect(page.get_by_role("alert")).to_contain_text("没有编号为 700002 的方案")


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
    awaited(page, "fetch('/api/v1/session').then(answer => answer.status === 401)")
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


def test_strokes_of_another_account_wait_on_this_computer_for_it(
    visitor: Visitor, house: House
) -> None:
    desk, _ = desk_of(visitor, house, "李规划")
    page = desk.page
    page.route("**/strokes", lambda route: route.abort())
    (before,) = desk.grids(33)
    assert before != -1
    page.keyboard.press("e")
    desk.drag(33)
    expect(page.locator(".saved.warn")).to_contain_text("1 笔未保存", timeout=30_000)
    _open_as(page, house, "张规划")
    notice = page.locator(".elsewhere")
    expect(notice).to_contain_text("李规划 的 1 笔调整留在这台电脑上，尚未保存")
    assert serious(page) == []
    assert desk.saved()[33] == desk.grids(33)[0] == before
    _open_as(page, house, "李规划")
    assert desk.saved()[33] == -1
    expect(notice).to_have_count(0)
    assert desk.of("session.edits.at(-1).by") == "李规划"
    page.close()


def _open_as(page: Page, house: House, name: str) -> None:
    """Open the plan anew in the same browser, as somebody else."""
    page.context.clear_cookies()
    page.goto(f"{house.address}{EDIT}")
    page.unroute("**/strokes")
    sign_in(page, name)
    page.wait_for_selector(".map[data-idle]", state="attached", timeout=60_000)


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
