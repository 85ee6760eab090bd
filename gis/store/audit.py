"""The audit trail in PostGIS: rows added, read in pages, pruned by whole sealed batches."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, cast

import sqlalchemy as sa

from gis.store.tables import audit_event, audit_seal

Row = Mapping[str, Any]

PRUNING = "audit.prune"
"""Action of the row that says up to which batch retention took the rows."""

# Any fixed number will do: whoever seals asks for it, so that the chain never forks.
_SEALING = 0x73656166


def insert_event(connection: sa.Connection, values: Row) -> None:
    """Add a row in the transaction of the connection; `values` are columns of `audit_event`."""
    # Inline: nothing comes back, because who adds a row may not be one who reads the trail.
    connection.execute(sa.insert(audit_event).values(dict(values)).inline())


def event_rows(
    connection: sa.Connection,
    *,
    communities: Sequence[str] | None,
    before: int | None,
    limit: int,
    action: str | None = None,
    account_id: int | None = None,
) -> list[Row]:
    """
    Return rows of the trail, newest first.

    Parameters
    ----------
    communities
        Codes of the areas whose rows are wanted; None: all rows.
    before
        Only rows with a lower id.
    action
        A whole action, or its first words (``plan`` for all of plans).
    """
    events = sa.select(audit_event).order_by(audit_event.c.id.desc()).limit(limit)
    if communities is not None:
        events = events.where(audit_event.c.community == sa.any_(sa.literal(list(communities))))
    if before is not None:
        events = events.where(audit_event.c.id < before)
    if action is not None:
        named = audit_event.c.action == action
        events = events.where(
            named | audit_event.c.action.startswith(f"{action}.", autoescape=True)
        )
    if account_id is not None:
        events = events.where(audit_event.c.account_id == account_id)
    return cast(list[Row], connection.execute(events).mappings().all())


def events_between(connection: sa.Connection, after: int, upto: int, limit: int) -> list[Row]:
    """Return the rows with ids above `after` and up to `upto`, ascending, `limit` at most."""
    wanted = audit_event.c.id.between(after + 1, upto)
    query = sa.select(audit_event).where(wanted).order_by(audit_event.c.id).limit(limit)
    return cast(list[Row], connection.execute(query).mappings().all())


def count_after(connection: sa.Connection, last_id: int) -> int:
    """Return how many rows have a higher id."""
    rows = sa.select(sa.func.count()).select_from(audit_event).where(audit_event.c.id > last_id)
    return int(connection.execute(rows).scalar_one())


def pruned_through(connection: sa.Connection) -> int:
    """Return the batch up to which the trail itself says that rows were pruned; 0: none."""
    through = audit_event.c.detail["through"].as_integer()
    query = sa.select(sa.func.max(through)).where(audit_event.c.action == PRUNING)
    return int(connection.execute(query).scalar() or 0)


def last_seal_before(connection: sa.Connection, moment: datetime) -> Row | None:
    """Return the newest seal older than a moment, but never the very newest one."""
    newest = sa.select(sa.func.max(audit_seal.c.number)).scalar_subquery()
    query = (
        sa.select(audit_seal)
        .where(audit_seal.c.sealed_at < moment, audit_seal.c.number < newest)
        .order_by(audit_seal.c.number.desc())
        .limit(1)
    )
    return cast(Row | None, connection.execute(query).mappings().one_or_none())


def oldest_unsealed(connection: sa.Connection) -> datetime | None:
    """Return when the oldest row was written that no seal covers; None: all are sealed."""
    sealed = sa.select(sa.func.coalesce(sa.func.max(audit_seal.c.last_id), 0)).scalar_subquery()
    query = sa.select(sa.func.min(audit_event.c.at)).where(audit_event.c.id > sealed)
    return cast(datetime | None, connection.execute(query).scalar())


def newest_id(connection: sa.Connection) -> int:
    """Return the highest id of the trail; 0 when it is empty."""
    found = connection.execute(sa.select(sa.func.max(audit_event.c.id))).scalar()
    return int(found or 0)


def newest_settling(connection: sa.Connection) -> tuple[int, int]:
    """
    Return the highest id, and the transaction below which all must end before it may be sealed.

    One statement, so one moment: a row with a lower id that is not visible yet belongs to a
    transaction below that one (trigger ``audit_begin_insert``).
    """
    query = sa.text(
        "SELECT coalesce(max(id), 0), pg_snapshot_xmax(pg_current_snapshot())::text::bigint"
        " FROM audit_event"
    )
    newest, ceiling = connection.execute(query).one()
    return int(newest), int(ceiling)


def have_ended(connection: sa.Connection, ceiling: int) -> bool:
    """Tell whether every transaction below `ceiling` that wrote has ended."""
    query = sa.text("SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint >= :ceiling")
    return bool(connection.execute(query, {"ceiling": ceiling}).scalar_one())


def lock_sealing(connection: sa.Connection) -> None:
    """Wait until nobody else seals; held to the end of the transaction."""
    connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_SEALING)))


def last_seal(connection: sa.Connection) -> Row | None:
    """Return the newest seal; None before the first one."""
    newest = sa.select(audit_seal).order_by(audit_seal.c.number.desc()).limit(1)
    return cast(Row | None, connection.execute(newest).mappings().one_or_none())


def seals_after(connection: sa.Connection, number: int, limit: int) -> list[Row]:
    """Return the seals above a number, ascending."""
    query = sa.select(audit_seal).where(audit_seal.c.number > number)
    query = query.order_by(audit_seal.c.number).limit(limit)
    return cast(list[Row], connection.execute(query).mappings().all())


def insert_seal(connection: sa.Connection, values: Row) -> None:
    """Add a seal; `values` are columns of `audit_seal`."""
    connection.execute(sa.insert(audit_seal).values(dict(values)))


def prune_through(connection: sa.Connection, last_id: int) -> int:
    """Delete the rows of all batches up to the one that ends at `last_id`; only the owner may."""
    allow = sa.text("SELECT set_config('wangge.audit_prune', :upto, true)")
    connection.execute(allow, {"upto": str(last_id)})
    gone = sa.delete(audit_event).where(audit_event.c.id <= last_id)
    count = connection.execute(gone).rowcount
    connection.execute(allow, {"upto": ""})
    return int(count)
