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

from gis.metric import metric_crs
from gis.network.chains import Chains, contracted
from gis.network.courtyards import ClosedCourtyards, closed_courtyards
from gis.network.drawn import Drawn
from gis.network.junctions import Shapes
from gis.network.report import BuildReport
from gis.network.segments import Cleaned, Segments, segments_of
from gis.network.walkable import WalkSettings
from gis.network.walls import Walled, walled

Ints32 = npt.NDArray[np.int32]
Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]


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
    courtyards: gpd.GeoDataFrame | None = None,
    gates: gpd.GeoDataFrame | None = None,
    barriers: gpd.GeoDataFrame | None = None,
    *,
    settings: WalkSettings | None = None,
    crs: pyproj.CRS | None = None,
) -> WalkingNetwork:
    """
    Join the walked streets into a graph that leads through walls at gates only.

    Chains without a junction are one edge with its full line, so distances to any point of a
    street are exact. Segments without length and segments drawn twice are left out. How lines
    join is told in `gis.network.junctions`, which courtyards are closed and how gates lead into
    them in `gis.network.courtyards` and `gis.network.walls`.

    Parameters
    ----------
    streets, courtyards, gates, barriers
        Canonical layers (`gis.contracts`), each in any CRS; not modified. Columns but the
        geometry may be missing. Of the barriers only walls matter here.
    settings
        The preset ``wide`` when None.
    crs
        The metric CRS; `gis.metric.metric_crs` of the streets when None.

    Returns
    -------
    network
        Empty arrays when nothing is walked: an empty layer is no error here, nor is anything
        odd in the layers; the report names it.

    Raises
    ------
    WrongCrs
        A layer without a CRS.

    Notes
    -----
    O(vertices log vertices).
    """
    settings = settings or WalkSettings()
    crs = crs or _crs_of(streets)
    drawn = Drawn.of(streets, settings, crs)
    cleaned = segments_of(drawn.vertices)
    closed = closed_courtyards(courtyards, gates, barriers, crs)
    found = _through_walls(cleaned.segments, drawn, closed)
    kept = np.zeros(len(found.segments.x), dtype=bool)
    kept[found.outside] = kept[found.inside] = True
    segments = found.segments
    chains = contracted(segments.tail, segments.head, segments.metres, kept)
    return _network(crs, drawn, cleaned, closed, found, chains)


def _crs_of(streets: gpd.GeoDataFrame) -> pyproj.CRS:
    """CRS to measure in; of an empty layer any will do."""
    if len(streets) == 0 and streets.crs is not None:
        return pyproj.CRS("EPSG:4548") if streets.crs.is_geographic else streets.crs
    return metric_crs(streets)


def _through_walls(segments: Segments, drawn: Drawn, closed: ClosedCourtyards) -> Walled:
    none = np.empty(0, dtype=np.int64)
    if not len(closed.id):
        return Walled(segments, *(none,) * 8)
    return walled(segments, drawn.lines(), drawn.raised, closed)


def _network(
    crs: pyproj.CRS,
    drawn: Drawn,
    cleaned: Cleaned,
    closed: ClosedCourtyards,
    found: Walled,
    chains: Chains,
) -> WalkingNetwork:
    segments = found.segments
    node, number = _nodes(segments.x, segments.y, chains, found)
    tail, head = number[chains.tail], number[chains.head]
    gate_out, gate_in = number[found.outside], number[found.inside]
    island, metres = _islands(len(node), tail, head, chains.metres, gate_out, gate_in)
    line = segments.line[chains.first]
    street = np.where(line >= 0, drawn.street[line] if len(drawn.street) else -1, -1)
    return WalkingNetwork(
        crs,
        segments.x[node],
        segments.y[node],
        tail,
        head,
        chains.metres,
        chains.start,
        np.column_stack([segments.x[chains.through], segments.y[chains.through]]),
        street.astype(np.int32),
        segments.zone[chains.first].astype(np.int32),
        closed.id,
        closed.area,
        closed.gate_id[found.gate],
        gate_out,
        gate_in,
        found.zone.astype(np.int32),
        island,
        _report(drawn, cleaned, closed, found, metres),
    )


def _nodes(x: Floats, y: Floats, chains: Chains, found: Walled) -> tuple[Ints, Ints32]:
    """Places that are nodes, and the node number of each place."""
    places = len(x)
    is_node = np.zeros(places, dtype=bool)
    for ends in (chains.tail, chains.head, found.outside, found.inside):
        is_node[ends] = True
    node = np.flatnonzero(is_node)
    node = node[_by_neighbourhood(x[node], y[node])]
    number = np.full(places, -1, dtype=np.int32)
    number[node] = np.arange(len(node), dtype=np.int32)
    return node, number


def _by_neighbourhood(x: Floats, y: Floats) -> Ints:
    """Order along Morton's curve: neighbours get near numbers, which searches like."""
    code = np.zeros(len(x), dtype=np.int64)
    for axis, values in enumerate((x, y)):
        low, high = values.min(initial=np.inf), values.max(initial=-np.inf)
        bits = ((values - low) / max(high - low, 1.0) * 0xFFFF).astype(np.int64)
        for shift, mask in ((8, 0x00FF00FF), (4, 0x0F0F0F0F), (2, 0x33333333), (1, 0x55555555)):
            bits = (bits | (bits << shift)) & mask
        code |= bits << axis
    return np.argsort(code, kind="stable")


def _islands(
    nodes: int, tail: Ints32, head: Ints32, metres: Floats, gate_out: Ints32, gate_in: Ints32
) -> tuple[Ints32, Floats]:
    """Part of each node, gates open, and metres of street in each part, longest first."""
    ends = np.r_[tail, gate_out], np.r_[head, gate_in]
    graph = sparse.coo_array((np.ones(len(ends[0]), np.int8), ends), shape=(nodes, nodes))
    count, part = csgraph.connected_components(graph.tocsr(), directed=False)
    length = np.bincount(part[tail], weights=metres, minlength=count).astype(np.float64)
    order = np.argsort(-length, kind="stable")
    rank = np.empty(count, dtype=np.int32)
    rank[order] = np.arange(count, dtype=np.int32)
    return rank[part], length[order]


def _report(
    drawn: Drawn, cleaned: Cleaned, closed: ClosedCourtyards, found: Walled, metres: Floats
) -> BuildReport:
    cut = np.unique(drawn.street[found.cut_lines])
    return BuildReport(
        settings=drawn.settings,
        streets=drawn.streets,
        walked=drawn.walked,
        empty=tuple(str(i) for i in drawn.empty),
        zero_length=cleaned.zero_length,
        duplicates=cleaned.duplicates,
        islands=tuple(metres.tolist()),
        closed=len(closed.id),
        nested=closed.nested,
        without_gate=tuple(str(i) for i in closed.id[found.unreachable]),
        off_wall=closed.off_wall,
        nowhere=tuple(str(i) for i in closed.gate_id[found.nowhere]),
        cut=tuple(str(i) for i in drawn.names[cut]),
        assumed=tuple(str(i) for i in closed.id[found.assumed]),
    )
