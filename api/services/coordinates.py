"""Coordinates as a client speaks them, and geometry on its way out."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal, cast

import numpy as np
import numpy.typing as npt
import shapely
import shapely.geometry
from shapely.geometry.base import BaseGeometry

from api.schemas.paging import GeoJSONGeometry
from gis.errors import InputError
from gis.gcj02 import bd09_to_wgs84, gcj02_to_wgs84, wgs84_to_bd09, wgs84_to_gcj02

Coord = Literal["wgs84", "gcj02", "bd09"]
BBox = tuple[float, float, float, float]
Positions = npt.NDArray[np.float64]
_Shift = Callable[[Positions, Positions], tuple[Positions, Positions]]

_OUT: dict[Coord, _Shift] = {"gcj02": wgs84_to_gcj02, "bd09": wgs84_to_bd09}
_IN: dict[Coord, _Shift] = {"gcj02": gcj02_to_wgs84, "bd09": bd09_to_wgs84}
MOST_VERTICES = 20_000
"""Of one shape drawn by hand."""
# A centimetre on the ground is 1e-7 degrees.
_DECIMALS = 7


def geojson_geometries(wkb: Sequence[bytes | None], coord: Coord) -> list[GeoJSONGeometry | None]:
    """
    Turn stored geometry (WKB, EPSG:4326) into GeoJSON in the coordinates asked for.

    Rounded to 7 decimals, about a centimetre; None stays None.
    """
    shapes = shapely.from_wkb(np.array([bytes(b) if b else None for b in wkb], dtype=object))
    return geojson_shapes(shapes, coord)


def geojson_shapes(shapes: npt.NDArray[np.object_], coord: Coord) -> list[GeoJSONGeometry | None]:
    """Turn shapes in EPSG:4326 into GeoJSON in the coordinates asked for; None stays None."""
    spoken = shapely.transform(shapes, lambda xy: _shifted(xy, coord))
    return [
        None if s is None else cast(GeoJSONGeometry, shapely.geometry.mapping(s)) for s in spoken
    ]


def spoken_bbox(bbox: BBox, coord: Coord) -> BBox:
    """Return a stored box (EPSG:4326) in the coordinates asked for."""
    corners = _shifted(np.array(bbox, dtype=np.float64).reshape(2, 2), coord).ravel().tolist()
    return cast(BBox, tuple(corners))


def spoken_point(lon: float, lat: float, coord: Coord) -> tuple[float, float]:
    """Return a stored position (EPSG:4326) in the coordinates asked for."""
    x, y = _shifted(np.array([[lon, lat]]), coord)[0].tolist()
    return x, y


def stored_point(lon: float, lat: float, coord: Coord) -> tuple[float, float]:
    """Read a position as a client gave it into EPSG:4326."""
    if coord == "wgs84":
        return lon, lat
    x, y = _IN[coord](np.array([lon]), np.array([lat]))
    return float(x[0]), float(y[0])


def stored_shape(geojson: Mapping[str, Any], coord: Coord) -> BaseGeometry:
    """
    Read a GeoJSON geometry as a client drew it into EPSG:4326, without heights.

    Raises
    ------
    InputError
        It is no GeoJSON geometry, has no vertices, more than `MOST_VERTICES`, or one that is no
        position on Earth.
    """
    try:
        shape = shapely.force_2d(shapely.from_geojson(json.dumps(geojson)))
    except (shapely.errors.GEOSException, TypeError, ValueError):
        shape = None
    if shape is None or shape.is_empty:
        raise InputError(
            "The geometry is no GeoJSON geometry: give type and coordinates.",
            "图形不是有效的 GeoJSON：请给出 type 和 coordinates。",
        )
    xy = shapely.get_coordinates(shape)
    if len(xy) > MOST_VERTICES:
        raise InputError(
            f"The geometry has {len(xy)} vertices, at most {MOST_VERTICES} are taken: simplify it.",
            f"图形有 {len(xy)} 个顶点，最多 {MOST_VERTICES} 个：请简化。",
        )
    if not (np.isfinite(xy).all() and (abs(xy) <= (180, 90)).all()):
        raise InputError(
            "The geometry leaves the Earth: longitude goes from -180 to 180, latitude from -90 "
            "to 90 degrees.",
            "图形超出范围：经度应在 -180 至 180 度之间，纬度应在 -90 至 90 度之间。",
        )
    if coord == "wgs84":
        return shape
    return shapely.transform(shape, lambda p: np.column_stack(_IN[coord](p[:, 0], p[:, 1])))


def stored_bbox(text: str | None, coord: Coord) -> BBox | None:
    """
    Read ``west,south,east,north`` as a client wrote it, into EPSG:4326.

    Raises
    ------
    InputError
        Not four finite numbers, or west and south not below east and north.
    """
    if text is None:
        return None
    try:
        numbers = np.array([float(part) for part in text.split(",")], dtype=np.float64)
    except ValueError:
        numbers = np.empty(0)
    if numbers.size != 4 or not np.isfinite(numbers).all() or _upside_down(numbers):
        raise InputError(
            f"bbox={text} is no box: write west,south,east,north in degrees.",
            f"bbox={text} 不是有效范围：请按 西,南,东,北（度）填写。",
        )
    if coord == "wgs84":
        return cast(BBox, tuple(numbers.tolist()))
    lon, lat = _IN[coord](numbers[[0, 2]], numbers[[1, 3]])
    return float(lon[0]), float(lat[0]), float(lon[1]), float(lat[1])


def _upside_down(numbers: Positions) -> bool:
    return bool(numbers[0] > numbers[2] or numbers[1] > numbers[3])


def _shifted(xy: Positions, coord: Coord) -> Positions:
    if coord != "wgs84":
        xy = np.column_stack(_OUT[coord](xy[:, 0], xy[:, 1]))
    return np.round(xy, _DECIMALS)
