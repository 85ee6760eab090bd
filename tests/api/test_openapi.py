"""Every answer that the OpenAPI document declares is given, as it is declared."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from fastapi.testclient import TestClient
from httpx2 import Response
from pydantic import SecretStr

from api.app import create_app
from api.errors import PROBLEM
from api.openapi import Problem
from api.principal import Principal
from api.services.embed_keys import digest_of
from api.services.own_account import NewToken, make_token
from api.services.sessions import SessionTimes, begin
from api.settings import Settings
from gis.store.engine import open_engine
from gis.store.tables import account, embed_key, login_attempt
from tests.api.accounts import accounts_of, add_account, sign_in
from tests.api.conftest import THIS_MACHINE
from tests.api.declared_cases import API, CASES, KEY, OF_WORKERS, SESSION, Asked
from tests.api.planning_cases import KEPT


@pytest.fixture
def closed(open_settings: Settings) -> Iterator[TestClient]:
    """Talk to a service of the same town where writing is off."""
    with TestClient(create_app(open_settings.model_copy(update={"open": False}))) as client:
        yield client


@pytest.fixture
def worker(open_settings: Settings) -> Iterator[TestClient]:
    """Talk to the service of that town as a worker, who may export nothing."""
    with accounts_of(open_settings) as engine:
        add_account(engine, "worker", "worker", areas=("510000000001",))
    with TestClient(create_app(open_settings.model_copy(update={"open": False}))) as client:
        yield sign_in(client, "worker")


@pytest.fixture
def cut_off(open_settings: Settings) -> Iterator[TestClient]:
    """Talk to an open service whose database does not answer."""
    nowhere = SecretStr("postgresql://nobody@127.0.0.1:1/nothing")
    app = create_app(open_settings.model_copy(update={"database_url": nowhere}))
    with TestClient(app, base_url="http://127.0.0.1", client=THIS_MACHINE) as client:
        yield client


def ask(client: TestClient, method: str, asked: Asked, **headers: str) -> Response:
    address, body = asked
    return client.request(method, address, json=body, headers=headers)


def assert_problem(answer: Response, status: int) -> None:
    assert answer.status_code == status, (answer.request.url, answer.text)
    assert answer.headers["content-type"] == PROBLEM
    told = Problem.model_validate(answer.json())
    assert (told.status, told.request_id) == (status, answer.headers["x-request-id"])


def test_every_declared_answer_is_given(
    writer: TestClient,
    closed: TestClient,
    worker: TestClient,
    cut_off: TestClient,
    open_settings: Settings,
) -> None:
    add_plan_without_grids(open_settings)
    add_accounts(open_settings)
    document = writer.get(f"{API}/openapi.json").json()
    declared = {
        (method, path): operation["responses"]
        for path, operations in document["paths"].items()
        for method, operation in operations.items()
    }
    assert set(declared) == set(CASES) | OF_WORKERS
    # One's own account is asked for with a session; the rest by whoever sits at the machine.
    begun = ask(writer, "post", CASES["post", SESSION][200])
    own = _session_of(begun)
    for (method, path), answers in declared.items():
        if (method, path) in OF_WORKERS:
            continue
        writer.cookies.clear()
        signed = own if path.startswith(f"{API}/account/") else {}
        cases = CASES[method, path]
        foreseen = {int(status) for status in answers if status != "default"}
        assert foreseen == {*cases, *others(method, path)}, path
        for status, asked in cases.items():
            if status >= 400:
                assert_problem(ask(writer, method, asked, **signed), status)
        well = min(cases)
        answer = ask(writer, method, cases[well], **signed)
        assert answer.status_code == well, answer.text
        own = _session_of(answer) if "set-cookie" in answer.headers and signed else own
        if well != 204:
            kind = answer.headers["content-type"].split(";")[0]
            assert kind in answers[str(well)]["content"]
        if 304 in cases:
            again = ask(writer, method, cases[304], **{"if-none-match": answer.headers["etag"]})
            assert (again.status_code, again.content) == (304, b"")
        for refused in {401, 403} & (foreseen - set(cases)):
            lacking = worker if _is_export(path) else closed
            assert_problem(ask(lacking, method, cases[well]), refused)
        # Streams need no database; their places are taken in test_crowd.
        if 503 in foreseen and path != f"{API}/changes":
            assert_problem(ask(cut_off, method, cases[well], **signed), 503)
        assert PROBLEM in answers["default"]["content"]
        address, body = cases[well]
        joint = "&" if "?" in address else "?"
        assert_problem(ask(writer, method, (f"{address}{joint}x=%00", body)), 400)
        writer.cookies.clear()
        assert_problem(ask(writer, "trace", (address, None)), 405)


def _session_of(answer: Response) -> dict[str, str]:
    secret = answer.headers.get_list("set-cookie")[0].partition(";")[0]
    return {"cookie": secret, "X-Wangge-CSRF": answer.json()["csrf"]}


def others(method: str, path: str) -> set[int]:
    """Statuses that depend on the service, not on what is asked."""
    away = path == "/healthz" or _drawn_from_files(path)
    own_session = path == SESSION and method != "post"
    found = set() if away or own_session else {503}
    if (method, path) == ("get", SESSION) or path.startswith(f"{API}/account/"):
        return found | {401}
    kept = method == "post" or path.startswith(_KEPT) or _is_export(path)
    return found | ({403} if kept else set())


def _is_export(path: str) -> bool:
    """Whether readers without an account get it, too, and workers do not."""
    return path.startswith(("/maps", f"{API}/downloads")) or path.endswith(
        ("package.gpkg", "grids.{extension}")
    )


_KEPT = (
    *(f"{API}/sites", f"{API}/embed-keys", f"{API}/audit", f"{API}/ground", f"{API}/accounts"),
    *(f"{API}/my", f"{API}/progress", f"{API}/handovers", f"{API}/plans/{{plan_id}}/editor"),
    *(f"{API}/{staff}/" for staff in ("staff", "chains", "vacancies", "staffing", "teams")),
    *KEPT,
)


def _drawn_from_files(path: str) -> bool:
    return path.startswith("/styles") and path != "/styles/{name}.json"


def add_accounts(settings: Settings) -> None:
    """One that may sign in, one that is disabled, and one with too many wrong passwords."""
    with accounts_of(settings) as engine:
        numbers = {name: add_account(engine, name) for name in ("case", "gone", "late")}
        now = datetime.now(UTC)
        with engine.begin() as connection:
            ended = {"disabled_at": now, "disabled_by": "x"}
            wanted = account.c.id == numbers["gone"]
            connection.execute(sa.update(account).where(wanted).values(**ended))
            values = {"failures": 9, "tried_at": now, "locked_until": now + timedelta(hours=1)}
            key = f"account:{numbers['late']}"
            connection.execute(sa.insert(login_attempt).values(key=key, **values))
            # Browser 1 is the one of "worker", 2 of "late", 3 of "case"; token 1 is one of "case".
            for name in ("late", "case"):
                begin(connection, numbers[name], times=SessionTimes.of(settings), now=now)
        who = Principal(numbers["case"], "case", "admin", None)
        make_token(engine, who, NewToken("x"), now=now)


def add_plan_without_grids(settings: Settings) -> None:
    assert settings.database_url is not None
    engine = open_engine(settings.database_url.get_secret_value())
    with engine.begin() as connection:
        connection.exec_driver_sql(
            "INSERT INTO plan (community_code, ground_id, name, rules, created_by, state) "
            "SELECT community_code, ground_id, 'bare', rules, 'x', 'submitted' "
            "FROM plan WHERE id = 2"
        )
        connection.exec_driver_sql(
            "INSERT INTO import_run (layer, source) VALUES ('buildings', 'x.csv'); "
            "INSERT INTO import_row (run_id, row_no, values, faults) "
            'SELECT id, 1, \'{"户数": "5"}\', \'[{"file": "x.csv", "row": 1, '
            '"field": "building_id", "code": "not-on-map", "severity": "error", '
            '"en": "x", "zh": "x", "value": ""}]\' FROM import_run'
        )
        for key in (KEY, "wge_revoked"):
            columns: dict[str, Any] = {"area_code": "510000000001", "layers": ["grids"]}
            columns |= {
                "origins": [],
                "note": "",
                "contact": "",
                "made_by": "x",
                "digest": digest_of(key),
            }
            end = datetime.now(UTC) + timedelta(days=1)
            connection.execute(sa.insert(embed_key).values(**columns, expires_at=end))
    engine.dispose()
