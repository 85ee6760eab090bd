"""Plans in PostGIS: the assignment is the truth, every change of it is one edit."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NewType
from uuid import UUID

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql as pg

from gis.errors import Conflict, NotFound
from gis.store import tables as t
from gis.store.bulk import copy_checked, read_frame

PlanId = NewType("PlanId", int)
UNASSIGNED = -1
EDITABLE = ("draft", "returned")

Labels = npt.NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class Move:
    """One unit on its way from a grid to a grid; None means unassigned."""

    unit_no: int
    from_grid: int | None
    to_grid: int | None

    def inverse(self) -> Move:
        """Return the move that takes this one back."""
        return Move(self.unit_no, self.to_grid, self.from_grid)


@dataclass(frozen=True, slots=True)
class PlanRow:
    """One stored plan without its units and grids."""

    plan_id: PlanId
    community_code: str
    ground_id: int
    name: str
    state: str
    revision: int
    tier: str
    rules: Mapping[str, object]
    certificate: Mapping[str, object] | None
    based_on: PlanId | None
    created_by: str
    created_at: datetime
    reasons: Mapping[str, object] | None = None


@dataclass(frozen=True, slots=True)
class EditRow:
    """One stored stroke."""

    seq: int
    made_at: datetime
    made_by: str
    action: str
    why: str | None
    moves: tuple[Move, ...]
    undoes: int | None
    client: UUID | None = None
    detail: Mapping[str, Any] | None = None


def insert_plan(
    connection: sa.Connection,
    *,
    community_code: str,
    ground_id: int,
    name: str,
    rules: Mapping[str, object],
    created_by: str,
    tier: str = "base",
    certificate: Mapping[str, object] | None = None,
    based_on: PlanId | None = None,
    assigned: bool = False,
) -> PlanId:
    """
    Store a new draft with every unit of its ground unassigned.

    With `assigned` none of its units is stored yet: `assign_units` does it, once the grids are.
    """
    statement = (
        sa.insert(t.plan)
        .values(
            community_code=community_code,
            ground_id=ground_id,
            name=name,
            rules=dict(rules),
            created_by=created_by,
            tier=tier,
            certificate=certificate,
            based_on=based_on,
        )
        .returning(t.plan.c.id)
    )
    plan_id = PlanId(connection.execute(statement).scalar_one())
    if assigned:
        return plan_id
    units = sa.select(sa.literal(plan_id), t.unit.c.unit_no, t.unit.c.ground_id).where(
        t.unit.c.ground_id == ground_id
    )
    into = ["plan_id", "unit_no", "ground_id"]
    connection.execute(sa.insert(t.assignment).from_select(into, units))
    return plan_id


def assign_units(
    connection: sa.Connection, plan_id: int, ground_id: int, labels: npt.ArrayLike
) -> None:
    """Store the grid of each unit (-1: none) of a draft that has grids and no units yet."""
    grid = pd.Series(np.asarray(labels, np.int64), dtype="Int64")
    rows = {"plan_id": plan_id, "unit_no": np.arange(len(grid)), "ground_id": ground_id}
    frame = pd.DataFrame({**rows, "grid_no": grid.mask(grid == UNASSIGNED)})
    copy_checked(connection, "assignment", frame)


def read_plan(connection: sa.Connection, plan_id: int, *, lock: bool = False) -> PlanRow:
    """
    Return a plan, and lock its row against other writers when asked.

    Raises
    ------
    NotFound
        There is no such plan.
    """
    query = sa.select(t.plan).where(t.plan.c.id == plan_id)
    row = connection.execute(query.with_for_update() if lock else query).one_or_none()
    if row is None:
        raise NotFound(f"There is no plan {plan_id}.", f"没有编号为 {plan_id} 的方案。")
    return _plan_row(row)


def plan_made_so(
    connection: sa.Connection,
    *,
    ground_id: int,
    rules: Mapping[str, object],
    seed: int,
    method: str,
) -> PlanRow | None:
    """
    Return the newest plan that was divided on this ground by these rules, seed and method.

    Archived plans do not count, nor those that were repaired or completed from others; a draft
    that was edited since it was divided does.
    """
    certificate = t.plan.c.certificate
    query = (
        sa.select(t.plan)
        .where(t.plan.c.ground_id == ground_id, t.plan.c.state != "archived")
        .where(t.plan.c.rules == sa.bindparam("rules", dict(rules), pg.JSONB))
        .where(certificate["seed"] == sa.bindparam("seed", seed, pg.JSONB))
        .where(certificate["method"] == sa.bindparam("method", method, pg.JSONB))
        .where(
            sa.exists()
            .where(t.edit.c.plan_id == t.plan.c.id)
            .where(t.edit.c.seq == 1, t.edit.c.action == "divide")
        )
        .order_by(t.plan.c.id.desc())
        .limit(1)
    )
    row = connection.execute(query).one_or_none()
    return None if row is None else _plan_row(row)


def _plan_row(row: sa.Row[tuple[object, ...]]) -> PlanRow:
    values = dict(row._mapping)
    values["plan_id"] = values.pop("id")
    return PlanRow(**values)


def list_plans(connection: sa.Connection, community_code: str | None = None) -> list[PlanRow]:
    """Return all plans, of one community when named, newest first."""
    query = sa.select(t.plan).order_by(t.plan.c.id.desc())
    if community_code is not None:
        query = query.where(t.plan.c.community_code == community_code)
    return [_plan_row(row) for row in connection.execute(query)]


def editable_plan(connection: sa.Connection, plan_id: int) -> PlanRow:
    """
    Lock a plan for editing.

    Raises
    ------
    Conflict
        The plan is submitted, approved or published and takes no more edits.
    """
    return refuse_not_editable(read_plan(connection, plan_id, lock=True))


def refuse_not_editable(plan: PlanRow) -> PlanRow:
    """
    Return a plan that takes edits.

    Raises
    ------
    Conflict
        It is submitted, approved or published.
    """
    if plan.state not in EDITABLE:
        raise Conflict(
            f"Plan {plan.plan_id} is {plan.state} and takes no more edits. Fork it for a draft of "
            "your own, or divide its community again; what is submitted can be called back, and "
            "before its first day a publication can be withdrawn.",
            f"方案 {plan.plan_id} 已处于“{STATE_ZH[plan.state]}”状态，不能再修改。"
            "可另存为新草稿或重新划分；已提交的可以收回，已发布而未施行的可以撤回。",
            plan=plan.plan_id,
            state=plan.state,
        )
    return plan


STATE_ZH = {
    "draft": "草稿",
    "submitted": "已提交",
    "returned": "已退回",
    "approved": "已批准",
    "published": "已发布",
    "archived": "已归档",
}


def read_labels(connection: sa.Connection, plan_id: int) -> Labels:
    """Return the grid number of every unit in the order of the ground; -1 is unassigned."""
    # One text instead of a row for each unit: strokes wait for it.
    numbers = connection.execute(_LABELS, {"plan_id": plan_id}).scalar_one()
    return np.array((numbers or "").split(), dtype=np.int32)


_LABELS = sa.text(
    """
    SELECT string_agg(CAST(coalesce(grid_no, -1) AS text), ' ' ORDER BY unit_no)
    FROM assignment WHERE plan_id = :plan_id
    """
)


def unit_count(connection: sa.Connection, plan_id: int) -> int:
    """Return how many units a plan assigns; they are numbered from 0."""
    query = sa.select(sa.func.count()).where(t.assignment.c.plan_id == plan_id)
    return int(connection.execute(query).scalar_one())


def write_grids(connection: sa.Connection, plan_id: int, grids: gpd.GeoDataFrame) -> None:
    """
    Insert or replace grids of a plan.

    Parameters
    ----------
    grids
        Index grid number; columns ``name, kind, households, load, flags`` (sequence of text),
        ``posts_needed, round_m`` and geometry (MultiPolygon or None) in any CRS. Not modified.
    """
    shapes = shapely.set_srid(grids.geometry.to_crs(4326).to_numpy(), 4326)
    columns: dict[str, list[object]] = {
        name: [None if pd.isna(value) else value for value in grids[name].tolist()]
        for name in ("name", "kind", "households", "load", "posts_needed", "round_m")
    }
    columns["grid_no"] = grids.index.tolist()
    columns["flags"] = ["{" + ",".join(flags) + "}" for flags in grids["flags"]]
    columns["shape"] = list(shapely.to_wkb(shapes, hex=True, include_srid=True))
    write_grid_columns(connection, plan_id, columns)


def write_grid_columns(
    connection: sa.Connection, plan_id: int, columns: Mapping[str, list[Any]]
) -> None:
    """
    Insert or replace grids of a plan, column by column.

    Parameters
    ----------
    columns
        ``grid_no, name, kind, households, load, flags`` (as PostgreSQL writes an array of text),
        ``posts_needed, round_m, shape`` (EWKB of EPSG:4326 in hexadecimal digits, or None).
    """
    connection.execute(_UPSERT_GRIDS, {"plan_id": plan_id, **columns})


# Arrays and no table of its own: a stroke of a planner waits for it.
_UPSERT_GRIDS = sa.text(
    """
    INSERT INTO plan_grid (plan_id, grid_no, name, kind, households, load, flags, posts_needed,
                           round_m, geom)
    SELECT :plan_id, grid_no, name, kind, households, load, CAST(flags AS text[]), posts_needed,
           round_m, ST_Multi(CAST(shape AS geometry))
    FROM unnest(
        CAST(:grid_no AS int[]), CAST(:name AS text[]), CAST(:kind AS text[]),
        CAST(:households AS int[]), CAST(:load AS double precision[]), CAST(:flags AS text[]),
        CAST(:posts_needed AS int[]), CAST(:round_m AS double precision[]), CAST(:shape AS text[])
    ) AS given (grid_no, name, kind, households, load, flags, posts_needed, round_m, shape)
    ON CONFLICT (plan_id, grid_no) DO UPDATE SET
        name = excluded.name, kind = excluded.kind, households = excluded.households,
        load = excluded.load, flags = excluded.flags, geom = excluded.geom,
        posts_needed = excluded.posts_needed, round_m = excluded.round_m
    """
)

_GRIDS = sa.text(
    """
    SELECT grid_no, name, kind, locked, removed, households, load, flags, code,
           posts_needed, round_m,
           ST_AsBinary(geom) AS geometry
    FROM plan_grid WHERE plan_id = :plan_id ORDER BY grid_no
    """
)


def read_grids(connection: sa.Connection, plan_id: int) -> gpd.GeoDataFrame:
    """Return the grids of a plan by number, geometry in EPSG:4326."""
    return read_frame(connection, _GRIDS, {"plan_id": plan_id}).set_index("grid_no")


def grid_numbers(connection: sa.Connection, plan_id: int) -> list[int]:
    """Return the numbers of a plan's grids, rising."""
    query = sa.select(t.plan_grid.c.grid_no).where(t.plan_grid.c.plan_id == plan_id)
    return list(connection.execute(query.order_by(t.plan_grid.c.grid_no)).scalars())


