"""The planner's page in a real browser: strokes, a restart, a lost connection, two planners."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from playwright.sync_api import Page, expect
from pydantic import SecretStr

from api.app import create_app
from api.settings import Settings
from gis.store.engine import open_engine
from maps.assets import WEB
from tests.conftest import own_database
from tests.web.conftest import Visitor

pytestmark = pytest.mark.browser
TOWN = Path(__file__).parents[1] / "small_town.sql"
EDIT = "/plan/2/edit"
PAGE = "document.querySelector('wg-editor-page')"


@contextmanager
def serving_at(settings: Settings, port: int) -> Iterator[int]:
    """Serve on a port of the loopback address, 0: a free one; yields it."""
    with socket.create_server(("127.0.0.1", port)) as listener:
        server = uvicorn.Server(
            uvicorn.Config(create_app(settings), log_level="warning", lifespan="on")
        )
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        try:
            yield listener.getsockname()[1]
        finally:
            server.should_exit = True
            thread.join(timeout=60)


@dataclass(frozen=True)
class Desk:
    """A planner's page that has been opened."""

    page: Page

    def of(self, expression: str) -> Any:
        """Value of an expression about the page's element."""
        return self.page.evaluate(f"{PAGE}.{expression}")

    def open(self, address: str) -> None:
        """Go to the page and wait until it can be painted."""
        self.page.goto(address)
        self.page.wait_for_selector(".map[data-idle]", state="attached", timeout=60_000)

    def at(self, unit: int) -> tuple[float, float]:
        """Where a unit stands on the screen."""
        x, y = self.page.evaluate(
            f"""unit => {{
              const {{map, drawing: {{town}}}} = {PAGE};
              const at = map.map.project(
                [town.scale.lon(town.x[unit]), town.scale.lat(town.y[unit])]);
              const box = map.map.getCanvas().getBoundingClientRect();
              return [at.x + box.left, at.y + box.top];
            }}""",
            unit,
        )
        return x, y

    def drag(self, *units: int, by: tuple[float, float] = (0, 0)) -> None:
        """Press the mouse on a unit, draw over others, release."""
        points = [self.at(unit) for unit in units]
        self.page.mouse.move(*points[0])
        self.page.mouse.down()
        for x, y in points[1:] or points:
            self.page.mouse.move(x + by[0], y + by[1], steps=4)
        self.page.mouse.up()

    def grids(self, *units: int) -> list[int]:
        """Grid of each of some units, as drawn."""
        grid = self.of("drawing.grid")
        return [grid[unit] for unit in units]

    def hears(self, other: Desk) -> None:
        """Wait until this page knows what another has saved."""
        other.saved()
        self.page.wait_for_selector(f".editor[data-revision='{other.of('session.revision')}']")

    def saved(self) -> list[int]:
        """Wait until nothing waits; return the assignment that the service has."""
        expect(self.page.locator(".saved.good")).to_be_visible(timeout=30_000)
        told: dict[str, Any] = self.page.request.get(
            self.page.url.replace("/plan/", "/api/v1/plans/").replace("/edit", "/editor")
        ).json()
        assignment: list[int] = told["assignment"]
        return assignment


@pytest.fixture(scope="module")
def settings(
    server_url: str, migrated_template: str, town_settings: Settings
) -> Iterator[Settings]:
    """Settings of an open service on a town that this module redraws."""
    with own_database(server_url, migrated_template) as url:
        engine = open_engine(url)
        with engine.begin() as connection:
            # Past SQLAlchemy, which would take the file's percent signs for binds.
            connection.connection.cursor().execute(TOWN.read_text(encoding="utf-8"))
        engine.dispose()
        yield town_settings.model_copy(update={"database_url": SecretStr(url), "open": True})


