"""Polygons drawn as grids: every unit is accounted for, and what is unclear is named."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import MultiPolygon, box
from shapely.geometry.base import BaseGeometry

from gis.adoption import shapes_of_units
from gis.borders import dissolve
from gis.cells import Ground
from gis.drawn_grids import Overlay, overlay_grids
from gis.drawn_names import meant_grids
from gis.drawn_remarks import Remark, remarks
from gis.errors import InvalidGeometry
from tests.gis.towns import Town, layer, slabs, towns

# Three columns and two rows of slabs of 20 x 10 m in a community of 200 x 200 m.
TOWN = Town(slabs(3, 2))
GROUND = TOWN.ground()
HOUSES = TOWN.houses()


def drawn(shapes: list[BaseGeometry], *names: str | None) -> gpd.GeoDataFrame:
    count = len(shapes)
    called = [*names, *[None] * (count - len(names))]
    frame = layer(shapes, row_no=range(1, count + 1), name=pd.Series(called, dtype="str"))
    return frame.assign(
        grid_no=pd.Series([pd.NA] * count, dtype="Int64"),
        grid_code=pd.Series([None] * count, dtype="str"),
    )


def laid(shapes: list[BaseGeometry]) -> Overlay:
    return overlay_grids(GROUND, HOUSES, drawn(shapes))


def told(shapes: list[BaseGeometry], *names: str | None) -> list[Remark]:
    frame = drawn(shapes, *names)
    overlay = overlay_grids(GROUND, HOUSES, frame)
    crowd = GROUND.units["households"].to_numpy(np.int64)
    grids = pd.DataFrame({"code": [None], "name": ["第一网格"]}, index=[0])
    none = np.zeros(len(crowd), np.int64)
    meant = meant_grids(frame, overlay.polygon, none, crowd, grids, [0])
    parts = shapely.get_num_geometries(frame.geometry.to_numpy())
    names_of = {0: "第一网格"} | meant.new
    return remarks(frame, parts, overlay, meant, GROUND.units, names_of)


@settings(deadline=None, max_examples=12)
@given(towns(), st.data())
def test_grids_that_are_drawn_come_back_as_they_are(town: Town, data: st.DataObject) -> None:
    try:
        ground = town.ground()
    except InvalidGeometry:
        return
    count = len(ground.units)
    numbers = st.lists(st.integers(-1, 3), min_size=count, max_size=count)
    labels = np.array(data.draw(numbers), np.int64)
    if (labels < 0).all():
        return
    known = labels >= 0
    outlines = dissolve(ground, np.where(known, labels, 9)).drop(index=9, errors="ignore")
    # As a file carries them: degrees with eight decimals.
    degrees = shapely.transform(
        outlines.to_crs(4326).geometry.to_numpy(), lambda xy: np.round(xy, 8)
    )
    frame = gpd.GeoDataFrame(geometry=gpd.GeoSeries(degrees, crs=4326))
    overlay = overlay_grids(ground, town.houses(), frame)
    numbers_of = np.array([*outlines.index.tolist(), -1])
    # Cells thinner than the rounding belong to nobody in particular.
    thick = ground.units.geometry.area.to_numpy() > 0.01 * ground.units.geometry.length.to_numpy()
    assert (numbers_of[overlay.polygon] == labels)[thick].all()
    assert not (overlay.doubled | overlay.divided)[thick].any()
    assert overlay.overlaps.empty


@settings(deadline=None, max_examples=12)
@given(st.lists(st.tuples(*[st.integers(-40, 240)] * 4), min_size=1, max_size=5))
def test_every_unit_is_in_the_polygon_with_most_of_it_or_in_none(
    corners: list[tuple[int, int, int, int]],
) -> None:
    boxes: list[BaseGeometry] = [
        box(min(a, c), min(b, d), max(a, c) + 1, max(b, d) + 1) for a, b, c, d in corners
    ]
    overlay = laid(boxes)
    assert GROUND.units.crs is not None
    shapes = drawn(boxes).to_crs(GROUND.units.crs).geometry.to_numpy()
    # No slab is cut by a cell here: buildings count with their whole footprint.
    for unit, piece in enumerate(shapes_of_units(GROUND, HOUSES)):
        share = shapely.area(shapely.intersection(shapes, piece)) / shapely.area(piece)
        rest = 1 - share.sum()
        if overlay.polygon[unit] < 0:
            assert share.max() <= rest + 1e-6
        else:
            assert share[overlay.polygon[unit]] >= max(share.max(), rest) - 1e-6


def test_a_building_between_two_polygons_and_one_in_both_are_named() -> None:
    # The first column of slabs stands at x 10-30, the second at 40-60, the third at 70-90.
    left, right = box(0, 0, 49, 200), box(49, 0, 200, 200)
    overlay = laid([left, right])
    middle = (GROUND.units["building_id"].isin(["b1", "b4"])).to_numpy()
    assert (overlay.polygon[middle] == 1).all()
    np.testing.assert_allclose(overlay.share[middle], 11 / 20, atol=1e-3)
    assert (overlay.divided == middle)[GROUND.units["kind"] == "building"].all()
    found = [r for r in told([left, right], "甲", "乙") if r.kind == "divided"]
    assert {GROUND.units["unit_id"][r.units[0]] for r in found} >= {"b1", "b4"}
    assert found[0].rows == (2, 1)
    assert "只有 55% 在 乙 内，45% 在 甲" in found[0].zh
    doubled = laid([box(0, 0, 60, 200), box(40, 0, 200, 200)])
    assert doubled.doubled[middle].all()
    assert (
        doubled.overlaps["area_m2"].tolist() == [np.float64(4000)]
        or np.isclose(doubled.overlaps["area_m2"], 4000, rtol=1e-3).all()
    )


def test_gaps_empty_and_strange_polygons_are_named() -> None:
    shapes = [
        box(0, 0, 35, 100),  # the first column
        box(195, 195, 199, 199),  # a corner without a building
        box(5000, 5000, 5100, 5100),
        MultiPolygon([box(36, 0, 66, 24), box(36, 30, 66, 100)]),
        box(66, 0, 96, 24),
    ]
    found = told(shapes, "甲", None, None, None, "甲")
    kinds = [r.kind for r in found]
    assert set(kinds) == {
        *("uncovered", "no_units", "elsewhere", "several_parts", "by_place", "same_grid")
    }
    by = {r.kind: r for r in found}
    assert by["elsewhere"].rows == (3,)
    assert by["no_units"].rows == (2,)
    assert by["several_parts"].rows == (4,)
    assert by["same_grid"].rows == (1, 5)
    # Of the buildings only b5, in the third column and second row, lies in a gap.
    out = GROUND.units["building_id"][list(by["uncovered"].units)].dropna()
    assert out.tolist() == ["b5"]
    assert "15 户" in by["uncovered"].zh


def test_a_building_inside_the_footprint_of_another_is_placed_by_its_cell() -> None:
    town = Town([box(50, 50, 150, 150), box(90, 90, 110, 110)])
    ground: Ground = town.ground()
    labels = np.arange(len(ground.units))
    outlines = dissolve(ground, labels)
    overlay = overlay_grids(ground, town.houses(), outlines.reset_index())
    assert overlay.polygon.tolist() == labels.tolist()


def called(**columns: list[object]) -> pd.DataFrame:
    count = max(map(len, columns.values()))
    blank: dict[str, list[object]] = {
        "grid_no": [pd.NA] * count, "grid_code": [None] * count, "name": [None] * count
    }  # fmt: skip
    return pd.DataFrame(blank | columns)


GRIDS = pd.DataFrame(
    {"code": ["511500001001001", None, None], "name": ["东", "西", "西"]}, index=[0, 4, 7]
)


def test_a_polygon_means_a_grid_by_code_then_name_then_number_then_place() -> None:
    frame = called(
        grid_no=[4, 7, 4, pd.NA, pd.NA, 0],
        grid_code=["511500001001001", None, None, None, None, None],
        name=["新", "西", None, "新", None, "别处"],
    )
    polygon = np.array([0, 1, 2, 3, 4, 5])
    meant = meant_grids(frame, polygon, [0, 7, 4, 4, 7, 0], [5] * 6, GRIDS, range(9))
    # Its last row bears a number of the plan and a name that is not: it is of another plan.
    assert meant.number.tolist() == [0, 7, 4, 9, 11, 10]
    assert meant.new == {9: "新", 10: "别处", 11: "第十二网格"}
    silent = meant_grids(called(name=[None, None]), np.array([1, 1, 0]), [4, 0, 7], [5, 9, 1],
                         GRIDS, range(9))  # fmt: skip
    assert silent.number.tolist() == [7, 0]
    assert silent.by_place.all()


def test_names_with_control_signs_are_cleaned() -> None:
    frame = called(name=["甲\x00\n<script>", "x" * 300])
    meant = meant_grids(frame, np.array([0, 1]), [-1, -1], [1, 1], GRIDS, [7])
    assert meant.new == {8: "甲  <script>", 9: "x" * 100}