def bring_codes(connection: sa.Connection, plan_id: int, codes: Mapping[int, str]) -> None:
    """Let grids of a draft bring along the codes they had before Wangge knew them."""
    connection.execute(
        sa.text(
            "UPDATE plan_grid SET code = given.code, brought_code = given.code "
            "FROM unnest(CAST(:numbers AS int[]), CAST(:codes AS text[])) AS given (grid_no, code) "
            "WHERE plan_id = :plan_id AND plan_grid.grid_no = given.grid_no"
        ),
        {"plan_id": plan_id, "numbers": list(codes), "codes": list(codes.values())},
    )


_APPLY = sa.text(
    """
    WITH wanted AS (
        SELECT * FROM jsonb_to_recordset(CAST(:moves AS jsonb))
        AS move(unit_no int, from_grid int, to_grid int)
    )
    UPDATE assignment SET grid_no = wanted.to_grid
    FROM wanted
    WHERE assignment.plan_id = :plan_id AND assignment.unit_no = wanted.unit_no
      AND assignment.grid_no IS NOT DISTINCT FROM wanted.from_grid
    RETURNING assignment.unit_no
    """
)


def apply_moves(
    connection: sa.Connection, plan_id: int, moves: Sequence[Move]
) -> tuple[list[Move], list[Move]]:
    """
    Move units by compare-and-set; call it with the plan locked.

    Returns
    -------
    applied, rejected
        A move is rejected when its unit is not, or no longer, where it says.
    """
    document = [
        {"unit_no": m.unit_no, "from_grid": m.from_grid, "to_grid": m.to_grid} for m in moves
    ]
    result = connection.execute(_APPLY, {"plan_id": plan_id, "moves": json.dumps(document)})
    moved = set(result.scalars().all())
    applied = [m for m in moves if m.unit_no in moved]
    return applied, [m for m in moves if m.unit_no not in moved]


