"""Pages of other sites: what they may read, by setting, and that they never write."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient

from api.app import create_app
from api.settings import Settings
from gis.errors import InputError
from tests.api.test_tiles import address_of

TILE = "/tiles/grids/{}/{}/{}.mvt".format(*address_of(104.603, 28.402, 14))
SHARED = (TILE, "/tiles/grids.json")
OWN = ("/api/v1/plans", "/api/v1/buildings", "/", "/maps/plans/1.html", "/healthz", "/metrics")
FRIEND, STRANGER = "https://screen.example.gov.cn", "https://elsewhere.example"
ASKS = {"access-control-request-method": "GET", "access-control-request-headers": "if-none-match"}


@pytest.fixture
def listed(town_settings: Settings) -> Iterator[TestClient]:
    """Talk to a service that names the sites it shares with."""
    origins = f"{FRIEND}, http://10.1.2.3:8088"
    app = create_app(town_settings.model_copy(update={"cors_origins": origins}))
    with TestClient(app) as client:
        yield client


@pytest.mark.parametrize("address", SHARED)
def test_by_default_pages_of_any_site_read_maps(client: TestClient, address: str) -> None:
    for origin in ({}, {"origin": STRANGER}):
        answer = client.get(address, headers=origin)
        assert answer.headers.get_list("access-control-allow-origin") == ["*"]
        assert "ETag" in answer.headers["access-control-expose-headers"]
        assert "access-control-allow-credentials" not in answer.headers
        assert "Origin" not in answer.headers.get("vary", "")


@pytest.mark.parametrize("address", OWN)
def test_everything_else_is_for_pages_of_this_service(client: TestClient, address: str) -> None:
    answer = client.get(address, headers={"origin": STRANGER})
    assert not [name for name in answer.headers if name.startswith("access-control")]


@pytest.mark.parametrize("address", SHARED)
def test_of_a_list_the_one_that_asks_is_named(listed: TestClient, address: str) -> None:
    for origin, named in ((FRIEND, [FRIEND]), (STRANGER, []), ("null", []), (None, [])):
        answer = listed.get(address, headers={} if origin is None else {"origin": origin})
        assert answer.status_code == 200
        assert answer.headers.get_list("access-control-allow-origin") == named
        assert "Origin" in answer.headers["vary"]


def test_a_problem_can_be_read_too(listed: TestClient) -> None:
    answer = listed.get("/tiles/nothing.json", headers={"origin": FRIEND})
    assert (answer.status_code, answer.headers["access-control-allow-origin"]) == (404, FRIEND)


def test_none_shares_with_nobody(town_settings: Settings) -> None:
    app = create_app(town_settings.model_copy(update={"cors_origins": "none"}))
    with TestClient(app) as client:
        for address in SHARED:
            answer = client.get(address, headers={"origin": FRIEND})
            assert not [name for name in answer.headers if name.startswith("access-control")]
        assert client.options(TILE, headers={"origin": FRIEND, **ASKS}).status_code == 405


def test_a_browser_that_asks_first_is_told(listed: TestClient) -> None:
    answer = listed.options(TILE, headers={"origin": FRIEND, **ASKS})
    assert (answer.status_code, answer.content) == (204, b"")
    assert answer.headers["access-control-allow-origin"] == FRIEND
    assert answer.headers["access-control-allow-methods"] == "GET, HEAD"
    assert "If-None-Match" in answer.headers["access-control-allow-headers"]
    assert "access-control-allow-private-network" not in answer.headers
    assert listed.options(TILE, headers={"origin": STRANGER, **ASKS}).status_code == 405
    assert listed.options(TILE).status_code == 405


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
@pytest.mark.parametrize("address", ["/api/v1/plans", "/api/v1/plans/2/publish", TILE])
def test_writing_is_never_offered(client: TestClient, address: str, method: str) -> None:
    asks = {"origin": STRANGER, "access-control-request-method": method}
    answer = client.options(address, headers=asks)
    assert answer.status_code == 405
    assert "access-control-allow-methods" not in answer.headers


def test_a_list_of_what_are_no_origins_is_refused(town_settings: Settings) -> None:
    for wrong in ("https://a.example/path", "*.example", "a.example", f"{FRIEND} *"):
        with pytest.raises(InputError):
            create_app(town_settings.model_copy(update={"cors_origins": wrong}))


def test_a_sub_path_changes_nothing(town_settings: Settings) -> None:
    changes = {"cors_origins": FRIEND, "base_path": "/wangge"}
    with TestClient(create_app(town_settings.model_copy(update=changes))) as client:
        for prefix in ("", "/wangge"):
            answer = client.get(f"{prefix}{TILE}", headers={"origin": FRIEND})
            assert answer.headers["access-control-allow-origin"] == FRIEND
