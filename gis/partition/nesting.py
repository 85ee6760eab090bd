"""Micro grids nest in base grids: which base grid each unit lies in, and how micro grids count."""

from __future__ import annotations

from dataclasses import replace

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from gis.arrangement import OUTSIDE
from gis.cells import Ground
from gis.numbering import grid_name
from gis.partition.graph import Ints
from gis.partition.touching import Terrain


def base_grids(ground: Ground, base: gpd.GeoDataFrame) -> Ints:
    """
    Tell which base grid each unit of a ground lies in, though it be another noding.

    A building or stairwell goes where the base plan has it: by its id, else by its building
    (the grid with most of its households, then the lowest). Ground, and buildings that the
    base plan does not know, go by where their inner point lies: the nearest cell.

    Parameters
    ----------
    ground
        The ground to divide into micro grids; not modified.
    base
        Units of the base plan in any CRS: ``unit_id``, ``kind``, ``building_id``,
        ``households``, ``grid`` (number, -1 for units of no grid), cells. Not modified.

    Returns
    -------
    within
        Number of the base grid of each unit; never -1 while the base plan has a grid.
    """
    units, placed = ground.units, base[base["grid"] != OUTSIDE]
    housed = placed[placed["kind"] != "ground"]
    by_id = housed.drop_duplicates("unit_id").set_index("unit_id")["grid"]
    shares = housed.groupby(["building_id", "grid"])[["households"]].sum().reset_index()
    shares = shares.sort_values(["households", "grid"], ascending=[False, True])
    by_building = shares.drop_duplicates("building_id").set_index("building_id")["grid"]
    built = units["kind"] != "ground"
    known = units["unit_id"].where(built).map(by_id)
    known = known.fillna(units["building_id"].map(by_building)).fillna(OUTSIDE)
    found: Ints = known.to_numpy(np.int64)
    lost = found == OUTSIDE
    if lost.any() and len(placed):
        assert units.crs is not None  # noqa: S101 - a ground has a metric CRS
        points = shapely.point_on_surface(units.geometry.to_numpy()[lost])
        cells = placed.to_crs(units.crs).geometry.to_numpy()
        found[lost] = placed["grid"].to_numpy(np.int64)[shapely.STRtree(cells).nearest(points)]
    return found


def kept_within(land: Terrain, within: Ints) -> Terrain:
    """Terrain in which units of different base grids do not touch."""
    inside = within[land.i] == within[land.j]
    return replace(
        land,
        i=land.i[inside],
        j=land.j[inside],
        hold=land.hold[inside],
        open_m=land.open_m[inside],
    )


def nested_order(
    labels: Ints, special: npt.NDArray[np.bool_], within: Ints
) -> tuple[Ints, npt.NDArray[np.bool_]]:
    """Renumber grids so that those of one base grid follow each other, in their old order."""
    base = np.zeros(len(special), np.int64)
    base[labels] = within
    order = np.lexsort((np.arange(len(base)), base))
    rank = np.empty(len(base), np.int64)
    rank[order] = np.arange(len(base))
    return rank[labels], special[order]


def nested_names(labels: Ints, within: Ints, names: dict[int, str]) -> list[str]:
    """
    Name micro grids after their base grid, counted from 1 in each.

    >>> nested_names(np.array([0, 1, 2]), np.array([4, 4, 7]), {4: "第一网格", 7: "第二网格"})
    ['第一网格·第一微网格', '第一网格·第二微网格', '第二网格·第一微网格']
    """
    base = np.zeros(int(labels.max(initial=-1)) + 1, np.int64)
    base[labels] = within
    number = pd.Series(base).groupby(base).cumcount() + 1
    return [
        f"{names.get(int(b), str(b))}·{grid_name(int(n)).replace('网格', '微网格')}"
        for b, n in zip(base, number, strict=True)
    ]
