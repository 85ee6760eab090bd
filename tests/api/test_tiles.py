"""Vector tiles: what is on them, and what HTTP says of them."""

from __future__ import annotations

import gzip
import json
import math
from collections.abc import Iterator
from datetime import date
from typing import Annotated, Any
from urllib.parse import urlencode

import mapbox_vector_tile
import pytest
import sqlalchemy as sa
from fastapi import FastAPI, Query
from fastapi.testclient import TestClient
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError
from starlette.datastructures import QueryParams

from api.routes.tiles import TileFilters, tile_filters
from gis.contracts import SENSITIVE
from gis.store.engine import open_engine
from gis.store.sight import EVERYWHERE
from gis.store.tile_rows import explained
from maps.layers import TILE_LAYERS
from maps.tiles import MVT, Walk, tile_query, tile_request


def address_of(lon: float, lat: float, z: int) -> tuple[int, int, int]:
    """Tile address by the definition of Web Mercator."""
    n = 2**z
    x = int((lon + 180) / 360 * n)
    y = int((1 - math.asinh(math.tan(math.radians(lat))) / math.pi) / 2 * n)
    return z, x, y


def tile_of(
    client: TestClient,
    layer: str,
    z: int = 15,
    lon: float = 104.603,
    lat: float = 28.402,
    **query: Any,
) -> list[dict[str, Any]]:
    """Features of the tile at a place."""
    path = "/".join(str(n) for n in address_of(lon, lat, z))
    answer = client.get(f"/tiles/{layer}/{path}.mvt", params={"at": "2026-05-01", **query})
    assert answer.status_code == 200, answer.text
    decoded = mapbox_vector_tile.decode(answer.content)
    assert list(decoded) == [layer]
    return list(decoded[layer]["features"])


WALK: dict[str, Any] = {"kind": "service_centre"}


def _query(layer: str) -> dict[str, Any]:
    return {"plan": {"plan": 1}, "walk": WALK}.get(TILE_LAYERS[layer].scope, {})


@pytest.mark.parametrize("layer", sorted(TILE_LAYERS))
def test_a_tile_carries_the_attributes_of_the_contract_and_no_others(
    client: TestClient, planner: TestClient, layer: str
) -> None:
    # Suggested sites are told to those the service knows.
    asker = planner if layer == "sites" else client
    features = tile_of(asker, layer, z=15, lon=104.6035, lat=28.4035, **_query(layer))
    assert features
    known = {a.name for a in TILE_LAYERS[layer].attributes}
    carried = {name for f in features for name in f["properties"]}
    assert carried <= known
    assert not carried & set(SENSITIVE)


def test_published_grids_are_drawn_with_their_load(client: TestClient) -> None:
    grids = {f["properties"]["name"]: f["properties"] for f in tile_of(client, "grids", z=14)}
    assert set(grids) == {"第一网格", "第二网格", "第三网格", "第四网格"}
    assert grids["第三网格"]["over_cap"] is True
    assert grids["第三网格"]["load"] == pytest.approx(1.12)
    assert grids["第一网格"]["code"] == "510000000001001"
    assert tile_of(client, "grids", z=14, at="2025-12-31") == []


def test_the_grids_of_a_draft_are_drawn_when_it_is_named(planner: TestClient) -> None:
    (grid,) = tile_of(planner, "grids", z=14, plan=2)
    assert (grid["properties"]["households"], grid["properties"]["plan"]) == (524, 2)


def test_a_grid_tells_how_its_posts_stand_and_names_nobody(client: TestClient) -> None:
    grids = {f["properties"]["name"]: f["properties"] for f in tile_of(client, "grids", z=14)}
    staffed = {n: (g["posts"], g["vacancies"]) for n, g in grids.items()}
    assert staffed == {
        "第一网格": (1, 0), "第二网格": (1, 1), "第三网格": (0, 0), "第四网格": (0, 0),
    }  # fmt: skip
    assert {n for n, g in grids.items() if "holder_class" in g} == {"第一网格"}
    assert grids["第一网格"]["holder_class"] in range(1, 9)
    before = tile_of(client, "grids", z=14, at="2026-01-01", plan=1)
    assert not {"posts", "vacancies", "holder_class"} & set(before[0]["properties"])


