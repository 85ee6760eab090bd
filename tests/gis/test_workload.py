"""Workload: posts by the visit quota, and rounds through all buildings of a grid."""

from __future__ import annotations

import itertools

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.spatial.distance import pdist, squareform
from shapely import box

from gis.tours import closed_tour
from gis.workload import posts_by_visits, round_lengths
from tests.gis.towns import Town

POINTS = arrays(np.int64, st.tuples(st.integers(2, 7), st.just(2)), elements=st.integers(0, 50))


def test_48_posts_of_200_visits_serve_32_grids_of_300_households() -> None:
    posts = posts_by_visits([300] * 32, quota=200)
    assert posts.sum() == 48
    assert sorted(posts.tolist()) == [1] * 16 + [2] * 16


@given(
    st.lists(st.integers(0, 2000), min_size=1, max_size=40),
    st.integers(1, 500),
    st.integers(1, 4),
)
def test_posts_suffice_for_all_visits_and_no_post_is_to_spare(
    households: list[int], quota: int, visits: int
) -> None:
    posts = posts_by_visits(households, quota=quota, visits=visits)
    needed = -(-sum(households) * visits // quota)
    whole = sum(max(1, h * visits // quota) for h in households)
    assert posts.sum() == max(needed, whole)
    assert (posts >= 1).all()
    assert (posts <= np.maximum(1, np.array(households) * visits // quota) + 1).all()


def test_special_grids_get_no_post() -> None:
    assert posts_by_visits([300, 0], quota=200, special=[False, True]).tolist() == [2, 0]


@settings(max_examples=60)
@given(POINTS)
def test_a_tour_lies_between_the_shortest_one_and_twice_the_tree(points: np.ndarray) -> None:
    length = closed_tour(points)
    apart = squareform(pdist(points.astype(np.float64)))
    n = len(points)
    best = min(
        sum(apart[a, b] for a, b in itertools.pairwise((0, *way, 0)))
        for way in itertools.permutations(range(1, n))
    )
    assert best - 1e-6 <= length <= 2 * best + 1e-6
    assert closed_tour(points[::-1]) == length


def test_a_tour_of_houses_along_a_street_goes_up_and_down_it() -> None:
    assert closed_tour([[30.0 * k, 0.0] for k in range(20)]) == 2 * 19 * 30


def test_the_round_passes_buildings_only_and_is_nothing_for_one() -> None:
    houses = [box(30 * k, 10, 30 * k + 10, 20) for k in range(6)]
    ground = Town(houses, community=box(-10, 0, 180, 30)).ground()
    assert round_lengths(ground, np.zeros(6, int)).loc[0] > 1.3 * 2 * 120
    lengths = round_lengths(ground, np.arange(6), detour=1.0)
    assert lengths.tolist() == [0.0] * 6
