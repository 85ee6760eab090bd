"""Scenarios: what documents say, and the layers they make."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import pytest
from pandas.testing import assert_frame_equal
from shapely import Point

from gis.coverage.scenario import apply_scenario
from gis.errors import InvalidScenario, UnreadableFile
from gis.gcj02 import wgs84_to_gcj02
from gis.io.scenario import load_scenario, scenario_of

ADD = {"do": "add_facility", "facility_id": "N1", "kind": "canteen", "lon": 104.7, "lat": 28.6}
CLOSE = {"do": "close_facility", "facility_id": "N1"}


def facilities() -> gpd.GeoDataFrame:
    """Two facilities."""
    return gpd.GeoDataFrame(
        {
            "facility_id": ["F1", "F2"],
            "name": ["云溪食堂", None],
            "kind": ["canteen", "medical"],
            "functions": [None, "pharmacy"],
            "floor_area_m2": [120.0, None],
            "opening_hours": [None, None],
            "idle": [False, False],
            "community_code": ["511599001001"] * 2,
        },
        geometry=[Point(104.70, 28.60), Point(104.71, 28.61)],
        crs="EPSG:4326",
    )


def gates() -> gpd.GeoDataFrame:
    """One gate."""
    return gpd.GeoDataFrame(
        {"gate_id": ["G1"], "courtyard_id": ["X1"], "name": ["南门"]},
        geometry=[Point(104.7, 28.6)],
        crs="EPSG:4326",
    )


def changed(*changes: dict[str, Any], **said: Any) -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame]:
    """The layers after these changes."""
    scenario = scenario_of({"name": "trial", "changes": list(changes), **said})
    return apply_scenario(scenario, facilities(), gates())


def test_an_added_facility_follows_the_others_with_its_columns() -> None:
    after, same = changed({**ADD, "floor_area_m2": 80, "functions": "culture"})
    assert after["facility_id"].tolist() == ["F1", "F2", "N1"]
    new = after.iloc[2]
    assert (new["kind"], new["functions"], new["floor_area_m2"]) == ("canteen", "culture", 80.0)
    assert not new["idle"]
    assert new["geometry"] == Point(104.7, 28.6)
    assert_frame_equal(pd.DataFrame(same), pd.DataFrame(gates()))
    assert_frame_equal(pd.DataFrame(after.iloc[:2]), pd.DataFrame(facilities()))


def test_adding_and_closing_again_changes_nothing() -> None:
    after, _ = changed(ADD, CLOSE)
    assert_frame_equal(pd.DataFrame(after), pd.DataFrame(facilities()))


def test_moving_there_and_back_changes_nothing() -> None:
    away = {"do": "move_facility", "facility_id": "F2", "lon": 104.8, "lat": 28.7}
    after, _ = changed(away)
    assert after.geometry[1] == Point(104.8, 28.7)
    back, _ = changed(away, {**away, "lon": 104.71, "lat": 28.61})
    assert_frame_equal(pd.DataFrame(back), pd.DataFrame(facilities()))


def test_a_facility_that_is_added_can_be_moved() -> None:
    after, _ = changed(ADD, {"do": "move_facility", "facility_id": "N1", "lon": 104.9, "lat": 28.5})
    assert after.geometry.iloc[2] == Point(104.9, 28.5)
    assert after["kind"].iloc[2] == "canteen"


def test_a_closed_one_can_be_opened_again_elsewhere() -> None:
    after, _ = changed({"do": "close_facility", "facility_id": "F1"}, {**ADD, "facility_id": "F1"})
    assert after["facility_id"].tolist() == ["F2", "F1"]


def test_gates_open_and_close_without_touching_the_facilities() -> None:
    gate = {"do": "open_gate", "gate_id": "G2", "courtyard_id": "X1", "lon": 104.71, "lat": 28.6}
    same, after = changed(gate, {"do": "close_gate", "gate_id": "G1"})
    assert after[["gate_id", "courtyard_id"]].values.tolist() == [["G2", "X1"]]
    assert_frame_equal(pd.DataFrame(same), pd.DataFrame(facilities()))


def test_a_gate_opens_where_there_was_none_at_all() -> None:
    gate = {"do": "open_gate", "gate_id": "G2", "courtyard_id": "X1", "lon": 104.71, "lat": 28.6}
    scenario = scenario_of({"name": "first gate", "changes": [gate]})
    assert scenario.touches_gates
    _, after = apply_scenario(scenario, facilities(), gates().iloc[:0])
    assert after.geometry.tolist() == [Point(104.71, 28.6)]
    assert after.crs == "EPSG:4326"


def test_places_in_the_coordinates_of_web_maps_are_brought_back() -> None:
    x, y = wgs84_to_gcj02([104.7], [28.6])
    after, _ = changed({**ADD, "lon": float(x[0]), "lat": float(y[0])}, coord="gcj02")
    assert after.geometry.iloc[2].distance(Point(104.7, 28.6)) < 1e-7


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({**ADD, "facility_id": "F1"}, "there is no need to add 'F1'|'F1' is there already"),
        ({**CLOSE, "facility_id": "F9"}, "there is no 'F9'"),
        ({"do": "close_gate", "gate_id": "G9"}, "there is no 'G9'"),
        ({**ADD, "kind": "canten"}, "did you mean canteen"),
        ({**ADD, "lon": float("nan")}, "no place"),
        ({**ADD, "lon": 204.7}, r"\$.changes\[0\].lon"),
        ({**ADD, "colour": "red"}, "colour"),
        ({"do": "move_facility", "facility_id": "F1"}, "lon"),
        ({"do": "demolish"}, "demolish"),
    ],
)
def test_a_change_that_cannot_be_made_is_named(change: dict[str, Any], said: str) -> None:
    with pytest.raises(InvalidScenario, match=said) as fault:
        changed(change)
    assert fault.value.message("zh") != fault.value.message("en")


def test_the_same_scenario_is_read_from_toml_and_from_json(tmp_path: Path) -> None:
    document = {"name": "食堂", "changes": [ADD, CLOSE]}
    as_json = tmp_path / "scenario.json"
    as_json.write_text(json.dumps(document), "utf-8")
    as_toml = tmp_path / "scenario.toml"
    as_toml.write_text(
        'name = "食堂"\n[[changes]]\ndo = "add_facility"\nfacility_id = "N1"\nkind = "canteen"\n'
        'lon = 104.7\nlat = 28.6\n[[changes]]\ndo = "close_facility"\nfacility_id = "N1"\n',
        "utf-8",
    )
    assert load_scenario(as_json) == load_scenario(as_toml) == scenario_of(document)


@pytest.mark.parametrize("text", [b"{", b"name = ", b"[]", b"", b"{}"])
def test_a_file_that_is_no_scenario_is_refused(tmp_path: Path, text: bytes) -> None:
    path = tmp_path / "scenario.toml"
    path.write_bytes(text)
    with pytest.raises(InvalidScenario):
        load_scenario(path)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFile, match=r"nowhere\.toml"):
        load_scenario(tmp_path / "nowhere.toml")
