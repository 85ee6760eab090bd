"""Sheets of single grids (网格图册): a page for each with its map, buildings and posts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pyproj
import shapely

from gis.errors import InputError, Language
from gis.metric import metric_crs
from maps.drawing import Frame, Shapes, fine, fine_coverage, hatch_data, path_data
from maps.grid_colours import grid_hues
from maps.grid_sheet_layout import GridLayout, Houses, grid_layout, houses_fitted
from maps.labels import Board, Label
from maps.paper import Paper, bar_metres, fitting_scale
from maps.register import Entry, RegisterLayers, register_entries
from maps.sheet_about import SheetAbout
from maps.sheet_ground import Stroke, convergence, ground_strokes
from maps.single_file import sheet_page
from maps.texts import texts_of
from maps.wall_labels import AROUND_MM, COURTYARD_MM, labels_inside, street_labels
from maps.wall_map import MOST_BUILDINGS, WallLayers

MOST_SHEETS = 200
_AROUND = 1.12
_HATCH_MM = 2.4
# House numbers, the largest that fit: a sheet of one grid has room for them.
_HOUSE_MM = (3.0, 2.5, 2.1, 1.8, 1.5)


@dataclass(frozen=True, slots=True)
class GridSheet:
    """One page: the register's entry of a grid, its map, its place in the community."""

    entry: Entry
    hue: int
    frame: Frame
    land: str
    neighbours: str
    outside: str
    outline: str
    hatch: str
    courtyards: str
    details: Sequence[Stroke]
    labels: Sequence[tuple[str, Label]]
    bar_m: int
    in_community: str
    houses: Houses

    @property
    def bar_mm(self) -> float:
        """Length of the scale bar on paper."""
        return self.bar_m * self.frame.mm_per_metre


@dataclass(frozen=True, slots=True)
class _Plan:
    """All layers in the metric CRS, and the grids with their hues."""

    layers: WallLayers
    hues: dict[int, int]
    crs: pyproj.CRS


def grid_sheets(
    layers: WallLayers,
    lines: RegisterLayers,
    about: SheetAbout,
    sheet: Paper,
    language: Language,
    *,
    only: int | None = None,
) -> str:
    """
    Draw each grid of a plan on a page of its own, as one HTML file that asks for nothing.

    A page has the map at the largest round scale that shows the whole grid, where it lies in the
    community, its four bounds, buildings by courtyard with their households, and its posts by
    role, never by holder; names are left to be written in by hand.

    Parameters
    ----------
    layers
        What the maps show; see `maps.wall_map.WallLayers`.
    lines
        What the register lists of the same plan.
    only
        Number of the one grid to draw; None: all, in the order of the register.

    Raises
    ------
    InputError
        There are more than 200 grids, or `only` is none of them.
    """
    texts = texts_of(language)
    entries = _wanted(register_entries(lines, texts), lines, only)
    crs = metric_crs(layers.area)
    plan = _in_metres(layers, crs)
    layout = grid_layout(sheet)
    pages = [_sheet(plan, number, entry, layout) for number, entry in entries]
    return sheet_page(
        "grid_sheets",
        title=texts["sheet.grids.title"].replace("{place}", about.place),
        language=language,
        sheets=["map_ink"],
        style=f"@page {{ size: {sheet.width_mm:g}mm {sheet.height_mm:g}mm; margin: 0; }}",
        values={
            "about": about,
            "community": _community(plan, layout),
            "layout": layout,
            "north_degrees": convergence(layers.area, crs),
            "pages": pages,
            "sheet": sheet,
            "texts": texts,
        },
    )


def _wanted(
    entries: Sequence[Entry], lines: RegisterLayers, only: int | None
) -> list[tuple[int, Entry]]:
    """Entries in the order of the register, each with its grid's number."""
    ordered = sorted(lines.grids, key=lambda row: (row["code"] or "", row["grid_no"]))
    numbered = [(int(row["grid_no"]), e) for row, e in zip(ordered, entries, strict=True)]
    found = [(n, entry) for n, entry in numbered if only in (None, n)]
    if not found:
        raise InputError(
            f"The plan has no grid {only} with a shape: leave grid out for all of them.",
            f"方案中没有编号为 {only} 的网格：不填 grid 则输出全部网格。",
        )
    if len(found) > MOST_SHEETS:
        raise InputError(
            f"{len(found)} grids are more than the {MOST_SHEETS} sheets of one file: "
            "ask for one at a time (grid=NUMBER, on the command line --grid NUMBER).",
            f"共 {len(found)} 个网格，一个文件最多 {MOST_SHEETS} 页："
            "请用 grid=编号（命令行 --grid 编号）逐个输出。",
        )
    return found


