"""Faults over HTTP are problem+json with a request id, whatever went wrong."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from fastapi.testclient import TestClient
from openapi_spec_validator import validate
from pydantic import SecretStr

from api.app import create_app
from api.errors import status_of
from api.settings import Settings
from gis.errors import (
    Conflict,
    Infeasible,
    InputError,
    InvalidRules,
    NotFound,
    Unavailable,
    WanggeError,
)
from gis.store import migrate
from gis.store.engine import open_engine


def test_somebody_in_a_browser_is_told_on_a_page_and_a_program_never(client: TestClient) -> None:
    browser = {"accept": "text/html,application/xhtml+xml,*/*;q=0.8", "accept-language": "zh"}
    for address in ("/who/", "/who/gone", "/who-sheet/gone", "/nowhere/<script>alert(1)</script>"):
        answer = client.get(address, headers=browser)
        assert answer.status_code == 404
        assert answer.headers["content-type"].startswith("text/html")
        assert "<h1>没有找到</h1>" in answer.text
        assert answer.headers["x-request-id"] in answer.text
        assert "<script" not in answer.text
    for address in ("/api/v1/nowhere", "/ogc/nowhere", "/tiles/nothing/1/0/0.mvt", "/web/nothing"):
        answer = client.get(address, headers=browser)
        assert answer.headers["content-type"] == "application/problem+json"
    assert client.get("/who/gone").headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize(
    ("method", "address", "status", "code"),
    [
        ("GET", "/nowhere", 404, "not-found"),
        ("GET", "/api/v1/nowhere", 404, "not-found"),
        ("GET", "/api/v1/buildings/nobody", 404, "not-found"),
        ("DELETE", "/api/v1/buildings", 405, "method-not-allowed"),
        ("GET", "/api/v1/buildings?limit=0", 422, "invalid-request"),
        ("GET", "/api/v1/plans/zwei", 422, "invalid-request"),
        ("GET", "/api/v1/plans/99999999999999999999", 422, "invalid-request"),
        ("GET", "/api/v1/plans?cursor=x", 422, "input"),
        ("GET", "/api/v1/plans?cursor=99999999999999999999", 422, "input"),
        ("GET", "/api/v1/plans/1/grids?cursor=99999999999999999999", 422, "input"),
        ("GET", "/api/v1/buildings?community=%00", 400, "malformed-request"),
        ("GET", "/api/v1/buildings/a%00b", 400, "malformed-request"),
        ("GET", "/web/../../etc/passwd", 404, "not-found"),
        ("GET", "/web/vendor/maplibre-gl@0/package.json", 404, "not-found"),
    ],
)
def test_every_fault_is_a_problem(
    client: TestClient, method: str, address: str, status: int, code: str
) -> None:
    answer = client.request(method, address, headers={"accept-language": "en"})
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    body = answer.json()
    assert (body["status"], body["code"]) == (status, code)
    assert body["title"]
    assert body["detail"]
    assert body["request_id"] == answer.headers["x-request-id"]


def test_a_validation_problem_names_the_parameter_in_the_language_asked_for(
    client: TestClient,
) -> None:
    answer = client.get("/api/v1/buildings?limit=5000&coord=mars")
    assert answer.headers["content-language"] == "zh"
    assert "query.limit" in answer.json()["detail"]
    assert [e["where"] for e in answer.json()["errors"]] == ["query.limit", "query.coord"]


@pytest.mark.parametrize(
    ("fault", "status"),
    [
        (InputError, 422),
        (InvalidRules, 422),
        (Infeasible, 422),
        (NotFound, 404),
        (Conflict, 409),
        (Unavailable, 503),
        (WanggeError, 500),
    ],
)
def test_the_nearest_listed_class_gives_the_status(fault: type[WanggeError], status: int) -> None:
    assert status_of(fault("en", "zh")) == status


def test_a_fault_nobody_foresaw_tells_nothing_of_the_inside(town_settings: Settings) -> None:
    app = create_app(town_settings)

    @app.get("/broken")
    def broken() -> None:
        raise RuntimeError("secret detail")

    with TestClient(app) as client:
        answer = client.get("/broken", headers={"accept-language": "en"})
    assert answer.status_code == 500
    assert "secret" not in answer.text
    assert answer.json()["code"] == "internal"
    assert answer.json()["request_id"] == answer.headers["x-request-id"]
    assert "default-src 'none'" in answer.headers["content-security-policy"]


def test_a_database_that_does_not_answer_is_503(town_settings: Settings) -> None:
    nowhere = SecretStr("postgresql://nobody@127.0.0.1:1/nothing")
    with TestClient(
        create_app(town_settings.model_copy(update={"database_url": nowhere}))
    ) as client:
        assert client.get("/healthz").status_code == 200
        for address in ("/readyz", "/api/v1/plans"):
            answer = client.get(address)
            assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")
            assert "127.0.0.1" not in answer.text


def test_a_service_is_ready_when_its_database_is_at_the_newest_migration(
    client: TestClient,
) -> None:
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()["status"]) == (200, "ok")


def test_a_database_without_tables_is_not_ready(
    bare_database: str, town_settings: Settings
) -> None:
    bare = town_settings.model_copy(update={"database_url": SecretStr(bare_database)})
    with TestClient(create_app(bare)) as client:
        answer = client.get("/readyz")
    assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")


def test_a_running_service_tells_of_an_old_schema_and_goes_on_after_migrating(
    database_url: str, town_settings: Settings
) -> None:
    engine = open_engine(database_url)
    migrate.downgrade(engine, "base")
    settings = town_settings.model_copy(update={"database_url": SecretStr(database_url)})
    asked = ["/readyz", "/api/v1/plans", "/api/v1/areas", "/tiles/grids.json", "/maps/plans/1.html"]
    with TestClient(create_app(settings)) as client:
        for address in asked:
            answer = client.get(address, headers={"accept-language": "en"})
            assert (answer.status_code, answer.json()["code"]) == (503, "unavailable"), address
            assert "wangge migrate" in answer.json()["detail"]
        migrate.upgrade(engine)
        assert client.get("/readyz").status_code == 200
        assert client.get("/api/v1/plans").status_code == 200
    engine.dispose()


def test_a_schema_of_a_newer_version_is_told_and_what_can_be_answered_is(
    database_url: str, town_settings: Settings
) -> None:
    engine = open_engine(database_url)
    with engine.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
        connection.exec_driver_sql("ALTER TABLE plan RENAME COLUMN revision TO version")
    settings = town_settings.model_copy(update={"database_url": SecretStr(database_url)})
    with TestClient(create_app(settings)) as client:
        for address in ("/readyz", "/api/v1/plans"):
            answer = client.get(address, headers={"accept-language": "en"})
            assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")
            assert "9999" in answer.json()["detail"]
            assert "upgrade this service" in answer.json()["detail"]
        assert client.get("/api/v1/areas").status_code == 200
    engine.dispose()


def test_a_crowd_at_an_old_schema_is_answered_at_once(
    database_url: str, town_settings: Settings
) -> None:
    """More requests than connections, all of which ask for the schema once they have failed."""
    engine = open_engine(database_url)
    migrate.downgrade(engine, "base")
    engine.dispose()
    changes = {"database_url": SecretStr(database_url), "threads": 2}
    app = create_app(town_settings.model_copy(update=changes))
    with TestClient(app) as client, ThreadPoolExecutor(12) as crowd:
        answers = list(crowd.map(lambda _: client.get("/api/v1/plans"), range(24)))
    assert {answer.status_code for answer in answers} == {503}


def test_a_usable_request_id_is_kept_and_another_replaced(client: TestClient) -> None:
    kept = client.get("/healthz", headers={"x-request-id": "proxy-12345678"})
    assert kept.headers["x-request-id"] == "proxy-12345678"
    replaced = client.get("/healthz", headers={"x-request-id": "<script>"})
    assert replaced.headers["x-request-id"] != "<script>"


def test_the_openapi_document_is_valid(client: TestClient) -> None:
    document = client.get("/api/v1/openapi.json").json()
    validate(document)
    assert "/api/v1/plans/{plan_id}/grids" in document["paths"]


def test_an_open_service_refuses_the_world(town_settings: Settings) -> None:
    with pytest.raises(InputError, match="WANGGE_OPEN"):
        create_app(town_settings.model_copy(update={"open": True, "host": "0.0.0.0"}))  # noqa: S104
    create_app(town_settings.model_copy(update={"open": True, "host": "::1"}))


def test_answers_are_compressed(client: TestClient) -> None:
    answer = client.get("/api/v1/buildings?limit=50", headers={"accept-encoding": "gzip"})
    assert answer.headers["content-encoding"] == "gzip"


def test_the_service_lives_under_a_sub_path(town_settings: Settings) -> None:
    app = create_app(town_settings.model_copy(update={"base_path": "wangge/"}))
    with TestClient(app) as client:
        for prefix in ("", "/wangge"):
            assert client.get(f"{prefix}/api/v1/plans/1").status_code == 200
        tiles = client.get("/wangge/tiles/grids.json").json()["tiles"]
    assert tiles == ["http://testserver/wangge/tiles/grids/{z}/{x}/{y}.mvt"]
