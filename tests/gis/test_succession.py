"""Codes live through redraws by the rule of DESIGN section 4."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gis.errors import Conflict
from gis.numbering import GRID_DIGITS, band_order, chinese_number, new_codes
from gis.succession import succeed

COMMUNITY = "511599001001"


def test_the_larger_part_of_a_split_grid_keeps_its_code() -> None:
    outcome = succeed([0, 0, 1], ["A", "A", "A"], [40, 30, 90])
    assert outcome.kept == {1: "A"}
    assert outcome.retired == ()


def test_merged_grids_keep_the_code_that_brings_most() -> None:
    outcome = succeed([0, 0], ["A", "B"], [40, 90])
    assert outcome.kept == {0: "B"}
    assert outcome.retired == ("A",)


def test_a_grid_whose_buildings_are_all_gone_is_retired() -> None:
    outcome = succeed([0], ["A"], [10], standing=("A", "B"))
    assert outcome.retired == ("B",)


def test_grids_without_households_are_followed_by_their_units() -> None:
    outcome = succeed([0, 1, 1], ["P", "P", "P"], [0, 0, 0], is_building=[False] * 3)
    assert outcome.kept == {1: "P"}


def test_a_first_publication_keeps_nothing() -> None:
    outcome = succeed([0, 1], [None, None], [10, 20])
    assert outcome.kept == {}
    assert outcome.lineage.empty


@st.composite
def redraws(draw: st.DrawFn) -> tuple[list[int], list[str | None], list[int]]:
    n = draw(st.integers(1, 40))
    new = draw(st.lists(st.integers(0, 6), min_size=n, max_size=n))
    old = draw(st.lists(st.sampled_from([None, "A", "B", "C", "D"]), min_size=n, max_size=n))
    households = draw(st.lists(st.integers(0, 60), min_size=n, max_size=n))
    return new, old, households


@given(redraws())
def test_each_standing_code_is_kept_once_or_retired(
    redraw: tuple[list[int], list[str | None], list[int]],
) -> None:
    new, old, households = redraw
    outcome = succeed(new, old, households)
    kept = list(outcome.kept.values())
    assert len(kept) == len(set(kept))
    assert set(kept) | set(outcome.retired) == {c for c in old if c}
    assert not set(kept) & set(outcome.retired)
    placed = sum(h for h, c in zip(households, old, strict=True) if c)
    assert outcome.lineage["households"].sum() == placed


@given(redraws())
def test_an_untouched_plan_keeps_every_code(
    redraw: tuple[list[int], list[str | None], list[int]],
) -> None:
    new, _, households = redraw
    names = [f"G{n}" for n in new]
    outcome = succeed(new, names, households)
    assert outcome.kept == {n: f"G{n}" for n in set(new)}
    assert outcome.retired == ()


@given(st.lists(st.tuples(st.floats(-1e5, 1e5), st.floats(-1e5, 1e5)), max_size=60))
def test_bands_count_every_place_once(places: list[tuple[float, float]]) -> None:
    xy = np.array(places).reshape(-1, 2)
    assert sorted(band_order(xy[:, 0], xy[:, 1]).tolist()) == list(range(len(places)))


def test_a_lattice_is_numbered_like_a_page() -> None:
    x, y = np.meshgrid(np.arange(4) * 100.0, 300.0 - np.arange(4) * 100.0)
    assert band_order(x.ravel(), y.ravel()).tolist() == list(range(16))


def test_codes_run_on_after_the_highest_ever_used() -> None:
    used = {f"{COMMUNITY}001", f"{COMMUNITY}007", "999999999999900", f"{COMMUNITY}00755"}
    assert new_codes(COMMUNITY, used, 2, GRID_DIGITS) == [f"{COMMUNITY}008", f"{COMMUNITY}009"]


def test_used_up_codes_are_refused() -> None:
    with pytest.raises(Conflict, match="only 1 unused"):
        new_codes(COMMUNITY, {f"{COMMUNITY}998"}, 2, GRID_DIGITS)


def test_all_grid_numbers_have_different_chinese_names() -> None:
    assert len({chinese_number(n) for n in range(1, 1000)}) == 999
