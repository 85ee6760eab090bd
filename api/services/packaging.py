"""A stored plan as a grid package that others can verify."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import sqlalchemy as sa

from api.services.plan_reading import require_plan
from gis.errors import Conflict
from gis.io.package import DividedCommunity, write_package
from gis.partition.result import Certificate, Division, Split
from gis.partition.rules import rules_from_document
from gis.store import plans as store
from gis.store.extracts import area_name
from gis.store.grounds import load_ground
from gis.store.lineage import lineage_of
from gis.store.plans import PlanRow
from gis.store.sight import EVERYWHERE, Sight

_AS_DIVIDED = {"divide", "publish", "withdraw"}

if TYPE_CHECKING:
    from gis.partition.redrawn import Redrawn


def packaged_plan(connection: sa.Connection, sight: Sight, plan_id: int) -> DividedCommunity:
    """
    Read a stored plan as a division of its ground.

    What the engine certified stands as long as nobody has redrawn the plan; else the certificate
    is made anew for what is drawn, with the bound of the rules alone. Hard rules that do not
    hold are named among its reasons, and ``wangge verify`` will find them.

    Raises
    ------
    NotFound
        There is no such plan to be seen.
    Conflict
        Some unit is in no grid, or it is a plan of micro grids, which nest in another plan.
    """
    require_plan(connection, sight, plan_id)
    plan = store.read_plan(connection, plan_id)
    labels = store.read_labels(connection, plan_id)
    _refuse_unpackable(plan, int((labels == store.UNASSIGNED).sum()))
    ground = load_ground(connection, plan.ground_id)
    grids = store.read_grids(connection, plan_id)
    rules = rules_from_document(plan.rules)
    said = plan.certificate or {}
    from gis.partition.redrawn import Redrawn, rules_kept

    drawn = Redrawn(
        ground,
        rules_kept(ground, rules, labels),
        labels.astype(np.int64),
        labels,
        seed=said.get("seed"),  # type: ignore[arg-type]
        names=dict(zip(grids.index.tolist(), grids["name"].astype(str), strict=True)),
    )
    division = _with_codes(drawn, grids["code"])
    if drawn.rules == rules and _is_as_divided(connection, plan):
        division = replace(division, certificate=_certificate(said))
    return DividedCommunity(
        plan.community_code,
        _name(connection, plan),
        ground,
        division,
        lineage=_lineage(connection, plan_id, drawn),
    )


def package_plan(connection: sa.Connection, sight: Sight, plan_id: int, path: Path) -> None:
    """
    Write a stored plan as a grid package.

    Raises
    ------
    NotFound, Conflict
        See `packaged_plan`.
    UnreadableFile
        The file cannot be written.
    """
    write_package(path, [packaged_plan(connection, sight, plan_id)])


def _refuse_unpackable(plan: PlanRow, loose: int) -> None:
    if plan.tier == "micro":
        raise Conflict(
            f"Plan {plan.plan_id} is one of micro grids, which nest in another plan, and is not "
            "packaged: take the package of its base plan, or divide with `wangge divide`.",
            f"方案 {plan.plan_id} 为微网格，嵌套于另一方案，不能单独打包：请打包其基础网格方案，"
            "或用 `wangge divide` 划分。",
        )
    if loose:
        raise Conflict(
            f"{loose} units of plan {plan.plan_id} are in no grid, and a package holds whole "
            "divisions: complete the plan first (`wangge plan complete`).",
            f"方案 {plan.plan_id} 有 {loose} 个单元未划入网格，网格包须完整："
            "请先补全（`wangge plan complete`）。",
        )


def _with_codes(drawn: Redrawn, codes: pd.Series) -> Division:
    division = drawn.division
    told = codes.reindex(drawn.numbers).to_numpy(object)
    if pd.isna(told).all():
        return division
    return replace(division, grids=division.grids.assign(code=told))


def _is_as_divided(connection: sa.Connection, plan: PlanRow) -> bool:
    edits = store.read_edits(connection, plan.plan_id)
    return edits[0].action == "divide" and {edit.action for edit in edits} <= _AS_DIVIDED


def _certificate(document: Mapping[str, Any]) -> Certificate:
    known = {f.name for f in fields(Certificate)}
    said = {key: value for key, value in document.items() if key in known}
    for key in ("reasons", "over_cap", "courtyards_split", "households_kinds"):
        said[key] = tuple(said.get(key, ()))
    said["splits"] = tuple(Split(**split) for split in said.get("splits", ()))
    return Certificate(**said)


def _name(connection: sa.Connection, plan: PlanRow) -> str:
    made_on = plan.created_at.date()
    # Whoever sees the plan may know what its community was called when it was made.
    told = area_name(connection, EVERYWHERE, plan.community_code, made_on)
    return told or plan.community_code


def _lineage(connection: sa.Connection, plan_id: int, drawn: Redrawn) -> pd.DataFrame | None:
    rows = lineage_of(connection, plan_id)
    if rows.empty:
        return None
    return rows.assign(grid=np.searchsorted(drawn.numbers, rows["grid_no"].to_numpy(np.int64)))
