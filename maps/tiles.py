"""Tiles and their TileJSON, told by the layer contract."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

import sqlalchemy as sa

from gis.errors import NotFound
from gis.store.tile_rows import Walk, tile_bytes
from maps.layers import TileLayer, tile_layer

__all__ = ["MVT", "TileAddress", "Walk", "draw_tile", "empty_tile", "tile_address", "tilejson"]

MVT = "application/vnd.mapbox-vector-tile"


@dataclass(frozen=True, slots=True)
class TileAddress:
    """One tile of the Web Mercator square: zoom, column from the west, row from the north."""

    layer: TileLayer
    z: int
    x: int
    y: int


def tile_address(layer: str, z: int, x: int, y: int) -> TileAddress:
    """
    Check a tile's address against the layer contract.

    Raises
    ------
    NotFound
        No such layer, a zoom the layer has no tiles for, or a tile outside the world.
    """
    known = tile_layer(layer)
    lowest, highest = known.zooms
    if not lowest <= z <= highest or not (0 <= x < 2**z and 0 <= y < 2**z):
        raise NotFound(
            f"There is no tile {z}/{x}/{y} of {layer}; it has zooms {lowest} to {highest}.",
            f"图层 {layer} 没有瓦片 {z}/{x}/{y}；其级别为 {lowest} 至 {highest}。",
        )
    return TileAddress(known, z, x, y)


def draw_tile(
    connection: sa.Connection,
    tile: TileAddress,
    *,
    at: date,
    plan_id: int | None = None,
    tier: Literal["base", "micro"] = "base",
    walk: Walk | None = None,
) -> bytes:
    """
    Return the tile's bytes; its one layer has no feature where nothing lies.

    Raises
    ------
    NotFound
        The layer is one of a plan or of a walk and none is named, or the other way round.
    """
    layer = tile.layer
    if layer.scope == "plan" and plan_id is None:
        raise NotFound(
            f"The layer {layer.name} is one of a plan: add plan=ID.",
            f"图层 {layer.name} 属于方案：请加 plan=编号。",
        )
    if (layer.scope == "walk") != (walk is not None):
        raise _wrong_walk(layer.name, asked=walk is not None)
    if layer.scope in ("day", "walk") and plan_id is not None:
        raise NotFound(
            f"The layer {layer.name} does not depend on a plan: leave plan out.",
            f"图层 {layer.name} 与方案无关：请去掉 plan 参数。",
        )
    drawn = tile_bytes(
        connection, layer.name, tile.z, tile.x, tile.y, at=at, plan_id=plan_id, tier=tier, walk=walk
    )
    return drawn or empty_tile(layer.name)


def _wrong_walk(layer: str, *, asked: bool) -> NotFound:
    if asked:
        return NotFound(
            f"The layer {layer} does not depend on a facility kind: leave kind out.",
            f"图层 {layer} 与设施类别无关：请去掉 kind 参数。",
        )
    return NotFound(
        f"The layer {layer} shows the walk to a facility kind: add kind=medical, say.",
        f"图层 {layer} 显示到某类设施的步行情况：请加 kind=类别，如 kind=medical。",
    )


def empty_tile(name: str) -> bytes:
    """
    Return a tile whose one layer has that name and no features.

    PostGIS makes no bytes of no rows, and GDAL opens no file of no bytes.

    Examples
    --------
    >>> empty_tile("grids").hex()
    '1a0c0a0567726964732880207802'
    """
    named = name.encode()
    # The fields of a layer: 1 name, 5 extent (4096 as a varint), 15 version (2).
    layer = bytes([0x0A, len(named)]) + named + b"\x28\x80\x20\x78\x02"
    return bytes([0x1A, len(layer)]) + layer


def tilejson(
    layer: TileLayer,
    tiles_url: str,
    bounds: tuple[float, float, float, float],
    language: str,
    attribution: str,
) -> dict[str, object]:
    """
    Describe a layer as TileJSON 3.0.0.

    Parameters
    ----------
    tiles_url
        Absolute address with ``{z}``, ``{x}`` and ``{y}`` in it.
    bounds
        West, south, east, north in degrees.
    """
    zh = language == "zh"
    fields = {a.name: (a.zh if zh else a.en) for a in layer.attributes}
    return {
        "tilejson": "3.0.0",
        "name": layer.zh if zh else layer.en,
        "scheme": "xyz",
        "tiles": [tiles_url],
        "minzoom": layer.zooms[0],
        "maxzoom": layer.zooms[1],
        "bounds": list(bounds),
        "attribution": attribution,
        "vector_layers": [
            {
                "id": layer.name,
                "fields": fields,
                "minzoom": layer.zooms[0],
                "maxzoom": layer.zooms[1],
            }
        ],
    }