def test_a_grid_on_many_tiles_is_named_on_one(client: TestClient) -> None:
    west, east = address_of(104.6, 28.4, 16)[1], address_of(104.612, 28.4, 16)[1]
    north, south = address_of(104.6, 28.408, 16)[2], address_of(104.6, 28.4, 16)[2]
    drawn: list[str] = []
    named: list[tuple[str, bool]] = []
    for x in range(west, east + 1):
        for y in range(north, south + 1):
            whole = client.get(f"/tiles/grids,grid_labels/16/{x}/{y}.mvt?at=2026-05-01").content
            layers = mapbox_vector_tile.decode(whole)
            drawn += [f["properties"]["name"] for f in layers["grids"]["features"]]
            told = [f["properties"] for f in layers["grid_labels"]["features"]]
            named += [(f["name"], f["estimated"]) for f in told]
    assert len(drawn) > 8
    assert sorted(named) == [
        ("第一网格", False), ("第三网格", False), ("第二网格", False), ("第四网格", True),
    ]  # fmt: skip


def test_a_courtyard_on_many_tiles_is_named_on_one(client: TestClient) -> None:
    west, east = address_of(104.6, 28.4, 16)[1], address_of(104.612, 28.4, 16)[1]
    north, south = address_of(104.6, 28.408, 16)[2], address_of(104.6, 28.4, 16)[2]
    drawn: list[str] = []
    named: list[str] = []
    for x in range(west, east + 1):
        for y in range(north, south + 1):
            whole = client.get(f"/tiles/courtyards,courtyard_labels/16/{x}/{y}.mvt").content
            layers = mapbox_vector_tile.decode(whole)
            drawn += [f["properties"]["name"] for f in layers["courtyards"]["features"]]
            named += [f["properties"]["name"] for f in layers["courtyard_labels"]["features"]]
    assert len(drawn) > len(named)
    assert sorted(named) == sorted(set(drawn))


def test_cells_tell_their_grid_and_the_unassigned_tell_none(planner: TestClient) -> None:
    cells = tile_of(planner, "cells", z=14, plan=2)
    without = [c["properties"]["unit"] for c in cells if "grid_no" not in c["properties"]]
    assert without == ["b000"]


def test_a_grid_reaches_as_far_on_its_tile_as_on_the_ground(client: TestClient) -> None:
    z, x, _ = address_of(104.603, 28.402, 14)
    (first,) = [f for f in tile_of(client, "grids", z=14) if f["properties"]["name"] == "第一网格"]
    columns = [point[0] for point in first["geometry"]["coordinates"][0]]
    per_degree = 2**z / 360 * 4096
    west = (104.600 + 180) * per_degree - x * 4096
    east = (104.606 + 180) * per_degree - x * 4096
    assert min(columns) == pytest.approx(west, abs=1)
    assert max(columns) == pytest.approx(east, abs=1)


def test_reach_tells_minutes_at_the_speed_asked_for(client: TestClient) -> None:
    def minutes(**query: Any) -> dict[str, float | None]:
        drawn = tile_of(client, "reach", z=14, **WALK, **query)
        return {f["properties"]["code"]: f["properties"].get("minutes") for f in drawn}

    # 650 m at 1.2 m/s are 9.03 minutes, told as 9.1: never less than it takes.
    assert minutes()["b036"] == pytest.approx(9.1)
    assert minutes(speed=0.6)["b036"] == pytest.approx(18.1)
    assert minutes()["b095"] is None


def test_circles_are_those_of_the_kind_or_of_one_facility(client: TestClient) -> None:
    kind = tile_of(client, "circles", z=14, **WALK)
    one = tile_of(client, "circles", z=14, facility="f0", **WALK)
    assert [c["properties"]["minutes"] for c in kind] == [15, 10, 5]
    assert {c["properties"].get("facility") for c in kind} == {None}
    assert {c["properties"]["facility"] for c in one} == {"f0"}
    assert tile_of(client, "circles", z=14, speed=0.8, **WALK) == []


