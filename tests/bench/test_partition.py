"""What the benchmark of division counts itself is counted right."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from bench.city_maker import make_city
from bench.made_up import ground_of
from bench.partition import record
from bench.partition_headline import needless_splits
from bench.partition_repair import SIDE, lattice, least_moved
from gis.io.read import read_layer
from gis.partition.divide import divide
from gis.partition.rules import load_rules
from sample_geodata.communities import made_up_community


def test_a_courtyard_that_fits_and_is_split_is_counted() -> None:
    rules = load_rules("gaoxian-2020")
    ground = ground_of(made_up_community(5, 800), rules)
    division = divide(ground, rules)
    assert needless_splits(ground, division) == 0
    yards = ground.units["courtyard_id"].to_numpy(object)
    whole = [
        name
        for name in set(yards) - {None}
        if len({division.labels[u] for u in np.flatnonzero(yards == name)}) == 1
        and (yards == name).sum() > 1
    ]
    moved = division.labels.copy()
    moved[np.flatnonzero(yards == sorted(whole)[0])[0]] = moved.max() + 1
    assert needless_splits(ground, replace(division, labels=moved)) == 1


@pytest.mark.parametrize(("more", "least"), [(0, 0), (6, 0), (7, 24)])
def test_the_program_moves_the_least(more: int, least: int) -> None:
    # A row holds 6 x 24 of 150 households: six more fit, with seven one building must leave.
    counts = np.full(SIDE * SIDE, 24)
    counts[0] += more
    standing = np.repeat(np.arange(SIDE), SIDE)
    assert least_moved(lattice(counts), counts, standing) == (least, True)


def test_a_section_is_recorded_beside_the_others(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    record(page, "census", "## Census\n")
    record(page, "towns", "## Towns\n")
    page.write_text(page.read_text("utf-8") + "\n## What is missed\n", "utf-8")
    record(page, "census", "## Census anew\n")
    text = page.read_text("utf-8")
    assert text.index("## Towns") < text.index("## Census anew")
    assert "## Census\n" not in text
    assert text.endswith("\n## What is missed\n")


def test_a_city_is_made_the_same_twice_and_its_rows_are_good(tmp_path: Path) -> None:
    first, second = (make_city(tmp_path / f"{n}.gpkg", 2, 3_000) for n in (1, 2))
    assert (first.buildings, first.households) == (second.buildings, second.households)
    areas = read_layer(first.path, "areas", gis_layer="areas").frame
    read = read_layer(first.path, "buildings", gis_layer="buildings", communities=areas)
    assert len(read.waiting) == 0
    assert len(read.frame) == first.buildings
    assert int(read.frame["households"].sum()) == first.households
