"""Open pages show what changes, without being loaded again, and ask for nothing else."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote

import pytest
import sqlalchemy as sa
from playwright.sync_api import expect
from pydantic import SecretStr

from api.settings import Settings
from gis.store.engine import open_engine
from tests.web.conftest import Visit, Visitor, serving

pytestmark = pytest.mark.browser
_TOWN = Path(__file__).parents[1] / "small_town.sql"


@pytest.fixture
def database(database_url: str) -> Iterator[sa.Engine]:
    engine = open_engine(database_url)
    with engine.begin() as connection:
        # Past SQLAlchemy, which would take the file's percent signs for binds.
        connection.connection.cursor().execute(_TOWN.read_text(encoding="utf-8"))
    yield engine
    engine.dispose()


@pytest.fixture
def address(database: sa.Engine) -> Iterator[str]:
    url = SecretStr(database.url.render_as_string(hide_password=False))
    with serving(Settings(database_url=url, open=True)) as found:
        yield found


def rested(visit: Visit) -> None:
    visit.page.wait_for_selector(".map[data-idle]", state="attached", timeout=60_000)


def tile_layers(url: str) -> set[str]:
    """Layers of a tile's address; none of another."""
    named = re.search(r"/tiles/([^/]+)/\d+/", unquote(url))
    return set(named[1].split(",")) if named else set()


def commit(database: sa.Engine, statement: str) -> None:
    with database.begin() as connection:
        connection.execute(sa.text(statement))


def test_a_plan_page_shows_the_stroke_of_somebody_else(
    visitor: Visitor, address: str, database: sa.Engine
) -> None:
    visit = visitor.visit(f"{address}/plan/2")
    rested(visit)
    with visit.page.expect_request(lambda r: "grids" in tile_layers(r.url), timeout=30_000):
        commit(database, "UPDATE plan_grid SET households = 777, load = 1.5 WHERE plan_id = 2")
    expect(visit.page.locator(".panel")).to_contain_text("777", timeout=30_000)
    visit.page.wait_for_function(
        "document.querySelector('wg-plan-page').map.map.queryRenderedFeatures("
        "{layers: ['grid-fill']}).some(f => f.properties.households === 777)",
        timeout=30_000,
    )
    assert visit.faults == []


def test_only_what_is_touched_is_asked_for_again(
    visitor: Visitor, address: str, database: sa.Engine
) -> None:
    visit = visitor.visit(f"{address}/walk/510000000001")
    rested(visit)
    before = len(visit.requests)
    with visit.page.expect_response(lambda r: "facilities" in tile_layers(r.url), timeout=30_000):
        commit(database, "UPDATE facility SET idle = true WHERE code = 'f0'")
    rested(visit)
    again = [layers for url in visit.requests[before:] if (layers := tile_layers(url))]
    # The facility, and reach, in which buildings name it; not the ground.
    assert again
    assert all({"facilities", "reach"} & layers for layers in again)
    assert visit.faults == []


def test_a_page_that_was_out_of_sight_is_told_what_it_missed(
    visitor: Visitor, address: str, database: sa.Engine
) -> None:
    visit = visitor.visit(f"{address}/plan/2")
    rested(visit)
    hide = "Object.defineProperty(document, 'hidden', {value: %s, configurable: true});"
    turn = hide + "document.dispatchEvent(new Event('visibilitychange'))"
    visit.page.evaluate(turn % "true")
    commit(database, "UPDATE plan_grid SET households = 778 WHERE plan_id = 2")
    visit.page.evaluate(turn % "false")
    expect(visit.page.locator(".panel")).to_contain_text("778", timeout=30_000)
