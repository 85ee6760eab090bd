"""Scenarios walked: a gate, a canteen, and the figures before and after."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from shapely import LineString, Point, box

from gis.circles.presets import KindPreset, Level
from gis.circles.reach import ReachSettings, reach
from gis.contracts import LayerName
from gis.coverage.of_reach import figures_of, gaps_of, groupings_of, levels_of
from gis.coverage.what_if import what_if
from gis.io.scenario import scenario_of
from gis.network.build import network_of
from tests.gis.circles.drawn import buildings, facilities, frame, streets

Layers = Mapping[LayerName, gpd.GeoDataFrame]
FIVE = ReachSettings(cutoffs_s=(300,))
COMMUNITY = "511599001001"


@pytest.fixture
def town() -> Layers:
    """A walled courtyard, its one gate behind, a canteen in the street before it."""
    houses = buildings([(200, 40), (220, 40), (400, 5)]).assign(
        households=[30, 20, 50],
        households_kind="registered",
        community_code=COMMUNITY,
        courtyard_id=pd.Series(["X1", "X1", None]),
    )
    return {
        "streets": streets(
            [LineString([(0, 0), (50, 0), (600, 0)]), LineString([(50, 0), (50, 300), (200, 300)])]
        ),
        "courtyards": frame(
            [box(100, 20, 300, 220)], courtyard_id=["X1"], name=["一"], walled=[True]
        ),
        "gates": frame([Point(200, 220)], gate_id=["north"], courtyard_id=["X1"], name=[None]),
        "buildings": houses,
        "facilities": facilities([(200.0, -5.0, "canteen")]),
    }


def stored(layers: Layers) -> Layers:
    """The layers in EPSG:4326, as they come from files and from the database."""
    return {name: layer.to_crs("EPSG:4326") for name, layer in layers.items()}


def lon_lat(x: float, y: float) -> dict[str, float]:
    """A place of the drawing in degrees."""
    degrees = frame([Point(x, y)]).to_crs("EPSG:4326").geometry
    return {"lon": float(degrees.x.iloc[0]), "lat": float(degrees.y.iloc[0])}


def reached(town: Layers, *changes: dict[str, Any]) -> list[int]:
    """Households that reach the canteen in 5 minutes, before and after."""
    layers = stored(town)
    scenario = scenario_of({"name": "trial", "changes": list(changes)})
    groups = groupings_of(layers["buildings"])
    found = what_if(layers, scenario, ["canteen"], groups, settings=FIVE).changes
    one = found[
        (found["grouping"] == "community")
        & (found["method"] == "network")
        & (found["counted"] == "households")
    ]
    return [int(one["reached_before"].iloc[0]), int(one["reached_after"].iloc[0])]


def test_a_gate_to_the_street_brings_the_courtyard_to_its_canteen(town: Layers) -> None:
    gate = {"do": "open_gate", "gate_id": "south", "courtyard_id": "X1", **lon_lat(200, 20)}
    assert reached(town, gate) == [50, 100]


def test_a_second_canteen_inside_does_the_same_and_shutting_the_first_undoes_it(
    town: Layers,
) -> None:
    inside = {"do": "add_facility", "facility_id": "n", "kind": "canteen", **lon_lat(210, 60)}
    assert reached(town, inside) == [50, 100]
    assert reached(town, inside, {"do": "close_facility", "facility_id": "f0"}) == [50, 50]


def test_closing_the_only_canteen_leaves_nobody(town: Layers) -> None:
    assert reached(town, {"do": "close_facility", "facility_id": "f0"}) == [50, 0]


def test_straight_lines_know_of_no_wall(town: Layers) -> None:
    network = network_of(town["streets"], town["courtyards"], town["gates"])
    found = reach(network, town["buildings"], town["facilities"], ["canteen"], settings=FIVE)
    table = figures_of(found, town["buildings"], groupings_of(town["buildings"]))
    share = table[(table["grouping"] == "courtyard") & (table["counted"] == "households")]
    assert share.set_index("method")["share"].to_dict() == {"network": 0.0, "straight_line": 1.0}


def test_the_gap_is_the_courtyard_and_a_shut_gate_its_reason(town: Layers) -> None:
    network = network_of(town["streets"], town["courtyards"], town["gates"])
    shut = ReachSettings(cutoffs_s=(300, 900), gate_policy="shut")
    found = reach(network, town["buildings"], town["facilities"], ["canteen"], settings=shut)
    gap = gaps_of(found, town["buildings"], cutoffs_s=[900])
    assert gap["building_ids"].tolist() == [("b0", "b1")]
    assert gap["households"].tolist() == [50]
    assert gap["reasons"].tolist() == [{"gate": 2}]
    assert gap["gates"].tolist() == ["shut"]
    assert gap.crs == "EPSG:4326"
    near = gaps_of(found, town["buildings"], cutoffs_s=[300])
    assert near["reasons"].tolist() == [{"too_far": 2}]


def test_each_level_of_a_preset_is_checked_at_its_own_cutoff(town: Layers) -> None:
    network = network_of(town["streets"], town["courtyards"], town["gates"])
    found = reach(network, town["buildings"], town["facilities"], ["canteen"], settings=FIVE)
    levels = (Level("5", "五", 300, ("canteen", "medical")), Level("15", "十五", 900, ("canteen",)))
    preset = KindPreset("trial", "试", "made up", levels)
    table = levels_of(found, town["buildings"], preset, groupings_of(town["buildings"])[1:2])
    told = {
        (row["level"], row["kinds_reached"]): row["households"] for row in table.to_dict("records")
    }
    assert told == {("5", 0): 50, ("5", 1): 50, ("5", 2): 0, ("15", 0): 0, ("15", 1): 100}
    assert set(table["group"]) == {COMMUNITY}


def test_buildings_are_grouped_by_grid_courtyard_and_the_areas_above() -> None:
    houses = buildings([(10, 10), (90, 10), (500, 10)]).assign(
        community_code=[COMMUNITY, "511599002003", "village"],
        courtyard_id=pd.Series(["X1", None, None]),
    )
    grids = frame([box(0, 0, 50, 50), box(50, 0, 100, 50)], grid_code=["g1", "g2"])
    groups = {g.name: np.asarray(g.group).tolist() for g in groupings_of(houses, grids)}
    assert groups == {
        "grid": ["g1", "g2", None],
        "courtyard": ["X1", None, None],
        "community": [COMMUNITY, "511599002003", "village"],
        "subdistrict": ["511599001000", "511599002000", None],
        "county": ["511599000000", "511599000000", None],
    }


def test_layers_without_gates_and_courtyards_do(town: Layers) -> None:
    layers: Layers = {name: town[name] for name in ("streets", "buildings", "facilities")}
    scenario = scenario_of(
        {"name": "shut", "changes": [{"do": "close_facility", "facility_id": "f0"}]}
    )
    found = what_if(layers, scenario, ["canteen"], groupings_of(layers["buildings"]))
    assert np.isfinite(found.before.metres).all()
    assert np.isinf(found.after.metres).all()
    assert isinstance(found.changes, pd.DataFrame)
