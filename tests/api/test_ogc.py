"""OGC API Features: every document in both forms, what is asked by, and what is refused."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from fastapi.testclient import TestClient
from jsonschema import Draft202012Validator
from openapi_schema_validator import OAS30Validator
from openapi_spec_validator import OpenAPIV30SpecValidator
from pydantic import SecretStr
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT4

from api.app import create_app
from api.errors import PROBLEM
from api.seeing import ANYONE
from api.services.ogc.collections import COLLECTIONS, collections_for
from api.services.ogc.documents import CONFORMS_TO
from api.services.ogc.parameters import ANYWHERE, HIGHEST_LIMIT, LONGEST_QUERY
from api.settings import Settings
from gis.contracts import SENSITIVE
from gis.store import sight
from gis.store.engine import open_engine
from gis.store.feature_sources import Days, feature_source
from maps.layers import LAYERS

ITEMS = "/ogc/collections/{}/items"
GEOJSON = "application/geo+json"
# What everybody is told of.
ALL = sorted(collections_for(ANYONE))
EPSG = "http://www.opengis.net/def/crs/EPSG/0/"


def features(client: TestClient, name: str, /, **asked: str) -> list[dict[str, Any]]:
    """Features of one large page."""
    answer = client.get(ITEMS.format(name), params={"limit": "10000", **asked})
    assert answer.status_code == 200, answer.text
    told = answer.json()
    assert told["numberReturned"] == told["numberMatched"] == len(told["features"])
    return list(told["features"])


def ids(client: TestClient, name: str, /, **asked: str) -> set[str]:
    """Identifiers of what is found."""
    return {feature["id"] for feature in features(client, name, **asked)}


def test_every_layer_that_needs_no_plan_is_a_collection() -> None:
    assert set(COLLECTIONS) == {n for n, known in LAYERS.items() if known.scope != "plan"} | {
        "micro_grids"
    }


@pytest.mark.parametrize("name", ALL)
def test_a_source_tells_exactly_what_the_contract_declares(name: str) -> None:
    layer = COLLECTIONS[name].layer
    columns = feature_source(name, Days(None, None), 1.2, sight.EVERYWHERE).columns
    assert list(columns) == [attribute.name for attribute in layer.row_attributes]
    assert not {*layer.suppressed, *SENSITIVE} & set(columns)
    reserved = {"limit", "bbox", "bbox-crs", "crs", "datetime", "cursor", "filter", *ANYWHERE}
    assert not reserved & set(COLLECTIONS[name].parameters)


def paths() -> Iterator[str]:
    """Addresses of every kind of document."""
    yield from ("", "/", "/conformance", "/api", "/collections")
    for name in ALL:
        one = f"/collections/{name}"
        yield from (one, f"{one}/queryables", f"{one}/schema", f"{one}/items?limit=3")
    yield from ("/collections/buildings/items/b000", "/collections/circles/items/1")


@pytest.mark.parametrize("path", list(paths()))
def test_every_document_is_json_and_a_page_in_both_languages(client: TestClient, path: str) -> None:
    plain = client.get(f"/ogc{path}", headers={"accept-language": "en"})
    assert plain.status_code == 200
    assert "json" in plain.headers["content-type"]
    assert plain.headers["vary"].startswith("Accept, Accept-Language")
    told = plain.json()
    for language in ("zh", "en"):
        page = client.get(
            f"/ogc{path}", headers={"accept": "text/html", "accept-language": language}
        )
        assert page.headers["content-type"].startswith("text/html")
        assert page.headers["content-language"] == language
        assert f'<html lang="{"zh-CN" if language == "zh" else "en"}">' in page.text
        assert ("management lines" in page.text) == (language == "en")
        assert "川S(2026)001号" in page.text
    links = {link["rel"]: link for link in told.get("links", [])}
    if links:
        assert all(link["href"].startswith("http://testserver/ogc") for link in links.values())
        other = client.get(links["alternate"]["href"])
        assert other.headers["content-type"].startswith(links["alternate"]["type"])
        again = client.get(links["self"]["href"])
        assert again.headers["content-type"] == plain.headers["content-type"]


def test_a_browser_gets_a_page_and_gdal_gets_json(client: TestClient) -> None:
    browser = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
    assert client.get("/ogc", headers={"accept": browser}).text.startswith("<!doctype html>")
    gdal = "application/geo+json, application/json"
    answer = client.get(ITEMS.format("gates"), headers={"accept": gdal})
    assert answer.headers["content-type"] == GEOJSON
    over = client.get(f"{ITEMS.format('gates')}?f=json", headers={"accept": browser})
    assert over.headers["content-type"] == GEOJSON


def test_the_conformance_classes_are_those_kept(client: TestClient) -> None:
    told = client.get("/ogc/conformance").json()["conformsTo"]
    assert told == list(CONFORMS_TO)
    assert "http://www.opengis.net/spec/ogcapi-features-2/1.0/conf/crs" in told


@pytest.fixture(scope="module")
def document(client: TestClient) -> dict[str, Any]:
    """The OpenAPI document."""
    return dict(client.get("/ogc/api?lang=en").json())


def test_the_api_document_is_openapi_3_0(client: TestClient, document: dict[str, Any]) -> None:
    OpenAPIV30SpecValidator(document).validate()
    assert document["openapi"].startswith("3.0.")
    told = client.get("/ogc/api").headers["content-type"]
    assert told == "application/vnd.oai.openapi+json;version=3.0"


@pytest.mark.parametrize("name", ALL)
def test_answers_are_as_the_api_document_says(
    client: TestClient, document: dict[str, Any], name: str
) -> None:
    registry: Registry[Any] = Registry().with_resource(
        "urn:api", Resource.from_contents(document, DRAFT4)
    )

    def holds(schema: str, answer: object) -> None:
        reference = {"$ref": f"urn:api#/components/schemas/{schema}"}
        OAS30Validator(reference, registry=registry).validate(answer)

    one = f"/ogc/collections/{name}"
    holds("Collection", client.get(one).json())
    page = client.get(f"{one}/items").json()
    holds("FeatureCollection", page)
    for feature in page["features"][:1]:
        holds("Feature", client.get(f"{one}/items/{feature['id']}").json())
    holds("Problem", client.get(f"{one}/items?ooga=booga").json())
    parameters = document["paths"][f"/collections/{name}/items"]["get"]["parameters"]
    declared = {p.get("name") or p["$ref"].rpartition("/")[2] for p in parameters}
    offered = client.get(f"{one}/queryables").json()
    Draft202012Validator.check_schema(offered)
    assert {*offered["properties"]} - {"geometry"} <= declared
    assert offered["additionalProperties"] is False
    schema = client.get(f"{one}/schema").json()
    for feature in page["features"]:
        assert list(feature["properties"]) == [p for p in schema["properties"] if p != "geometry"]


@pytest.mark.parametrize("name", ALL)
def test_each_attribute_narrows_to_the_features_that_have_the_value(
    client: TestClient, name: str
) -> None:
    everything = features(client, name)
    for parameter in COLLECTIONS[name].parameters.values():
        if not parameter.attribute:
            continue
        values = {feature["properties"][parameter.name] for feature in everything} - {None}
        for value in sorted(values, key=str)[:3]:
            asked = str(value).lower() if isinstance(value, bool) else str(value)
            found = ids(client, name, **{parameter.name: asked})
            alike = {f["id"] for f in everything if f["properties"][parameter.name] == value}
            assert found == alike, (parameter.name, value)


def test_a_community_filter_takes_any_area_above(client: TestClient) -> None:
    assert len(ids(client, "buildings", community="510000000001")) == 96
    assert len(ids(client, "buildings", community="510000000000")) == 96
    assert ids(client, "buildings", community="510000000002") == set()
    assert ids(client, "communities", community="510000000000") == {"510000000001", "510000000002"}
    assert ids(client, "streets", community="510000000002") == {"s0"}
    assert ids(client, "streets", community="510000000001") == {"s0", "s1"}
    assert ids(client, "gates", community="510000000001") == {"g0"}
    assert len(ids(client, "grids", community="510000000000")) == 4
    assert len(ids(client, "circles", community="510000000002")) == 2


def test_speed_turns_metres_into_minutes(client: TestClient) -> None:
    usual, slow = (
        {f["id"]: f["properties"]["minutes"] for f in features(client, "reach", **asked)}
        for asked in ({}, {"speed": "0.6"})
    )
    assert usual["b000:service_centre"] == 9.1  # 650 m at 1.2 m/s, rounded up
    assert slow["b000:service_centre"] == 18.1
    assert usual["b095:service_centre"] is None
    assert len(ids(client, "gaps")) == 1
    assert ids(client, "gaps", speed="0.8") == set()


@pytest.mark.parametrize(
    ("when", "found"),
    [
        ("2025-05-31", True),
        ("2025-06-01", False),
        ("2025-05-31T15:59:59Z", True),  # still the 31st in China
        ("2025-05-31T16:00:00Z", False),
        ("2025-06-01T00:00:00+08:00", False),
        ("2025-05-01/2025-06-01", True),
        ("2025-05-31/..", True),
        ("2025-06-01/..", False),
        ("../2030-01-01", True),
        ("/2025-01-01", True),
    ],
)
def test_a_building_stands_until_the_day_it_is_retired(
    client: TestClient, when: str, found: bool
) -> None:
    assert ("gone" in ids(client, "buildings", datetime=when)) is found
    status = client.get(f"{ITEMS.format('buildings')}/gone", params={"datetime": when}).status_code
    assert status == (200 if found else 404)


def test_grids_are_those_published_for_a_day(client: TestClient) -> None:
    assert ids(client, "grids", datetime="2025-12-31") == set()
    assert len(ids(client, "grids", datetime="2026-01-01")) == 4
    assert len(ids(client, "grids", datetime="2025-01-01/2026-01-01")) == 4
    assert ids(client, "grids", datetime="../2025-12-31") == set()
    assert ids(client, "micro_grids") == set()
    posts = {f["properties"]["code"]: f["properties"] for f in features(client, "grids")}
    assert posts["510000000001001"]["posts"] == 1
    assert posts["510000000001001"]["vacancies"] == 0
    assert posts["510000000001002"]["vacancies"] == 1
    # The draft's one grid is nowhere.
    assert {p["plan"] for p in posts.values()} == {1}


REFUSED: list[tuple[str, int, str, str]] = [
    ("/collections/nothing", 404, "not-found", "buildings"),
    ("/collections/cells/items", 404, "not-found", "cells"),
    ("/collections/nothing/items?f=html", 404, "not-found", "nothing"),
    ("/collections/buildings/items/nobody", 404, "not-found", "nobody"),
    ("/collections/circles/items/x", 404, "not-found", "x"),
    ("/collections/circles/items/99999999999999999999", 404, "not-found", "circles"),
    ("/nothing", 404, "not-found", "/ogc/nothing"),
    ("/collections/buildings/items?ooga=booga", 400, "bad-parameter", "ooga"),
    ("/collections/buildings/items?filter=code%3D%27b1%27", 400, "bad-parameter", "CQL2"),
    ("/collections/buildings?limit=1", 400, "bad-parameter", "limit"),
    ("/?bbox=1,2,3,4", 400, "bad-parameter", "bbox"),
    ("/collections/buildings/items/b000?limit=3", 400, "bad-parameter", "limit"),
    ("/collections/buildings/items?limit=unlimited", 400, "bad-parameter", "limit=unlimited"),
    ("/collections/buildings/items?limit=0", 400, "bad-parameter", "limit=0"),
    ("/collections/buildings/items?limit=-1", 400, "bad-parameter", "limit=-1"),
    ("/collections/buildings/items?limit=1.5", 400, "bad-parameter", "limit=1.5"),
    ("/collections/buildings/items?limit=1&limit=2", 400, "bad-parameter", "limit"),
    ("/collections/buildings/items?bbox=1,2,3", 400, "bad-parameter", "bbox=1,2,3"),
    ("/collections/buildings/items?bbox=1,2,3,4,5", 400, "bad-parameter", "bbox"),
    ("/collections/buildings/items?bbox=a,b,c,d", 400, "bad-parameter", "bbox"),
    ("/collections/buildings/items?bbox=1,nan,3,4", 400, "bad-parameter", "bbox"),
    ("/collections/buildings/items?bbox=1,2,inf,4", 400, "bad-parameter", "bbox"),
    ("/collections/buildings/items?bbox=1e308,2,-1e308,4", 400, "bad-parameter", "bbox"),
    ("/collections/buildings/items?bbox=1,4,3,2", 400, "bad-parameter", "bbox"),
    ("/collections/buildings/items?bbox=1,2,9,3,4,5", 400, "bad-parameter", "bbox"),
    (
        f"/collections/buildings/items?bbox=5,1,4,2&bbox-crs={EPSG}3857",
        400,
        "bad-parameter",
        "bbox",
    ),
    ("/collections/buildings/items?crs=EPSG:4326", 400, "bad-parameter", "CRS84"),
    (f"/collections/buildings/items?crs={EPSG}4543", 400, "bad-parameter", f"{EPSG}4544"),
    (f"/collections/buildings/items?bbox-crs={EPSG}2154", 400, "bad-parameter", "bbox-crs"),
    ("/collections/buildings/items?datetime=yesterday", 400, "bad-parameter", "yesterday"),
    ("/collections/buildings/items?datetime=2026-02-30", 400, "bad-parameter", "2026-02-30"),
    ("/collections/buildings/items?datetime=2026-02-03T25:00:00Z", 400, "bad-parameter", "T25"),
    ("/collections/buildings/items?datetime=../..", 400, "bad-parameter", ".."),
    ("/collections/buildings/items?datetime=2026-02-03/2026-02-02", 400, "bad-parameter", "/"),
    (
        "/collections/buildings/items?datetime=0001-01-01T00:00:00%2B23:59",
        400,
        "bad-parameter",
        "0001",
    ),
    ("/collections/buildings/items?households=many", 400, "bad-parameter", "many"),
    ("/collections/buildings/items?households=nan", 400, "bad-parameter", "nan"),
    ("/collections/buildings/items?estimated=yes", 400, "bad-parameter", "true"),
    ("/collections/facilities/items?kind=astrologer", 400, "bad-parameter", "medical"),
    ("/collections/buildings/items?community=5100", 400, "bad-parameter", "12"),
    ("/collections/reach/items?speed=99", 400, "bad-parameter", "speed"),
    ("/collections/gaps/items?speed=1.3", 400, "bad-parameter", "0.8"),
    ("/collections/circles/items?cursor=x", 400, "bad-parameter", "next"),
    ("/collections/reach/items?cursor=x", 400, "bad-parameter", "next"),
    ("/collections?f=xml", 400, "bad-parameter", "html"),
    ("/collections?lang=fr", 400, "bad-parameter", "zh"),
    ("/api?limit=1", 400, "bad-parameter", "limit"),
]


@pytest.mark.parametrize(("path", "status", "code", "word"), REFUSED)
@pytest.mark.parametrize("language", ["zh", "en"])
def test_what_cannot_be_answered_is_refused_in_words(
    client: TestClient, path: str, status: int, code: str, word: str, language: str
) -> None:
    answer = client.get(f"/ogc{path}", headers={"accept-language": language})
    assert (answer.status_code, answer.headers["content-type"]) == (status, PROBLEM), answer.text
    told = answer.json()
    assert (told["status"], told["code"]) == (status, code)
    assert word in told["detail"]
    assert any("\u4e00" <= sign <= "\u9fff" for sign in told["detail"]) is (language == "zh")


@pytest.mark.parametrize("path", ["", "/collections", "/collections/buildings/items", "/api"])
def test_a_form_that_is_not_offered_is_406(client: TestClient, path: str) -> None:
    answer = client.get(f"/ogc{path}", headers={"accept": "image/png"})
    assert (answer.status_code, answer.json()["code"]) == (406, "not-acceptable")
    none = client.get(f"/ogc{path}", headers={"accept": "text/html;q=0, */*;q=0"})
    assert none.status_code == 406


def test_a_polygon_of_two_thousand_vertices_is_refused_before_it_is_read(
    client: TestClient,
) -> None:
    polygon = ",".join(f"{104 + i / 1e5:.5f} 28.4" for i in range(2_000))
    answer = client.get(
        ITEMS.format("buildings"), params={"filter": f"S_INTERSECTS(geometry,POLYGON(({polygon})))"}
    )
    assert (answer.status_code, answer.json()["code"]) == (414, "address-too-long")
    assert str(LONGEST_QUERY) in answer.json()["detail"]


@pytest.mark.parametrize("limit", ["10000", "10001", "1000000000", "9" * 400])
def test_a_limit_above_the_highest_means_the_highest(client: TestClient, limit: str) -> None:
    answer = client.get(ITEMS.format("buildings"), params={"limit": limit})
    assert answer.status_code == 200
    assert answer.json()["numberReturned"] == 96 < HIGHEST_LIMIT


def test_a_filter_is_a_value_and_never_sql(client: TestClient) -> None:
    assert ids(client, "buildings", name="' OR 1=1 --") == set()
    assert ids(client, "streets", **{"class": "arterial"}) == {"s0"}


def test_addresses_are_those_the_operator_says(town_settings: Settings) -> None:
    settings = town_settings.model_copy(
        update={"public_url": "https://maps.example.gov.cn/wangge/", "base_path": "/wangge"}
    )
    with TestClient(create_app(settings)) as client:
        page = client.get("/wangge/ogc/collections/buildings/items?limit=5").json()
        landing = client.get("/wangge/ogc").json()
        served = client.get("/wangge/ogc/api").json()["servers"]
        style = client.get("/wangge/ogc?f=html").text
    root = "https://maps.example.gov.cn/wangge/ogc"
    assert all(k["href"].startswith(root) for k in page["links"] + landing["links"])
    assert served == [{"url": root}]
    assert 'href="/wangge/web/' in style


def test_names_are_texts_on_pages_and_ids_are_quoted(open_settings: Settings) -> None:
    assert open_settings.database_url is not None
    engine = open_engine(open_settings.database_url.get_secret_value())
    with engine.begin() as connection:
        connection.exec_driver_sql(
            "INSERT INTO facility (code, name, kind, geom) VALUES ('a/b?c 站', "
            "'<script>alert(1)</script>', 'park', ST_SetSRID(ST_MakePoint(104.6, 28.4), 4326))"
        )
    engine.dispose()
    with TestClient(create_app(open_settings)) as client:
        page = client.get(ITEMS.format("facilities"), headers={"accept": "text/html"}).text
        assert "<script>" not in page
        assert "&lt;script&gt;" in page
        [found] = client.get(ITEMS.format("facilities"), params={"kind": "park"}).json()["features"]
        assert found["id"] == "a/b?c 站"
        address = f"{ITEMS.format('facilities')}/a%2Fb%3Fc%20%E7%AB%99"
        one = client.get(address)
        assert one.json()["properties"] == found["properties"]
        itself = next(k["href"] for k in one.json()["links"] if k["rel"] == "self")
        assert client.get(itself).json()["id"] == found["id"]
        assert client.get(address, headers={"accept": "text/html"}).status_code == 200


def test_without_a_database_it_says_so_and_the_landing_page_stands() -> None:
    nowhere = SecretStr("postgresql://nobody@127.0.0.1:1/nothing")
    with TestClient(create_app(Settings(database_url=nowhere))) as client:
        assert client.get("/ogc").status_code == 200
        assert client.get("/ogc/collections").status_code == 503
