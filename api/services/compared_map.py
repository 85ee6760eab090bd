"""Two divisions of one community as shapes, so that they can be drawn side by side."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import cast

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from api.schemas.assignments import ComparedArea, ComparedMap
from api.schemas.paging import GeoJSONGeometry
from gis.arrangement import Ints
from gis.borders import dissolve
from gis.cells import Ground
from gis.store.plans import Labels
from maps.grid_colours import HUES, grid_hues

_DECIMALS = 7


def compared_map(
    sides: Sequence[tuple[Ground, Labels, pd.DataFrame]], match: Mapping[int, int], moved: Ints
) -> ComparedMap:
    """
    Draw the grids of both sides, and the cells of what has moved.

    Parameters
    ----------
    sides
        Ground, grid of each unit, and the grids' figures (index grid number; ``name``,
        ``households``, ``load``) of side a and of side b.
    match
        Grid of side b for each of side a that has one; the two get one hue.
    moved
        Units of side b, in the order in which their cells are returned.

    Returns
    -------
    map
        EPSG:4326. Hues differ between neighbours on side b.
    """
    (ground, before, _), (other, after, _) = sides
    old, new = dissolve(ground, before), dissolve(other, after)
    hues = dict(zip(new.index.tolist(), grid_hues(new).tolist(), strict=True)) if len(new) else {}
    gone = [n for n in old.index.tolist() if n not in match]
    old_hues = {a: hues[b] for a, b in match.items()}
    old_hues |= {n: (len(hues) + k) % HUES + 1 for k, n in enumerate(gone)}
    west, south, east, north = other.units.geometry.to_crs(4326).total_bounds.tolist()
    return ComparedMap(
        extent=(west, south, east, north),
        a=_areas(old, sides[0][2], old_hues),
        b=_areas(new, sides[1][2], hues),
        moved=_drawn(gpd.GeoSeries(other.units.geometry.iloc[moved])),
    )


def _areas(
    shapes: gpd.GeoDataFrame, grids: pd.DataFrame, hues: Mapping[int, int]
) -> list[ComparedArea]:
    places = shapes.geometry.representative_point().to_crs(4326)
    drawn = _drawn(shapes.geometry)
    told = grids.loc[shapes.index, ["name", "households", "load"]].to_dict("records")
    return [
        ComparedArea.model_validate(
            {**row, "no": number, "hue": hues[number], "label": (x, y), "geometry": shape}
        )
        for number, row, x, y, shape in zip(
            shapes.index.tolist(), told, places.x, places.y, drawn, strict=True
        )
    ]


def _drawn(shapes: gpd.GeoSeries) -> list[GeoJSONGeometry]:
    there = shapely.transform(shapes.to_crs(4326).to_numpy(), lambda xy: np.round(xy, _DECIMALS))
    return [cast(GeoJSONGeometry, shapely.geometry.mapping(shape)) for shape in there]
