"""Pieces of outlines are halved where another owner is near."""

from __future__ import annotations

import numpy as np
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from gis.arrangement import Floats, Ints, Shapes
from gis.sites import NEAR, SHORTEST_PIECE_M, Pieces, refined

STEP_M = 0.1
corner = st.integers(0, 2_000)
outlines = st.lists(
    st.tuples(st.tuples(corner, corner), st.tuples(corner, corner), st.integers(0, 4)),
    min_size=1,
    max_size=14,
)


def _pieces(drawn: list[tuple[tuple[int, int], tuple[int, int], int]]) -> Pieces:
    ends = np.array([[a, b] for a, b, _ in drawn], dtype=np.float64)
    owner = np.array([o for *_, o in drawn], dtype=np.int64)
    return Pieces(ends, owner, owner // 3)


def _lines(ends: Floats) -> Shapes:
    return np.asarray(shapely.linestrings(ends), dtype=object)


def _gaps(lines: Shapes, pieces: Pieces, owner: Ints, block: Ints) -> Floats:
    """How far each line is from what others own in its block."""
    outlines = _lines(pieces.ends)
    away = shapely.distance(lines[:, None], outlines[None, :])
    other = (owner[:, None] != pieces.owner) & (block[:, None] == pieces.block)
    return np.asarray(np.where(other, away, np.inf).min(axis=1))


@settings(deadline=None)  # the first call compiles
@given(outlines)
def test_parts_make_up_the_outline_and_are_short_against_the_distance_to_the_next_owner(
    drawn: list[tuple[tuple[int, int], tuple[int, int], int]],
) -> None:
    pieces = _pieces(drawn)
    parts = refined(pieces, STEP_M)
    lengths = np.hypot(*(parts.ends[:, 1] - parts.ends[:, 0]).T)
    for owner in np.unique(pieces.owner):
        whole = np.hypot(*np.diff(pieces.ends[pieces.owner == owner], axis=1)[:, 0].T).sum()
        assert np.isclose(lengths[parts.owner == owner].sum(), whole)
    gaps = _gaps(_lines(parts.ends), pieces, parts.owner, parts.block)
    shortest = SHORTEST_PIECE_M / STEP_M
    assert ((lengths <= shortest) | (gaps * (1 + 1e-9) >= NEAR * lengths)).all()


@settings(deadline=None)  # the first call compiles
@given(outlines)
def test_no_piece_is_halved_without_need(
    drawn: list[tuple[tuple[int, int], tuple[int, int], int]],
) -> None:
    pieces = _pieces(drawn)
    once = refined(pieces, STEP_M)
    lengths = np.hypot(*(pieces.ends[:, 1] - pieces.ends[:, 0]).T)
    gaps = _gaps(_lines(pieces.ends), pieces, pieces.owner, pieces.block)
    alone = (gaps > NEAR * lengths * (1 + 1e-9)) & (lengths <= 20 / STEP_M)
    kept = {end.tobytes() for end in once.ends}
    assert all(end.tobytes() in kept for end in pieces.ends[alone])
