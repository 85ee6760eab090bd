"""Gaps: places with households that miss a kind, as areas with counts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components, minimum_spanning_tree

from gis.arrangement import Floats, Ints, Shapes, groups
from gis.coverage.figures import Distances, within
from gis.coverage.population import Population

JOIN_M = 60.0
"""Unreached buildings closer than this lie in one gap: across a street or a yard, not a park."""

# Shares of the joining distance. Two gaps lie more than one joining distance apart, and the
# shortest lines that join the buildings of one pass those of the other at 0.86 of it at least
# (the height of a triangle with two sides of 1), so nothing drawn with these can touch.
_AROUND, _ALONG, _BACK, _STRAIGHT = 25 / 60, 20 / 60, 10 / 60, 1 / 60
_QUARTER = 4


def gaps(
    buildings: gpd.GeoDataFrame,
    population: Population,
    kinds: Sequence[str],
    metres: Distances,
    reasons: npt.NDArray[np.object_],
    *,
    cutoff_s: int,
    speed_m_s: float,
    join_m: float = JOIN_M,
) -> gpd.GeoDataFrame:
    """
    Find the places where households do not reach a kind within the cutoff.

    Buildings with households that are not reached join one gap when their outlines lie within
    `join_m` of each other, directly or through others. Its area hugs their ground: outlines and the
    shortest lines between them drawn out to 25/60 of `join_m` (20/60 for lines), back by 10/60 and
    straightened to 1/60, so that it is in one piece. Two gaps of one kind never overlap.

    Parameters
    ----------
    buildings
        ``building_id``, ``community_code`` where there is one, and geometry in a projected CRS in
        metres. Not modified.
    population
        Counts of the buildings, in their order.
    kinds, metres
        Metres to the nearest facility of each kind, (buildings, kinds); inf for none.
    reasons
        Why a kind is not reached, (buildings, kinds), words such as ``too_far``; an empty one
        counts as ``too_far``.
    cutoff_s, speed_m_s
        Seconds, and metres walked in a second.
    join_m
        How close buildings of one gap lie.

    Returns
    -------
    gaps
        In the CRS of `buildings`: ``kind``, ``rank`` (from 1, by households, then buildings, then
        the first building id), ``households``, ``households_estimated``, ``buildings``,
        ``reasons`` (dict of buildings by reason), ``community_code`` (of most households; None
        without), ``nearest_m`` (least metres any of its buildings walks; inf for none),
        ``building_ids`` (sorted), ``households_kind``, ``cutoff_s``, ``speed_m_s`` and the
        polygon. Gaps without known households are left out. Ordered by kind, then by rank.

    Notes
    -----
    O(u log u) for u unreached buildings of a kind.
    """
    living = np.flatnonzero(population.amount("households") > 0)
    shapes: Shapes = buildings.geometry.to_numpy()
    records: list[dict[str, Any]] = []
    for column, kind in enumerate(kinds):
        missed = living[~within(metres[living, column], cutoff_s, speed_m_s)]
        found = [
            _gap(shapes[missed[members]], links, join_m)
            | _counts(missed[members], buildings, population, metres[:, column], reasons[:, column])
            for members, links in _clusters(shapes[missed], join_m)
        ]
        found.sort(key=lambda gap: (-gap["households"], -gap["buildings"], gap["building_ids"][0]))
        records += [{"kind": kind, "rank": n, **gap} for n, gap in enumerate(found, 1)]
    columns = ["kind", "rank", "households", "households_estimated", "buildings", "reasons"]
    columns += ["community_code", "nearest_m", "building_ids", "geometry"]
    table = gpd.GeoDataFrame(records, columns=columns, geometry="geometry", crs=buildings.crs)
    return table.assign(
        households_kind=population.households_kind, cutoff_s=cutoff_s, speed_m_s=speed_m_s
    )


def _clusters(shapes: Shapes, join_m: float) -> list[tuple[Ints, Shapes]]:
    """Members of each cluster, and the shortest lines that tie it together."""
    one, other = shapely.STRtree(shapes).query(shapes, predicate="dwithin", distance=join_m)
    pair = one < other
    one, other = one[pair], other[pair]
    size = (len(shapes), len(shapes))
    # Touching buildings are 0 m apart, which a sparse matrix would not store.
    apart = np.maximum(shapely.distance(shapes[one], shapes[other]), 1e-9)
    tree = minimum_spanning_tree(coo_array((apart, (one, other)), size).tocsr()).tocoo()
    count, cluster = connected_components(tree, directed=False)
    lines = shapely.shortest_line(shapes[tree.row], shapes[tree.col])
    line_of = cluster[tree.row]
    ties: list[Shapes] = [lines[:0]] * count
    for number, members in groups(line_of.astype(np.int64)):
        ties[number] = lines[members]
    return [(members, ties[number]) for number, members in groups(cluster.astype(np.int64))]


def _gap(shapes: Shapes, links: Shapes, join_m: float) -> dict[str, Any]:
    drawn = [
        shapely.buffer(shapes, _AROUND * join_m, quad_segs=_QUARTER),
        shapely.buffer(links, _ALONG * join_m, quad_segs=_QUARTER),
    ]
    wide = shapely.union_all(np.concatenate(drawn))
    ground = shapely.buffer(wide, -_BACK * join_m, quad_segs=_QUARTER)
    return {"geometry": shapely.simplify(ground, _STRAIGHT * join_m)}


def _counts(
    rows: Ints,
    buildings: gpd.GeoDataFrame,
    population: Population,
    metres: Distances,
    reasons: npt.NDArray[np.object_],
) -> dict[str, Any]:
    households = population.amount("households")[rows]
    why, count = np.unique([word or "too_far" for word in reasons[rows]], return_counts=True)
    return {
        "households": int(households.sum()),
        "households_estimated": int(households[population.estimated[rows]].sum()),
        "buildings": len(rows),
        "reasons": dict(zip(why.tolist(), count.tolist(), strict=True)),
        "community_code": _most(buildings, rows, households),
        "nearest_m": float(np.min(metres[rows])),
        "building_ids": tuple(sorted(buildings["building_id"].astype(str).to_numpy()[rows])),
    }


def _most(buildings: gpd.GeoDataFrame, rows: Ints, households: Floats) -> str | None:
    """The community of most of these households."""
    if "community_code" not in buildings:
        return None
    codes = buildings["community_code"].iloc[rows].reset_index(drop=True)
    sums = pd.Series(households).groupby(codes).sum()
    return str(sums.idxmax()) if len(sums) else None
