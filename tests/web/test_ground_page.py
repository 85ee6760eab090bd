"""The page of the ground: things drawn, changed, split and retired with mouse and keyboard."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from playwright.sync_api import Browser, Page, expect
from pydantic import SecretStr

from api.settings import Settings
from gis.store.engine import open_engine
from tests.conftest import own_database
from tests.web.conftest import serving

CLOUDS = "510000000001"
TOWN = Path(__file__).parents[1] / "small_town.sql"


@pytest.fixture(scope="module")
def changing_url(server_url: str, migrated_template: str) -> Iterator[str]:
    """URL of a small town that the tests of this module may change."""
    with own_database(server_url, migrated_template) as url:
        engine = open_engine(url)
        with engine.begin() as connection:
            # Past SQLAlchemy, which would take the file's percent signs for binds.
            connection.connection.cursor().execute(TOWN.read_text(encoding="utf-8"))
        engine.dispose()
        yield url


@pytest.fixture(scope="module")
def address(changing_url: str) -> Iterator[str]:
    """Address of an open service on a town that the tests may change."""
    with serving(Settings(database_url=SecretStr(changing_url), open=True)) as served:
        yield served


@pytest.fixture
def page(chromium: Browser, address: str) -> Iterator[Page]:
    """Open the page of the ground, drawn."""
    context = chromium.new_context(viewport={"width": 1366, "height": 768}, locale="en")
    opened = context.new_page()
    faults: list[str] = []
    opened.on("pageerror", lambda fault: faults.append(str(fault)))
    opened.goto(f"{address}/ground/{CLOUDS}")
    opened.wait_for_selector(".map[data-idle]", timeout=60_000)
    yield opened
    context.close()
    assert not faults


def asked(url: str, query: str) -> object:
    """Ask the database for one value."""
    engine = open_engine(url)
    with engine.connect() as connection:
        found = connection.scalar(sa.text(query))
    engine.dispose()
    return found


@pytest.mark.browser
def test_the_ground_is_edited_by_keyboard_and_mouse(page: Page, changing_url: str) -> None:
    panel = page.get_by_role("complementary")
    # A count, without touching the map.
    page.get_by_role("searchbox").fill("b000")
    panel.get_by_role("button", name="1幢").first.press("Enter")
    page.get_by_label("Households *").fill("9")
    page.get_by_role("button", name="Save").press("Enter")
    expect(page.get_by_role("status").filter(has_text="Saved")).to_contain_text("1 thing changed")
    expect(panel.get_by_role("link", name="Open the draft")).to_have_attribute(
        "href", "/plan/2/edit"
    )
    assert asked(changing_url, "SELECT households FROM building WHERE code = 'b000'") == 9
    # A place for people, with one click on the map.
    page.get_by_role("button", name="Facilities").click()
    panel.get_by_role("button", name="Add").click()
    box = page.locator(".map canvas").bounding_box()
    assert box is not None
    page.wait_for_selector(".map[data-idle]")
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.get_by_label("Name", exact=True).fill("社区食堂")
    page.locator("select[name=kind]").select_option("canteen")
    page.get_by_role("button", name="Save").click()
    expect(panel.get_by_role("button", name="社区食堂")).to_be_visible()
    # A courtyard in two, along a line from outside to outside.
    page.get_by_role("button", name="Courtyards").click()
    panel.get_by_role("button", name="锦绣苑").click()
    panel.get_by_role("button", name="Split in two").click()
    page.wait_for_selector(".map[data-idle]")
    west, east = box["x"] + 60, box["x"] + box["width"] - 60
    middle = box["y"] + box["height"] / 2
    page.mouse.move(west, middle)
    page.mouse.click(west, middle)
    page.mouse.move(east, middle)
    page.mouse.click(east, middle)
    page.mouse.click(east, middle)
    expect(panel.get_by_role("button", name="锦绣苑 (2)")).to_be_visible()
    held = "SELECT count(DISTINCT courtyard_code) FROM building WHERE retired_on IS NULL"
    assert asked(changing_url, held) == 5


@pytest.mark.browser
def test_who_comes_second_is_told_and_keeps_what_was_entered(page: Page, changing_url: str) -> None:
    panel = page.get_by_role("complementary")
    page.get_by_role("searchbox").fill("b040")
    panel.get_by_role("button", name="41幢").first.click()
    page.get_by_label("Households *").fill("77")
    engine = open_engine(changing_url)
    with engine.begin() as connection:
        connection.execute(sa.text("UPDATE building SET households = 5 WHERE code = 'b040'"))
    engine.dispose()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("alert")).to_contain_text("b040")
    expect(page.get_by_label("Households *")).to_have_value("77")
    assert asked(changing_url, "SELECT households FROM building WHERE code = 'b040'") == 5
    # To retire asks once, in numbers; whoever thinks again has lost nothing.
    panel.get_by_role("button", name="Retire…").click()
    expect(page.get_by_role("alertdialog")).to_contain_text("77 households")
    page.get_by_role("alertdialog").get_by_role("button", name="Cancel").click()
    assert asked(changing_url, "SELECT retired_on FROM building WHERE code = 'b040'") is None
