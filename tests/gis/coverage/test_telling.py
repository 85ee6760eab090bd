"""What somebody can work out who sees all figures, knows every walk, and wants one building."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.optimize import linprog

from gis.coverage.disclosure import ROUNDED_TO
from gis.coverage.figures import Terms, service_coverage, within
from gis.coverage.population import Grouping, Population, population
from gis.coverage.telling import TOLD_CUTOFFS_S, apart

Counts = npt.NDArray[np.int64]
SPEEDS = {"adult": 1.2, "elder": 0.8, "frail": 0.6}
KINDS = ("canteen", "medical", "party", "repair", "rest", "cafe")
EVERY_SECOND = tuple(range(300, 330))


def terms(cutoffs_s: tuple[int, ...] = TOLD_CUTOFFS_S) -> Terms:
    """Return the preset walk with these cutoffs."""
    return Terms(SPEEDS, cutoffs_s, gates="residents", walk="wide")


def of(elders: Counts) -> Population:
    """Buildings with these elders."""
    frame = pd.DataFrame({"households": 10, "households_kind": "registered", "elders": elders})
    return population(frame)


def told(
    elders: Counts, metres: npt.NDArray[np.float64], place: list[str], cutoffs: tuple[int, ...]
) -> pd.DataFrame:
    """Figures of elders that are told, of the communities and of the subdistrict."""
    groups = [Grouping("community", place), Grouping("subdistrict", ["街道"] * len(place))]
    table = service_coverage(of(elders), KINDS, {"network": metres}, groups, terms(cutoffs))
    return table[(table["counted"] == "elders") & table["reached"].notna()]


def known_sets(
    figures: pd.DataFrame, metres: npt.NDArray[np.float64], place: list[str]
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Which buildings each figure sums, and the sum as told: the walks are public."""
    rows, sums = [], []
    for one in figures.to_dict("records"):
        here = np.array([one["group"] in (own, "街道") for own in place])
        walks = metres[:, KINDS.index(one["kind"])]
        rows += [here & within(walks, one["cutoff_s"], one["speed_m_s"]), here]
        sums += [one["reached"], one["total"]]
    return np.array(rows, np.float64), np.array(sums, np.float64)


def worked_out(
    sets: npt.NDArray[np.float64], sums: npt.NDArray[np.float64]
) -> npt.NDArray[np.float64]:
    """How widely each count can still vary when every rounded sum has to come out."""
    half = ROUNDED_TO / 2
    limits = np.concatenate([sums + half, -(sums - half)])
    both = np.vstack([sets, -sets])
    widths = []
    for building in range(sets.shape[1]):
        aim = np.zeros(sets.shape[1])
        aim[building] = 1
        # In every community a total is told, so each count has a least and a most.
        least, most = (
            linprog(way * aim, A_ub=both, b_ub=limits, bounds=(0, None)).x for way in (1, -1)
        )
        assert least is not None
        assert most is not None
        widths.append(most[building] - least[building])
    return np.array(widths)


def made_up(seed: int, size: int) -> tuple[Counts, npt.NDArray[np.float64]]:
    """Elders of buildings and their walks; like a community, some live next to each other."""
    rng = np.random.default_rng(seed)
    yard = rng.integers(0, size // 4, size)
    centre = rng.uniform(50, 1500, (size // 4, len(KINDS)))
    return rng.integers(0, 25, size), centre[yard] + rng.uniform(0, 60, (size, len(KINDS)))


@pytest.mark.parametrize("seed", range(4))
def test_no_count_of_a_building_is_known_more_closely_than_figures_are_rounded(seed: int) -> None:
    elders, metres = made_up(seed, 40)
    place = ["甲"] * 20 + ["乙"] * 20
    figures = told(elders, metres, place, TOLD_CUTOFFS_S)
    assert len(figures) > 10
    assert worked_out(*known_sets(figures, metres, place)).min() >= ROUNDED_TO - 1e-6


def test_a_cutoff_for_every_second_tells_nothing_of_people() -> None:
    elders, metres = made_up(1, 40)
    place = ["甲"] * 40
    assert set(told(elders, metres, place, EVERY_SECOND)["cutoff_s"]) == {300}
    alone = told(elders, metres, place, (300,))
    pd.testing.assert_frame_equal(
        told(elders, metres, place, EVERY_SECOND).reset_index(drop=True),
        alone.reset_index(drop=True),
    )


def test_the_reason_is_said() -> None:
    elders, metres = made_up(1, 40)
    groups = [Grouping("community", ["甲"] * 40)]
    table = service_coverage(of(elders), KINDS, {"network": metres}, groups, terms((300, 301)))
    people = table[(table["counted"] == "elders") & (table["cutoff_s"] == 301)]
    assert set(people["note"]) == {"other_walk"}
    assert people["reached"].isna().all()
    assert table.loc[table["counted"] == "households", "reached"].notna().all()


@settings(max_examples=60)
@given(
    arrays(
        np.bool_,
        st.tuples(st.integers(1, 8), st.integers(1, 12)),
        elements=st.booleans(),
    )
)
def test_no_two_told_figures_differ_by_one_or_two_buildings(reached: npt.NDArray[np.bool_]) -> None:
    flags = apart(reached)
    size = reached.shape[1]
    everything = [np.zeros(size, bool), np.ones(size, bool), *reached[flags]]
    if flags.any():
        differing = {int((a ^ b).sum()) for a in everything for b in everything}
        assert not differing & {1, 2}


def test_what_communities_keep_is_not_left_over_by_their_subdistrict() -> None:
    """Nine communities tell all their elders; the tenth has two houses and tells nothing."""
    elders = np.array([5] * 36 + [7, 9])
    place = [f"社区{n // 4}" for n in range(36)] + ["小区"] * 2
    metres = np.full((38, len(KINDS)), 100.0)
    figures = told(elders, metres, place, (300,))
    assert "小区" not in set(figures["group"])
    assert "街道" not in set(figures["group"])
    assert len(set(figures["group"])) == 9
