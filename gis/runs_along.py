"""What runs along the borders between units, and where a bridge or gate leads through."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import shapely

from gis.arrangement import Flags, Floats, Ints, Shapes
from gis.blocks import RANK

LANE_M = 3.0
"""A border runs along a lane when most of it lies this near to one."""
GATE_M = 2.0
BRIDGE_M = 0.5

_SHARES = np.array([0.1, 0.3, 0.5, 0.7, 0.9])
_MOST = 3
_NAMES = {
    RANK["nothing"]: "nothing",
    RANK["courtyard"]: "nothing",
    RANK["wall"]: "wall",
    RANK["arterial"]: "arterial",
    RANK["other"]: "other",
    RANK["railway"]: "railway",
    RANK["river"]: "river",
}


def runs_along(lines: Shapes, rank: Ints, streets: gpd.GeoDataFrame) -> npt.NDArray[np.object_]:
    """
    Name what runs along each border.

    Parameters
    ----------
    lines, rank
        Borders in metres, and the rank (`gis.blocks.RANK`) of the line each one follows.
    streets
        Streets in the same CRS. A border that follows no other line runs along an arterial,
        lane or footpath when three of five points on it lie within 3 m of one.
    """
    named = np.array([_NAMES[r] for r in range(len(_NAMES))], dtype=object)[rank]
    if len(streets) == 0 or "street_class" not in streets.columns:
        return named
    free = np.flatnonzero(named == "nothing")
    spots = points_along(lines[free], _SHARES).reshape(-1, 2)
    points = np.asarray(shapely.points(spots), dtype=object)
    tree = shapely.STRtree(points)
    classes = streets["street_class"].astype(str)
    for name, of_name in (
        ("lane", ("lane", "cycleway", "footpath", "steps")),
        ("arterial", ("arterial",)),
    ):
        near = np.zeros(len(points), dtype=bool)
        ways = streets.geometry.to_numpy()[classes.isin(of_name).to_numpy()]
        near[tree.query(ways, predicate="dwithin", distance=LANE_M)[1]] = True
        named[free[near.reshape(-1, len(_SHARES)).sum(axis=1) >= _MOST]] = name
    return named


def points_along(lines: Shapes, shares: Floats) -> Floats:
    """
    Points at shares of the length of each line, of shape (lines, shares, 2).

    All lines at once; GEOS walks each line anew for each of its points.
    """
    xy, line = shapely.get_coordinates(lines, return_index=True)
    last = np.flatnonzero(np.diff(line, append=len(lines)))
    first = np.flatnonzero(np.diff(line, prepend=-1))
    steps = np.hypot(*np.diff(xy, axis=0, prepend=xy[:1]).T)
    steps[first] = 0.0
    # One scale for all lines: it stands still from the end of a line to the start of the next.
    so_far = np.cumsum(steps)
    start = so_far[first][:, None]
    wanted = start + shares * (so_far[last][:, None] - start)
    to = np.clip(np.searchsorted(so_far, wanted), first[:, None] + 1, last[:, None])
    step = np.where(steps[to] > 0, steps[to], 1.0)
    part = ((wanted - so_far[to - 1]) / step)[..., None]
    points: Floats = xy[to - 1] + part * (xy[to] - xy[to - 1])
    return points


def passages(
    lines: Shapes, along: npt.NDArray[np.object_], streets: gpd.GeoDataFrame, gates: Shapes
) -> Flags:
    """
    Flag the borders that a bridge crosses or that a gate opens.

    A street with ``bridge`` opens the barriers it crosses; a gate opens every barrier or wall
    within 2 m.
    """
    found = np.zeros(len(lines), dtype=bool)
    closed = np.flatnonzero(~np.isin(along.astype(str), ["nothing", "lane"]))
    tree = shapely.STRtree(lines[closed])
    if "bridge" in streets.columns:
        is_bridge = streets["bridge"].astype(object).fillna(False).to_numpy(dtype=bool)
        bridges = streets.geometry.to_numpy()[is_bridge]
        _, hit = tree.query(bridges, predicate="dwithin", distance=BRIDGE_M)
        found[closed[hit]] = along[closed[hit]] != "wall"
    _, hit = tree.query(gates, predicate="dwithin", distance=GATE_M)
    found[closed[hit]] = True
    return found
