"""Vector tiles as PostGIS makes them."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date
from functools import cache
from typing import Literal

import sqlalchemy as sa

from gis.store.statements import statement


@dataclass(frozen=True, slots=True)
class Walk:
    """Which stored walk: kind, profile, metres a second, seconds; one facility or all."""

    kind: str
    profile: str = "default"
    speed: float = 1.2
    cutoff_s: int = 900
    facility: str | None = None


# Layers with a query of their own for the grids of one plan.
_OF_PLANS = ("grids", "grid_labels")
# A tile is drawn at this many screen pixels.
_TILE_PX = 512


@dataclass(frozen=True, slots=True)
class TileQuery:
    """
    One layer of one tile.

    Attributes
    ----------
    layer
        Name of a map layer; its query is ``sql/tile_<layer>.sql``, and for the grids of one plan
        ``sql/tile_plan_<layer>.sql``.
    z, x, y
        A valid tile address of the Web Mercator square.
    at
        Day whose state is drawn; None where it does not matter.
    plan_id
        Draw the grids or cells of this plan.
    tier
        Which published grids: base and special ones, or the micro grids inside them.
    walk
        Which walk the layers reach, circles, gaps and sites show; they need one.
    community
        Area code: only what lies in the communities below it.
    kind
        Only what is of this kind.
    """

    layer: str
    z: int
    x: int
    y: int
    at: date | None
    plan_id: int | None = None
    tier: Literal["base", "micro"] = "base"
    walk: Walk | None = None
    community: str | None = None
    kind: str | None = None


@dataclass(frozen=True, slots=True)
class LeftOut:
    """How many features of a layer were left out of a tile, and what they have in common."""

    layer: str
    what: str
    count: int


def tile_bytes(connection: sa.Connection, query: TileQuery) -> bytes:
    """
    Return one layer as a Mapbox vector tile, empty bytes when nothing lies on it.

    Notes
    -----
    The same rows give the same bytes. Shapes smaller than a screen pixel are left out.
    """
    query_name = f"tile_{query.layer}"
    if query.layer in _OF_PLANS and query.plan_id is not None:
        query_name = f"tile_plan_{query.layer}"
    binds: dict[str, object] = asdict(query)
    if query.walk is not None:
        binds |= asdict(query.walk)
    binds["pixel_deg"] = 360 / 2**query.z / _TILE_PX
    wanted = {name: binds[name] for name in _binds(query_name)}
    return bytes(connection.execute(statement(query_name), wanted).scalar_one() or b"")


@cache
def _binds(query_name: str) -> frozenset[str]:
    return frozenset(statement(query_name).compile().params)
