"""Cutting a grid along a line, and numbering a division after the standing one."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from gis.errors import Infeasible, InputError
from gis.numbering import numbered_like
from gis.partition.cutting import cut
from gis.partition.rules import RuleSet
from tests.partition.test_divide import lattice

RULES = RuleSet(name="t", source="t", caps={"default": 10_000}, keep_courtyards=False)
GROUND = lattice([[10] * 6] * 3)
BOX = GROUND.units.total_bounds


def across(share: float, bend: float = 0.0) -> shapely.LineString:
    """From south to north through the ground, at a share of its width from the west."""
    west, south, east, north = BOX
    x = west + share * (east - west)
    y = (south + north) / 2
    return shapely.LineString([(x, south + 1), (x + bend * (east - west), y), (x, north - 1)])


@given(st.floats(0.2, 0.8), st.booleans())
def test_a_line_parts_the_units_by_side_whichever_way_it_is_drawn(share: float, back: bool) -> None:
    line = across(share)
    whole = np.zeros(len(GROUND.units), np.int64)
    done = cut(GROUND, RULES, whole, 0, line.reverse() if back else line)
    centres = GROUND.units.geometry.centroid.x
    west = done.labels[np.argmin(centres)]
    middle = BOX[0] + share * (BOX[2] - BOX[0])
    clear = np.abs(centres - middle) > 1
    assert ((centres < middle) == (done.labels == west))[clear].all()
    assert set(done.labels.tolist()) == {0, 1}
    crowd = np.bincount(done.labels, GROUND.units["households"])
    assert crowd[0] >= crowd[1]


def test_a_bent_line_cuts_as_drawn_and_other_grids_stay() -> None:
    labels = np.where(GROUND.units.geometry.centroid.y > (BOX[1] + BOX[3]) / 2 + 10, 5, 2)
    done = cut(GROUND, RULES, labels, 2, across(0.5, bend=0.2))
    assert ((done.labels == 5) == (labels == 5)).all()
    assert set(done.labels.tolist()) == {2, 5, 6}


def test_a_line_beside_the_grid_or_a_lock_is_refused() -> None:
    whole = np.zeros(len(GROUND.units), np.int64)
    with pytest.raises(InputError, match="one side"):
        cut(GROUND, RULES, whole, 0, across(1.5))
    with pytest.raises(Infeasible, match="locked"):
        cut(GROUND, RULES, whole, 0, across(0.5), locked={0})


@given(st.lists(st.tuples(st.integers(-1, 5), st.integers(0, 5)), min_size=1, max_size=30))
def test_numbering_after_standing_grids_changes_no_grid(pairs: list[tuple[int, int]]) -> None:
    standing, fresh = (np.array(side, np.int64) for side in zip(*pairs, strict=True))
    named = numbered_like(standing, fresh, np.ones(len(pairs), np.int64))
    assert len(set(zip(fresh.tolist(), named.tolist(), strict=True))) == len(set(fresh.tolist()))
    assert len(set(named.tolist())) == len(set(fresh.tolist()))
    if (standing >= 0).all():
        same = numbered_like(standing, standing, np.ones(len(pairs), np.int64))
        assert same.tolist() == standing.tolist()
