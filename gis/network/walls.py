"""Closed courtyards in the network: streets cut at walls, gates that lead through."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
import shapely
from scipy import sparse
from scipy.sparse import csgraph

from gis.network.courtyards import ClosedCourtyards
from gis.network.junctions import Flags, Floats, Ints, Shapes
from gis.network.segments import Segments

GATE_M = 15.0
"""A street that crosses a wall this near to a gate goes through that gate."""
CONNECTOR_M = 100.0
"""From a gate without a street, people walk straight to one at most this far away."""
_TOUCH_M = 0.05


@dataclass(frozen=True, slots=True)
class Walled:
    """
    Segments cut at walls, and the ways through.

    Two segments join where they share a place, and never across a wall. ``gate`` (a row of the
    closed courtyards' gates), ``outside`` and ``inside`` (places) and ``zone`` are by way
    through. The rest are faults: lines cut at a wall where no gate is, closed courtyards
    without a way through, gates that no street comes near, and courtyards whose inner paths
    are assumed.
    """

    segments: Segments
    gate: Ints
    outside: Ints
    inside: Ints
    zone: Ints
    cut_lines: Ints
    unreachable: Ints
    nowhere: Ints
    assumed: Ints


def walled(segments: Segments, lines: Shapes, raised: Flags, closed: ClosedCourtyards) -> Walled:
    """
    Cut streets at the walls of closed courtyards and lead them through gates.

    - A street that crosses a border within `GATE_M` of a gate of that courtyard goes through
      it; elsewhere it ends at both sides of the wall.
    - A gate that no street goes through is joined by straight paths to the nearest street
      outside, at most `CONNECTOR_M` away and not across a wall, and to the nearest one inside.
    - A courtyard without streets gets paths from an inner point to each of its gates.
    - What runs along the border is outside. Raised lines (bridges, tunnels) pass over and
      under walls: they are inside only when all their ends are.
    """
    segments = _in_zones(segments, lines, raised, closed)
    crossings = _wall_places(segments)
    gate, place, zone, lone = _crossed_gates(segments, crossings, closed)
    segments, added_gate, added_place, nowhere, assumed = _connected(segments, closed, lone)
    gate, place = np.r_[gate, added_gate], np.r_[place, added_place]
    zone = np.r_[zone, closed.gate_zone[added_gate]]
    cut = _cut_lines(segments, crossings, place)
    segments, outside, inside = _parted(segments, place, zone)
    unreachable = np.setdiff1d(np.arange(len(closed.id)), zone)
    return Walled(segments, gate, outside, inside, zone, cut, unreachable, nowhere, assumed)


def _in_zones(
    segments: Segments, lines: Shapes, raised: Flags, closed: ClosedCourtyards
) -> Segments:
    """Cut segments at borders and tell on which side each piece lies."""
    border = shapely.boundary(closed.area)
    crossing, yard = shapely.STRtree(border).query(lines, predicate="intersects")
    crossing, yard = crossing[~raised[crossing]], yard[~raised[crossing]]
    of_line = np.isin(segments.line, crossing)
    which = np.flatnonzero(of_line)
    shapes = segments.shapes(which)
    k, b = shapely.STRtree(border).query(shapes, predicate="intersects")
    met = shapely.intersection(shapes[k], border[b])
    xy, pair = shapely.get_coordinates(met, return_index=True)
    hit = which[k[pair]]
    share = shapely.line_locate_point(shapes[k[pair]], shapely.points(xy), normalized=True)
    segments, _ = segments.cut(hit, share)
    of_line = np.isin(segments.line, crossing)
    zone = _zone_of_lines(lines, raised, closed)[segments.line]
    zone[of_line] = _zone_of_points(segments.at(np.flatnonzero(of_line), _half(of_line)), closed)
    return replace(segments, zone=zone)


def _points(xy: Floats) -> Shapes:
    return np.asarray(shapely.points(xy.reshape(-1, 2)), dtype=object)


def _half(flags: Flags) -> Floats:
    return np.full(int(flags.sum()), 0.5)


def _zone_of_points(xy: Floats, closed: ClosedCourtyards) -> Ints:
    """Courtyard each point lies in, more than a hand's breadth from its border; else -1."""
    zone = np.full(len(xy), -1, dtype=np.int64)
    points = _points(xy)
    k, yard = shapely.STRtree(closed.area).query(points, predicate="within")
    deep = ~shapely.dwithin(points[k], shapely.boundary(closed.area[yard]), _TOUCH_M)
    zone[k[deep]] = yard[deep]
    return zone


def _zone_of_lines(lines: Shapes, raised: Flags, closed: ClosedCourtyards) -> Ints:
    """Courtyard of lines that cross no border, and of bridges whose ends all lie in it."""
    middle = shapely.line_interpolate_point(lines, 0.5, normalized=True)
    zone = _zone_of_points(shapely.get_coordinates(middle), closed)
    up = np.flatnonzero(raised)
    if not len(up):
        return zone
    ends = np.r_[
        shapely.get_coordinates(shapely.get_point(lines[up], 0)),
        shapely.get_coordinates(shapely.get_point(lines[up], -1)),
    ]
    at = _zone_of_points(ends, closed)
    cell = np.asarray(np.round(ends * 1000), dtype=np.int64)
    spot, _ = pd.factorize((cell[:, 0] << 32) ^ cell[:, 1])
    # Bridges that meet at their ends are one.
    n, m = len(up), int(spot.max()) + 1
    graph = sparse.coo_array((np.ones(2 * n), (np.tile(np.arange(n), 2), n + spot)), (n + m, n + m))
    _, group = csgraph.connected_components(graph, directed=False)
    low, high = np.full(n + m, len(closed.id)), np.full(n + m, -1)
    np.minimum.at(low, group[np.tile(np.arange(n), 2)], at)
    np.maximum.at(high, group[np.tile(np.arange(n), 2)], at)
    zone[up] = np.where(low == high, high, -1)[group[:n]]
    return zone


def _wall_places(segments: Segments) -> pd.DataFrame:
    """Places where segments of several zones meet, one row for each zone."""
    met = pd.DataFrame(
        {
            "place": np.r_[segments.tail, segments.head],
            "zone": np.tile(segments.zone, 2),
        }
    ).drop_duplicates()
    return met[met["place"].duplicated(keep=False)]


def _crossed_gates(
    segments: Segments, crossings: pd.DataFrame, closed: ClosedCourtyards
) -> tuple[Ints, Ints, Ints, Ints]:
    """Gate, place and courtyard of streets through walls; the gates that none goes through."""
    met = crossings[crossings["zone"] >= 0]
    place, zone = met["place"].to_numpy(dtype=np.int64), met["zone"].to_numpy(dtype=np.int64)
    spots = _points(np.column_stack([segments.x[place], segments.y[place]]))
    gates = _points(closed.gate_xy)
    k, gate = shapely.STRtree(gates).query(spots, predicate="dwithin", distance=GATE_M)
    # A gate in a wall that two courtyards share opens both sides of it.
    wide = len(closed.id) + 1
    own = np.isin(place[k] * wide + closed.gate_zone[gate], place * wide + zone)
    k, gate = k[own], gate[own]
    away = shapely.distance(spots[k], gates[gate])
    order = np.lexsort((gate, away, k))
    first = order[~pd.Series(k[order]).duplicated().to_numpy()]
    # A gate is used when a street passes near, also where another gate is nearer to it.
    lone = np.setdiff1d(np.arange(len(gates)), gate)
    return gate[first], place[k[first]], zone[k[first]], lone


def _connected(
    segments: Segments, closed: ClosedCourtyards, lone: Ints
) -> tuple[Segments, Ints, Ints, Ints, Ints]:
    """Straight paths for gates without a street: gates served, their places, those not served."""
    segments, out_place, served = _outer_paths(segments, closed, lone)
    nowhere, lone = lone[~served], lone[served]
    bare = ~np.isin(closed.gate_zone[lone], segments.zone)
    segments = _inner_paths(segments, closed, lone[~bare], out_place[~bare])
    zones, at = np.unique(closed.gate_zone[lone[bare]], return_inverse=True)
    inner = shapely.get_coordinates(shapely.point_on_surface(closed.area[zones]))
    segments, middle = segments.with_places(inner)
    segments = segments.joined(middle[at], out_place[bare], closed.gate_zone[lone[bare]])
    return segments, lone, out_place, nowhere, zones


def _outer_paths(
    segments: Segments, closed: ClosedCourtyards, lone: Ints
) -> tuple[Segments, Ints, Flags]:
    """Join gates to the nearest street outside that no wall parts them from."""
    gates = _points(closed.gate_xy[lone])
    k, near = _near(segments, gates, np.flatnonzero(segments.zone < 0))
    path = shapely.shortest_line(gates[k], segments.shapes(near))
    free = ~_blocked(path, closed)
    foot, chosen = _nearest(k[free], near[free], path[free], len(lone))
    served = foot >= 0
    segments, places = segments.with_places(closed.gate_xy[lone[served]])
    share = _share(segments, foot[served], chosen[served])
    segments, at = segments.cut(foot[served], share)
    away = at != places
    segments = segments.joined(places[away], at[away], np.full(int(away.sum()), -1))
    return segments, places, served


def _inner_paths(
    segments: Segments, closed: ClosedCourtyards, lone: Ints, places: Ints
) -> Segments:
    """Join gates to the nearest street inside, in sight if there is one."""
    gates = _points(closed.gate_xy[lone])
    zone = closed.gate_zone[lone]
    inside = np.flatnonzero(np.isin(segments.zone, zone))
    row = pd.DataFrame({"zone": segments.zone[inside], "segment": inside})
    pairs = pd.DataFrame({"zone": zone, "k": np.arange(len(lone))}).merge(row, on="zone")
    k, near = pairs["k"].to_numpy(dtype=np.int64), pairs["segment"].to_numpy(dtype=np.int64)
    path = shapely.shortest_line(gates[k], segments.shapes(near))
    hidden = ~shapely.covers(shapely.buffer(closed.area, _TOUCH_M)[zone[k]], path)
    foot, chosen = _nearest(k, near, path, len(lone), hidden)
    share = _share(segments, foot, chosen)
    segments, at = segments.cut(foot, share)
    return segments.joined(places, at, zone)


def _near(segments: Segments, points: Shapes, among: Ints) -> tuple[Ints, Ints]:
    """Pairs of a point and a segment among some, within reach of a connector."""
    if not len(points) or not len(among):
        return np.empty(0, np.int64), np.empty(0, np.int64)
    west, south, east, north = shapely.total_bounds(points) + CONNECTOR_M * np.array([-1, -1, 1, 1])
    x = np.stack([segments.x[segments.tail[among]], segments.x[segments.head[among]]])
    y = np.stack([segments.y[segments.tail[among]], segments.y[segments.head[among]]])
    met = (x.max(0) >= west) & (x.min(0) <= east) & (y.max(0) >= south) & (y.min(0) <= north)
    among = among[met]
    tree = shapely.STRtree(segments.shapes(among))
    k, s = tree.query(points, predicate="dwithin", distance=CONNECTOR_M)
    return k, among[s]


def _blocked(path: Shapes, closed: ClosedCourtyards) -> Flags:
    """Flag straight paths from a gate outward that lead through a courtyard."""
    # Along a wall, on its outer side, people walk.
    deep = shapely.buffer(closed.area, -_TOUCH_M)
    blocked = np.zeros(len(path), dtype=bool)
    blocked[shapely.STRtree(deep).query(path, predicate="intersects")[0]] = True
    return blocked


def _nearest(
    k: Ints, near: Ints, path: Shapes, count: int, hidden: Flags | None = None
) -> tuple[Ints, Shapes]:
    """Segment with the shortest path for each point (-1: none), seen ones first; the path."""
    hidden = np.zeros(len(k), dtype=bool) if hidden is None else hidden
    order = np.lexsort((near, shapely.length(path), hidden, k))
    first = order[~pd.Series(k[order]).duplicated().to_numpy()]
    foot, chosen = np.full(count, -1, dtype=np.int64), np.full(count, None, dtype=object)
    foot[k[first]], chosen[k[first]] = near[first], path[first]
    return foot, chosen


def _share(segments: Segments, foot: Ints, path: Shapes) -> Floats:
    """Where on its segment each path arrives."""
    arrival = shapely.get_point(path, -1)
    share: Floats = shapely.line_locate_point(segments.shapes(foot), arrival, normalized=True)
    return share


def _cut_lines(segments: Segments, met: pd.DataFrame, opened: Ints) -> Ints:
    """Lines that end at a wall although they lead through it."""
    places = np.setdiff1d(met["place"].to_numpy(), opened)
    at = pd.DataFrame(
        {
            "place": np.r_[segments.tail, segments.head],
            "line": np.tile(segments.line, 2),
            "zone": np.tile(segments.zone, 2),
        }
    )
    at = at[at["place"].isin(places) & (at["line"] >= 0) & (at["zone"] >= 0)]
    return np.unique(at["line"].to_numpy(dtype=np.int64))


def _parted(segments: Segments, place: Ints, zone: Ints) -> tuple[Segments, Ints, Ints]:
    """Give each place one number for each zone it is in; the two sides of each way through."""
    count = len(segments.tail)
    sides = np.r_[
        np.column_stack([segments.tail, segments.zone]),
        np.column_stack([segments.head, segments.zone]),
        np.column_stack([place, np.full(len(place), -1)]),
        np.column_stack([place, zone]),
    ]
    wide = int(sides[:, 1].max(initial=-1)) + 2
    number, key = pd.factorize(sides[:, 0] * wide + sides[:, 1] + 1)
    number = np.asarray(number, dtype=np.int64)
    old = np.asarray(key, dtype=np.int64) // wide
    parted = replace(
        segments,
        tail=number[:count],
        head=number[count : 2 * count],
        x=segments.x[old],
        y=segments.y[old],
    )
    return parted, number[2 * count : 2 * count + len(place)], number[2 * count + len(place) :]
