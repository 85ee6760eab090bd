"""Decoding GeoPackage geometry, and judging it before anything is computed with it."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import shapely

from gis.errors import first_ids
from gis.verify.container import invalid

_ENVELOPE_BYTES = (0, 32, 48, 48, 64)
_SRS = 4326
_LINE, _POLYGON, _MULTIPOLYGON = 2, 3, 6

Shapes = npt.NDArray[np.object_]


def decoded(blobs: Sequence[object], path: Path, table: str) -> Shapes:
    """
    Decode geometry blobs: an 8-byte head, an envelope, then WKB.

    Raises
    ------
    InvalidPackage
        A blob has another head, another SRS than 4326, another type than line, polygon or
        multipolygon in two dimensions, or its WKB is damaged; rows are named.
    """
    bodies = []
    for row, blob in enumerate(blobs, 1):
        try:
            assert isinstance(blob, bytes)  # noqa: S101 - the table reader has made sure
            bodies.append(_wkb(blob))
        except (ValueError, IndexError, struct.error) as error:
            raise invalid(
                path,
                f"the geometry of {table} in row {row} cannot be decoded ({error})",
                f"{table} 第 {row} 行的几何无法解析",
            ) from error
    with np.errstate(invalid="ignore"):  # a NaN in a ring is judged later, not warned of
        shapes = np.asarray(shapely.from_wkb(bodies, on_invalid="ignore"), dtype=object)
    damaged = np.flatnonzero(shapely.is_missing(shapes)) + 1
    if damaged.size:
        raise invalid(
            path,
            f"the geometry of {table} is damaged in row {first_ids(damaged)}",
            f"{table} 第 {first_ids(damaged)} 行的几何已损坏",
        )
    return shapes


def _wkb(blob: bytes) -> bytes:
    if blob[:2] != b"GP" or blob[2] != 0:
        raise ValueError("not a GeoPackage geometry")
    flags = blob[3]
    if flags & 0b100000 or (flags >> 1) & 7 >= len(_ENVELOPE_BYTES):
        raise ValueError("an unknown kind of head")
    if struct.unpack_from("<i" if flags & 1 else ">i", blob, 4)[0] != _SRS:
        raise ValueError(f"not in EPSG:{_SRS}")
    body = blob[8 + _ENVELOPE_BYTES[(flags >> 1) & 7] :]
    kind, _ = _head(body, 0)
    if kind not in (_LINE, _POLYGON, _MULTIPOLYGON):
        raise ValueError("neither line nor polygon in two dimensions")
    if kind == _MULTIPOLYGON:
        _refuse_nesting(body)
    return body


def _head(body: bytes, at: int) -> tuple[int, str]:
    """Type of the WKB that starts here, and its byte order."""
    if body[at] > 1:
        raise ValueError("no byte order")
    order = "<" if body[at] else ">"
    return int(struct.unpack_from(order + "I", body, at + 1)[0]), order


def _refuse_nesting(body: bytes) -> None:
    """Walk the parts: a multipolygon of anything but polygons could exhaust the decoder's stack."""
    _, order = _head(body, 0)
    (parts,) = struct.unpack_from(order + "I", body, 5)
    at = 9
    for _ in range(parts):
        kind, own = _head(body, at)
        if kind != _POLYGON:
            raise ValueError("a multipolygon of something else than polygons")
        (rings,) = struct.unpack_from(own + "I", body, at + 5)
        at += 9
        for _ in range(rings):
            (points,) = struct.unpack_from(own + "I", body, at)
            at += 4 + 16 * points


def unsound(shapes: Shapes, kinds: frozenset[str]) -> npt.NDArray[np.bool_]:
    """Mark shapes of another type, empty, invalid, or off the globe of longitude and latitude."""
    names = np.array([shape.geom_type for shape in shapes], dtype=object)
    wrong = ~np.isin(names.astype(str), sorted(kinds)) | shapely.is_empty(shapes)
    points, whose = shapely.get_coordinates(shapes, return_index=True)
    # NaN compares false, so the test is for being on the globe.
    on_globe = (np.abs(points[:, 0]) <= 180.0) & (np.abs(points[:, 1]) <= 90.0)
    wrong[whose[~on_globe]] = True
    wrong[~wrong] = ~shapely.is_valid(shapes[~wrong])
    return np.asarray(wrong, dtype=np.bool_)
