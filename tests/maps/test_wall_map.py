"""The wall map: true to scale, hues that differ, labels that never cover one another."""

from __future__ import annotations

import re

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from gis.metric import metric_crs
from maps.drawing import Frame, hatch_data, path_data
from maps.grid_colours import grid_hues
from maps.labels import Board, Label, Line, text_width
from maps.paper import Turn, fitting_scale, paper
from maps.wall_index import index_of, layout_of
from maps.wall_map import MOST_BUILDINGS, WallLayers, wall_map
from tests.maps.test_register import about

CRS = "EPSG:4544"
EAST, NORTH = 500_000.0, 3_140_000.0


def blocks(columns: int, rows: int, side: float = 100.0) -> gpd.GeoDataFrame:
    """Square grids in rows and columns, in metres."""
    shapes = [
        shapely.box(
            EAST + side * x, NORTH + side * y, EAST + side * (x + 1), NORTH + side * (y + 1)
        )
        for y in range(rows)
        for x in range(columns)
    ]
    count = len(shapes)
    frame = gpd.GeoDataFrame(
        {
            "grid_no": range(count),
            "name": [f"第{n + 1}网格" for n in range(count)],
            "code": [f"511599001001{n + 1:03}" for n in range(count)],
            "kind": ["base"] * count,
            "households": [100 + n for n in range(count)],
            "load": [0.5 + n / count for n in range(count)],
            "estimated": [n % 5 == 4 for n in range(count)],
        },
        geometry=shapes,
        crs=CRS,
    )
    return frame.set_index("grid_no")


def nothing(**columns: list[str]) -> gpd.GeoDataFrame:
    """A layer without rows."""
    return gpd.GeoDataFrame(columns or {"name": []}, geometry=[], crs=4326)


def layers(grids: gpd.GeoDataFrame, buildings: gpd.GeoDataFrame | None = None) -> WallLayers:
    """Grids and the community they tile, and nothing around."""
    whole = gpd.GeoDataFrame(geometry=[grids.geometry.union_all()], crs=CRS)
    return WallLayers(
        grids.to_crs(4326),
        whole.to_crs(4326),
        nothing(),
        nothing(name=[], street_class=[]),
        nothing(name=[], kind=[]),
        nothing(),
        nothing(label=[]) if buildings is None else buildings,
    )


@given(
    st.floats(10, 20_000),
    st.floats(10, 20_000),
    st.sampled_from(["a3", "a4"]),
    st.sampled_from(["landscape", "portrait"]),
)
def test_the_ground_fits_the_frame_at_a_round_scale(
    width: float, height: float, name: str, turn: Turn
) -> None:
    layout = layout_of(paper(name, turn), 20)
    scale = fitting_scale(width, height, layout.map_width, layout.map_height)
    assert width / scale * 1000 <= layout.map_width + 1e-6
    assert height / scale * 1000 <= layout.map_height + 1e-6
    assert scale % 25 == 0
    # No round scale wastes more than a quarter of the sheet.
    if scale > 1000:
        assert max(width / layout.map_width, height / layout.map_height) * 1000 / scale > 0.75


def test_a_metre_on_the_ground_is_a_thousand_over_scale_millimetres() -> None:
    frame = Frame(300, 200, 2500, (EAST, NORTH))
    line = gpd.GeoSeries([shapely.LineString([(EAST, NORTH), (EAST + 100, NORTH)])], crs=CRS)
    assert shapely.length(frame.placed(line))[0] == pytest.approx(40.0)
    west, south, east, north = frame.ground_box
    assert (east - west, north - south) == (750.0, 500.0)


@given(st.integers(1, 9), st.integers(1, 9))
def test_neighbours_have_different_hues(columns: int, rows: int) -> None:
    hues = grid_hues(blocks(columns, rows)).reshape(rows, columns)
    assert ((hues >= 1) & (hues <= 8)).all()
    assert (hues[:, 1:] != hues[:, :-1]).all()
    assert (hues[1:] != hues[:-1]).all()


_lines = st.lists(
    st.builds(Line, st.text("第网格一二AB12 ", min_size=1, max_size=12), st.floats(1.5, 6)),
    min_size=1,
    max_size=3,
)


def box_of(label: Label) -> shapely.Geometry:
    """The box that a label's letters fill, a little less than what it keeps free."""
    width = max(text_width(line.text, line.size_mm) for _, line in label.lines)
    top = label.y - label.lines[0][1].size_mm * 0.9
    bottom = label.y + label.lines[-1][0]
    return shapely.box(label.x - width / 2, top, label.x + width / 2, bottom)


