"""What a worker looks after: grids, buildings, stairwells, and what changes hands."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any, cast

import sqlalchemy as sa

from gis.store.prepared import prepared_rows
from gis.store.staff import Ground

Row = Mapping[str, Any]


def _rows(connection: sa.Connection, name: str, binds: Mapping[str, object]) -> list[Row]:
    return cast(list[Row], prepared_rows(connection, name, binds))


def worker_of(connection: sa.Connection, code: str) -> tuple[int, str] | None:
    """Return id and name of a worker who stands in the roster; None: of nobody."""
    rows = _rows(connection, "my_worker", {"code": code})
    return (int(rows[0]["id"]), str(rows[0]["name"])) if rows else None


def grids_of(connection: sa.Connection, codes: Iterable[str], at: date) -> list[Row]:
    """
    Return grids as they stand on a day, by code.

    Columns id, code, name, kind, community_code, community, plan_id, grid_no, since.
    """
    return _rows(connection, "my_grids", {"codes": sorted(set(codes)), "at": at})


def ground_in(connection: sa.Connection, codes: Sequence[str], at: date) -> list[Ground]:
    """Return the buildings and stairwells of grids, as `gis.store.staff.ground_of` does."""
    if not codes:
        return []
    rows = _rows(connection, "grids_ground", {"codes": list(codes), "at": at})
    return [Ground(**row) for row in rows]


def buildings_of(
    connection: sa.Connection,
    ground: Sequence[Ground],
    grids: Sequence[Row],
    at: date,
    month_begin: date,
) -> list[Row]:
    """
    Return the buildings of a ground: see ``my_buildings.sql``.

    `grids` are the rows of `grids_of` in the order in which they are shown.
    """
    place = {grid["code"]: index for index, grid in enumerate(grids)}
    binds = {
        "buildings": [one.building_code for one in ground],
        "stairwells": [one.stairwell_code for one in ground],
        "places": [place.get(one.grid_code, 0) for one in ground],
        "grid_ids": [grid["id"] for grid in grids],
        "at": at,
        "month_begin": month_begin,
    }
    return _rows(connection, "my_buildings", binds) if ground else []


def stairwells_of(
    connection: sa.Connection, buildings: Sequence[str], month_begin: date
) -> list[Row]:
    """Return the stairwells of buildings: see ``my_stairwells.sql``."""
    binds = {"codes": list(buildings), "month_begin": month_begin}
    return _rows(connection, "my_stairwells", binds) if buildings else []


def handovers_of(connection: sa.Connection, worker_id: int, since: date) -> list[Row]:
    """Return what publications from a day on give to a worker and take: ``my_handovers.sql``."""
    return _rows(connection, "my_handovers", {"worker_id": worker_id, "since": since})


def handover_rows_of(
    connection: sa.Connection, worker_id: int, publication_id: int, limit: int
) -> list[Row]:
    """Return the buildings of one of them: ``my_handover_rows.sql``."""
    binds = {"worker_id": worker_id, "publication_id": publication_id, "row_limit": limit}
    return _rows(connection, "my_handover_rows", binds)


def notices_of(
    connection: sa.Connection, worker_id: int | None, grid_ids: Sequence[int], since: date
) -> list[Row]:
    """Return marks on buildings that had passed to another: ``my_notices.sql``."""
    binds = {"worker_id": worker_id, "grid_ids": list(grid_ids), "since": since}
    return _rows(connection, "my_notices", binds)
