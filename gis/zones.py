"""Coordinates of CGCS2000 3-degree zones whose zone the file does not name."""

from __future__ import annotations

import numpy as np

from gis.errors import WrongCrs
from gis.gcj02 import Floats, LonLat
from gis.metric import (
    FIRST_MERIDIAN,
    LAST_MERIDIAN,
    STORED,
    named_crs,
    nearest_meridian,
    transformer,
    zone_crs,
)


def unproject_zones(x: Floats, y: Floats, lon_hint: float | None) -> LonLat:
    """
    Turn Gauss-Kruger coordinates of 3-degree zones into lon, lat.

    The values tell which axis is the easting. With a zone number in front of the eastings
    each vertex goes by its own number; without one the zone is the one that brings the
    median easting within a degree of `lon_hint`.

    Raises
    ------
    WrongCrs
        The zone cannot be told, or there is none for these values.
    """
    median_x, median_y = (
        float(np.median(v)) if len(v) else 0.0 for v in finite_columns(np.column_stack([x, y]))
    )
    if _is_northing(median_x) and not _is_northing(median_y):
        x, y, median_x, median_y = y, x, median_y, median_x
    if _is_prefixed(median_x):
        return _unproject_prefixed(x, y)
    project = transformer(zone_crs(_meridian(median_x, median_y, lon_hint)), named_crs(STORED))
    lon, lat = project.transform(x, y)
    return lon, lat


def _is_northing(metres: float) -> bool:
    """Northings of China (3 to 54 N); no easting falls there, with or without a zone number."""
    return 1_000_000 < metres < 6_100_000


def _is_prefixed(easting: float) -> bool:
    return 25_000_000 <= easting < 46_000_000


def _unproject_prefixed(x: Floats, y: Floats) -> LonLat:
    """Each vertex by the zone number in front of its own easting."""
    lon, lat = np.full_like(x, np.inf), np.full_like(y, np.inf)
    zone = np.floor(np.nan_to_num(x) / 1e6).astype(np.int64)
    for number in range(FIRST_MERIDIAN // 3, LAST_MERIDIAN // 3 + 1):
        here = zone == number
        if here.any():
            project = transformer(zone_crs(3 * number, prefixed=True), named_crs(STORED))
            lon[here], lat[here] = project.transform(x[here], y[here])
    return lon, lat


def _meridian(easting: float, northing: float, lon_hint: float | None) -> int:
    """The central meridian that brings an easting without zone number nearest to the hint."""
    if not (100_000 < easting < 900_000 and _is_northing(northing)):
        raise WrongCrs(
            f"({easting:,.0f}, {northing:,.0f}) lies in no CGCS2000 3-degree zone: "
            "give --crs EPSG:n.",
            f"（{easting:,.0f}，{northing:,.0f}）不是 CGCS2000 三度带坐标："
            "请用 --crs 指定 EPSG:n。",
        )
    if lon_hint is None:
        raise WrongCrs(
            "The eastings carry no zone number, so the zone cannot be told: "
            "give the zone as --crs EPSG:4534 (75 E) to EPSG:4554 (135 E).",
            "横坐标没有带号，无法判断属于哪个三度带："
            "请用 --crs EPSG:4534（75°E）至 EPSG:4554（135°E）指定。",
        )
    near = nearest_meridian(lon_hint)
    lon, _ = transformer(zone_crs(near), named_crs(STORED)).transform(easting, northing)
    from_meridian = float(lon) - near
    meridian = nearest_meridian(lon_hint - from_meridian)
    if not abs(meridian + from_meridian - lon_hint) <= 1.0:
        raise WrongCrs(
            f"Easting {easting:,.0f} lies in no zone near {lon_hint:.2f} E: "
            "give the zone as --crs EPSG:4534 (75 E) to EPSG:4554 (135 E).",
            f"横坐标 {easting:,.0f} 与经度 {lon_hint:.2f}° 附近的三度带都不相符："
            "请用 --crs EPSG:4534（75°E）至 EPSG:4554（135°E）指定。",
        )
    return meridian


def finite_columns(xy: Floats) -> LonLat:
    """Return the two columns of the coordinates that are finite."""
    sound = xy[np.isfinite(xy).all(axis=1)]
    return sound[:, 0], sound[:, 1]
