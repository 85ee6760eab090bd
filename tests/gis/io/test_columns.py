"""Headings, spellings, encodings and numbers as offices write them."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gis.contracts import LAYERS, LayerName
from gis.errors import UnreadableFile, WrongColumns
from gis.io.columns import map_headings, mapping_file, preset, short_heading
from gis.io.dbf import encoding_of
from gis.io.numbers import count_of
from gis.io.read import read_layer
from tests.gis.io.test_read import houses


@pytest.mark.parametrize("layer", list(LAYERS))
def test_canonical_chinese_and_short_headings_all_mean_their_column(layer: LayerName) -> None:
    contract = LAYERS[layer]
    same = {f.name: f.name for f in contract.fields}
    for headings in (
        {f.name: f.name for f in contract.fields},
        {f.name: f.zh for f in contract.fields},
        {f.name: short_heading(f.name) for f in contract.fields},
    ):
        mapped = map_headings(list(headings.values()), contract, preset("zh", layer))
        assert {c: mapped.used[c] for c in same} == headings
        assert mapped.unused == ()


@pytest.mark.parametrize("layer", [n for n, c in LAYERS.items() if c.geometry != "none"])
def test_short_headings_fit_a_shapefile(layer: LayerName) -> None:
    short = [short_heading(c) for c in LAYERS[layer].columns]
    assert max(len(name) for name in short) <= 10
    assert len(set(short)) == len(short)


def test_every_preset_value_is_a_choice_of_its_column() -> None:
    for name, contract in LAYERS.items():
        for column, spelled in preset("zh", name).values.items():
            assert set(spelled.values()) <= set(contract.field(column).choices)


def test_a_mapping_file_comes_before_the_preset(tmp_path: Path) -> None:
    mapping = tmp_path / "m.toml"
    mapping.write_text(
        '[columns]\nhouseholds = "实际住户"\n[values.households_kind]\n"实住" = "resident"\n',
        encoding="utf-8",
    )
    frame = houses(2).assign(实际住户=[7, 8], 户数口径=["实住", "套"])
    frame.to_file(tmp_path / "h.gpkg")
    read = read_layer(tmp_path / "h.gpkg", "buildings", mapping=mapping)
    assert read.frame["households"].tolist() == [7, 8]
    assert read.frame["households_kind"].tolist() == ["resident", "dwellings"]
    assert [(f.code, f.value) for f in read.faults] == [("column-unmapped", "户数")]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('[columns]\ncastle = "城堡"\n', "castle"),
        ("[columns\n", "not a usable"),
        ("columns = 3\n", "tables"),
    ],
)
def test_a_mapping_that_is_none_is_refused_by_name(tmp_path: Path, text: str, words: str) -> None:
    (tmp_path / "m.toml").write_text(text, encoding="utf-8")
    with pytest.raises(WrongColumns, match=rf"m\.toml.*{words}"):
        mapping_file(tmp_path / "m.toml", "buildings")


def test_the_heading_tells_the_kind_of_households(tmp_path: Path) -> None:
    houses(1).rename(columns={"户数": "常住户数"}).to_file(tmp_path / "h.gpkg")
    frame = read_layer(tmp_path / "h.gpkg", "buildings").frame
    assert frame["households_kind"].tolist() == ["resident"]


@pytest.mark.parametrize("encoding", ["GBK", "GB18030", "UTF-8", "BIG5"])
@pytest.mark.parametrize("says", ["cpg", "nothing", "lies"])
def test_the_encoding_of_a_shapefile_is_told(tmp_path: Path, encoding: str, says: str) -> None:
    name = "翠苑社區第一棟樓房" if encoding == "BIG5" else "翠苑社区第一幢楼房"
    frame = houses(3).set_axis(["id", "name", "hh", "geometry"], axis=1).assign(name=name)
    frame.to_file(tmp_path / "h.shp", encoding=encoding)
    dbf = bytearray((tmp_path / "h.dbf").read_bytes())
    dbf[29] = 0
    (tmp_path / "h.dbf").write_bytes(dbf)
    if says == "nothing":
        (tmp_path / "h.cpg").unlink()
    if says == "lies":
        (tmp_path / "h.cpg").write_text("ISO-8859-15X" if encoding == "UTF-8" else "UTF-8")
    assert read_layer(tmp_path / "h.shp", "buildings").frame["name"].tolist() == [name] * 3


def test_a_name_cut_in_the_middle_of_a_character_keeps_its_whole_ones(tmp_path: Path) -> None:
    houses(1).set_axis(["id", "name", "hh", "geometry"], axis=1).assign(name="翠苑一幢").to_file(
        tmp_path / "h.shp", encoding="UTF-8"
    )
    raw = (tmp_path / "h.dbf").read_bytes()
    (tmp_path / "h.dbf").write_bytes(raw.replace("幢".encode(), "幢".encode()[:2] + b" "))
    assert read_layer(tmp_path / "h.shp", "buildings").frame["name"].tolist() == ["翠苑一"]


def test_an_unknown_encoding_is_refused(tmp_path: Path) -> None:
    houses(1).to_file(tmp_path / "h.shp", encoding="GBK")
    assert encoding_of(tmp_path / "h.dbf", "h.shp", "cp936") == ("gb18030", "option")
    with pytest.raises(UnreadableFile, match="klingon"):
        read_layer(tmp_path / "h.shp", "buildings", encoding="klingon")


@given(st.integers(0, 10**6), st.sampled_from(["", "户", " 户", "戶"]), st.booleans())
def test_a_count_is_read_however_it_is_dressed(number: int, unit: str, wide: bool) -> None:
    text = f"{number:,}" if number % 2 else str(number)
    if wide:
        text = text.translate({ord(str(d)): chr(0xFF10 + d) for d in range(10)})
    assert count_of(f" {text}{unit} ")[0] == number


@given(st.text(max_size=20) | st.floats() | st.integers() | st.booleans())
def test_no_cell_makes_a_count_negative_fractional_or_infinite(cell: object) -> None:
    number, state = count_of(cell, 100_000)
    if state in ("plain", "reread", "estimated"):
        assert 0 <= number <= 100_000
        assert number == int(number)
    else:
        assert number != number  # noqa: PLR0124 (not a number)
