"""The test of contiguity agrees with a naive search, unit after unit."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from gis.partition.contiguity import search_of, stays_whole
from gis.partition.graph import PieceGraph, connected_parts, piece_graph


@st.composite
def divided_graphs(draw: st.DrawFn) -> tuple[PieceGraph, list[int]]:
    n = draw(st.integers(1, 12))
    unit = st.integers(0, n - 1)
    pairs = draw(st.lists(st.tuples(unit, unit), max_size=3 * n))
    graph = piece_graph([1] * n, [a for a, _ in pairs], [b for _, b in pairs])
    return graph, draw(st.lists(st.integers(0, 2), min_size=n, max_size=n))


@settings(max_examples=300)
@given(divided_graphs())
def test_leaving_breaks_a_part_exactly_when_a_naive_search_says_so(
    case: tuple[PieceGraph, list[int]],
) -> None:
    graph, labels = case
    part = np.array(labels, np.int64)
    joined = part[graph.i] == part[graph.j]
    # Only parts that hang together are asked about, as in the search itself.
    part = connected_parts(graph.size, graph.i[joined], graph.j[joined])
    matrix = graph.adjacency
    start, near = matrix.indptr.astype(np.int64), matrix.indices.astype(np.int64)
    search = search_of(start)
    for v in range(graph.size):
        rest = part == part[v]
        rest[v] = False
        pieces = graph.components(rest).max() + 1
        assert stays_whole(start, near, part, v, search) == (pieces == 1)
