"""The grids of an old ground carried over to a new one."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

UNASSIGNED = -1


def carried(
    old: gpd.GeoDataFrame, labels: npt.ArrayLike, new: gpd.GeoDataFrame
) -> npt.NDArray[np.int64]:
    """
    Grid number of each unit of a new ground, from where it stood in an old one.

    Buildings and stairwells are followed by their ids; a building that is divided by stairwells
    in only one of the grounds by its building (the grid with most of its households). Ground
    blocks, which are numbered anew with each ground, take the grid of the old cell their inner
    point lies in.

    Parameters
    ----------
    old, new
        Units of the two grounds (``unit_id, kind, building_id, households``, cells). Any CRS.
        Not modified.
    labels
        Grid number of each old unit; -1 for none.

    Returns
    -------
    labels
        int64, one for each new unit; -1 for what did not stand (a new building) or stood in no
        grid.

    Notes
    -----
    O(n log n).
    """
    was = np.asarray(labels, np.int64)
    built = (old["kind"] != "ground").to_numpy(bool)
    by_unit = dict(zip(old["unit_id"][built], was[built].tolist(), strict=True))
    by_building = _of_buildings(old[built], was[built])
    result = np.array(
        [
            by_unit.get(unit, by_building.get(building, UNASSIGNED))
            for unit, building in zip(new["unit_id"], new["building_id"], strict=True)
        ],
        np.int64,
    )
    ground = (new["kind"] == "ground").to_numpy(bool)
    result[ground] = _beneath(old, was, new[ground])
    return result


def _of_buildings(old: gpd.GeoDataFrame, was: npt.NDArray[np.int64]) -> dict[object, int]:
    """The grid with most households of each building."""
    frame = pd.DataFrame(
        {
            "building": old["building_id"].to_numpy(object),
            "grid": was,
            "households": old["households"].to_numpy(np.int64),
        }
    )
    sums = frame.groupby(["building", "grid"])["households"].sum().reset_index()
    # Later entries overwrite earlier ones: the most households last, then the lower number.
    order = np.lexsort((-sums["grid"].to_numpy(), sums["households"].to_numpy()))
    sums = sums.iloc[order]
    return dict(zip(sums["building"], sums["grid"].tolist(), strict=True))


def _beneath(
    old: gpd.GeoDataFrame, was: npt.NDArray[np.int64], blocks: gpd.GeoDataFrame
) -> npt.NDArray[np.int64]:
    result = np.full(len(blocks), UNASSIGNED, np.int64)
    assert old.crs is not None, "a ground has a CRS"  # noqa: S101
    points = shapely.point_on_surface(blocks.to_crs(old.crs).geometry.to_numpy())
    block, cell = shapely.STRtree(old.geometry.to_numpy()).query(points, predicate="intersects")
    # A point on a border lies in two cells: the lower number is taken.
    order = np.lexsort((-cell, block))
    result[block[order]] = was[cell[order]]
    return result
