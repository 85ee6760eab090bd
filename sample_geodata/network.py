"""The streets as one noded, connected walking network."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from shapely import LineString, STRtree

from sample_geodata.blocks import CM
from sample_geodata.plan import Road, TownPlan
from sample_geodata.town import Town


@dataclass(frozen=True, slots=True)
class Edge:
    """A stretch of street between two nodes."""

    line: LineString
    street_class: str
    name: str
    bridge: bool
    tunnel: bool


def street_edges(town: Town) -> list[Edge]:
    """Node all roads and paths on the centimetre grid; drop overshoots and loose ends."""
    sources = [*town.skeleton.roads, *town.paths]
    noded = shapely.union_all([r.line for r in sources], grid_size=CM)
    lines = [p for p in shapely.get_parts(noded) if isinstance(p, LineString)]
    lines = sorted(lines, key=lambda p: tuple(p.bounds))
    owner = _owners(lines, sources)
    lines, owner = _without_overshoots(lines, owner, sources)
    kept = _largest_component(lines)
    return [_edge(lines[k], sources[owner[k]], town.plan) for k in kept]


def _owners(lines: list[LineString], sources: list[Road]) -> list[int]:
    """For each noded line the first source it runs along."""
    middles = shapely.line_interpolate_point(np.array(lines), 0.5, normalized=True)
    tree = STRtree([r.line for r in sources])
    found, source = tree.query(middles, predicate="dwithin", distance=0.05)
    first = np.full(len(lines), len(sources))
    np.minimum.at(first, found, source)
    return [int(k) for k in first]


def _ends(lines: list[LineString]) -> tuple[np.ndarray, int]:
    """Node numbers of the two ends of each line, shape (n, 2), and how many nodes there are."""
    ends = np.array([[line.coords[0], line.coords[-1]] for line in lines])
    _, number = np.unique(ends.reshape(-1, 2).round(2), axis=0, return_inverse=True)
    return number.reshape(-1, 2), int(number.max()) + 1


def _without_overshoots(
    lines: list[LineString], owner: list[int], sources: list[Road]
) -> tuple[list[LineString], list[int]]:
    """Drop loose ends of streets shorter than 12 m."""
    number, count = _ends(lines)
    degree = np.bincount(number.ravel(), minlength=count)
    keep = [
        k
        for k, line in enumerate(lines)
        if owner[k] < len(sources)
        and not (
            line.length < 12
            and degree[number[k]].min() == 1
            and sources[owner[k]].street_class in ("street", "lane")
        )
    ]
    return [lines[k] for k in keep], [owner[k] for k in keep]


def _largest_component(lines: list[LineString]) -> list[int]:
    number, count = _ends(lines)
    weights = np.ones(len(lines))
    graph = coo_array((weights, (number[:, 0], number[:, 1])), shape=(count, count))
    _, label = connected_components(graph, directed=False)
    of_line = label[number[:, 0]]
    best = int(np.bincount(of_line).argmax())
    return [int(k) for k in np.flatnonzero(of_line == best)]


def _edge(line: LineString, source: Road, plan: TownPlan) -> Edge:
    bridge = plan.river is not None and line.crosses(plan.river)
    tunnel = plan.railway is not None and line.crosses(plan.railway)
    return Edge(line, source.street_class, source.name, bool(bridge), bool(tunnel))
