"""What the engine proposes for a draft, computed from the stored plan and stored nowhere."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

import geopandas as gpd
import numpy as np
import shapely
import sqlalchemy as sa

from api.schemas.planning import GridFigures, NewGrid
from api.schemas.previews import (
    Choice,
    CompletePreview,
    CutPreview,
    DividePreview,
    MergePreview,
    Preview,
    PreviewRequest,
    RepairPreview,
    Side,
    SplitPreview,
    Totals,
)
from api.services.grid_changes import own_kind
from api.services.ground_memory import GroundOf, KnownGround
from api.services.keeping import moves_between
from api.services.redraw import numbers_above
from gis.cells import Ground
from gis.errors import Conflict, Infeasible, InputError
from gis.numbering import numbered_like
from gis.partition.redrawn import Redrawn
from gis.partition.rules import RuleSet, rules_from_document
from gis.store import plan_grids
from gis.store import plans as store
from gis.store.plans import UNASSIGNED, Labels, PlanRow
from gis.yardstick import Yardstick, grid_judgement

NO_FAULT = ("indivisible_over_cap",)


@dataclass(frozen=True, slots=True, eq=False)
class _Stand:
    """The draft that a proposal starts from."""

    plan: PlanRow
    known: KnownGround
    rules: RuleSet
    labels: Labels
    states: dict[int, dict[str, str | bool]]

    @property
    def ground(self) -> Ground:
        return self.known.ground

    @property
    def locked(self) -> set[int]:
        there = set(self.labels.tolist())
        return {n for n, state in self.states.items() if state["locked"] and n in there}


def preview(
    connection: sa.Connection, plan_id: int, asked: PreviewRequest, ground_of: GroundOf
) -> Preview:
    """
    Compute what an action of the engine would make of a draft.

    Raises
    ------
    NotFound
        There is no such plan.
    Conflict
        The plan takes no more edits, or was rebased since the page loaded it.
    Infeasible, InputError
        The engine cannot do it; see `gis.partition`.
    """
    plan = store.refuse_not_editable(store.read_plan(connection, plan_id))
    if asked.ground not in (None, plan.ground_id):
        raise Conflict(
            f"Plan {plan_id} was rebased since this page loaded it. Load the plan again.",
            f"方案 {plan_id} 的底图已更新，请重新加载。",
            ground=plan.ground_id,
        )
    stand = _Stand(
        plan,
        ground_of(connection, plan.ground_id),
        rules_from_document(plan.rules),
        store.read_labels(connection, plan_id),
        plan_grids.grid_states(connection, plan_id),
    )
    drawn, curve = _drawn(stand, asked)
    drawn = replace(
        drawn,
        labels=numbers_above(drawn, max(stand.states, default=-1)),
        names={n: str(state["name"]) for n, state in stand.states.items()},
    )
    stored = plan_grids.grid_aspects(connection, plan_id, stand.states)
    return _told(stand, asked.action, drawn, curve, stored)


def _drawn(stand: _Stand, asked: PreviewRequest) -> tuple[Redrawn, list[Choice] | None]:
    """Let the engine do it; with the curve of a repair."""
    # The engine's compiler is loaded in the process that computes, not where routes are.
    from gis.partition.complete import complete
    from gis.partition.cutting import cut
    from gis.partition.operations import merge, split

    place = (stand.ground, stand.rules, stand.labels)
    match asked:
        case RepairPreview():
            return _repaired(stand, asked)
        case CompletePreview():
            done = complete(*place, grow=asked.grow, locked=stand.locked, seed=asked.seed)
            return done.plan, None
        case SplitPreview():
            locked = stand.locked
            return split(*place, asked.grid, asked.parts, locked=locked, seed=asked.seed), None
        case MergePreview():
            return merge(*place, asked.grids, locked=stand.locked), None
        case CutPreview():
            line = gpd.GeoSeries([shapely.LineString(asked.line)], crs=4326)
            crs = stand.ground.units.crs
            assert crs is not None, "a ground has a CRS"  # noqa: S101
            knife = shapely.LineString(shapely.get_coordinates(line.to_crs(crs)))
            return cut(*place, asked.grid, knife, locked=stand.locked), None
        case DividePreview():
            return _divided(stand, asked.seed), None


def _repaired(stand: _Stand, asked: RepairPreview) -> tuple[Redrawn, list[Choice]]:
    from gis.partition.repair import repair

    found = repair(
        stand.ground,
        stand.rules,
        stand.labels,
        locked=stand.locked,
        seed=asked.seed,
        curve=asked.curve or asked.choose != "least",
    )
    curve = [
        Choice(
            number=n, households_moved=p.households_moved, grids=p.grids, highest_load=p.load_max
        )
        for n, p in enumerate(found.plans, 1)
    ]
    if isinstance(asked.choose, str):
        return (found.least if asked.choose == "least" else found.fewest), curve
    if not 1 <= asked.choose <= len(found.plans):
        raise InputError(
            f"The curve has plans 1 to {len(found.plans)}; there is no {asked.choose}.",
            f"可选方案编号为 1 至 {len(found.plans)}，没有 {asked.choose}。",
        )
    return found.plans[asked.choose - 1], curve


def _divided(stand: _Stand, seed: int) -> Redrawn:
    from gis.partition.divide import divide

    if stand.locked:
        raise Infeasible(
            "A division from scratch would move locked grids: unlock them, or erase what may be "
            "divided anew and complete the plan.",
            "重新划分会改动已锁定的网格：请先解除锁定，或擦除要重划的部分后补全方案。",
            grids=sorted(stand.locked),
        )
    division = divide(stand.ground, stand.rules, seed=seed)
    standing = stand.labels.astype(np.int64)
    households = stand.ground.units["households"].to_numpy(np.int64)
    labels = numbered_like(standing, division.labels, households)
    return Redrawn(stand.ground, stand.rules, standing, labels, seed)


def _told(
    stand: _Stand,
    action: str,
    drawn: Redrawn,
    curve: list[Choice] | None,
    stored: Mapping[int, Mapping[str, Any]],
) -> Preview:
    moves = moves_between(stand.labels, drawn.labels)
    touched = {g for m in moves for g in (m.from_grid, m.to_grid) if g is not None}
    measure = stand.known.measure(stand.plan.rules)
    new = sorted(touched - set(stand.states))
    crowd = stand.ground.units["households"].to_numpy(np.int64)
    added = [
        NewGrid.model_validate(
            {
                "no": n,
                "name": drawn.name(n),
                "kind": own_kind(stand.plan, peopled=bool(crowd[drawn.labels == n].sum())),
            }
        )
        for n in new
    ]
    opened: dict[str, Any] = {"locked": False, "removed": False}
    rows = {**stored} | {g.no: {"name": g.name, "kind": g.kind, **opened} for g in added}
    whole = not (drawn.labels == UNASSIGNED).any()
    return Preview(
        action=action,
        revision=stand.plan.revision,
        ground=stand.plan.ground_id,
        moves=[(m.unit_no, m.from_grid, m.to_grid) for m in moves],
        grids=added,
        households_moved=drawn.households_moved,
        before=_side(measure, stand.labels, sorted(touched & set(stand.states)), rows),
        after=_side(measure, drawn.labels, sorted(touched), rows),
        certificate=asdict(drawn.division.certificate) if whole else None,
        curve=curve,
    )


def _side(
    measure: Yardstick,
    labels: Labels,
    touched: Sequence[int],
    rows: Mapping[int, Mapping[str, Any]],
) -> Side:
    everywhere = np.unique(labels[labels != UNASSIGNED]).tolist()
    judged = grid_judgement(measure, labels, sorted({*everywhere, *touched}))
    there = judged[judged["units"] > 0]
    peopled = there.loc[there["load_units"] > 0, "load"]
    faulty = sum(any(p not in NO_FAULT for p in found) for found in there["problems"])
    totals = Totals(
        grids=len(there),
        unassigned=int((labels == UNASSIGNED).sum()),
        problems=faulty,
        highest_load=float(peopled.max()) if len(peopled) else 0.0,
        lowest_load=float(peopled.min()) if len(peopled) else 0.0,
    )
    figures = judged.loc[list(touched)].to_dict("index")
    return Side(totals=totals, grids=[_figures(measure, n, figures[n], rows[n]) for n in touched])


def _figures(
    measure: Yardstick, number: int, judged: Mapping[Hashable, Any], row: Mapping[str, Any]
) -> GridFigures:
    load = int(judged["load_units"])
    posts = max(1, -(-load // measure.capacity)) if load else 0
    # A round is walked on paper only once the proposal is accepted.
    named = {k: row[k] for k in ("name", "kind", "locked", "removed")}
    return GridFigures.model_validate(
        {**named, "no": number, "posts_needed": posts, "round_m": 0.0, **judged}
    )
