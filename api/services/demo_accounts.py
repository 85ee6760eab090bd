"""Accounts of the demo: one for each role, with passwords that hold until its next start."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import get_args

import sqlalchemy as sa

from api.principal import OPERATOR, Role
from api.services import passwords
from api.services.accounts import (
    AccountScope,
    NewAccount,
    change_account,
    enable_account,
    make_account,
    set_password,
)
from gis.store.accounts import account_by_key, first_worker

_PREFIX = "demo-"


@dataclass(frozen=True, slots=True)
class DemoAccount:
    """One that may be tried, with the password it has from now on."""

    name: str
    role: Role
    password: str


def renew_demo_accounts(engine: sa.Engine, communities: Sequence[str]) -> list[DemoAccount]:
    """
    Make one account for each role or give it a new password; sessions of before end.

    The administrator's holds everywhere, the worker's in the first community (as somebody who
    works there, when the roster has one), the others in all `communities`. The passwords are
    random and lie nowhere: whoever does not see this start cannot sign in.
    """
    with engine.connect() as connection:
        worker = first_worker(connection, communities[0])
    return [_renewed(engine, role, communities, worker) for role in get_args(Role)]


def _renewed(
    engine: sa.Engine, role: Role, communities: Sequence[str], worker: str | None
) -> DemoAccount:
    name = _PREFIX + role
    places = {"admin": None, "worker": tuple(communities[:1])}
    scope = AccountScope(places.get(role, tuple(communities)))
    worker_code = worker if role == "worker" else None
    with engine.connect() as connection:
        known = account_by_key(connection, passwords.name_key(name))
    if known is None:
        wanted = NewAccount(name, role, scope, must_change=False, worker_code=worker_code)
        return DemoAccount(name, role, make_account(engine, OPERATOR, wanted).password)
    number = known["id"]
    change_account(engine, OPERATOR, number, role=role, scope=scope, worker_code=worker_code)
    enable_account(engine, OPERATOR, number)
    made = set_password(engine, OPERATOR, number, must_change=False, now=datetime.now(UTC))
    return DemoAccount(name, role, made.password)
