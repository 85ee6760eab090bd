"""Checks: which kinds an area has inside it, and whether every courtyard has one near."""

from __future__ import annotations

from collections.abc import Sequence

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from gis.arrangement import Floats, Shapes
from gis.circles.kinds import facility_functions
from gis.coverage.figures import Distances
from gis.coverage.population import Population


def kinds_inside(
    areas: gpd.GeoDataFrame, facilities: gpd.GeoDataFrame, kinds: Sequence[str]
) -> pd.DataFrame:
    """
    Count the facilities of each kind inside each area: X in the street office, Y in the community.

    A facility lies in an area when its point does, the border included; what a community code says
    does not count. Idle premises serve no kind.

    Parameters
    ----------
    areas
        ``area_code``, ``name``, ``level`` and polygons. Not modified.
    facilities
        Canonical layer in the same CRS. Not modified.
    kinds
        Kinds that each of the areas should have.

    Returns
    -------
    counts
        One row for each area and kind, in their order: ``area_code``, ``name``, ``level``,
        ``kind``, ``facilities`` and ``ok`` (at least one).
    """
    functions = facility_functions(facilities)
    shapes: Shapes = areas.geometry.to_numpy()
    count = np.zeros((len(areas), len(kinds)), np.int64)
    for column, kind in enumerate(kinds):
        points = facilities.geometry.to_numpy()[functions.rows_of(kind)]
        inside, _ = shapely.STRtree(points).query(shapes, predicate="intersects")
        count[:, column] = np.bincount(inside, minlength=len(areas))
    row = np.repeat(np.arange(len(areas)), len(kinds))
    table = areas[["area_code", "name", "level"]].iloc[row].reset_index(drop=True)
    return pd.DataFrame(table).assign(
        kind=np.tile(np.asarray(kinds, dtype=object), len(areas)),
        facilities=count.ravel(),
        ok=count.ravel() > 0,
    )


def courtyards_near(
    courtyards: gpd.GeoDataFrame,
    facilities: gpd.GeoDataFrame,
    kind: str,
    population: Population,
    courtyard_of: npt.NDArray[np.object_],
    metres: Distances,
    radius_m: float,
) -> pd.DataFrame:
    """
    Tell whether every courtyard has a kind inside or within a radius, straight and on foot.

    Parameters
    ----------
    courtyards
        ``courtyard_id``, ``name`` and polygons in a projected CRS in metres. Not modified.
    facilities
        Canonical layer in the same CRS. Not modified.
    kind
        What each courtyard should have, a rest station say.
    population, courtyard_of, metres
        Of each building: counts, courtyard (None for none), and metres on foot to its
        nearest facility of the kind, inf for none.
    radius_m
        How near is near.

    Returns
    -------
    table
        One row for each courtyard, in their order: ``courtyard_id``, ``name``, ``kind``,
        ``radius_m``; ``inside`` (facilities in it), ``straight_m`` (from its border to the
        nearest, 0 inside; inf for none), ``nearest_walk_m`` and ``farthest_walk_m`` (least and
        most that a building of it walks; NaN without buildings), ``households`` and
        ``households_within`` (on foot); ``ok_straight`` (`straight_m` within the radius) and
        ``ok_network`` (every building within it; null without buildings).
    """
    points: Shapes = facilities.geometry.to_numpy()[facility_functions(facilities).rows_of(kind)]
    shapes: Shapes = courtyards.geometry.to_numpy()
    inside, _ = shapely.STRtree(points).query(shapes, predicate="intersects")
    walks = pd.DataFrame(
        {
            "courtyard_id": courtyard_of,
            "metres": metres.astype(np.float64),
            "households": population.amount("households"),
            "within": np.where(metres <= radius_m, population.amount("households"), 0.0),
        }
    )
    own = walks.groupby("courtyard_id").agg(
        nearest=("metres", "min"),
        farthest=("metres", "max"),
        households=("households", "sum"),
        within=("within", "sum"),
    )
    own = own.reindex(courtyards["courtyard_id"].to_numpy())
    straight = _straight(shapes, points)
    farthest = own["farthest"].to_numpy(np.float64)
    return pd.DataFrame(
        {
            "courtyard_id": courtyards["courtyard_id"].to_numpy(),
            "name": courtyards["name"].to_numpy(),
            "kind": kind,
            "radius_m": float(radius_m),
            "inside": np.bincount(inside, minlength=len(shapes)),
            "straight_m": straight,
            "nearest_walk_m": own["nearest"].to_numpy(np.float64),
            "farthest_walk_m": farthest,
            "households": np.nan_to_num(own["households"].to_numpy()).astype(np.int64),
            "households_within": np.nan_to_num(own["within"].to_numpy()).astype(np.int64),
            "ok_straight": straight <= radius_m,
            "ok_network": pd.arrays.BooleanArray(farthest <= radius_m, np.isnan(farthest)),
        }
    )


def _straight(shapes: Shapes, points: Shapes) -> Floats:
    """Metres from each shape to the nearest point, 0 inside, inf without any."""
    metres = np.full(len(shapes), np.inf)
    if len(points):
        (row, _), far = shapely.STRtree(points).query_nearest(
            shapes, return_distance=True, all_matches=False
        )
        metres[row] = far
    return metres
