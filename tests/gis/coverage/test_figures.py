"""service_coverage: what figures say, what they carry, and what they keep to themselves."""

from __future__ import annotations

import itertools

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from gis.contracts import SENSITIVE
from gis.coverage.figures import COLUMNS, Terms, service_coverage, within
from gis.coverage.kinds import households_by_kinds, kinds_reached
from gis.coverage.population import Grouping, Population, population

SPEEDS = {"adult": 1.2, "elder": 0.8, "frail": 0.6}
TERMS = Terms(SPEEDS, (300, 600, 900), gates="residents", walk="wide")
KINDS = ("canteen", "medical")
FEW = settings(max_examples=20)
WALKS = arrays(
    np.float32,
    st.tuples(st.integers(1, 12), st.just(2)),
    elements=st.sampled_from([0.0, 179.0, 180.0, 360.0, 361.0, 719.5, 1080.0, 1081.0, np.inf]),
)


def town(households: list[int], **columns: object) -> Population:
    """Buildings with these households, registered."""
    frame = pd.DataFrame({"households": households, "households_kind": "registered", **columns})
    return population(frame)


def one_place(people: Population, name: str = "community") -> Grouping:
    """All buildings in one group."""
    return Grouping(name, ["云溪"] * len(people))


def row(figures: pd.DataFrame, **said: object) -> pd.Series:
    """The one figure that says this."""
    here = np.logical_and.reduce(
        [(figures[name] == value).to_numpy() for name, value in said.items()]
    )
    assert here.sum() == 1
    return figures.loc[here].iloc[0]


def test_a_share_is_of_households_and_each_cutoff_stands_alone() -> None:
    people = town([30, 10, 60])
    metres = np.array([[100.0], [500.0], [2000.0]])
    figures = service_coverage(people, ["canteen"], {"network": metres}, [one_place(people)], TERMS)
    shares = {
        cutoff: row(figures, speed="adult", cutoff_s=cutoff, counted="households")["share"]
        for cutoff in (300, 600, 900)
    }
    assert shares == {300: 0.3, 600: 0.4, 900: 0.4}
    assert row(figures, speed="adult", cutoff_s=600, counted="buildings")["reached"] == 2


def test_every_figure_carries_its_method_speed_gates_and_households_kind() -> None:
    people = town([5, 5])
    metres = np.zeros((2, 1))
    both = {"network": metres, "straight_line": metres}
    figures = service_coverage(people, ["canteen"], both, [one_place(people)], TERMS)  # type: ignore[arg-type]
    assert tuple(figures.columns) == COLUMNS
    network = figures[figures["method"] == "network"]
    straight = figures[figures["method"] == "straight_line"]
    assert set(network["gates"]) == {"residents"}
    assert set(network["walk"]) == {"wide"}
    assert set(straight["gates"]) == set(straight["walk"]) == {""}
    assert set(figures["households_kind"]) == {"registered"}
    assert dict(zip(figures["speed"], figures["speed_m_s"], strict=True)) == SPEEDS


def test_unknown_counts_are_left_out_and_said() -> None:
    frame = pd.DataFrame(
        {
            "households": [10, 20, 70],
            "households_kind": ["registered", "registered", "dwellings"],
            "households_estimated": [False, True, False],
        }
    )
    people = population(frame, "registered")
    metres = np.array([[0.0], [9000.0], [0.0]])
    figures = service_coverage(people, ["canteen"], {"network": metres}, [one_place(people)], TERMS)
    found = row(figures, speed="adult", cutoff_s=300, counted="households")
    assert (found["total"], found["reached"], found["estimated"]) == (30, 10, 20)
    assert (found["known_buildings"], found["buildings"]) == (2, 3)


def test_households_are_those_that_most_are_counted_as() -> None:
    frame = pd.DataFrame(
        {"households": [9, 5, 5], "households_kind": ["resident", *["dwellings"] * 2]}
    )
    assert population(frame).households_kind == "dwellings"


def test_a_group_where_nobody_lives_has_no_share() -> None:
    people = town([0, 0])
    figures = service_coverage(
        people, ["canteen"], {"network": np.zeros((2, 1))}, [one_place(people)], TERMS
    )
    nobody = row(figures, speed="adult", cutoff_s=300, counted="households")
    assert np.isnan(nobody["share"])
    assert nobody["note"] == "nobody"


def test_what_nobody_counted_is_not_called_nobody() -> None:
    people = town([5] * 4)
    figures = service_coverage(
        people, ["canteen"], {"network": np.zeros((4, 1))}, [one_place(people)], TERMS
    )
    elders = row(figures, speed="adult", cutoff_s=300, counted="elders")
    assert (elders["known_buildings"], elders["note"]) == (0, "not_known")