def record_edit(
    connection: sa.Connection,
    plan_id: int,
    *,
    made_by: str,
    action: str,
    moves: Sequence[Move],
    why: str | None = None,
    undoes: int | None = None,
    client: UUID | None = None,
    detail: Mapping[str, object] | None = None,
) -> int:
    """Append an edit and raise the plan's revision to it; return its number."""
    raise_revision = (
        sa.update(t.plan)
        .where(t.plan.c.id == plan_id)
        .values(revision=t.plan.c.revision + 1)
        .returning(t.plan.c.revision)
    )
    seq = int(connection.execute(raise_revision).scalar_one())
    connection.execute(
        sa.insert(t.edit).values(
            plan_id=plan_id,
            seq=seq,
            made_by=made_by,
            action=action,
            why=why,
            moves=[[m.unit_no, m.from_grid, m.to_grid] for m in moves],
            undoes=undoes,
            client=client,
            detail=sa.null() if detail is None else dict(detail),
        )
    )
    return seq


def read_edits(connection: sa.Connection, plan_id: int) -> list[EditRow]:
    """Return the edits of a plan, oldest first."""
    query = sa.select(t.edit).where(t.edit.c.plan_id == plan_id).order_by(t.edit.c.seq)
    return [edit_row(row) for row in connection.execute(query)]


