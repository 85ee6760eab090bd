"""Following the links `next`: every feature once, whatever comes and goes meanwhile."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator
from datetime import date, timedelta

import pytest
import sqlalchemy as sa
from fastapi.testclient import TestClient

from api.app import create_app
from api.seeing import ANYONE
from api.services.ogc.collections import collections_for
from api.services.ogc.crs import EVERYWHERE
from api.settings import Settings
from api.today import today
from gis.store import sight
from gis.store.engine import open_engine
from gis.store.feature_sources import Days
from gis.store.features import Selection, cursor_key, feature_count, feature_page
from tests.api.test_ogc import ITEMS, ids

PLAIN = EVERYWHERE[0].coordinates


def pages(client: TestClient, address: str) -> Iterator[dict[str, object]]:
    """Pages from one address on."""
    following: str | None = address
    while following is not None:
        page = client.get(following).json()
        yield page
        following = next((k["href"] for k in page["links"] if k["rel"] == "next"), None)


def keys(page: dict[str, object]) -> list[str]:
    """Identifiers on a page."""
    found = page["features"]
    assert isinstance(found, list)
    return [feature["id"] for feature in found]


@pytest.mark.parametrize("name", sorted(collections_for(ANYONE)))
@pytest.mark.parametrize("limit", [1, 7])
def test_the_pages_together_are_the_collection(client: TestClient, name: str, limit: int) -> None:
    all_pages = list(pages(client, f"{ITEMS.format(name)}?limit={limit}"))
    found = [key for page in all_pages for key in keys(page)]
    assert len(found) == len(set(found)) == all_pages[0]["numberMatched"]
    assert set(found) == ids(client, name)
    assert all(page["numberReturned"] == limit for page in all_pages[:-1])
    # Counting looks at every row, so the first page alone does it.
    assert not any("numberMatched" in page for page in all_pages[1:])


def test_the_next_page_keeps_what_was_asked_and_the_day(client: TestClient) -> None:
    address = (
        f"{ITEMS.format('buildings')}?limit=5&courtyard=c1&bbox=104.6,28.4,104.62,28.41&lang=en"
    )
    first, second, *rest = pages(client, address)
    links = first["links"]
    assert isinstance(links, list)
    following = next(k["href"] for k in links if k["rel"] == "next")
    for part in ("limit=5", "courtyard=c1", "bbox=104.6,", "lang=en", f"datetime={today()}"):
        assert part in following
    found = [key for page in (first, second, *rest) for key in keys(page)]
    assert len(found) == 24 == first["numberMatched"]
    assert set(found) == ids(client, "buildings", courtyard="c1")
    timeless = client.get(f"{ITEMS.format('circles')}?limit=1").json()
    assert not any("datetime" in link["href"] for link in timeless["links"])


def test_the_links_stand_in_the_header_too(client: TestClient) -> None:
    answer = client.get(f"{ITEMS.format('buildings')}?limit=5")
    following = answer.links["next"]["url"]
    assert client.get(following).json()["features"][0]["id"] == "b005"
    assert answer.links["http://www.opengis.net/def/rel/ogc/1.0/queryables"]["url"].endswith(
        "/ogc/collections/buildings/queryables"
    )


def test_html_pages_lead_on_too(client: TestClient) -> None:
    page = client.get(ITEMS.format("buildings"), params={"limit": "90", "f": "html"}).text
    assert "90 / 96" in page
    assert "cursor=b089" in page
    assert "<title>楼栋 · 要素 · Wangge</title>" in page


@pytest.fixture
def engine(open_settings: Settings) -> Iterator[sa.Engine]:
    """Engine on the town of one test's own."""
    assert open_settings.database_url is not None
    opened = open_engine(open_settings.database_url.get_secret_value())
    yield opened
    opened.dispose()


def test_rows_that_come_and_go_between_pages_shift_no_other(
    open_settings: Settings, engine: sa.Engine
) -> None:
    numbers = itertools.count()

    def meddle(seen: list[str]) -> None:
        """A building comes before and one behind the page's end; one seen and one unseen go."""
        n = next(numbers)
        with engine.begin() as connection:
            for code in (f"a{n}", f"z{n:03}"):
                connection.execute(
                    sa.text(
                        "INSERT INTO building (code, households, households_kind, geom) SELECT "
                        ":code, 1, 'registered', geom FROM building WHERE code = 'b000'"
                    ),
                    {"code": code},
                )
            for gone in (seen[0], f"b{95 - n:03}"):
                connection.execute(
                    sa.text("UPDATE building SET retired_on = :day WHERE code = :code"),
                    {"day": today() - timedelta(days=1), "code": gone},
                )

    with TestClient(create_app(open_settings)) as client:
        standing = ids(client, "buildings")
        found: list[str] = []
        for page in pages(client, f"{ITEMS.format('buildings')}?limit=20"):
            found += keys(page)
            if next(iter(numbers)) < 4:
                meddle(keys(page))
        still = standing & ids(client, "buildings")
    assert len(found) == len(set(found))
    assert still <= set(found)
    assert 0 < len(standing - still) < 20
    assert any(key.startswith("z") for key in found)
    assert not any(key.startswith("a") for key in found)


