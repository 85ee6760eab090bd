"""Attempts to sign in that failed, counted by whose account and from where."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import cast

import sqlalchemy as sa

from gis.store.statements import statement
from gis.store.tables import login_attempt

FORGOTTEN_AFTER = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Wait:
    """How long failures keep one out: none cost a wait at first, then each doubles it."""

    free: int
    first_s: float
    most_s: float
    afresh_after: timedelta


def charge(connection: sa.Connection, key: str, wait: Wait, now: datetime) -> bool:
    """
    Count an attempt as failed until it is forgiven; False when it is refused already.

    One statement: of many at the same moment each is counted, and those behind the one that
    locks are refused. A refused attempt is not counted and writes nothing.
    """
    values = {
        "key": key,
        "now": now,
        "afresh": now - wait.afresh_after,
        "free": wait.free,
        "first_s": wait.first_s,
        "most_s": wait.most_s,
    }
    return connection.execute(statement("charge_attempt"), values).first() is not None


def locked_until(connection: sa.Connection, keys: list[str], now: datetime) -> datetime | None:
    """Return until when one of them is refused, the latest; None when none is."""
    latest = sa.select(sa.func.max(login_attempt.c.locked_until)).where(
        login_attempt.c.key.in_(keys), login_attempt.c.locked_until > now
    )
    return cast(datetime | None, connection.execute(latest).scalar_one())


def forgive(connection: sa.Connection, key: str) -> None:
    """Take back the one attempt that was charged and turned out to be right."""
    row = login_attempt.c
    connection.execute(
        sa.update(login_attempt)
        .where(row.key == key)
        .values(failures=sa.func.greatest(row.failures - 1, 0), locked_until=None)
    )


def forget(connection: sa.Connection, key: str) -> None:
    """Begin anew for one."""
    connection.execute(sa.delete(login_attempt).where(login_attempt.c.key == key))


def forget_old(connection: sa.Connection, now: datetime) -> None:
    """Drop those whose last failure is a day ago, so that the table stays small."""
    old = login_attempt.c.tried_at < now - FORGOTTEN_AFTER
    connection.execute(sa.delete(login_attempt).where(old))
