"""A ledger without geometry finds its buildings by code, courtyard and number, or address."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from gis.io.ledger import match_rows
from gis.io.read import read_layer
from gis.io.spelling import arabic, folded_address, folded_name, folded_number

SAMPLE = Path(__file__).parents[3] / "sample_geodata"


def table(**columns: list[object]) -> gpd.GeoDataFrame:
    frame = pd.DataFrame({c: pd.Series(v, dtype="str") for c, v in columns.items()})
    return gpd.GeoDataFrame(frame, geometry=gpd.GeoSeries(index=frame.index, crs=4326))


YARDS = table(courtyard_id=["Y1", "Y2"], name=["翠苑一区", "滨江花园"])
BUILDINGS = table(
    building_id=["A", "B", "C", "D", "E"],
    courtyard_id=["Y1", "Y1", "Y2", None, None],
    number=["3幢", "4幢", "3幢", None, None],
    address=["翠苑路12号", "翠苑路12号", "江边路1号", "文庙巷7号", "文庙巷9号"],
)


@pytest.mark.parametrize(
    ("row", "building", "how"),
    [
        ({"building_id": "C"}, "C", "code"),
        ({"courtyard_id": "Y1", "number": "3"}, "A", "number"),
        ({"courtyard_id": "翠園１区", "number": "三號樓"}, "A", "number"),
        ({"courtyard_id": "滨江花苑小区", "number": "3#"}, "C", "number"),
        ({"courtyard_id": "翠苑一区", "name": "翠苑一区4栋"}, "B", "number"),
        ({"address": "翠苑路 12 号 4 号楼", "number": None}, None, None),
        ({"address": "翠苑路１２号", "number": "04"}, "B", "address"),
        ({"address": "文廟巷７號"}, "D", "address"),
    ],
)
def test_a_row_finds_its_building(
    row: dict[str, object], building: str | None, how: str | None
) -> None:
    matches = match_rows(table(**{c: [v] for c, v in row.items()}), BUILDINGS, YARDS)
    found = matches.rows.astype(object).where(matches.rows.notna(), None).iloc[0]
    assert (found["building_id"], found["matched_by"]) == (building, how)


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ({"address": "翠苑路12号"}, "ambiguous"),
        ({"courtyard_id": "翠苑一区", "number": "9幢"}, "nothing"),
        ({"courtyard_id": "不存在小区", "address": "文庙巷7号"}, "nothing"),
        ({"address": "文庙巷70号"}, "nothing"),
    ],
)
def test_what_fits_several_or_none_is_not_guessed(row: dict[str, object], reason: str) -> None:
    matches = match_rows(table(**{c: [v] for c, v in row.items()}), BUILDINGS, YARDS)
    assert matches.unmatched["reason"].tolist() == [reason]
    assert matches.placed_share == 0.0


def test_two_rows_of_one_building_that_disagree_are_both_left_out() -> None:
    twice = table(building_id=["D", "D", "E", "E"]).assign(households=[5, 6, 7, 7])
    matches = match_rows(twice, BUILDINGS)
    assert matches.rows["building_id"].notna().tolist() == [False, False, True, False]
    assert matches.unmatched["reason"].tolist() == ["repeated"] * 3


def test_an_empty_ledger_is_wholly_on_the_map() -> None:
    assert match_rows(table(building_id=[]), BUILDINGS, YARDS).placed_share == 1.0


def test_the_samples_roster_finds_all_but_the_places_made_up_to_be_missing() -> None:
    areas = read_layer(SAMPLE / "yunxi.gpkg", "areas").frame
    yards = read_layer(SAMPLE / "yunxi.gpkg", "courtyards").frame
    buildings = read_layer(SAMPLE / "yunxi.gpkg", "buildings").frame
    roster = read_layer(
        SAMPLE / "yunxi_roster.xlsx", "buildings", communities=areas, courtyards=yards
    ).frame
    matches = match_rows(roster, buildings, yards)
    lost = matches.unmatched.join(roster[["courtyard_id", "number"]])
    lost = lost[lost["reason"] != "repeated"]
    assert matches.placed_share > 0.95
    assert ((lost["courtyard_id"] == "新华书店家属院") | (lost["number"] == "97幢")).all()
    placed = matches.rows["building_id"].dropna()
    known = buildings.set_index("building_id")["community_code"]
    assert (known[placed].to_numpy() == roster.loc[placed.index, "community_code"]).all()


@given(st.integers(1, 999))
def test_a_chinese_numeral_reads_as_the_number_it_writes(number: int) -> None:
    digits = "零一二三四五六七八九"
    hundreds, tens, ones = number // 100, number // 10 % 10, number % 10
    text = f"{digits[hundreds]}百" if hundreds else ""
    text += f"{digits[tens]}十" if tens else ("零" if hundreds and ones else "")
    text += digits[ones] if ones else ""
    assert arabic(text) == number
    assert folded_number(f"{text}幢") == str(number)


@example("1#楼楼")
@example("第第3幢")
@given(st.text(alphabet="翠苑園三十号楼幢栋座第〇ａＡ01２ -#（）区", max_size=12))
def test_folding_twice_is_folding_once(text: str) -> None:
    for fold in (folded_name, folded_number, folded_address):
        assert fold(fold(text)) == fold(text)
