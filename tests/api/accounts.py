"""Accounts for tests: made by the use case itself, and signed in over HTTP."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import sqlalchemy as sa
from fastapi.testclient import TestClient

from api.app import create_app
from api.principal import OPERATOR, Principal, Role
from api.services.accounts import AccountScope, NewAccount, make_account
from api.settings import Settings
from gis.store.engine import open_engine

PASSWORD = "drei blaue Raben"  # noqa: S105 - of made-up accounts
SESSION = "/api/v1/session"


def add_account(
    engine: sa.Engine,
    name: str,
    role: Role = "planner",
    *,
    areas: tuple[str, ...] | None = None,
    grids: tuple[str, ...] = (),
    worker: str | None = None,
    must_change: bool = False,
    by: Principal = OPERATOR,
) -> int:
    """Make an account whose password is PASSWORD; return its number."""
    scope = AccountScope(areas, grids)
    wanted = NewAccount(name, role, scope, PASSWORD, must_change, worker)
    return int(make_account(engine, by, wanted).row["id"])


@contextmanager
def accounts_of(settings: Settings) -> Iterator[sa.Engine]:
    """Open the database of some settings."""
    assert settings.database_url is not None
    engine = open_engine(settings.database_url.get_secret_value(), pool_size=2)
    yield engine
    engine.dispose()


def sign_in(client: TestClient, name: str, password: str = PASSWORD) -> TestClient:
    """Sign a client in; from then on it proves its pages, too."""
    answer = client.post(SESSION, json={"name": name, "password": password})
    assert answer.status_code == 200, answer.text
    client.headers["X-Wangge-CSRF"] = answer.json()["csrf"]
    return client


@contextmanager
def service(settings: Settings, **changes: object) -> Iterator[TestClient]:
    """Run a service that wants accounts, and talk to it from afar."""
    wanted = {"open": False, "readers": "accounts", **changes}
    with TestClient(create_app(settings.model_copy(update=wanted))) as client:
        yield client
