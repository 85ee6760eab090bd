"""When imported things were retired and came back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa

from gis.contracts import LayerName
from gis.errors import NotFound
from gis.store.layers import STORED
from gis.store.statements import statement
from gis.store.tables import retirement


@dataclass(frozen=True, slots=True)
class Retirement:
    """
    One absence of a thing: from the day it was retired until the day it came back.

    The runs are those that did it; None where nobody wrote it down. ``returned_on`` is None
    while it is retired, and may be the day of retirement itself.
    """

    retired_on: date
    retired_by_run: int | None
    returned_on: date | None
    returned_by_run: int | None


def begin(
    connection: sa.Connection, layer: LayerName, codes: Sequence[str], run_id: int, today: date
) -> None:
    """Write down that things in force are retired today by a run."""
    binds = {"layer": layer, "codes": list(codes), "run_id": run_id, "today": today}
    connection.execute(statement("retirements_begin"), binds)


def end_for_staged(connection: sa.Connection, layer: LayerName, run_id: int, today: date) -> None:
    """Write down that what is staged and was retired is back today."""
    binds = {"layer": layer, "run_id": run_id, "today": today}
    connection.execute(statement("retirements_end"), binds)


def retirements(connection: sa.Connection, layer: LayerName, code: str) -> list[Retirement]:
    """
    List the absences of one thing, the first one first; empty when it was never retired.

    Raises
    ------
    NotFound
        The layer never held such a thing.
    """
    table = STORED[layer].table
    if connection.execute(sa.select(table.c.code).where(table.c.code == code)).first() is None:
        zh = STORED[layer].layer.zh
        raise NotFound(
            f"There is no {code} among the {layer}, neither today nor before.",
            f"{zh}中没有“{code}”，过去也没有。",
            code=code,
        )
    columns = [retirement.c[name] for name in Retirement.__slots__]
    query = sa.select(*columns).where(retirement.c.layer == layer, retirement.c.code == code)
    return [Retirement(*row) for row in connection.execute(query.order_by(retirement.c.id))]
