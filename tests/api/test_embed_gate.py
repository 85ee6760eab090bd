"""Requests with an embed key: confined to its layers, its area, its sites and its time."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import mapbox_vector_tile
import pytest
import sqlalchemy as sa
from fastapi.testclient import TestClient
from httpx2 import Response

from api.app import create_app
from api.services.embed_keys import NewKey, make_key, revoke_key
from api.services.sights import ALL_SEEING
from api.settings import Settings
from gis.store.engine import open_engine
from gis.store.tables import embed_key
from maps.layers import LAYERS
from tests.api.test_tiles import WALK, address_of

STREET_OFFICE, COMMUNITY, OTHER = "510000000000", "510000000001", "510000000002"
SCREEN = "https://screen.example"


class Keyed:
    """A service on a town of its own, and the keys made for it."""

    def __init__(self, client: TestClient, engine: sa.Engine) -> None:
        self.client = client
        self.engine = engine

    def key(self, area: str = COMMUNITY, **wanted: Any) -> str:
        """Make a key."""
        new = NewKey(area, **wanted)
        return make_key(self.engine, ALL_SEEING, new, made_by="test", now=datetime.now(UTC)).key

    def tile(self, layers: str, key: str, *, z: int = 15, **more: Any) -> Response:
        """Ask for the tile in the middle of the first community."""
        origin = more.pop("origin", None)
        path = "/".join(str(n) for n in address_of(104.603, 28.402, z))
        walk = WALK if LAYERS.get(layers) and LAYERS[layers].scope == "walk" else {}
        return self.client.get(
            f"/tiles/{layers}/{path}.mvt",
            params={"at": "2026-05-01", "key": key, **walk, **more},
            headers={"Origin": origin} if origin else {},
        )


@pytest.fixture
def keyed(open_settings: Settings) -> Iterator[Keyed]:
    """Serve a town of this test's own."""
    assert open_settings.database_url is not None
    engine = open_engine(open_settings.database_url.get_secret_value())
    with TestClient(create_app(open_settings), base_url="http://127.0.0.1") as client:
        yield Keyed(client, engine)
    engine.dispose()


def codes(answer: Response, layer: str) -> set[str]:
    """Codes of the features of a tile."""
    assert answer.status_code == 200, answer.text
    features = mapbox_vector_tile.decode(answer.content)[layer]["features"]
    return {f["properties"]["code"] for f in features}


def test_a_tile_shows_only_the_area_of_the_key(keyed: Keyed) -> None:
    assert codes(keyed.tile("communities", keyed.key(OTHER), z=12), "communities") == {OTHER}
    both = codes(keyed.tile("communities", keyed.key(STREET_OFFICE), z=12), "communities")
    assert both == {COMMUNITY, OTHER}
    assert codes(keyed.tile("buildings", keyed.key(OTHER)), "buildings") == set()
    assert len(codes(keyed.tile("grids", keyed.key()), "grids")) == 4


def test_inside_its_area_a_key_can_be_narrowed_but_never_widened(keyed: Keyed) -> None:
    whole = keyed.key(STREET_OFFICE)
    assert codes(keyed.tile("communities", whole, z=12, community=OTHER), "communities") == {OTHER}
    narrow = keyed.key(COMMUNITY)
    refusals = [
        keyed.tile("communities", narrow, community=code)
        for code in (OTHER, STREET_OFFICE, "999999999999", "nonsense")
    ]
    assert {answer.status_code for answer in refusals} == {404}
    assert len({answer.json()["detail"] for answer in refusals}) == 1


def test_asking_twice_for_an_area_does_not_slip_past(keyed: Keyed) -> None:
    key = keyed.key(COMMUNITY)
    path = "/".join(str(n) for n in address_of(104.603, 28.402, 12))
    for query in (
        f"key={key}&community={COMMUNITY}&community={OTHER}",
        f"key={key}&community={OTHER}&community={COMMUNITY}",
        f"community={OTHER}&k%65y={key}&key={key}",
    ):
        answer = keyed.client.get(f"/tiles/communities/{path}.mvt?{query}")
        assert answer.status_code == 404 or codes(answer, "communities") == {COMMUNITY}


def test_layers_that_the_key_does_not_open_read_like_those_that_do_not_exist(
    keyed: Keyed,
) -> None:
    key = keyed.key(layers=("grids",))
    for layers in ("facilities", "grids,reach", "cells", "sites", "nothing"):
        answer = keyed.tile(layers, key)
        assert answer.status_code == 403
        assert answer.json()["code"] == "embed-key-outside"
    assert keyed.tile("buildings,grids", key).status_code == 200


def test_neither_drafts_nor_cells_nor_trials_come_through_any_key(keyed: Keyed) -> None:
    key = keyed.key()
    for layer in ("cells", "sites"):
        assert keyed.tile(layer, key, plan=1).status_code == 403
    for more in ({"plan": 1}, {"plan": 2}):
        assert keyed.tile("grids", key, **more).status_code == 403
    assert keyed.tile("reach", key, profile="trial").status_code == 403
    assert keyed.tile("reach", key).status_code == 200


