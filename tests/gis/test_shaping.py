"""Shapes drawn by hand: what snapping and splitting leave true."""

from __future__ import annotations

import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from shapely.geometry import LineString, MultiPolygon, Polygon, box

from gis.errors import InvalidGeometry
from gis.shaping import shared_out, snapped, split_along

# 0.00001 degrees are about a metre.
YARD = box(104.600, 28.400, 104.602, 28.402)


def test_vertices_near_an_edge_lie_on_it_afterwards() -> None:
    drawn = box(104.602003, 28.4005, 104.603, 28.4015)
    found = snapped(drawn, [YARD], tolerance_m=1.0)
    assert found.distance(YARD) < 1e-9
    assert found.intersection(YARD).area < 1e-15
    assert shapely.intersection(found.boundary, YARD.boundary.buffer(1e-9)).length > 0.00099


def test_a_corner_of_the_neighbour_becomes_a_vertex() -> None:
    beside = Polygon(
        [(104.602004, 28.3995), (104.603, 28.3995), (104.603, 28.401), (104.602, 28.401)]
    )
    found = snapped(beside, [YARD], tolerance_m=1.0)
    corner = shapely.Point(104.602, 28.400)
    assert shapely.distance(shapely.MultiPoint(shapely.get_coordinates(found)), corner) < 1e-9


def test_what_is_far_keeps_every_digit() -> None:
    drawn = box(104.61, 28.41, 104.611, 28.411)
    assert snapped(drawn, [YARD], tolerance_m=1.0) is drawn
    assert snapped(drawn, [drawn.buffer(0.00001)], tolerance_m=0) is drawn


def test_snapping_never_makes_a_shape_invalid() -> None:
    thin = box(104.6020001, 28.4005, 104.602004, 28.4015)
    found = snapped(thin, [YARD], tolerance_m=2.0)
    assert found.is_valid
    assert found.area > 0


@given(st.floats(104.6002, 104.6018), st.floats(-0.0003, 0.0003))
def test_parts_tile_the_whole(lon: float, slant: float) -> None:
    parts = split_along(YARD, LineString([(lon, 28.399), (lon + slant, 28.403)]))
    assert len(parts) == 2
    assert parts[0].area >= parts[1].area * (1 - 1e-6)
    assert parts[0].area + parts[1].area == pytest.approx(YARD.area, rel=1e-6)
    assert parts[0].intersection(parts[1]).area < 1e-14


def test_parts_that_the_line_misses_stay_with_their_neighbour() -> None:
    near_left = box(104.5990, 28.400, 104.5995, 28.4005)
    parts = split_along(
        MultiPolygon([YARD, near_left]), LineString([(104.6012, 28.3), (104.6012, 28.5)])
    )
    assert len(parts) == 2
    assert parts[0].bounds[0] == pytest.approx(104.5990)


@pytest.mark.parametrize(
    "line",
    [
        LineString([(104.601, 28.4005), (104.601, 28.4015)]),
        LineString([(104.7, 28.3), (104.7, 28.5)]),
    ],
)
def test_a_line_that_does_not_cross_is_refused(line: LineString) -> None:
    with pytest.raises(InvalidGeometry, match="all the way across"):
        split_along(YARD, line)


@given(st.integers(0, 10_000), st.lists(st.floats(0.01, 1e6), min_size=1, max_size=6))
def test_shares_sum_to_the_count_and_are_off_by_less_than_one(
    count: int, weights: list[float]
) -> None:
    shares = shared_out(count, weights)
    assert sum(shares) == count
    assert all(
        abs(share - count * weight / sum(weights)) <= 1 + 1e-6
        for share, weight in zip(shares, weights, strict=True)
    )
