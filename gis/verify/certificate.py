"""The certificate of a community held against what the verifier counts by itself."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from gis.verify.bound import lower_bound
from gis.verify.edges import CellEdges
from gis.verify.figures import GridFigures, grid_figures
from gis.verify.findings import Finding, promise
from gis.verify.loads import Recount
from gis.verify.measures import check_measures
from gis.verify.package import Package
from gis.verify.workload import check_workload


def check_certificate(community: Package, edges: CellEdges, count: Recount) -> list[Finding]:
    """Check every figure of the certificate, and recompute the bound."""
    code = community.community
    said = community.certificates[code]
    figures = grid_figures(community, count)
    prices = community.units["unit_id"].map(said.get("prices", {})).fillna(0).to_numpy(np.int64)
    own, grids = lower_bound(count, prices), figures.ordinary
    return [
        promise(
            "certificate",
            code,
            f"The certificate counts its {grids} grids and everything else rightly",
            f"证书所列网格数（{grids}）等数字属实",
            _untrue(said, _counted(community, count, figures)),
        ),
        check_measures(community, edges, count, figures),
        *check_workload(community, count, figures),
        promise(
            "bound",
            code,
            f"No division has fewer than {said['lower_bound']} grids (recomputed: {own}); "
            f"this one has {grids}",
            f"任何划分不少于 {said['lower_bound']} 个网格（复算 {own}），本方案 {grids} 个",
            _unfounded(said, own, grids, exact=not community.rules.caps),
        ),
    ]


def _counted(community: Package, count: Recount, figures: GridFigures) -> dict[str, object]:
    units = community.units
    households = units["households"].to_numpy(np.int64)
    estimated = units["households_estimated"].to_numpy(bool)
    heavy = (count.load > count.capacity) & bool(community.rules.caps)
    over = units["unit_id"][heavy]
    split = _in_several_grids(community, count)
    posts = -(-count.load[heavy] // count.capacity)
    return {
        "capacity": count.capacity,
        "target_load": count.target,
        "total_load": int(count.load.sum()),
        "grids": figures.ordinary,
        "special": int(figures.special.sum()),
        "components": len(np.unique(count.component)),
        "households": int(households.sum()),
        "households_estimated": int(households[estimated].sum()),
        "households_kinds": sorted(units["households_kind"][households > 0].dropna().unique()),
        "over_cap": sorted(over),
        "over_cap_posts": dict(zip(over, posts.tolist(), strict=True)),
        "courtyards_split": split,
        "splits": [_why_split(community, count, courtyard) for courtyard in split],
    }


def _why_split(community: Package, count: Recount, courtyard: str) -> dict[str, object]:
    """Why a courtyard lies in several grids, and in how many."""
    inside = (community.units["courtyard_id"] == courtyard).to_numpy()
    load = int(count.load[inside].sum())
    size = int(np.minimum(count.load[inside], count.target).sum())
    why = "too_large" if load > count.capacity else "cut_apart"
    why = why if community.rules.keep_courtyards else "not_kept"
    return {
        "courtyard_id": courtyard,
        "why": why,
        "grids": len(np.unique(count.grid[inside])),
        "least": max(2, -(-size // count.target)) if why == "too_large" else 1,
    }


def _in_several_grids(community: Package, count: Recount) -> list[str]:
    grids = pd.Series(count.grid).groupby(community.units["courtyard_id"]).nunique()
    return sorted(str(courtyard) for courtyard in grids.index[grids > 1])


def _untrue(said: dict[str, Any], counted: dict[str, object]) -> list[str]:
    """Figures that are said and differ; a writer may leave some out."""
    return [
        f"{key} is {_shown(value)}"
        for key, value in counted.items()
        if key in said and _figures(said[key]) != value
    ]


def _figures(value: object) -> object:
    """Leave the sentences out of a list of reasons."""
    if isinstance(value, list):
        return [
            {k: v for k, v in row.items() if k not in ("en", "zh")}
            if isinstance(row, dict)
            else row
            for row in value
        ]
    return value


def _shown(value: object) -> str:
    if isinstance(value, int):
        return str(value)
    rows = value.items() if isinstance(value, dict) else value
    return ", ".join(map(str, rows)) or "none"  # type: ignore[call-overload]


def _unfounded(said: dict[str, Any], own: int, grids: int, *, exact: bool) -> list[str]:
    """Where exactly k grids are asked for and there are no caps, k itself is the bound."""
    bound, proven = said["lower_bound"], said["proven"]
    if bound > grids:
        return [f"{bound} is more than the grids there are"]
    if bound > own and not proven and not exact:
        return [f"{bound} is not founded"]
    return [f"proven, but {bound} is less than {grids}"] if proven and bound < grids else []
