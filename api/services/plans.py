"""Use cases of plans: divide a community, adopt standing grids, tell the state of a plan."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import sqlalchemy as sa

from api.services import audit
from api.services.ground_memory import GroundOf, read_ground
from api.services.grounds import current_ground
from gis.adoption import Adoption, adopt
from gis.borders import dissolve
from gis.cells import Ground
from gis.errors import Conflict, Infeasible
from gis.numbering import grid_name
from gis.partition.loads import loads
from gis.partition.nesting import base_grids
from gis.partition.result import METHOD, Division, Within
from gis.partition.rules import RuleSet, rules_document, rules_from_document
from gis.problems import UNASSIGNED, Problem, plan_problems
from gis.store import plans as store
from gis.store import publishing
from gis.store.grounds import GroundRow, load_ground
from gis.store.layers import read_layer
from gis.store.plans import Drift, Labels, Move, PlanId, PlanRow

if TYPE_CHECKING:
    from gis.partition.engine import Effort


@dataclass(frozen=True, slots=True)
class Divided:
    """A stored division: its plan, its certificate, and whether it was there before."""

    plan_id: PlanId
    certificate: Mapping[str, object]
    was_there: bool


@dataclass(frozen=True, slots=True)
class PlanState:
    """A plan with its grids, what is wrong with it, and how the buildings changed since."""

    plan: PlanRow
    grids: gpd.GeoDataFrame
    problems: tuple[Problem, ...]
    drift: Drift


def divide_community(
    engine: sa.Engine,
    community_code: str,
    rules: RuleSet,
    *,
    made_by: str,
    seed: int = 1,
    name: str | None = None,
    within: int | None = None,
    effort: Effort | None = None,
    progress: Callable[[float], None] | None = None,
) -> PlanId:
    """
    Divide a community into grids and store the result as a draft.

    Parameters
    ----------
    within
        A plan of base grids of the same community, which no grid crosses: for micro grids.
    effort, progress
        See `gis.partition.divide.divide`; an effort that is stopped ends with its best so far.

    Raises
    ------
    NotFound
        The community is unknown or has no buildings, or there is no plan `within`.
    Conflict
        The plan `within` is of another community, or is itself one of micro grids.
    Infeasible
        The rules cannot be met; the message says why.
    """
    with engine.begin() as connection:
        publishing.lock_community(connection, community_code)
        row, ground = current_ground(connection, community_code, rules)
        nest = None if within is None else _nest(connection, community_code, within, ground)
    # The engine's compiler is loaded where something is divided, not in each server process.
    from gis.partition.divide import divide

    division = divide(ground, rules, seed=seed, effort=effort, progress=progress, within=nest)
    with engine.begin() as connection:
        return store_division(connection, row, ground, division, made_by, name or rules.name)


def _nest(connection: sa.Connection, community_code: str, plan_id: int, ground: Ground) -> Within:
    """Base grids of a plan, laid over a ground that may be another one."""
    plan = store.read_plan(connection, plan_id)
    if plan.community_code != community_code or plan.tier != "base":
        raise Conflict(
            f"Plan {plan_id} is no plan of base grids of {community_code}. Name one that is.",
            f"方案 {plan_id} 不是 {community_code} 的基础网格方案，请另选。",
        )
    units = load_ground(connection, plan.ground_id).units
    labels = store.read_labels(connection, plan_id).astype(np.int64)
    names = store.read_grids(connection, plan_id)["name"].astype(str)
    placed = base_grids(ground, units.assign(grid=labels))
    return Within(placed, dict(zip(names.index.tolist(), names.tolist(), strict=True)))


def divide_community_once(
    engine: sa.Engine, community_code: str, rules: RuleSet, *, made_by: str, seed: int = 1
) -> Divided:
    """
    Divide a community as `divide_community` does, unless that very draft is stored already.

    The same draft is one on the ground of today's layers, by equal rules, seed and method. Two
    that run at once store one draft.

    Raises
    ------
    NotFound
        The community is unknown or has no buildings.
    Infeasible
        The rules cannot be met; the message says why.
    """
    with engine.begin() as connection:
        publishing.lock_community(connection, community_code)
        row, ground = current_ground(connection, community_code, rules)
        there = _same_draft(connection, row, rules, seed)
    if there is not None:
        return Divided(there.plan_id, there.certificate or {}, was_there=True)
    from gis.partition.divide import divide
    from gis.partition.engine import BATCH

    division = divide(ground, rules, seed=seed, effort=BATCH)
    with engine.begin() as connection:
        publishing.lock_community(connection, community_code)
        there = _same_draft(connection, row, rules, seed)
        if there is not None:
            return Divided(there.plan_id, there.certificate or {}, was_there=True)
        plan_id = store_division(connection, row, ground, division, made_by, rules.name)
    return Divided(plan_id, _certificate_row(division), was_there=False)


def _same_draft(
    connection: sa.Connection, row: GroundRow, rules: RuleSet, seed: int
) -> PlanRow | None:
    return store.plan_made_so(
        connection,
        ground_id=row.ground_id,
        rules=rules_document(rules),
        seed=seed,
        method=METHOD,
    )


def _certificate_row(division: Division) -> dict[str, object]:
    certificate = division.certificate
    return {**asdict(certificate), "gap": certificate.gap, "seed": division.seed}


def store_division(
    connection: sa.Connection,
    row: GroundRow,
    ground: Ground,
    division: Division,
    made_by: str,
    name: str,
    *,
    action: str = "divide",
    based_on: PlanId | None = None,
) -> PlanId:
    """Store a division as a draft whose history begins with `action`."""
    micro = division.rules.grid_kind == "micro"
    # The engine calls a grid without households special, of micro grids too.
    grids = division.grids.assign(kind="micro") if micro else division.grids
    plan_id = store.insert_plan(
        connection,
        community_code=row.community_code,
        ground_id=row.ground_id,
        name=name,
        rules=rules_document(division.rules),
        created_by=made_by,
        tier="micro" if micro else "base",
        certificate=_certificate_row(division),
        based_on=based_on,
        assigned=True,
    )
    fill_grids(connection, plan_id, ground, division.labels, grids)
    store.assign_units(connection, plan_id, row.ground_id, division.labels)
    moves = first_moves(division.labels)
    store.record_edit(connection, plan_id, made_by=made_by, action=action, moves=moves)
    audit.record(
        connection,
        audit.who_asks(connection, made_by),
        f"plan.{action}",
        ("plan", plan_id),
        community=row.community_code,
        detail={"grids": len(division.grids), "seed": division.seed},
    )
    return plan_id


def adopt_grids(
    engine: sa.Engine,
    community_code: str,
    grids: gpd.GeoDataFrame,
    rules: RuleSet,
    *,
    made_by: str,
    name: str = "现状网格",
) -> tuple[PlanId, Adoption]:
    """
    Turn grids drawn by hand into a draft.

    Before the first publication they bring their codes along. After it they are a redraw of
    the standing grids: at publication codes follow from whose households each grid took
    (DESIGN section 4), whatever the file says, because a code must not jump to other people.

    Parameters
    ----------
    grids
        Canonical layer ``grids`` in EPSG:4326; those that belong to other communities are
        passed over. Not modified.

    Raises
    ------
    NotFound
        The community is unknown or has no buildings.
    Infeasible
        No grid of the file lies on the community.
    """
    with engine.begin() as connection:
        publishing.lock_community(connection, community_code)
        standing = publishing.last_publication(connection, community_code)
        row, ground = current_ground(connection, community_code, rules)
        footprints = read_layer(connection, "buildings", community=community_code)
        adoption = adopt(ground, footprints, grids[_of_community(grids, community_code)])
        if not len(adoption.grids):
            raise Infeasible(
                f"No grid of the file lies on {community_code}. Check its codes and its "
                "coordinate system.",
                f"文件中没有落在 {community_code} 内的网格，请检查编码和坐标系。",
            )
        plan_id = store.insert_plan(
            connection,
            community_code=community_code,
            ground_id=row.ground_id,
            name=name,
            rules=rules_document(rules),
            created_by=made_by,
            based_on=None if standing is None else PlanId(standing.plan_id),
        )
        named = adoption.grids if standing is None else _without_codes(adoption.grids)
        figures = grid_figures(ground, adoption.labels, rules, named)
        fill_grids(connection, plan_id, ground, adoption.labels, figures)
        if standing is None:
            codes = {n: str(c) for n, c in enumerate(adoption.grids["grid_code"])}
            store.bring_codes(connection, plan_id, codes)
        _first_edit(connection, plan_id, "adopt", adoption.labels, made_by)
        audit.record(
            connection,
            audit.who_asks(connection, made_by),
            "plan.adopt",
            ("plan", plan_id),
            community=community_code,
            detail={"grids": len(adoption.grids)},
        )
    return plan_id, adoption


def _without_codes(grids: pd.DataFrame) -> pd.DataFrame:
    """Name grids that only had a code for a name by their number: they may get another code."""
    numbered = pd.Series([grid_name(n + 1) for n in grids.index], index=grids.index)
    return grids.assign(name=grids["name"].mask(grids["name"] == grids["grid_code"], numbered))


def _of_community(grids: gpd.GeoDataFrame, community_code: str) -> pd.Series:
    return grids["grid_code"].str.startswith(community_code)


def grid_figures(
    ground: Ground, labels: Labels, rules: RuleSet, named: pd.DataFrame
) -> pd.DataFrame:
    """
    Count households and load of each grid in `named` (index grid number; ``name, kind``).

    Returns
    -------
    figures
        `named` with ``households``, ``load`` (1.0 is exactly full), ``flags``,
        ``posts_needed`` and ``round_m`` (`gis.workload`).
    """
    load, capacity = loads(ground.units, rules)
    units = pd.DataFrame(
        {
            "grid": labels,
            "households": ground.units["households"].to_numpy(),
            "load": load,
        }
    )
    sums = units.groupby("grid").sum().reindex(named.index, fill_value=0)
    return named.assign(
        households=sums["households"],
        load=sums["load"] / capacity,
        flags=pd.Series(
            _flags(sums, capacity, capped=bool(rules.caps)), index=named.index, dtype=object
        ),
        posts_needed=(-(-sums["load"] // capacity)).clip(lower=1).where(sums["load"] > 0, 0),
        round_m=_rounds(ground, labels, named.index),
    )


def _rounds(ground: Ground, labels: Labels, grids: pd.Index) -> pd.Series:
    """Rounds of these grids alone: an edit touches few."""
    touched = np.where(np.isin(labels, grids), labels, UNASSIGNED)
    from gis.workload import round_lengths

    return round_lengths(ground, touched).round(1).reindex(grids, fill_value=0.0)


def _flags(sums: pd.DataFrame, capacity: int, *, capped: bool) -> list[tuple[str, ...]]:
    """Flag a grid over the cap, where there is one, and one without households."""
    over, empty = (sums["load"] > capacity) & capped, sums["households"] == 0
    return [
        ("over_cap",) if full else ("no_households",) if bare else ()
        for full, bare in zip(over, empty, strict=True)
    ]


def fill_grids(
    connection: sa.Connection,
    plan_id: PlanId,
    ground: Ground,
    labels: Labels,
    grids: pd.DataFrame,
) -> None:
    """Store grids with their outlines, derived from the borders."""
    shapes = dissolve(ground, labels).geometry.reindex(grids.index)
    frame = gpd.GeoDataFrame(grids, geometry=shapes, crs=ground.units.crs)
    store.write_grids(connection, plan_id, frame)


def _first_edit(
    connection: sa.Connection, plan_id: PlanId, action: str, labels: Labels, made_by: str
) -> None:
    moves = first_moves(labels)
    store.apply_moves(connection, plan_id, moves)
    store.record_edit(connection, plan_id, made_by=made_by, action=action, moves=moves)


def first_moves(labels: Labels) -> list[Move]:
    """Return the moves that a plan begins with: from no grid to each unit's."""
    return [Move(n, None, int(g)) for n, g in enumerate(labels) if g != UNASSIGNED]


