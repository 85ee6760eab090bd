"""Workload of grids: posts by the visit quota, and the length of one round of the buildings."""

from __future__ import annotations

from typing import cast

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from gis.cells import Ground

DETOUR = 1.3
"""Metres walked for each metre of straight line. Street networks lie between 1.2 and 1.5
(Ballou, Rahardja and Sakai, Transportation Research A 36, 2002; Boeing, 2019)."""

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]


def posts_by_visits(
    households: npt.ArrayLike,
    *,
    quota: int,
    visits: int = 1,
    special: npt.ArrayLike | None = None,
) -> Ints:
    """
    Share out the posts that a community needs for its visits.

    A post makes `quota` visits a month and every household is visited `visits` times, so that
    the community needs ``ceil(sum(households) * visits / quota)`` posts: 32 grids of 300
    households and 200 visits for each post make 48. A grid gets the whole part of its own
    share, at least one post; what is left goes where the rest of the share is largest (ties:
    the lower number). Where many grids need less than one post, the total is higher.

    Parameters
    ----------
    households
        Households of each grid.
    quota
        Visits one post makes in a month, at least 1.
    visits
        Visits each household gets in a month.
    special
        Grids that need no post of their own (special grids); none when not given.

    Returns
    -------
    posts
        int64 in the order given; 0 for special grids.

    Examples
    --------
    >>> int(posts_by_visits([300] * 32, quota=200).sum())
    48
    >>> posts_by_visits([300, 300, 20], quota=200).tolist()
    [2, 1, 1]
    """
    wanted = np.asarray(households, dtype=np.int64) * visits
    exempt = np.zeros(len(wanted), bool) if special is None else np.asarray(special, bool)
    wanted = np.where(exempt, 0, wanted)
    posts = np.where(exempt, 0, np.maximum(1, wanted // quota))
    left = -(-int(wanted.sum()) // quota) - int(posts.sum())
    rest = wanted - posts * quota
    order = np.argsort(-rest, kind="stable")
    posts[order[: max(left, 0)]] += 1
    return cast(Ints, posts)


def round_lengths(ground: Ground, labels: npt.ArrayLike, *, detour: float = DETOUR) -> pd.Series:
    """
    Estimate how far one round of all buildings of each grid is on foot.

    The round passes the middle of the cell of every building (of every stairwell, where a
    building is divided) once and comes back. It is the shorter of what twice the shortest
    spanning tree gives, improved by exchanging pairs of legs (2-opt, Croes 1958) until none
    helps; `detour` turns straight lines into walked ones. It is an estimate: gates, stairs
    and the way to the grid are not in it.

    Parameters
    ----------
    ground
        Units with their cells in a metric CRS; not modified.
    labels
        Grid number of each unit; -1 for a unit of no grid.

    Returns
    -------
    round_m
        Metres, float64, indexed by grid number, ascending; 0 for fewer than two buildings. It
        lies between once and twice `detour` times the shortest spanning tree.
    """
    label = np.asarray(labels, dtype=np.int64)
    grids = np.unique(label[label >= 0])
    stops, stands = round_stops(ground)
    place = np.where(stands & (label >= 0), np.searchsorted(grids, label), -1)
    return pd.Series(
        tour_lengths(stops, place, len(grids), detour=detour),
        index=pd.Index(grids, name="grid"),
        name="round_m",
    )


def round_stops(ground: Ground) -> tuple[Floats, npt.NDArray[np.bool_]]:
    """Return the middle of each unit's cell, and whether a round passes it: ground has nobody."""
    stops = shapely.get_coordinates(shapely.centroid(ground.units.geometry.to_numpy()))
    return stops, (ground.units["kind"] != "ground").to_numpy(bool)


def tour_lengths(stops: Floats, place: Ints, count: int, *, detour: float = DETOUR) -> Floats:
    """
    Length of one round of the stops of each grid, as `round_lengths` estimates it.

    Parameters
    ----------
    stops
        x and y of each unit in metres.
    place
        Number of each unit's grid, below `count`; -1 for units that no round passes.
    """
    # Loaded when first measured: a compiler comes with it, 100 MB that few processes need.
    from gis.tours import closed_tour

    rounds = stops_of_rounds(stops, place, count)
    return np.array([closed_tour(part) for part in rounds], np.float64) * detour


def stops_of_rounds(stops: Floats, place: Ints, count: int) -> list[Floats]:
    """Return the stops of each grid's round; parameters as those of `tour_lengths`."""
    passed = np.flatnonzero(place >= 0)
    order = passed[np.argsort(place[passed], kind="stable")]
    edges = np.searchsorted(place[order], np.arange(count))
    return list(np.split(stops[order], edges)[1:])
