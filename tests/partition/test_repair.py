"""Repairs keep every hard rule, the numbers of standing grids, and nearly all households."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from pathlib import Path

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from scipy.optimize import linear_sum_assignment

from gis.borders import contiguity
from gis.cells import Ground
from gis.errors import Infeasible, InputError
from gis.io.package import DividedCommunity, write_package
from gis.partition.divide import divide
from gis.partition.loads import loads
from gis.partition.redrawn import Redrawn
from gis.partition.repair import Repair, repair
from gis.partition.rules import RuleSet, changed_rules, load_rules
from gis.verify import verify_package
from tests.gis.towns import Town, slabs
from tests.partition.test_divide import assert_lawful, lattice, lattices, pieces_of

RULES = load_rules("gaoxian-2020")
Labels = npt.NDArray[np.int64]


def with_households(ground: Ground, households: list[int]) -> Ground:
    """The same ground with other counts."""
    return dataclasses.replace(ground, units=ground.units.assign(households=households))


def assert_repaired(standing: npt.ArrayLike, found: Repair, rules: RuleSet) -> None:
    """Every plan is lawful, counts what moved rightly, and none beats another."""
    old = np.asarray(standing)
    for plan in found.plans:
        assert plan.problems == ()
        assert_lawful(plan.ground, plan.division)
        assert plan.rules in (rules, dataclasses.replace(rules, fill=1.0))
        households = plan.ground.units["households"].to_numpy()
        assert plan.households_moved == sum(
            int(h)
            for h, a, b in zip(households, old, plan.labels, strict=True)
            if a >= 0 and a != b
        )
        assert plan.division.certificate.grids == plan.grids
    figures = [(p.households_moved, p.grids, round(p.load_max, 6)) for p in found.plans]
    assert figures == sorted(figures)
    for a in figures:
        assert not any(a != b and all(x <= y for x, y in zip(b, a, strict=True)) for b in figures)


@st.composite
def standings(draw: st.DrawFn, ground: Ground, most: int = 4) -> Labels:
    """Grids as wild as can be: any number for any unit, or none."""
    n = len(ground.units)
    return np.array(draw(st.lists(st.integers(-1, most), min_size=n, max_size=n)), np.int64)


@settings(
    max_examples=25,
    phases=(Phase.explicit, Phase.reuse, Phase.generate, Phase.shrink),
)
@given(
    data=st.data(),
    ground=lattices(),
    preset=st.sampled_from(["gaoxian-2020", "urban-300-500"]),
    keep=st.booleans(),
)
def test_any_standing_grids_are_repaired_lawfully(
    data: st.DataObject, ground: Ground, preset: str, keep: bool
) -> None:
    rules = changed_rules(load_rules(preset), keep_courtyards=keep)
    standing = data.draw(standings(ground))
    found = repair(ground, rules, standing, curve=data.draw(st.booleans()))
    assert_repaired(standing, found, rules)


@settings(
    max_examples=25,
    phases=(Phase.explicit, Phase.reuse, Phase.generate, Phase.shrink),
)
@given(ground=lattices())
def test_nothing_broken_nothing_moved(ground: Ground) -> None:
    labels = divide(ground, RULES).labels
    least = repair(ground, RULES, labels, curve=False).least
    assert (least.labels == labels).all()
    assert least.households_moved == 0
    assert (least.new, least.gone) == ((), ())


@settings(
    max_examples=25,
    phases=(Phase.explicit, Phase.reuse, Phase.generate, Phase.shrink),
)
@given(data=st.data(), ground=lattices())
def test_locked_grids_never_move(data: st.DataObject, ground: Ground) -> None:
    labels = divide(ground, RULES).labels
    n = len(labels)
    counts = data.draw(st.lists(st.sampled_from([0, 30, 90, 160]), min_size=n, max_size=n))
    changed = with_households(ground, counts)
    locked = data.draw(st.sets(st.sampled_from(sorted(set(labels.tolist())))))
    for plan in repair(changed, RULES, labels, locked=locked).plans:
        inside = np.isin(labels, sorted(locked))
        assert (plan.labels[inside] == labels[inside]).all()
        taken_in = np.isin(plan.labels, sorted(locked)) & ~inside
        assert changed.units["households"].to_numpy()[taken_in].sum() == 0
        names = {int(number) for number in locked}
        split = {p.kind for p in plan.problems if p.grid_no is None}
        assert {p.grid_no for p in plan.problems if p.grid_no is not None} <= names
        assert split <= {"courtyard_split"}


def partitions(units: list[int]) -> Iterator[list[list[int]]]:
    """All ways to part a list."""
    if not units:
        yield []
        return
    first, rest = units[0], units[1:]
    for parts in partitions(rest):
        yield [[first], *parts]
        for k in range(len(parts)):
            yield [*parts[:k], [first, *parts[k]], *parts[k + 1 :]]


def least_needed(ground: Ground, rules: RuleSet, standing: Labels) -> dict[int, int]:
    """Fewest households that must move, by number of grids: every division is looked at."""
    load, capacity = loads(ground.units, rules)
    households = ground.units["households"].to_numpy()
    touching = contiguity(ground, set(rules.hard_barriers))
    beside = np.eye(len(load), dtype=bool)
    beside[touching.i, touching.j] = beside[touching.j, touching.i] = True
    pieces = pieces_of(ground, rules, touching)
    covered = {u for p in pieces for u in p}
    pieces += [{u} for u in range(len(load)) if u not in covered]
    best: dict[int, int] = {}
    for parts in partitions(list(range(len(pieces)))):
        grids = [sorted(u for p in part for u in pieces[p]) for part in parts]
        if all(_lawful(grid, load, capacity, beside) for grid in grids):
            moved = _moved(grids, standing, households)
            best[len(grids)] = min(best.get(len(grids), moved), moved)
    return best


def _lawful(
    grid: list[int], load: npt.NDArray[np.int64], capacity: int, beside: npt.NDArray[np.bool_]
) -> bool:
    if load[grid].sum() == 0 or (load[grid].sum() > capacity and (load[grid] > 0).sum() > 1):
        return False
    reached = {grid[0]}
    while True:
        wider = {u for u in grid if beside[u, sorted(reached)].any()}
        if wider == reached:
            return len(reached) == len(grid)
        reached = wider


def _moved(grids: list[list[int]], standing: Labels, households: npt.NDArray[np.int64]) -> int:
    numbers = sorted(set(standing[standing >= 0].tolist()))
    stay = np.array(
        [
            [int(households[[u for u in g if standing[u] == k]].sum()) for k in numbers]
            for g in grids
        ]
    ).reshape(len(grids), len(numbers))
    stays = stay[linear_sum_assignment(stay, maximize=True)].sum()
    return int(households[standing >= 0].sum() - stays)


counted = st.lists(st.sampled_from([0, 20, 35, 50, 80, 160]), min_size=8, max_size=8)


@settings(
    max_examples=20,
    phases=(Phase.explicit, Phase.reuse, Phase.generate, Phase.shrink),
)
@given(
    before=counted,
    after=counted,
    yard=st.sampled_from([{}, {"a": ("old", [0, 1])}, {"a": ("new", [2, 3, 6])}]),
)
def test_after_other_counts_no_plan_moves_fewer_households(
    before: list[int], after: list[int], yard: dict[str, tuple[str, list[int]]]
) -> None:
    if sum(after) == 0:
        return
    first = lattice([before[:4], before[4:]], courtyards=yard)
    standing = divide(first, RULES).labels.astype(np.int64)
    ground = with_households(first, after)
    found = repair(ground, RULES, standing, curve=False)
    assert found.least.households_moved <= 1.1 * min(least_needed(ground, RULES, standing).values())


def slabs_changed(seed: int, width: int, height: int) -> tuple[Ground, Labels, RuleSet]:
    """A divided lattice, 5 % of whose buildings have another count since."""
    rng = np.random.default_rng(seed)
    counts = rng.integers(5, 60, (height, width))
    rules = changed_rules(RULES, caps={"default": 300})
    ground = lattice(counts.tolist())
    labels = divide(ground, rules).labels.astype(np.int64)
    flat = counts.ravel()
    chosen = rng.choice(len(flat), max(1, len(flat) // 20), replace=False)
    flat[chosen] = flat[chosen] * 2 + 10
    return with_households(ground, flat.tolist()), labels, rules


@pytest.mark.parametrize("seed", range(4))
def test_a_repair_of_many_grids_keeps_their_identity(seed: int) -> None:
    ground, labels, rules = slabs_changed(seed, 12, 10)
    found = repair(ground, rules, labels)
    assert_repaired(labels, found, rules)
    total = int(ground.units["households"].sum())
    assert found.least.households_moved <= 0.1 * total
    assert set(np.unique(labels)) <= set(np.unique(found.least.labels))
    assert found.fewest.grids <= found.least.grids


def test_a_new_river_parts_a_grid_and_the_larger_bank_keeps_its_number() -> None:
    rows = [[20, 20, 20, 10, 10]]
    labels = divide(lattice(rows), RULES).labels
    assert set(labels.tolist()) == {0}
    least = repair(lattice(rows, river_after=2), RULES, labels).least
    assert least.labels.tolist() == [0, 0, 0, 1, 1]
    assert (least.households_moved, least.new) == (20, (1,))


def test_a_new_building_joins_a_neighbour_with_room_and_nobody_moves() -> None:
    ground = lattice([[100, 40, 30, 30]])
    least = repair(ground, RULES, [0, 0, -1, 1]).least
    assert least.labels.tolist() == [0, 0, 1, 1]
    assert least.households_moved == 0


def test_a_grid_may_fill_up_to_the_cap_before_anybody_moves() -> None:
    ground = lattice([[75, 75]])
    found = repair(ground, RULES, [0, 0])
    assert found.least.labels.tolist() == [0, 0]
    assert found.least.rules.fill == 1.0
    assert found.plans[-1].rules.fill == RULES.fill
    assert found.plans[-1].grids == 2


def test_a_courtyard_that_now_fits_goes_whole_where_most_of_it_is() -> None:
    ground = lattice([[50, 30, 20, 50]], courtyards={"a": ("old", [1, 2])})
    least = repair(ground, RULES, [0, 0, 1, 1]).least
    assert least.labels.tolist() == [0, 0, 0, 1]
    assert least.households_moved == 20


def test_a_grid_nobody_lives_in_any_more_is_given_to_its_neighbour() -> None:
    ground = lattice([[50, 0, 0]])
    least = repair(ground, RULES, [0, 1, 1]).least
    assert least.labels.tolist() == [0, 0, 0]
    assert least.gone == (1,)


def test_a_bank_without_households_keeps_its_standing_number() -> None:
    ground = lattice([[50, 0]], river_after=0)
    least = repair(ground, RULES, [3, 7]).least
    assert least.labels.tolist() == [3, 7]
    assert least.division.grids["kind"].tolist() == ["base", "special"]


def test_an_overloaded_locked_grid_is_named() -> None:
    ground = lattice([[100, 100, 20]])
    plan = repair(ground, RULES, [0, 0, 1], locked=[0]).least
    assert plan.labels.tolist() == [0, 0, 1]
    assert [(p.kind, p.grid_no) for p in plan.problems] == [("over_cap", 0)]
    assert any("133" in r["en"] for r in plan.division.certificate.reasons)


def test_exactly_k_grids_stay_exactly_k() -> None:
    zones = changed_rules(load_rules("zones-k"), target=3)
    ground = lattice([[10] * 6] * 3)
    labels = divide(ground, zones).labels
    found = repair(ground, zones, np.where(labels == 2, 1, labels))
    assert all(plan.grids == 3 for plan in found.plans)
    assert_repaired(np.where(labels == 2, 1, labels), found, zones)


def test_exactly_k_grids_that_locks_forbid_are_refused() -> None:
    zones = changed_rules(load_rules("zones-k"), target=2)
    ground = lattice([[10] * 4])
    with pytest.raises(Infeasible, match="exactly 2"):
        repair(ground, zones, [0, 1, 2, 2], locked=[0, 1, 2])


@pytest.mark.parametrize(
    ("standing", "locked", "named"),
    [
        ([0, 0], [], "3 whole numbers"),
        ([0, 0, -2], [], "at least -1"),
        ([0.0, 0.5, 1.0], [], "whole numbers"),
        ([0, 0, 1], [9], "no grid 9"),
    ],
)
def test_standing_grids_that_do_not_fit_are_named(
    standing: list[int], locked: list[int], named: str
) -> None:
    with pytest.raises(InputError, match=named):
        repair(lattice([[10, 10, 10]]), RULES, standing, locked=locked)


def test_the_same_seed_gives_the_same_repair() -> None:
    ground, labels, rules = slabs_changed(3, 8, 8)
    one, two = repair(ground, rules, labels, seed=5), repair(ground, rules, labels, seed=5)
    assert [p.labels.tolist() for p in one.plans] == [p.labels.tolist() for p in two.plans]


def test_every_plan_of_a_repair_is_verified_by_a_package_of_its_own(tmp_path: Path) -> None:
    town = Town(buildings=slabs(6, 6))
    rules = load_rules("micro-30-50")
    ground = town.ground()
    labels = divide(ground, rules).labels
    units = gpd.GeoDataFrame(ground.units)
    more = units["households"].to_numpy().copy()
    more[[1, 8, 20]] += 15
    changed = with_households(ground, more.tolist())
    for n, plan in enumerate(repair(changed, rules, labels).plans):
        place = DividedCommunity("community", "town", changed, plan.division)
        findings = verify_package(write_package(tmp_path / f"{n}.gpkg", [place]))
        assert [f.promise for f in findings if not f.holds] == []


def describe(plan: Redrawn) -> tuple[int, int]:
    return plan.households_moved, plan.grids


def test_a_plan_without_courtyards_and_barriers_is_told_by_its_figures() -> None:
    ground = lattice([[60, 60, 60, 60]])
    found = repair(ground, RULES, [0, 0, 0, 1])
    assert describe(found.least) == (60, 2)
    assert found.least.labels.tolist() == [0, 0, 1, 1]


@pytest.mark.parametrize("seed", range(6))
def test_for_fewer_grids_hardly_more_households_move_than_must(seed: int) -> None:
    rng = np.random.default_rng(seed)
    counts = rng.integers(15, 60, 9)
    labels = divide(lattice(counts.reshape(3, 3).tolist()), RULES).labels.astype(np.int64)
    chosen = rng.choice(9, 3, replace=False)
    counts[chosen] += rng.integers(10, 60, 3)
    ground = lattice(counts.reshape(3, 3).tolist())
    found = repair(ground, RULES, labels)
    needed = least_needed(ground, RULES, labels)
    assert found.least.households_moved == min(needed.values())
    for plan in found.plans:
        must = min(moved for grids, moved in needed.items() if grids <= plan.grids)
        assert plan.households_moved >= must
    for grids in (found.fewest.grids, found.least.grids):
        must = min(moved for number, moved in needed.items() if number <= grids)
        mine = min(p.households_moved for p in found.plans if p.grids <= grids)
        assert mine <= 1.5 * must
