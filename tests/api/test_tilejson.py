"""TileJSON: the contract of the layers, addresses that proxies do not break, filters handed on."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import jsonschema
import mapbox_vector_tile
import pytest
from fastapi.testclient import TestClient

from api.app import create_app
from api.settings import Settings
from maps.layers import TILE_LAYERS
from tests.api.test_tiles import address_of

SCHEMA = json.loads(Path(__file__).with_name("tilejson.schema.json").read_text("utf-8"))
QUERY = {"plan": "?plan=1", "walk": "?kind=service_centre"}
BOTH = [104.6, 28.4, 104.62, 28.408]
COMMUNITY = [104.6, 28.4, 104.612, 28.408]


def told(client: TestClient, address: str, **headers: str) -> dict[str, Any]:
    """TileJSON at an address, checked against its schema."""
    answer = client.get(f"/tiles/{address}", headers=headers)
    assert answer.status_code == 200, answer.text
    document: dict[str, Any] = answer.json()
    jsonschema.validate(document, SCHEMA, jsonschema.Draft202012Validator)
    return document


@pytest.mark.parametrize("layer", sorted(TILE_LAYERS))
def test_tilejson_tells_the_contract(client: TestClient, layer: str) -> None:
    query = QUERY.get(TILE_LAYERS[layer].scope, "")
    document = told(client, f"{layer}.json{query}", **{"accept-language": "en"})
    (vector_layer,) = document["vector_layers"]
    contract = TILE_LAYERS[layer]
    assert (document["name"], vector_layer["id"]) == (contract.en, layer)
    assert vector_layer["fields"] == {a.name: a.en for a in contract.attributes}
    assert (document["minzoom"], document["maxzoom"]) == contract.zooms
    assert document["tiles"] == [f"http://testserver/tiles/{layer}/{{z}}/{{x}}/{{y}}.mvt{query}"]
    assert document["bounds"] == pytest.approx(BOTH)


def test_an_area_is_as_large_as_the_communities_in_it(client: TestClient) -> None:
    """A street office of which only two communities are mapped is mostly empty ground."""
    whole = told(client, "buildings.json?community=510000000000")
    assert whole["bounds"] == pytest.approx(BOTH)
    one = told(client, "buildings.json?community=510000000002")
    assert one["bounds"] == pytest.approx([104.612, 28.4, 104.62, 28.408])


def test_layers_joined_with_commas_are_told_together(client: TestClient) -> None:
    document = told(client, "grids,buildings.json?lang=zh&community=510000000001&at=2026-05-01")
    assert {layer["id"] for layer in document["vector_layers"]} == {"grids", "buildings"}
    assert set(document["name"].split("、")) == {"网格", "楼栋"}
    assert (document["minzoom"], document["maxzoom"]) == (9, 16)
    assert document["bounds"] == pytest.approx(COMMUNITY)
    z, x, y = address_of(104.603, 28.402, 14)
    address = document["tiles"][0].format(z=z, x=x, y=y)
    layers = mapbox_vector_tile.decode(client.get(address).content)
    assert {name for name, layer in layers.items() if layer["features"]} == {"grids", "buildings"}


def test_filters_are_handed_on_as_far_as_the_layers_know_them(client: TestClient) -> None:
    asked = "kind=service_centre&speed=0.80&minutes=10&at=2026-05-01&utm_source=mail"
    (reach,) = told(client, f"reach,streets.json?{asked}")["tiles"]
    given = {name: value for name, [value] in parse_qs(urlsplit(reach).query).items()}
    assert given == {
        "kind": "service_centre", "speed": "0.8", "minutes": "10", "at": "2026-05-01",
    }  # fmt: skip
    (streets,) = told(client, "streets.json?speed=0.8&lang=en")["tiles"]
    assert urlsplit(streets).query == ""


def test_what_the_tiles_would_refuse_is_refused(client: TestClient) -> None:
    for address, status in {
        "nothing.json": 404,
        "grids,nothing.json": 404,
        "streets.json?plan=1": 404,
        "reach.json": 404,
        "cells.json": 404,
        "grids.json?kind=medical": 404,
        "grids.json?community=12": 422,
        "grids.json?community=510000000009": 404,
        "grids.json?minutes=61": 422,
        "grids.json?at=soon": 422,
        "grids.json?lang=fr": 422,
    }.items():
        answer = client.get(f"/tiles/{address}")
        assert answer.status_code == status, address
        assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("under", ["", "/wangge"])
def test_addresses_are_those_of_the_public_url_whatever_the_request_says(
    town_settings: Settings, under: str
) -> None:
    public = f"https://map.example{under}/"
    settings = town_settings.model_copy(update={"public_url": public, "base_path": under})
    with TestClient(create_app(settings)) as client:
        forged = {"host": "elsewhere.example", "x-forwarded-host": "elsewhere.example"}
        whole = client.get(f"{under}/tiles/grids.json", headers=forged)
        cut = client.get("/tiles/grids.json", headers=forged)
    assert whole.json()["tiles"] == [
        f"https://map.example{under}/tiles/grids/{{z}}/{{x}}/{{y}}.mvt"
    ]
    assert cut.json()["tiles"] == whole.json()["tiles"]


def test_what_must_stand_under_a_map_is_told_as_harmless_html(town_settings: Settings) -> None:
    settings = town_settings.model_copy(update={"attribution": "<b>Office & Co</b>"})
    with TestClient(create_app(settings)) as client:
        line = told(client, "grids.json?lang=zh")["attribution"]
    assert line.startswith(
        "&lt;b&gt;Office &amp; Co&lt;/b&gt; · 审图号 川S(2026)001号 · 网格为管理界线"
    )


def test_any_site_may_read_it_and_keep_it_until_it_changes(client: TestClient) -> None:
    first = client.get("/tiles/grids.json", headers={"origin": "https://other.example"})
    assert first.headers["access-control-allow-origin"] == "*"
    again = client.get("/tiles/grids.json", headers={"if-none-match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    english = client.get("/tiles/grids.json?lang=en")
    assert english.headers["etag"] != first.headers["etag"]
