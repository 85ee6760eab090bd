"""Use case of the planner's page: one document with all it needs to redraw a plan."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
import sqlalchemy as sa

from api.principal import Principal
from api.services.plan_reading import require_plan
from gis.borders import contiguity
from gis.cells import Ground
from gis.partition.loads import loads
from gis.partition.rules import RuleSet, rules_from_document
from gis.store import editor as store
from gis.store.plans import EDITABLE, PlanRow, read_grids, read_plan
from gis.store.sight import Sight

# 1e-7 degrees are a centimetre: no two corners of cells fall together.
STEP = 1e-7

Document = dict[str, object]


def editor_document(
    connection: sa.Connection, sight: Sight, plan_id: int, who: Principal
) -> Document:
    """
    Return a plan with all that a page needs to redraw it without asking again.

    Lines come once, as borders; the page puts the cells together from them. Coordinates are
    whole steps of 1e-7 degrees (a centimetre), each the difference to the one before.

    Raises
    ------
    NotFound
        There is no such plan to be seen.
    """
    require_plan(connection, sight, plan_id)
    plan = read_plan(connection, plan_id)
    rules = rules_from_document(plan.rules)
    units = store.editor_units(connection, plan_id)
    borders = store.editor_borders(connection, plan_id)
    courtyards = store.editor_courtyards(connection, plan_id)
    west, south = _corner(borders)
    load, capacity = loads(units, rules)
    return {
        "plan": _plan(plan, store.community_name(connection, plan.community_code), who),
        "rules": _rules(rules, capacity),
        "scale": {"west": west, "south": south, "step": STEP},
        "units": _units(units, courtyards, load, west, south, counts=who.may("counts")),
        "courtyards": _listed(courtyards[["code", "name", "kind"]]),
        "borders": _borders(borders, west, south),
        "touching": _touching(units, borders, rules),
        "grids": _grids(read_grids(connection, plan_id)),
        "assignment": _numbers(units["grid_no"]),
        "certificate": plan.certificate,
    }


def _plan(plan: PlanRow, community: str | None, who: Principal) -> Document:
    return {
        "id": plan.plan_id,
        "name": plan.name,
        "state": plan.state,
        "revision": plan.revision,
        "tier": plan.tier,
        "community_code": plan.community_code,
        "community_name": community,
        "based_on": plan.based_on,
        "ground": plan.ground_id,
        "me": who.name,
        "may_draw": who.may("draw") and plan.state in EDITABLE,
        "may_recall": who.may("draw") and plan.state == "submitted",
        "may_approve": who.may("approve"),
    }


def _rules(rules: RuleSet, capacity: int) -> Document:
    return {
        "name": rules.name,
        "caps": rules.caps,
        "capacity": capacity,
        "fill": rules.fill,
        "keep_courtyards": rules.keep_courtyards,
        "hard_barriers": list(rules.hard_barriers),
        "soft_barriers": list(rules.soft_barriers),
        "households_kind": rules.households_kind,
        "grid_kind": rules.grid_kind,
    }


def _units(
    units: pd.DataFrame,
    courtyards: pd.DataFrame,
    load: npt.NDArray[np.int64],
    west: float,
    south: float,
    *,
    counts: bool,
) -> Document:
    places = pd.Index(courtyards["code"])
    return {
        **_listed(units[["unit_id", "kind", "households"]]),
        "estimated": np.flatnonzero(units["households_estimated"].astype(bool)).tolist(),
        "load": load.tolist(),
        "building": units["building_code"].tolist(),
        "name": units["name"].tolist(),
        "courtyard": places.get_indexer(units["courtyard_code"]).tolist(),
        "x": _steps(units["x"].to_numpy(np.float64), west).tolist(),
        "y": _steps(units["y"].to_numpy(np.float64), south).tolist(),
        "elders": units["elders"].tolist() if counts else None,
    }


def _borders(borders: gpd.GeoDataFrame, west: float, south: float) -> Document:
    lines = borders.geometry.to_numpy()
    points = shapely.get_coordinates(lines)
    x, y = _steps(points[:, 0], west), _steps(points[:, 1], south)
    kinds, along = np.unique(borders["runs_along"].to_numpy(str), return_inverse=True)
    return {
        **_listed(borders[["left", "right"]]),
        "length_cm": np.rint(borders["length_m"].to_numpy(np.float64) * 100).astype(int).tolist(),
        "along": kinds.tolist(),
        "runs_along": along.tolist(),
        "passage": np.flatnonzero(borders["passage"].astype(bool)).tolist(),
        "points": shapely.get_num_coordinates(lines).tolist(),
        "dx": np.diff(x, prepend=0).tolist(),
        "dy": np.diff(y, prepend=0).tolist(),
    }


def _touching(units: pd.DataFrame, borders: gpd.GeoDataFrame, rules: RuleSet) -> Document:
    graph = contiguity(Ground(gpd.GeoDataFrame(units), borders), rules.hard_barriers)
    return {"a": graph.i.tolist(), "b": graph.j.tolist()}


def _grids(grids: pd.DataFrame) -> Document:
    return {"no": grids.index.tolist(), **_listed(grids[["name", "kind", "locked", "code"]])}


def _listed(frame: pd.DataFrame) -> Document:
    return {str(name): frame[name].tolist() for name in frame}


def _numbers(column: pd.Series) -> list[int]:
    return [-1 if number is None else int(number) for number in column.tolist()]


def _corner(borders: gpd.GeoDataFrame) -> tuple[float, float]:
    west, south, _, _ = borders.total_bounds.tolist()
    return round(west, 7), round(south, 7)


def _steps(degrees: npt.NDArray[np.float64], origin: float) -> npt.NDArray[np.int64]:
    return np.rint((degrees - origin) / STEP).astype(np.int64)
