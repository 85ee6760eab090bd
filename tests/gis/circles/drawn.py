"""Small walking networks drawn for tests, and the same walks by networkx."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import geopandas as gpd
import networkx as nx
import numpy as np
import numpy.typing as npt
import shapely
from scipy import sparse
from scipy.sparse import csgraph
from shapely import LineString, Point, box
from shapely.geometry.base import BaseGeometry

from gis.network.build import WalkingNetwork, network_of
from gis.network.snapping import Snaps

CRS = "EPSG:4548"
ORIGIN = np.array([500_000.0, 4_400_000.0])
YARDS = 2
"""Closed courtyards of `walled_town`; the town is drawn from 0, courtyard z from 2000 (z + 1)."""

Rng = np.random.Generator


def frame(shapes: Sequence[BaseGeometry | None], **columns: object) -> gpd.GeoDataFrame:
    """Take shapes drawn in metres near the origin to a layer."""
    moved = shapely.transform(np.array(list(shapes), dtype=object), lambda xy: xy + ORIGIN)
    return gpd.GeoDataFrame(columns, geometry=list(moved), crs=CRS)


def buildings(points: Sequence[tuple[float, float]]) -> gpd.GeoDataFrame:
    """Square houses around points."""
    houses = [box(x - 2, y - 2, x + 2, y + 2) for x, y in points]
    return frame(houses, building_id=[f"b{i}" for i in range(len(houses))])


def facilities(rows: Sequence[tuple[float, float, str]]) -> gpd.GeoDataFrame:
    """Facilities at points, each of one kind."""
    return frame(
        [Point(x, y) for x, y, _ in rows],
        facility_id=[f"f{i}" for i in range(len(rows))],
        kind=[kind for _, _, kind in rows],
    )


def streets(lines: Sequence[LineString]) -> gpd.GeoDataFrame:
    """Streets that join where they share a vertex."""
    return frame(list(lines), street_id=[f"way/{i}" for i in range(len(lines))])


def walled_town(rng: Rng) -> WalkingNetwork:
    """A town and two closed courtyards with a few gates, walked over random lattices."""
    lines: list[LineString] = []
    zone_of_line: list[int] = []
    for zone in range(-1, YARDS):
        count = int(rng.integers(1, 7))
        spots = rng.integers(0, 4, (count, 3, 2)) * 100.0 + [2000.0 * (zone + 1), 0]
        lines += [LineString(part) for part in spots if len(np.unique(part, axis=0)) > 1]
        zone_of_line += [zone] * (len(lines) - len(zone_of_line))
    network = network_of(streets(lines))
    yards = [box(2000 * (z + 1) - 500, -500, 2000 * (z + 1) + 800, 800) for z in range(YARDS)]
    areas = shapely.transform(np.array(yards, dtype=object), lambda xy: xy + ORIGIN)
    zones = np.array(zone_of_line, dtype=np.int32)
    return _with_gates(network, zones[network.edge_street], areas, rng)


def _with_gates(
    network: WalkingNetwork, zone: npt.NDArray[np.int32], areas: npt.NDArray[np.object_], rng: Rng
) -> WalkingNetwork:
    ends = np.concatenate([network.edge_tail, network.edge_head])
    node_zone = np.full(network.nodes, -1)
    node_zone[ends] = np.tile(zone, 2)
    out, inn, of = [], [], []
    for z in range(YARDS):
        inside, outside = np.flatnonzero(node_zone == z), np.flatnonzero(node_zone == -1)
        for _ in range(int(rng.integers(0, 4)) if len(inside) and len(outside) else 0):
            out.append(int(rng.choice(outside)))
            inn.append(int(rng.choice(inside)))
            of.append(z)
    tails, heads = np.r_[network.edge_tail, out].astype(int), np.r_[network.edge_head, inn]
    links = sparse.csr_array(
        (np.ones(len(tails)), (tails, heads.astype(int))), shape=(network.nodes, network.nodes)
    )
    return replace(
        network,
        edge_zone=zone,
        zone_id=np.array([f"c{z}" for z in range(YARDS)], dtype=object),
        zone_area=areas,
        gate_id=np.array([f"g{i}" for i in range(len(of))], dtype=object),
        gate_out=np.array(out, dtype=np.int32),
        gate_in=np.array(inn, dtype=np.int32),
        gate_zone=np.array(of, dtype=np.int32),
        node_island=csgraph.connected_components(links, directed=False)[1].astype(np.int32),
    )


def opened(network: WalkingNetwork, gates: int) -> WalkingNetwork:
    """The same network with the first gates only; islands are those of all gates."""
    return replace(
        network,
        gate_id=network.gate_id[:gates],
        gate_out=network.gate_out[:gates],
        gate_in=network.gate_in[:gates],
        gate_zone=network.gate_zone[:gates],
    )


@dataclass(frozen=True)
class Spliced:
    """The streets with both ends of every walk as nodes of their own; gates are left out."""

    network: WalkingNetwork
    graph: nx.Graph

    def walk(self, policy: str, home: int, home_zone: int, place: int, place_zone: int) -> float:
        """Shortest walk from a building to a facility, by the definition of the policy."""
        start, end = f"home {home}", f"place {place}"
        if policy == "open":
            return self._shortest(start, end, {-1, 0, 1}, {0, 1})
        if policy == "shut":
            return self._shortest(start, end, {-1, 0, 1}, set())
        if home_zone == place_zone or place_zone < 0:
            return self._shortest(start, end, {-1, home_zone}, {home_zone})
        # to a gate of the other courtyard, through it, and straight on inside
        gates = np.flatnonzero(self.network.gate_zone == place_zone)
        return min(
            (
                self._shortest(start, int(self.network.gate_out[g]), {-1, home_zone}, {home_zone})
                + self._shortest(int(self.network.gate_in[g]), end, {place_zone}, set())
                for g in gates
            ),
            default=np.inf,
        )

    def _shortest(
        self, start: int | str, end: int | str, zones: set[int], gates: set[int]
    ) -> float:
        part = nx.Graph()
        part.add_nodes_from([start, end])
        for a, b, of in self.graph.edges(data=True):
            if of["zone"] in zones:
                part.add_edge(a, b, metres=of["metres"])
        network = self.network
        for out, inn, z in zip(
            network.gate_out.tolist(), network.gate_in.tolist(), network.gate_zone, strict=True
        ):
            if z in gates:
                part.add_edge(out, inn, metres=0.0)
        try:
            metres: float = nx.dijkstra_path_length(part, start, end, weight="metres")
        except nx.NetworkXNoPath:
            return np.inf
        return metres


def spliced(network: WalkingNetwork, homes: Snaps, visited: Snaps) -> Spliced:
    """Cut every edge where a place meets it, and hang the place on by its leg."""
    graph = nx.Graph()
    for edge in range(network.edges):
        zone = int(network.edge_zone[edge])
        stops: list[tuple[float, str | int]] = []
        for name, snaps in (("home", homes), ("place", visited)):
            for k in np.flatnonzero(snaps.edge == edge).tolist():
                foot = f"{name} {k} foot"
                stops.append((float(snaps.to_tail_m[k]), foot))
                graph.add_edge(f"{name} {k}", foot, metres=float(snaps.leg_m[k]), zone=zone)
        stops.sort(key=lambda stop: stop[0])
        chain = [(0.0, int(network.edge_tail[edge])), *stops]
        chain.append((float(network.edge_m[edge]), int(network.edge_head[edge])))
        for k in range(len(chain) - 1):
            (at, a), (on, b) = chain[k], chain[k + 1]
            if a != b and (not graph.has_edge(a, b) or graph[a][b]["metres"] > on - at):
                graph.add_edge(a, b, metres=on - at, zone=zone)
    return Spliced(network, graph)
