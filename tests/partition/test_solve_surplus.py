"""The surplus of heavy parts walks to where there is room, and nothing breaks on the way."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from gis.partition import trees
from gis.partition.engine import engine_pieces
from gis.partition.flips import Goals
from gis.partition.graph import Ints, connected_parts, piece_graph
from gis.partition.surplus import walk_surplus


def strip(width: int, height: int, loads: list[int]) -> tuple[Ints, Ints]:
    number = np.arange(width * height).reshape(height, width)
    a = np.concatenate((number[:, :-1].ravel(), number[:-1].ravel()))
    b = np.concatenate((number[:, 1:].ravel(), number[1:].ravel()))
    assert len(loads) == width * height
    return a, b


@settings(max_examples=100)
@given(st.lists(st.integers(0, 9), min_size=36, max_size=36), st.integers(1, 2**32))
def test_parts_stay_connected_and_the_surplus_never_grows(loads: list[int], seed: int) -> None:
    a, b = strip(9, 4, loads)
    graph = piece_graph(loads, a, b)
    part = (np.arange(36) % 9 // 3).astype(np.int64)
    cap = max(9, sum(loads) // 3 + 2)
    before = np.maximum(np.bincount(part, graph.load, 3) - cap, 0).sum()
    state, idle = np.array([seed], np.uint64), np.zeros(3, np.int64)
    left = walk_surplus(engine_pieces(graph), part, 3, cap, state, 40, 4, idle, 0.0)
    assert left == np.maximum(np.bincount(part, graph.load, 3) - cap, 0).sum()
    assert left <= before
    same = part[graph.i] == part[graph.j]
    assert connected_parts(36, graph.i[same], graph.j[same]).max() == 2


def test_a_surplus_crosses_a_full_part_to_reach_the_room_behind_it() -> None:
    a, b = strip(12, 3, [1] * 36)
    graph = piece_graph([1] * 36, a, b)
    part = np.minimum(np.arange(36) % 12 // 5, 2).astype(np.int64)
    loads = np.bincount(part)
    assert loads.tolist() == [15, 15, 6]
    state, idle = np.array([5], np.uint64), np.zeros(3, np.int64)
    assert walk_surplus(engine_pieces(graph), part, 3, 12, state, 2000, 6, idle, 0.0) == 0


def test_heavy_units_that_no_cut_lightens_leave_by_a_worse_one() -> None:
    # 4 4 4 | 3 4 4 | 4 under a cap of 11: the first part must give a unit of 4 for its surplus
    # of 1, and the middle one passes another on.
    graph = piece_graph([4, 4, 4, 3, 4, 4, 4], range(6), range(1, 7))
    for heat, surplus in ((0.0, 1), (1.0, 0)):
        part = np.array([0, 0, 0, 1, 1, 1, 2])
        state, idle = np.array([5], np.uint64), np.zeros(3, np.int64)
        left = walk_surplus(engine_pieces(graph), part, 3, 11, state, 400, 4, idle, heat)
        assert left == surplus


def test_carving_bit_by_bit_gives_what_carving_at_once_does() -> None:
    a, b = strip(12, 10, [1] * 120)
    pieces = engine_pieces(piece_graph([1] * 120, a, b))
    goals = Goals(121, 1.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.1, 0.0)
    whole = trees.carve(pieces, goals, 9, np.array([7], np.uint64), 3)
    part, wanted, state = np.zeros(120, np.int64), np.zeros(9, np.int64), np.array([7], np.uint64)
    wanted[0], current, made, calls = 9, 0, 1, 0
    while current < 9:
        current, made = trees.carve_on(pieces, goals, part, wanted, current, made, state, 3, 50)
        calls += 1
    assert calls > 3
    assert part.tolist() == whole.tolist()
