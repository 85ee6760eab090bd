"""Building the walking network from layers of streets, courtyards and gates."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pyproj
import shapely
from scipy import sparse
from scipy.sparse import csgraph

from gis.metric import STORED, metric_crs, transformer
from gis.network.chains import Chains, contracted
from gis.network.junctions import Shapes, Vertices, shared_vertices
from gis.network.walkable import WalkSettings, is_walked, joins_of

Ints32 = npt.NDArray[np.int32]
Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

_DEGREE_STEP = 1e-7
_METRE_STEP = 1e-3


@dataclass(frozen=True, slots=True)
class BuildReport:
    """
    What was found while building; ids are those of the layers.

    Attributes
    ----------
    settings
        The walking settings in words.
    streets, walked
        Streets given, and those that are walked.
    empty
        Walked streets without a line.
    zero_length, duplicates
        Segments without length, and segments that lie on another one; all left out.
    islands
        Metres of street in each part that hangs together, longest first.
    """

    settings: str
    streets: int
    walked: int
    empty: tuple[str, ...] = ()
    zero_length: int = 0
    duplicates: int = 0
    islands: tuple[float, ...] = ()


@dataclass(frozen=True)
class WalkingNetwork:
    """
    The graph people walk on, in metres of a projected CRS.

    Attributes
    ----------
    crs
        Projected, metres.
    node_x, node_y
        Junctions and dead ends.
    edge_tail, edge_head, edge_m
        Nodes at both ends (equal for a loop; pairs may repeat) and the length along the line.
    line_start, line_xy
        The full line of edge ``e`` is ``line_xy[line_start[e]:line_start[e + 1]]``, tail to head.
    edge_street
        Row of the street, in the frame given, that the edge begins on; -1 for a path that no
        street draws (a connector at a gate, an assumed path).
    edge_zone
        -1 outside, else the number of the closed courtyard the edge lies in.
    zone_id, zone_area
        Id and polygon of each closed courtyard.
    gate_id, gate_out, gate_in, gate_zone
        Ways through walls: the node outside, the node inside, and the courtyard. Edges never
        lead through a wall; only these do.
    node_island
        Part of each node, all gates open; parts are numbered from the longest on.
    report
        What was found while building.
    """

    crs: pyproj.CRS
    node_x: Floats
    node_y: Floats
    edge_tail: Ints32
    edge_head: Ints32
    edge_m: Floats
    line_start: Ints
    line_xy: Floats
    edge_street: Ints32
    edge_zone: Ints32
    zone_id: npt.NDArray[np.object_]
    zone_area: Shapes
    gate_id: npt.NDArray[np.object_]
    gate_out: Ints32
    gate_in: Ints32
    gate_zone: Ints32
    node_island: Ints32
    report: BuildReport = field(repr=False)

    @property
    def nodes(self) -> int:
        """Number of nodes."""
        return len(self.node_x)

    @property
    def edges(self) -> int:
        """Number of edges."""
        return len(self.edge_m)

    @cached_property
    def edge_line(self) -> Shapes:
        """LineString of each edge, tail to head."""
        index = np.repeat(np.arange(self.edges), np.diff(self.line_start))
        lines: Shapes = np.asarray(shapely.linestrings(self.line_xy, indices=index), dtype=object)
        return lines

    @cached_property
    def node_zone(self) -> Ints32:
        """-1 for a node outside, else the number of the closed courtyard it lies in."""
        zone = np.full(self.nodes, -1, dtype=np.int32)
        zone[self.edge_tail] = self.edge_zone
        zone[self.edge_head] = self.edge_zone
        zone[self.gate_in] = self.gate_zone
        return zone


def network_of(
    streets: gpd.GeoDataFrame,
    *,
    settings: WalkSettings | None = None,
    crs: pyproj.CRS | None = None,
) -> WalkingNetwork:
    """
    Join the walked streets into a graph.

    Chains without a junction are one edge with its full line, so distances to any point of a
    street are exact. Segments without length and segments drawn twice are left out.

    Parameters
    ----------
    streets
        Canonical layer (`gis.contracts`) in any CRS; not modified. Columns but the geometry
        may be missing.
    settings
        The preset ``wide`` when None.
    crs
        The metric CRS; `gis.metric.metric_crs` of the streets when None.

    Returns
    -------
    network
        Empty arrays when nothing is walked: an empty layer is no error here.

    Raises
    ------
    WrongCrs
        Streets without a CRS.

    Notes
    -----
    O(vertices log vertices).
    """
    settings = settings or WalkSettings()
    crs = crs or _crs_of(streets)
    row = np.flatnonzero(is_walked(streets, settings))
    lines, street, empty = _lines(streets, row)
    geographic = streets.crs is not None and streets.crs.is_geographic
    vertices = shared_vertices(lines, step=_DEGREE_STEP if geographic else _METRE_STEP)
    vertices = _projected(vertices, streets, crs)
    segments = _Segments.of(vertices, street)
    chains = contracted(
        segments.tail, segments.head, segments.metres, np.zeros(len(vertices.x), dtype=bool)
    )
    report = BuildReport(
        settings.text() + f"; joined at {joins_of(streets, settings)}",
        len(streets),
        len(row),
        empty,
        segments.zero_length,
        segments.duplicates,
    )
    return _network(crs, vertices, segments, chains, report)


def _crs_of(streets: gpd.GeoDataFrame) -> pyproj.CRS:
    if streets.crs is not None and len(streets) == 0:
        return pyproj.CRS("EPSG:4548") if streets.crs.is_geographic else streets.crs
    return metric_crs(streets)


def _lines(streets: gpd.GeoDataFrame, row: Ints) -> tuple[Shapes, Ints, tuple[str, ...]]:
    """Single lines, the row of the street of each, and ids of the streets that have none."""
    geometry = streets.geometry.to_numpy()[row]
    parts, index = shapely.get_parts(geometry, return_index=True)
    sound = (shapely.get_type_id(parts) == shapely.GeometryType.LINESTRING) & ~shapely.is_empty(
        parts
    )
    parts, index = parts[sound], index[sound]
    without = np.setdiff1d(np.arange(len(row)), index)
    key = "street_id" if "street_id" in streets.columns else None
    names = streets[key].to_numpy() if key else streets.index.to_numpy()
    return parts, row[index], tuple(str(i) for i in names[row[without]])


def _projected(vertices: Vertices, streets: gpd.GeoDataFrame, crs: pyproj.CRS) -> Vertices:
    if streets.crs == crs or not len(vertices.x):
        return vertices
    x, y = transformer(streets.crs or pyproj.CRS(STORED), crs).transform(vertices.x, vertices.y)
    return Vertices(vertices.place, vertices.line, np.asarray(x), np.asarray(y))


@dataclass(frozen=True, slots=True)
class _Segments:
    """Straight pieces between two places, each pair of places once."""

    tail: Ints
    head: Ints
    metres: Floats
    street: Ints
    zero_length: int
    duplicates: int

    @classmethod
    def of(cls, vertices: Vertices, street: Ints) -> _Segments:
        place, line = vertices.place, vertices.line
        along = np.flatnonzero(line[1:] == line[:-1])
        tail, head = place[along], place[along + 1]
        real = tail != head
        zero = int((~real).sum())
        along, tail, head = along[real], tail[real], head[real]
        key = (np.minimum(tail, head) << 32) | np.maximum(tail, head)
        first = np.sort(np.unique(key, return_index=True)[1])
        tail, head = tail[first], head[first]
        dx = vertices.x[head] - vertices.x[tail]
        dy = vertices.y[head] - vertices.y[tail]
        return cls(
            tail,
            head,
            np.hypot(dx, dy),
            street[line[along[first]]],
            zero,
            len(key) - len(first),
        )


def _network(
    crs: pyproj.CRS, vertices: Vertices, segments: _Segments, chains: Chains, report: BuildReport
) -> WalkingNetwork:
    number = np.full(len(vertices.x), -1, dtype=np.int32)
    ends = np.zeros(len(vertices.x), dtype=bool)
    ends[chains.tail] = True
    ends[chains.head] = True
    node = np.flatnonzero(ends)
    number[node] = np.arange(len(node), dtype=np.int32)
    tail, head = number[chains.tail], number[chains.head]
    island, metres = _islands(len(node), tail, head, chains.metres)
    none = np.empty(0, dtype=object)
    no_gate = np.empty(0, dtype=np.int32)
    return WalkingNetwork(
        crs,
        vertices.x[node],
        vertices.y[node],
        tail,
        head,
        chains.metres,
        chains.start,
        np.column_stack([vertices.x[chains.through], vertices.y[chains.through]]),
        segments.street[chains.first].astype(np.int32),
        np.full(len(tail), -1, dtype=np.int32),
        none,
        none,
        none,
        no_gate,
        no_gate,
        no_gate,
        island,
        BuildReport(
            report.settings,
            report.streets,
            report.walked,
            report.empty,
            report.zero_length,
            report.duplicates,
            tuple(metres.tolist()),
        ),
    )


def _islands(nodes: int, tail: Ints32, head: Ints32, metres: Floats) -> tuple[Ints32, Floats]:
    """Part of each node and metres of street in each part, longest first."""
    graph = sparse.csr_array((np.ones(len(tail), np.int8), (tail, head)), shape=(nodes, nodes))
    count, part = csgraph.connected_components(graph, directed=False)
    length = np.bincount(part[tail], weights=metres, minlength=count).astype(np.float64)
    order = np.argsort(-length, kind="stable")
    rank = np.empty(count, dtype=np.int32)
    rank[order] = np.arange(count, dtype=np.int32)
    return rank[part], length[order]
