"""Tiles in degrees."""

from __future__ import annotations

import math

from hypothesis import given
from hypothesis import strategies as st

from gis.mercator import DRAWN_IN_DEGREES, tile_box

zooms = st.integers(0, 20)
shares = st.floats(0, 1)


@given(z=st.integers(DRAWN_IN_DEGREES, 20), column=shares, row=shares, down=shares)
def test_within_a_tile_degrees_are_as_good_as_metres(
    z: int, column: float, row: float, down: float
) -> None:
    side = 1 << z
    y = min(int(row * side), side - 1)
    box = tile_box(z, min(int(column * side), side - 1), y)
    lat = box.north - down * (box.north - box.south)
    exact = (1 - math.asinh(math.tan(math.radians(lat))) / math.pi) / 2 * side - y
    bound = math.pi / 4 * abs(math.sin(math.radians(lat))) / side
    assert abs(exact - down) <= bound * 1.01 + 1e-9
    assert abs(exact - down) * 4096 < 0.8


@given(z=zooms, column=shares, row=shares)
def test_neighbours_share_their_sides(z: int, column: float, row: float) -> None:
    last = (1 << z) - 1
    x, y = min(int(column * last), last - 1), min(int(row * last), last - 1)
    if z:
        assert tile_box(z, x, y).east == tile_box(z, x + 1, y).west
        assert tile_box(z, x, y).south == tile_box(z, x, y + 1).north
