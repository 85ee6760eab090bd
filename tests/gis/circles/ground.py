"""A small town for circles: its raster, its graph, and walks reckoned the long way round."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import geopandas as gpd
import networkx as nx
import numpy as np
import numpy.typing as npt
import shapely

from gis.circles.raster import WalkRaster
from gis.metric import STORED
from gis.network.build import network_of
from gis.network.search import SearchGraph, graph_of
from gis.network.snapping import Snaps, snap, snapper
from tests.gis.network.drawn import CRS, EAST, NORTH, Line, Spot, at, streets

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Town:
    """Streets as a raster and as a graph in which every gate is open."""

    raster: WalkRaster
    graph: SearchGraph

    def snaps(self, *spots: Spot) -> Snaps:
        """Places given in metres from the corner of the drawing."""
        return snap(self.raster.snapper, np.array([at(*spot) for spot in spots]))

    def walk_m(self, start: Spot, ends: Sequence[Spot]) -> Floats:
        """Metres on foot between a place and others, by networkx."""
        network = self.raster.network
        graph = nx.MultiGraph()
        graph.add_nodes_from(range(network.nodes))
        for tail, head, metres in zip(
            network.edge_tail, network.edge_head, network.edge_m, strict=True
        ):
            graph.add_edge(int(tail), int(head), metres=float(metres))
        here, there = self.snaps(start), self.snaps(*ends)
        first = int(here.edge[0])
        graph.add_edge("start", int(network.edge_tail[first]), metres=here.to_tail_m[0])
        graph.add_edge("start", int(network.edge_head[first]), metres=here.to_head_m[0])
        metres = nx.single_source_dijkstra_path_length(graph, "start", weight="metres")
        walks = np.full(len(ends), np.inf)
        for k, edge in enumerate(there.edge.tolist()):
            if edge < 0:
                continue
            ways = [
                metres.get(int(network.edge_tail[edge]), np.inf) + there.to_tail_m[k],
                metres.get(int(network.edge_head[edge]), np.inf) + there.to_head_m[k],
            ]
            if edge == first:
                ways.append(abs(there.to_tail_m[k] - here.to_tail_m[0]))
            walks[k] = here.leg_m[0] + min(ways) + there.leg_m[k]
        return walks


def town(
    lines: Sequence[Line], barriers: gpd.GeoDataFrame | None = None, *, kept: int = 1024
) -> Town:
    """Build the town of some streets."""
    network = network_of(streets(lines))
    graph = graph_of(network.nodes, network.edge_tail, network.edge_head, network.edge_m)
    return Town(WalkRaster(snapper(network, barriers), kept=kept), graph)


def bars(kind: str, *lines: Line) -> gpd.GeoDataFrame:
    """Barriers of one kind."""
    shapes = [shapely.LineString([at(*spot) for spot in line]) for line in lines]
    return gpd.GeoDataFrame({"kind": [kind] * len(shapes)}, geometry=shapes, crs=CRS)


def drawn_back(area: shapely.MultiPolygon) -> shapely.MultiPolygon:
    """Return a stored area in metres from the corner of the drawing."""
    (metric,) = gpd.GeoSeries([area], crs=STORED).to_crs(CRS)
    moved = shapely.transform(metric, lambda xy: xy - (EAST, NORTH))
    assert isinstance(moved, shapely.MultiPolygon)
    return moved