def test_a_layer_of_a_walk_asks_for_the_kind_and_the_others_refuse_it(client: TestClient) -> None:
    path = "14/{1}/{2}.mvt".format(*address_of(104.603, 28.402, 14))
    missing = client.get(f"/tiles/reach/{path}", headers={"accept-language": "en"})
    assert (missing.status_code, "kind=" in missing.text) == (404, True)
    assert client.get(f"/tiles/streets/{path}?kind=medical").status_code == 404


def test_retired_buildings_are_drawn_only_before_their_day(client: TestClient) -> None:
    def codes(at: str) -> set[str]:
        found = tile_of(client, "buildings", z=15, lon=104.6015, lat=28.4008, at=at)
        return {f["properties"]["code"] for f in found}

    assert "gone" in codes("2025-05-31")
    assert "gone" not in codes("2026-05-01")


def test_shapes_smaller_than_a_pixel_are_left_out(client: TestClient) -> None:
    assert len(tile_of(client, "courtyards", z=12)) == 4
    # A pixel of zoom 6 is 0.011 degrees wide; the communities are 0.012 and 0.008.
    (larger,) = tile_of(client, "communities", z=6)
    assert larger["properties"]["name"] == "云溪社区"
    assert len(tile_of(client, "communities", z=9)) == 2


def test_footpaths_wait_for_zoom_14(client: TestClient) -> None:
    def classes(z: int) -> set[str]:
        return {f["properties"]["class"] for f in tile_of(client, "streets", z=z)}

    assert classes(13) == {"arterial"}
    assert classes(15) == {"arterial", "footpath"}


def test_the_same_tile_has_the_same_bytes_and_another_tag_per_encoding(client: TestClient) -> None:
    path = "/tiles/buildings/{}/{}/{}.mvt".format(*address_of(104.603, 28.402, 15))
    plain = client.get(path, headers={"accept-encoding": "identity"})
    again = client.get(path, headers={"accept-encoding": "identity"})
    packed = client.get(path, headers={"accept-encoding": "gzip"})
    assert plain.content == again.content == packed.content
    assert plain.headers["etag"] == again.headers["etag"] != packed.headers["etag"]
    assert packed.headers["content-encoding"] == "gzip"
    assert not plain.headers["etag"].startswith("W/")
    assert plain.headers["cache-control"] == "no-cache"
    assert plain.headers["vary"] == packed.headers["vary"] == "Accept-Encoding"
    assert len(gzip.compress(plain.content, 6)) >= int(packed.headers["content-length"]) - 16


def test_a_client_that_refuses_gzip_gets_plain_bytes(client: TestClient) -> None:
    path = "/tiles/buildings/{}/{}/{}.mvt".format(*address_of(104.603, 28.402, 15))
    for refusal in ("gzip;q=0", "gzip;q=0, *", "identity"):
        for address in (path, "/api/v1/openapi.json"):
            answer = client.get(address, headers={"accept-encoding": refusal})
            assert "content-encoding" not in answer.headers
            assert answer.headers["vary"] == "Accept-Encoding"


def test_head_tells_what_get_would_without_the_body(client: TestClient) -> None:
    path = "/tiles/buildings/{}/{}/{}.mvt".format(*address_of(104.603, 28.402, 15))
    for address in (path, "/", "/api/v1/plans", "/healthz", "/api/v1/nowhere"):
        head, full = client.head(address), client.get(address)
        assert (head.status_code, head.content) == (full.status_code, b"")
        for name in ("content-type", "content-length", "etag"):
            assert head.headers.get(name) == full.headers.get(name)


