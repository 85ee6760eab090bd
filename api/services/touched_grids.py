"""Figures and outlines of the grids that a stroke touched: planners wait for them."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
import shapely
import sqlalchemy as sa

from api.services.ground_memory import KnownGround
from gis.arrangement import polygons_between
from gis.store import plan_grids
from gis.store import plans as store
from gis.store.plans import Labels
from gis.yardstick import NOWHERE, Yardstick, places_among

Ints = npt.NDArray[np.int64]


def refresh_grids(
    connection: sa.Connection,
    plan_id: int,
    known: KnownGround,
    rules: Mapping[str, object],
    labels: Labels,
    touched: set[int],
) -> None:
    """
    Store figures and outlines of some grids anew, from the assignment and the borders.

    The same as `grid_figures` and `fill_grids` of `api.services.plans` store of all grids, on
    arrays: a frame for each column costs more than what is computed.
    """
    names = plan_grids.grid_names(connection, plan_id, touched)
    if not names:
        return
    place = places_among(labels.astype(np.int64), np.fromiter(names, np.int64))
    store.write_grid_columns(
        connection,
        plan_id,
        {
            "grid_no": list(names),
            "name": [name for name, _ in names.values()],
            "kind": [kind for _, kind in names.values()],
            **_figures(known, known.measure(rules), place, len(names)),
            "shape": _outlines(known, place, len(names)),
        },
    )


def _figures(
    known: KnownGround, measure: Yardstick, place: Ints, count: int
) -> dict[str, list[object]]:
    inside = place >= 0
    at = place[inside]
    households, load = (
        np.bincount(at, values[inside], count).astype(np.int64)
        for values in (measure.households, measure.load)
    )
    over = measure.capped & (load > measure.capacity)
    flags = np.where(over, "{over_cap}", np.where(households == 0, "{no_households}", "{}"))
    posts = np.where(load > 0, np.maximum(-(-load // measure.capacity), 1), 0)
    stops, stands = known.stops()
    return {
        "households": households.tolist(),
        "load": (load / measure.capacity).tolist(),
        "flags": flags.tolist(),
        "posts_needed": posts.tolist(),
        "round_m": known.tours(stops, np.where(stands, place, NOWHERE), count).round(1).tolist(),
    }


def _outlines(known: KnownGround, place: Ints, count: int) -> list[str | None]:
    """Polygons of the grids in EPSG:4326 as hexadecimal EWKB; None for one without units."""
    left, right = known.sides()
    # The last place stands for the outside of the community.
    padded = np.append(place, NOWHERE)
    drawn = np.flatnonzero(padded[left] != padded[right])
    lines = known.ground.borders.geometry.to_numpy()[drawn]
    pieces, owner = polygons_between(lines, padded[left[drawn]], padded[right[drawn]])
    order = np.argsort(owner, kind="stable")
    there, number = np.unique(owner[order], return_inverse=True)
    shapes = np.full(count, None, object)
    if len(there):
        shapes[there] = shapely.multipolygons(pieces[order], indices=number)
    placed = shapely.set_srid(known.in_degrees(shapes), 4326)
    return list(shapely.to_wkb(placed, hex=True, include_srid=True))
