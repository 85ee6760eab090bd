"""Grids of a draft out to a GIS and back over HTTP; polygons of any program become a stroke."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import geopandas as gpd
import pytest
import shapely
from fastapi.testclient import TestClient
from pydantic import SecretStr

from api.app import create_app
from api.settings import Settings
from gis.crs import from_wgs84
from tests.api.conftest import THIS_MACHINE

API = "/api/v1/plans"
FILE = {"Content-Type": "application/octet-stream"}
ZH = {"Accept-Language": "zh"}


@pytest.fixture(scope="module")
def desk(own_town_url: str) -> Iterator[TestClient]:
    """The open service on a town that this module redraws."""
    app = create_app(Settings(database_url=SecretStr(own_town_url), open=True))
    with TestClient(app, base_url="http://127.0.0.1", client=THIS_MACHINE) as client:
        yield client


@pytest.fixture(scope="module")
def draft(desk: TestClient) -> str:
    """A draft that begins as the town's published plan, with one locked grid of four."""
    made = desk.post(f"{API}/1/fork", json={"name": "草案"}).json()["id"]
    return f"{API}/{made}"


def sent(desk: TestClient, plan: str, body: bytes | str, **query: str) -> dict[str, Any]:
    answer = desk.post(f"{plan}/drawn", params=query, content=body, headers=FILE)
    assert answer.status_code == 200, answer.text
    told: dict[str, Any] = answer.json()
    assert sum(told["counts"].values()) == len(told["remarks"])
    return told


def halves(desk: TestClient, plan: str, *names: str | None) -> gpd.GeoDataFrame:
    """The extent of all grids in two parts, west and east of its middle."""
    items = desk.get(f"{plan}/grids").json()["items"]
    west, south, east, north = shapely.total_bounds(
        [shapely.box(*item["extent"]) for item in items]
    )
    middle = (west + east) / 2
    shapes = [shapely.box(west, south, middle, north), shapely.box(middle, south, east, north)]
    return gpd.GeoDataFrame({"name": list(names)}, geometry=shapes, crs=4326)


@pytest.mark.parametrize("extension", ["geojson", "gpkg", "zip", "fgb", "parquet"])
def test_the_grids_of_a_draft_go_out_and_come_back_unchanged(
    desk: TestClient, draft: str, extension: str
) -> None:
    crs = "gcj02" if extension == "gpkg" else "cgcs2000-3deg"
    query = {} if extension == "geojson" else {"crs": crs, "headings": "zh"}
    out = desk.get(f"{draft}/grids.{extension}", params=query)
    assert out.status_code == 200, out.text
    again = {"crs": "gcj02"} if query.get("crs") == "gcj02" else {}
    back = sent(desk, draft, out.content, format=extension, **again)
    assert back["moves"] == back["grids"] == []
    assert back["placed"] == back["units"]
    assert back["rows"] == back["polygons"] == len(desk.get(f"{draft}/grids").json()["items"])
    assert back["counts"] == {}


def test_polygons_of_another_program_become_one_edit_that_is_undone(
    desk: TestClient, draft: str
) -> None:
    drawn = halves(desk, draft, "<img src=x onerror=alert(1)>", None)
    shifted = from_wgs84(drawn, "gcj02")
    before = desk.get(f"{draft}/editor").json()["assignment"]
    told = sent(desk, draft, shifted.to_json(drop_id=True), format="geojson", crs="gcj02")
    assert [g["name"] for g in told["grids"]] == ["<img src=x onerror=alert(1)>"]
    assert told["counts"]["by_place"] == 1
    act = {"client": str(uuid4()), "action": "import"}
    stroke = {name: told[name] for name in ("ground", "moves", "grids")}
    done = desk.post(f"{draft}/strokes", json=act | stroke)
    assert done.status_code == 200, done.text
    assert len(done.json()["applied"]) == len(told["moves"])
    after = desk.get(f"{draft}/editor").json()["assignment"]
    new = told["grids"][0]["no"]
    assert set(after) <= {new, *before}
    assert 0 < after.count(new) < len(after)
    again = sent(desk, draft, drawn.to_json(), format="geojson")
    assert (again["moves"], again["grids"]) == ([], [])
    undone = desk.post(f"{draft}/undo", json={"client": str(uuid4())})
    assert undone.status_code == 200
    assert desk.get(f"{draft}/editor").json()["assignment"] == before


def test_what_a_lock_holds_stays_and_is_named(desk: TestClient, draft: str) -> None:
    act = {"client": str(uuid4()), "locked": True}
    assert desk.patch(f"{draft}/grids/0", json=act).status_code == 200
    told = sent(desk, draft, halves(desk, draft, "一", "二").to_json(), format="geojson")
    held = [units for r in told["remarks"] if r["kind"] == "locked" for units in r["units"]]
    assignment = desk.get(f"{draft}/editor").json()["assignment"]
    assert {assignment[unit] for unit in held} == {0}
    assert all(0 not in move[1:] for move in told["moves"])
    assert {unit for unit, _, _ in told["moves"]}.isdisjoint(held)


def test_bad_files_are_refused_in_the_language_of_the_planner(desk: TestClient, draft: str) -> None:
    far = gpd.GeoDataFrame(geometry=[shapely.box(2, 48, 2.1, 48.1)], crs=4326)
    line = gpd.GeoDataFrame(geometry=[shapely.LineString([(104.6, 28.4), (104.7, 28.4)])], crs=4326)
    nothing = {"type": "FeatureCollection", "features": []}
    cases: list[tuple[bytes | str, dict[str, str], str, int]] = [
        (b"\x00" * 999, {}, "grids.geojson", 400),
        (b"", {}, "文件是空的", 400),
        (b"<kml></kml>", {}, "不读取 XML", 400),
        (json.dumps(nothing), {}, "可用的面有 0 个", 422),
        (line.to_json(), {}, "可用的面有 0 个", 422),
        (far.to_json(), {}, "grids.geojson", 422),
        (far.to_json(), {"crs": "EPSG:999999"}, "坐标系", 422),
        (far.to_json(), {"format": "gpkg"}, "扩展名", 400),
        ("x" * 2_100_000, {}, "2 MB", 413),
    ]
    before = desk.get(f"{draft}/edits").json()["revision"]
    for body, query, said, status in cases:
        answer = desk.post(f"{draft}/drawn", params=query, content=body, headers=FILE | ZH)
        assert answer.status_code == status, answer.text
        assert said in answer.json()["detail"], (said, answer.json()["detail"])
    kml = desk.post(f"{draft}/drawn?format=kml", content=b"<kml/>", headers=FILE | ZH)
    assert kml.status_code == 422
    published = desk.post(f"{API}/1/drawn", content=far.to_json(), headers=FILE | ZH)
    assert published.status_code == 409
    assert desk.post(f"{API}/99/drawn", content=b"{}", headers=FILE).status_code == 404
    assert desk.get(f"{draft}/edits").json()["revision"] == before
