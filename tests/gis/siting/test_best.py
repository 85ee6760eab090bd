"""Suggested sites: what greedy and exact siting promise, against all choices tried."""

from __future__ import annotations

import itertools
import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy import sparse

from gis.errors import InputError
from gis.siting.best import Sites, best_sites
from gis.siting.exact import EXACT_PAIRS

SMALL = st.tuples(st.integers(1, 7), st.integers(1, 9))


@st.composite
def towns(draw: st.DrawFn) -> tuple[np.ndarray, np.ndarray, np.ndarray, int]:
    """Who walks to which candidate, households, who is served already, how many to choose."""
    shape = draw(SMALL)
    cover = draw(arrays(np.bool_, shape))
    households = draw(arrays(np.int64, shape[1], elements=st.integers(0, 30)))
    reached = draw(arrays(np.bool_, shape[1]))
    return cover, households, reached, draw(st.integers(1, 4))


def names(count: int) -> list[str]:
    """Ids in the order of rows."""
    return [f"P{number:03}" for number in range(count)]


def sited(cover: np.ndarray, households: Any, reached: Any, *, k: int, **options: Any) -> Sites:
    """Sites for a town whose walks are all 0 m long: entries that are there though zero."""
    row, column = np.nonzero(cover)
    walks = sparse.csr_array((np.zeros(len(row)), (row, column)), cover.shape)
    return best_sites(walks, households, reached, names(len(cover)), k, **options)


def all_households(cover: np.ndarray, households: np.ndarray, reached: np.ndarray) -> int:
    """Households served by these candidates or already."""
    return int(households[cover.any(axis=0) | reached].sum())


def most(cover: np.ndarray, households: np.ndarray, reached: np.ndarray, k: int) -> int:
    """The best of all choices of at most k."""
    return max(
        all_households(cover[list(rows)], households, reached)
        for rows in itertools.combinations(range(len(cover)), min(k, len(cover)))
    )


@settings(max_examples=150)
@given(towns())
def test_greedy_keeps_its_guarantee_and_its_bound(
    town: tuple[np.ndarray, np.ndarray, np.ndarray, int],
) -> None:
    cover, households, reached, k = town
    sites = sited(cover, households, reached, k=k)
    best = most(cover, households, reached, k)
    assert sites.after == all_households(cover[sites.rows], households, reached)
    assert sites.after <= best <= sites.bound
    gain, best_gain = sites.after - sites.before, best - sites.before
    assert gain >= (1 - 1 / math.e) * best_gain - 1e-9
    assert gain >= sites.guarantee * best_gain - 1e-9
    assert sites.proven == (sites.after == sites.bound)


@settings(max_examples=80, deadline=None)
@given(towns())
def test_exact_siting_is_the_best_of_all_choices_and_says_so(
    town: tuple[np.ndarray, np.ndarray, np.ndarray, int],
) -> None:
    cover, households, reached, k = town
    sites = sited(cover, households, reached, k=k, exact=True)
    assert sites.after == most(cover, households, reached, k)
    assert sites.after == all_households(cover[sites.rows], households, reached)
    assert sites.proven
    assert sites.gap == 0


@given(towns())
def test_lazy_picks_are_those_of_plain_greedy(
    town: tuple[np.ndarray, np.ndarray, np.ndarray, int],
) -> None:
    cover, households, reached, k = town
    sites = sited(cover, households, reached, k=k)
    served = reached.copy()
    for row, gain in zip(sites.rows, sites.gained, strict=True):
        gains = [int(households[c & ~served].sum()) for c in cover]
        assert row == int(np.argmax(gains))
        assert gain == gains[row] > 0
        served |= cover[row]
    if len(sites.rows) < min(k, len(cover)):
        assert all_households(cover, households, reached) == sites.after


@given(towns())
def test_another_place_never_serves_fewer(
    town: tuple[np.ndarray, np.ndarray, np.ndarray, int],
) -> None:
    cover, households, reached, k = town
    few, many = (sited(cover, households, reached, k=n) for n in (k, k + 1))
    assert few.after <= many.after
    assert few.before <= few.after <= few.total


@given(towns(), st.randoms(use_true_random=False))
def test_the_order_of_candidates_does_not_matter(
    town: tuple[np.ndarray, np.ndarray, np.ndarray, int], random: Any
) -> None:
    cover, households, reached, k = town
    order = list(range(len(cover)))
    random.shuffle(order)
    ids = np.array(names(len(cover)))
    walks = sparse.csr_array(cover.astype(np.float64))
    for exact in (False, True):
        one = best_sites(walks, households, reached, list(ids), k, exact=exact)
        other = best_sites(walks[order], households, reached, list(ids[order]), k, exact=exact)
        assert ids[one.rows].tolist() == ids[order][other.rows].tolist()


def test_greedy_can_miss_the_best_and_then_does_not_claim_it() -> None:
    cover = np.array([[1, 1, 1, 1, 0, 0], [1, 1, 0, 0, 1, 0], [0, 0, 1, 1, 0, 1]], bool)
    households = np.array([20, 20, 20, 20, 15, 15])
    nobody = np.zeros(6, bool)
    quick = sited(cover, households, nobody, k=2)
    assert (quick.after, quick.proven) == (95, False)
    assert "Not proven" in quick.words()[0]
    best = sited(cover, households, nobody, k=2, exact=True)
    assert (best.after, best.proven, best.rows.tolist()) == (110, True, [1, 2])
    assert "proven" in best.words()[0]
    assert best.certificate()["gap"] == 0


def test_no_time_leaves_the_greedy_answer_and_claims_nothing_more() -> None:
    rng = np.random.default_rng(5)
    cover = rng.random((120, 300)) < 0.04
    households = rng.integers(1, 60, 300)
    sites = sited(cover, households, np.zeros(300, bool), k=12, exact=True, seconds=0.0)
    assert sites.after >= sited(cover, households, np.zeros(300, bool), k=12).after
    assert not sites.proven
    assert 0 < sites.gap < 1 - sites.guarantee + 1e-9


def test_households_that_are_not_known_count_for_nobody() -> None:
    sites = sited(np.ones((1, 2), bool), [np.nan, 7.0], [False, False], k=1)
    assert (sites.after, sites.total) == (7, 7)


def test_a_place_that_gains_nobody_is_not_suggested() -> None:
    sites = sited(np.ones((3, 2), bool), [5, 5], [True, True], k=2)
    assert sites.rows.tolist() == []
    assert sites.proven


def test_less_than_one_place_is_refused() -> None:
    with pytest.raises(InputError, match="at least one"):
        sited(np.ones((1, 1), bool), [1], [False], k=0)


def test_an_exact_question_that_is_too_large_is_refused_with_what_to_do() -> None:
    rng = np.random.default_rng(1)
    side = math.isqrt(2 * EXACT_PAIRS) + 40
    cover, weight = rng.random((side, side)) < 0.5, rng.integers(1, 60, side)
    with pytest.raises(InputError, match="leave out --exact"):
        sited(cover, weight, np.zeros(side, bool), k=3, exact=True)
