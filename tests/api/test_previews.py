"""The engine asked over HTTP, and its proposals accepted."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from pydantic import SecretStr

from api.app import create_app
from api.services.preview_workers import PreviewWorkers
from api.settings import Settings
from tests.api.conftest import THIS_MACHINE

API = "/api/v1/plans"


@pytest.fixture(scope="module")
def planner_of_town(own_town_url: str) -> Iterator[TestClient]:
    settings = Settings(database_url=SecretStr(own_town_url), open=True, engine_ahead=True)
    app = create_app(settings)
    with TestClient(app, base_url="http://127.0.0.1", client=THIS_MACHINE) as client:
        yield client


def accepted(client: TestClient, plan: str, proposal: dict[str, Any]) -> dict[str, Any]:
    stroke = {
        "client": str(uuid4()),
        **{name: proposal[name] for name in ("ground", "moves", "grids", "action")},
    }
    answer = client.post(f"{plan}/strokes", json=stroke)
    assert answer.status_code == 200, answer.text
    told: dict[str, Any] = answer.json()
    assert told["rejected"] == []
    after = {g["no"]: g for g in proposal["after"]["grids"]}
    for grid in told["grids"]:
        for figure in ("units", "households", "load_units", "pieces", "problems", "name"):
            assert grid[figure] == after[grid["no"]][figure], (grid, figure)
    return told


def test_the_engine_starts_when_a_planner_opens_a_plan(planner_of_town: TestClient) -> None:
    client = planner_of_town
    app = client.app
    assert isinstance(app, FastAPI)
    workers: PreviewWorkers = app.state.previews
    assert workers.processes == 0
    for _ in range(2):
        page = {"client": str(uuid4())}
        assert client.post(f"{API}/2/presence", json=page).status_code == 200
    # Whoever asks meanwhile waits for that process and starts no other.
    assert client.post(f"{API}/2/previews", json={"action": "repair"}).status_code == 200
    assert workers.processes == 1


def test_each_proposal_becomes_what_it_said_when_accepted(planner_of_town: TestClient) -> None:
    client = planner_of_town
    made = client.post(f"{API}/1/fork", json={"name": "草案"}).json()["id"]
    plan = f"{API}/{made}"

    def propose(**asked: Any) -> dict[str, Any]:
        before = client.get(f"{plan}/edits").json()["revision"]
        answer = client.post(f"{plan}/previews", json=asked)
        assert answer.status_code == 200, answer.text
        told: dict[str, Any] = answer.json()
        assert told["revision"] == before == client.get(f"{plan}/edits").json()["revision"]
        return told

    west, south, east, north = client.get(f"{plan}/grids").json()["items"][0]["extent"]
    line = [[(west + east) / 2, south], [(west + east) / 2, north]]
    halves = propose(action="cut", grid=0, line=line)
    assert [g["no"] for g in halves["grids"]] == [4]
    told = accepted(client, plan, halves)
    erased = [[unit, grid, None] for unit, _, grid in told["applied"]]
    ground = halves["ground"]
    body = {"client": str(uuid4()), "ground": ground, "moves": erased, "action": "erase"}
    assert client.post(f"{plan}/strokes", json=body).json()["unassigned"] == len(erased)
    filled = propose(action="complete")
    assert filled["before"]["totals"]["unassigned"] == len(erased)
    accepted(client, plan, filled)
    anew = propose(action="divide")
    assert anew["after"]["totals"]["problems"] == 0
    assert anew["certificate"]["lower_bound"] >= 1
    mended = propose(action="repair", curve=True)
    assert mended["after"]["totals"]["problems"] == 0
    assert mended["curve"][0]["households_moved"] == mended["households_moved"]
    accepted(client, plan, mended)


def test_what_the_engine_refuses_is_told_in_words(planner_of_town: TestClient) -> None:
    client = planner_of_town
    for asked, code in (
        ({"action": "split", "grid": 99, "parts": 2}, "input"),
        ({"action": "split", "grid": 0, "parts": 90}, "infeasible"),
        ({"action": "repair", "choose": 99}, "input"),
        ({"action": "merge", "grids": [0]}, "input"),
        ({"action": "cut", "grid": 0, "line": [[0, 0], [1, 0]]}, "input"),
        ({"action": "conquer"}, "invalid-request"),
    ):
        answer = client.post(f"{API}/2/previews", json=asked)
        assert (answer.status_code, answer.json()["code"]) == (422, code), answer.text
    assert client.post(f"{API}/1/previews", json={"action": "repair"}).status_code == 409


def test_a_table_is_sent_as_it_is(planner_of_town: TestClient) -> None:
    client = planner_of_town
    head = {"Content-Type": "text/csv"}
    address = f"{API}/2/assignment"
    told = client.post(address, content="楼栋编码,网格号\nb001,\n", headers=head)
    assert told.status_code == 200, told.text
    assert (told.json()["moves"], told.json()["unplaced"]) == ([[1, 0, None]], [])
    for body, status in ((b"x" * 10_000_000, 413), (b"a,b\n1,2\n", 422), (b"\xff\x00", 400)):
        refused = client.post(address, content=body, headers=head)
        assert refused.status_code == status, refused.text
        assert refused.headers["content-type"] == "application/problem+json"
    assert (
        client.post(f"{API}/1/assignment", content="楼栋,网格\n", headers=head).status_code == 409
    )
