"""No answer of any address holds anything of a person, nor what a building's people count."""

from __future__ import annotations

import importlib
import itertools
import json
import pkgutil
from collections.abc import Iterator
from typing import Any

import mapbox_vector_tile
import pytest
import sqlalchemy as sa
from fastapi.testclient import TestClient
from httpx2 import Response

import api.routes
from api.settings import Settings
from gis.contracts import SENSITIVE
from gis.store.engine import open_engine
from maps.layers import LAYERS, TILE_LAYERS
from maps.tiles import MVT
from tests.api.declared_cases import CASES, OF_WORKERS
from tests.api.rights_lines import LINES
from tests.api.test_tiles import WALK, address_of

CLOUDS = "510000000001"
# Counts of one building and a person, told apart from everything else an answer could hold.
RESIDENTS, ELDERS, VULNERABLE = 79_193, 44_221, 33_071
NAME, PHONE = "欧阳密不告人", "13977718881"
MARKS = (str(RESIDENTS), str(ELDERS), str(VULNERABLE), NAME, PHONE)
# What a member of an answer or an attribute of a layer may never be called.
PERSONAL = {"phone", "worker", "worker_name", "holder", "holder_name", "id_number", "birth"}
# Addresses outside the OpenAPI document, each with one to ask for; whoever adds another says so.
BESIDES = {
    "/metrics": "/metrics",
    "/": "/",
    "/plan": "/plan",
    "/compare": "/compare?left=plan-1&right=plan-2",
    "/plan/{plan_id}": "/plan/1",
    "/plan/{plan_id}/edit": "/plan/2/edit",
    "/my": "/my",
    "/my/shell": "/my/shell",
    "/my/sw.js": "/my/sw.js",
    "/my/manifest.webmanifest": "/my/manifest.webmanifest",
    "/handover/{community}": f"/handover/{CLOUDS}",
    "/staff": "/staff",
    "/staff/{area}": f"/staff/{CLOUDS}",
    "/walk/{community}": f"/walk/{CLOUDS}",
    "/ground/{community}": f"/ground/{CLOUDS}",
    "/dashboard": "/dashboard",
    "/login": "/login",
    "/account": "/account",
    "/embed": "/embed",
    "/embed/{page}": "/embed/grids",
    "/embed/sheet/{community}": f"/embed/sheet/{CLOUDS}",
    "/favicon.ico": "/favicon.ico",
    "/ogc": "/ogc",
    "/ogc/": "/ogc/",
    "/ogc/conformance": "/ogc/conformance",
    "/ogc/api": "/ogc/api",
    "/ogc/collections": "/ogc/collections",
    "/ogc/collections/{name}": "/ogc/collections/buildings",
    "/ogc/collections/{name}/queryables": "/ogc/collections/buildings/queryables",
    "/ogc/collections/{name}/schema": "/ogc/collections/buildings/schema",
    "/ogc/collections/{name}/items": "/ogc/collections/buildings/items?limit=1000",
    "/ogc/collections/{name}/items/{identifier:path}": "/ogc/collections/buildings/items/b000",
    "/who/{code:path}": "/who/b000",
    "/who-qr/{code:path}": "/who-qr/b000",
    "/who-sheet/{code:path}": "/who-sheet/510000000001001",
    # Files of the front end, the same for everybody.
    "/web/{address:path}": "/favicon.ico",
}
# The only answer that speaks of groups of people, and only of communities and above.
OF_PEOPLE = {"/api/v1/coverage/{area_code}"}
# Who works for whom is told by right: names there, a phone in full by one address alone.
OF_STAFF = {"/api/v1/staff/{code}", "/api/v1/chains/{building}", "/api/v1/responsible"}
OF_PHONES = {"/api/v1/staff/{code}/phone"}
# Told by right and within one's scope alone, never to the public (test_rights_matrix asks every
# role): counts by building to who draws there or looks after it, and who holds which post.
BY_RIGHT = {
    "/api/v1/plans/{plan_id}/editor",
    "/api/v1/my",
    "/api/v1/my/colleagues",
    "/api/v1/my/handovers/{publication}",
    "/api/v1/progress/{community}",
    "/api/v1/handovers/{community}",
    "/my",
    "/handover/{community}",
}


