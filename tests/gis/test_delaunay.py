"""Delaunay triangulation of whole numbers, and the Voronoi ridges between owners."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial import Voronoi

from gis.delaunay import hilbert_ranks, ridges_between, triangulate

Ints = npt.NDArray[np.int64]
SQUARE = np.array([(-1, -1), (1, -1), (1, 1), (-1, 1)]) * 4000

places = st.lists(
    st.tuples(st.integers(-1000, 1000), st.integers(-1000, 1000)), min_size=1, max_size=60
)
# Few distinct coordinates: many points on one line, on one circle, and on the same spot.
crowded = st.lists(st.tuples(st.integers(-3, 3), st.integers(-3, 3)), min_size=1, max_size=60)


def _in_square(points: list[tuple[int, int]]) -> tuple[Ints, Ints]:
    xy = np.concatenate([np.array(points, dtype=np.int64), SQUARE])
    return np.ascontiguousarray(xy[:, 0]), np.ascontiguousarray(xy[:, 1])


def _is_in_circle(corners: list[tuple[int, int]], point: tuple[int, int]) -> bool:
    """The determinant in whole numbers of any length."""
    (ax, ay), (bx, by), (cx, cy) = ((u - point[0], v - point[1]) for u, v in corners)
    a, b, c = ax * ax + ay * ay, bx * bx + by * by, cx * cx + cy * cy
    return a * (bx * cy - cx * by) + b * (cx * ay - ax * cy) + c * (ax * by - bx * ay) > 0


@settings(deadline=None)  # the first call compiles
@given(st.one_of(places, crowded))
def test_triangles_fill_the_square_and_no_point_lies_in_their_circles(
    points: list[tuple[int, int]],
) -> None:
    x, y = _in_square(points)
    corner, near, count = triangulate(x, y)
    xy = list(zip(x.tolist(), y.tolist(), strict=True))
    distinct = len(set(points))
    assert count == 2 * distinct + 2
    ring = np.stack([x[corner[:count]], y[corner[:count]]], axis=2)
    assert shapely.is_ccw(shapely.linearrings(ring)).all()
    assert shapely.area(shapely.polygons(ring)).sum() == 8000**2
    for row in corner[:count]:
        around = [xy[k] for k in row]
        assert not any(_is_in_circle(around, other) for other in set(xy))
    for t, u in zip(np.repeat(np.arange(count), 3), near[:count].ravel(), strict=True):
        if u < 0:
            continue
        assert t in near[u]
        assert len(set(corner[t]) & set(corner[u])) == 2


@settings(deadline=None)  # the first call compiles
@given(places, st.integers(2, 5))
def test_ridges_are_those_of_the_voronoi_diagram(
    points: list[tuple[int, int]], owners: int
) -> None:
    points = sorted(set(points))
    x, y = _in_square(points)
    owner = np.arange(len(points), dtype=np.int64) % owners
    ends, pairs = ridges_between(x, y, owner, 1e-6)
    diagram = Voronoi(np.column_stack([x, y]))
    expected = np.zeros((owners, owners))
    for (p, q), (a, b) in zip(diagram.ridge_points, diagram.ridge_vertices, strict=True):
        if max(p, q) < len(points) and owner[p] != owner[q]:
            length = np.hypot(*(diagram.vertices[a] - diagram.vertices[b]))
            expected[tuple(sorted((owner[p], owner[q])))] += length
    found = np.zeros((owners, owners))
    np.add.at(found, tuple(pairs.T), np.hypot(ends[:, 2] - ends[:, 0], ends[:, 3] - ends[:, 1]))
    assert found == pytest.approx(expected, rel=1e-6, abs=1e-3)


def test_the_lower_owner_lies_on_the_left_of_a_ridge() -> None:
    x, y = _in_square([(-10, 0), (10, 0)])
    ends, pairs = ridges_between(x, y, np.array([0, 1]), 1.0)
    assert pairs.tolist() == [[0, 1]]
    assert ends[0, [0, 2]].tolist() == [0.0, 0.0]
    assert ends[0, 1] < ends[0, 3]


def test_neighbours_on_the_curve_are_neighbours_in_the_plane() -> None:
    x, y = (v.ravel() for v in np.meshgrid(np.arange(32), np.arange(32)))
    order = np.argsort(hilbert_ranks(x, y, 32))
    steps = np.abs(np.diff(x[order])) + np.abs(np.diff(y[order]))
    assert steps.max() == 1
