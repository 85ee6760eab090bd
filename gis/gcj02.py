"""
GCJ-02 (Amap, Tencent) and BD-09 (Baidu) to and from WGS 84.

Both shift the map by 300 to 1,200 m in a way that has no CRS and no closed inverse. The
inverses here iterate until they agree with the forward formula to about 1e-11 degrees
(a micrometre), so that ``inverse(forward(p)) == p`` everywhere.

**Where the shift applies.** Every public implementation shifts inside the box
72.004..137.8347 E, 0.8293..55.8271 N and nowhere else. A hard edge maps two places onto one,
so that no inverse can be right there. Here the shift fades out linearly over the last 0.1
degrees *inside* that box: identity outside, continuous and invertible everywhere, equal to
the others in all of China, whose land and islands lie more than a degree inside the box.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
LonLat = tuple[Floats, Floats]

# Krasovsky 1940 ellipsoid: semi-major axis (m) and first eccentricity squared, as GCJ-02 has it.
_SEMI_MAJOR_M = 6_378_245.0
_ECCENTRICITY_2 = 0.00669342162296594323
_WEST, _EAST, _SOUTH, _NORTH = 72.004, 137.8347, 0.8293, 55.8271
_RIM_DEGREES = 0.1
_BD_WAVE = np.pi * 3000.0 / 180.0
# The shift changes by at most 13 % of a step (on the rim); in China by 2 %.
_MOST_STEPS = 40
_CLOSE_DEGREES = 1e-12


def wgs84_to_gcj02(lon: npt.ArrayLike, lat: npt.ArrayLike) -> LonLat:
    """
    Shift WGS 84 positions to GCJ-02.

    Parameters
    ----------
    lon, lat
        Degrees, any equal shapes. Not modified.

    Returns
    -------
    lon, lat
        Degrees, same shape; unchanged outside the box named in the module's notes.
        Positions that are not finite stay as they are.

    Examples
    --------
    >>> lon, lat = wgs84_to_gcj02(116.391264, 39.907253)
    >>> round(float(lon), 6), round(float(lat), 6)
    (116.397505, 39.908654)
    """
    lon, lat = _as_floats(lon, lat)
    east, north = _gcj02_shift(lon, lat)
    return lon + east, lat + north


def gcj02_to_wgs84(lon: npt.ArrayLike, lat: npt.ArrayLike) -> LonLat:
    """
    Undo `wgs84_to_gcj02`, to about a micrometre.

    Parameters, shapes and limits as there.
    """
    return _inverse(_gcj02_shift, lon, lat)


def gcj02_to_bd09(lon: npt.ArrayLike, lat: npt.ArrayLike) -> LonLat:
    """Shift GCJ-02 positions to BD-09. Parameters, shapes and limits as `wgs84_to_gcj02`."""
    lon, lat = _as_floats(lon, lat)
    east, north = _bd09_shift(lon, lat)
    return lon + east, lat + north


def bd09_to_gcj02(lon: npt.ArrayLike, lat: npt.ArrayLike) -> LonLat:
    """Undo `gcj02_to_bd09`, to about a micrometre (the customary formula errs by up to a metre)."""
    return _inverse(_bd09_shift, lon, lat)


def wgs84_to_bd09(lon: npt.ArrayLike, lat: npt.ArrayLike) -> LonLat:
    """Shift WGS 84 positions to BD-09, by way of GCJ-02."""
    return gcj02_to_bd09(*wgs84_to_gcj02(lon, lat))


def bd09_to_wgs84(lon: npt.ArrayLike, lat: npt.ArrayLike) -> LonLat:
    """Undo `wgs84_to_bd09`, to about a micrometre."""
    return gcj02_to_wgs84(*bd09_to_gcj02(lon, lat))


def _as_floats(lon: npt.ArrayLike, lat: npt.ArrayLike) -> LonLat:
    return np.asarray(lon, dtype=np.float64), np.asarray(lat, dtype=np.float64)


def _inside(lon: Floats, lat: Floats) -> Floats:
    """How much of the shift applies: 1 in the box, falling to 0 at its edge, 0 outside."""
    depth = np.minimum.reduce([lon - _WEST, _EAST - lon, lat - _SOUTH, _NORTH - lat])
    share: Floats = np.clip(np.nan_to_num(depth, nan=-1.0), 0.0, _RIM_DEGREES) / _RIM_DEGREES
    return share


def _waves(metres: tuple[float, float], per_degree: tuple[float, float], at: Floats) -> Floats:
    """Two sine waves over `at` degrees, scaled as GCJ-02 scales each of its pairs."""
    first, second = (
        amplitude * np.sin(np.pi * frequency * at)
        for amplitude, frequency in zip(metres, per_degree, strict=True)
    )
    return (first + second) * (2.0 / 3.0)


def _gcj02_shift(lon: Floats, lat: Floats) -> LonLat:
    share = _inside(lon, lat)
    # Far away the polynomials overflow; nothing is shifted there, so work at the box's edge.
    lon, lat = _within(lon, _WEST, _EAST), _within(lat, _SOUTH, _NORTH)
    x, y = lon - 105.0, lat - 35.0
    root, ripple = np.sqrt(np.abs(x)), _waves((20.0, 20.0), (6.0, 2.0), x)
    north_m = -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * root + ripple
    north_m = north_m + _waves((20.0, 40.0), (1.0, 1 / 3), y)
    north_m = north_m + _waves((160.0, 320.0), (1 / 12, 1 / 30), y)
    east_m = 300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * root + ripple
    east_m = east_m + _waves((20.0, 40.0), (1.0, 1 / 3), x)
    east_m = east_m + _waves((150.0, 300.0), (1 / 12, 1 / 30), x)
    phi = np.radians(lat)
    squeeze = 1.0 - _ECCENTRICITY_2 * np.sin(phi) ** 2
    meridian_m = _SEMI_MAJOR_M * (1.0 - _ECCENTRICITY_2) / squeeze**1.5
    parallel_m = _SEMI_MAJOR_M * np.cos(phi) / np.sqrt(squeeze)
    return share * np.degrees(east_m / parallel_m), share * np.degrees(north_m / meridian_m)


def _bd09_shift(lon: Floats, lat: Floats) -> LonLat:
    share = _inside(lon, lat)
    x, y = _within(lon, _WEST, _EAST), _within(lat, _SOUTH, _NORTH)
    radius = np.hypot(x, y) + 0.00002 * np.sin(y * _BD_WAVE)
    angle = np.arctan2(y, x) + 0.000003 * np.cos(x * _BD_WAVE)
    east, north = radius * np.cos(angle) + 0.0065 - x, radius * np.sin(angle) + 0.006 - y
    return share * east, share * north


def _within(degrees: Floats, lowest: float, highest: float) -> Floats:
    return np.clip(np.nan_to_num(degrees, nan=lowest), lowest, highest)


def _inverse(
    shift: Callable[[Floats, Floats], LonLat], lon: npt.ArrayLike, lat: npt.ArrayLike
) -> LonLat:
    """Solve ``p + shift(p) == given`` by fixed-point steps; the shift is a contraction."""
    lon, lat = _as_floats(lon, lat)
    east, north = np.zeros_like(lon), np.zeros_like(lat)
    for _ in range(_MOST_STEPS):
        last_east, last_north = east, north
        east, north = shift(lon - east, lat - north)
        if not np.any(np.abs(east - last_east) + np.abs(north - last_north) > _CLOSE_DEGREES):
            break
    return lon - east, lat - north
