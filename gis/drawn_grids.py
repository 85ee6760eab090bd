"""Polygons drawn by hand laid over the units of a ground: which holds which, what is unclear."""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from gis.adoption import CLEAR_SHARE, UNASSIGNED, cover_of_units, shapes_of_units
from gis.cells import Ground

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
# Polygons that share an edge overlap by slivers after rounding: these are no overlaps.
_SLIVER_M2, _SLIVER_SHARE = 10.0, 0.001
_NOTHING = 1e-9


@dataclass(frozen=True, slots=True)
class Overlay:
    """
    Which polygon holds each unit.

    Attributes
    ----------
    polygon
        Position of the polygon that holds most of each unit; -1 where more of it lies in no
        polygon than in any.
    share, other, other_share
        Share of the unit that this polygon covers; the polygon that covers most of it besides
        (-1: none), and its share.
    divided
        Units that were given to a polygon though it covers less than 60 % of them.
    doubled
        Units that lie at least 40 % in a second polygon, which overlaps the first there.
    overlaps
        Columns ``a``, ``b``, ``area_m2``: pairs of polygons that overlap by more than slivers.
    apart
        Polygons that lie outside the community.
    """

    polygon: Ints
    share: Floats
    other: Ints
    other_share: Floats
    divided: npt.NDArray[np.bool_]
    doubled: npt.NDArray[np.bool_]
    overlaps: pd.DataFrame
    apart: npt.NDArray[np.bool_]


def overlay_grids(ground: Ground, footprints: gpd.GeoDataFrame, drawn: gpd.GeoDataFrame) -> Overlay:
    """
    Give every unit to the polygon that covers most of it, by area.

    A building counts with the part of its footprint that lies in its own cell, other units
    with their cell. Ties go to the earlier polygon. With ``u`` the share that no polygon
    covers, a unit stays out when ``u`` is above the share of every polygon.

    Parameters
    ----------
    ground
        Units to give away. Not modified.
    footprints
        Canonical buildings (``building_id``, geometry) in any CRS. Not modified.
    drawn
        Valid polygons in any CRS; they may overlap and leave gaps. Not modified.

    Notes
    -----
    O(n log n) in units and polygons, and linear in the vertices of those that cross; only
    units that a polygon's edge runs through are intersected.
    """
    crs = ground.units.crs
    assert crs is not None, "a ground has a metric CRS"  # noqa: S101
    shapes = shapely.make_valid(drawn.to_crs(crs).geometry.to_numpy())
    pieces = shapes_of_units(ground, footprints)
    cover = cover_of_units(pieces, shapes)
    cover["share"] = cover["area"] / shapely.area(pieces)[cover["unit"]]
    count = len(pieces)
    first, second = _ranked(cover, count, 0), _ranked(cover, count, 1)
    covered = np.bincount(cover["unit"], cover["share"], count)
    kept = (first[0] != UNASSIGNED) & (1.0 - covered <= first[1] + _NOTHING)
    near, _ = shapely.STRtree(ground.units.geometry.to_numpy()).query(shapes, "intersects")
    apart = ~np.isin(np.arange(len(shapes)), near)
    # Shares of less than 60 and more than 40 %: of one whole when polygons do not overlap.
    both = kept & (first[1] + second[1] > 1.0 + _NOTHING) & (second[1] >= 1.0 - CLEAR_SHARE)
    return Overlay(
        polygon=np.where(kept, first[0], UNASSIGNED),
        share=first[1],
        other=second[0],
        other_share=second[1],
        divided=kept & ~both & (first[1] < CLEAR_SHARE),
        doubled=both,
        overlaps=_overlaps(shapes),
        apart=apart,
    )


def _ranked(cover: pd.DataFrame, count: int, rank: int) -> tuple[Ints, Floats]:
    """Polygon that holds most of each unit (rank 0) or the next most (1), and its share."""
    rows = cover[cover.groupby("unit").cumcount() == rank]
    polygon, share = np.full(count, UNASSIGNED, np.int64), np.zeros(count)
    polygon[rows["unit"]], share[rows["unit"]] = rows["grid"], rows["share"]
    return polygon, share


def _overlaps(shapes: npt.NDArray[np.object_]) -> pd.DataFrame:
    a, b = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    a, b = a[a < b], b[a < b]
    common = shapely.area(shapely.intersection(shapes[a], shapes[b]))
    area = shapely.area(shapes)
    real = common > np.maximum(_SLIVER_M2, _SLIVER_SHARE * np.minimum(area[a], area[b]))
    found = pd.DataFrame({"a": a[real], "b": b[real], "area_m2": common[real]})
    return found.sort_values(["a", "b"], ignore_index=True)
