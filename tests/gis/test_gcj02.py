"""GCJ-02 and BD-09: laws, independent packages, published pairs."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import prcoords
import pytest
from coord_convert import transform as other
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from gis.gcj02 import (
    bd09_to_gcj02,
    bd09_to_wgs84,
    gcj02_to_bd09,
    gcj02_to_wgs84,
    wgs84_to_bd09,
    wgs84_to_gcj02,
)

Conversion = Callable[..., tuple[np.ndarray, np.ndarray]]

PAIRS: list[tuple[Conversion, Conversion]] = [
    (wgs84_to_gcj02, gcj02_to_wgs84),
    (gcj02_to_bd09, bd09_to_gcj02),
    (wgs84_to_bd09, bd09_to_wgs84),
]
CENTIMETRE_DEGREES = 0.01 / 111_320
CHINA = st.tuples(st.floats(73.0, 135.5), st.floats(3.0, 54.0))
EARTH = st.tuples(st.floats(-180, 180), st.floats(-90, 90))
EDGE = st.tuples(
    st.sampled_from([72.004, 137.8347]).flatmap(lambda e: st.floats(e - 0.2, e + 0.2)),
    st.sampled_from([0.8293, 55.8271]).flatmap(lambda e: st.floats(e - 0.2, e + 0.2)),
)


def _scattered(count: int = 3000) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(7)
    return rng.uniform(73.0, 135.5, count), rng.uniform(3.0, 54.0, count)


def _metres(lon: np.ndarray, lat: np.ndarray, lon2: np.ndarray, lat2: np.ndarray) -> np.ndarray:
    """Distance between nearby positions on a sphere."""
    far: np.ndarray = np.hypot((lon - lon2) * np.cos(np.radians(lat)), lat - lat2) * 111_320
    return far


@pytest.mark.parametrize(("forward", "back"), PAIRS)
@given(position=st.one_of(CHINA, EARTH, EDGE))
def test_back_undoes_forward_anywhere_on_earth(
    forward: Conversion, back: Conversion, position: tuple[float, float]
) -> None:
    lon, lat = back(*forward(*position))
    assert abs(lon - position[0]) < CENTIMETRE_DEGREES / 10
    assert abs(lat - position[1]) < CENTIMETRE_DEGREES / 10


@pytest.mark.parametrize(("forward", "back"), PAIRS)
@given(position=st.one_of(CHINA, EARTH, EDGE))
def test_forward_undoes_back_anywhere_on_earth(
    forward: Conversion, back: Conversion, position: tuple[float, float]
) -> None:
    lon, lat = forward(*back(*position))
    assert abs(lon - position[0]) < CENTIMETRE_DEGREES / 10
    assert abs(lat - position[1]) < CENTIMETRE_DEGREES / 10


@pytest.mark.parametrize("conversion", [c for pair in PAIRS for c in pair])
@given(position=EARTH.filter(lambda p: not (72 < p[0] < 137.9 and 0.8 < p[1] < 55.9)))
def test_nothing_moves_outside_the_box(
    conversion: Conversion, position: tuple[float, float]
) -> None:
    lon, lat = conversion(*position)
    assert (float(lon), float(lat)) == position


@pytest.mark.parametrize("conversion", [c for pair in PAIRS for c in pair])
@given(a=EDGE, step=st.tuples(st.floats(-1e-6, 1e-6), st.floats(-1e-6, 1e-6)))
def test_the_edge_of_the_box_tears_nothing(
    conversion: Conversion, a: tuple[float, float], step: tuple[float, float]
) -> None:
    """Neighbours stay neighbours: a building on the edge keeps its shape."""
    lon, lat = conversion(np.array([a[0], a[0] + step[0]]), np.array([a[1], a[1] + step[1]]))
    assert abs(lon[1] - lon[0]) + abs(lat[1] - lat[0]) < 3e-6


def test_all_china_agrees_with_two_independent_packages() -> None:
    lon, lat = _scattered()
    for ours, theirs, coords in (
        (wgs84_to_gcj02, other.wgs2gcj, prcoords.wgs_gcj),
        (gcj02_to_bd09, other.gcj2bd, prcoords.gcj_bd),
        (wgs84_to_bd09, other.wgs2bd, prcoords.wgs_bd),
    ):
        x, y = ours(lon, lat)
        first = np.array([theirs(*p) for p in zip(lon, lat, strict=True)])
        pairs = [coords(prcoords.Coords(b, a)) for a, b in zip(lon, lat, strict=True)]
        second = np.array([(c.lon, c.lat) for c in pairs])
        for reference in (first, second):
            assert _metres(x, y, reference[:, 0], reference[:, 1]).max() < 1e-6


def test_the_inverse_agrees_with_an_independent_iterative_one() -> None:
    lon, lat = wgs84_to_gcj02(*_scattered(500))
    x, y = gcj02_to_wgs84(lon, lat)
    pairs = [prcoords.gcj_wgs_bored(prcoords.Coords(b, a)) for a, b in zip(lon, lat, strict=True)]
    far = _metres(x, y, np.array([c.lon for c in pairs]), np.array([c.lat for c in pairs]))
    assert far.max() < 0.01


@pytest.mark.parametrize(
    ("wgs84", "gcj02"),
    [
        # The pairs published with eviltransform: Shanghai, Shenzhen, Beijing.
        ((121.5272106, 31.1774276), (121.531541859215, 31.17530398364597)),
        ((113.912316, 22.543847), (113.9171764808363, 22.540796131694766)),
        ((116.377817, 39.911954), (116.38404722455657, 39.91334545536069)),
    ],
)
def test_published_pairs(wgs84: tuple[float, float], gcj02: tuple[float, float]) -> None:
    lon, lat = wgs84_to_gcj02(*wgs84)
    assert (float(lon), float(lat)) == pytest.approx(gcj02, abs=1e-9)


def test_the_shift_in_china_is_hundreds_of_metres() -> None:
    lon, lat = _scattered()
    far = _metres(lon, lat, *wgs84_to_gcj02(lon, lat))
    assert far.min() > 10
    assert 300 < np.median(far) < 800
    assert far.max() < 1500


@given(
    hnp.arrays(np.float64, hnp.array_shapes(max_dims=3, max_side=5), elements=st.floats(-1e3, 1e3))
)
def test_any_shape_goes_in_and_comes_out(values: np.ndarray) -> None:
    lon, lat = bd09_to_wgs84(values, values / 2)
    assert lon.shape == lat.shape == values.shape
    one = np.array([bd09_to_wgs84(v, v / 2)[0] for v in values.ravel()])
    np.testing.assert_allclose(lon.ravel(), one, atol=1e-11, rtol=0)


def test_what_is_not_finite_stays_so_and_spoils_no_neighbour() -> None:
    lon, lat = gcj02_to_wgs84([116.4, np.nan, np.inf, 1e300], [39.9, 39.9, 39.9, -1e300])
    alone = gcj02_to_wgs84(116.4, 39.9)
    assert (lon[0], lat[0]) == pytest.approx((float(alone[0]), float(alone[1])), abs=1e-11)
    assert np.isnan(lon[1])
    assert np.isinf(lon[2])
    assert (lon[3], lat[3]) == (1e300, -1e300)


def test_a_million_vertices_cost_a_few_array_passes() -> None:
    """The steps of the inverse are counted by agreement, not by the number of points."""
    rng = np.random.default_rng(1)
    lon, lat = rng.uniform(73, 135, 1_000_000), rng.uniform(18, 54, 1_000_000)
    x, y = gcj02_to_wgs84(*wgs84_to_gcj02(lon, lat))
    assert _metres(lon, lat, x, y).max() < 0.001