@pytest.fixture
def marked(open_settings: Settings) -> Settings:
    """Settings of a town in which one building and one worker can be recognised anywhere."""
    assert open_settings.database_url is not None
    engine = open_engine(open_settings.database_url.get_secret_value())
    with engine.begin() as connection:
        connection.execute(
            sa.text(
                "UPDATE building SET residents = :residents, elders = :elders, "
                "vulnerable = :vulnerable WHERE code = 'b000'"
            ),
            {"residents": RESIDENTS, "elders": ELDERS, "vulnerable": VULNERABLE},
        )
        told = {"name": NAME, "phone": PHONE}
        connection.execute(sa.text("UPDATE worker SET name = :name, phone = :phone"), told)
    engine.dispose()
    return open_settings


def members(value: Any) -> Iterator[str]:
    """Names of all members of a JSON value, however deep."""
    if isinstance(value, dict):
        yield from value
    inner = value.values() if isinstance(value, dict) else value
    if isinstance(value, (dict, list)):
        for part in inner:
            yield from members(part)


def hidden_routes() -> set[str]:
    """Paths that the OpenAPI document does not name."""
    found = set()
    for module in pkgutil.iter_modules(api.routes.__path__):
        router = getattr(importlib.import_module(f"api.routes.{module.name}"), "router", None)
        routes = [] if router is None else router.routes
        found |= {route.path for route in routes if not route.include_in_schema}
    return found


def check(answer: Response, path: str) -> None:
    """Look for the marks in the bytes and for forbidden names among the members."""
    kind = answer.headers.get("content-type", "")
    if kind.startswith(MVT):
        told: Any = mapbox_vector_tile.decode(answer.content)
        text = json.dumps(told, ensure_ascii=False, default=str)
    else:
        text = answer.text
        told = answer.json() if "json" in kind else None
    if path in BY_RIGHT:
        return
    told_by_right = {NAME} if path in OF_STAFF else {PHONE} if path in OF_PHONES else set()
    assert not [mark for mark in set(MARKS) - told_by_right if mark in text], path
    names = set(members(told)) - ({"phone"} if path in OF_PHONES else set())
    assert not names & PERSONAL, path
    if path not in OF_PEOPLE:
        assert not names & set(SENSITIVE), path


def test_no_address_tells_of_a_person_or_of_the_people_of_a_building(
    writer: TestClient, marked: Settings
) -> None:
    """The writer sees all that anybody sees over HTTP, drafts too."""
    assert marked.open
    document = writer.get("/api/v1/openapi.json").json()
    declared = {
        (method, path) for path, operations in document["paths"].items() for method in operations
    }
    assert declared == set(CASES) | OF_WORKERS
    for (method, path), cases in CASES.items():
        address, body = cases[min(cases)]
        for accept in ("application/json", "text/html", "*/*"):
            answer = writer.request(method, address, json=body, headers={"accept": accept})
            check(answer, path)


def test_pages_and_features_are_known_too(writer: TestClient, marked: Settings) -> None:
    assert marked.open
    assert hidden_routes() == set(BESIDES)
    for path, address in BESIDES.items():
        for accept in ("application/json", "text/html"):
            answer = writer.get(address, headers={"accept": accept})
            assert answer.status_code in (200, 307), address
            check(answer, path)


def test_schemas_speak_of_people_only_where_areas_are_told(client: TestClient) -> None:
    """Also what an answer does not hold today is looked for: in the names of its schema."""
    document = client.get("/api/v1/openapi.json").json()
    parts = document["components"]["schemas"]

    def reached(schema: Any, seen: set[str]) -> Iterator[str]:
        if isinstance(schema, dict):
            yield from schema.get("properties", {})
            name = str(schema.get("$ref", "")).rpartition("/")[2]
            if name in parts and name not in seen:
                yield from reached(parts[name], seen | {name})
        for part in schema.values() if isinstance(schema, dict) else schema:
            if isinstance(part, (dict, list)):
                yield from reached(part, seen)

    for path, operations in document["paths"].items():
        if path in BY_RIGHT:
            continue
        names = {n for operation in operations.values() for n in reached(operation, set())}
        assert not names & PERSONAL - ({"phone"} if path in OF_PHONES else set()), path
        assert not names & set(SENSITIVE), path


