"""The sample's files: small, made again from the same seed, and as an office would send them."""

from __future__ import annotations

import zipfile
from pathlib import Path
from xml.etree.ElementTree import canonicalize

import geopandas as gpd
import numpy as np
import openpyxl
import pandas as pd
import pyogrio
import pytest
import shapely
from pandas.testing import assert_frame_equal

from gis.contracts import LAYERS, LayerName
from gis.crs import to_wgs84
from sample_geodata.files import VALUES
from sample_geodata.frames import Layers
from sample_geodata.make import write_all

SPATIAL = [name for name, layer in LAYERS.items() if layer.geometry != "none"]
METRES_PER_DEGREE = 111_320.0


@pytest.fixture(scope="module")
def made_again(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample written once more from its seed."""
    target = tmp_path_factory.mktemp("sample")
    write_all(target)
    return target


@pytest.fixture(scope="module")
def shapefiles(
    sample_folder: Path, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, gpd.GeoDataFrame]:
    """The zipped Shapefiles as read with the encoding said, by Chinese layer name."""
    return unzipped(sample_folder / "yunxi_gbk_gcj02.zip", tmp_path_factory.mktemp("shapefiles"))


def unzipped(path: Path, target: Path) -> dict[str, gpd.GeoDataFrame]:
    """Shapefiles in a zip, by name."""
    with zipfile.ZipFile(path) as archive:
        archive.extractall(target)
    return {p.stem: pyogrio.read_dataframe(p, encoding="GBK") for p in target.glob("*.shp")}


def assert_same_shapes(a: gpd.GeoDataFrame, b: gpd.GeoDataFrame) -> None:
    """Same vertices; another machine's sine may turn the eighth decimal."""
    left, right = a.geometry.to_numpy(), b.geometry.to_numpy()
    assert (shapely.get_type_id(left) == shapely.get_type_id(right)).all()
    assert (shapely.get_num_coordinates(left) == shapely.get_num_coordinates(right)).all()
    away = shapely.get_coordinates(left) - shapely.get_coordinates(right)
    assert np.abs(away).max() < 2e-8


@pytest.mark.parametrize("layer", list(LAYERS))
def test_the_same_seed_makes_the_committed_layers(
    sample: Layers, made_again: Path, layer: LayerName
) -> None:
    again = pyogrio.read_dataframe(made_again / "yunxi.gpkg", layer=layer)
    if LAYERS[layer].geometry != "none":
        assert_same_shapes(sample[layer], again)
    assert_frame_equal(
        pd.DataFrame(sample[layer]).drop(columns="geometry", errors="ignore"),
        pd.DataFrame(again).drop(columns="geometry", errors="ignore"),
    )


@pytest.mark.parametrize("name", ["yunxi_roster.xlsx", "yunxi_posts.xlsx"])
def test_the_same_seed_makes_the_committed_workbooks(
    sample_folder: Path, made_again: Path, name: str
) -> None:
    with zipfile.ZipFile(sample_folder / name) as a, zipfile.ZipFile(made_again / name) as b:
        assert a.namelist() == b.namelist()
        for part in a.namelist():
            # The same XML; where lxml is installed openpyxl spells it in another way.
            assert _canonical(a.read(part)) == _canonical(b.read(part)), part


def _canonical(part: bytes) -> str:
    return canonicalize(part, rewrite_prefixes=True)


def test_the_same_seed_makes_the_committed_shapefiles(
    made_again: Path, shapefiles: dict[str, gpd.GeoDataFrame], tmp_path: Path
) -> None:
    again = unzipped(made_again / "yunxi_gbk_gcj02.zip", tmp_path)
    assert set(again) == set(shapefiles) == {LAYERS[layer].zh for layer in SPATIAL}
    for name, frame in again.items():
        assert_same_shapes(frame, shapefiles[name])
        assert_frame_equal(
            pd.DataFrame(frame).drop(columns="geometry"),
            pd.DataFrame(shapefiles[name]).drop(columns="geometry"),
        )


def test_the_files_stay_under_six_megabytes(sample_folder: Path) -> None:
    files = [p for p in sample_folder.iterdir() if p.suffix in (".gpkg", ".zip", ".xlsx")]
    assert len(files) == 4
    assert sum(p.stat().st_size for p in files) < 6e6


@pytest.mark.parametrize("layer", SPATIAL)
def test_the_shapefile_in_gcj02_comes_back_within_a_centimetre(
    sample: Layers, shapefiles: dict[str, gpd.GeoDataFrame], layer: LayerName
) -> None:
    shifted = shapefiles[LAYERS[layer].zh]
    back = shapely.normalize(to_wgs84(shifted, "gcj02").geometry.to_numpy())
    true = shapely.normalize(sample[layer].geometry.to_numpy())
    away = shapely.get_coordinates(back) - shapely.get_coordinates(true)
    assert np.abs(away).max() * METRES_PER_DEGREE < 0.01
    shift = shifted.geometry.iloc[0].distance(sample[layer].geometry.iloc[0].centroid)
    assert shift * METRES_PER_DEGREE > 100 or layer == "areas"


@pytest.mark.parametrize("layer", SPATIAL)
def test_the_shapefile_says_the_same_in_chinese(
    sample: Layers, shapefiles: dict[str, gpd.GeoDataFrame], layer: LayerName
) -> None:
    shown = shapefiles[LAYERS[layer].zh]
    for field in LAYERS[layer].fields:
        assert len(field.zh.encode("gbk")) <= 10
        true, written = sample[layer][field.name], shown[field.zh]
        if field.kind == "flag":
            true = true.map({True: "是", False: "否"})
        elif field.kind == "choice":
            true = true.map(VALUES.get(field.name) or VALUES[f"{layer}.{field.name}"])
        blank = true.isna()
        assert written[blank].isna().all()
        assert list(written[~blank]) == list(true[~blank])


def test_the_zip_holds_gbk_text_without_saying_so(sample_folder: Path) -> None:
    with zipfile.ZipFile(sample_folder / "yunxi_gbk_gcj02.zip") as archive:
        names = archive.namelist()
        text = archive.read("楼栋.dbf")
    assert {Path(n).suffix for n in names} == {".shp", ".shx", ".dbf"}
    assert "楼栋编号".encode("gbk") in text
    assert "楼栋编号".encode() not in text


def test_the_ledger_lists_each_inhabited_building_with_three_percent_unusable(
    sample_folder: Path, sample: Layers
) -> None:
    ledger = pd.read_excel(sample_folder / "yunxi_roster.xlsx", dtype=object)
    lived_in = sample["buildings"][sample["buildings"]["households"] > 0]
    assert len(ledger) == len(lived_in)
    digits = ledger["户数"].astype(str).str.normalize("NFKC").str.extract(r"^\D*(\d+)\D*$")[0]
    countless = digits.isna() | ledger["户数"].astype(str).str.contains("-")
    nowhere = ledger["小区名称"].eq("新华书店家属院") | ledger["楼号"].eq("97幢")
    twice = ledger.drop(columns="序号").duplicated()
    bad = countless | nowhere | twice
    assert 0.028 < bad.mean() < 0.032
    good = ~bad.to_numpy()
    counted = digits[good].astype(int).to_numpy()
    assert list(counted) == lived_in.loc[good, "households"].tolist()


def test_the_ledger_is_spelled_as_in_life(sample_folder: Path) -> None:
    ledger = pd.read_excel(sample_folder / "yunxi_roster.xlsx", dtype=object).astype(str)
    cells = pd.Series(ledger[["小区名称", "楼号", "地址", "户数"]].to_numpy().ravel())
    for habit in ("[０-９]", "^约", "户$", "^ .* $", "[號棟區]", "　$", "园$"):
        assert cells.str.contains(habit).sum() >= 2, habit


def test_the_posts_workbook_has_chinese_headings_and_codes_as_text(sample_folder: Path) -> None:
    sheet = openpyxl.load_workbook(sample_folder / "yunxi_posts.xlsx").active
    assert sheet is not None
    rows = list(sheet.iter_rows(values_only=True))
    assert rows[0] == tuple(f.zh for f in LAYERS["posts"].fields)
    assert len(rows) == 49
    assert all(isinstance(r[1], str) and len(r[1]) == 15 for r in rows[1:])
