"""Tiles: the layers of one address drawn, and kept small."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa

from gis.store.sight import Sight
from gis.store.tile_rows import (
    LayerTile,
    TileQuery,
    TileSource,
    Walk,
    communities_within,
    layer_tile,
)
from maps.layers import TILE_LAYERS, MapLayer
from maps.tile_bytes import empty_tile, feature_count
from maps.tile_requests import TileRequest, tile_request

__all__ = [
    "MVT",
    "TILE_BYTES",
    "DrawnTile",
    "LeftOut",
    "TileRequest",
    "Walk",
    "draw_tile",
    "empty_tile",
    "tile_query",
    "tile_request",
]

MVT = "application/vnd.mapbox-vector-tile"
TILE_BYTES = 500_000
"""No tile is larger, before it is compressed."""


@dataclass(frozen=True, slots=True)
class LeftOut:
    """How many features of a layer are not in a tile: ``sub-pixel``, or ``over-size``."""

    layer: str
    what: str
    count: int


@dataclass(frozen=True, slots=True)
class DrawnTile:
    """A tile's bytes, and what was left out of it so that it stays small."""

    body: bytes
    left_out: tuple[LeftOut, ...] = ()


def draw_tile(
    connection: sa.Connection,
    sight: Sight,
    request: TileRequest,
    tile_bytes: int = TILE_BYTES,
) -> DrawnTile:
    """
    Draw what is seen of a tile; a layer has no feature where nothing lies.

    Left out is what is smaller than a pixel, and of a tile that would have more than `tile_bytes`
    the lightest features of its largest layers: those of fewest households, least area or length,
    fewest facilities, in this order and always the same ones.
    """
    inside = None
    if request.community is not None and request.at is not None:
        inside = communities_within(connection, request.community, request.at)
    queries = [tile_query(TILE_LAYERS[name], sight, request, inside) for name in request.layers]
    whole = [layer_tile(connection, query) for query in queries]
    shares = _shares([len(tile.body) for tile in whole], tile_bytes)
    kept = [
        tile if len(tile.body) <= share else _shrunk(connection, query, tile, share)
        for query, tile, share in zip(queries, whole, shares, strict=True)
    ]
    left_out = [
        LeftOut(name, what, count)
        for name, first, last in zip(request.layers, whole, kept, strict=True)
        for what, count in (("sub-pixel", first.tiny), ("over-size", _fewer(first, last)))
        if count
    ]
    bodies = [
        tile.body or empty_tile(name) for name, tile in zip(request.layers, kept, strict=True)
    ]
    return DrawnTile(b"".join(bodies), tuple(left_out))


def tile_query(
    layer: MapLayer,
    sight: Sight,
    request: TileRequest,
    communities: tuple[str, ...] | None = None,
) -> TileQuery:
    """Return the query of one layer of a tile."""
    rows = layer.labels or layer.name
    if request.z < layer.merged_below:
        rows = layer.merged_rows
    elif layer.scope == "day_or_plan" and request.plan_id is not None:
        rows = f"plan_{layer.name}"
    attributes = tuple(attribute.name for attribute in layer.attributes)
    return TileQuery(
        TileSource(
            layer.name,
            rows,
            attributes,
            pointed=layer.geometry == "point",
            inside=bool(layer.labels),
        ),
        request.z,
        request.x,
        request.y,
        request.at,
        sight,
        request.plan_id,
        request.tier,
        request.walk if layer.scope == "walk" else None,
        communities,
        request.kind if request.kind in layer.kinds else None,
    )


def _shares(sizes: list[int], total: int) -> list[int]:
    """
    Bytes each layer may have: what it needs where that is less than its even share of the rest.

    >>> _shares([10, 500, 900], 1000), _shares([10, 20], 1000)
    ([10, 495, 495], [10, 20])
    """
    shares = [0] * len(sizes)
    smallest_first = sorted(range(len(sizes)), key=sizes.__getitem__)
    for done, place in enumerate(smallest_first):
        shares[place] = min(sizes[place], total // (len(sizes) - done))
        total -= shares[place]
    return shares


def _fewer(first: LayerTile, last: LayerTile) -> int:
    """How many features went; what lies in the margin's corner alone is in neither."""
    return 0 if first is last else feature_count(first.body) - feature_count(last.body)


def _shrunk(connection: sa.Connection, query: TileQuery, whole: LayerTile, share: int) -> LayerTile:
    """Draw fewer and fewer of the features until they fit."""
    tile = whole
    while len(tile.body) > share:
        fitting = tile.features * share // len(tile.body)
        tile = layer_tile(connection, query, most=min(fitting, tile.features - 1))
    return tile