def test_a_building_of_no_courtyard_counts_in_none() -> None:
    people = town([5, 7])
    groups = Grouping("courtyard", ["X1", None])
    figures = service_coverage(people, ["canteen"], {"network": np.zeros((2, 1))}, [groups], TERMS)
    assert set(figures["group"]) == {"X1"}
    assert row(figures, speed="adult", cutoff_s=300, counted="households")["total"] == 5


@pytest.mark.parametrize("name", ["grid", "courtyard", "building"])
def test_people_are_not_told_below_the_community(name: str) -> None:
    people = town([5] * 4, residents=[9, 9, 9, 9], elders=[1, 1, 1, 1], vulnerable=[1, 0, 0, 0])
    figures = service_coverage(
        people, ["canteen"], {"network": np.zeros((4, 1))}, [one_place(people, name)], TERMS
    )
    assert not set(SENSITIVE) & set(figures["counted"])


@FEW
@given(WALKS, st.data())
def test_people_are_told_rounded_to_5_and_never_of_one_or_two_buildings(
    metres: np.ndarray, data: st.DataObject
) -> None:
    size = len(metres)
    elders = data.draw(st.lists(st.integers(0, 40), min_size=size, max_size=size))
    people = town([10] * size, elders=elders)
    figures = service_coverage(people, KINDS, {"network": metres}, [one_place(people)], TERMS)
    told = figures[(figures["counted"] == "elders") & figures["reached"].notna()]
    assert (told["reached"] % 5 == 0).all()
    assert (told["total"] % 5 == 0).all()
    lived_in = np.array(elders) > 0
    for figure in told.to_dict("records"):
        walks = metres[:, KINDS.index(figure["kind"])]
        reached = within(walks, figure["cutoff_s"], figure["speed_m_s"])
        assert np.sum(reached & lived_in) not in (1, 2)
        assert np.sum(~reached & lived_in) not in (1, 2)
        if figure["total"]:
            assert figure["share"] == figure["reached"] / figure["total"]


@FEW
@given(WALKS, st.data())
def test_figures_agree_with_counting_by_hand_and_add_up_over_groups(
    metres: np.ndarray, data: st.DataObject
) -> None:
    size = len(metres)
    households = data.draw(st.lists(st.integers(0, 50), min_size=size, max_size=size))
    grids = data.draw(st.lists(st.sampled_from("ab"), min_size=size, max_size=size))
    people = town(households)
    groupings = [Grouping("grid", grids), one_place(people)]
    figures = service_coverage(people, KINDS, {"network": metres}, groupings, TERMS)
    counted = figures[figures["counted"] == "households"]
    for figure in counted[counted["grouping"] == "grid"].to_dict("records"):
        walks = metres[:, KINDS.index(figure["kind"])]
        reached = walks <= figure["cutoff_s"] * figure["speed_m_s"]
        here = np.array(grids) == figure["group"]
        assert figure["reached"] == np.array(households)[here & reached].sum()
        assert figure["total"] == np.array(households)[here].sum()
    sums = counted.groupby(["grouping", "kind", "speed", "cutoff_s"])["reached"].sum()
    pd.testing.assert_series_equal(sums["grid"], sums["community"])


@FEW
@given(WALKS)
def test_longer_cutoffs_and_faster_walkers_reach_no_fewer(metres: np.ndarray) -> None:
    people = town([10] * len(metres))
    figures = service_coverage(people, KINDS, {"network": metres}, [one_place(people)], TERMS)
    houses = figures[figures["counted"] == "buildings"]
    told = houses.to_dict("records")
    for few, many in itertools.product(told, told):
        grows = few["speed_m_s"] <= many["speed_m_s"] and few["cutoff_s"] <= many["cutoff_s"]
        if few["kind"] == many["kind"] and grows:
            assert few["reached"] <= many["reached"]


@FEW
@given(WALKS, WALKS)
def test_a_facility_more_never_lowers_service_coverage(
    metres: np.ndarray, beside: np.ndarray
) -> None:
    size = min(len(metres), len(beside))
    people = town([7] * size)
    before, after = metres[:size], np.minimum(metres[:size], beside[:size])
    groups = [one_place(people)]
    first = service_coverage(people, KINDS, {"network": before}, groups, TERMS)
    second = service_coverage(people, KINDS, {"network": after}, groups, TERMS)
    told = first["note"] == ""
    assert told.any()
    assert (second["share"] >= first["share"])[told].all()


@FEW
@given(WALKS)
def test_households_are_shared_out_whole_by_the_kinds_they_reach(metres: np.ndarray) -> None:
    people = town(list(range(1, len(metres) + 1)))
    count = kinds_reached(KINDS, metres, ["canteen", "medical", "toilet"], 600, 1.2)
    table = households_by_kinds(people, count, 3, one_place(people))
    assert table["households"].sum() == people.amount("households").sum()
    both = (metres <= np.float32(720.0)).all(axis=1)
    assert table.set_index("kinds_reached")["buildings"].to_dict()[2] == both.sum()
    assert table.set_index("kinds_reached")["households"].to_dict()[3] == 0
