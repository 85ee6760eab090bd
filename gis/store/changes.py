"""The log of what changed on maps: triggers write it, every process reads it once."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import sqlalchemy as sa
from numpy.typing import NDArray

from gis.store.statements import statement

CHANNEL = "wangge_change"
"""Where PostgreSQL tells that the log grew; the notice itself says nothing."""

GRID_BITS = 30
"""Boxes are columns and rows of the Web Mercator square cut into ``2 ** GRID_BITS``."""


@dataclass(frozen=True, slots=True)
class Change:
    """
    Rows of one table that one statement changed.

    Attributes
    ----------
    xid
        The writing transaction.
    source, through
        The table whose rows changed, and the one whose shapes show it; None: where the rows are.
    plan_id
        The plan whose own rows changed; None: rows of no one plan.
    public
        False for rows of a plan that is not published.
    areas
        Codes of the areas concerned, where known.
    boxes
        Whole numbers, n x 4: west, north, east, south, all of them inside; columns from the west
        and rows from the north of ``2 ** GRID_BITS``. None: everywhere. Old and new extents.
    """

    xid: int
    source: str
    through: str | None
    plan_id: int | None
    public: bool
    areas: tuple[str, ...]
    boxes: NDArray[np.int64] | None


@dataclass(frozen=True, slots=True)
class Reading:
    """
    What changed since a snapshot.

    Attributes
    ----------
    snapshot
        Of this reading: what to read on from.
    floor
        Changes of transactions below it may be pruned: a reader whose snapshot began below it
        may have missed some.
    """

    snapshot: str
    floor: int
    changes: tuple[Change, ...]


def snapshot_begin(snapshot: str) -> int:
    """
    Return the transaction below which all had ended when a snapshot was taken.

    >>> snapshot_begin("740:745:741,743")
    740
    """
    return int(snapshot.partition(":")[0])


def changes_since(connection: sa.Connection, snapshot: str | None) -> Reading:
    """
    Read what was committed since a snapshot; without one, all that the log holds.

    One statement, so one moment: changes and the snapshot to read on from belong together,
    also outside a transaction. Ids play no part, for they commit in any order: a change is told
    when its transaction is visible now and was not then.
    """
    rows: Sequence[sa.RowMapping] = (
        connection.execute(statement("changes_since"), {"since": snapshot}).mappings().all()
    )
    changes = tuple(_change(row) for row in rows if row["xid"] is not None)
    return Reading(rows[0]["snapshot"], rows[0]["floor"], changes)


def _change(row: sa.RowMapping) -> Change:
    # Thousands are remembered: their words once, and boxes without the array they were read into.
    boxes, through = row["boxes"], row["through"]
    return Change(
        row["xid"],
        sys.intern(row["source"]),
        through and sys.intern(through),
        row["plan_id"],
        row["public"],
        tuple(map(sys.intern, row["areas"])),
        None if boxes is None else np.array(boxes, dtype=np.int64).reshape(-1, 4).copy(),
    )


def prune_changes(connection: sa.Connection, every_s: float) -> int:
    """
    Delete changes older than `every_s` seconds when the last pruning is as long ago; how many.

    What is deleted had been committed for `every_s` at least, so readers connected since then
    miss nothing; the others see it by `Reading.floor`.
    """
    return connection.execute(statement("changes_prune"), {"every_s": every_s}).rowcount