def _in_metres(layers: WallLayers, crs: pyproj.CRS) -> _Plan:
    grids = layers.grids.to_crs(crs)
    hues = dict(zip(grids.index.tolist(), grid_hues(grids).tolist(), strict=True))
    shown = layers.buildings if len(layers.buildings) <= MOST_BUILDINGS else layers.buildings[:0]
    metric = WallLayers(
        grids=grids,
        area=layers.area.to_crs(crs),
        around=layers.around.to_crs(crs),
        streets=layers.streets.to_crs(crs),
        barriers=layers.barriers.to_crs(crs),
        courtyards=layers.courtyards.to_crs(crs),
        buildings=shown.to_crs(crs),
    )
    return _Plan(metric, hues, crs)


def _sheet(plan: _Plan, number: int, entry: Entry, layout: GridLayout) -> GridSheet:
    grids = plan.layers.grids
    at = grids.index.tolist().index(number)
    shape = gpd.GeoSeries(grids.geometry.iloc[[at]])
    frame = _fitted(shape, layout.map_width, layout.map_height, _AROUND)
    shapes = fine(frame.placed(grids.geometry))
    own, others = shapes[[at]], np.delete(shapes, at)
    near = _near(plan.layers, frame)
    placed = {name: fine(frame.placed(layer.geometry)) for name, layer in near.items()}
    whole = shapely.box(0, 0, frame.width_mm, frame.height_mm)
    return GridSheet(
        entry=entry,
        hue=plan.hues[number],
        frame=frame,
        land=path_data(fine(frame.placed(plan.layers.area.geometry))),
        neighbours=path_data(others),
        outside=path_data(np.array([shapely.difference(whole, own[0])])),
        outline=path_data(own),
        hatch=hatch_data(own[0], _HATCH_MM) if (entry.load or 0) > 1 else "",
        courtyards=path_data(placed["courtyards"]),
        details=ground_strokes(near["streets"], near["barriers"], placed, frame),
        labels=_labels(plan, own, others, at, near, placed, frame),
        bar_m=bar_metres(frame.scale, layout.bar_mm),
        in_community=path_data(_located(plan, layout).placed(shape)),
        houses=houses_fitted(entry.yards, layout),
    )


def _near(layers: WallLayers, frame: Frame) -> dict[str, gpd.GeoDataFrame]:
    """What of each layer lies in the frame."""
    west, south, east, north = frame.ground_box
    named = {
        "streets": layers.streets,
        "barriers": layers.barriers,
        "courtyards": layers.courtyards,
        "buildings": layers.buildings,
        "around": layers.around,
    }
    return {name: layer.cx[west:east, south:north] for name, layer in named.items()}


def _labels(
    plan: _Plan,
    own: Shapes,
    others: Shapes,
    at: int,
    near: dict[str, gpd.GeoDataFrame],
    placed: dict[str, Shapes],
    frame: Frame,
) -> list[tuple[str, Label]]:
    """Neighbours by name, courtyards, streets, and the numbers of the grid's own houses."""
    board = Board(frame.width_mm, frame.height_mm)
    board.take((frame.width_mm - 16, 0, frame.width_mm, 21))
    names = plan.layers.grids["name"].drop(plan.layers.grids.index[at])
    found = labels_inside(board, others, names, AROUND_MM, "around")
    mine = shapely.intersection(placed["courtyards"], own[0])
    found += labels_inside(board, mine, near["courtyards"]["name"], COURTYARD_MM, "yard")
    found += street_labels(board, near["streets"], near["barriers"], placed)
    found += labels_inside(board, placed["around"], near["around"]["name"], AROUND_MM, "around")
    inside = shapely.contains(own[0], shapely.centroid(placed["buildings"]))
    numbers = near["buildings"]["label"].where(inside, "")
    return found + labels_inside(board, placed["buildings"], numbers, _HOUSE_MM, "house")


def _located(plan: _Plan, layout: GridLayout) -> Frame:
    """Frame of the small map of the community."""
    return _fitted(plan.layers.area.geometry, layout.locator_width, layout.locator_height, 1.02)


def _fitted(shape: gpd.GeoSeries, width_mm: float, height_mm: float, around: float) -> Frame:
    west, south, east, north = (float(v) for v in shape.total_bounds)
    wide, high = (east - west) * around, (north - south) * around
    scale = fitting_scale(wide, high, width_mm, height_mm)
    return Frame(width_mm, height_mm, scale, ((west + east) / 2, (south + north) / 2))


def _community(plan: _Plan, layout: GridLayout) -> str:
    """Outlines of all grids on the small map, drawn once for all pages."""
    return path_data(fine_coverage(_located(plan, layout).placed(plan.layers.grids.geometry)))
