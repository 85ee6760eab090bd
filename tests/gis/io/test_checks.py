"""Every row is checked: shape, place, code, references."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from gis.errors import InvalidGeometry, WrongPlace
from gis.io.read import read_layer
from gis.io.report import LayerRead
from gis.io.shapes import shape_keys
from tests.gis.io.test_read import codes, houses

AREAS = gpd.GeoDataFrame(
    {"area_code": ["330106001001", "330106001002"], "name": ["东社区", "西社区"]},
    geometry=[
        shapely.box(120.0995, 29.999, 120.101, 30.001),
        shapely.box(120.101, 29.999, 120.2, 30.1),
    ],
    crs=4326,
).assign(level="community")


def read_shapes(folder: Path, shapes: list[Any], **options: Any) -> LayerRead:
    frame = gpd.GeoDataFrame(
        {"building_id": [f"B{i}" for i in range(len(shapes))], "households": 5},
        geometry=gpd.GeoSeries(shapes, crs=4326),
    )
    frame.to_parquet(folder / "s.parquet")
    return read_layer(folder / "s.parquet", "buildings", **options)


def square(lon: float = 120.1, lat: float = 30.0, size: float = 0.0002) -> shapely.Polygon:
    return shapely.box(lon, lat, lon + size, lat + size)


BOW_TIE = shapely.Polygon([(120.1, 30), (120.101, 30.001), (120.101, 30), (120.1, 30.001)])
with np.errstate(invalid="ignore"):
    NO_NUMBER = shapely.Polygon([(120.1, 30), (np.nan, 30), (120.2, 30.1)])
SPIKE = shapely.Polygon(
    [
        (120.1, 30),
        (120.1002, 30),
        (120.1002, 30.0002),
        (120.1002, 30.0005),
        (120.1002, 30.0002),
        (120.1, 30.0002),
    ]
)


@pytest.mark.parametrize(
    ("shape", "code"),
    [
        (None, "geometry-missing"),
        (shapely.Polygon(), "geometry-empty"),
        (shapely.Point(120.1, 30), "geometry-type"),
        (NO_NUMBER, "geometry-nonfinite"),
        (shapely.Polygon([(120.1, 30), (1e12, 30), (120.2, 30.1)]), "geometry-absurd"),
        (shapely.Polygon([(120.1, 30), (181, 30), (120.2, 30.1)]), "geometry-absurd"),
        (BOW_TIE, "geometry-invalid"),
        (shapely.Polygon([(120.1, 30), (120.2, 30), (120.1, 30)]), "geometry-collapsed"),
    ],
)
def test_a_shape_that_is_none_waits_while_its_neighbour_is_stored(
    tmp_path: Path, shape: shapely.Geometry | None, code: str
) -> None:
    read = read_shapes(tmp_path, [square(120.15), shape])
    assert codes(read) == [(2, code)]
    assert read.frame["building_id"].tolist() == ["B0"]


@pytest.mark.parametrize("suffix", [".gpkg", ".shp", ".geojson"])
def test_a_barrier_drawn_as_an_area_is_its_outline(tmp_path: Path, suffix: str) -> None:
    lake = square(120.1, 30, 0.01).difference(square(120.104, 30.004, 0.002))
    drawn = gpd.GeoDataFrame({"barrier_id": ["r1"], "kind": ["river"]}, geometry=[lake], crs=4326)
    drawn.to_file(tmp_path / f"water{suffix}")
    read = read_layer(tmp_path / f"water{suffix}", "barriers")
    assert codes(read) == [(1, "geometry-outlined")]
    assert read.frame.geometry.iloc[0].equals(lake.boundary)
    again = gpd.read_file(tmp_path / f"water{suffix}").to_crs(4326)
    again["geometry"] = shapely.reverse(again.geometry.to_numpy())
    again.to_file(tmp_path / "turned.gpkg")
    turned = read_layer(tmp_path / "turned.gpkg", "barriers").frame.geometry.iloc[0]
    assert shapely.normalize(turned).equals_exact(shapely.normalize(read.frame.geometry.iloc[0]))


def test_a_street_drawn_as_an_area_waits(tmp_path: Path) -> None:
    drawn = gpd.GeoDataFrame({"street_id": ["s1"]}, geometry=[square(120.1, 30, 0.01)], crs=4326)
    drawn.to_file(tmp_path / "streets.gpkg")
    assert codes(read_layer(tmp_path / "streets.gpkg", "streets")) == [(1, "geometry-type")]


def test_a_spike_is_cut_off_and_told(tmp_path: Path) -> None:
    read = read_shapes(tmp_path, [SPIKE])
    assert codes(read) == [(1, "geometry-repaired")]
    mended = read.frame.geometry.iloc[0]
    assert mended.is_valid
    assert mended.area == pytest.approx(shapely.Polygon(SPIKE).area, rel=1e-3)


def test_a_building_of_several_parts_is_sound(tmp_path: Path) -> None:
    both = shapely.union_all([square(), square(120.11)])
    assert codes(read_shapes(tmp_path, [both])) == []


def test_neighbours_may_touch_and_overlap_a_little_but_not_more(tmp_path: Path) -> None:
    base, size = square(), 0.0002
    shapes = [
        base,
        square(120.1 + size),
        square(120.1, 30 + size * 0.96),
        square(120.1 - size * 0.94),
    ]
    assert codes(read_shapes(tmp_path, shapes)) == [(4, "overlap")]


def test_the_share_is_of_the_smaller_building(tmp_path: Path) -> None:
    big, shed = square(size=0.002), square(120.1005, 30.0005, 0.0001)
    read = read_shapes(tmp_path, [shed, big])
    assert codes(read) == [(2, "overlap")]
    assert "row 1" in next(f.en for f in read.faults if f.row)


def test_a_stack_of_copies_costs_no_more_than_its_size(tmp_path: Path) -> None:
    read = read_shapes(tmp_path, [square()] * 20_000)
    assert len(read.frame) == 1
    assert len(codes(read)) == 19_999


def test_a_heap_of_shapes_is_refused_before_it_takes_for_ever(tmp_path: Path) -> None:
    heap = [square(size=0.001 + i * 1e-8) for i in range(3_400)]
    with pytest.raises(InvalidGeometry, match=r"s\.parquet.*on top of each other"):
        read_shapes(tmp_path, heap)


def test_a_ring_of_a_million_vertices_is_big_not_bad(tmp_path: Path) -> None:
    angle = np.linspace(0, 2 * np.pi, 1_000_000, endpoint=False)
    radius = 0.001 * (1 + 0.01 * np.sin(5_000 * angle))
    ring = np.c_[120.15 + radius * np.cos(angle), 30 + radius * np.sin(angle)]
    read = read_shapes(tmp_path, [shapely.Polygon(ring), square(120.15, 30.0, 1e-4)])
    assert codes(read) == [(2, "overlap")]
    assert shapely.get_num_coordinates(read.frame.geometry.iloc[0]) == 1_000_001


def test_codes_are_there_and_unique(tmp_path: Path) -> None:
    houses(4).assign(楼栋编号=["A", "", "A", "B"]).to_file(tmp_path / "h.gpkg")
    read = read_layer(tmp_path / "h.gpkg", "buildings")
    assert codes(read) == [(2, "key-missing"), (3, "duplicate-code")]


def test_a_missing_community_is_filled_in_by_place_and_a_wrong_one_told(tmp_path: Path) -> None:
    frame = houses(4).assign(社区代码=["", "330106001002", "西社区", "999"])
    frame.geometry = [square(lon) for lon in (120.1, 120.1004, 120.15, 120.16)]
    frame.to_file(tmp_path / "h.gpkg")
    read = read_layer(tmp_path / "h.gpkg", "buildings", communities=AREAS)
    assert codes(read) == [(2, "outside-community"), (4, "community-unknown")]
    assert read.frame["community_code"].tolist() == ["330106001001", "330106001002"]


def test_a_row_without_a_community_that_lies_in_none_is_told_so(tmp_path: Path) -> None:
    frame = houses(4)
    frame.geometry = [square(lon) for lon in (120.1, 120.1004, 120.15, 120.4)]
    frame.to_file(tmp_path / "h.gpkg")
    read = read_layer(tmp_path / "h.gpkg", "buildings", communities=AREAS)
    assert codes(read) == [(4, "outside-all")]


def test_swapped_lon_and_lat_are_refused_with_the_option_that_mends_it(tmp_path: Path) -> None:
    turned = houses()
    turned.geometry = shapely.transform(turned.geometry.to_numpy(), lambda p: p[:, ::-1])
    turned.to_file(tmp_path / "h.gpkg")
    with pytest.raises(WrongPlace, match=r"h\.gpkg.*--crs") as caught:
        read_layer(tmp_path / "h.gpkg", "buildings", communities=AREAS)
    option = str(caught.value.context["option"]).removeprefix("--crs ")
    mended = read_layer(tmp_path / "h.gpkg", "buildings", communities=AREAS, crs=option)
    assert len(mended.frame) == len(houses())


def test_a_courtyard_is_found_by_code_name_or_place(tmp_path: Path) -> None:
    yards = gpd.GeoDataFrame(
        {"courtyard_id": ["Y1", "Y2"], "name": ["翠苑一区", "滨江花园"]},
        geometry=[square(120.0999, 29.9999, 0.0006), square(120.2)],
        crs=4326,
    )
    frame = houses(4).assign(小区=["Y2", "翠園１区", "", "无此小区"])
    frame.geometry = [square(lon) for lon in (120.11, 120.12, 120.1, 120.14)]
    frame.to_file(tmp_path / "h.gpkg")
    read = read_layer(tmp_path / "h.gpkg", "buildings", courtyards=yards)
    assert read.frame["courtyard_id"].tolist() == ["Y2", "Y1", "Y1"]
    assert codes(read) == [(4, "courtyard-unknown")]


def test_choices_and_flags_are_read_in_both_languages(tmp_path: Path) -> None:
    kinds = ["老旧小区", "new", "商品房", "安置房", "城堡"]
    flags = ["是", "无", "true", "0", "也许"]
    frame = gpd.GeoDataFrame(
        pd.DataFrame({"小区编号": list("abcde"), "小区类型": kinds, "封闭": flags}),
        geometry=[square(120.1 + i / 100) for i in range(5)],
        crs=4326,
    )
    frame.to_file(tmp_path / "c.gpkg")
    read = read_layer(tmp_path / "c.gpkg", "courtyards")
    assert read.frame["kind"].tolist() == ["old", "new", "new", "resettlement"]
    assert read.frame["walled"].tolist() == [True, False, True, False]
    assert codes(read) == [(5, "choice-unknown"), (5, "flag-unknown")]


def test_the_code_of_a_shape_does_not_depend_on_where_its_ring_begins() -> None:
    one = square()
    other = shapely.Polygon(np.roll(np.array(one.exterior.coords)[:-1], 2, axis=0))
    keys = shape_keys(np.array([one, other, square(120.3)], dtype=object), "b")
    assert keys[1] == f"{keys[0]}-2"
    assert keys[2] != keys[0]
