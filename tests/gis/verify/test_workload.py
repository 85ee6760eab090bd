"""Workload, measures and reasons of splits: each wrong figure is found, and only that blamed."""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path

import pytest

from gis.verify import verify_package
from tests.gis.verify.drafts import Draft
from tests.gis.verify.lattice import CODE, district

# 688 households and 50 visits for each post take 14 posts; worked out by hand.
POSTS: Mapping[int, int] = {1: 1, 2: 3, 3: 1, 4: 0, 5: 1, 6: 2, 7: 1, 8: 2, 9: 2, 10: 1}
# There and back between two middles 100 m apart.
ROUNDS: Mapping[int, float] = {5: 260.0, 10: 260.0}
SPLIT = {"courtyard_id": "C2", "why": "too_large", "grids": 2, "least": 2, "en": "", "zh": ""}
MEASURES: Mapping[str, float] = {
    "polsby_popper_min": math.pi * 4 * 2 / 36,
    "polsby_popper_mean": (7 * math.pi / 4 + 2 * math.pi * 8 / 36) / 9,
    "reock_min": 2 / (math.pi * 1.25),
    "inertia_m2": (80 * 50**2 + 30 * (100 * 4 / 7) ** 2 + 40 * (100 * 3 / 7) ** 2) / 688,
    "cut_edges": 12,
    "load_max": 1.3,
    "households_min": 20,
    "posts_needed": 10,
    "posts_by_visits": 14,
    "round_m_max": 260.0,
    "walks_of_another_program": -1.0,
}


def worked_out() -> Draft:
    """The lattice district with its workload, measures and reasons."""
    draft = district(
        rules={"visits_per_post": 50},
        certificate={
            "over_cap_posts": {"n1": 2},
            "splits": [SPLIT],
            "measures": dict(MEASURES),
        },
    )
    draft.columns["grids"] += ", weight INTEGER, posts_by_visits INTEGER, round_m REAL"
    for row in draft.tables["grids"]:
        number = row["grid"]
        assert isinstance(number, int)
        row |= {
            "weight": row["households"],
            "posts_by_visits": POSTS[number],
            "round_m": ROUNDS.get(number, 0.0),
        }
    return draft


def broken(draft: Draft, path: Path) -> dict[str, str]:
    findings = verify_package(draft.write(path / "plan.gpkg"))
    return {f.promise: f.sentence("en") for f in findings if not f.holds}


def test_what_was_worked_out_by_hand_holds(tmp_path: Path) -> None:
    assert broken(worked_out(), tmp_path) == {}


@pytest.mark.parametrize(("grid", "posts"), [(2, 2), (4, 1), (6, 3)])
def test_a_post_too_many_or_too_few_is_found(tmp_path: Path, grid: int, posts: int) -> None:
    draft = worked_out()
    draft.grid(grid)["posts_by_visits"] = posts
    draft.certificates[CODE]["measures"] = {}
    found = broken(draft, tmp_path)
    assert list(found) == ["posts"]
    assert str(grid) in found["posts"]


@pytest.mark.parametrize(("grid", "metres"), [(5, 120.0), (10, 270.0), (1, 50.0)])
def test_a_round_no_one_can_walk_is_found(tmp_path: Path, grid: int, metres: float) -> None:
    draft = worked_out()
    draft.grid(grid)["round_m"] = metres
    draft.certificates[CODE]["measures"] = {}
    assert list(broken(draft, tmp_path)) == ["rounds"]


@pytest.mark.parametrize("name", [name for name in MEASURES if not name.startswith("walks")])
def test_a_wrong_measure_is_found_and_named(tmp_path: Path, name: str) -> None:
    draft = worked_out()
    draft.certificates[CODE]["measures"] = {**MEASURES, name: MEASURES[name] * 1.01 + 0.01}
    found = broken(draft, tmp_path)
    assert list(found) == ["measures"]
    assert name in found["measures"]


@pytest.mark.parametrize(
    "figures",
    [
        {"over_cap_posts": {"n1": 3}},
        {"over_cap_posts": {}},
        {"splits": []},
        {"splits": [{**SPLIT, "why": "cut_apart"}]},
        {"splits": [{**SPLIT, "least": 3}]},
        {"splits": [{**SPLIT, "grids": 3}]},
    ],
)
def test_a_wrong_reason_is_found(tmp_path: Path, figures: dict[str, object]) -> None:
    draft = worked_out()
    draft.certificates[CODE].update(figures)
    assert list(broken(draft, tmp_path)) == ["certificate"]


def test_a_building_may_be_several_stairwells(tmp_path: Path) -> None:
    draft = worked_out()
    for name in ("s0", "s1"):
        draft.unit(name).update(kind="stairwell", building_id="B-s")
    assert broken(draft, tmp_path) == {}


def test_a_wrong_sum_of_weights_is_found(tmp_path: Path) -> None:
    draft = worked_out()
    draft.grid(5)["weight"] = 81
    assert list(broken(draft, tmp_path)) == ["sums"]


def test_a_micro_grid_across_two_base_grids_is_found(tmp_path: Path) -> None:
    draft = worked_out()
    draft.columns["units"] += ", base_grid TEXT"
    for row in draft.tables["units"]:
        row["base_grid"] = "第一网格"
    assert broken(draft, tmp_path) == {}
    draft.unit("s3")["base_grid"] = "第二网格"
    (tmp_path / "plan.gpkg").unlink()
    assert "contiguous" in broken(draft, tmp_path)
