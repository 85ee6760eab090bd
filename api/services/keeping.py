"""Use cases of a draft's history: reading it, snapshots, going back to one, forking, presence."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
import sqlalchemy as sa

from api.schemas.planning import (
    EditEntry,
    Edits,
    ForkRequest,
    Presence,
    PresenceRequest,
    RestoreRequest,
    Snapshot,
    SnapshotRequest,
    Snapshots,
    Stroked,
)
from api.services.desk import Desk, refuse_not_drawable
from api.services.drawn_figures import stroked
from api.services.grid_changes import GridChange
from api.services.plans import fill_grids, first_moves, grid_figures
from api.services.strokes import Wanted, apply_stroke, replayed
from gis.carry import carried
from gis.partition.rules import rules_from_document
from gis.store import edits as history
from gis.store import plan_grids
from gis.store import plans as store
from gis.store import snapshots as kept
from gis.store.plans import UNASSIGNED, EditRow, Labels, Move, PlanId, PlanRow

_PAGE = 200


def edits(desk: Desk, plan_id: int, after: int) -> Edits:
    """
    Return what was done to a plan after an edit, oldest first, up to 200 edits at once.

    Raises
    ------
    NotFound
        There is no such plan in the scope.
    """
    with desk.engine.connect() as connection:
        plan = desk.plan(connection, plan_id)
        rows = history.edits_after(connection, plan_id, after, limit=_PAGE + 1)
    return Edits(
        revision=plan.revision,
        ground=plan.ground_id,
        state=plan.state,
        items=[_entry(row) for row in rows[:_PAGE]],
        more=len(rows) > _PAGE,
    )


def _entry(edit: EditRow) -> EditEntry:
    detail: dict[str, Any] = dict(edit.detail or {})
    return EditEntry(
        seq=edit.seq,
        client=edit.client,
        at=edit.made_at,
        by=edit.made_by,
        action=edit.action,
        why=edit.why,
        moves=[(m.unit_no, m.from_grid, m.to_grid) for m in edit.moves],
        undoes=edit.undoes,
        grids=detail.pop("grids", []),
        detail=detail,
    )


def snapshots(desk: Desk, plan_id: int) -> Snapshots:
    """
    Return the snapshots of a plan, newest first.

    Raises
    ------
    NotFound
        There is no such plan in the scope.
    """
    with desk.engine.connect() as connection:
        desk.plan(connection, plan_id)
        return Snapshots(items=[_told(head) for head in kept.snapshot_heads(connection, plan_id)])


def take(desk: Desk, plan_id: int, asked: SnapshotRequest) -> Snapshot:
    """
    Keep the state of a plan under a name.

    Raises
    ------
    NotFound
        There is no such plan in the scope.
    """
    with desk.engine.begin() as connection:
        desk.plan(connection, plan_id, lock=True)
        name, by = asked.name, desk.who.name
        return _told(kept.take_snapshot(connection, plan_id, name=name, made_by=by))


def _told(head: kept.SnapshotHead) -> Snapshot:
    return Snapshot(
        no=head.snapshot_no, name=head.name, by=head.made_by, at=head.made_at, seq=head.seq
    )


def restore(desk: Desk, plan_id: int, snapshot_no: int, asked: RestoreRequest) -> Stroked:
    """
    Make a draft what a snapshot has, as one edit that can be undone; locked grids stay.

    After a rebase buildings are followed by their codes; what the snapshot does not know stays
    where it is.

    Raises
    ------
    NotFound
        There is no such plan in the scope, or no such snapshot.
    Conflict
        The plan takes no more edits.
    """
    with desk.engine.begin() as connection:
        plan = desk.plan(connection, plan_id, lock=True)
        known = history.edit_of_client(connection, plan_id, asked.client)
        if known is not None:
            return stroked(desk, connection, plan, replayed(known), again=True)
        refuse_not_drawable(plan)
        snapshot = kept.read_snapshot(connection, plan_id, snapshot_no)
        now = store.read_labels(connection, plan_id)
        then = _labels_today(desk, connection, plan, snapshot, now)
        wanted = Wanted(
            desk.who.name,
            "restore",
            moves_between(now, then),
            _grids_as_then(connection, plan, snapshot.grids),
            why=snapshot.head.name,
            client=asked.client,
            always=True,
            detail={"snapshot": snapshot_no},
        )
        done = apply_stroke(connection, plan, wanted, ground_of=desk.ground_of)
        return stroked(desk, connection, plan, done)


def _labels_today(
    desk: Desk,
    connection: sa.Connection,
    plan: PlanRow,
    snapshot: kept.SnapshotRow,
    now: Labels,
) -> Labels:
    if snapshot.ground_id == plan.ground_id:
        return snapshot.labels
    old = desk.ground_of(connection, snapshot.ground_id).ground.units
    new = desk.ground_of(connection, plan.ground_id).ground.units
    then = carried(old, snapshot.labels, new).astype(np.int32)
    return np.where(then == UNASSIGNED, now, then)


def moves_between(before: Labels, after: Labels) -> list[Move]:
    """Return the moves that lead from one assignment to another."""
    changed = np.flatnonzero(before != after)
    return [Move(int(u), _grid(before[u]), _grid(after[u])) for u in changed]


def _grid(label: np.int32) -> int | None:
    return None if label == UNASSIGNED else int(label)


def _grids_as_then(
    connection: sa.Connection, plan: PlanRow, then: Sequence[Mapping[str, Any]]
) -> list[GridChange]:
    """Changes that bring back names, kinds and locks; grids made since leave the list."""
    now = plan_grids.grid_states(connection, plan.plan_id)
    wanted = {grid["no"]: grid for grid in then}
    changes = [
        GridChange(number, aspect, state[aspect], wanted[number][aspect])
        for number, state in now.items()
        if number in wanted
        for aspect in plan_grids.ASPECTS
    ]
    changes += [
        GridChange(number, "removed", was=False, is_now=True)
        for number, state in now.items()
        if number not in wanted and not state["removed"]
    ]
    return [c for c in changes if c.was != c.is_now]


def fork(desk: Desk, plan_id: int, asked: ForkRequest) -> int:
    """
    Make a draft that begins as a plan or one of its snapshots is; returns its number.

    Any plan can be forked: a published one, so that it is redrawn, too.

    Raises
    ------
    NotFound
        There is no such plan in the scope, or no such snapshot.
    """
    with desk.engine.begin() as connection:
        plan = desk.plan(connection, plan_id)
        if asked.snapshot is None:
            ground_id, labels = plan.ground_id, store.read_labels(connection, plan_id)
            states = plan_grids.grid_states(connection, plan_id)
            grids: Sequence[Mapping[str, Any]] = [{"no": n, **s} for n, s in states.items()]
        else:
            snapshot = kept.read_snapshot(connection, plan_id, asked.snapshot)
            ground_id, labels, grids = snapshot.ground_id, snapshot.labels, snapshot.grids
        return _stored(desk, connection, plan, asked.name, ground_id, labels, grids)


def _stored(
    desk: Desk,
    connection: sa.Connection,
    plan: PlanRow,
    name: str,
    ground_id: int,
    labels: Labels,
    grids: Sequence[Mapping[str, Any]],
) -> PlanId:
    by = desk.who.name
    made = store.insert_plan(
        connection,
        community_code=plan.community_code,
        ground_id=ground_id,
        name=name,
        rules=plan.rules,
        created_by=by,
        tier=plan.tier,
        based_on=plan.plan_id,
        assigned=True,
    )
    index = pd.Index([g["no"] for g in grids], name="grid", dtype="int64")
    named = pd.DataFrame(
        {"name": [g["name"] for g in grids], "kind": [g["kind"] for g in grids]}, index=index
    )
    ground = desk.ground_of(connection, ground_id).ground
    figures = grid_figures(ground, labels, rules_from_document(plan.rules), named)
    fill_grids(connection, made, ground, labels, figures)
    plan_grids.copy_state(connection, made, plan.plan_id, grids)
    store.assign_units(connection, made, ground_id, labels)
    moves = first_moves(labels)
    store.record_edit(connection, made, made_by=by, action="fork", moves=moves)
    return made


def present(desk: Desk, plan_id: int, asked: PresenceRequest) -> Presence:
    """
    Write down that a page has a plan open, and tell who else has.

    Raises
    ------
    NotFound
        There is no such plan in the scope.
    """
    with desk.engine.begin() as connection:
        desk.plan(connection, plan_id)
        people = kept.note_presence(connection, plan_id, asked.client, desk.who.name)
    return Presence(people=people)
