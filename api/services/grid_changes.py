"""Changes of the grids themselves: new, renamed, locked, taken off the list; undone like moves."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import sqlalchemy as sa

from gis.contracts import GRID_KINDS
from gis.errors import Conflict, InputError, first_ids
from gis.partition.rules import rules_from_document
from gis.store import plan_grids as grids
from gis.store.plan_grids import ASPECTS, Aspect
from gis.store.plans import EditRow, Move, PlanRow

Peopled = Literal["refuse", "leave"]


@dataclass(frozen=True, slots=True)
class GridChange:
    """
    One aspect of a grid, as it was and as it is to be.

    A new grid is one that was ``removed`` before it had been there: from true to false.
    """

    grid_no: int
    aspect: Aspect
    was: str | bool
    is_now: str | bool

    @property
    def closes(self) -> bool:
        """Whether units must have moved before it: it locks the grid, or takes it off the list."""
        return self.aspect in ("locked", "removed") and self.is_now is True

    def inverse(self) -> GridChange:
        """Return the change that takes this one back."""
        return GridChange(self.grid_no, self.aspect, self.is_now, self.was)

    def document(self) -> list[object]:
        """Return plain values for JSON."""
        return [self.grid_no, self.aspect, self.was, self.is_now]


def own_kind(plan: PlanRow, *, peopled: bool = True) -> str:
    """
    Return the kind of a new grid of a plan.

    Micro in a plan of micro grids; else what its rules say, and special where nobody lives.
    """
    if plan.tier == "micro":
        return "micro"
    kind = rules_from_document(plan.rules).grid_kind
    # Standing grids adopted under rules of micro grids are base grids all the same.
    return "special" if not peopled else "base" if kind == "micro" else kind


def require_kind(plan: PlanRow, kind: str) -> str:
    """
    Return a kind that the grids of a plan may have.

    Raises
    ------
    InputError
        It is of the other tier: what is published as base grids would be drawn, counted and
        asked for as micro grids, or the other way round.
    """
    if (kind == "micro") == (plan.tier == "micro"):
        return kind
    if plan.tier == "micro":
        raise InputError(
            f"Plan {plan.plan_id} is one of micro grids, and {kind!r} is a kind of base plans: "
            "leave the kind out, or draw this grid in the base plan.",
            f"方案 {plan.plan_id} 为微网格方案，其网格只能是微网格：请不填类别，"
            "或在基础网格方案中绘制该网格。",
            kind=kind,
        )
    raise InputError(
        f"Plan {plan.plan_id} is one of base grids, and micro grids lie in a plan of their own: "
        "choose base or special, or divide the community under rules of micro grids.",
        f"方案 {plan.plan_id} 为基础网格方案，微网格须另立方案：请选择基础或专属，"
        "或按微网格规则另行划分。",
        kind=kind,
    )


def changes_of(edit: EditRow) -> list[GridChange]:
    """Return the changes of grids that an edit recorded."""
    detail: Mapping[str, Any] = edit.detail or {}
    return [GridChange(*document) for document in detail.get("grids", ())]


def inverse_changes(changes: Sequence[GridChange]) -> list[GridChange]:
    """Return the changes that take others back, the last first."""
    return [change.inverse() for change in reversed(changes)]


def revived(
    connection: sa.Connection,
    plan: PlanRow,
    moves: Iterable[Move],
    changes: Iterable[GridChange],
) -> list[GridChange]:
    """Return the changes that put grids back on the list to which units return."""
    leaving = {c.grid_no for c in changes if c.aspect == "removed" and c.is_now is True}
    wanted = {m.to_grid for m in moves if m.to_grid is not None} - leaving
    gone = grids.removed_grids(connection, plan.plan_id) & wanted
    return [GridChange(number, "removed", True, False) for number in sorted(gone)]


def apply_changes(
    connection: sa.Connection,
    plan: PlanRow,
    changes: Sequence[GridChange],
    *,
    peopled: Peopled = "refuse",
) -> list[GridChange]:
    """
    Change grids by compare-and-set, and return what changed; call it with the plan locked.

    What is no longer as a change says stays as it is, as does what is so already.

    Parameters
    ----------
    peopled
        What becomes of a grid that is to be taken off the list and has units.

    Raises
    ------
    InputError
        An aspect or a value that grids do not have.
    Conflict
        A grid that is to be taken off the list has units.
    """
    changes = _without_peopled(connection, plan, changes, peopled)
    done = []
    for change in changes:
        _check(change)
        if change.was != change.is_now and grids.change_grid(
            connection, plan.plan_id, change.grid_no, change.aspect, change.was, change.is_now
        ):
            done.append(change)
    return done


def _check(change: GridChange) -> None:
    if change.aspect not in ASPECTS:
        raise InputError(
            f"A grid has no {change.aspect!r} to change.", f"网格没有可修改的“{change.aspect}”。"
        )
    if change.aspect == "kind" and change.is_now not in GRID_KINDS:
        known = ", ".join(GRID_KINDS)
        raise InputError(
            f"There is no kind of grid {change.is_now!r}: choose one of {known}.",
            f"没有“{change.is_now}”类网格，可选：{known}。",
        )


def _without_peopled(
    connection: sa.Connection, plan: PlanRow, changes: Sequence[GridChange], peopled: str
) -> list[GridChange]:
    leaving = {c.grid_no for c in changes if c.aspect == "removed" and c.is_now is True}
    full = grids.peopled_grids(connection, plan.plan_id, leaving)
    if full and peopled == "refuse":
        raise Conflict(
            f"Grid {first_ids(sorted(full))} still has units: move them to another grid first.",
            f"网格 {first_ids(sorted(full))} 中仍有单位：请先将其移入其他网格。",
            grids=sorted(full),
        )
    return [c for c in changes if not (c.aspect == "removed" and c.grid_no in full)]
