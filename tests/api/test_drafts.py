"""A draft is its planners' business: to everybody else it is as if it did not exist."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa
from fastapi.testclient import TestClient
from httpx2 import Response

from api.app import create_app
from api.settings import Settings
from gis.store.engine import open_engine
from tests.api.conftest import THIS_MACHINE
from tests.api.test_tiles import address_of

DRAFT, NOBODYS = 2, 999_999
Z, X, Y = address_of(104.603, 28.402, 14)
# Every address that names a plan.
ADDRESSES = (
    "/api/v1/plans/{}",
    "/api/v1/plans/{}?coord=gcj02",
    "/api/v1/plans/{}/grids",
    "/api/v1/plans/{}/grids?geometry=true&limit=1",
    "/api/v1/plans/{}/handover",
    "/maps/plans/{}.html",
    f"/tiles/grids/{Z}/{X}/{Y}.mvt?plan={{}}",
    f"/tiles/cells/{Z}/{X}/{Y}.mvt?plan={{}}",
)


def told(answer: Response, plan: int) -> dict[str, Any]:
    """What an answer says, apart from the number asked for and what is new in every answer."""
    differing = {"x-request-id", "content-length"}
    headers = {name: value for name, value in answer.headers.items() if name not in differing}
    body = {**answer.json(), "request_id": ""}
    body["detail"] = body["detail"].replace(str(plan), "N")
    return {"status": answer.status_code, "body": body, "headers": headers}


@pytest.mark.parametrize("address", ADDRESSES)
@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_draft_is_answered_as_a_plan_that_does_not_exist(
    client: TestClient, address: str, language: str
) -> None:
    hidden, missing = (
        client.get(address.format(plan), headers={"accept-language": language})
        for plan in (DRAFT, NOBODYS)
    )
    assert told(hidden, DRAFT) == told(missing, NOBODYS)
    assert hidden.status_code == 404


@pytest.mark.parametrize("address", ADDRESSES)
def test_what_is_published_is_for_everybody(client: TestClient, address: str) -> None:
    assert client.get(address.format(1)).status_code == 200


def test_lists_and_counts_know_of_no_draft(client: TestClient, planner: TestClient) -> None:
    assert [p["id"] for p in client.get("/api/v1/plans").json()["items"]] == [1]
    assert client.get("/api/v1/plans?state=draft").json()["items"] == []
    (first, _) = client.get("/api/v1/communities?at=2025-12-31").json()["items"]
    assert (first["drafts"], first["plan"]["id"]) == (0, 1)
    (first, _) = planner.get("/api/v1/communities?at=2025-12-31").json()["items"]
    assert (first["drafts"], first["plan"]["id"]) == (1, 2)


def test_a_plan_does_not_name_the_draft_it_is_based_on(open_settings: Settings) -> None:
    assert open_settings.database_url is not None
    engine = open_engine(open_settings.database_url.get_secret_value())
    with engine.begin() as connection:
        connection.execute(sa.text("UPDATE plan SET based_on = 2 WHERE id = 1"))
    engine.dispose()
    closed = open_settings.model_copy(update={"open": False})
    with TestClient(create_app(closed)) as client:
        assert client.get("/api/v1/plans/1").json()["based_on"] is None
    app = create_app(open_settings)
    with TestClient(app, base_url="http://127.0.0.1", client=THIS_MACHINE) as writer:
        assert writer.get("/api/v1/plans/1").json()["based_on"] == 2


@pytest.mark.parametrize(
    ("headers", "peer"),
    [
        ({"host": "wangge.example"}, "127.0.0.1"),
        ({"origin": "https://elsewhere.example"}, "127.0.0.1"),
        ({"origin": "null"}, "127.0.0.1"),
        ({}, "192.0.2.1"),
    ],
)
def test_an_open_service_shows_drafts_to_this_machine_alone(
    town_settings: Settings, headers: dict[str, str], peer: str
) -> None:
    app = create_app(town_settings.model_copy(update={"open": True}))
    with TestClient(app, base_url="http://127.0.0.1", client=(peer, 50000)) as stranger:
        for address in ADDRESSES:
            assert stranger.get(address.format(DRAFT), headers=headers).status_code == 404
    with TestClient(app, base_url="http://127.0.0.1", client=THIS_MACHINE) as known:
        for address in ADDRESSES:
            assert known.get(address.format(DRAFT)).status_code == 200, address
