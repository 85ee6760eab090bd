"""The use case of taking into a draft what changed of its buildings."""

from __future__ import annotations

import numpy as np
import sqlalchemy as sa

from api.schemas.workflow import Rebased
from api.services import audit
from api.services.desk import Desk
from api.services.grounds import current_ground
from api.services.plans import fill_grids, grid_figures
from gis.carry import carried
from gis.cells import Ground
from gis.partition.rules import rules_from_document
from gis.store import plan_grids, plan_states, publishing
from gis.store import plans as store
from gis.store import snapshots as kept
from gis.store.plans import UNASSIGNED, Labels, PlanRow

BEFORE = "底图更新前"


def rebase(desk: Desk, plan_id: int) -> Rebased:
    """
    Put a draft on the ground of today's buildings, as one edit at which undo stops.

    Buildings and stairwells are followed by their codes, other ground by its place; what is new
    is in no grid. The draft as it was is kept as a snapshot.

    Raises
    ------
    NotFound
        There is no such plan in the scope, or its community has no buildings any more.
    Conflict
        The plan takes no more edits.
    """
    with desk.engine.begin() as connection:
        community = desk.plan(connection, plan_id).community_code
        publishing.lock_community(connection, community)
        plan = desk.draft(connection, plan_id)
        rules = rules_from_document(plan.rules)
        row, ground = current_ground(connection, community, rules)
        found = store.drift(connection, plan_id)
        before = store.read_labels(connection, plan_id)
        told = Rebased(
            changed=row.ground_id != plan.ground_id,
            ground=row.ground_id,
            revision=plan.revision,
            appeared=list(found.appeared),
            vanished=list(found.vanished),
            households=list(found.changed),
            unassigned=int((before == UNASSIGNED).sum()),
            snapshot=None,
        )
        if not told.changed:
            return told
        name = desk.who.name
        snapshot = kept.take_snapshot(connection, plan_id, name=BEFORE, made_by=name)
        old = desk.ground_of(connection, plan.ground_id).ground.units
        after = carried(old, before, ground.units).astype(np.int32)
        put_on_ground(connection, plan, row.ground_id, ground, after)
        detail = told.model_dump(include={"appeared", "vanished", "households", "ground"})
        seq = store.record_edit(
            connection,
            plan_id,
            made_by=name,
            action="rebase",
            moves=(),
            detail={**detail, "snapshot": snapshot.snapshot_no},
        )
        audit.record(
            connection,
            desk.who,
            "plan.rebase",
            ("plan", plan_id),
            community=community,
            detail={"appeared": len(found.appeared), "vanished": len(found.vanished)},
        )
        return told.model_copy(
            update={
                "revision": seq,
                "unassigned": int((after == UNASSIGNED).sum()),
                "snapshot": snapshot.snapshot_no,
            }
        )


def put_on_ground(
    connection: sa.Connection, plan: PlanRow, ground_id: int, ground: Ground, labels: Labels
) -> None:
    """Put a plan on another ground and draw all its grids there; records no edit."""
    plan_states.replace_ground(connection, plan.plan_id, ground_id, labels)
    numbers = sorted(plan_grids.grid_states(connection, plan.plan_id))
    named = plan_grids.read_names(connection, plan.plan_id, numbers)
    figures = grid_figures(ground, labels, rules_from_document(plan.rules), named)
    fill_grids(connection, plan.plan_id, ground, labels, figures)