def edit_row(row: sa.Row[tuple[object, ...]]) -> EditRow:
    """Return an edit from a row of the table."""
    values = {k: v for k, v in row._mapping.items() if k != "plan_id"}
    return EditRow(**{**values, "moves": tuple(Move(*m) for m in row.moves)})


_DRIFT = sa.text(
    """
    WITH mine AS (
        SELECT unit.unit_id, unit.building_code, sum(unit.households) OVER (
                   PARTITION BY unit.building_code) AS households
        FROM plan JOIN unit USING (ground_id)
        WHERE plan.id = :plan_id AND unit.building_code IS NOT NULL
    ), now AS (
        SELECT building.code, building.households
        FROM building JOIN plan ON building.community_code = plan.community_code
        WHERE plan.id = :plan_id AND building.retired_on IS NULL
    )
    SELECT coalesce(mine.building_code, now.code) AS building_id,
           mine.households AS was, now.households AS is_now
    FROM (SELECT DISTINCT building_code, households FROM mine) AS mine
    FULL JOIN now ON now.code = mine.building_code
    WHERE mine.households IS DISTINCT FROM now.households
    ORDER BY 1
    """
)


@dataclass(frozen=True, slots=True)
class Drift:
    """How the buildings of a community differ from those a plan was drawn on."""

    appeared: tuple[str, ...]
    vanished: tuple[str, ...]
    changed: tuple[tuple[str, int, int], ...]

    def __bool__(self) -> bool:
        """Whether anything differs."""
        return bool(self.appeared or self.vanished or self.changed)


def drift(connection: sa.Connection, plan_id: int) -> Drift:
    """
    Compare the buildings a plan was drawn on with those of today.

    Returns
    -------
    drift
        Codes of buildings that appeared and vanished; code, old and new households of those
        whose count changed.
    """
    rows = connection.execute(_DRIFT, {"plan_id": plan_id}).all()
    return Drift(
        appeared=tuple(r.building_id for r in rows if r.was is None),
        vanished=tuple(r.building_id for r in rows if r.is_now is None),
        changed=tuple(
            (r.building_id, int(r.was), int(r.is_now))
            for r in rows
            if r.was is not None and r.is_now is not None
        ),
    )
