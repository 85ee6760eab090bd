"""How a wall map's sheet is shared out, and the list of grids beside the map."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import geopandas as gpd

from maps.paper import Paper

_LEAST_ROW_MM = 2.7
_MOST_ROW_MM = 4.6


@dataclass(frozen=True, slots=True)
class Layout:
    """
    Millimetres of a sheet: margin, title, foot, the map's frame and the panel beside or below.

    ``rows`` is how many grids one column of the index has room for, in ``columns`` columns;
    ``tight`` columns name grids by their short codes alone.
    """

    margin: float
    title: float
    foot: float
    map_width: float
    map_height: float
    panel_width: float
    panel_height: float
    columns: int
    rows: int
    row: float
    tight: bool
    bar_mm: float


@dataclass(frozen=True, slots=True)
class IndexRow:
    """One grid in the list."""

    hue: int
    short: str
    name: str
    code: str
    households: int
    estimated: bool
    load: float


@dataclass(frozen=True, slots=True)
class Index:
    """The list in columns, and how many grids it has no room for."""

    columns: Sequence[Sequence[IndexRow]]
    left_out: int


def layout_of(sheet: Paper, grids: int) -> Layout:
    """
    Share out a sheet: the map takes what title, foot and panel leave.

    The panel stands on the right of a landscape sheet and at the bottom of a portrait one. Its
    list has as many rows as there are grids, between 2.7 and 4.6 mm high, in one column with
    names and codes or, where those would not fit, in two or three with short codes.
    """
    large = sheet.name == "a3"
    margin, title, foot = (9.0, 17.0, 7.0) if large else (7.0, 13.0, 6.0)
    inner = (sheet.width_mm - 2 * margin, sheet.height_mm - 2 * margin - title - foot)
    gap = 4.0 if large else 3.0
    if sheet.turn == "landscape":
        panel = (84.0 if large else 66.0, inner[1])
        frame = (inner[0] - panel[0] - gap, inner[1])
        # Legend, scale and the compiling office stand above and below the list.
        room, width = panel[1] - (92.0 if large else 80.0), panel[0]
    else:
        panel = (inner[0], 108.0 if large else 84.0)
        frame = (inner[0], inner[1] - panel[1] - gap)
        room, width = panel[1] - 8.0, panel[0] - (78.0 if large else 62.0)
    full = max(int(width // 66.0), 1)
    tight = -(-grids // full) * _LEAST_ROW_MM > room
    columns = max(int(width // 31.0), 1) if tight else full
    rows = -(-grids // columns)
    row = min(max(room / max(rows, 1), _LEAST_ROW_MM), _MOST_ROW_MM)
    return Layout(
        margin,
        title,
        foot,
        *frame,
        *panel,
        columns,
        min(rows, int(room / row)),
        round(row, 2),
        tight,
        bar_mm=60.0 if large else 45.0,
    )


def index_of(grids: gpd.GeoDataFrame, hues: Sequence[int], layout: Layout) -> Index:
    """List the grids in the order of their codes or numbers, as many as there is room for."""
    table = grids.reset_index()[["grid_no", "name", "code", "households", "estimated", "load"]]
    rows = [
        IndexRow(int(hue), short_code(code, number), name, code, households, estimated, load)
        for hue, (number, name, code, households, estimated, load) in zip(
            hues, table.itertuples(index=False, name=None), strict=True
        )
    ]
    rows.sort(key=lambda row: row.code)
    room = layout.rows * layout.columns
    shown = rows[:room]
    columns = [shown[n : n + layout.rows] for n in range(0, len(shown), layout.rows)]
    return Index(columns, len(rows) - len(shown))


def short_code(code: str, number: int) -> str:
    """
    Name a grid in few signs: the last digits of its code, or its number before publication.

    >>> short_code("511599001001012", 3), short_code("", 3), short_code("51159900100101204", 1)
    ('012', '4', '012-04')
    """
    if not code:
        return str(number + 1)
    return f"{code[12:15]}-{code[15:]}" if len(code) == 17 else code[-3:]
