"""Places set on the network: the nearest point of an edge that a straight leg can reach."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

import geopandas as gpd
import numba
import numpy as np
import numpy.typing as npt
import pyproj
import shapely

from gis.metric import transformer
from gis.network.build import WalkingNetwork
from gis.network.pieces import (
    Floats,
    Ints,
    Ints32,
    PieceGrid,
    crosses,
    foot,
    nearest_pieces,
    piece_grid,
    pieces_in_order,
)

SNAP_LIMIT_M = 100.0
BLOCKING_KINDS = ("river", "railway", "wall")
"""Kinds of barriers that no leg crosses; a large street is no hindrance on foot."""

SMALL_JUNCTIONS = 50
"""
Parts of the network with fewer nodes count only where no larger part is near: footways that
nobody joined to the street beside them would otherwise cut off whoever lives there.
"""

_STREET_CELL_M = 40.0
_NOBODYS_ZONE = -2
_WALL_CELL_M = 60.0


class SnapStatus(IntEnum):
    """How setting a place on the network ended."""

    OK = 0
    TOO_LONG = 1
    BLOCKED = 2


@dataclass(frozen=True, slots=True)
class Snaps:
    """
    Where places meet the network, parallel arrays in metres.

    Attributes
    ----------
    x, y
        The places.
    zone
        Closed courtyard each lies in, -1 outside.
    edge
        Edge, -1 where there is none.
    to_tail_m, to_head_m
        Along the edge from the snapped point to its two ends; they add up to the edge.
    leg_m
        The straight way from the place to the snapped point; nan where there is none.
    foot_x, foot_y
        The snapped point; nan where there is none.
    status
        A `SnapStatus`. BLOCKED: edges are within the limit, and every leg is cut off.
    limit_m
        The longest leg allowed.
    """

    x: Floats
    y: Floats
    zone: Ints32
    edge: Ints32
    to_tail_m: Floats
    to_head_m: Floats
    leg_m: Floats
    foot_x: Floats
    foot_y: Floats
    status: npt.NDArray[np.int8]
    limit_m: float

    @property
    def ok(self) -> npt.NDArray[np.bool_]:
        """Flag the places that are on the network."""
        return self.edge >= 0

    def take(self, rows: Ints) -> Snaps:
        """Those places, in that order."""
        return Snaps(
            self.x[rows],
            self.y[rows],
            self.zone[rows],
            self.edge[rows],
            self.to_tail_m[rows],
            self.to_head_m[rows],
            self.leg_m[rows],
            self.foot_x[rows],
            self.foot_y[rows],
            self.status[rows],
            self.limit_m,
        )


@dataclass(frozen=True, slots=True)
class Snapper:
    """What is needed to set places on one network, made once by `snapper`."""

    network: WalkingNetwork
    streets: PieceGrid
    edge: Ints32
    zone: Ints32
    large_zone: Ints32
    before_m: Floats
    blockers: PieceGrid


def snapper(network: WalkingNetwork, barriers: gpd.GeoDataFrame | None = None) -> Snapper:
    """
    Index a network's edges, and what no leg crosses.

    Legs cross neither the wall of a closed courtyard nor a barrier of `BLOCKING_KINDS`.

    Parameters
    ----------
    network
        Edges with their full lines.
    barriers
        Canonical layer with ``kind``, in any CRS; a polygon counts by its outline.

    Notes
    -----
    O(pieces of line), 0.1 s for 300,000.
    """
    first, edge = _piece_of_edge(network.line_start)
    ends = np.hstack([network.line_xy[first], network.line_xy[first + 1]])
    length = np.hypot(ends[:, 2] - ends[:, 0], ends[:, 3] - ends[:, 1])
    passed = np.cumsum(length) - length
    begins = np.searchsorted(edge, np.arange(network.edges))
    before = passed - passed[begins[edge]] if len(edge) else passed
    zone = network.edge_zone[edge].astype(np.int32)
    return Snapper(
        network,
        piece_grid(np.ascontiguousarray(ends), _STREET_CELL_M),
        edge,
        zone,
        np.where(small_edges(network)[edge], np.int32(_NOBODYS_ZONE), zone),
        before,
        piece_grid(blocking_pieces(network, barriers), _WALL_CELL_M),
    )


def small_edges(network: WalkingNetwork) -> npt.NDArray[np.bool_]:
    """Flag the edges of parts with fewer than `SMALL_JUNCTIONS` nodes, all gates open."""
    nodes = np.bincount(network.node_island)
    small: npt.NDArray[np.bool_] = (nodes < SMALL_JUNCTIONS)[network.node_island[network.edge_tail]]
    return small


def _piece_of_edge(line_start: Ints) -> tuple[Ints, Ints32]:
    """First vertex of each straight piece, and its edge."""
    count = np.diff(line_start)
    edge = np.repeat(np.arange(len(count)), np.maximum(count - 1, 0)).astype(np.int32)
    last = line_start[1:] - 1
    first = np.setdiff1d(np.arange(line_start[-1] if len(line_start) else 0), last)
    return first.astype(np.int64), edge


def blocking_pieces(network: WalkingNetwork, barriers: gpd.GeoDataFrame | None) -> Floats:
    """
    Return what no leg crosses as straight pieces: rows (x0, y0, x1, y1) in the network's CRS.

    The borders of closed courtyards, and the lines and outlines of barriers of `BLOCKING_KINDS`.
    """
    shapes = [np.asarray(shapely.boundary(network.zone_area), dtype=object)]
    if barriers is not None and len(barriers):
        bars = barriers[barriers["kind"].isin(BLOCKING_KINDS)].geometry.to_crs(network.crs)
        drawn = np.asarray(bars, dtype=object)
        drawn = drawn[~(shapely.is_missing(drawn) | shapely.is_empty(drawn))]
        polygons = shapely.get_dimensions(drawn) == 2
        shapes += [drawn[~polygons], np.asarray(shapely.boundary(drawn[polygons]), dtype=object)]
    lines = shapely.get_parts(np.concatenate(shapes))
    xy, line = shapely.get_coordinates(lines, return_index=True)
    along = np.flatnonzero(line[1:] == line[:-1])
    return np.hstack([xy[along], xy[along + 1]])


def zones_of(network: WalkingNetwork, xy: Floats) -> Ints32:
    """Closed courtyard that each point lies in, -1 for none; of several the first."""
    zone = np.full(len(xy), -1, dtype=np.int32)
    if len(network.zone_area) and len(xy):
        # a point of nan lies nowhere
        points = np.asarray(shapely.points(xy), dtype=object)
        area, point = shapely.STRtree(points).query(network.zone_area, predicate="contains")
        zone[point[::-1]] = area[::-1]
    return zone


def snap(
    snapping: Snapper,
    xy: Floats,
    zone: npt.ArrayLike | None = None,
    *,
    limit_m: float = SNAP_LIMIT_M,
) -> Snaps:
    """
    Set points on the network.

    A point goes to the nearest straight piece of an edge of its own zone whose leg, the straight
    way there, crosses nothing in its way; if that of the nearest is cut off, further ones within
    the limit are tried, nearest first. A point in a closed courtyard never goes to an edge
    outside it, nor the other way round. An edge of a small part (`small_edges`) is taken only
    when no edge of a larger part can be had.

    Parameters
    ----------
    snapping
        Of `snapper`.
    xy
        (n, 2) in metres of the network's CRS; nan for a place without a position.
    zone
        Closed courtyard each point lies in, -1 outside; found from the points when None.
    limit_m
        The longest leg allowed.

    Returns
    -------
    snaps
        One entry per point. Nothing is lost: a point without an edge has status TOO_LONG or
        BLOCKED.

    Notes
    -----
    About 1 µs for each point; points at walls some 50 µs more.
    """
    xy = np.asarray(xy, dtype=np.float64).reshape(-1, 2)
    x, y = np.ascontiguousarray(xy[:, 0]), np.ascontiguousarray(xy[:, 1])
    zones = zones_of(snapping.network, xy) if zone is None else np.asarray(zone, dtype=np.int32)
    streets, bars = snapping.streets, snapping.blockers
    piece, status, share, leg = _snapped(streets, snapping.large_zone, bars, x, y, zones, limit_m)
    left = np.flatnonzero(piece < 0)
    piece[left], status[left], share[left], leg[left] = _snapped(
        streets, snapping.zone, bars, x[left], y[left], zones[left], limit_m
    )
    return _snaps(snapping, x, y, zones, piece, status, share, leg, limit_m)


def _snaps(
    snapping: Snapper,
    x: Floats,
    y: Floats,
    zone: Ints32,
    piece: Ints32,
    status: npt.NDArray[np.int8],
    share: Floats,
    leg: Floats,
    limit_m: float,
) -> Snaps:
    network, ends = snapping.network, snapping.streets.ends
    edge = np.full(len(x), -1, dtype=np.int32)
    at = np.full((4, len(x)), np.nan)
    on = np.flatnonzero(piece >= 0)
    p, t = piece[on], share[on]
    dx, dy = ends[p, 2] - ends[p, 0], ends[p, 3] - ends[p, 1]
    edge[on] = snapping.edge[p]
    whole = network.edge_m[edge[on]]
    at[0, on] = np.minimum(snapping.before_m[p] + t * np.hypot(dx, dy), whole)
    at[1, on] = whole - at[0, on]
    at[2, on], at[3, on] = ends[p, 0] + t * dx, ends[p, 1] + t * dy
    return Snaps(x, y, zone, edge, at[0], at[1], leg, at[2], at[3], status, limit_m)


@numba.njit(cache=True, nogil=True)
def _snapped(  # pragma: no cover
    streets: PieceGrid,
    street_zone: Ints32,
    blockers: PieceGrid,
    x: Floats,
    y: Floats,
    zone: Ints32,
    limit: float,
) -> tuple[Ints32, npt.NDArray[np.int8], Floats, Floats]:
    """Piece (-1: none), status, share along the piece and leg of each point."""
    piece = nearest_pieces(streets, street_zone, x, y, zone, limit)
    status = np.zeros(len(x), np.int8)
    share, leg = np.full(len(x), np.nan), np.full(len(x), np.nan)
    ends = streets.ends
    for k in range(len(x)):
        if piece[k] < 0:
            status[k] = 1
            continue
        share[k], d2 = foot(ends, piece[k], x[k], y[k])
        leg[k] = np.sqrt(d2)
        if not _cut(ends, piece[k], share[k], blockers, x[k], y[k]):
            continue
        piece[k], status[k], leg[k] = -1, 2, np.nan
        for p in pieces_in_order(streets, street_zone, x[k], y[k], zone[k], limit):
            t, d2 = foot(ends, p, x[k], y[k])
            if not _cut(ends, p, t, blockers, x[k], y[k]):
                piece[k], status[k], share[k], leg[k] = p, 0, t, np.sqrt(d2)
                break
    return piece, status, share, leg


@numba.njit(cache=True)
def _cut(  # pragma: no cover
    ends: Floats, p: int, t: float, blockers: PieceGrid, x: float, y: float
) -> bool:
    u = ends[p, 0] + t * (ends[p, 2] - ends[p, 0])
    v = ends[p, 1] + t * (ends[p, 3] - ends[p, 1])
    return bool(crosses(blockers, x, y, u, v))


def places(frame: gpd.GeoDataFrame, crs: pyproj.CRS) -> Floats:
    """
    Return the point of each row from which people set out: (n, 2) in metres of `crs`.

    The centroid where it lies inside the shape, else a point on it; nan for rows without a
    shape.
    """
    shapes = frame.geometry.to_numpy()
    xy = shapely.get_coordinates(shapely.centroid(shapes)) if len(shapes) else np.empty((0, 2))
    there = ~(shapely.is_missing(shapes) | shapely.is_empty(shapes))
    found = np.full((len(shapes), 2), np.nan)
    found[there] = xy
    areas = shapely.get_dimensions(shapes) == 2
    off = np.flatnonzero(areas & ~shapely.contains_xy(shapes, found[:, 0], found[:, 1]))
    found[off] = shapely.get_coordinates(shapely.point_on_surface(shapes[off]))
    lines = np.flatnonzero(shapely.get_dimensions(shapes) == 1)
    found[lines] = shapely.get_coordinates(
        shapely.line_interpolate_point(shapes[lines], 0.5, normalized=True)
    )
    if frame.crs is not None and frame.crs != crs and len(found):
        found = np.column_stack(transformer(frame.crs, crs).transform(found[:, 0], found[:, 1]))
    return np.where(np.isfinite(found), found, np.nan)
