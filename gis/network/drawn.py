"""From the layer of streets to the lines that are walked."""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pyproj
import shapely

from gis.metric import transformer
from gis.network.junctions import (
    Flags,
    Ints,
    Shapes,
    Vertices,
    crossing_vertices,
    shared_vertices,
    simple_lines,
)
from gis.network.walkable import WalkSettings, is_walked, joins_of

_DEGREE_STEP = 1e-7
_METRE_STEP = 1e-3


@dataclass(frozen=True, slots=True)
class Drawn:
    """
    Walked lines as vertices, with the row of the street of each and what it is.

    ``raised`` are bridges and tunnels, ``names`` the ids of all streets, ``empty`` those of
    walked streets without a line.
    """

    vertices: Vertices
    street: Ints
    raised: Flags
    names: npt.NDArray[np.object_]
    settings: str
    streets: int
    walked: int
    empty: tuple[str, ...]

    @classmethod
    def of(cls, streets: gpd.GeoDataFrame, settings: WalkSettings, crs: pyproj.CRS) -> Drawn:
        """Draw the streets that are walked, joined as the settings say, in a metric CRS."""
        row = np.flatnonzero(is_walked(streets, settings))
        joins = joins_of(streets, settings)
        lines, street = _lines(streets, row)
        names = _names(streets)
        empty = names[np.setdiff1d(row, street)]
        source = streets.crs or crs
        raised = _flag(streets, "bridge")[street] | _flag(streets, "tunnel")[street]
        if joins == "nodes":
            step = _DEGREE_STEP if source.is_geographic else _METRE_STEP
            vertices = _projected(shared_vertices(lines, step=step), source, crs)
        else:
            lines, piece = simple_lines(_moved(lines, source, crs))
            street, raised = street[piece], raised[piece]
            stairs = _column(streets, "street_class", "")[street] == "steps"
            level = _column(streets, "level", 0.0)[street].astype(np.float64)
            vertices = crossing_vertices(lines, np.nan_to_num(level), raised, stairs)
        text = f"{settings.text()}; joined at {joins}"
        return cls(
            vertices,
            street,
            raised,
            names,
            text,
            len(streets),
            len(row),
            tuple(empty),
        )

    def lines(self) -> Shapes:
        """Draw the lines again, through their places."""
        place = self.vertices.place
        xy = np.column_stack([self.vertices.x[place], self.vertices.y[place]])
        lines: Shapes = np.asarray(
            shapely.linestrings(xy, indices=self.vertices.line), dtype=object
        )
        return lines


def _lines(streets: gpd.GeoDataFrame, row: Ints) -> tuple[Shapes, Ints]:
    """Single lines, and the row of the street of each."""
    parts, index = shapely.get_parts(streets.geometry.to_numpy()[row], return_index=True)
    sound = shapely.get_type_id(parts) == shapely.GeometryType.LINESTRING
    sound &= ~shapely.is_empty(parts)
    return parts[sound], row[index[sound]]


def _names(streets: gpd.GeoDataFrame) -> npt.NDArray[np.object_]:
    key = "street_id" if "street_id" in streets.columns else None
    names = streets[key].to_numpy() if key else streets.index.to_numpy()
    return np.asarray(names, dtype=object)


def _column(streets: gpd.GeoDataFrame, name: str, default: object) -> npt.NDArray[np.object_]:
    if name not in streets.columns:
        return np.full(len(streets), default, dtype=object)
    return streets[name].astype(object).to_numpy()


def _flag(streets: gpd.GeoDataFrame, name: str) -> Flags:
    if name not in streets.columns:
        return np.zeros(len(streets), dtype=bool)
    return streets[name].astype("boolean").fillna(False).to_numpy(dtype=bool)


def _moved(lines: Shapes, source: pyproj.CRS, crs: pyproj.CRS) -> Shapes:
    return np.asarray(gpd.GeoSeries(lines, crs=source).to_crs(crs).to_numpy(), dtype=object)


def _projected(vertices: Vertices, source: pyproj.CRS, crs: pyproj.CRS) -> Vertices:
    if source == crs or not len(vertices.x):
        return vertices
    x, y = transformer(source, crs).transform(vertices.x, vertices.y)
    return Vertices(vertices.place, vertices.line, np.asarray(x), np.asarray(y))
