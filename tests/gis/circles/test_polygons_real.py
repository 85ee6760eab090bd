"""Circles of whole places against the buildings that are truly reached."""

from __future__ import annotations

import numpy as np
import pytest

from bench.circles import EXTRACTS, Scores, sample_layers, scored
from bench.real import real_data
from gis.io.osm import read_osm
from gis.network.policy import GATE_POLICIES, GatePolicy

FOLDER = real_data()


def _assert_true(scores: Scores) -> None:
    assert len(scores.recall) == 60
    assert np.median(scores.precision) >= 0.98
    assert np.median(scores.recall) >= 0.99
    assert min(scores.precision.min(), scores.recall.min()) >= 0.85


@pytest.mark.parametrize("gates", GATE_POLICIES)
def test_circles_of_the_sample_hold_the_buildings_truly_reached(gates: GatePolicy) -> None:
    _assert_true(scored(sample_layers(), gates))


@pytest.mark.real
@pytest.mark.skipif(FOLDER is None, reason="the real extracts are not beside the project")
@pytest.mark.parametrize("name", EXTRACTS)
def test_circles_of_a_real_place_hold_the_buildings_truly_reached(name: str) -> None:
    assert FOLDER is not None
    _assert_true(scored(read_osm(FOLDER / name)))