def test_an_unknown_key_opens_nothing(keyed: Keyed) -> None:
    for key in ("wge_nothing", "nothing", "", "wge_" + "x" * 10_000):
        answer = keyed.tile("communities", key)
        assert answer.status_code == 403
        assert answer.json()["code"] == "embed-key-unknown"
        assert key not in answer.text or not key


def test_an_expired_key_says_so_and_whom_to_ask(keyed: Keyed) -> None:
    key = keyed.key(contact="区数据局", origins=(SCREEN,))
    with keyed.engine.begin() as connection:
        connection.execute(
            sa.update(embed_key).values(
                made_at=datetime(2026, 1, 1, tzinfo=UTC),
                expires_at=datetime(2026, 2, 1, tzinfo=UTC),
            )
        )
    answer = keyed.tile("communities", key, origin=SCREEN)
    assert answer.status_code == 403
    assert answer.json()["code"] == "embed-key-ended"
    assert "已失效（2026-02-01）" in answer.json()["detail"]
    assert "区数据局" in answer.json()["detail"]
    # The page that was allowed may read why its map went.
    assert answer.headers["access-control-allow-origin"] == SCREEN


def test_a_key_ends_at_its_moment_though_it_is_remembered(keyed: Keyed) -> None:
    key = keyed.key()
    ends = datetime.now(UTC) + timedelta(seconds=0.4)
    with keyed.engine.begin() as connection:
        connection.execute(sa.update(embed_key).values(expires_at=ends))
    assert keyed.tile("communities", key).status_code == 200
    while datetime.now(UTC) < ends:
        keyed.tile("communities", key)
    assert keyed.tile("communities", key).status_code == 403


def test_a_revoked_key_is_refused_by_every_process_within_a_second(
    keyed: Keyed, open_settings: Settings
) -> None:
    key = keyed.key()
    with TestClient(create_app(open_settings), base_url="http://127.0.0.1") as other:
        clients = [keyed.client, other]
        path = "/tiles/communities/{}/{}/{}.mvt".format(*address_of(104.603, 28.402, 12))
        for client in clients:
            assert client.get(path, params={"key": key}).status_code == 200
        revoke_key(keyed.engine, ALL_SEEING, 1, by="test", now=datetime.now(UTC))
        ended = time.monotonic()
        for client in clients:
            while client.get(path, params={"key": key}).status_code == 200:
                assert time.monotonic() < ended + 1
            answer = client.get(path, params={"key": key})
            assert answer.json()["code"] == "embed-key-ended"


def test_pages_of_the_origins_named_may_read_and_no_others(keyed: Keyed) -> None:
    key = keyed.key(origins=(SCREEN, "http://10.0.0.1:8088"))
    for origin in (SCREEN, "http://10.0.0.1:8088"):
        answer = keyed.tile("grids", key, origin=origin)
        assert answer.status_code == 200
        assert answer.headers["access-control-allow-origin"] == origin
        assert "Origin" in answer.headers["vary"]
        assert answer.headers["cross-origin-resource-policy"] == "cross-origin"
        assert "X-Wangge-Left-Out" in answer.headers["access-control-expose-headers"]
    for origin in ("https://elsewhere.example", "null", "http://screen.example", SCREEN + ":8"):
        answer = keyed.tile("grids", key, origin=origin)
        assert answer.status_code == 403
        assert answer.json()["code"] == "embed-key-origin"
        assert "access-control-allow-origin" not in answer.headers


def test_programs_and_the_services_own_pages_have_no_foreign_origin(keyed: Keyed) -> None:
    key = keyed.key(origins=(SCREEN,))
    for origin in (None, "http://127.0.0.1"):
        answer = keyed.tile("grids", key, origin=origin)
        assert answer.status_code == 200
        assert "access-control-allow-origin" not in answer.headers


def test_no_cache_outlives_a_key(keyed: Keyed) -> None:
    answer = keyed.tile("grids", keyed.key())
    assert answer.headers["cache-control"] == "private, no-cache"
    again = keyed.client.get(
        str(answer.request.url), headers={"If-None-Match": answer.headers["etag"]}
    )
    assert again.status_code == 304


def test_two_keys_of_one_area_are_served_the_same_tile(keyed: Keyed) -> None:
    tags = {keyed.tile("grids", keyed.key()).headers["etag"] for _ in range(2)}
    assert len(tags) == 1


def test_tilejson_hands_the_key_on_and_keeps_to_its_area(keyed: Keyed) -> None:
    key = keyed.key(OTHER)
    told = keyed.client.get("/tiles/grids.json", params={"key": key}).json()
    assert f"key={key}" in told["tiles"][0]
    assert f"community={OTHER}" in told["tiles"][0]