def test_every_tool_draws_what_it_says_and_all_is_saved(
    visitor: Visitor, settings: Settings
) -> None:
    with serving_at(settings, 0) as port:
        visit = visitor.visit(f"http://127.0.0.1:{port}/plan")
        page = visit.page
        expect(page.locator(".desk")).to_contain_text("1 个网格超过户数上限")
        page.locator(".desk-drafts a").first.click()
        page.wait_for_url("**/edit")
        desk = Desk(page)
        page.wait_for_selector(".map[data-idle]", state="attached", timeout=60_000)
        expect(page.locator("#grid-none")).to_contain_text("1 个单位")
        _brush(desk)
        _shapes(desk)
        _cut_and_border(desk)
        _keyboard(desk)
        assert desk.saved() == desk.of("drawing.grid")
        assert [f for f in visit.faults if "409" not in f] == []
        _access(page)
        page.close()


def _brush(desk: Desk) -> None:
    """A new grid is painted; the tip, the list and the problems follow; undo takes it back."""
    page = desk.page
    page.keyboard.press("n")
    expect(page.locator("#grid-1")).to_contain_text("空网格")
    page.keyboard.press("b")
    start, end = desk.at(0), desk.at(3)
    page.mouse.move(*start)
    page.mouse.down()
    page.mouse.move(*end, steps=6)
    tip = page.locator(".pointer-tip")
    expect(tip).to_contain_text("4 栋 16 户 → 新网格 2 0% → 11%")
    expect(tip).to_contain_text("切分了 锦绣苑")
    expect(page.locator("#grid-1")).to_contain_text("16 户")
    page.mouse.up()
    assert desk.grids(0, 1, 2, 3, 4) == [1, 1, 1, 1, 0]
    assert desk.saved()[:5] == [1, 1, 1, 1, 0]
    page.keyboard.press("Control+z")
    assert desk.grids(0, 3) == [-1, 0]
    page.keyboard.press("Control+Shift+z")
    assert desk.grids(0, 3) == [1, 1]
    # A whole courtyard at a touch; then a locked grid, which is left alone.
    page.keyboard.press("w")
    desk.drag(6)
    assert desk.grids(6, 11, 42, 47) == [1, 1, 1, 1]
    page.keyboard.press("w")
    page.keyboard.press("Control+z")
    assert desk.grids(6) == [0]
    page.keyboard.press("x")
    desk.drag(5)
    expect(page.locator(".said")).to_contain_text("已锁定")
    assert desk.grids(5) == [0]
    page.keyboard.press("x")


def _shapes(desk: Desk) -> None:
    """Rectangle and lasso take what they enclose, erase takes out."""
    page = desk.page
    page.keyboard.press("r")
    (x0, y0), (x1, y1) = desk.at(12), desk.at(25)
    page.mouse.move(x0 - 5, y0 + 5)
    page.mouse.down()
    page.mouse.move(x1 + 5, y1 - 5, steps=4)
    page.mouse.up()
    assert desk.grids(12, 13, 24, 25, 14) == [1, 1, 1, 1, 0]
    page.keyboard.press("l")
    desk.drag(36, 38, 62, 60, 36)
    assert desk.grids(49) == [1]
    page.keyboard.press("e")
    desk.drag(49)
    assert desk.grids(49) == [-1]
    # Only what is unassigned is painted.
    page.keyboard.press("b")
    page.keyboard.press("u")
    desk.drag(48, 50)
    assert desk.grids(48, 49, 50)[1] == 1
    assert 0 in desk.grids(48, 50)
    page.keyboard.press("u")


def _cut_and_border(desk: Desk) -> None:
    """A line by hand cuts a grid in two; a drag moves a border."""
    page = desk.page
    page.locator("#grid-0").click()
    page.wait_for_selector(".map[data-idle]", state="attached")
    before = len([g for g in desk.of("drawing.grid") if g == 0])
    page.keyboard.press("k")
    desk.drag(92, 80, 68, 56, 44, 32, 20, 8)
    grid = desk.of("drawing.grid")
    assert 0 < grid.count(2) < before
    assert grid.count(0) + grid.count(2) == before
    east, west = (95, 84) if grid[95] == 2 else (84, 95)
    assert (grid[east], grid[west]) == (2, 0)
    page.keyboard.press("Control+z")
    assert desk.of("drawing.grid").count(0) == before
    page.keyboard.press("d")
    (x0, y0), (x1, y1) = desk.at(3), desk.at(4)
    page.mouse.move((x0 + x1) / 2, (y0 + y1) / 2)
    page.mouse.down()
    page.mouse.move(x1, y1, steps=6)
    page.mouse.up()
    assert desk.grids(3, 4) == [1, 1]


