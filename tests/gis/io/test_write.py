"""Writing: what is written is read back the same, in every format, or nothing is written."""

from __future__ import annotations

import zipfile
from pathlib import Path
from tempfile import TemporaryDirectory

import geopandas as gpd
import openpyxl
import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gis.contracts import LAYERS, LayerName
from gis.errors import InputError
from gis.io.read import read_layer
from gis.io.write import Headings, write_layer
from tests.gis.io.frames import canonical
from tests.gis.io.test_read import houses

SUFFIXES = (".geojson", ".gpkg", ".shp", ".zip", ".fgb", ".parquet", ".csv", ".xlsx")


@given(data=st.data())
@settings(max_examples=15, suppress_health_check=[HealthCheck.too_slow])
@pytest.mark.parametrize("suffix", SUFFIXES)
def test_what_is_written_is_read_back_the_same(suffix: str, data: st.DataObject) -> None:
    drawn = [n for n, c in LAYERS.items() if c.geometry != "none" or suffix in (".csv", ".xlsx")]
    layer: LayerName = data.draw(st.sampled_from(drawn))
    headings: Headings = data.draw(st.sampled_from(["canonical", "zh"]))
    frame = data.draw(canonical(layer))
    with TemporaryDirectory() as folder:
        path = write_layer(frame, Path(folder) / f"f{suffix}", layer=layer, headings=headings)
        read = read_layer(path, layer)
    key = LAYERS[layer].key
    back = read.frame.sort_values(key, ignore_index=True)
    assert [f for f in read.faults if f.severity == "error"] == []
    for column in LAYERS[layer].columns:
        assert back[column].dtype == frame[column].dtype
        assert back[column].equals(frame[column]), column
    if LAYERS[layer].geometry != "none":
        distance = shapely.hausdorff_distance(back.geometry, frame.geometry)
        assert distance.max() < 1e-8


@pytest.fixture
def buildings(tmp_path: Path) -> gpd.GeoDataFrame:
    houses().to_file(tmp_path / "source.gpkg")
    return read_layer(tmp_path / "source.gpkg", "buildings").frame


@pytest.mark.parametrize("suffix", [".csv", ".xlsx"])
def test_a_spreadsheet_never_gets_a_formula_from_a_name(
    tmp_path: Path, buildings: gpd.GeoDataFrame, suffix: str
) -> None:
    named = buildings.assign(name='=HYPERLINK("http://x","y")')
    path = write_layer(named, tmp_path / f"out{suffix}", layer="buildings")
    if suffix == ".csv":
        assert ",=" not in path.read_text(encoding="utf-8-sig").replace('"', "")
    else:
        cells = [c for row in openpyxl.load_workbook(path).worksheets[0].iter_rows() for c in row]
        assert not any(c.data_type == "f" for c in cells)
        assert not any(isinstance(c.value, str) and c.value.startswith("=") for c in cells)
    assert read_layer(path, "buildings").frame["name"].tolist() == named["name"].tolist()


def test_an_unwritable_text_leaves_the_older_file_as_it_was(
    tmp_path: Path, buildings: gpd.GeoDataFrame
) -> None:
    path = write_layer(buildings, tmp_path / "out.csv", layer="buildings", encoding="GBK")
    before = path.read_bytes()
    with pytest.raises(InputError, match="GBK"):
        write_layer(buildings.assign(name="𠮷苑"), path, layer="buildings", encoding="GBK")
    assert path.read_bytes() == before
    assert not [p for p in tmp_path.iterdir() if p.name.startswith(".")]


@pytest.mark.parametrize(
    ("change", "fault"),
    [({"name": "苑" * 200}, "254"), ({"name": "𠮷苑"}, "GB2312")],
)
def test_a_shapefile_is_refused_rather_than_cut(
    tmp_path: Path, buildings: gpd.GeoDataFrame, change: dict[str, str], fault: str
) -> None:
    with pytest.raises(InputError, match=fault):
        write_layer(
            buildings.assign(**change), tmp_path / "o.shp", layer="buildings", encoding="GB2312"
        )
    assert not (tmp_path / "o.shp").exists()


def test_geojson_follows_rfc_7946(tmp_path: Path, buildings: gpd.GeoDataFrame) -> None:
    moved = buildings.assign(geometry=shapely.transform(buildings.geometry, lambda p: p + 1e-11))
    text = write_layer(moved, tmp_path / "o.geojson", layer="buildings").read_text()
    assert '"crs"' not in text
    assert "000000001" not in text
    exterior = gpd.read_file(tmp_path / "o.geojson").geometry.exterior
    assert exterior.is_ccw.all()


@pytest.mark.parametrize("crs", ["EPSG:4490", "EPSG:4549", "cgcs2000-3deg", "EPSG:3857"])
def test_an_export_in_another_crs_comes_back_to_its_place(
    tmp_path: Path, buildings: gpd.GeoDataFrame, crs: str
) -> None:
    path = write_layer(buildings, tmp_path / "o.gpkg", layer="buildings", crs=crs)
    back = read_layer(path, "buildings").frame
    assert shapely.hausdorff_distance(back.geometry, buildings.geometry).max() < 1e-8


@pytest.mark.parametrize("crs", ["gcj02", "bd09"])
def test_an_export_for_chinese_web_maps_comes_back_to_its_place(
    tmp_path: Path, buildings: gpd.GeoDataFrame, crs: str
) -> None:
    path = write_layer(buildings, tmp_path / "o.zip", layer="buildings", crs=crs)
    back = read_layer(path, "buildings", crs=crs).frame
    assert shapely.hausdorff_distance(back.geometry, buildings.geometry).max() < 1e-7
    shifted = read_layer(path, "buildings").frame
    assert shapely.hausdorff_distance(shifted.geometry, buildings.geometry).min() > 1e-3


def test_a_zipped_shapefile_carries_all_its_parts(
    tmp_path: Path, buildings: gpd.GeoDataFrame
) -> None:
    path = write_layer(buildings, tmp_path / "翠苑.zip", layer="buildings", encoding="GB18030")
    with zipfile.ZipFile(path) as archive:
        suffixes = {Path(n).suffix for n in archive.namelist()}
    assert {".shp", ".shx", ".dbf", ".prj", ".cpg"} <= suffixes


def test_an_unknown_extension_names_the_known_ones(
    tmp_path: Path, buildings: gpd.GeoDataFrame
) -> None:
    with pytest.raises(InputError, match=r"\.gpkg"):
        write_layer(buildings, tmp_path / "o.kml", layer="buildings")
