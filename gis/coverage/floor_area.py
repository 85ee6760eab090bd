"""Floor area that a community owes its households: service rooms, and elder care."""

from __future__ import annotations

from collections.abc import Sequence

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from gis.circles.kinds import facility_functions
from gis.coverage.population import Population

M2_PER_100_HOUSEHOLDS = 30.0
"""
Not less than 30 m2 for each 100 households, once for service rooms (社区综合服务设施; the State
Council's plan for community services 2021-2025 asks for it) and once more for elder care
(社区居家养老服务用房; the measure cities set for new neighbourhoods).
"""

FLOOR_AREA_KINDS = ("service_centre", "elder_care")


def floor_area_needs(
    communities: gpd.GeoDataFrame,
    facilities: gpd.GeoDataFrame,
    population: Population,
    community_of: npt.NDArray[np.object_],
    kinds: Sequence[str] = FLOOR_AREA_KINDS,
) -> pd.DataFrame:
    """
    Compare the floor area of a community's facilities with what its households need.

    ``needed_m2 = 30 * households / 100`` for each kind. A facility counts for the community its
    point lies in (the first where borders meet); one that serves several of these kinds gives
    an equal part to each, for no square metre serves twice. Idle premises do not count.

    Parameters
    ----------
    communities
        ``area_code``, ``name`` and polygons. Not modified.
    facilities
        Canonical layer in the same CRS, with ``floor_area_m2`` where it is known. Not modified.
    population, community_of
        Counts and community of each building.
    kinds
        Kinds of which each community needs so much.

    Returns
    -------
    needs
        One row for each community and kind: ``area_code``, ``name``, ``kind``, ``households``,
        ``households_kind``, ``needed_m2``, ``floor_area_m2``, ``missing_m2`` (0 when
        there is enough), ``facilities`` and ``unknown`` (how many of them, their floor area not
        known, count as 0), ``ok``.
    """
    households = pd.Series(population.amount("households")).groupby(community_of).sum()
    codes = communities["area_code"].to_numpy()
    living = households.reindex(codes).fillna(0.0).to_numpy(np.float64)
    serves = _serving(communities, facilities, kinds)
    index = pd.MultiIndex.from_product([np.arange(len(codes)), kinds], names=["community", "kind"])
    have = serves.groupby(["community", "kind"]).agg(
        floor_area_m2=("part_m2", "sum"), facilities=("row", "size"), unknown=("unknown", "sum")
    )
    have = have.reindex(index, fill_value=0).reset_index()
    community = have["community"].to_numpy()
    needed = living[community] * M2_PER_100_HOUSEHOLDS / 100
    area = have["floor_area_m2"].to_numpy(np.float64)
    return pd.DataFrame(
        {
            "area_code": codes[community],
            "name": communities["name"].to_numpy()[community],
            "kind": have["kind"],
            "households": living[community].astype(np.int64),
            "households_kind": population.households_kind,
            "needed_m2": needed,
            "floor_area_m2": area,
            "missing_m2": np.maximum(needed - area, 0.0),
            "facilities": have["facilities"].astype(np.int64),
            "unknown": have["unknown"].astype(np.int64),
            "ok": area >= needed,
        }
    )


def _serving(
    communities: gpd.GeoDataFrame, facilities: gpd.GeoDataFrame, kinds: Sequence[str]
) -> pd.DataFrame:
    """Pairs of facility and kind with the community they lie in and their part of the area."""
    functions = facility_functions(facilities)
    pairs = pd.DataFrame({"row": functions.row, "kind": list(functions.kind)})
    pairs = pairs[pairs["kind"].isin(list(kinds))]
    points = facilities.geometry.to_numpy()
    point, area = shapely.STRtree(communities.geometry.to_numpy()).query(
        points, predicate="intersects"
    )
    lies = pd.DataFrame({"row": point, "community": area}).sort_values(["row", "community"])
    pairs = pairs.merge(lies.drop_duplicates("row"), on="row")
    metres = pd.Series(np.nan, index=facilities.index)
    if "floor_area_m2" in facilities:
        metres = pd.to_numeric(facilities["floor_area_m2"])
    known = metres.to_numpy(np.float64, na_value=np.nan)[pairs["row"].to_numpy()]
    shared = pairs.groupby("row")["kind"].transform("size").to_numpy(np.float64)
    return pairs.assign(part_m2=np.nan_to_num(known) / shared, unknown=np.isnan(known))
