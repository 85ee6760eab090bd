"""What a grid's outline runs along, side by side: the four bounds (四至) of a register."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from gis.arrangement import OUTSIDE
from gis.borders import outlines
from gis.cells import Ground

Side = Literal["east", "south", "west", "north"]
Bound = Literal[
    "street", "river", "railway", "wall", "barrier", "community", "courtyard", "grid", "none"
]
SIDES: tuple[Side, ...] = ("east", "south", "west", "north")

STEP_M = 5.0
"""An outline is looked at every five metres."""
STREET_M = {"arterial": 25.0}
"""How far the middle of a street may lie from a border that runs along it."""
OTHER_STREET_M = 12.0
BARRIER_M = 30.0
LEAST_SHARE = 0.15
"""A side is told by what runs along at least this share of it."""
MOST_NAMED = 3

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Names = npt.NDArray[np.object_]


@dataclass(frozen=True, slots=True)
class Surroundings:
    """
    What can give a bound its name; all frames in the ground's CRS, none modified.

    ``streets``: ``name``, ``street_class``; ``barriers``: ``name``, ``kind``; ``communities``:
    ``name`` of those around, without the divided one; ``courtyards``: names by ``courtyard_id``.
    """

    streets: gpd.GeoDataFrame
    barriers: gpd.GeoDataFrame
    communities: gpd.GeoDataFrame
    courtyards: Mapping[str, str]


def grid_bounds(ground: Ground, labels: npt.ArrayLike, surroundings: Surroundings) -> pd.DataFrame:
    """
    Tell what runs along each side of each grid.

    Each stretch of an outline lies on the side (east, south, west, north) on which it lies as
    seen from the middle of the grid's box, the box stretched to a square. It is named by the
    first of: the river or railway it follows; a street with a name within 12 m (arterials 25 m);
    the community across it; the courtyard across it, or whose wall it is; the grid across it.

    Parameters
    ----------
    ground
        Units and borders in a metric CRS; not modified.
    labels
        Grid number of each unit; -1 for a unit of no grid.

    Returns
    -------
    bounds
        One row for each grid, side and named thing: ``grid``, ``side``, ``bound`` (`Bound`),
        ``name`` (text; empty when the thing has none), ``other`` (number of the grid across, -1
        unless ``bound`` is grid), ``length_m``. Sorted by grid, side, and from north to south or
        from west to east along the side. The lengths of a grid add up to its outline.
    """
    points = _points(outlines(ground, labels), ground, np.asarray(labels, np.int64))
    if points.empty:
        return _empty()
    named = _named(points, surroundings)
    sides = named.assign(side=_sides(named))
    keys = ["grid", "side", "bound", "name", "other"]
    told = (
        sides.assign(along=_along(sides) * sides["length_m"])
        .groupby(keys, as_index=False)[["length_m", "along"]]
        .sum()
    )
    told["along"] /= told["length_m"]
    rank = told["side"].map({side: n for n, side in enumerate(SIDES)})
    order = told.assign(rank=rank).sort_values(["grid", "rank", "along", "name"])
    return order[[*keys, "length_m"]].reset_index(drop=True)


def main_bounds(bounds: pd.DataFrame) -> pd.DataFrame:
    """
    Keep of each side what runs along at least 15 % of it, at most three things and at least one.

    The rows keep their order.
    """
    if bounds.empty:
        return bounds
    side = bounds.groupby(["grid", "side"])["length_m"]
    rank = side.rank(method="first", ascending=False)
    share = bounds["length_m"] / side.transform("sum")
    kept = (rank == 1) | ((rank <= MOST_NAMED) & (share >= LEAST_SHARE))
    return bounds[kept].reset_index(drop=True)


def _empty() -> pd.DataFrame:
    columns = ("grid", "side", "bound", "name", "other", "length_m")
    return pd.DataFrame({name: [] for name in columns})


def _points(drawn: gpd.GeoDataFrame, ground: Ground, labels: Ints) -> pd.DataFrame:
    """Points along the outlines, once for each grid beside them: what is there, and across."""
    length = drawn["length_m"].to_numpy(np.float64)
    parts = np.maximum(np.ceil(length / STEP_M), 1).astype(np.int64)
    row = np.repeat(np.arange(len(drawn)), parts)
    place = np.arange(len(row)) - np.repeat(np.cumsum(parts) - parts, parts)
    where = shapely.line_interpolate_point(
        drawn.geometry.to_numpy()[row], (place + 0.5) / parts[row], normalized=True
    )
    xy = shapely.get_coordinates(where)
    borders = ground.borders.loc[drawn.index]
    yards = np.array([*ground.units["courtyard_id"], None], dtype=object)
    left, right = borders["left"].to_numpy(np.int64), borders["right"].to_numpy(np.int64)
    common = {
        "x": xy[:, 0],
        "y": xy[:, 1],
        "along_what": borders["runs_along"].astype(str).to_numpy(object)[row],
        "length_m": (length / parts)[row],
        "outside": (right == OUTSIDE)[row],
    }
    padded = np.append(labels, OUTSIDE)
    views = [
        pd.DataFrame(
            {
                **common,
                "grid": padded[own][row],
                "other": padded[across][row],
                "own_yard": yards[own][row],
                "yard": yards[across][row],
            }
        )
        for own, across in ((left, right), (right, left))
    ]
    both = pd.concat(views, ignore_index=True)
    return both[both["grid"] >= 0].reset_index(drop=True)


def _named(points: pd.DataFrame, around: Surroundings) -> pd.DataFrame:
    """The thing that bounds at each point, by the order of `grid_bounds`."""
    where = _where(points)
    what = points["along_what"].to_numpy(object)
    barrier = np.isin(what, ["river", "railway", "other"])
    street = _street_names(where, around.streets)
    beyond = points["outside"].to_numpy(bool)
    across = _across(points["yard"], around.courtyards)
    own = _across(points["own_yard"], around.courtyards)
    walled = what == "wall"
    other = points["other"].to_numpy(np.int64)
    is_street, is_yard = street != "", (across != "") & (across != own)
    is_wall = walled & ((across != "") | (own != ""))
    choices: list[tuple[npt.NDArray[np.bool_], Names | str, Names | str]] = [
        (barrier, _kinds(what), _barrier_names(where, what, around.barriers)),
        (is_street, "street", street),
        (beyond, "community", _community_names(points, around.communities)),
        (is_yard & ~is_wall, "courtyard", across),
        (is_wall, "wall", np.where(across != "", across, own)),
        (other >= 0, "grid", ""),
    ]
    bound = np.select([c for c, _, _ in choices], [b for _, b, _ in choices], "none")
    name = np.select([c for c, _, _ in choices], [n for _, _, n in choices], "")
    return points.assign(bound=bound, name=name, other=np.where(bound == "grid", other, -1))


def _where(points: pd.DataFrame) -> Names:
    return np.asarray(shapely.points(points[["x", "y"]].to_numpy(np.float64)), dtype=object)


def _kinds(what: Names) -> Names:
    return np.where(what == "other", "barrier", what).astype(object)


def _across(yards: pd.Series, names: Mapping[str, str]) -> Names:
    return yards.map(names).fillna("").to_numpy(object)


def _street_names(where: Names, streets: gpd.GeoDataFrame) -> Names:
    """Name of the nearest street with a name that lies near enough for its class; empty: none."""
    names = streets["name"].fillna("").astype(str).to_numpy(object)
    reach = streets["street_class"].map(STREET_M).fillna(OTHER_STREET_M).to_numpy(np.float64)
    called = np.flatnonzero(names != "")
    found = np.full(len(where), "", dtype=object)
    if not len(called):
        return found
    lines = streets.geometry.to_numpy()[called]
    tree = shapely.STRtree(lines)
    point, line = tree.query(where, predicate="dwithin", distance=reach[called].max())
    away = shapely.distance(where[point], lines[line])
    near = away <= reach[called][line]
    point, line, away = point[near], line[near], away[near]
    # The nearest comes last and stays.
    order = np.argsort(-away, kind="stable")
    found[point[order]] = names[called[line[order]]]
    return found


def _barrier_names(where: Names, what: Names, barriers: gpd.GeoDataFrame) -> Names:
    found = np.full(len(where), "", dtype=object)
    names = barriers["name"].fillna("").astype(str).to_numpy(object)
    for kind in ("river", "railway", "other"):
        mine = np.flatnonzero(what == kind)
        theirs = np.flatnonzero((barriers["kind"] == kind).to_numpy() & (names != ""))
        if not (len(mine) and len(theirs)):
            continue
        tree = shapely.STRtree(barriers.geometry.to_numpy()[theirs])
        point, line = tree.query_nearest(where[mine], max_distance=BARRIER_M, all_matches=False)
        found[mine[point]] = names[theirs[line]]
    return found


def _community_names(points: pd.DataFrame, communities: gpd.GeoDataFrame) -> Names:
    """Name of the nearest community across, a few metres beyond the outline; empty: unknown."""
    found = np.full(len(points), "", dtype=object)
    beyond = np.flatnonzero(points["outside"].to_numpy(bool))
    if not (len(beyond) and len(communities)):
        return found
    tree = shapely.STRtree(communities.geometry.to_numpy())
    where = _where(points)[beyond]
    point, area = tree.query_nearest(where, max_distance=STEP_M, all_matches=False)
    found[beyond[point]] = communities["name"].astype(str).to_numpy(object)[area]
    return found


def _sides(points: pd.DataFrame) -> Names:
    """The side of the grid's box, stretched to a square, on which each point lies."""
    u, v = (_from_middle(points, axis) for axis in ("x", "y"))
    flat = np.abs(u) >= np.abs(v)
    return np.select([flat & (u >= 0), flat, v < 0], ["east", "west", "south"], "north").astype(
        object
    )


def _from_middle(points: pd.DataFrame, axis: str) -> Floats:
    """Place of each point along one axis of its grid's box, from -1 to 1."""
    grids = points.groupby("grid")[axis]
    low = grids.transform("min").to_numpy(np.float64)
    high = grids.transform("max").to_numpy(np.float64)
    place: Floats = (points[axis].to_numpy(np.float64) * 2 - low - high) / np.maximum(
        high - low, 1e-9
    )
    return place


def _along(points: pd.DataFrame) -> Floats:
    """How far along its side a point lies: from north to south, from west to east."""
    upright = points["side"].isin(["east", "west"]).to_numpy()
    along: Floats = np.where(upright, -points["y"].to_numpy(), points["x"].to_numpy())
    return along
