"""Use cases on stored plans: repair, complete, split, merge, and alternatives."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
import sqlalchemy as sa

from api.services.grid_changes import own_kind
from api.services.grounds import current_ground
from api.services.plans import fill_grids, grid_figures, store_division
from gis.carry import carried
from gis.cells import Ground
from gis.errors import InputError
from gis.partition.alternatives import alternatives
from gis.partition.complete import Grow, complete
from gis.partition.operations import merge, split
from gis.partition.redrawn import Redrawn
from gis.partition.repair import Repair, repair
from gis.partition.result import Division
from gis.partition.rules import RuleSet, rules_from_document
from gis.store import plans as store
from gis.store import publishing
from gis.store.grounds import load_ground
from gis.store.plans import Labels, Move, PlanId, PlanRow


@dataclass(frozen=True, slots=True)
class Repaired:
    """A stored repair: the draft, the plan it holds, and all plans there were to choose from."""

    plan_id: PlanId
    chosen: Redrawn
    repair: Repair


@dataclass(frozen=True, slots=True)
class Stroked:
    """What an operation did to a draft: its edit (None when nothing moved), and its moves."""

    seq: int | None
    moves: tuple[Move, ...]
    plan: Redrawn


def repair_plan(
    engine: sa.Engine,
    plan_id: int,
    *,
    made_by: str,
    locked: Collection[int] = (),
    choose: str = "least",
    rules: RuleSet | None = None,
    seed: int = 1,
) -> Repaired:
    """
    Repair a plan on the ground of today's layers, and store the choice as a draft based on it.

    Grids that are locked in the plan stay as they are, as do those named here.

    Parameters
    ----------
    choose
        ``least`` (fewest households moved), ``fewest`` (fewest grids), or the number, from 1, of
        a plan of the curve.
    rules
        Rules to hold to; those of the plan when not given.

    Raises
    ------
    NotFound
        There is no such plan, or its community has no buildings any more.
    InputError
        `choose` names no plan, or a locked grid is not there.
    Infeasible
        Exactly k grids are asked for and cannot be made.
    """
    with engine.begin() as connection:
        plan = store.read_plan(connection, plan_id)
        publishing.lock_community(connection, plan.community_code)
        wanted = rules or rules_from_document(plan.rules)
        row, ground = current_ground(connection, plan.community_code, wanted)
        labels, names, shut = _standing(connection, plan, row.ground_id, ground)
    there = set(labels.tolist())
    found = repair(
        ground, wanted, labels, locked={*locked, *(n for n in shut if n in there)}, seed=seed
    )
    found = Repair(tuple(replace(choice, names=names) for choice in found.plans))
    chosen = choice_of(found, choose)
    with engine.begin() as connection:
        made = store_division(
            connection,
            row,
            ground,
            numbered(chosen),
            made_by,
            plan.name,
            action="repair",
            based_on=plan.plan_id,
        )
    return Repaired(made, chosen, found)


def choice_of(found: Repair, choose: str) -> Redrawn:
    """
    Return the plan of a repair that is meant.

    Raises
    ------
    InputError
        Neither ``least`` nor ``fewest`` nor the number of a plan.
    """
    if choose in ("least", "fewest"):
        return found.least if choose == "least" else found.fewest
    if choose.isdecimal() and 1 <= int(choose) <= len(found.plans):
        return found.plans[int(choose) - 1]
    raise InputError(
        f"There is no plan {choose!r} to choose: say least, fewest, or a number from 1 to "
        f"{len(found.plans)}.",
        f"没有可选的方案“{choose}”：请填 least、fewest，或 1 至 {len(found.plans)} 的编号。",
    )


def _standing(
    connection: sa.Connection, plan: PlanRow, ground_id: int, ground: Ground
) -> tuple[np.ndarray[tuple[int], np.dtype[np.int64]], dict[int, str], set[int]]:
    """Grid numbers of a plan on another ground, names of its grids, and which are locked."""
    labels = store.read_labels(connection, plan.plan_id).astype(np.int64)
    if plan.ground_id != ground_id:
        labels = carried(load_ground(connection, plan.ground_id).units, labels, ground.units)
    names, locked = _names_and_locks(connection, plan.plan_id)
    return labels, names, locked


def _names_and_locks(connection: sa.Connection, plan_id: int) -> tuple[dict[int, str], set[int]]:
    grids = store.read_grids(connection, plan_id)
    names = {int(n): str(name) for n, name in grids["name"].items()}  # type: ignore[call-overload]
    return names, {int(n) for n in grids.index[grids["locked"].astype(bool)]}


def numbered(plan: Redrawn) -> Division:
    """The division of a plan under its own grid numbers."""
    return replace(
        plan.division,
        labels=plan.labels,
        grids=plan.division.grids.set_axis(pd.Index(plan.numbers, name="grid")),
    )


def complete_plan(
    engine: sa.Engine,
    plan_id: int,
    *,
    made_by: str,
    grow: Grow = "pockets",
    locked: Collection[int] = (),
    seed: int = 1,
    why: str | None = None,
) -> Stroked:
    """
    Divide what is in no grid of a draft, as one stroke; what is drawn stays.

    Raises
    ------
    Conflict
        The plan takes no more edits.
    NotFound, InputError, Infeasible
        There is no such plan; see `gis.partition.complete.complete`.
    """

    def draw(ground: Ground, rules: RuleSet, labels: Labels, shut: set[int]) -> Redrawn:
        lock = {*locked, *(shut & set(labels.tolist()))}
        return complete(ground, rules, labels, grow=grow, locked=lock, seed=seed).plan

    return _stroke(engine, plan_id, draw, made_by=made_by, action="complete", why=why)


def split_plan(
    engine: sa.Engine,
    plan_id: int,
    grid: int,
    parts: int,
    *,
    made_by: str,
    seed: int = 1,
    why: str | None = None,
) -> Stroked:
    """
    Split one grid of a draft, as one stroke.

    Raises
    ------
    Conflict
        The plan takes no more edits.
    NotFound, InputError, Infeasible
        There is no such plan; see `gis.partition.operations.split`.
    """

    def draw(ground: Ground, rules: RuleSet, labels: Labels, shut: set[int]) -> Redrawn:
        lock = shut & set(labels.tolist())
        return split(ground, rules, labels, grid, parts, locked=lock, seed=seed)

    return _stroke(engine, plan_id, draw, made_by=made_by, action="split", why=why)


def merge_plan(
    engine: sa.Engine,
    plan_id: int,
    grids: Sequence[int],
    *,
    made_by: str,
    why: str | None = None,
) -> Stroked:
    """
    Merge grids of a draft, as one stroke.

    Raises
    ------
    Conflict
        The plan takes no more edits.
    NotFound, InputError, Infeasible
        There is no such plan; see `gis.partition.operations.merge`.
    """

    def draw(ground: Ground, rules: RuleSet, labels: Labels, shut: set[int]) -> Redrawn:
        return merge(ground, rules, labels, grids, locked=shut & set(labels.tolist()))

    return _stroke(engine, plan_id, draw, made_by=made_by, action="merge", why=why)


Draw = Callable[[Ground, RuleSet, Labels, set[int]], Redrawn]


def _stroke(
    engine: sa.Engine, plan_id: int, draw: Draw, *, made_by: str, action: str, why: str | None
) -> Stroked:
    """Redraw a draft under its row lock, so that nobody's stroke comes between."""
    with engine.begin() as connection:
        plan = store.editable_plan(connection, plan_id)
        ground = load_ground(connection, plan.ground_id)
        rules = rules_from_document(plan.rules)
        labels = store.read_labels(connection, plan_id)
        names, locked = _names_and_locks(connection, plan_id)
        drawn = draw(ground, rules, labels, locked)
        # Numbers are never used twice, not even those of grids that were emptied.
        drawn = replace(drawn, labels=numbers_above(drawn, max(names, default=-1)), names=names)
        moves = _moves(labels, drawn.labels)
        if not moves:
            return Stroked(None, (), drawn)
        touched = {g for m in moves for g in (m.from_grid, m.to_grid) if g is not None}
        named = _named(connection, plan, drawn, sorted(touched))
        figures = grid_figures(ground, drawn.labels, rules, named)
        fill_grids(connection, plan.plan_id, ground, drawn.labels, figures)
        applied, _ = store.apply_moves(connection, plan_id, moves)
        seq = store.record_edit(
            connection, plan_id, made_by=made_by, action=action, moves=applied, why=why
        )
    return Stroked(seq, tuple(applied), drawn)


