"""Walking circles over HTTP: what stored walks answer."""

from __future__ import annotations

import pytest
from fastapi.testclient import TestClient

API = "/api/v1"


def test_figures_come_with_how_they_were_made(client: TestClient) -> None:
    told = client.get(f"{API}/coverage/510000000001").json()
    assert (told["level"], told["run"]["settings"]["gates"]) == ("community", "residents")
    households = [f for f in told["figures"] if f["counted"] == "households"]
    assert [(f["cutoff_s"], f["reached"], f["total"]) for f in households] == [
        (300, 158, 528),
        (600, 316, 528),
        (900, 475, 528),
    ]


def test_the_walk_of_a_building_is_told_in_metres_and_seconds(client: TestClient) -> None:
    (walk,) = client.get(f"{API}/reach/b000?speed=0.8&at=2026-05-01").json()["items"]
    assert (walk["facility_name"], walk["metres"]) == ("云溪党群服务中心", 650)
    assert walk["seconds"] == pytest.approx(650 / 0.8)
    (cut_off,) = client.get(f"{API}/reach/b095?at=2026-05-01").json()["items"]
    assert (cut_off["metres"], cut_off["seconds"], cut_off["reason"]) == (None, None, "island")


def test_gaps_are_those_of_the_speed_and_cutoff_asked_for(client: TestClient) -> None:
    (gap,) = client.get(f"{API}/gaps?geometry=true").json()["items"]
    assert (gap["households"], gap["reasons"]) == (5, {"island": 1})
    assert gap["geometry"]["type"] == "MultiPolygon"
    assert client.get(f"{API}/gaps?minutes=10").json()["items"] == []
    assert client.get(f"{API}/gaps?speed=0.8").json()["items"] == []


@pytest.mark.parametrize(
    ("asked", "named"),
    [
        ("gaps?speed=1.3", "speed=1.3"),
        ("gaps?minutes=7", "minutes=7"),
        ("gaps?kind=teahouse", "kind=teahouse"),
        ("circles?kind=teahouse", "kind=teahouse"),
        ("circles?kind=service_centre&speed=2", "speed=2"),
    ],
)
def test_what_was_not_walked_is_named_and_never_an_empty_list(
    client: TestClient, asked: str, named: str
) -> None:
    answer = client.get(f"{API}/{asked}", headers={"accept-language": "en"})
    assert (answer.status_code, named in answer.json()["detail"]) == (422, True)
    assert "take one of" in answer.json()["detail"]


def test_circles_are_paged_from_the_narrowest(client: TestClient) -> None:
    page = client.get(f"{API}/circles?kind=service_centre&limit=2").json()
    assert [c["cutoff_s"] for c in page["items"]] == [300, 600]
    rest = client.get(f"{API}/circles?kind=service_centre&limit=2&cursor={page['next']}").json()
    assert ([c["cutoff_s"] for c in rest["items"]], rest["next"]) == ([900], None)


def test_sites_come_in_the_order_of_building(client: TestClient, planner: TestClient) -> None:
    (site,) = planner.get(f"{API}/sites?kind=service_centre&limit=1").json()["items"]
    assert planner.get(f"{API}/sites?cursor=1").json()["items"] == []
    assert client.get(f"{API}/sites").status_code == 403
    assert (site["rank"], site["place"], site["households_gained"]) == (1, "b095", 5)


def test_without_a_computation_the_remedy_is_told(planner: TestClient) -> None:
    for address in ("walking", "gaps", "sites", "coverage/510000000001"):
        answer = planner.get(f"{API}/{address}?profile=nobody", headers={"accept-language": "zh"})
        assert answer.status_code == 404
        assert "wangge circles update" in answer.json()["detail"]


def test_codes_with_a_slash_are_found(client: TestClient) -> None:
    answer = client.get(f"{API}/buildings/way/1", headers={"accept-language": "en"})
    assert (answer.status_code, "way/1" in answer.json()["detail"]) == (404, True)
