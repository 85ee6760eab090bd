"""
Write down who did what, in the transaction that does it.

A row holds codes, counts and names of accounts; never a phone, a password, a token or whatever
else opens or tells of a person's life. It stands or falls with the write it tells of.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import cast

import sqlalchemy as sa

from api.principal import OPERATOR, Principal, Role
from gis.store import audit as store
from gis.store.asker import asker_of

Subject = tuple[str, object]
"""What was acted upon: its kind and its code, such as ``("plan", 12)``."""

_NEVER = frozenset({"password", "token", "key", "phone", "secret", "lon", "lat", "cookie"})


def record(
    connection: sa.Connection,
    principal: Principal,
    action: str,
    subject: Subject | None = None,
    *,
    detail: Mapping[str, object] | None = None,
    community: str | None = None,
) -> None:
    """
    Add a row to the audit trail in the transaction of the connection.

    Parameters
    ----------
    connection
        The caller's transaction; not committed here. The number of the request and the address
        of the client come from whom it is bound to (`gis.store.asker`).
    principal
        Who does it.
    action
        Dotted words, lower case: ``plan.publish``, ``account.login``, ``staff.unmask``.
    subject
        Kind and code of what it is done to; None: to nothing in particular.
    detail
        Counts and codes that JSON can hold. No personal data, no secrets.
    community
        Code of the area concerned; who may read the trail of that area sees the row.

    Raises
    ------
    ValueError
        A member of `detail` is named like something that may not be written down.
    """
    told = dict(detail or {})
    forbidden = _NEVER & told.keys()
    if forbidden:
        raise ValueError(f"may not be audited: {sorted(forbidden)}")
    kind, code = subject or (None, None)
    asker = asker_of(connection)
    store.insert_event(
        connection,
        {
            "account_id": principal.account_id,
            "who": principal.name,
            "role": principal.role,
            "action": action,
            "kind": kind,
            "code": None if code is None else str(code),
            "community": community,
            "detail": told,
            "request_id": asker.request_id if asker else None,
            "address": asker.address if asker else None,
        },
    )


def record_alone(
    engine: sa.Engine,
    principal: Principal,
    action: str,
    subject: Subject | None = None,
    *,
    detail: Mapping[str, object] | None = None,
    community: str | None = None,
) -> None:
    """Add a row for what writes nothing itself, such as an export, in a transaction of its own."""
    with engine.begin() as connection:
        record(connection, principal, action, subject, detail=detail, community=community)


def who_asks(connection: sa.Connection, made_by: str) -> Principal:
    """Return in whose name a connection runs; else the operator, called `made_by`."""
    asker = asker_of(connection)
    if asker is None:
        return replace(OPERATOR, name=made_by)
    role = cast(Role | None, asker.role)
    return Principal(asker.account_id, asker.name, role, asker.areas, asker.grids)