def test_an_interval_tells_each_feature_once_as_it_last_was(
    open_settings: Settings, engine: sa.Engine
) -> None:
    with engine.begin() as connection:
        connection.exec_driver_sql(
            "UPDATE area SET valid = '[2020-01-01,2024-01-01)', name = '旧名' "
            "WHERE code = '510000000001'"
        )
        connection.exec_driver_sql(
            "INSERT INTO area (code, name, level, parent_code, valid, geom) SELECT code, '新名', "
            "level, parent_code, '[2024-01-01,)', geom FROM area WHERE code = '510000000001'"
        )
    with TestClient(create_app(open_settings)) as client:

        def name_in(when: str) -> str:
            told = client.get(ITEMS.format("communities"), params={"datetime": when}).json()
            assert told["numberMatched"] == 2
            [one] = [f for f in told["features"] if f["id"] == "510000000001"]
            return str(one["properties"]["name"])

        assert name_in("2023-12-31") == "旧名"
        assert name_in("2024-01-01") == "新名"
        assert name_in("2021-01-01/2023-12-31") == "旧名"
        assert name_in("2021-01-01/2026-01-01") == "新名"
        assert name_in("2021-01-01/..") == "新名"
        assert name_in("../2022-01-01") == "旧名"
        told = client.get("/ogc/collections/communities").json()["extent"]["temporal"]
        assert told == {"interval": [["2019-12-31T16:00:00Z", None]]}


def test_a_building_that_was_away_for_a_while_is_away_those_days(
    open_settings: Settings, engine: sa.Engine
) -> None:
    with engine.begin() as connection:
        connection.exec_driver_sql(
            "INSERT INTO retirement (layer, code, retired_on, returned_on) "
            "VALUES ('buildings', 'b000', '2025-03-01', '2025-06-01')"
        )
    with TestClient(create_app(open_settings)) as client:
        for when, there in {
            "2025-02-28": True,
            "2025-03-01": False,
            "2025-05-31": False,
            "2025-06-01": True,
            "2025-03-01/2025-05-31": False,
            "2025-02-01/2025-05-31": True,
            "2025-03-01/2025-06-01": True,
            "2025-03-01/..": True,
        }.items():
            assert ("b000" in ids(client, "buildings", datetime=when)) is there, when


def test_micro_grids_are_a_collection_of_their_own(
    open_settings: Settings, engine: sa.Engine
) -> None:
    with engine.begin() as connection:
        connection.exec_driver_sql(
            "INSERT INTO grid (code, community_code, kind) "
            "VALUES ('51000000000100101', '510000000001', 'micro')"
        )
        connection.exec_driver_sql(
            "INSERT INTO grid_period (grid_id, plan_id, grid_no, valid) "
            "SELECT max(id), 2, 0, '[2026-01-01,)' FROM grid"
        )
    with TestClient(create_app(open_settings)) as client:
        assert ids(client, "micro_grids") == {"51000000000100101"}
        assert len(ids(client, "grids")) == 4


@pytest.mark.parametrize("most_vertices", [1, 12, 57, 10_000])
def test_a_page_ends_before_its_shapes_grow_too_large(
    engine: sa.Engine, most_vertices: int
) -> None:
    days = Days(date(2026, 5, 1), date(2026, 5, 1))
    found: list[str] = []
    after = None
    with engine.connect() as connection:
        while True:
            page = feature_page(
                connection,
                sight.EVERYWHERE,
                "buildings",
                Selection(days),
                PLAIN,
                limit=50,
                after=after,
                most_vertices=most_vertices,
            )
            # A building has five vertices; one comes even when it alone has too many.
            assert len(page.features) <= max(1, min(most_vertices // 5, 50))
            found += page.features
            if page.following is None:
                break
            after = cursor_key("buildings", page.following)
        assert len(found) == len(set(found)) == 96
        assert feature_count(connection, sight.EVERYWHERE, "buildings", Selection(days)) == 96


@pytest.mark.parametrize("zone", ["Etc/GMT+12", "Pacific/Kiritimati"])
def test_posts_are_those_of_the_day_in_china_wherever_the_database_stands(
    engine: sa.Engine, zone: str
) -> None:
    """The two zones never have the same day."""
    with engine.begin() as connection:
        connection.execute(
            sa.text("UPDATE post SET valid = daterange(:day, :day + 1)"), {"day": today()}
        )
        connection.execute(sa.select(sa.func.set_config("timezone", zone, True)))
        days = Days(None, None)
        page = feature_page(
            connection, sight.EVERYWHERE, "grids", Selection(days), PLAIN, limit=9, after=None
        )
        assert sorted(json.loads(f)["properties"]["posts"] for f in page.features) == [0, 0, 1, 1]
        connection.rollback()
