"""Noded borders between units: contiguity, outlines, dissolve."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from gis.arrangement import OUTSIDE, Ints, connected, polygons_between, totals
from gis.cells import Ground

MIN_BORDER_M = 1.0
"""Two units that share less open border than this do not touch: nobody walks through a corner."""


@dataclass(frozen=True, slots=True)
class Contiguity:
    """
    The contiguity graph of a ground: which units touch.

    Edge ``e`` joins unit ``i[e]`` to unit ``j[e]`` (``i < j``, sorted, each pair once).
    ``length_m`` is the length of their common border that no hard barrier covers (0 where
    only a passage joins them), ``runs_along`` what runs along the longest part of it.
    """

    count: int
    i: npt.NDArray[np.int32]
    j: npt.NDArray[np.int32]
    length_m: npt.NDArray[np.float64]
    runs_along: npt.NDArray[np.object_]


def contiguity(ground: Ground, hard: Collection[str]) -> Contiguity:
    """
    Tell which units touch when some kinds of barrier may not be crossed.

    Two units touch when the part of their common border that no hard barrier covers is at
    least `MIN_BORDER_M` long in total, or when a passage (bridge, gate) joins them.

    Parameters
    ----------
    ground
        Units and borders; not modified.
    hard
        Values of ``runs_along`` that no grid may cross, e.g. ``{"river", "railway"}``.

    Returns
    -------
    contiguity
        Edges sorted by ``i``, then ``j``; no edges for a single unit.

    Notes
    -----
    O(borders log borders).
    """
    inner = ground.borders[ground.borders["right"] != OUTSIDE]
    pair = inner[["left", "right"]].to_numpy(dtype=np.int64)
    i, j = pair.min(axis=1), pair.max(axis=1)
    along = inner["runs_along"].to_numpy(dtype=object)
    length = inner["length_m"].to_numpy(dtype=np.float64)
    is_open = ~pd.Series(along).isin(sorted(hard)).to_numpy()
    # One number for each pair: sorting numbers costs a tenth of sorting rows.
    pairs, edge = np.unique(i * len(ground.units) + j, return_inverse=True)
    edges = np.column_stack([pairs // len(ground.units), pairs % len(ground.units)])
    total = totals(edge, np.where(is_open, length, 0.0), len(edges))
    passage = np.zeros(len(edges), dtype=bool)
    passage[edge[inner["passage"].to_numpy(dtype=bool)]] = True
    main = _longest(edge, along, np.where(is_open, length, -1.0 / (1.0 + length)), len(edges))
    kept = (total >= MIN_BORDER_M) | passage
    return Contiguity(
        len(ground.units),
        edges[kept, 0].astype(np.int32),
        edges[kept, 1].astype(np.int32),
        total[kept],
        main[kept],
    )


def _longest(
    edge: Ints, along: npt.NDArray[np.object_], length: npt.NDArray[np.float64], count: int
) -> npt.NDArray[np.object_]:
    """Find for each edge what runs along most of it."""
    main = np.empty(count, dtype=object)
    order = np.argsort(length, kind="stable")
    main[edge[order]] = along[order]
    return main


def components(contiguity: Contiguity) -> Ints:
    """
    Number the connected parts of a contiguity graph.

    Returns
    -------
    part
        One number for each unit, from 0, in order of each part's first unit.

    >>> edge = np.array([0], dtype=np.int32), np.array([2], dtype=np.int32)
    >>> components(Contiguity(3, *edge, np.array([5.0]), np.array(["nothing"], dtype=object)))
    array([0, 1, 0])
    """
    part = connected(contiguity.count, contiguity.i.astype(np.int64), contiguity.j.astype(np.int64))
    _, first, number = np.unique(part, return_index=True, return_inverse=True)
    return np.argsort(np.argsort(first))[number].astype(np.int64)


def _drawn(ground: Ground, labels: npt.ArrayLike) -> tuple[Ints, Ints, Ints]:
    """Borders between different labels, with the label on either side (-1: none, or outside)."""
    padded = np.append(np.asarray(labels, dtype=np.int64), OUTSIDE)
    left = padded[ground.borders["left"].to_numpy(dtype=np.int64)]
    right = padded[ground.borders["right"].to_numpy(dtype=np.int64)]
    drawn = np.flatnonzero(left != right)
    return drawn, left[drawn], right[drawn]


def dissolve(ground: Ground, labels: npt.ArrayLike) -> gpd.GeoDataFrame:
    """
    Build the polygon of each grid from the borders whose two sides lie in different grids.

    Parameters
    ----------
    ground
        Units and borders; not modified.
    labels
        Grid number of each unit, by ``unit_no``; -1 for a unit of no grid.

    Returns
    -------
    grids
        Indexed by grid number, ascending; ``geometry`` in the ground's CRS, a Polygon with
        its holes, or a MultiPolygon where the grid is not contiguous. Neighbouring grids
        share their vertices exactly. No grid gives an empty frame.

    Notes
    -----
    No polygon is united: cost grows with the outlines, not with the cells.
    """
    drawn, left, right = _drawn(ground, labels)
    lines = ground.borders.geometry.to_numpy()[drawn]
    pieces, owner = polygons_between(lines, left, right)
    order = np.argsort(owner, kind="stable")
    grids, number = np.unique(owner[order], return_inverse=True)
    shapes = pieces
    if len(grids):
        shapes = np.asarray(shapely.multipolygons(pieces[order], indices=number), dtype=object)
    single = shapely.get_num_geometries(shapes) == 1
    shapes[single] = shapely.get_geometry(shapes[single], 0)
    index = pd.Index(grids, name="grid", dtype=np.int64)
    return gpd.GeoDataFrame(geometry=gpd.GeoSeries(shapes, index=index, crs=ground.borders.crs))


def outlines(ground: Ground, labels: npt.ArrayLike) -> gpd.GeoDataFrame:
    """
    List the borders whose two sides lie in different grids.

    Parameters
    ----------
    ground
        Units and borders; not modified.
    labels
        Grid number of each unit, by ``unit_no``; -1 for a unit of no grid.

    Returns
    -------
    outlines
        The rows of ``ground.borders`` that are drawn, in their order and with their index;
        ``left`` and ``right`` are grid numbers now (-1: no grid, or outside).
    """
    drawn, left, right = _drawn(ground, labels)
    rows: gpd.GeoDataFrame = ground.borders.iloc[drawn].copy()
    rows["left"], rows["right"] = left, right
    return rows
