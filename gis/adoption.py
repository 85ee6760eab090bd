"""Grids drawn by hand become an assignment: each unit goes where most of it lies."""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import pyproj
import shapely

from gis.cells import Ground

UNASSIGNED = -1
CLEAR_SHARE = 0.6


@dataclass(frozen=True, slots=True)
class Adoption:
    """
    What became of hand-drawn grids.

    Attributes
    ----------
    labels
        Grid number of each unit of the ground; -1 where no grid covers it.
    grids
        Index grid number, in the order of their codes; ``grid_code, name, kind``. Only grids
        that got a unit.
    ambiguous
        Ids of units of which no grid covers more than 60 %.
    """

    labels: npt.NDArray[np.int32]
    grids: pd.DataFrame
    ambiguous: tuple[str, ...]


def adopt(ground: Ground, footprints: gpd.GeoDataFrame, grids: gpd.GeoDataFrame) -> Adoption:
    """
    Assign every unit to the hand-drawn grid that covers most of it.

    A building counts with what of its footprint lies in its cell, other ground with its cell.
    Ties go to the lower code.

    Parameters
    ----------
    ground
        Units to assign. Not modified.
    footprints
        Canonical buildings (``building_id``, geometry) in any CRS. Not modified.
    grids
        Canonical layer ``grids`` in any CRS; polygons may overlap and leave gaps. Not modified.
    """
    drawn = grids.sort_values("grid_code").to_crs(_crs(ground))
    pieces = shapes_of_units(ground, footprints)
    cover = cover_of_units(pieces, shapely.make_valid(drawn.geometry.to_numpy()))
    best = cover.drop_duplicates("unit")
    position = np.full(len(pieces), UNASSIGNED, np.int32)
    position[best["unit"]] = best["grid"]
    unclear = best["area"].to_numpy() < CLEAR_SHARE * shapely.area(pieces[best["unit"]])
    used = np.unique(position[position != UNASSIGNED])
    number = np.full(len(drawn) + 1, UNASSIGNED, np.int32)
    number[used] = np.arange(used.size)
    ids = ground.units["unit_id"].to_numpy()
    return Adoption(
        labels=number[position],
        grids=_named(drawn.iloc[used]),
        ambiguous=tuple(ids[best["unit"].to_numpy()[unclear]]),
    )


def _crs(ground: Ground) -> pyproj.CRS:
    crs = ground.units.crs
    assert crs is not None, "a ground has a metric CRS"  # noqa: S101
    return crs


def _named(drawn: gpd.GeoDataFrame) -> pd.DataFrame:
    named = pd.DataFrame(drawn[["grid_code", "name", "kind"]]).reset_index(drop=True)
    return named.assign(name=named["name"].fillna(named["grid_code"]))


def shapes_of_units(ground: Ground, footprints: gpd.GeoDataFrame) -> npt.NDArray[np.object_]:
    """
    Return what of each unit counts when polygons are laid over it, in the ground's CRS.

    Of a building the part of its footprint in its own cell (where footprints overlap, that may
    be nothing: then the cell); of other units the cell. So a polygon made of whole cells holds
    its units entirely, whatever the footprints do.
    """
    cells = ground.units.geometry.to_numpy()
    own = footprints.to_crs(_crs(ground)).set_index("building_id").geometry
    found = ground.units["building_id"].map(own).to_numpy(object)
    built = (ground.units["kind"] == "building").to_numpy() & ~pd.isna(found)
    pieces = cells.astype(object)
    inside = shapely.intersection(found[built], cells[built])
    pieces[built] = np.where(shapely.area(inside) > 0, inside, cells[built])
    return np.asarray(pieces, dtype=object)


def cover_of_units(
    pieces: npt.NDArray[np.object_], shapes: npt.NDArray[np.object_]
) -> pd.DataFrame:
    """
    Return how much of each unit each polygon covers.

    Columns ``unit``, ``grid`` (positions) and ``area`` (above 0), by unit, most area first, ties
    by the polygon's position. Both in one metric CRS; valid.
    """
    shapely.prepare(shapes)
    grid, unit = shapely.STRtree(pieces).query(shapes, predicate="intersects")
    whole = shapely.covers(shapes[grid], pieces[unit])
    area = shapely.area(pieces)[unit]
    crossed = ~whole
    area[crossed] = shapely.area(shapely.intersection(pieces[unit[crossed]], shapes[grid[crossed]]))
    cover = pd.DataFrame({"unit": unit, "grid": grid, "area": area})
    return cover[cover["area"] > 0].sort_values(
        ["unit", "area", "grid"], ascending=[True, False, True], ignore_index=True
    )