def test_what_is_told_by_right_is_told_to_no_stranger(client: TestClient) -> None:
    """Also where readers need no account; the matrix of rights knows every line of them."""
    for method, path in sorted(LINES):
        if path in BY_RIGHT:
            for line in LINES[method, path]:
                assert line.right is not None or path in ("/my", "/handover/{community}"), path
    for address in ("/api/v1/plans/1/editor", "/api/v1/my", f"/api/v1/progress/{CLOUDS}"):
        assert client.get(address).status_code in (401, 403), address


@pytest.mark.parametrize("name", sorted(TILE_LAYERS))
def test_every_layer_keeps_sensitive_columns_to_itself(
    writer: TestClient, marked: Settings, name: str
) -> None:
    assert marked.open
    layer = TILE_LAYERS[name]
    assert set(SENSITIVE) <= set(layer.suppressed)
    attributes = {attribute.name for attribute in layer.attributes}
    assert not attributes & (PERSONAL | set(SENSITIVE))
    asked: dict[str, Any] = {"walk": WALK, "plan": {"plan": 1}}.get(layer.scope, {})
    plans: tuple[dict[str, Any], ...] = ({}, {"plan": 1}, {"plan": 2})
    variants = plans if layer.scope == "day_or_plan" else ({},)
    for z, extra in itertools.product(range(layer.zooms[0], layer.zooms[1] + 1), variants):
        path = "/".join(map(str, address_of(104.6005, 28.4005, z)))
        answer = writer.get(f"/tiles/{name}/{path}.mvt", params={**asked, **extra})
        assert answer.status_code == 200, answer.text
        check(answer, "/tiles")


def test_every_collection_of_features_keeps_them_too(writer: TestClient, marked: Settings) -> None:
    assert marked.open
    listed = writer.get("/ogc/collections", headers={"accept": "application/json"}).json()
    names = [collection["id"] for collection in listed["collections"]]
    assert set(names) & set(LAYERS)
    for name in names:
        for address in (f"{name}/items?limit=1000", f"{name}/queryables", f"{name}/schema"):
            answer = writer.get(f"/ogc/collections/{address}", headers={"accept": "*/*"})
            check(answer, "/ogc")


FILTERS = (
    "residents=79193",
    "elders=44221",
    "filter=elders>1000",
    "sortby=elders",
    "at=2026-05-01",
)


@pytest.mark.parametrize("query", FILTERS)
def test_nothing_can_be_asked_by_what_is_not_told(
    writer: TestClient, marked: Settings, query: str
) -> None:
    """A filter on a count that finds one building tells its count as well as the count itself."""
    assert marked.open
    z, x, y = address_of(104.6005, 28.4005, 15)
    for address in (
        "/api/v1/buildings",
        "/api/v1/grids",
        "/api/v1/gaps",
        f"/tiles/buildings/{z}/{x}/{y}.mvt",
        "/ogc/collections/buildings/items",
        "/ogc/collections/courtyards/items",
    ):
        plain = writer.get(address, headers={"accept": "*/*"})
        asked = writer.get(f"{address}?{query}", headers={"accept": "*/*"})
        assert asked.status_code in (200, 400)
        if asked.status_code == 200 and not address.startswith("/ogc"):
            check(asked, address)
            if "at=" not in query:
                assert asked.content == plain.content, address


def test_live_figures_do_not_follow_the_people_of_a_building(
    writer: TestClient, marked: Settings
) -> None:
    """
    Whoever asks before and after one building changed would read its count in the difference.

    Live figures and the change stream together would name the building; so people are told by
    stored walks only.
    """
    assert marked.database_url is not None
    asked = {"area": CLOUDS}
    before = writer.get("/api/v1/figures", params=asked).json()["figures"]
    engine = open_engine(marked.database_url.get_secret_value())
    with engine.begin() as connection:
        connection.execute(
            sa.text(
                "UPDATE building SET residents = 900, elders = 800, vulnerable = 700 "
                "WHERE code = 'b000'"
            )
        )
    engine.dispose()
    assert writer.get("/api/v1/figures", params=asked).json()["figures"] == before
