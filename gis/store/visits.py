"""Done marks and receipts in PostGIS: who may make them, what they add up to."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, cast

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql as pg

from gis.store.statements import statement
from gis.store.tables import handover_receipt, visit

Row = Mapping[str, Any]


def holders(
    connection: sa.Connection,
    buildings: Sequence[str],
    since: date,
    worker_id: int | None,
    codes: Sequence[str],
) -> list[Row]:
    """Return in which grids buildings have been since a day: see ``visit_holders.sql``."""
    binds = {
        "buildings": list(buildings),
        "since": since,
        "worker_id": worker_id,
        "codes": list(codes),
    }
    found = connection.execute(statement("visit_holders"), binds)
    return cast(list[Row], found.mappings().all())


def places(
    connection: sa.Connection, buildings: Sequence[str]
) -> dict[tuple[str, str | None], int]:
    """Return the households of buildings, and of their stairwells, by both codes."""
    found = connection.execute(statement("visit_places"), {"buildings": list(buildings)})
    return {(row.building_code, row.stairwell): row.households for row in found}


def known_marks(connection: sa.Connection, clients: Sequence[uuid.UUID]) -> dict[uuid.UUID, Row]:
    """Return the marks that came before, by what the phone called them."""
    query = sa.select(visit).where(visit.c.client.in_(clients))
    found = connection.execute(query).mappings().all()
    return {row["client"]: cast(Row, row) for row in found}


def insert_marks(connection: sa.Connection, marks: Sequence[Row]) -> None:
    """Store marks (columns of `visit`), and let the last of each day and place count."""
    if not marks:
        return
    connection.execute(
        pg.insert(visit).on_conflict_do_nothing(index_elements=["client"]),
        [dict(mark) for mark in marks],
    )
    clients = [str(mark["client"]) for mark in marks]
    connection.execute(statement("visits_settle"), {"clients": clients})


def progress(
    connection: sa.Connection, community: str, at: date, month_begin: date, month_end: date
) -> list[Row]:
    """Return the marks of a month by grid and worker: see ``visit_progress.sql``."""
    binds = {
        "community": community,
        "at": at,
        "month_begin": month_begin,
        "month_end": month_end,
    }
    found = connection.execute(statement("visit_progress"), binds)
    return cast(list[Row], found.mappings().all())


def confirm_handover(
    connection: sa.Connection, publication_id: int, worker_id: int, by: str
) -> None:
    """Write down that a worker has read a handover; a second time changes nothing."""
    connection.execute(
        pg.insert(handover_receipt)
        .values(publication_id=publication_id, worker_id=worker_id, confirmed_by=by)
        .on_conflict_do_nothing()
    )


def receipts(connection: sa.Connection, community: str, since: date) -> list[Row]:
    """Return whom handovers concern and who has confirmed: see ``handover_receipts.sql``."""
    binds = {"community": community, "since": since}
    found = connection.execute(statement("handover_receipts"), binds)
    return cast(list[Row], found.mappings().all())
