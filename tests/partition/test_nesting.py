"""Micro grids lie in one base grid each, though the base plan was drawn on another ground."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import box

from gis.cells import Ground, build_ground
from gis.io.package import DividedCommunity, write_package
from gis.partition.divide import divide
from gis.partition.loads import unit_rules
from gis.partition.nesting import base_grids
from gis.partition.result import Division, Within
from gis.partition.rules import RuleSet, load_rules
from gis.verify import verify_package
from tests.gis.towns import Town, slabs
from tests.partition.test_divide import lattice

BASE, MICRO = load_rules("gaoxian-2020"), load_rules("micro-30-50")


def nested(ground: Ground, base: Ground, division: Division) -> Within:
    units = base.units.assign(grid=division.labels.astype(np.int64))
    names = dict(enumerate(division.grids["name"]))
    return Within(base_grids(ground, units), names)


@settings(max_examples=25)
@given(st.lists(st.lists(st.integers(0, 45), min_size=6, max_size=6), min_size=4, max_size=4))
def test_no_micro_grid_crosses_a_base_grid(rows: list[list[int]]) -> None:
    ground = lattice(rows)
    base = divide(ground, BASE)
    within = nested(ground, ground, base)
    assert (within.grid == base.labels).all()
    micro = divide(ground, MICRO, within=within)
    for grid in micro.grids.index:
        assert len(np.unique(base.labels[micro.labels == grid])) == 1
    assert micro.certificate.lower_bound <= micro.certificate.grids
    first = np.array([base.labels[micro.labels == g][0] for g in micro.grids.index])
    assert (np.diff(first) >= 0).all()
    assert micro.grids["name"].is_unique


def town(rules: RuleSet) -> Ground:
    place = Town(slabs(4, 3), community=box(0, 0, 200, 200))
    households = [60, 120, 30, 45, 100, 20, 35, 80, 25, 40, 55, 140]
    houses = place.houses().assign(households=households, stairwells=3)
    return build_ground(houses, unit_rules(rules), **place.layers())


def test_towers_that_the_base_plan_kept_whole_are_divided_inside_their_base_grid(
    tmp_path: Path,
) -> None:
    whole, parted = town(BASE), town(MICRO)
    assert set(whole.units["kind"]) == {"building"}
    assert "stairwell" in set(parted.units["kind"])
    base = divide(whole, BASE)
    within = nested(parted, whole, base)
    home = dict(zip(whole.units["building_id"], base.labels, strict=True))
    assert within.grid.tolist() == [home[b] for b in parted.units["building_id"]]
    micro = divide(parted, MICRO, within=within)
    assert (micro.grids["load"] <= 1).all()
    assert micro.certificate.over_cap == ()
    path = tmp_path / "micro.gpkg"
    write_package(path, [DividedCommunity("110108001001", "x", parted, micro)])
    findings = verify_package(path)
    assert [f.sentence("en") for f in findings if not f.holds] == []
    assert micro.grids["name"].str.startswith("第一网格·第一微网格").sum() == 1


def test_two_base_grids_need_two_micro_grids_where_one_would_do() -> None:
    ground = lattice([[10, 10, 10, 10]])
    within = Within(np.array([0, 0, 1, 1]), {0: "西", 1: "东"})
    assert divide(ground, MICRO).certificate.grids == 1
    micro = divide(ground, MICRO, within=within)
    assert micro.certificate.grids == micro.certificate.lower_bound == 2
    assert micro.grids["name"].tolist() == ["西·第一微网格", "东·第一微网格"]
