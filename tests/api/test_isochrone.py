"""What is reached on foot from a click on the map."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
import shapely
import sqlalchemy as sa
from fastapi.testclient import TestClient
from shapely.geometry.base import BaseGeometry

from api.app import create_app
from api.services.walking_memory import WalkingMemory
from api.settings import Settings
from gis.gcj02 import bd09_to_wgs84, gcj02_to_wgs84, wgs84_to_bd09, wgs84_to_gcj02
from gis.store.engine import open_engine

Floats = npt.NDArray[np.float64]
Shift = Callable[[Floats, Floats], tuple[Floats, Floats]]
ROUTE = "/api/v1/isochrone"
# on the high street of the small town, which runs from west to east, beyond its courtyards
LON, LAT = 104.616, 28.404
METRES_PER_DEGREE = 97_980.0  # of longitude here


def _areas(client: TestClient, **query: Any) -> list[BaseGeometry]:
    answer = client.get(ROUTE, params={"lon": LON, "lat": LAT, **query})
    assert answer.status_code == 200, answer.text
    return [shapely.geometry.shape(area["geometry"]) for area in answer.json()["areas"]]


def test_a_click_on_a_street_reaches_as_far_as_the_minutes_go(client: TestClient) -> None:
    areas = _areas(client)
    for minutes, area in zip((5, 10, 15), areas, strict=True):
        west, _, east, _ = area.bounds
        walk = minutes * 60 * 1.2
        # the street ends in the east; legs lead 100 m on
        ahead = min(walk, (104.6205 - LON) * METRES_PER_DEGREE + 100)
        assert (east - LON) * METRES_PER_DEGREE == pytest.approx(ahead, abs=12)
        assert (LON - west) * METRES_PER_DEGREE == pytest.approx(walk, abs=12)
        assert area.is_valid
        assert area.contains(shapely.Point(LON, LAT))
    assert all(inner.difference(outer).area < 1e-12 for inner, outer in pairwise(areas))


def test_the_answer_says_how_it_was_made(client: TestClient) -> None:
    query: dict[str, Any] = {"lon": LON, "lat": LAT + 0.0003, "minutes": "10,2.5,10", "speed": 0.8}
    told = client.get(ROUTE, params={**query, "gates": "open", "walk": "wide"}).json()
    assert [area["minutes"] for area in told["areas"]] == [2.5, 10]
    assert (told["status"], told["message"], told["speed_m_s"]) == ("ok", "", 0.8)
    assert (told["gates"], told["walk"].split(":")[0]) == ("open", "wide")
    assert told["leg_m"] == pytest.approx(0.0003 * 110_850, abs=0.5)
    assert told["start"] == pytest.approx((LON, LAT), abs=1e-6)


def test_a_slower_walker_reaches_less(client: TestClient) -> None:
    (slow,) = _areas(client, minutes="10", speed=0.6)
    (fast,) = _areas(client, minutes="10", speed=1.2)
    assert slow.area < 0.8 * fast.area
    assert slow.difference(fast).area < 0.01 * slow.area


@pytest.mark.parametrize(
    ("coord", "shifted", "plain"),
    [("gcj02", wgs84_to_gcj02, gcj02_to_wgs84), ("bd09", wgs84_to_bd09, bd09_to_wgs84)],
)
def test_shifted_coordinates_come_and_go_in_their_own_system(
    client: TestClient, coord: str, shifted: Shift, plain: Shift
) -> None:
    lon, lat = (float(v[0]) for v in shifted(np.array([LON]), np.array([LAT])))
    (there,) = _areas(client, minutes="5", lon=lon, lat=lat, coord=coord)
    (here,) = _areas(client, minutes="5")
    back = shapely.transform(there, lambda xy: np.column_stack(plain(*xy.T)))
    assert back.symmetric_difference(here).area < 0.01 * here.area
    assert not there.contains(shapely.Point(LON, LAT - 0.0005))


def test_far_from_every_street_the_answer_says_why(client: TestClient) -> None:
    for lon, lat, status in ((104.61, 28.42, "outside"), (0.0, -89.9, "outside")):
        answer = client.get(
            ROUTE, params={"lon": lon, "lat": lat}, headers={"accept-language": "zh"}
        )
        told = answer.json()
        assert (answer.status_code, told["status"], told["start"]) == (200, status, None)
        assert told["message"] == "位于道路数据范围之外"
        assert [area["geometry"] for area in told["areas"]] == [None] * 3


@pytest.mark.parametrize(
    "query",
    [
        {"minutes": "five"},
        {"minutes": ""},
        {"minutes": "0,5"},
        {"minutes": "61"},
        {"minutes": "nan"},
        {"minutes": "1,2,3,4,5,6,7"},
        {"speed": 0.1},
        {"speed": 3.5},
        {"speed": "inf"},
        {"lon": 181},
        {"lat": "nan"},
        {"coord": "mercator"},
        {"gates": "ajar"},
        {"walk": "swim"},
    ],
)
def test_what_cannot_be_walked_is_refused(client: TestClient, query: dict[str, Any]) -> None:
    answer = client.get(ROUTE, params={"lon": LON, "lat": LAT, **query})
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"


def test_a_new_street_shows_in_the_next_answer(writer: TestClient, open_settings: Settings) -> None:
    (before,) = _areas(writer, minutes="10")
    assert open_settings.database_url is not None
    engine = open_engine(open_settings.database_url.get_secret_value())
    with engine.begin() as connection:
        north = f"LINESTRING({LON} {LAT}, {LON} {LAT + 0.005})"
        connection.execute(
            sa.text(
                "INSERT INTO street (code, street_class, geom) "
                "VALUES ('new', 'lane', ST_Multi(ST_GeomFromText(:line, 4326)))"
            ),
            {"line": north},
        )
        connection.execute(
            sa.text(
                "UPDATE street SET changed_at = now(), geom = ST_Multi(ST_GeomFromText("
                "'LINESTRING(104.5995 28.404, 104.616 28.404, 104.6205 28.404)', 4326)) "
                "WHERE code = 's0'"
            )
        )
    (after,) = _areas(writer, minutes="10")
    with engine.begin() as connection:
        connection.execute(
            sa.text(
                "UPDATE street SET retired_on = current_date, changed_at = now() WHERE code = 'new'"
            )
        )
    engine.dispose()
    up = shapely.Point(LON, LAT + 0.004)
    assert not before.contains(up)
    assert after.contains(up)
    (again,) = _areas(writer, minutes="10")
    assert not again.contains(up)


def test_ground_is_built_once_and_forgotten_when_others_are_asked_for(town_url: str) -> None:
    engine = open_engine(town_url)
    memory = WalkingMemory(kept=1)
    with engine.connect() as connection:
        town = memory.ground(connection, LON, LAT)
        assert memory.ground(connection, LON + 0.001, LAT) is town
        sea = memory.ground(connection, 0.1, 0.1)
        assert sea.raster.network.edges == 0
        assert memory.ground(connection, LON, LAT) is not town
    engine.dispose()


def test_others_are_answered_while_a_network_is_built(town_settings: Settings) -> None:
    """The process that holds networks starts with the first click, which takes a second."""
    with TestClient(create_app(town_settings.model_copy(update={"threads": 1}))) as client:
        assert client.get("/readyz").status_code == 200
        with ThreadPoolExecutor(1) as clicking:
            click = clicking.submit(client.get, ROUTE, params={"lon": LON, "lat": LAT})
            answered = 0
            while not click.done():
                assert client.get("/readyz").status_code == 200
                answered += 1
            assert click.result().status_code == 200
    # Of those that waited for the click's own seat only one would have been answered before it.
    assert answered > 5
