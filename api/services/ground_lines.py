"""A ground as the planner's page is told it: written once, because it never changes."""

from __future__ import annotations

import json
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import shapely

from gis.cells import Ground

# 1e-7 degrees are a centimetre: no two corners of cells fall together.
STEP = 1e-7


@dataclass(frozen=True, slots=True, eq=False)
class GroundLines:
    """
    The lines of a ground as JSON, and the places of its units.

    Coordinates are whole steps of 1e-7 degrees (a centimetre) from the south-western corner,
    those of lines each the difference to the one before.
    """

    west: float
    south: float
    borders: str
    x: list[int]
    y: list[int]


def ground_lines(ground: Ground) -> GroundLines:
    """Write down a ground; O(points)."""
    borders = ground.borders.to_crs(4326)
    middles = ground.units.geometry.representative_point().to_crs(4326)
    x, y = shapely.get_coordinates(middles.to_numpy()).T
    west, south = (round(side, 7) for side in borders.total_bounds[:2].tolist())
    return GroundLines(
        west,
        south,
        json.dumps(_borders(borders, west, south), separators=(",", ":")),
        _steps(x, west).tolist(),
        _steps(y, south).tolist(),
    )


def _borders(borders: gpd.GeoDataFrame, west: float, south: float) -> dict[str, object]:
    lines = borders.geometry.to_numpy()
    points = shapely.get_coordinates(lines)
    x, y = _steps(points[:, 0], west), _steps(points[:, 1], south)
    kinds, along = np.unique(borders["runs_along"].to_numpy(str), return_inverse=True)
    return {
        "left": borders["left"].tolist(),
        "right": borders["right"].tolist(),
        "length_cm": np.rint(borders["length_m"].to_numpy(np.float64) * 100).astype(int).tolist(),
        "along": kinds.tolist(),
        "runs_along": along.tolist(),
        "passage": np.flatnonzero(borders["passage"].astype(bool)).tolist(),
        "points": shapely.get_num_coordinates(lines).tolist(),
        "dx": np.diff(x, prepend=0).tolist(),
        "dy": np.diff(y, prepend=0).tolist(),
    }


def _steps(degrees: npt.NDArray[np.float64], origin: float) -> npt.NDArray[np.int64]:
    return np.rint((degrees - origin) / STEP).astype(np.int64)
