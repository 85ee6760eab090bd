"""Areas, courtyards, buildings and facilities over HTTP."""

from __future__ import annotations

import pytest
from fastapi.testclient import TestClient

from gis.contracts import SENSITIVE
from gis.gcj02 import wgs84_to_gcj02


def test_pages_of_buildings_hold_each_building_once(client: TestClient) -> None:
    seen: list[str] = []
    cursor = ""
    while True:
        page = client.get("/api/v1/buildings", params={"limit": 40, "cursor": cursor}).json()
        seen += [b["code"] for b in page["items"]]
        if page["next"] is None:
            break
        cursor = page["next"]
    assert len(seen) == len(set(seen)) == 96


def test_a_retired_building_stood_before_its_day(client: TestClient) -> None:
    assert client.get("/api/v1/buildings/gone?at=2025-05-31").status_code == 200
    assert client.get("/api/v1/buildings/gone?at=2025-06-01").status_code == 404


def test_no_answer_counts_groups_of_people(client: TestClient) -> None:
    building = client.get("/api/v1/buildings/b000?geometry=true").json()
    assert not set(SENSITIVE) & set(building)
    shape = client.get("/api/v1/openapi.json").json()["components"]["schemas"]["Building"]
    assert not set(SENSITIVE) & set(shape["properties"])


def test_geometry_comes_when_asked_for_and_in_the_coordinates_asked_for(
    client: TestClient,
) -> None:
    assert "geometry" not in client.get("/api/v1/facilities/f0").json()
    plain = client.get("/api/v1/facilities/f0?geometry=true").json()["geometry"]
    assert plain == {"type": "Point", "coordinates": [104.6061, 28.4041]}
    shifted = client.get("/api/v1/facilities/f0?geometry=true&coord=gcj02").json()["geometry"]
    lon, lat = wgs84_to_gcj02(104.6061, 28.4041)
    assert shifted["coordinates"] == pytest.approx([float(lon), float(lat)], abs=1e-7)


def test_a_box_in_gcj02_finds_what_lies_there(client: TestClient) -> None:
    lon, lat = wgs84_to_gcj02(104.6061, 28.4041)
    box = f"{lon - 1e-5},{lat - 1e-5},{lon + 1e-5},{lat + 1e-5}"
    told = client.get("/api/v1/facilities", params={"bbox": box, "coord": "gcj02"}).json()
    untold = client.get("/api/v1/facilities", params={"bbox": box}).json()
    assert [f["code"] for f in told["items"]] == ["f0"]
    assert untold["items"] == []


def test_lists_are_narrowed_by_what_is_asked(client: TestClient) -> None:
    def codes(address: str) -> list[str]:
        return [row["code"] for row in client.get(address).json()["items"]]

    assert codes("/api/v1/areas?level=subdistrict") == ["510000000000"]
    assert codes("/api/v1/areas?at=2019-12-31") == []
    assert codes("/api/v1/courtyards?kind=old") == ["c1", "c2"]
    assert len(codes("/api/v1/buildings?courtyard=c0")) == 24
    assert codes("/api/v1/facilities?community=510000000002") == []


@pytest.mark.parametrize("bbox", ["1,2,3", "a,b,c,d", "2,0,1,1", "0,nan,1,1", "0,0,inf,1"])
def test_what_is_no_box_is_refused(client: TestClient, bbox: str) -> None:
    answer = client.get("/api/v1/buildings", params={"bbox": bbox})
    assert answer.status_code == 422
    assert answer.json()["code"] == "input"
