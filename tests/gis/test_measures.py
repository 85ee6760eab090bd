"""Laws of the measures."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from shapely import Point, box

from gis.borders import contiguity
from gis.errors import InvalidGeometry, WrongCrs
from gis.measures import cut_edges, deviation, households_moved, inertia, polsby_popper, reock
from tests.gis.towns import CRS, Town, slabs

labels = st.lists(st.integers(-1, 4), min_size=12, max_size=12)
sizes = st.floats(0.5, 1e4)


def grids(*shapes: shapely.Geometry) -> gpd.GeoDataFrame:
    """Grids g0, g1 ... in metres."""
    return gpd.GeoDataFrame(
        geometry=gpd.GeoSeries(list(shapes), index=[f"g{i}" for i in range(len(shapes))], crs=CRS)
    )


def test_a_disc_scores_one_and_a_square_less() -> None:
    frame = grids(Point(0, 0).buffer(100, quad_segs=500), box(0, 0, 5, 5), box(0, 0, 1000, 1))
    np.testing.assert_allclose(polsby_popper(frame), [1, np.pi / 4, 0.003135], rtol=1e-3)
    np.testing.assert_allclose(reock(frame), [1, 2 / np.pi, 0.001273], rtol=1e-3)
    assert polsby_popper(frame).name == "polsby_popper"
    assert reock(frame).index.equals(frame.index)


@given(sizes, sizes, st.floats(0.1, 10), st.integers(0, 359))
def test_compactness_ignores_scale_and_turn(
    width: float, height: float, scale: float, turn: int
) -> None:
    shape = box(0, 0, width, height)
    other = shapely.affinity.rotate(shapely.affinity.scale(shape, scale, scale), turn)
    for measure in (polsby_popper, reock):
        first, second = measure(grids(shape, other))
        assert first == pytest.approx(second, rel=1e-6)
        assert 0 < first <= 1


def test_frames_in_which_area_means_nothing_are_refused() -> None:
    square = gpd.GeoSeries([box(0, 0, 1, 1)], index=["g0"])
    for crs in ("EPSG:4326", "EPSG:3857"):
        with pytest.raises(WrongCrs):
            polsby_popper(gpd.GeoDataFrame(geometry=square.set_crs(crs)))
    with pytest.raises(WrongCrs):
        reock(gpd.GeoDataFrame(geometry=square))
    with pytest.raises(InvalidGeometry, match="g1"):
        reock(grids(box(0, 0, 1, 1), shapely.Polygon()))
    assert len(polsby_popper(grids())) == 0


@given(labels)
def test_nothing_moves_when_only_the_numbers_change(label: list[int]) -> None:
    renamed = [-1 if n < 0 else 100 - 3 * n for n in label]
    assert households_moved(label, renamed, range(12)) == 0


@given(labels, labels, labels)
def test_moved_households_obey_the_triangle(a: list[int], b: list[int], c: list[int]) -> None:
    whole = [[max(n, 0) for n in label] for label in (a, b, c)]
    moved = [households_moved(whole[i], whole[j], range(12)) for i, j in ((0, 1), (1, 2), (0, 2))]
    assert moved[2] <= moved[0] + moved[1]
    assert households_moved(whole[1], whole[0], range(12)) == moved[0]
    assert 0 <= moved[0] <= sum(range(12))


@given(st.lists(st.integers(0, 10_000), min_size=1))
def test_deviations_add_up_to_nothing(households: list[int]) -> None:
    assert deviation(pd.Series(households)).sum() == pytest.approx(0, abs=1e-6)


def test_one_grid_cuts_nothing_and_single_units_cut_everything() -> None:
    edges = contiguity(Town(slabs(6, 6)).ground(), set())
    assert cut_edges(edges, [0] * 36) == 0
    assert cut_edges(edges, range(36)) == len(edges.i) == 60


def test_inertia_grows_with_spread_and_vanishes_for_single_units() -> None:
    ground = Town(slabs(6, 6)).ground()
    assert (inertia(ground, range(36)) < 1e-12).all()
    near = [n // 3 for n in range(36)]
    far = [n % 12 for n in range(36)]
    assert inertia(ground, near).sum() < inertia(ground, far).sum()
    # Two units with 10 and 11 households, 30 m apart.
    pair = inertia(ground, [0, 0] + [-1] * 34)
    middle = shapely.centroid(ground.units.geometry.to_numpy()[:2])
    apart = shapely.distance(middle[0], middle[1])
    assert pair.loc[0] == pytest.approx(10 * 11 / 21**2 * apart**2)