def test_without_a_key_nothing_changes(keyed: Keyed) -> None:
    path = "/tiles/grids/{}/{}/{}.mvt".format(*address_of(104.603, 28.402, 14))
    answer = keyed.client.get(path, params={"plan": 1}, headers={"Origin": SCREEN})
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-cache"
    assert answer.headers["access-control-allow-origin"] == "*"


def test_a_database_that_does_not_answer_is_said_as_anywhere(keyed: Keyed) -> None:
    key = keyed.key()
    with keyed.engine.begin() as connection:
        connection.execute(sa.text("ALTER TABLE embed_key RENAME TO gone"))
    answer = keyed.tile("communities", key)
    assert answer.status_code in {500, 503}
    assert answer.headers["content-type"].startswith("application/problem+json")
    assert "embed_key" not in answer.text


def test_figures_come_without_the_areas_above(keyed: Keyed) -> None:
    open_told = keyed.client.get("/api/v1/figures", params={"area": COMMUNITY}).json()
    assert [area["code"] for area in open_told["way"]] == [STREET_OFFICE, COMMUNITY]
    told = keyed.client.get("/api/v1/figures", params={"key": keyed.key()}).json()
    assert [area["code"] for area in told["way"]] == [COMMUNITY]
    assert told["figures"]["grids"] == open_told["figures"]["grids"]
    shut = {"key": keyed.key(layers=("grids",))}
    assert keyed.client.get("/api/v1/figures", params=shut).status_code == 403
    foreign = {"key": keyed.key(), "area": OTHER}
    assert keyed.client.get("/api/v1/figures", params=foreign).status_code == 404


def test_a_key_tells_its_holder_what_it_opens(keyed: Keyed) -> None:
    key = keyed.key(layers=("grids", "figures"), origins=(SCREEN,))
    told = keyed.client.get("/api/v1/embed-key", params={"key": key}).json()
    assert told["area_code"] == COMMUNITY
    assert told["layers"] == ["figures", "grids"]
    assert told["origins"] == [SCREEN]
    revoke_key(keyed.engine, ALL_SEEING, 1, by="test", now=datetime.now(UTC))
    assert keyed.client.get("/api/v1/embed-key", params={"key": keyed.key()}).status_code == 200


def test_keys_are_made_and_ended_over_http_where_writing_is_allowed(
    keyed: Keyed, writer: TestClient
) -> None:
    wanted = {"area_code": COMMUNITY, "origins": [SCREEN], "made_by": "it"}
    made = writer.post("/api/v1/embed-keys", json=wanted)
    assert made.status_code == 201, made.text
    key = made.json()["key"]
    assert keyed.tile("grids", key).status_code == 200
    (listed,) = writer.get("/api/v1/embed-keys").json()
    assert "key" not in listed
    assert key not in str(listed)
    ended = writer.post("/api/v1/embed-keys/1/revoke", json={"revoked_by": "it"})
    assert ended.json()["state"] == "revoked"
    # Reading a key's holder is one thing, keeping keys another: strangers see none.
    assert keyed.client.get("/api/v1/embed-keys").status_code == 403


def test_a_key_holds_however_its_name_is_spelled(keyed: Keyed) -> None:
    key = keyed.key(layers=("grids",))
    for name in ("key", "k%65y", "%6bey"):
        refused = keyed.client.get(f"/tiles/facilities.json?{name}={key}")
        assert refused.status_code == 403, name
        assert keyed.client.get(f"/tiles/grids.json?{name}={key}").status_code == 200, name
    assert keyed.client.get(f"/tiles/grids.json%0A?key={key}").status_code == 400


def test_a_page_that_a_key_names_may_ask_with_headers_where_nothing_is_shared(
    open_settings: Settings,
) -> None:
    assert open_settings.database_url is not None
    engine = open_engine(open_settings.database_url.get_secret_value())
    alone = open_settings.model_copy(update={"cors_origins": "none"})
    asks = {
        "Access-Control-Request-Method": "GET",
        "Access-Control-Request-Headers": "if-none-match",
    }
    with TestClient(create_app(alone), base_url="http://127.0.0.1") as client:
        key = Keyed(client, engine).key(origins=[SCREEN])
        x, y = address_of(104.603, 28.402, 15)[1:]
        tile = f"/tiles/grids/15/{x}/{y}.mvt"

        def asked(origin: str, query: str = f"?key={key}", method: str = "GET") -> Response:
            told = {**asks, "Origin": origin, "Access-Control-Request-Method": method}
            return client.options(f"{tile}{query}", headers=told)

        granted = asked(SCREEN)
        assert granted.status_code == 204
        assert granted.headers["access-control-allow-origin"] == SCREEN
        assert "If-None-Match" in granted.headers["access-control-allow-headers"]
        for refused in (
            asked("https://other.example"),
            asked(SCREEN, query=""),
            asked(SCREEN, method="PUT"),
        ):
            assert refused.status_code in (403, 404, 405)
            assert "access-control-allow-methods" not in refused.headers
    engine.dispose()
