"""Tiles of a scope: what is drawn is what the plain rule lets through, however it was sent."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest
import shapely
import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st

from gis.mercator import tile_box
from gis.store.engine import open_drawing_engine, open_engine
from gis.store.sight import EVERYWHERE, Ground, Sight
from maps.tiles import draw_tile, tile_request
from tests.maps.test_tiles import features, tiles_over

AT = date(2026, 5, 1)
CODES = ("511500001001", "511500001002", "511500001003", '五"\\,{}', "999999999999")
LAYERS = ("facilities", "buildings", "grids")
TABLES = {"facilities": "facility", "buildings": "building", "grids": "grid"}


@pytest.fixture(scope="module")
def connections(city_url: str) -> Iterator[list[sa.Connection]]:
    """One that keeps what it was told of a scope, and one in a transaction, that does not."""
    engines = [open_drawing_engine(city_url, pool_size=1), open_engine(city_url, pool_size=1)]
    opened = [engine.connect() for engine in engines]
    yield opened
    for connection, engine in zip(opened, engines, strict=True):
        connection.close()
        engine.dispose()


@pytest.fixture(scope="module")
def tile(connections: list[sa.Connection]) -> tuple[int, int, int]:
    """The tile of zoom 15 with things of most communities."""
    count = sa.text(
        "SELECT count(DISTINCT community_code), count(*) FROM facility"
        " WHERE geom && ST_MakeEnvelope(:west, :south, :east, :north, 4326)"
    )
    places = tiles_over(connections[1], 15)
    return max(
        places,
        key=lambda one: tuple(connections[1].execute(count, tile_box(*one)._asdict()).one()),
    )


def ids(connection: sa.Connection, sight: Sight, tile: tuple[int, int, int]) -> dict[str, set[int]]:
    drawn = draw_tile(connection, sight, tile_request(",".join(LAYERS), *tile, at=AT))
    return {layer: {one["id"] for one in features(drawn, layer)} for layer in LAYERS}


@given(seen=st.sets(st.sampled_from(CODES)), near=st.sets(st.sampled_from(CODES)))
@settings(max_examples=8, deadline=None)
def test_a_scope_shows_the_rows_of_its_communities_whichever_of_them_are_near(
    connections: list[sa.Connection],
    tile: tuple[int, int, int],
    seen: set[str],
    near: set[str],
) -> None:
    codes, here = tuple(sorted(seen)), tuple(sorted(seen & near))
    city = shapely.box(104, 28, 105, 29)
    ground = Ground(AT, codes, codes, city, here, shapely.STRtree([city] * len(here)))
    everything = ids(connections[0], EVERYWHERE, tile)
    for connection in connections:
        drawn = ids(connection, Sight(ground, drafts=True, known=True), tile)
        for layer, table in TABLES.items():
            plain = sa.text(f"SELECT id FROM {table} WHERE community_code = ANY (:seen)")  # noqa: S608
            lawful = set(connections[1].execute(plain, {"seen": list(codes)}).scalars())
            assert drawn[layer] == everything[layer] & lawful, layer
    assert all(everything.values())


def test_of_many_scopes_the_connection_forgets_the_oldest_and_is_told_it_again(
    connections: list[sa.Connection], tile: tuple[int, int, int]
) -> None:
    def drawn(*codes: str) -> dict[str, set[int]]:
        ground = Ground(AT, codes, codes, shapely.box(104, 28, 105, 29))
        return ids(connections[0], Sight(ground, drafts=True, known=True), tile)

    whole = drawn(*CODES[:3])
    for number in range(40):
        assert not any(drawn(f"{number:012d}").values())
    assert drawn(*CODES[:3]) == whole
    assert any(whole.values())
