"""Reading a layer: what becomes canonical, what waits, and what is told."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import shapely

from gis.errors import WrongColumns, WrongCrs
from gis.io.read import read_layer
from gis.io.report import LayerRead


def houses(count: int = 6) -> gpd.GeoDataFrame:
    """Houses of 20 by 10 metres in a row, as an office might keep them."""
    lon = 120.1 + np.arange(count) * 0.0004
    return gpd.GeoDataFrame(
        {
            "楼栋编号": [f"B{i}" for i in range(count)],
            "楼栋名称": [f"翠苑{i}幢" for i in range(count)],
            "户数": [30 + i for i in range(count)],
        },
        geometry=[shapely.box(x, 30.0, x + 0.0002, 30.0001) for x in lon],
        crs=4326,
    )


def codes(read: LayerRead) -> list[tuple[int, str]]:
    return [(f.row, f.code) for f in read.faults if f.row]


@pytest.mark.parametrize("suffix", [".geojson", ".gpkg", ".shp", ".fgb", ".parquet"])
def test_every_vector_format_yields_the_same_buildings(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"houses{suffix}"
    if suffix == ".parquet":
        houses().to_parquet(path)
    else:
        houses().to_file(path, encoding="GBK" if suffix == ".shp" else None)
    read = read_layer(path, "buildings")
    frame = read.frame.sort_values("building_id", ignore_index=True)
    assert frame["building_id"].tolist() == houses()["楼栋编号"].tolist()
    assert frame["name"].tolist() == houses()["楼栋名称"].tolist()
    assert frame["households"].tolist() == houses()["户数"].tolist()
    assert frame.crs == "EPSG:4326"
    assert shapely.hausdorff_distance(frame.geometry, houses().geometry).max() < 1e-7
    assert not codes(read)


def test_a_bad_row_waits_and_the_good_ones_go_on(tmp_path: Path) -> None:
    frame = houses(4).assign(户数=["约３００户", "-1", "三十", "1,200"])
    frame.to_file(tmp_path / "h.geojson")
    read = read_layer(tmp_path / "h.geojson", "buildings")
    assert read.frame["households"].tolist() == [300, 1200]
    assert read.frame["households_estimated"].tolist() == [True, False]
    assert read.waiting["row_no"].tolist() == [2, 3]
    assert codes(read) == [
        (1, "count-estimated"),
        (2, "count-negative"),
        (3, "count-not-number"),
        (4, "count-reread"),
    ]


def test_codes_made_from_shapes_are_the_same_in_another_order(tmp_path: Path) -> None:
    plain = houses().drop(columns="楼栋编号")
    plain.to_file(tmp_path / "a.gpkg")
    plain.iloc[::-1].to_file(tmp_path / "b.gpkg")
    first = read_layer(tmp_path / "a.gpkg", "buildings").frame
    second = read_layer(tmp_path / "b.gpkg", "buildings").frame
    by_name = dict(zip(second["name"], second["building_id"], strict=True))
    assert first["building_id"].is_unique
    assert [by_name[n] for n in first["name"]] == first["building_id"].tolist()


def test_a_file_without_a_column_of_households_is_refused_by_name(tmp_path: Path) -> None:
    houses().drop(columns="户数").to_file(tmp_path / "h.gpkg")
    with pytest.raises(WrongColumns, match=r"h\.gpkg.*households"):
        read_layer(tmp_path / "h.gpkg", "buildings")


def test_metres_without_a_crs_are_refused_and_the_option_named(tmp_path: Path) -> None:
    metres = houses().to_crs(4549)
    metres = gpd.GeoDataFrame(metres.drop(columns="geometry"), geometry=list(metres.geometry))
    metres.to_parquet(tmp_path / "h.parquet")
    with pytest.raises(WrongCrs, match=r"h\.parquet.*--crs"):
        read_layer(tmp_path / "h.parquet", "buildings")


@pytest.mark.parametrize("crs", ["EPSG:4549", "cgcs2000-3deg"])
def test_degrees_under_a_crs_in_metres_are_refused(tmp_path: Path, crs: str) -> None:
    houses().to_file(tmp_path / "h.gpkg")
    with pytest.raises(WrongCrs, match=r"h\.gpkg.*degrees.*--crs EPSG:4326"):
        read_layer(tmp_path / "h.gpkg", "buildings", crs=crs)


def test_metres_with_their_crs_land_where_they_were(tmp_path: Path) -> None:
    houses().to_crs(4549).to_file(tmp_path / "h.gpkg")
    frame = read_layer(tmp_path / "h.gpkg", "buildings").frame
    assert shapely.hausdorff_distance(frame.geometry, houses().geometry).max() < 1e-8
