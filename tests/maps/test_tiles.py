"""What tiles show: nothing lost at low zooms, nothing too large, same bytes for same rows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import date
from typing import Any

import mapbox_vector_tile
import pytest
import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st
from mapbox_vector_tile.Mapbox import vector_tile_pb2

from gis.errors import InputError, NotFound
from gis.mercator import tile_box
from gis.store.engine import open_engine
from gis.store.listing import PUBLIC_COLUMNS
from gis.store.sight import EVERYWHERE
from maps.layers import LAYERS, TILE_LAYERS
from maps.tiles import TILE_BYTES, DrawnTile, draw_tile, tile_request

AT = date(2026, 5, 1)
Features = list[dict[str, Any]]


@pytest.fixture(scope="module")
def city(city_url: str) -> Iterator[sa.Connection]:
    """Three communities of 1.6 by 2 km with 12,000 buildings and 1,000 facilities each."""
    engine = open_engine(city_url)
    with engine.connect() as connection:
        yield connection
    engine.dispose()


def tiles_over(city: sa.Connection, z: int) -> list[tuple[int, int, int]]:
    """Addresses of all tiles that touch the city."""
    west, south, east, north = city.exec_driver_sql(
        "SELECT min(ST_XMin(geom)), min(ST_YMin(geom)), max(ST_XMax(geom)), max(ST_YMax(geom))"
        " FROM area"
    ).one()
    first, side = (int((west + 180) / 360 * 2**z), 1 << z)
    columns = [x for x in range(first, side) if tile_box(z, x, 0).west < east]
    columns = columns[: int((east - west) / 360 * side) + 2]
    rows = [
        y
        for y in range(side * 2 // 5, side // 2)
        if tile_box(z, 0, y).north > south and tile_box(z, 0, y).south < north
    ]
    return [(z, x, y) for x in columns for y in rows]


def features(drawn: DrawnTile, layer: str) -> Features:
    """Ids and properties of a layer; without shapes, which take long to decode."""
    tile = vector_tile_pb2.tile()
    tile.ParseFromString(drawn.body)
    (found,) = [one for one in tile.layers if one.name == layer]
    keys, values = list(found.keys), [_value(value) for value in found.values]
    return [
        {
            "id": one.id,
            "properties": {
                keys[key]: values[value]
                for key, value in zip(one.tags[::2], one.tags[1::2], strict=True)
            },
        }
        for one in found.features
    ]


def _value(told: Any) -> Any:
    ((_, value),) = told.ListFields()
    return value


def drawn_over(city: sa.Connection, layer: str, z: int, **asked: Any) -> tuple[Features, int]:
    """Features of all tiles, each id once unless they are points, and how many were tiny."""
    found: Features = []
    tiny = 0
    for address in tiles_over(city, z):
        tile = draw_tile(
            city, EVERYWHERE, tile_request(layer, *address, at=AT, **asked), tile_bytes=10**9
        )
        found += features(tile, layer)
        tiny += sum(left.count for left in tile.left_out)
    if LAYERS[layer].geometry == "point":
        return found, tiny
    return list({feature["id"]: feature for feature in found}.values()), tiny


def dense_tile(city: sa.Connection, z: int = 14) -> tuple[int, int, int]:
    """Return the tile of a zoom with most buildings."""
    per_tile = {
        address: city.execute(
            sa.text(
                "SELECT count(*) FROM building"
                " WHERE geom && ST_MakeEnvelope(:west, :south, :east, :north, 4326)"
            ),
            tile_box(*address)._asdict(),
        ).scalar_one()
        for address in tiles_over(city, z)
    }
    return max(per_tile, key=per_tile.__getitem__)


@pytest.mark.parametrize("z", [8, 11, 12, 13, 14, 15])
def test_facilities_of_each_kind_add_up_at_every_zoom(city: sa.Connection, z: int) -> None:
    rows = city.exec_driver_sql("SELECT kind, count(*) FROM facility GROUP BY kind").all()
    counted: Counter[str] = Counter()
    drawn, _ = drawn_over(city, "facilities", z)
    for one in drawn:
        counted[one["properties"]["kind"]] += one["properties"].get("facilities", 1)
    assert counted == dict(rows)
    assert (len(drawn) < 3_000) == (z < LAYERS["facilities"].merged_below)


@pytest.mark.parametrize("z", [10, 12, 13, 14])
def test_households_and_buildings_add_up_at_every_zoom(city: sa.Connection, z: int) -> None:
    buildings, households = city.exec_driver_sql(
        "SELECT count(*), sum(households) FROM building"
    ).one()
    drawn, tiny = drawn_over(city, "buildings", z)
    assert tiny == 0
    assert sum(one["properties"]["households"] for one in drawn) == households
    assert sum(one["properties"].get("buildings", 1) for one in drawn) == buildings


def test_below_zoom_14_a_courtyard_stands_for_its_buildings(city: sa.Connection) -> None:
    drawn, _ = drawn_over(city, "buildings", 13)
    told = {
        one["properties"]["courtyard"]: (
            one["properties"]["households"],
            one["properties"]["buildings"],
        )
        for one in drawn
        if "courtyard" in one["properties"]
    }
    rows = city.exec_driver_sql(
        "SELECT courtyard_code, sum(households), count(*) FROM building"
        " WHERE courtyard_code IS NOT NULL GROUP BY courtyard_code"
    )
    assert told == {row[0]: (row[1], row[2]) for row in rows}


def test_a_dense_tile_keeps_under_its_size_and_says_what_it_left_out(city: sa.Connection) -> None:
    asked = tile_request("buildings,streets", *dense_tile(city), at=AT)
    whole = draw_tile(city, EVERYWHERE, asked, tile_bytes=10**9)
    assert len(whole.body) > TILE_BYTES
    drawn = draw_tile(city, EVERYWHERE, asked)
    assert TILE_BYTES * 0.9 < len(drawn.body) <= TILE_BYTES
    (left,) = [one for one in drawn.left_out if one.what == "over-size"]
    assert left.layer == "buildings"
    assert len(features(drawn, "buildings")) + left.count == len(features(whole, "buildings"))
    assert features(drawn, "streets") == features(whole, "streets")
    assert draw_tile(city, EVERYWHERE, asked) == drawn


@settings(max_examples=25)
@given(limit=st.integers(2_000, 400_000), z=st.sampled_from([12, 14, 15]))
def test_what_is_left_out_is_the_smallest(city: sa.Connection, limit: int, z: int) -> None:
    asked = tile_request("buildings,facilities", *dense_tile(city, z), at=AT)
    whole, drawn = (
        draw_tile(city, EVERYWHERE, asked, 10**9),
        draw_tile(city, EVERYWHERE, asked, limit),
    )
    assert len(drawn.body) <= limit
    every = {one["id"]: one["properties"]["households"] for one in features(whole, "buildings")}
    kept = {one["id"] for one in features(drawn, "buildings")}
    dropped = every.keys() - kept
    assert kept <= every.keys()
    if kept and dropped:
        assert min(every[one] for one in kept) >= max(every[one] for one in dropped)
    told = {one.layer: one.count for one in drawn.left_out if one.what == "over-size"}
    assert told.get("buildings", 0) == len(dropped)


@pytest.mark.parametrize("z", [9, 13, 14])
def test_the_same_rows_in_another_order_give_the_same_bytes(city: sa.Connection, z: int) -> None:
    layers = ",".join(name for name in LAYERS if LAYERS[name].scope in ("day", "day_or_plan"))
    asked = [tile_request(layers, *address, at=AT) for address in tiles_over(city, z)[:4]]
    before = [draw_tile(city, EVERYWHERE, one) for one in asked]
    with city.begin_nested() as moved:
        for table in ("building", "facility", "courtyard", "plan_grid", "street"):
            # Every row is written anew, the last one first.
            city.exec_driver_sql(f"UPDATE {table} SET geom = geom")  # noqa: S608
            key = "plan_id, grid_no" if table == "plan_grid" else "id"
            city.exec_driver_sql(
                f"UPDATE {table} SET geom = geom WHERE ({key}) IN"  # noqa: S608
                f" (SELECT {key} FROM {table} ORDER BY ST_XMin(geom) LIMIT 500)"
            )
        after = [draw_tile(city, EVERYWHERE, one) for one in asked]
        moved.rollback()
    assert before == after


def test_an_area_narrows_layers_to_its_communities(city: sa.Connection) -> None:
    for code, count in (("511500001002", 1), ("511500001000", 3), ("511500000000", 3)):
        drawn, _ = drawn_over(city, "communities", 12, community=code)
        assert len(drawn) == count
    (number,) = city.exec_driver_sql(
        "SELECT count(*) FROM facility WHERE community_code = '511500001002'"
    ).one()
    drawn, _ = drawn_over(city, "facilities", 15, community="511500001002")
    assert len(drawn) == number
    grids, _ = drawn_over(city, "grids", 13, community="511500001002")
    assert {one["properties"]["community"] for one in grids} == {"511500001002"}
    assert drawn_over(city, "buildings", 12, community="999999999999") == ([], 0)


def test_streets_of_an_area_are_those_that_touch_it(city: sa.Connection) -> None:
    rows = city.exec_driver_sql(
        "SELECT s.code FROM street AS s JOIN area AS a ON ST_Intersects(s.geom, a.geom)"
        " WHERE a.code = '511500001002'"
    )
    drawn, _ = drawn_over(city, "streets", 14, community="511500001002")
    assert {one["properties"]["code"] for one in drawn} == set(rows.scalars())


def test_a_kind_narrows_the_layers_that_know_it_and_leaves_the_others(city: sa.Connection) -> None:
    address = dense_tile(city)
    asked = tile_request("facilities,grids", *address, at=AT, kind="medical")
    drawn = draw_tile(city, EVERYWHERE, asked)
    assert {one["properties"]["kind"] for one in features(drawn, "facilities")} == {"medical"}
    alone = draw_tile(city, EVERYWHERE, tile_request("grids", *address, at=AT))
    assert features(drawn, "grids") == features(alone, "grids") != []


def test_layers_joined_are_the_layers_one_by_one(city: sa.Connection) -> None:
    address = dense_tile(city, 15)
    joined = mapbox_vector_tile.decode(
        draw_tile(city, EVERYWHERE, tile_request("streets,grids,facilities", *address, at=AT)).body
    )
    assert set(joined) == {"streets", "grids", "facilities"}
    for name, told in joined.items():
        alone = draw_tile(city, EVERYWHERE, tile_request(name, *address, at=AT))
        assert mapbox_vector_tile.decode(alone.body)[name] == told


def test_who_was_away_on_a_day_is_not_drawn_on_it(city: sa.Connection) -> None:
    lon, lat, kind = city.exec_driver_sql(
        "SELECT ST_X(geom), ST_Y(geom), kind FROM facility WHERE code = 'f00001'"
    ).one()
    (address,) = [
        one
        for one in tiles_over(city, 15)
        if tile_box(*one).west <= lon < tile_box(*one).east
        and tile_box(*one).south < lat <= tile_box(*one).north
    ]

    def codes(at: date) -> set[str]:
        drawn = draw_tile(city, EVERYWHERE, tile_request("facilities", *address, at=at, kind=kind))
        return {one["properties"]["code"] for one in features(drawn, "facilities")}

    with city.begin_nested() as away:
        city.exec_driver_sql(
            "INSERT INTO retirement (layer, code, retired_on, returned_on)"
            " VALUES ('facilities', 'f00001', '2026-02-01', '2026-03-01')"
        )
        during, since = codes(date(2026, 2, 15)), codes(date(2026, 3, 1))
        away.rollback()
    assert since - during == {"f00001"}


def test_asking_in_one_way_or_another_is_one_request() -> None:
    plain = tile_request("buildings,grids", 14, 12959, 6848, at=AT)
    assert tile_request("grids,buildings,grids", "14", "12959", "06848", at=AT) == plain
    reach = tile_request("streets,cells", 17, 103672, 54784, at=AT, plan_id=3, tier="micro")
    assert (reach.layers, reach.at, reach.tier) == (("cells",), None, "base")


def test_what_no_layer_knows_is_refused_in_words() -> None:
    with pytest.raises(NotFound, match="no kind river; there are service_centre"):
        tile_request("facilities", 14, 1, 1, at=AT, kind="river")
    with pytest.raises(NotFound, match="leave kind out"):
        tile_request("gates", 15, 1, 1, at=AT, kind="river")
    with pytest.raises(InputError, match="12 digits"):
        tile_request("gates", 15, 1, 1, at=AT, community="1; DROP")
    with pytest.raises(NotFound, match="no tile 15/-1/0 of gates"):
        tile_request("gates", 15, "-1", 0, at=AT)


def test_the_contract_and_the_lists_agree_on_what_is_suppressed() -> None:
    for layer in TILE_LAYERS.values():
        shown = {attribute.name for attribute in layer.attributes}
        assert not shown & set(layer.suppressed)
        assert not set(PUBLIC_COLUMNS.get(layer.table, ())) & set(layer.suppressed)
        assert layer.key == "id" or layer.key in shown
        assert layer.table in layer.depends_on
