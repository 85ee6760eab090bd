"""What a facility does, and the lists of kinds."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import pytest
from shapely import Point

from gis.circles.kinds import KINDS, facility_functions, function_remarks
from gis.circles.presets import load_kinds, parse_kinds, preset_names
from gis.circles.speeds import CUTOFFS_S, SPEEDS, cutoffs_of, walking_speed
from gis.contracts import FACILITY_KINDS
from gis.errors import InputError, UnreadableFile


def _facilities(rows: list[tuple[str, str | None, bool]]) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(
        {
            "facility_id": [f"f{i}" for i in range(len(rows))],
            "kind": [kind for kind, _, _ in rows],
            "functions": [functions for _, functions, _ in rows],
            "idle": [idle for _, _, idle in rows],
        },
        geometry=[Point(0, 0)] * len(rows),
        crs="EPSG:4326",
    )


def test_a_facility_with_several_functions_serves_each_kind_once() -> None:
    found = facility_functions(
        _facilities(
            [
                ("elder_care", "elder_care; canteen", False),
                ("other", "便利店、快递点", False),
                ("canteen", None, False),
            ]
        )
    )
    assert found.rows_of("canteen").tolist() == [0, 2]
    assert found.rows_of("elder_care").tolist() == [0]
    assert found.rows_of("convenience_store").tolist() == [1]
    assert found.rows_of("parcel").tolist() == [1]
    assert not found.unknown


def test_idle_premises_serve_nobody() -> None:
    found = facility_functions(_facilities([("canteen", "canteen", True)]))
    assert found.rows_of("canteen").size == 0


def test_an_unknown_function_is_named_and_still_counts() -> None:
    found = facility_functions(_facilities([("other", "astrologer", False)]))
    assert found.rows_of("astrologer").tolist() == [0]
    remarks = function_remarks(found, ["astrologer", "canten"])
    assert [r.code for r in remarks] == ["unknown_function", "unknown_kind"]
    assert "f0" in remarks[0].en
    assert "canteen" in remarks[1].en


def test_no_facilities_have_no_functions() -> None:
    found = facility_functions(_facilities([]))
    assert found.kind == ()
    assert found.row.size == 0


def test_every_kind_of_the_layer_is_known_and_every_name_is_its_own() -> None:
    assert set(FACILITY_KINDS) <= set(KINDS)
    assert len(set(KINDS.values())) == len(KINDS)


@pytest.mark.parametrize("name", preset_names())
def test_presets_name_known_kinds_and_their_source(name: str) -> None:
    preset = load_kinds(name)
    assert set(preset.kinds) <= set(KINDS)
    assert preset.source
    assert {level.cutoff_s for level in preset.levels} <= set(CUTOFFS_S)


def test_levels_of_the_standard_ask_for_different_things() -> None:
    levels = {level.cutoff_s: set(level.kinds) for level in load_kinds("gb50180-2018").levels}
    assert set(levels) == {300, 600, 900}
    assert "kindergarten" in levels[300] - levels[600] - levels[900]
    assert "primary_school" in levels[600] - levels[300]
    assert "middle_school" in levels[900] - levels[600]


def test_a_list_of_ones_own_may_use_chinese_names(tmp_path: Path) -> None:
    path = tmp_path / "清单.toml"
    path.write_text(
        'name="x"\nsource="y"\n[[levels]]\nname="a"\nminutes=8\nkinds=["便利店","药店"]\n', "utf-8"
    )
    preset = load_kinds(path)
    assert preset.kinds == ("convenience_store", "pharmacy")
    assert preset.levels[0].cutoff_s == 480


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("name=", "TOML"),
        ('name="x"\nsource="y"', "levels"),
        ('source="y"\n[[levels]]\nname="a"\nminutes=8\nkinds=["x"]', "name"),
        ('name="x"\n[[levels]]\nname="a"\nminutes=8\nkinds=["x"]', "source"),
        ('name="x"\nsource="y"\n[[levels]]\nname="a"\nminutes=0\nkinds=["x"]', "minutes"),
        ('name="x"\nsource="y"\n[[levels]]\nname="a"\nminutes=8\nkinds=[1]', "kinds"),
        ('name="x"\nsource="y"\nlevels=[3]', "levels"),
    ],
)
def test_a_document_that_is_no_list_is_refused_by_its_key(text: str, named: str) -> None:
    with pytest.raises(InputError, match=named):
        parse_kinds(text)


def test_a_list_that_does_not_exist_or_is_no_text_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="yuzhong"):
        load_kinds("no-such-list")
    (tmp_path / "a.toml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(UnreadableFile, match=r"a\.toml"):
        load_kinds(tmp_path / "a.toml")


def test_elders_walk_slower_than_adults_and_the_frail_slower_still() -> None:
    assert SPEEDS == {"adult": 1.2, "elder": 0.8, "frail": 0.6}
    assert walking_speed("frail") < walking_speed("elder") < walking_speed("adult")


@pytest.mark.parametrize("said", ["", "fast", "0", "-1", "nan", "inf", "9"])
def test_a_speed_that_nobody_walks_is_refused(said: str) -> None:
    with pytest.raises(InputError, match="adult"):
        walking_speed(said)


@pytest.mark.parametrize("said", ["", "a", "5,,10", "0", "-5", "nan", "1000"])
def test_minutes_that_are_none_are_refused(said: str) -> None:
    with pytest.raises(InputError, match="5,10,15"):
        cutoffs_of(said)