def _keyboard(desk: Desk) -> None:
    """A building is found, moved and put back without the map; problems are stepped through."""
    page = desk.page
    page.get_by_role("tab", name="楼栋").click()
    page.get_by_role("searchbox").fill("96幢")
    page.get_by_role("checkbox").first.check()
    page.locator(".mover select").select_option("1")
    page.locator(".mover button").press("Enter")
    assert desk.grids(95) == [1]
    page.get_by_role("tab", name="历史").click()
    expect(page.locator(".history li").first).to_contain_text("1 个单位 → 新网格 2")
    page.get_by_role("tab", name="网格").click()
    page.get_by_role("button", name="下一个").click()
    page.keyboard.press("Escape")
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_contain_text("Ctrl+Shift+Z")
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)


def _access(page: Page) -> None:
    page.evaluate((WEB / "node_modules/axe-core/axe.min.js").read_text("utf-8"))
    found = page.evaluate("axe.run().then(r => r.violations)")
    serious = [v for v in found if v["impact"] in ("serious", "critical")]
    assert [(v["id"], [n["html"] for n in v["nodes"]]) for v in serious] == []


def test_undo_outlives_a_restart_and_strokes_a_lost_connection(
    visitor: Visitor, settings: Settings
) -> None:
    with serving_at(settings, 0) as port:
        address = f"http://127.0.0.1:{port}{EDIT}"
        desk = Desk(visitor.visit(address).page)
        desk.open(address)
        desk.page.locator("#grid-0").click()
        desk.page.keyboard.press("b")
        old = desk.grids(90)
        desk.page.keyboard.press("e")
        desk.drag(90)
        assert desk.saved()[90] == -1
    # Nobody answers now: strokes wait, and say so.
    desk.drag(91)
    desk.drag(92)
    expect(desk.page.locator(".saved.warn")).to_contain_text("离线，2 笔未保存", timeout=30_000)
    assert desk.grids(91, 92) == [-1, -1]
    with serving_at(settings, port):
        # Another visit, as after the machine was switched off.
        desk.open(address)
        assert desk.saved()[90:93] == [-1, -1, -1]
        assert desk.grids(90, 91, 92) == [-1, -1, -1]
        for _ in range(3):
            desk.page.keyboard.press("Control+z")
        assert desk.saved()[90] == old[0]
        assert -1 not in desk.grids(90, 91, 92)
        desk.page.close()


def test_a_grid_that_is_off_the_list_takes_no_stroke_and_stops_no_saving(
    visitor: Visitor, settings: Settings
) -> None:
    with serving_at(settings, 0) as port:
        address = f"http://127.0.0.1:{port}{EDIT}"
        desk, other = (Desk(visitor.visit(address).page) for _ in range(2))
        for one in (desk, other):
            one.open(address)
        page = desk.page
        # A new grid that is undone is chosen no more: what begins in another grid joins that.
        page.keyboard.press("n")
        undone = desk.of("target")
        page.keyboard.press("Control+z")
        assert desk.of("target") == -1
        page.keyboard.press("b")
        desk.drag(40, 41)
        assert undone not in desk.saved()
        # Removed by hand, it stays away after a reload.
        page.keyboard.press("n")
        empty = desk.of("target")
        row = page.locator(f"#grid-{empty}")
        expect(row).to_be_visible()
        page.get_by_role("button", name="删除空网格").click()
        expect(row).to_have_count(0)
        desk.saved()
        desk.open(address)
        expect(page.locator("#grid-0")).to_be_visible()
        expect(row).to_have_count(0)
        assert not desk.of(f"drawing.listed({empty})")
        # Another planner removes the grid that is chosen, and one into which strokes wait.
        page.keyboard.press("n")
        chosen = desk.of("target")
        other.hears(desk)
        page.context.set_offline(True)
        page.keyboard.press("b")
        desk.drag(40)
        was = other.grids(40)
        other.page.locator(f"#grid-{chosen}").click()
        other.page.get_by_role("button", name="删除空网格").click()
        other.saved()
        page.context.set_offline(False)
        notice = page.locator(".conflicts")
        expect(notice).to_contain_text("要移入的网格已被移除", timeout=30_000)
        assert desk.saved()[40] == was[0]
        assert desk.of("target") == -1
        notice.get_by_role("button", name="保持现状").click()
        for one in (desk, other):
            one.page.close()


