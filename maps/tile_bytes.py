"""The bytes of a Mapbox vector tile, as far as they are read or written here."""

from __future__ import annotations

_FEATURE = 0x12  # field 2 of a layer, with its length before it
_VARINT, _EIGHT, _COUNTED, _FOUR = 0, 1, 2, 5


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


def feature_count(tile: bytes) -> int:
    """
    Count the features of a tile of one layer.

    Examples
    --------
    >>> feature_count(empty_tile("grids")), feature_count(b"")
    (0, 0)
    """
    if not tile:
        return 0
    _, place = _varint(tile, 1)
    count = 0
    while place < len(tile):
        tag, place = _varint(tile, place)
        count += tag == _FEATURE
        place = _behind(tile, tag & 7, place)
    return count


def _behind(tile: bytes, kind: int, place: int) -> int:
    """Where the value of a field ends."""
    if kind in (_EIGHT, _FOUR):
        return place + (8 if kind == _EIGHT else 4)
    value, place = _varint(tile, place)
    return place + value if kind == _COUNTED else place


def _varint(tile: bytes, place: int) -> tuple[int, int]:
    """Read a whole number in groups of seven bits, the lowest first."""
    value = shift = 0
    while True:
        byte = tile[place]
        place += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, place
        shift += 7