def test_a_tile_that_is_still_good_is_not_sent_again(client: TestClient) -> None:
    path = "/tiles/grids/{}/{}/{}.mvt?at=2026-05-01".format(*address_of(104.603, 28.402, 14))
    etag = client.get(path).headers["etag"]
    still = client.get(path, headers={"if-none-match": f'"other", {etag}'})
    assert (still.status_code, still.content) == (304, b"")
    assert still.headers["etag"] == etag
    assert still.headers["vary"] == "Accept-Encoding"
    assert client.get(path, headers={"if-none-match": '"other"'}).status_code == 200


@pytest.fixture(scope="module")
def general() -> Iterator[TestClient]:
    """A route that leaves the reading of a tile's query to FastAPI."""
    app = FastAPI()

    @app.get("/")
    async def told(filters: Annotated[TileFilters, Query()]) -> TileFilters:
        return filters

    with TestClient(app) as client:
        yield client


_NAMES = st.sampled_from([*TileFilters.model_fields, "unknown", "AT"])
_WORDS = st.sampled_from(
    ["", "1", "0", "-1", "2.5", "1e2", "nan", "9" * 19, "2026-05-01", "2026-13-01", "base", "micro"]
) | st.text(max_size=70)


@given(st.lists(st.tuples(_NAMES, _WORDS), max_size=5))
def test_the_query_of_a_tile_is_read_as_fastapi_reads_it(
    general: TestClient, pairs: list[tuple[str, str]]
) -> None:
    query = urlencode(pairs)
    answer = general.get(f"/?{query}")
    try:
        read = tile_filters(QueryParams(query))
    except ValidationError:
        assert answer.status_code == 422
    else:
        assert answer.json() == json.loads(read.model_dump_json())


def test_where_nothing_lies_the_layer_has_no_features(client: TestClient) -> None:
    path = "/tiles/buildings/{}/{}/{}.mvt".format(*address_of(0.5, 0.5, 15))
    answer = client.get(path)
    assert (answer.status_code, answer.headers["content-type"]) == (200, MVT)
    assert mapbox_vector_tile.decode(answer.content)["buildings"]["features"] == []
    again = client.get(path, headers={"if-none-match": answer.headers["etag"]})
    assert again.status_code == 304


@pytest.mark.parametrize(
    "address",
    [
        "nothing/1/0/0",
        "grids/14/16384/0",
        "grids/14/0/-1",
        "grids/99/0/0",
        "buildings/2/0/0",
        "cells/14/0/0",
        "buildings/14/0/0",
        "buildings/x/0/0",
        "buildings/14/-1/0",
        "buildings/14/1/" + "9" * 31,
        "buildings,nothing/14/0/0",
        "buildings,/14/0/0",
    ],
)
def test_addresses_outside_the_contract_are_not_found(client: TestClient, address: str) -> None:
    query = "?plan=1" if address.startswith("buildings/14") else ""
    assert client.get(f"/tiles/{address}.mvt{query}").status_code == 404


@pytest.mark.parametrize("z", [11, 13, 15])
@pytest.mark.parametrize("layer", sorted(TILE_LAYERS))
def test_tiles_are_found_by_the_spatial_index(town_url: str, layer: str, z: int) -> None:
    shown = TILE_LAYERS[layer]
    z = min(max(z, shown.zooms[0]), shown.zooms[1])
    asked = tile_request(
        layer,
        *address_of(104.603, 28.402, z),
        at=date(2026, 5, 1),
        plan_id=1 if shown.scope == "plan" else None,
        walk=Walk("service_centre"),
        kind="service_centre" if shown.scope == "walk" else None,
    )
    engine = open_engine(town_url)
    with engine.connect() as connection:
        # The town is small: say that reading a whole table is dear, as it is in a city.
        connection.execute(sa.text("SET LOCAL enable_seqscan = off"))
        lines = "\n".join(explained(connection, tile_query(shown, EVERYWHERE, asked)))
    engine.dispose()
    merged = layer == "buildings" and z < shown.merged_below
    for index in ("building_loose", "courtyard") if merged else (shown.table,):
        assert f"ix_{index}_geom" in lines
