"""Gaps: places with households that miss a kind, as areas with counts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd

from gis.arrangement import Ints
from gis.coverage.figures import Distances, within
from gis.coverage.neighbourhood import Neighbourhood
from gis.coverage.population import Population, texts

JOIN_M = 60.0
"""Unreached buildings closer than this lie in one gap: across a street or a yard, not a park."""


def gaps(
    buildings: gpd.GeoDataFrame,
    population: Population,
    kinds: Sequence[str],
    metres: Distances,
    reasons: npt.NDArray[np.object_],
    *,
    cutoff_s: int,
    speed_m_s: float,
    near: Neighbourhood | None = None,
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
    near
        Neighbourhood of all buildings that miss some kind, made anew when not given: cutoffs and
        speeds can share one.
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
    living = population.amount("households") > 0
    reached = within(metres, cutoff_s, speed_m_s)
    if near is None:
        near = neighbourhood_of(buildings, living & ~reached.all(axis=1), join_m)
    told = _Told(buildings, population)
    records: list[dict[str, Any]] = []
    for column, kind in enumerate(kinds):
        found = [
            told.counts(rows, metres[:, column], reasons[:, column]) | {"geometry": ground}
            for rows, ground in near.clusters(living & ~reached[:, column])
        ]
        found.sort(key=lambda gap: (-gap["households"], -gap["buildings"], gap["building_ids"][0]))
        records += [{"kind": kind, "rank": n, **gap} for n, gap in enumerate(found, 1)]
    columns = ["kind", "rank", "households", "households_estimated", "buildings", "reasons"]
    columns += ["community_code", "nearest_m", "building_ids", "geometry"]
    table = gpd.GeoDataFrame(records, columns=columns, geometry="geometry", crs=buildings.crs)
    return table.assign(
        households_kind=population.households_kind, cutoff_s=cutoff_s, speed_m_s=speed_m_s
    )


def neighbourhood_of(
    buildings: gpd.GeoDataFrame, marked: npt.NDArray[np.bool_], join_m: float = JOIN_M
) -> Neighbourhood:
    """Make the neighbourhood of the marked buildings, for `gaps`; a projected CRS in metres."""
    return Neighbourhood(buildings.geometry.to_numpy(), marked, join_m)


class _Told:
    """What is said of a set of buildings; their columns are unpacked once."""

    def __init__(self, buildings: gpd.GeoDataFrame, population: Population) -> None:
        self._ids = buildings["building_id"].astype(str).to_numpy(object)
        self._households = population.amount("households")
        self._estimated = np.where(population.estimated, self._households, 0.0)
        code, names = pd.factorize(texts(buildings, "community_code"), use_na_sentinel=True)
        self._community, self._communities = code + 1, [None, *names]

    def counts(
        self, rows: Ints, metres: Distances, reasons: npt.NDArray[np.object_]
    ) -> dict[str, Any]:
        """Counts, reasons, community of most households, and ids."""
        why, count = np.unique([word or "too_far" for word in reasons[rows]], return_counts=True)
        households = np.bincount(self._community[rows], self._households[rows])
        households[0] = 0.0  # of no community
        return {
            "households": int(self._households[rows].sum()),
            "households_estimated": int(self._estimated[rows].sum()),
            "buildings": len(rows),
            "reasons": dict(zip(why.tolist(), count.tolist(), strict=True)),
            "community_code": self._communities[int(np.argmax(households))],
            "nearest_m": float(np.min(metres[rows])),
            "building_ids": tuple(sorted(self._ids[rows])),
        }
