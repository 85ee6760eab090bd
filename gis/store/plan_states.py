"""A plan's state, and its ground exchanged for a newer one."""

from __future__ import annotations

from collections.abc import Mapping

import sqlalchemy as sa

from gis.store import tables as t
from gis.store.plans import Labels, assign_units


def set_state(
    connection: sa.Connection,
    plan_id: int,
    state: str,
    *,
    reasons: Mapping[str, object] | None = None,
) -> None:
    """Set the state of a plan, and the signed reasons when there are any; lock it first."""
    values: dict[str, object] = {"state": state}
    if state in ("submitted", "draft", "returned"):
        values["reasons"] = sa.null() if not reasons else dict(reasons)
    connection.execute(sa.update(t.plan).where(t.plan.c.id == plan_id).values(values))


def replace_ground(connection: sa.Connection, plan_id: int, ground_id: int, labels: Labels) -> None:
    """Put a plan on another ground, with the grid of each of its units (-1: none)."""
    mine = t.assignment.c.plan_id == plan_id
    connection.execute(sa.delete(t.assignment).where(mine))
    ground = sa.update(t.plan).where(t.plan.c.id == plan_id).values(ground_id=ground_id)
    connection.execute(ground)
    assign_units(connection, plan_id, ground_id, labels)


_BY_STAIRWELL = sa.text(
    """
    SELECT plan.id FROM plan
    WHERE plan.id <> :plan_id AND EXISTS (
        SELECT FROM unit
        WHERE unit.ground_id = plan.ground_id AND unit.building_code = :building
          AND unit.kind = 'stairwell')
    ORDER BY plan.id
    """
)


def plans_by_stairwell(connection: sa.Connection, plan_id: int, building: str) -> list[int]:
    """Return the other plans whose ground divides a building by its stairwells."""
    binds = {"plan_id": plan_id, "building": building}
    return list(connection.execute(_BY_STAIRWELL, binds).scalars())
