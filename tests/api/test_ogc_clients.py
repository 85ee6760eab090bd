"""Clients that others wrote read /ogc: GDAL (and so QGIS), OWSLib, the OGC's Core tests of PyPI."""

from __future__ import annotations

import http.client
import json
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit
from xml.etree import ElementTree

import pyogrio
import pytest
from owslib.ogcapi.features import Features

from api.services.ogc.collections import COLLECTIONS
from api.settings import Settings
from gis.store.engine import open_engine
from ops.ogc_tests import install_ogc_tests, ogc_tests_are_current, ogc_tests_folder
from ops.python_packages import Workshop
from tests.api.served import served

COUNTS = {
    "communities": 2,
    "courtyards": 4,
    "buildings": 96,
    "streets": 2,
    "barriers": 1,
    "gates": 1,
    "facilities": 1,
    "grids": 4,
    "reach": 96,
    "circles": 6,
    "gaps": 1,
    "sites": 1,
}
# A test of the package that no right server passes, and why. Of the part on filters only what
# /ogc claims is run: queryables, and queryables as parameters.
WRONG = {
    "test_ct2": "takes the quotes of rel= in a Link header, which RFC 8288 asks for, as its value",
    "test_ct3": "needs what test_ct2 leaves behind",
    "test_ct5": "asks for the value `valid-value` of whatever attribute, numbers too, and needs "
    "what test_ct3 leaves behind",
}


@pytest.fixture(scope="module")
def address(town_url: str) -> Iterator[str]:
    """Address of a server on the town."""
    # Open, because suggested sites are told to those the service knows.
    with served(town_url, open="1") as here:
        yield here


def test_gdal_lists_every_collection(address: str) -> None:
    listed = [name for name, _ in pyogrio.list_layers(f"OAPIF:{address}/ogc")]
    assert listed == list(COLLECTIONS)


@pytest.mark.parametrize("page_size", [7, 1000])
@pytest.mark.parametrize("name", sorted(COUNTS))
def test_gdal_pages_through_all_features(address: str, name: str, page_size: int) -> None:
    path = f"OAPIF:{address}/ogc"
    told = pyogrio.read_info(path, layer=name, PAGE_SIZE=str(page_size))
    frame = pyogrio.read_dataframe(path, layer=name, PAGE_SIZE=str(page_size))
    assert len(frame) == told["features"] == COUNTS[name]
    attributes = [attribute.name for attribute in COLLECTIONS[name].layer.row_attributes]
    assert [field for field in told["fields"] if field != "id"] == attributes
    key = COLLECTIONS[name].layer.key
    if key in frame.columns and name != "reach":
        assert frame[key].is_unique
    assert frame.geometry.is_valid.all()
    lon, lat = frame.total_bounds[:2]
    assert (lon, lat) == pytest.approx((104.6, 28.4), abs=0.01)


@pytest.mark.parametrize("code", [4326, 4490, 3857, 4544])
def test_gdal_puts_every_system_in_its_place(address: str, code: int) -> None:
    frame = pyogrio.read_dataframe(
        f"OAPIF:{address}/ogc", layer="buildings", PREFERRED_CRS=f"EPSG:{code}"
    )
    if code != 4326:  # GDAL takes CRS84 for it
        assert frame.crs.to_epsg() == code
    plain = pyogrio.read_dataframe(f"OAPIF:{address}/ogc", layer="buildings")
    assert frame.to_crs(4326).total_bounds == pytest.approx(plain.total_bounds, abs=2e-7)


def test_gdal_filters_by_box_and_attribute(address: str) -> None:
    path = f"OAPIF:{address}/ogc"
    box = (104.6001, 28.4001, 104.6019, 28.4019)
    assert len(pyogrio.read_dataframe(path, layer="buildings", bbox=box)) == 4
    where = "courtyard = 'c3' AND households > 4"
    assert len(pyogrio.read_dataframe(path, layer="buildings", where=where)) == 24
    assert len(pyogrio.read_dataframe(path, layer="buildings", where="courtyard = 'c9'")) == 0


@pytest.mark.parametrize(("day", "grids"), [("2026-05-01", 4), ("2025-12-31", 0)])
def test_gdal_opens_the_features_of_a_day_as_a_file(address: str, day: str, grids: int) -> None:
    path = f"{address}/ogc/collections/grids/items?datetime={day}&limit=10000"
    assert pyogrio.read_info(path)["features"] == grids


