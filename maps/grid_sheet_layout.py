"""How the sheet of a grid is shared out, and how its buildings are listed in the room left."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from maps.labels import text_width
from maps.paper import Paper
from maps.register import Yard

_LEADING = 1.42
# A house: its name, its households, what keeps it from the next.
_GAP_EM = 1.6
_HEADING_MM = 7.0
_SIZES_MM = (3.0, 2.7, 2.4, 2.1, 1.9)


@dataclass(frozen=True, slots=True)
class GridLayout:
    """Millimetres of a sheet: margin, title, foot, the map, the panel, what stands in it."""

    margin: float
    title: float
    foot: float
    map_width: float
    map_height: float
    locator_width: float
    locator_height: float
    facts_height: float
    list_width: float
    list_height: float
    bar_mm: float


# The scale stands beside the small map.
_LOCATOR = 0.55


@dataclass(frozen=True, slots=True)
class Houses:
    """
    The buildings of a grid as its sheet lists them.

    ``size_mm`` is the height of the letters; ``whole`` tells whether the houses are named, or
    each courtyard with its count alone; ``left_out`` courtyards find no room even so.
    """

    yards: tuple[Yard, ...]
    size_mm: float
    whole: bool
    left_out: int


def grid_layout(sheet: Paper) -> GridLayout:
    """Share out a sheet: landscape with the panel beside the map, portrait with it below."""
    margin, title, foot, gap = 10.0, 15.0, 6.0, 4.0
    width, height = sheet.width_mm - 2 * margin, sheet.height_mm - 2 * margin - title - foot
    if sheet.turn == "landscape":
        panel = round(width * 0.35, 1)
        locator, facts = round(height * 0.22, 1), 50.0
        return GridLayout(
            *(margin, title, foot, width - panel - gap, height),
            *(round(panel * _LOCATOR, 1), locator, facts, panel),
            list_height=height - locator - facts - 2 * gap,
            bar_mm=34.0,
        )
    top = round(height * 0.56, 1)
    half = (width - gap) / 2
    below, facts = height - top - gap, 50.0
    return GridLayout(
        *(margin, title, foot, width, top),
        *(round(half * _LOCATOR, 1), below - facts - gap, facts, half),
        list_height=below,
        bar_mm=34.0,
    )


def houses_fitted(yards: Sequence[Yard], layout: GridLayout) -> Houses:
    """
    List buildings in the largest letters that fit; else courtyards alone; else as many as fit.

    >>> from maps.paper import paper
    >>> houses_fitted((), grid_layout(paper("a4"))).size_mm
    3.0
    """
    high = layout.list_height - _HEADING_MM
    for size in _SIZES_MM:
        rows = sum(_rows(yard, size, layout.list_width) for yard in yards)
        if rows * size * _LEADING <= high:
            return Houses(tuple(yards), size, True, 0)
    for size in _SIZES_MM:
        # The last row says where the houses are named.
        room = int(high / (size * _LEADING)) - 1
        if len(yards) <= room:
            return Houses(tuple(yards), size, False, 0)
    return Houses(tuple(yards[:room]), size, False, len(yards) - room)


def _rows(yard: Yard, size_mm: float, width_mm: float) -> int:
    """Rows that a courtyard takes, none broken inside the name of a house."""
    rows, used = 1, text_width(f"{yard.name} 000000 ", size_mm) if yard.name else 0.0
    for house in yard.buildings:
        wide = text_width(f"{house.name} 约{house.households}", size_mm) + _GAP_EM * size_mm
        if used + wide > width_mm:
            rows, used = rows + math.ceil(wide / width_mm), 0.0
        used += wide
    return rows