def two_with_brushes(visitor: Visitor, address: str) -> tuple[Desk, Desk]:
    """Open a plan twice, as two planners do, each with the brush in hand."""
    first, second = (Desk(visitor.visit(address).page) for _ in range(2))
    for desk in (first, second):
        desk.open(address)
        desk.page.keyboard.press("b")
    return first, second


def test_two_new_grids_of_one_number_stay_two_and_strokes_follow_theirs(
    visitor: Visitor, settings: Settings
) -> None:
    with serving_at(settings, 0) as port:
        address = f"http://127.0.0.1:{port}{EDIT}"
        first, second = two_with_brushes(visitor, address)
        second.page.context.set_offline(True)
        for unit in (52, 54):
            second.page.keyboard.press("n")
            second.drag(unit)
        first.page.keyboard.press("n")
        theirs = first.of("target")
        assert theirs == second.grids(52)[0]
        first.saved()
        second.page.context.set_offline(False)
        saved = second.saved()
        mine = [saved[unit] for unit in (52, 54)]
        assert sorted({theirs, *mine}) == [theirs, *mine]
        assert second.of("target") == mine[1]
        # The next stroke goes into the grid that was chosen before it had its number.
        second.drag(56)
        assert second.saved()[56] == mine[1]
        assert second.of("drawing.grid") == second.saved()
        for desk in (first, second):
            desk.page.close()


def test_whoever_comes_second_is_told_and_may_take_it_back(
    visitor: Visitor, settings: Settings
) -> None:
    with serving_at(settings, 0) as port:
        address = f"http://127.0.0.1:{port}{EDIT}"
        first, second = two_with_brushes(visitor, address)
        # A grid that nothing is in yet is heard of too.
        first.page.keyboard.press("n")
        new = second.page.locator(f"#grid-{first.of('target')}")
        expect(new).to_contain_text("空网格", timeout=30_000)
        first.page.locator("#grid-0").click()
        second.page.locator("#grid-1").click()
        first.page.keyboard.press("e")
        first.drag(70)
        first.drag(74)
        # What one draws, the other sees.
        second.hears(first)
        assert second.grids(70, 74) == [-1, -1]
        second.page.context.set_offline(True)
        first.page.keyboard.press("b")
        for desk in (first, second):
            desk.drag(70)
            desk.drag(74)
        assert [first.saved()[unit] for unit in (70, 74)] == [0, 0]
        assert second.grids(70, 74) == [1, 1]
        second.page.context.set_offline(False)
        notice = second.page.locator(".conflicts")
        expect(notice).to_contain_text("2 个单位已被他人调整", timeout=30_000)
        expect(notice).to_contain_text("71幢")
        assert second.grids(70, 74) == [0, 0]
        notice.get_by_role("button", name="取回", exact=True).first.click()
        expect(notice).to_contain_text("1 个单位已被他人调整")
        notice.get_by_role("button", name="保持现状").click()
        assert [second.saved()[unit] for unit in (70, 74)] == [1, 0]
        first.hears(second)
        assert first.grids(70, 74) == [1, 0]
        expect(notice).to_have_count(0)
        for desk in (first, second):
            desk.page.close()
