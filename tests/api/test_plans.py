"""Plans, grids, communities and handover lists over HTTP."""

from __future__ import annotations

import pytest
from fastapi.testclient import TestClient

CODE = "510000000001"


def test_a_community_comes_with_the_plan_that_holds(client: TestClient) -> None:
    rows = client.get("/api/v1/communities?at=2026-05-01").json()["items"]
    assert [r["name"] for r in rows] == ["云溪社区", "临江社区"]
    assert rows[0]["households"] == 96 + 144 + 168 + 120
    assert rows[0]["buildings"] == 96
    assert (rows[0]["plan"]["id"], rows[0]["plan"]["valid_from"]) == (1, "2026-01-01")
    assert (rows[0]["plan"]["grids"], rows[0]["plan"]["over_cap"]) == (4, 1)
    assert rows[1]["plan"] is None


def test_before_publication_the_newest_plan_stands_for_a_community(planner: TestClient) -> None:
    rows = planner.get("/api/v1/communities?at=2025-12-31").json()["items"]
    assert rows[0]["plan"]["id"] == 2


def test_a_plan_tells_its_unassigned_units_and_its_estimates(planner: TestClient) -> None:
    draft = planner.get("/api/v1/plans/2").json()
    assert (draft["unassigned_units"], draft["unassigned_households"]) == (1, 4)
    assert draft["households_estimated"] is True
    assert draft["households_kinds"] == [draft["rules_households_kind"]] == ["registered"]
    assert draft["extent"] == pytest.approx([104.6, 28.4, 104.612, 28.408])
    assert draft["certificate"] == {"lower_bound": 4}


def test_plans_come_newest_first_and_by_pages(planner: TestClient) -> None:
    first = planner.get("/api/v1/plans?limit=1").json()
    assert [p["id"] for p in first["items"]] == [2]
    rest = planner.get("/api/v1/plans", params={"limit": 1, "cursor": first["next"]}).json()
    assert ([p["id"] for p in rest["items"]], rest["next"]) == ([1], None)
    assert planner.get("/api/v1/plans?state=published").json()["items"][0]["id"] == 1


def test_the_grids_of_a_plan_add_up_to_it(client: TestClient) -> None:
    plan = client.get("/api/v1/plans/1").json()
    grids = client.get("/api/v1/plans/1/grids").json()["items"]
    assert sum(g["households"] for g in grids) == plan["households"] == 528
    assert sum(g["buildings"] for g in grids) == plan["buildings"] == 96
    assert [g["over_cap"] for g in grids] == [False, False, True, False]
    assert [g["households_estimated"] for g in grids] == [False, False, False, True]
    assert all(g["pieces"] == 1 for g in grids)
    assert all("geometry" not in g for g in grids)


def test_a_label_lies_inside_its_grid(client: TestClient) -> None:
    for grid in client.get("/api/v1/plans/1/grids").json()["items"]:
        west, south, east, north = grid["extent"]
        assert west < grid["label"][0] < east
        assert south < grid["label"][1] < north


def test_grids_of_a_plan_come_by_pages(client: TestClient) -> None:
    first = client.get("/api/v1/plans/1/grids?limit=3").json()
    rest = client.get(f"/api/v1/plans/1/grids?limit=3&cursor={first['next']}").json()
    numbers = [g["grid_no"] for g in first["items"] + rest["items"]]
    assert numbers == [0, 1, 2, 3]
    assert rest["next"] is None


def test_published_grids_hold_from_their_day_on(client: TestClient) -> None:
    assert len(client.get("/api/v1/grids?at=2026-01-01").json()["items"]) == 4
    assert client.get("/api/v1/grids?at=2025-12-31").json()["items"] == []
    grid = client.get("/api/v1/grids/510000000001003?at=2026-01-01").json()
    assert (grid["name"], grid["households"], grid["over_cap"]) == ("第三网格", 168, True)
    assert client.get("/api/v1/grids/510000000001003?at=2025-12-31").status_code == 404


def test_published_grids_are_found_by_box_and_community(client: TestClient) -> None:
    corner = client.get("/api/v1/grids?at=2026-02-01&bbox=104.6,28.4,104.6001,28.4001").json()
    assert [g["grid_no"] for g in corner["items"]] == [0]
    other = client.get("/api/v1/grids?at=2026-02-01&community=510000000002").json()
    assert other["items"] == []
    assert client.get("/api/v1/grids?at=2026-02-01&tier=micro").json()["items"] == []


def test_handover_names_posts_and_never_persons(client: TestClient) -> None:
    answer = client.get("/api/v1/plans/1/handover")
    row = answer.json()["items"][0]
    assert (row["unit_id"], row["on_day"]) == ("b000", "2026-01-01")
    assert (row["from_grid"], row["to_grid"]) == ("510000000001002", "510000000001001")
    assert (row["from_posts"], row["to_posts"]) == ([], ["p1"])
    assert "某某" not in answer.text


def test_a_plan_that_is_not_there_is_told_in_both_languages(client: TestClient) -> None:
    zh = client.get("/api/v1/plans/99", headers={"accept-language": "zh-CN"})
    en = client.get("/api/v1/plans/99/grids", headers={"accept-language": "en"})
    assert zh.status_code == en.status_code == 404
    assert zh.json()["detail"] == "没有编号为 99 的方案。"
    assert en.json()["detail"] == "There is no plan 99."
    assert client.get("/api/v1/plans/99/handover").status_code == 404
