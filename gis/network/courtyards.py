"""Which courtyards are closed, and which gates stand in their walls."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pyproj
import shapely

from gis.network.junctions import Flags, Floats, Ints, Shapes

WALL_M = 3.0
"""A wall runs along a border this near to it."""
WALLED_SHARE = 0.8
"""A courtyard is closed when walls run along this share of its border."""
OFF_WALL_M = 30.0
"""A gate further than this from the border of its courtyard stands in no wall."""
_STEP_M = 5.0


@dataclass(frozen=True, slots=True)
class ClosedCourtyards:
    """
    Courtyards one enters by gates only, and those gates.

    ``id`` and ``area`` are by closed courtyard; ``gate_id``, ``gate_zone`` (its courtyard's
    number) and ``gate_xy`` (on the border) by gate. ``nested`` are closed courtyards inside
    another one, which count as part of it; ``off_wall`` gates too far from their courtyard.
    """

    id: npt.NDArray[np.object_]
    area: Shapes
    gate_id: npt.NDArray[np.object_]
    gate_zone: Ints
    gate_xy: Floats
    nested: tuple[str, ...] = ()
    off_wall: tuple[str, ...] = ()


def closed_courtyards(
    courtyards: gpd.GeoDataFrame | None,
    gates: gpd.GeoDataFrame | None,
    barriers: gpd.GeoDataFrame | None,
    crs: pyproj.CRS,
) -> ClosedCourtyards:
    """
    Find the closed courtyards and set their gates on their borders.

    A courtyard is closed when it is ``walled`` or when barriers of kind wall run within
    `WALL_M` of `WALLED_SHARE` of its border. A gate belongs to the courtyard it names, else to
    the nearest closed one within `OFF_WALL_M`; gates of open courtyards matter to nobody.
    """
    ids, area = _areas(courtyards, crs)
    if courtyards is None or not len(ids):
        return _nothing()
    closed = _walled(courtyards)
    rest = np.flatnonzero(~closed)
    closed[rest] = _walled_share(area[rest], _walls(barriers, crs)) >= WALLED_SHARE
    closed &= ~shapely.is_empty(area)
    inside = _inside_another(area, closed)
    outer = closed & ~inside
    zones = np.flatnonzero(outer)
    gate_id, gate_zone, gate_xy, off = _gates(gates, crs, ids, area, outer)
    return ClosedCourtyards(
        ids[zones],
        area[zones],
        gate_id,
        np.searchsorted(zones, gate_zone),
        gate_xy,
        tuple(str(i) for i in ids[closed & inside]),
        off,
    )


def _nothing() -> ClosedCourtyards:
    none = np.empty(0, dtype=object)
    return ClosedCourtyards(none, none, none, np.empty(0, np.int64), np.empty((0, 2)))


def _areas(
    courtyards: gpd.GeoDataFrame | None, crs: pyproj.CRS
) -> tuple[npt.NDArray[np.object_], Shapes]:
    if courtyards is None:
        return np.empty(0, dtype=object), np.empty(0, dtype=object)
    area = shapely.make_valid(courtyards.to_crs(crs).geometry.to_numpy(), method="structure")
    area[shapely.get_dimensions(area) != 2] = shapely.Polygon()
    return _names(courtyards, "courtyard_id"), np.asarray(area, dtype=object)


def _names(frame: gpd.GeoDataFrame, key: str) -> npt.NDArray[np.object_]:
    names = frame[key] if key in frame.columns else frame.index.to_series()
    return np.asarray(names.astype(str).to_numpy(), dtype=object)


def _walled(courtyards: gpd.GeoDataFrame) -> Flags:
    if "walled" not in courtyards.columns:
        return np.zeros(len(courtyards), dtype=bool)
    return courtyards["walled"].astype("boolean").fillna(False).to_numpy(dtype=bool)


def _walls(barriers: gpd.GeoDataFrame | None, crs: pyproj.CRS) -> Shapes:
    if barriers is None or "kind" not in barriers.columns:
        return np.empty(0, dtype=object)
    walls = barriers[(barriers["kind"] == "wall").to_numpy()]
    return np.asarray(walls.to_crs(crs).geometry.to_numpy(), dtype=object)


def _walled_share(area: Shapes, walls: Shapes) -> Floats:
    """Share of each border along which a wall runs, from points 5 m apart."""
    if not len(walls):
        return np.zeros(len(area))
    border = shapely.boundary(area)
    count = np.maximum(np.ceil(shapely.length(border) / _STEP_M), 1).astype(np.int64)
    count[shapely.is_empty(area)] = 0
    yard = np.repeat(np.arange(len(area)), count)
    nth = np.arange(len(yard)) - np.repeat(np.cumsum(count) - count, count)
    # Rings of several parts: all of them, by one measure along the whole border.
    points = _along(border, yard, (nth + 0.5) / count[yard])
    near = np.zeros(len(points), dtype=bool)
    near[shapely.STRtree(points).query(walls, predicate="dwithin", distance=WALL_M)[1]] = True
    share: Floats = np.bincount(yard, near, minlength=len(area)) / np.maximum(count, 1)
    return share


def _along(border: Shapes, which: Ints, share: Floats) -> Shapes:
    """Points at shares of the length of borders of one or more rings."""
    rings, owner = shapely.get_parts(border, return_index=True)
    length = shapely.length(rings)
    total = np.bincount(owner, length, minlength=len(border))
    before = np.cumsum(length) - length
    begin = np.full(len(border), np.inf)
    np.minimum.at(begin, owner, before)
    at = begin[which] + share * total[which]
    ring = np.clip(np.searchsorted(before, at, side="right") - 1, 0, max(len(rings) - 1, 0))
    points: Shapes = shapely.line_interpolate_point(rings[ring], at - before[ring])
    return points


def _inside_another(area: Shapes, closed: Flags) -> Flags:
    """Flag closed courtyards whose inner point lies in a larger closed one."""
    rows = np.flatnonzero(closed)
    inner = shapely.point_on_surface(area[rows])
    held, holder = shapely.STRtree(area[rows]).query(inner, predicate="within")
    size = shapely.area(area[rows])
    larger = (size[holder] > size[held]) | ((size[holder] == size[held]) & (holder < held))
    inside = np.zeros(len(area), dtype=bool)
    inside[rows[held[larger & (holder != held)]]] = True
    return inside


def _gates(
    gates: gpd.GeoDataFrame | None,
    crs: pyproj.CRS,
    ids: npt.NDArray[np.object_],
    area: Shapes,
    outer: Flags,
) -> tuple[npt.NDArray[np.object_], Ints, Floats, tuple[str, ...]]:
    """Id, courtyard and place on its border of each gate, and ids of gates off their wall."""
    if gates is None or not len(gates):
        return np.empty(0, dtype=object), np.empty(0, np.int64), np.empty((0, 2)), ()
    name = _names(gates, "gate_id")
    spot = np.asarray(gates.to_crs(crs).geometry.to_numpy(), dtype=object)
    sound = ~(shapely.is_missing(spot) | shapely.is_empty(spot))
    border = shapely.boundary(area)
    yard = _courtyard_of(gates, ids)
    stray = np.flatnonzero(sound & (yard < 0))
    rows = np.flatnonzero(outer)
    k, near = shapely.STRtree(border[rows]).query_nearest(
        spot[stray], max_distance=OFF_WALL_M, all_matches=False
    )
    yard[stray[k]] = rows[near]
    used = sound & (yard >= 0) & outer[np.maximum(yard, 0)]
    away = np.full(len(gates), np.inf)
    away[used] = shapely.distance(spot[used], border[yard[used]])
    off = used & (away > OFF_WALL_M)
    used &= ~off
    on_border = shapely.get_point(shapely.shortest_line(border[yard[used]], spot[used]), 0)
    return name[used], yard[used], shapely.get_coordinates(on_border), tuple(name[off])


def _courtyard_of(gates: gpd.GeoDataFrame, ids: Sequence[str] | npt.NDArray[np.object_]) -> Ints:
    """Row of the courtyard each gate names; -1 where it names none there is."""
    if "courtyard_id" not in gates.columns:
        return np.full(len(gates), -1, dtype=np.int64)
    row = {name: k for k, name in enumerate(ids)}
    named = gates["courtyard_id"].astype(object).to_numpy()
    return np.array([row.get(str(n), -1) for n in named], dtype=np.int64)
