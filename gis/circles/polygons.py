"""Service circles: the ground from which a facility, or any of a kind, is reached in time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import shapely

from gis.circles.contour import polygons_of, reached_areas
from gis.circles.field import field
from gis.circles.raster import WalkRaster
from gis.circles.status import OUTSIDE, Status
from gis.metric import STORED, named_crs, transformer
from gis.network.search import SearchGraph
from gis.network.snapping import Snaps, SnapStatus

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Circle:
    """
    What is reached from one place, or from several together.

    Attributes
    ----------
    areas
        One per cutoff asked for, in that order, EPSG:4326; empty unless the status is ok, and
        where a cutoff is shorter than the leg to the street.
    status
        ``ok``; ``empty``: no cell is reached within the largest cutoff; ``snap_too_long``: no
        street to which a leg leads; ``outside``: beyond all streets; ``failed``: no position, or
        its polygon could not be made.
    en, zh
        Why there is no circle, a predicate to put after a name; empty when ok.
    """

    areas: tuple[shapely.MultiPolygon, ...]
    status: Status
    en: str = ""
    zh: str = ""


def circles(
    raster: WalkRaster, graph: SearchGraph, snaps: Snaps, cutoffs_m: Sequence[float]
) -> list[Circle]:
    """
    Draw the circle of each place by itself.

    The ground is a picture: 1 to 2 % of the buildings at its rim lie on the wrong side. Figures
    come from the network distance of each building (`gis.circles.reach`).

    Parameters
    ----------
    raster
        Cells of the network.
    graph
        Of the same network, arcs leading away from the places: directed to facilities when people
        come to the places, to people when they go out from them.
    snaps
        The places on the network.
    cutoffs_m
        Metres on foot, each positive.

    Returns
    -------
    circles
        One per place in the same order. One that fails leaves the others alone.

    Notes
    -----
    1.5 ms each at 1,080 m once the cells of its ground are made, which takes 1 to 5 ms
    for every 0.4 km2.
    """
    rows = np.arange(len(snaps.x))
    return [_circle(raster, graph, snaps.take(rows[i : i + 1]), cutoffs_m) for i in rows]


def union_circle(
    raster: WalkRaster, graph: SearchGraph, snaps: Snaps, cutoffs_m: Sequence[float]
) -> Circle:
    """
    Draw the ground from which the nearest of some places is within each cutoff.

    One search from all places at once, so the ground is that of the walk to the nearest, not a
    union of polygons. Places that are not on the network are passed over; the status is theirs
    when none is. See `circles`.
    """
    on = np.flatnonzero(snaps.ok)
    return _circle(raster, graph, snaps.take(on) if len(on) else snaps, cutoffs_m)


def _circle(
    raster: WalkRaster, graph: SearchGraph, snaps: Snaps, cutoffs_m: Sequence[float]
) -> Circle:
    empty = (shapely.MultiPolygon(),) * len(cutoffs_m)
    if not snaps.ok.any():
        return Circle(empty, *_why_off(raster, snaps))
    try:
        ground = field(raster, graph, snaps, max(cutoffs_m))
        areas = [] if ground is None else reached_areas(ground, cutoffs_m)
        drawn = _stored(areas, raster)
    except (shapely.errors.GEOSException, ValueError, ArithmeticError) as error:
        return Circle(empty, "failed", f"could not be drawn: {error}", f"无法生成服务圈：{error}")
    if all(area.is_empty for area in drawn):
        far = f"{max(cutoffs_m):g}"
        return Circle(
            empty,
            "empty",
            f"reaches no ground within {far} m on foot",
            f"步行 {far} 米内无法到达任何地方",
        )
    return Circle(tuple(drawn), "ok")


def _why_off(raster: WalkRaster, snaps: Snaps) -> tuple[Status, str, str]:
    """Say why none of the places is on the network."""
    located = np.isfinite(snaps.x) & np.isfinite(snaps.y)
    if not located.any():
        return "failed", "has no position", "没有位置"
    west, south, east, north = (raster.cell_m * edge for edge in raster.extent)
    x, y = snaps.x[located], snaps.y[located]
    if not ((west <= x) & (x <= east) & (south <= y) & (y <= north)).any():
        return OUTSIDE
    limit = f"{snaps.limit_m:g}"
    if (snaps.status == SnapStatus.BLOCKED).any():
        return (
            "snap_too_long",
            f"is cut off by a wall, river or railway from every street within {limit} m",
            f"与周边 {limit} 米内的道路被围墙、河流或铁路隔开",
        )
    return (
        "snap_too_long",
        f"has no walkable street within {limit} m",
        f"周边 {limit} 米内没有可步行道路",
    )


def _stored(
    areas: Sequence[shapely.MultiPolygon], raster: WalkRaster
) -> list[shapely.MultiPolygon]:
    """Return areas in EPSG:4326; turning leaves them valid but for slivers, which are mended."""
    back = transformer(raster.network.crs, named_crs(STORED))
    turned = shapely.transform(
        np.asarray(areas, dtype=object), lambda xy: np.column_stack(back.transform(*xy.T))
    )
    return [area if area.is_valid else polygons_of(area) for area in turned]