def _named(
    connection: sa.Connection, plan: PlanRow, drawn: Redrawn, touched: list[int]
) -> pd.DataFrame:
    """Name and kind of the touched grids."""
    kinds = store.read_grids(connection, plan.plan_id)["kind"].to_dict()
    crowd = drawn.ground.units["households"].to_numpy()
    new = {n: own_kind(plan, peopled=bool(crowd[drawn.labels == n].sum())) for n in drawn.new}
    return pd.DataFrame(
        {
            "name": [drawn.name(n) for n in touched],
            "kind": [kinds.get(n, new.get(n)) for n in touched],
        },
        index=pd.Index(touched, name="grid"),
    )


def numbers_above(drawn: Redrawn, highest: int) -> Labels:
    """Return labels with new grids numbered above every number the plan ever had."""
    labels = drawn.labels.copy()
    for k, number in enumerate(drawn.new):
        labels[drawn.labels == number] = highest + 1 + k
    return labels


def _moves(before: Labels, after: Labels) -> list[Move]:
    changed = np.flatnonzero(before != after)
    return [
        Move(int(u), None if before[u] == store.UNASSIGNED else int(before[u]), int(after[u]))
        for u in changed
    ]


def alternative_plans(
    engine: sa.Engine,
    community_code: str,
    rules: RuleSet,
    *,
    made_by: str,
    most: int = 3,
    seed: int = 1,
) -> tuple[list[PlanId], pd.DataFrame]:
    """
    Divide a community in clearly different ways, and store each as a draft.

    Returns
    -------
    plan_ids, table
        Drafts in the order of the table (`gis.partition.alternatives.Alternatives`).

    Raises
    ------
    NotFound
        The community is unknown or has no buildings.
    Infeasible, InputError
        As for `gis.partition.alternatives.alternatives`.
    """
    with engine.begin() as connection:
        publishing.lock_community(connection, community_code)
        row, ground = current_ground(connection, community_code, rules)
    found = alternatives(ground, rules, most=most, seed=seed)
    with engine.begin() as connection:
        made = [
            store_division(connection, row, ground, division, made_by, f"{rules.name} {n}")
            for n, division in enumerate(found.divisions, 1)
        ]
    return made, found.table
