"""Street layers drawn for tests, and the same streets as a networkx graph."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import geopandas as gpd
import networkx as nx
import shapely
from hypothesis import strategies as st

CRS = "EPSG:4548"
EAST, NORTH = 500_000.0, 4_400_000.0

Spot = tuple[float, float]
Line = Sequence[Spot]


def at(x: float, y: float) -> Spot:
    """Metres east and north of the corner of the drawing."""
    return EAST + x, NORTH + y


def streets(lines: Sequence[Line], **columns: Sequence[object]) -> gpd.GeoDataFrame:
    """A layer of streets whose lines join where they share a vertex."""
    columns = {"street_id": [f"way/{i}" for i in range(len(lines))], **columns}
    shapes = [shapely.LineString([at(*spot) for spot in line]) for line in lines]
    return gpd.GeoDataFrame(dict(columns), geometry=shapes, crs=CRS)


@st.composite
def lattice_lines(draw: st.DrawFn, most: int = 12) -> list[list[Spot]]:
    """Polylines over the points of a small lattice, 100 m apart; repeated points happen."""
    spot = st.tuples(st.integers(0, 4), st.integers(0, 3)).map(
        lambda p: (p[0] * 100.0, p[1] * 100.0)
    )
    return draw(st.lists(st.lists(spot, min_size=2, max_size=5), min_size=1, max_size=most))


def segment_graph(lines: Sequence[Line]) -> nx.Graph:
    """Every vertex a node, every segment with length an edge."""
    graph = nx.Graph()
    for line in lines:
        for (ax, ay), (bx, by) in pairwise(line):
            if (ax, ay) != (bx, by):
                metres = ((ax - bx) ** 2 + (ay - by) ** 2) ** 0.5
                graph.add_edge((ax, ay), (bx, by), metres=metres)
    return graph