def plan_state(engine: sa.Engine, plan_id: int) -> PlanState:
    """
    Return a plan with its grids, problems and drift.

    Raises
    ------
    NotFound
        There is no such plan.
    """
    with engine.connect() as connection:
        plan = store.read_plan(connection, plan_id)
        grids = store.read_grids(connection, plan_id)
        found, changes = judge(connection, plan)
    return PlanState(plan, grids, tuple(found), changes)


def judge(
    connection: sa.Connection, plan: PlanRow, *, ground_of: GroundOf = read_ground
) -> tuple[list[Problem], Drift]:
    """Return what is wrong with a plan, and how its buildings changed since it was drawn."""
    ground = ground_of(connection, plan.ground_id).ground
    labels = store.read_labels(connection, plan.plan_id)
    grids = store.read_grids(connection, plan.plan_id)["name"]
    names = dict(zip(grids.index.tolist(), grids, strict=True))
    found = plan_problems(ground, labels, rules_from_document(plan.rules), names)
    changes = Drift((), (), ())
    if plan.state != "published":
        changes = store.drift(connection, plan.plan_id)
    return ([*found, _drift_problem(changes)] if changes else found), changes


def _drift_problem(changes: Drift) -> Problem:
    new, gone, changed = len(changes.appeared), len(changes.vanished), len(changes.changed)
    return Problem(
        "buildings_changed",
        None,
        (*changes.appeared, *changes.vanished, *(c[0] for c in changes.changed)),
        f"Buildings changed since this draft was drawn: {new} new, {gone} gone, {changed} with "
        "another count. Divide again to take them in.",
        f"方案绘制后楼栋有变化：新增 {new}，消失 {gone}，户数变化 {changed}。请重新划分。",
    )