@given(st.lists(_lines, min_size=1, max_size=12), st.integers(3, 60))
def test_labels_stay_inside_and_never_cover_one_another(
    wanted: list[list[Line]], side: int
) -> None:
    board = Board(200, 200)
    area = shapely.box(10, 10, 10 + side * 3, 10 + side * 3)
    placed = [label for lines in wanted if (label := board.place(area, [lines])) is not None]
    boxes = np.array([box_of(label) for label in placed])
    for n, one in enumerate(boxes):
        assert area.contains(one)
        assert not shapely.intersects(boxes[n + 1 :], one).any()


def test_every_grid_gets_a_label_be_it_only_its_short_code() -> None:
    thin = blocks(60, 1, side=12.0)
    page = wall_map(layers(thin), about(grids=60), paper("a3"), "zh")
    assert page.count('class="label grid-name') == 60


def test_sixty_grids_are_all_in_the_index_of_an_a3_sheet() -> None:
    sixty = blocks(10, 6)
    page = wall_map(layers(sixty), about(grids=60), paper("a3"), "zh")
    assert all(f"第{n}网格" in page for n in range(1, 61))
    assert "另有" not in page


def test_what_an_index_has_no_room_for_is_said() -> None:
    many = blocks(20, 20)
    layout = layout_of(paper("a4"), len(many))
    index = index_of(many, [1] * len(many), layout)
    assert index.left_out == 400 - sum(len(column) for column in index.columns) > 0
    page = wall_map(layers(many), about(grids=400), paper("a4"), "zh")
    assert f"另有 {index.left_out} 个网格未列出" in page


def test_too_many_buildings_are_left_out_and_the_sheet_says_so() -> None:
    grids = blocks(2, 1)
    spot = grids.geometry.iloc[0].centroid.buffer(5)
    crowd = gpd.GeoDataFrame(
        {"label": ["1"] * (MOST_BUILDINGS + 1)}, geometry=[spot] * (MOST_BUILDINGS + 1), crs=CRS
    ).to_crs(4326)
    page = wall_map(layers(grids, crowd), about(), paper("a3"), "en")
    assert f"{MOST_BUILDINGS + 1} buildings are more than {MOST_BUILDINGS}" in page
    assert len(page) < 100_000


def test_a_draft_says_that_it_is_one_and_hatches_what_is_in_no_grid() -> None:
    grids = blocks(3, 1)
    whole = layers(grids)
    page = wall_map(
        WallLayers(
            whole.grids.iloc[:2],
            whole.area,
            whole.around,
            whole.streets,
            whole.barriers,
            whole.courtyards,
            whole.buildings,
        ),
        about(unassigned_units=1),
        paper("a4"),
        "zh",
    )
    assert "草稿 · 未施行" in page
    assert page.count("未划入网格") == 1
    assert 'class="loose"' in page


def test_names_cannot_become_a_program() -> None:
    grids = blocks(1, 1)
    grids["name"] = ["<script>alert(1)</script>"]
    page = wall_map(layers(grids), about(community="<b>"), paper("a4"), "zh")
    assert "<script" not in page
    assert "<b>" not in re.sub(r"<b>(1:|打印)", "", page)


def test_long_names_shrink_the_headline_and_stay_on_one_line() -> None:
    name = "很长的" * 12 + "社区"
    page = wall_map(layers(blocks(2, 2)), about(community=name), paper("a4"), "zh")
    headline = float(re.findall(r"--headline:([\d.]+)mm", page)[0])
    assert headline * text_width(f"{name}网格划分图", 1.0) < 297 * 0.6


def test_hatches_lie_inside_what_they_cover() -> None:
    shape = shapely.Point(50, 50).buffer(20)
    numbers = [float(n) for n in re.findall(r"-?[\d.]+", hatch_data(shape, 2.0))]
    assert min(numbers) >= 29.9
    assert max(numbers) <= 70.1
    assert path_data(np.array([shapely.Point(0, 0)])) == ""


def test_the_scale_holds_in_the_metric_crs_of_the_community() -> None:
    grids = blocks(10, 4)
    drawn = layers(grids)
    crs = metric_crs(drawn.area)
    assert crs.to_epsg() == 4544
    page = wall_map(drawn, about(), paper("a3"), "zh")
    scale = int(re.findall(r"<b>1:([\d\u202f]+)</b>", page)[0].replace("\u202f", ""))
    land = re.findall(r'class="community" d="(M[^"]+)"', page)[0]
    across = [float(x) for x in re.findall(r"[ML](-?[\d.]+) |H(-?[\d.]+)", land) for x in x if x]
    assert (max(across) - min(across)) * scale / 1000 == pytest.approx(1000, rel=0.001)
