"""The texts of a wall map: grids first, then courtyards, streets, neighbours, house numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from maps.drawing import Shapes
from maps.labels import Board, Label, Line
from maps.wall_index import short_code

if TYPE_CHECKING:
    from maps.wall_map import WallLayers

# Name, code, figures: heights in millimetres, the best first; None leaves a line out.
_GRID_SIZES: tuple[tuple[float, float | None, float | None], ...] = (
    (5.2, 2.9, 3.4),
    (4.3, 2.5, 2.9),
    (3.6, 2.2, 2.5),
    (3.0, None, 2.3),
    (2.6, None, 2.1),
)
COURTYARD_MM = (2.6, 2.2, 1.9)
_STREET_MM = (2.7, 2.2)
AROUND_MM = (3.6, 2.8)
_BUILDING_MM = (1.9, 1.6)
_LONGEST_STREETS = 400


def place_labels(
    board: Board,
    layers: WallLayers,
    grids: Shapes,
    placed: Mapping[str, Shapes],
    numbers: pd.Series,
    texts: dict[str, str],
) -> list[tuple[str, Label]]:
    """
    Find places for all texts, each inside what it names and none over another.

    A grid always gets a label, be it only its short code; others are left out where they find
    no room. Returns class and label.
    """
    found = [
        ("grid-name over" if load > 1 else "grid-name", label)
        for label, load in zip(
            _grids(board, layers, grids, texts), layers.grids["load"], strict=True
        )
        if label is not None
    ]
    found += labels_inside(
        board, placed["courtyards"], layers.courtyards["name"], COURTYARD_MM, "yard"
    )
    found += street_labels(board, layers.streets, layers.barriers, placed)
    found += labels_inside(board, placed["around"], layers.around["name"], AROUND_MM, "around")
    found += labels_inside(board, placed["buildings"], numbers, _BUILDING_MM, "house")
    return found


def _grids(
    board: Board, layers: WallLayers, shapes: Shapes, texts: dict[str, str]
) -> list[Label | None]:
    """Small grids choose first: they have the fewest places."""
    table = layers.grids.reset_index()[
        ["grid_no", "name", "code", "households", "load", "estimated"]
    ]
    rows = list(table.itertuples(index=False, name=None))
    labels: list[Label | None] = [None] * len(rows)
    for n in np.argsort(shapely.area(shapes), kind="stable"):
        number, name, code, households, load, estimated = rows[n]
        told = figures(households, load, texts, estimated=bool(estimated))
        variants = _variants(name, short_code(code, number), code, told)
        labels[n] = board.place(shapes[n], variants, always=True)
    return labels


def figures(households: int, load: float, texts: dict[str, str], *, estimated: bool) -> str:
    """Households and load of a grid in one line."""
    counted = texts["sheet.households"].replace("{n}", f"{households}")
    if estimated:
        counted = texts["estimate"].replace("{figure}", counted)
    return f"{counted} · {load:.0%}"


def _variants(name: str, short: str, code: str, told: str) -> list[list[Line]]:
    """The whole label in ever smaller letters, then less of it."""
    whole = []
    for name_mm, code_mm, told_mm in _GRID_SIZES:
        lines = [Line(name, name_mm, "name")]
        if code and code_mm:
            lines.append(Line(code, code_mm, "code"))
        if told_mm:
            lines.append(Line(told, told_mm, "told"))
        whole.append(lines)
    less = [[Line(short, size, "name"), Line(told, size * 0.8, "told")] for size in (3.0, 2.6)]
    return [*whole, *less, [Line(name, 2.6, "name")], [Line(short, 2.6, "name")]]


def labels_inside(
    board: Board, shapes: Shapes, names: pd.Series, sizes: Sequence[float], style: str
) -> list[tuple[str, Label]]:
    """Names inside their shapes, the largest shape first."""
    told = names.fillna("").astype(str).tolist()
    found = []
    for n in np.argsort(-shapely.area(shapes), kind="stable"):
        if not told[n] or shapely.is_empty(shapes[n]):
            continue
        label = board.place(shapes[n], [[Line(told[n], size)] for size in sizes])
        if label is not None:
            found.append((style, label))
    return found


def street_labels(
    board: Board,
    streets: gpd.GeoDataFrame,
    barriers: gpd.GeoDataFrame,
    placed: Mapping[str, Shapes],
) -> list[tuple[str, Label]]:
    """Each name once, along the longest line that bears it; rivers too."""
    found = []
    # Arterials are streets too, and get their name there.
    other = barriers["kind"].isin(["river", "railway"])
    for style, names, shapes in (
        ("water", barriers["name"].where(other), placed["barriers"]),
        ("way", streets["name"], placed["streets"]),
    ):
        for name, line in _by_name(names, shapes)[:_LONGEST_STREETS]:
            tries = (board.place_along(line, Line(name, size)) for size in _STREET_MM)
            label = next((found for found in tries if found is not None), None)
            if label is not None:
                found.append((style, label))
    return found


def _by_name(names: pd.Series, shapes: Shapes) -> list[tuple[str, shapely.Geometry]]:
    """Lines of one name merged into one, the longest first."""
    told = names.fillna("").astype(str).to_numpy(object)
    merged = [
        (str(name), shapely.line_merge(shapely.union_all(shapes[told == name])))
        for name in np.unique(told)
        if name
    ]
    return sorted(merged, key=lambda pair: -float(shapely.length(pair[1])))
