"""The coordinate systems that features are given in, by the names the OGC gives them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

import pyproj
import shapely

from gis.metric import FIRST_MERIDIAN, LAST_MERIDIAN, metric_crs, named_crs, zone_crs
from gis.store.features import BBox, Coordinates

_OGC = "http://www.opengis.net/def/crs/"
CRS84 = f"{_OGC}OGC/1.3/CRS84"
"""Longitude and latitude of WGS 84, in this order: what every answer is in unless asked."""


@dataclass(frozen=True, slots=True)
class FeatureCrs:
    """
    One coordinate system.

    Attributes
    ----------
    uri
        Its name, such as ``http://www.opengis.net/def/crs/EPSG/0/4490``.
    crs
        Its definition; what PROJ says of its axes is how coordinates are ordered.
    srid
        Number to transform by; None for longitude and latitude, which need none: CGCS2000 and
        WGS 84 agree to the centimetres that matter here.
    swapped
        Latitude or northing comes first.
    """

    uri: str
    crs: pyproj.CRS
    srid: int | None
    swapped: bool

    @property
    def coordinates(self) -> Coordinates:
        """How coordinates are written: to a centimetre in degrees, a millimetre in metres."""
        return Coordinates(self.srid, self.swapped, 7 if self.srid is None else 3)


@cache
def epsg(code: int) -> FeatureCrs:
    """
    Return a system of the EPSG register, its axes in the order it says.

    >>> epsg(4490).swapped, epsg(4543).swapped, epsg(3857).swapped
    (True, True, False)
    """
    crs = named_crs(f"EPSG:{code}")
    first = crs.axis_info[0].direction
    return FeatureCrs(
        f"{_OGC}EPSG/0/{code}", crs, None if crs.is_geographic else code, first == "north"
    )


EVERYWHERE = (
    FeatureCrs(CRS84, named_crs("OGC:CRS84"), None, swapped=False),
    epsg(4326),
    epsg(4490),
    epsg(3857),
)
"""The systems that every collection is given in, whatever place it shows."""


def offered(extent: BBox | None) -> Mapping[str, FeatureCrs]:
    """
    Return the systems offered for data within an extent, by their names, CRS84 first.

    Besides those of everywhere the metric ones of the data: in China the CGCS2000 3-degree zone
    of every meridian that the extent comes near to, else the UTM zone of its centre.
    """
    local = () if extent is None else _metric(extent)
    return {known.uri: known for known in (*EVERYWHERE, *local)}


def _metric(extent: BBox) -> tuple[FeatureCrs, ...]:
    west, _, east, _ = extent
    centre = metric_crs(shapely.box(*extent)).to_epsg()
    zones = {zone_crs(m).to_epsg(): m for m in range(FIRST_MERIDIAN, LAST_MERIDIAN + 1, 3)}
    if centre is None or centre not in zones:
        return () if centre is None else (epsg(centre),)
    near = (code for code, m in zones.items() if west - 1.5 < m < east + 1.5 or code == centre)
    return tuple(epsg(code) for code in near if code is not None)
