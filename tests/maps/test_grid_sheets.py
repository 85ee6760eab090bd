"""Sheets of single grids: every building is listed, or the sheet says what is not."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gis.errors import InputError
from maps.grid_sheet_layout import grid_layout, houses_fitted
from maps.grid_sheets import MOST_SHEETS, grid_sheets
from maps.paper import Turn, paper
from maps.register import Listed, RegisterLayers, Yard
from tests.maps.test_register import NO_BOUNDS, about, building, grid
from tests.maps.test_wall_map import blocks, layers

_yards = st.lists(
    st.builds(
        Yard,
        st.sampled_from(["", "锦绣苑", "柳荫里小区二期", "Riverside Gardens"]),
        st.lists(
            st.builds(Listed, st.text("幢号楼一二12 -", min_size=1, max_size=9), st.integers(0, 400), st.just(False)),  # noqa: E501
            min_size=1,
            max_size=120,
        ).map(tuple),
    ),
    max_size=90,
)  # fmt: skip


@given(_yards, st.sampled_from(["a3", "a4"]), st.sampled_from(["landscape", "portrait"]))
def test_a_sheet_lists_all_houses_or_all_courtyards_or_says_how_many_are_left_out(
    yards: list[Yard], name: str, turn: Turn
) -> None:
    fitted = houses_fitted(yards, grid_layout(paper(name, turn)))
    assert len(fitted.yards) + fitted.left_out == len(yards)
    assert fitted.yards == tuple(yards[: len(fitted.yards)])
    if fitted.whole:
        assert fitted.left_out == 0


def test_more_houses_never_get_larger_letters() -> None:
    layout = grid_layout(paper("a4"))
    sizes = []
    for count in (5, 60, 200, 400, 900):
        yard = Yard("锦绣苑", tuple(Listed(f"{n}幢", 24, False) for n in range(count)))
        found = houses_fitted([yard], layout)
        sizes.append(found.size_mm if found.whole else 0.0)
    assert sizes == sorted(sizes, reverse=True)
    assert (sizes[0], sizes[-1]) == (3.0, 0.0)


def test_each_grid_has_one_page_with_its_own_buildings() -> None:
    grids = blocks(3, 2)
    rows = [building(n, n % 6, "锦绣苑", 10 + n) for n in range(12)]
    lines = RegisterLayers(
        [{**grid(n, f"511599001001{n + 1:03}"), "load": 0.5} for n in range(6)],
        sorted(rows, key=lambda row: int(row["grid_no"])),
        NO_BOUNDS,
        [{"grid_no": 2, "role": "comprehensive", "posts": 2, "vacant": 1}],
    )
    page = grid_sheets(layers(grids), lines, about(), paper("a4"), "zh")
    sheets = page.split('<section class="sheet')[1:]
    assert len(sheets) == 6
    for number, sheet in enumerate(sheets):
        mine = [row for row in rows if row["grid_no"] == number]
        assert f'data-households="{sum(row["households"] for row in mine)}"' in sheet
        listed = re.findall(r'class="house">(\d+)幢', sheet)
        assert listed == [str(row["unit_id"])[1:] for row in mine]
    assert "综合网格员 2 岗，空缺 1" in sheets[2]
    assert "<script" not in page
    one = grid_sheets(layers(grids), lines, about(), paper("a4"), "zh", only=4)
    assert one.count('<section class="sheet') == 1
    with pytest.raises(InputError, match="no grid 9"):
        grid_sheets(layers(grids), lines, about(), paper("a4"), "zh", only=9)


@pytest.mark.parametrize(("columns", "rows"), [(9, 1), (1, 9), (4, 3)])
def test_the_small_map_shows_the_whole_community(columns: int, rows: int) -> None:
    count = columns * rows
    lines = RegisterLayers([{**grid(n), "name": f"{n}"} for n in range(count)], [], NO_BOUNDS, [])
    turns: tuple[Turn, ...] = ("landscape", "portrait")
    for turn in turns:
        sheet = paper("a4", turn)
        page = grid_sheets(layers(blocks(columns, rows)), lines, about(), sheet, "zh")
        drawn = re.search(r'<path id="community" d="([^"]+)"', page)
        assert drawn is not None
        layout = grid_layout(sheet)
        x = [float(n) for n in re.findall(r"[MLH](-?[\d.]+)", drawn[1])]
        y = [float(n) for n in re.findall(r"(?:[ML]-?[\d.]+ |V)(-?[\d.]+)", drawn[1])]
        assert 0 <= min(x) < max(x) <= layout.locator_width
        assert 0 <= min(y) < max(y) <= layout.locator_height
        shown = f'viewBox="0 0 {layout.locator_width} {layout.locator_height}"'
        assert page.count(shown) == count


def test_a_file_holds_so_many_sheets_and_no_more() -> None:
    many = MOST_SHEETS + 1
    lines = RegisterLayers([grid(n) for n in range(many)], [], NO_BOUNDS, [])
    with pytest.raises(InputError, match="grid=NUMBER"):
        grid_sheets(layers(blocks(3, 67)), lines, about(), paper("a4"), "zh")
