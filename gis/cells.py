"""
The ground of a community: one cell per unit, tiling the community exactly.

(The construction lives here; the noded borders it yields are in `gis.borders`.)
"""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd


@dataclass(frozen=True, slots=True)
class Ground:
    """
    One noding of a community: its units with their cells, and the borders between them.

    Attributes
    ----------
    units
        Index ``unit_no`` 0..n-1; columns ``unit_id`` (text, unique: the building's or
        stairwell's id, ``ground-<n>`` for ground blocks), ``kind`` (building, stairwell,
        ground), ``building_id``, ``courtyard_id``, ``courtyard_kind`` (each None where there
        is none), ``households`` (int, 0 for ground), ``households_estimated`` (bool),
        ``geometry`` (the cell, a Polygon in `crs`).
    borders
        Columns ``left``, ``right`` (unit_no; -1 = outside the community, only ever on the
        right), ``length_m``, ``runs_along`` (nothing, wall, lane, arterial, river, railway,
        other), ``passage`` (a gate or bridge joins the two sides), ``geometry`` (LineString
        in the metric CRS, the left unit on its left hand).
    """

    units: gpd.GeoDataFrame
    borders: gpd.GeoDataFrame
