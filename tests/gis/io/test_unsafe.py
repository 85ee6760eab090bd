"""What is refused before anything is read: addresses, disguises, bombs, tricks."""

from __future__ import annotations

import io
import sqlite3
import zipfile
from pathlib import Path

import openpyxl
import pytest

from gis.errors import UnreadableFile
from gis.io.read import read_layer
from tests.gis.io.test_read import codes, houses


def refused(path: Path | str, words: str) -> None:
    """The file is refused in both languages, by name."""
    with pytest.raises(UnreadableFile, match=words) as caught:
        read_layer(path, "buildings")
    name = Path(path).name[:20]
    assert name in caught.value.en
    assert name in caught.value.zh


def packed(path: Path, entries: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in entries.items():
            archive.writestr(name, data)
    return path


@pytest.mark.parametrize(
    "address",
    ["/vsicurl/http://127.0.0.1/a.geojson", "http://127.0.0.1/a.gpkg", "/vsizip/a.zip/a.shp"],
)
def test_nothing_is_fetched_from_an_address(address: str) -> None:
    refused(address, "this machine")


def test_a_missing_and_an_empty_file_are_told_apart(tmp_path: Path) -> None:
    (tmp_path / "empty.gpkg").touch()
    refused(tmp_path / "none.gpkg", "no such file")
    refused(tmp_path / "empty.gpkg", "empty")


@pytest.mark.parametrize(
    ("true", "disguise"), [(".gpkg", ".geojson"), (".geojson", ".gpkg"), (".fgb", ".shp")]
)
def test_a_file_under_a_false_name_is_refused(tmp_path: Path, true: str, disguise: str) -> None:
    houses().to_file(tmp_path / f"h{true}")
    moved = (tmp_path / f"h{true}").rename(tmp_path / f"x{disguise}")
    refused(moved, "the name says")


def test_a_virtual_dataset_is_refused_whatever_its_name(tmp_path: Path) -> None:
    text = "<OGRVRTDataSource><OGRVRTLayer name='a'/></OGRVRTDataSource>"
    for name in ("a.vrt", "a.geojson", "a.gpkg"):
        (tmp_path / name).write_text(text)
        refused(tmp_path / name, "XML|not read")


def test_json_that_poses_as_another_gdal_driver_is_not_run(tmp_path: Path) -> None:
    path = tmp_path / "a.geojson"
    path.write_text('{"type":"gdal_streamed_alg","command_line":"gdal vector read x"}')
    refused(path, "no GeoJSON")


def test_the_place_of_the_damage_in_json_is_named(tmp_path: Path) -> None:
    path = tmp_path / "h.geojson"
    houses().to_file(path)
    path.write_text(path.read_text()[:-40])
    refused(path, r"line \d+, column \d+")


@pytest.mark.parametrize("name", ["../up.geojson", "/abs.geojson", "a/../../b.shp", "C:\\a.shp"])
def test_no_path_leads_out_of_an_archive(tmp_path: Path, name: str) -> None:
    refused(packed(tmp_path / "t.zip", {name: b"{}"}), "unsafe path")
    assert sorted(p.name for p in tmp_path.iterdir()) == ["t.zip"]


@pytest.mark.parametrize("suffix", [".zip", ".xlsx"])
def test_an_archive_that_swells_is_a_bomb(tmp_path: Path, suffix: str) -> None:
    refused(packed(tmp_path / f"b{suffix}", {"a.geojson": bytes(50_000_000)}), "bomb")


def test_an_archive_that_lies_about_a_size_stops_there(tmp_path: Path) -> None:
    path = packed(tmp_path / "l.zip", {"a.geojson": b"[" * 5_000_000})
    raw = bytearray(path.read_bytes())
    directory = raw.rindex(b"PK\x01\x02")
    raw[directory + 24 : directory + 28] = (1000).to_bytes(4, "little")
    path.write_bytes(raw)
    refused(path, "damaged|longer")


def test_a_password_is_asked_to_be_taken_off(tmp_path: Path) -> None:
    path = packed(tmp_path / "p.zip", {"a.geojson": b"{}"})
    raw = bytearray(path.read_bytes())
    raw[raw.rindex(b"PK\x01\x02") + 8] |= 1
    path.write_bytes(raw)
    refused(path, "password")


def test_xml_entities_in_a_workbook_are_refused(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.worksheets[0].append(["户数"])
    buffer = io.BytesIO()
    book.save(buffer)
    with zipfile.ZipFile(buffer) as old:
        entries = {n: old.read(n) for n in old.namelist()}
    entries["xl/worksheets/sheet1.xml"] = b'<!DOCTYPE x [<!ENTITY a "b">]><worksheet/>'
    refused(packed(tmp_path / "x.xlsx", entries), "entities")


def test_a_view_in_a_geopackage_is_not_run(tmp_path: Path) -> None:
    path = tmp_path / "v.gpkg"
    houses().to_file(path, layer="houses")
    connection = sqlite3.connect(path)
    connection.executescript(
        "CREATE VIEW endless AS WITH RECURSIVE r(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM r)"
        " SELECT i AS fid FROM r;"
        "INSERT INTO gpkg_contents (table_name, data_type, identifier)"
        " VALUES ('endless', 'attributes', 'endless')"
    )
    connection.close()
    with pytest.raises(UnreadableFile, match=r"v\.gpkg.*endless.*houses"):
        read_layer(path, "buildings", gis_layer="endless")
    assert len(read_layer(path, "buildings").frame) == len(houses())


def test_a_geopackage_open_elsewhere_is_not_read_halfway(tmp_path: Path) -> None:
    path = tmp_path / "w.gpkg"
    houses().to_file(path)
    path.with_name("w.gpkg-wal").write_bytes(b"x")
    refused(path, "another program")


@pytest.mark.parametrize("part", [".dbf", ".shp", ".shx"])
def test_a_shapefile_that_lost_its_end_or_a_part_is_refused(tmp_path: Path, part: str) -> None:
    houses().to_file(tmp_path / "h.shp", encoding="GBK")
    spoiled = tmp_path / f"h{part}"
    spoiled.write_bytes(spoiled.read_bytes()[:-30])
    refused(tmp_path / "h.shp", "cut off|damaged|belong")
    spoiled.unlink()
    refused(tmp_path / "h.shp", "missing|no such file")


def test_a_formula_without_a_stored_value_is_named_by_row_and_field(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    for row in (["楼栋编号", "户数", "地址"], ["A", 30, "x"], ["B", "=1+1", "y"]):
        book.worksheets[0].append(row)
    book.save(tmp_path / "f.xlsx")
    read = read_layer(tmp_path / "f.xlsx", "buildings")
    assert (2, "formula-without-value") in codes(read)
    assert read.frame["building_id"].tolist() == ["A"]