def test_owslib_reads_what_it_needs(address: str) -> None:
    service = Features(f"{address}/ogc")
    assert [known["id"] for known in service.collections()["collections"]] == list(COLLECTIONS)
    assert set(service.feature_collections()) == set(COLLECTIONS)
    assert "paths" in service.api()
    assert service.collection("grids")["extent"]["spatial"]["bbox"]
    assert "kind" in service.collection_queryables("facilities")["properties"]
    found = service.collection_items("buildings", limit=10, bbox=[104.6, 28.4, 104.602, 28.402])
    assert found["numberMatched"] == found["numberReturned"] == 4
    named = service.collection_items("buildings", courtyard="c1", limit=3)
    assert named["numberMatched"] == 24
    past = service.collection_items("buildings", datetime_="2025-05-31", limit=1)
    assert past["numberMatched"] == 97
    assert service.collection_item("buildings", "b007")["properties"]["code"] == "b007"


def told_to(address: str, path: str, language: str = "en") -> tuple[int, dict[str, object]]:
    """Status and problem that a bare client gets."""
    there = urlsplit(address)
    connection = http.client.HTTPConnection(there.hostname or "", there.port, timeout=30)
    connection.putrequest("GET", path, skip_accept_encoding=True)
    connection.putheader("Accept-Language", language)
    connection.endheaders()
    answer = connection.getresponse()
    told = json.loads(answer.read())
    connection.close()
    assert answer.getheader("content-type") == "application/problem+json"
    return answer.status, told


@pytest.mark.parametrize("vertices", [1_000, 10_000])
def test_a_polygon_of_many_vertices_is_refused_in_words(address: str, vertices: int) -> None:
    polygon = ",".join(f"{104 + i / 1e5:.5f}%2028.4" for i in range(vertices))
    path = f"/ogc/collections/buildings/items?filter=POLYGON(({polygon}))"
    for language, word in {"en": "vertices", "zh": "顶点"}.items():
        status, told = told_to(address, path, language)
        assert status == told["status"] == 414
        assert word in str(told["detail"])


def test_what_is_no_http_is_answered_in_words(address: str) -> None:
    there = urlsplit(address)
    with socket.create_connection((there.hostname, there.port), timeout=30) as line:
        line.sendall(b"HELO there\r\n\r\n")
        answer = line.makefile("rb").read()
    assert answer.startswith(b"HTTP/1.1 400 Bad Request\r\n")
    assert b'"code":"malformed-request"' in answer


@pytest.fixture
def full_town(open_settings: Settings) -> str:
    """URL of a town that has a micro grid too: the package wants a feature in each collection."""
    assert open_settings.database_url is not None
    url = open_settings.database_url.get_secret_value()
    engine = open_engine(url)
    with engine.begin() as connection:
        connection.exec_driver_sql(
            "INSERT INTO grid (code, community_code, kind) "
            "VALUES ('51000000000100101', '510000000001', 'micro')"
        )
        connection.exec_driver_sql(
            "INSERT INTO grid_period (grid_id, plan_id, grid_no, valid) "
            "SELECT max(id), 2, 0, '[2026-01-01,)' FROM grid"
        )
    engine.dispose()
    return url


def verdicts(address: str, scopes: list[str], workplace: Path) -> dict[str, bool]:
    """Run parts of the package against a service: test -> whether it passed."""
    shop = Workshop(Path(__file__).parents[2])
    if not ogc_tests_are_current(shop):
        install_ogc_tests(shop)
    folder = ogc_tests_folder(shop)
    (workplace / "pytest.ini").write_text("[pytest]\n")
    report = workplace / "report.xml"
    chosen = [str(folder / "ogctests/features" / scope) for scope in scopes]
    options = [
        "-c",
        str(workplace / "pytest.ini"),
        "--rootdir",
        str(folder),
        "--junitxml",
        str(report),
    ]
    subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *options, *chosen],
        env=os.environ | {"PYTHONPATH": str(folder), "INSTANCE_URL": address},
        stdout=subprocess.DEVNULL,
        timeout=240,
        check=False,
    )
    cases = ElementTree.parse(report).iter("testcase")  # noqa: S314
    return {str(case.get("name")): len(case) == 0 for case in cases}


def test_the_core_tests_of_the_package_pass(full_town: str, tmp_path: Path) -> None:
    with served(full_town) as address:
        told = verdicts(f"{address}/ogc", ["core"], tmp_path)
    assert len(told) == 29
    assert [name for name, passed in told.items() if not passed] == []


def test_of_its_tests_of_queryables_those_pass_that_are_right(
    full_town: str, tmp_path: Path
) -> None:
    files = ["test_queryables.py", "test_queryables_query_parameters.py"]
    with served(full_town) as address:
        told = verdicts(f"{address}/ogc", [f"filtering/{file}" for file in files], tmp_path)
    assert {name for name, passed in told.items() if not passed} == set(WRONG)
    assert {name for name, passed in told.items() if passed} == {"test_ct1", "test_ct4"}
