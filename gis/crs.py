"""Coordinate systems that come in and go out: any CRS, 3-degree zones, GCJ-02 and BD-09."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import pyproj
import shapely

from gis.errors import WrongCrs
from gis.gcj02 import (
    Floats,
    LonLat,
    bd09_to_gcj02,
    bd09_to_wgs84,
    gcj02_to_bd09,
    gcj02_to_wgs84,
    wgs84_to_bd09,
    wgs84_to_gcj02,
)
from gis.metric import (
    STORED,
    centre,
    metric_crs,
    named_crs,
    nearest_meridian,
    transformer,
    zone_crs,
)
from gis.zones import finite_columns, unproject_zones

__all__ = [
    "STORED",
    "bd09_to_gcj02",
    "bd09_to_wgs84",
    "from_wgs84",
    "gcj02_to_bd09",
    "gcj02_to_wgs84",
    "metric_crs",
    "to_wgs84",
    "wgs84_to_bd09",
    "wgs84_to_gcj02",
    "zone_crs",
]

_ALIASES = {"wgs84": STORED, "wgs 84": STORED, "cgcs2000": "EPSG:4490"}


def to_wgs84(
    frame: gpd.GeoDataFrame, crs_name: str | None = None, *, lon_hint: float | None = None
) -> gpd.GeoDataFrame:
    """
    Bring a frame as read from a file to EPSG:4326.

    Every vertex is transformed, none is added; Z and M are dropped. A geographic CRS that is
    used in China alone (EPSG:4490) may be stored latitude first: the order is told from the
    values. So is the order in `cgcs2000-3deg` files, where surveyors' X is the northing.

    Parameters
    ----------
    frame
        Any geometries, null ones allowed. Not modified.
    crs_name
        ``EPSG:n``, WKT or anything PROJ knows; ``wgs84``, ``cgcs2000``, ``gcj02``, ``bd09``;
        ``cgcs2000-3deg``: zone by the number in front of the easting or, without one, by
        `lon_hint`. ``:yx`` behind any name says that latitude or northing is stored first.
        None takes the frame's own CRS; a name overrules it.
    lon_hint
        A longitude good to one degree, such as the community's centre.

    Returns
    -------
    frame
        A copy in EPSG:4326, same rows, order, index and columns. A row that the CRS cannot
        hold has coordinates that are not finite.

    Raises
    ------
    WrongCrs
        No CRS, an unknown one, one without positions on the map, or a zone that cannot be told.
    """
    name, flipped = _split_name(crs_name or _own_crs(frame))
    geometry = frame.geometry.to_numpy()
    if flipped:
        geometry = _transformed(geometry, lambda x, y: (y, x))
    if name in ("gcj02", "bd09"):
        shift = gcj02_to_wgs84 if name == "gcj02" else bd09_to_wgs84
        geometry = _transformed(geometry, shift)
    elif name == "cgcs2000-3deg":
        geometry = _transformed(geometry, lambda x, y: unproject_zones(x, y, lon_hint))
    else:
        geometry = _from_named(geometry, named_crs(name), flipped=flipped)
    return _with_geometry(frame, geometry, named_crs(STORED))


def from_wgs84(frame: gpd.GeoDataFrame, crs_name: str) -> gpd.GeoDataFrame:
    """
    Bring a frame in EPSG:4326 to the CRS of an export.

    Parameters
    ----------
    frame
        In EPSG:4326; not modified.
    crs_name
        As in `to_wgs84`. ``cgcs2000-3deg`` is the zone of the frame's centre with the zone's
        number in front of the easting, so that the file can be read again without a hint.

    Returns
    -------
    frame
        A copy. GCJ-02 and BD-09 have no CRS: the copy says None rather than a wrong one.

    Raises
    ------
    WrongCrs
        `frame` is not in EPSG:4326, or the CRS is unknown.
    """
    if frame.crs is None or frame.crs != named_crs(STORED):
        raise WrongCrs("This frame is not in EPSG:4326.", "此图层不是 EPSG:4326。")
    name, flipped = _split_name(crs_name)
    geometry, crs = frame.geometry.to_numpy(), None
    if name in ("gcj02", "bd09"):
        shift = wgs84_to_gcj02 if name == "gcj02" else wgs84_to_bd09
        geometry = _transformed(geometry, shift)
    else:
        crs = _export_crs(frame, name)
        project = transformer(named_crs(STORED), crs)
        geometry = _transformed(geometry, project.transform)
    if flipped:
        geometry = _transformed(geometry, lambda x, y: (y, x))
    return _with_geometry(frame, geometry, crs)


def _with_geometry(
    frame: gpd.GeoDataFrame, geometry: npt.NDArray[Any], crs: pyproj.CRS | None
) -> gpd.GeoDataFrame:
    name = str(frame.geometry.name)
    rows = pd.DataFrame(frame).assign(**{name: geometry})
    return gpd.GeoDataFrame(rows, geometry=name, crs=crs)


def _split_name(name: str) -> tuple[str, bool]:
    """The name without ``:yx``, aliases resolved; and whether that was there."""
    plain = name.strip()
    flipped = plain.lower().endswith(":yx")
    plain = plain[:-3] if flipped else plain
    lower = plain.lower().replace("_", "-")
    known = ("gcj02", "bd09", "cgcs2000-3deg")
    squeezed = {"gcj-02": "gcj02", "bd-09": "bd09"}.get(lower, lower)
    return (squeezed if squeezed in known else _ALIASES.get(lower, plain)), flipped


def _own_crs(frame: gpd.GeoDataFrame) -> str:
    if frame.crs is None:
        raise WrongCrs(
            "This layer does not say its coordinate system: "
            "give --crs EPSG:n, cgcs2000-3deg, gcj02 or bd09.",
            "此图层未注明坐标系：请用 --crs 指定 EPSG:n、cgcs2000-3deg、gcj02 或 bd09。",
        )
    return str(frame.crs.to_wkt())


def _transformed(
    geometry: npt.NDArray[Any], move: Callable[[Floats, Floats], LonLat]
) -> npt.NDArray[Any]:
    """A copy in two dimensions with every vertex moved."""

    def moved(xy: Floats) -> Floats:
        return np.column_stack(move(xy[:, 0], xy[:, 1])) if len(xy) else xy

    return shapely.transform(geometry, moved)


def _from_named(geometry: npt.NDArray[Any], crs: pyproj.CRS, *, flipped: bool) -> npt.NDArray[Any]:
    if crs.is_geographic and not flipped and _latitude_first(geometry, crs):
        geometry = _transformed(geometry, lambda x, y: (y, x))
    if crs == named_crs(STORED):
        return shapely.force_2d(geometry)
    project = transformer(crs, named_crs(STORED))
    return _transformed(geometry, project.transform)


def _latitude_first(geometry: npt.NDArray[Any], crs: pyproj.CRS) -> bool:
    """
    Whether a CRS used in China alone holds latitudes where longitudes belong.

    China's latitudes end at 54 and its longitudes begin at 73: no position fits both ways.
    """
    area = crs.area_of_use
    if area is None or area.west < 72 or area.east > 138 or crs.axis_info[0].direction != "north":
        return False
    x, y = finite_columns(shapely.get_coordinates(geometry))
    return bool(len(x) and 0 < np.median(x) < 60 < np.median(y) < 140)


def _export_crs(frame: gpd.GeoDataFrame, name: str) -> pyproj.CRS:
    if name != "cgcs2000-3deg":
        return named_crs(name)
    return zone_crs(nearest_meridian(centre(frame)[0]), prefixed=True)
