"""What one person reaches on foot from where they stand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import shapely

from gis.circles.polygons import circles
from gis.circles.raster import WalkRaster
from gis.circles.status import Status
from gis.metric import STORED, named_crs, transformer
from gis.network.search import SearchGraph
from gis.network.snapping import snap


@dataclass(frozen=True, slots=True)
class Isochrone:
    """
    Ground within some walking times of a point, EPSG:4326.

    Attributes
    ----------
    areas
        One per cutoff, in the order asked for; see `gis.circles.polygons.Circle`.
    start
        Where the walk comes to the street, lon and lat; None when it does not.
    leg_m
        Metres of the straight leg to it; None likewise.
    status, en, zh
        As those of a circle.
    """

    areas: tuple[shapely.MultiPolygon, ...]
    start: tuple[float, float] | None
    leg_m: float | None
    status: Status
    en: str = ""
    zh: str = ""


def isochrone(
    raster: WalkRaster,
    graph: SearchGraph,
    lon: float,
    lat: float,
    cutoffs_s: Sequence[float],
    speed_m_s: float,
) -> Isochrone:
    """
    Draw the ground a person reaches from a point.

    Parameters
    ----------
    raster
        Cells of the network.
    graph
        Of the same network, arcs leading away from people.
    lon, lat
        Degrees, EPSG:4326.
    cutoffs_s
        Seconds on foot, each positive.
    speed_m_s
        Metres a second, positive.

    Returns
    -------
    isochrone
        A point far from every street is no error: the status says so.
    """
    crs, stored = raster.network.crs, named_crs(STORED)
    at = np.array([transformer(stored, crs).transform(lon, lat)])
    snaps = snap(raster.snapper, at, limit_m=raster.limit_m)
    (drawn,) = circles(raster, graph, snaps, [cutoff * speed_m_s for cutoff in cutoffs_s])
    start, leg = None, None
    if snaps.ok[0]:
        start = transformer(crs, stored).transform(snaps.foot_x[0], snaps.foot_y[0])
        leg = float(snaps.leg_m[0])
    return Isochrone(drawn.areas, start, leg, drawn.status, drawn.en, drawn.zh)
