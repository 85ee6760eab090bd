"""The way to a building of one's own, and simple shapes of all that is looked after."""

from __future__ import annotations

from typing import Any

import numpy as np
import shapely
import sqlalchemy as sa

from api.principal import Principal
from api.schemas.my import MapShape, MyMap, Way
from api.services.heavy_jobs import HeavyJobs, WayTo
from api.services.my_asker import Asker, asker_of
from api.today import today
from gis.errors import NotFound
from gis.store import my_map as store

WALK_M_S = 1.2
FARTHEST_M = 20_000
"""Beyond that nobody walks, and only the straight line is told."""
_EARTH_M = 6_371_008.8


def goal_of(engine: sa.Engine, principal: Principal, building: str) -> store.Spot:
    """
    Return where a building of one's own is entered.

    Raises
    ------
    NotFound
        The building is in no grid of one's own.
    """
    with engine.connect() as lent:
        connection = lent.execution_options(postgresql_readonly=True)
        asker = asker_of(connection, principal, today())
        goal = store.spot_of(connection, building) if building in asker.buildings else None
    if goal is None:
        raise NotFound(
            f"Building {building} is not in your grids.", f"楼栋 {building} 不在您的网格内。"
        )
    return goal


def way_to(heavy: HeavyJobs, goal: store.Spot, lon: float, lat: float) -> Way:
    """
    Return the way on foot from a position to a building of one's own.

    Over the walking network, every gate open; in a straight line where there is no network.
    """
    straight = _straight_metres(lon, lat, goal.lon, goal.lat)
    if straight <= FARTHEST_M:
        walked = heavy.way(WayTo((lon, lat), (goal.lon, goal.lat)))
        if walked is not None:
            metres, line = walked
            return _way("network", metres, line, goal.gate)
    return _way("straight_line", straight, [(lon, lat), (goal.lon, goal.lat)], goal.gate)


def _way(method: Any, metres: float, line: list[tuple[float, float]], gate: str | None) -> Way:
    minutes = metres / WALK_M_S / 60
    return Way(
        method=method, metres=round(metres, 1), minutes=round(minutes, 1), line=line, gate=gate
    )


def _straight_metres(lon: float, lat: float, to_lon: float, to_lat: float) -> float:
    """
    Measure the great circle between two positions.

    >>> round(_straight_metres(104.0, 28.0, 104.0, 28.01))
    1112
    """
    one, two = np.radians(lat), np.radians(to_lat)
    bow = (
        np.sin((two - one) / 2) ** 2
        + np.cos(one) * np.cos(two) * np.sin(np.radians(to_lon - lon) / 2) ** 2
    )
    return float(2 * _EARTH_M * np.arcsin(np.sqrt(bow)))


def my_map(connection: sa.Connection, principal: Principal) -> MyMap:
    """Return simple shapes of one's grids, and of what stands and runs in them."""
    asker = asker_of(connection, principal, today())
    return MyMap(**{layer: _shapes(asker, connection, layer) for layer in store.LAYERS})


def _shapes(asker: Asker, connection: sa.Connection, layer: store.Layer) -> list[MapShape]:
    rows = store.map_rows(connection, asker.grids, sorted(asker.buildings), layer)
    shapes = shapely.from_wkb(np.array([bytes(row["geom"]) for row in rows], dtype=object))
    return [
        MapShape(code=row["code"], name=row["name"], parts=_parts(shape))
        for row, shape in zip(rows, shapes, strict=True)
    ]


def _parts(shape: Any) -> list[list[float]]:
    """Return lon and lat by turns of each outline, line or point; 6 decimals, about 0.1 m."""
    pieces = shapely.get_parts(shape)
    rings = shapely.get_rings(pieces) if shapely.get_dimensions(shape) == 2 else pieces
    return [np.round(shapely.get_coordinates(one), 6).ravel().tolist() for one in rings]
