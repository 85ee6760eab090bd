"""The wall map (挂图) of a plan: one sheet of paper, true to a round scale."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pyproj
import shapely

from gis.errors import Language
from gis.metric import metric_crs
from maps.drawing import Frame, Shapes, fine, fine_coverage, hatch_data, path_data
from maps.grid_colours import grid_hues
from maps.labels import Board, Label, text_width
from maps.paper import Paper, bar_metres, fitting_scale
from maps.sheet_about import SheetAbout
from maps.sheet_ground import Stroke, convergence, ground_strokes
from maps.single_file import sheet_page
from maps.texts import texts_of
from maps.wall_index import Layout, index_of, layout_of
from maps.wall_labels import place_labels

MOST_BUILDINGS = 12_000
"""Above this none are drawn: the file would be slow to open and the print a blur."""

_AROUND = 1.04
_HATCH_MM = 2.4
_SLIVER_MM = 0.3


@dataclass(frozen=True, slots=True)
class WallLayers:
    """
    What a wall map shows, all in EPSG:4326 and not modified.

    ``grids``: index ``grid_no``; ``name``, ``code`` (empty before publication), ``kind``,
    ``households``, ``load`` (1 is full), ``estimated``; ``area``: the community; ``around``:
    other communities with ``name``; ``streets``: ``name``, ``street_class``; ``barriers``:
    ``name``, ``kind``; ``courtyards``: ``name``; ``buildings``: ``label`` (short, may be empty).
    """

    grids: gpd.GeoDataFrame
    area: gpd.GeoDataFrame
    around: gpd.GeoDataFrame
    streets: gpd.GeoDataFrame
    barriers: gpd.GeoDataFrame
    courtyards: gpd.GeoDataFrame
    buildings: gpd.GeoDataFrame


@dataclass(frozen=True, slots=True)
class DrawnGrid:
    """One grid: its path, its hue from 1 to 8, and the hatch over it if it is above its cap."""

    number: int
    data: str
    hue: int
    hatch: str


@dataclass(frozen=True, slots=True)
class Drawing:
    """Everything inside the frame, in millimetres from its upper left corner."""

    frame: Frame
    ground: Sequence[Stroke]
    land: str
    loose: str
    outside: str
    details: Sequence[Stroke]
    grids: Sequence[DrawnGrid]
    around: str
    labels: Sequence[tuple[str, Label]]
    north_degrees: float
    bar_m: int

    @property
    def bar_mm(self) -> float:
        """Length of the scale bar on paper."""
        return self.bar_m * self.frame.mm_per_metre


def wall_map(layers: WallLayers, about: SheetAbout, sheet: Paper, language: Language) -> str:
    """
    Draw a plan as one HTML file that prints on one sheet and asks the network for nothing.

    The scale is the largest round one at which the community fills the frame. It is true when
    the sheet is printed at actual size: lengths of the community's metric CRS, whose own
    distortion stays below 0.1 %.

    Parameters
    ----------
    layers
        At least one grid.
    sheet
        The paper.

    Returns
    -------
    page
        HTML with the map as SVG, without any script. Above 12,000 buildings none are drawn, and
        the sheet says so; grids that the index has no room for are in the register, as it says.
    """
    texts = texts_of(language)
    crs = metric_crs(layers.area)
    layout = layout_of(sheet, len(layers.grids))
    drawing = _drawing(layers, layout, crs, texts)
    notes = []
    if len(layers.buildings) > MOST_BUILDINGS:
        left_out = texts["sheet.buildings-left-out"].replace("{n}", f"{len(layers.buildings)}")
        notes.append(left_out.replace("{most}", f"{MOST_BUILDINGS}"))
    index = index_of(layers.grids, [g.hue for g in drawing.grids], layout)
    if index.left_out:
        notes.append(texts["sheet.index-left-out"].replace("{n}", f"{index.left_out}"))
    title = texts["sheet.wall.title"].replace("{place}", about.place)
    return sheet_page(
        "wall_map",
        title=title,
        language=language,
        sheets=["map_ink"],
        style=f"@page {{ size: {sheet.width_mm:g}mm {sheet.height_mm:g}mm; margin: 0; }}",
        values={
            "about": about,
            "drawing": drawing,
            "headline_mm": _headline_mm(title, sheet),
            "index": index,
            "layout": layout,
            "notes": notes,
            "sheet": sheet,
            "texts": texts,
        },
    )


def _headline_mm(title: str, sheet: Paper) -> float:
    """Height of the title's letters: large, but over half of the sheet's width at most."""
    room = sheet.width_mm * 0.52
    most = 9.0 if sheet.name == "a3" else 7.0
    return round(min(most, room / (text_width(title, 1.0) * 1.1)), 2)


def _drawing(layers: WallLayers, layout: Layout, crs: pyproj.CRS, texts: dict[str, str]) -> Drawing:
    area = layers.area.geometry.to_crs(crs)
    frame = _frame(area, layout)
    grids = layers.grids.to_crs(crs)
    shapes = fine_coverage(frame.placed(grids.geometry))
    land = fine(frame.placed(area))
    board = Board(frame.width_mm, frame.height_mm)
    # The north arrow stands in the upper right corner.
    board.take((frame.width_mm - 16, 0, frame.width_mm, 21))
    buildings = layers.buildings.to_crs(crs)
    shown = buildings if len(buildings) <= MOST_BUILDINGS else buildings.iloc[:0]
    placed = {
        "courtyards": fine(frame.placed(layers.courtyards.geometry.to_crs(crs))),
        "streets": fine(frame.placed(layers.streets.geometry.to_crs(crs))),
        "barriers": fine(frame.placed(layers.barriers.geometry.to_crs(crs))),
        "buildings": fine(frame.placed(shown.geometry)),
        "around": fine(frame.placed(layers.around.geometry.to_crs(crs))),
    }
    labels = place_labels(board, layers, shapes, placed, shown["label"], texts)
    whole = shapely.box(0, 0, frame.width_mm, frame.height_mm)
    hues = grid_hues(grids)
    return Drawing(
        frame,
        [Stroke("courtyard", path_data(placed["courtyards"]))],
        path_data(land),
        _loose(land, shapes),
        path_data(np.array([shapely.difference(whole, shapely.union_all(land))])),
        ground_strokes(layers.streets, layers.barriers, placed, frame),
        [
            DrawnGrid(
                int(number),
                path_data(shapes[[n]]),
                int(hues[n]),
                hatch_data(shapes[n], _HATCH_MM) if load > 1 else "",
            )
            for n, (number, load) in enumerate(
                zip(layers.grids.index, layers.grids["load"], strict=True)
            )
        ],
        path_data(placed["around"]),
        labels,
        convergence(layers.area, crs),
        bar_metres(frame.scale, layout.bar_mm),
    )


def _loose(land: Shapes, grids: Shapes) -> str:
    """Hatch over ground in no grid; slivers of rounding are none."""
    rest = shapely.difference(shapely.union_all(land), shapely.union_all(grids))
    rest = shapely.buffer(rest, -_SLIVER_MM).buffer(_SLIVER_MM)
    return "" if rest.is_empty else hatch_data(rest, _HATCH_MM / 2)


def _frame(area: gpd.GeoSeries, layout: Layout) -> Frame:
    west, south, east, north = (float(v) for v in area.total_bounds)
    scale = fitting_scale(
        (east - west) * _AROUND, (north - south) * _AROUND, layout.map_width, layout.map_height
    )
    middle = ((west + east) / 2, (south + north) / 2)
    return Frame(layout.map_width, layout.map_height, scale, middle)
