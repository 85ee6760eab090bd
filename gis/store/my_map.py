"""Shapes for a worker's map, and where a building of theirs stands."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, cast, get_args

import sqlalchemy as sa

from gis.store.statements import statement

Row = Mapping[str, Any]
Layer = Literal["grids", "courtyards", "buildings", "streets", "gates"]
LAYERS: tuple[Layer, ...] = get_args(Layer)


@dataclass(frozen=True, slots=True)
class Spot:
    """A point in a building, EPSG:4326, and the nearest gate of its courtyard."""

    lon: float
    lat: float
    gate: str | None


def spot_of(connection: sa.Connection, building: str) -> Spot | None:
    """Return a point in a building; None when there is no such building."""
    found = connection.execute(statement("my_spot"), {"building": building}).one_or_none()
    return None if found is None else Spot(found.lon, found.lat, found.gate)


def map_rows(
    connection: sa.Connection, grids: Sequence[Row], buildings: Sequence[str], layer: Layer
) -> list[Row]:
    """Return code, name and geom (WKB, EPSG:4326) of a layer in and along some grids."""
    binds = {
        "plan_ids": [grid["plan_id"] for grid in grids],
        "grid_nos": [grid["grid_no"] for grid in grids],
        "buildings": list(buildings),
    }
    query = statement(f"my_map_{layer}")
    wanted = {name: binds[name] for name in query.compile().params}
    return cast(list[Row], connection.execute(query, wanted).mappings().all())
