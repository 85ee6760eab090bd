"""The ground under the grids of printed maps: water, streets, railways, walls, buildings."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import geopandas as gpd
import pyproj

from maps.drawing import Frame, Shapes, path_data

# Widths of streets on the ground in metres, and the least they have on paper in millimetres.
_STREETS = {
    "arterial": (16.0, 0.9),
    "street": (9.0, 0.6),
    "lane": (5.0, 0.4),
    "cycleway": (1.6, 0.25),
    "footpath": (1.2, 0.2),
    "steps": (1.2, 0.2),
}
_RIVER = (14.0, 0.9)


@dataclass(frozen=True, slots=True)
class Stroke:
    """A path with its class and, for streets and rivers, its width in millimetres."""

    style: str
    data: str
    width: float = 0.0


def ground_strokes(
    streets: gpd.GeoDataFrame,
    barriers: gpd.GeoDataFrame,
    placed: Mapping[str, Shapes],
    frame: Frame,
) -> list[Stroke]:
    """
    Draw water and railways, then the casings of all streets, then the streets, then buildings.

    Parameters
    ----------
    streets, barriers
        Only ``street_class`` and ``kind`` are used; not modified.
    placed
        Their shapes, and those of the ``buildings``, in millimetres, each in the same order.
    """
    kinds = barriers["kind"].astype(str).to_numpy(object)
    classes = streets["street_class"].astype(str).to_numpy(object)
    drawn = [
        Stroke("river", path_data(placed["barriers"][kinds == "river"]), _width(frame, _RIVER))
    ]
    ways = [
        Stroke(f"street {name}", path_data(placed["streets"][classes == name]), _width(frame, wide))
        for name, wide in reversed(_STREETS.items())
    ]
    drawn += [Stroke(f"casing {s.style}", s.data, s.width + 0.3) for s in ways]
    drawn += ways
    drawn += [
        Stroke(name, path_data(placed["barriers"][kinds == name])) for name in ("railway", "wall")
    ]
    drawn.append(Stroke("building", path_data(placed["buildings"])))
    return [stroke for stroke in drawn if stroke.data]


def _width(frame: Frame, wide: tuple[float, float]) -> float:
    metres, least_mm = wide
    return round(max(metres * frame.mm_per_metre, least_mm), 2)


def convergence(area: gpd.GeoDataFrame, crs: pyproj.CRS) -> float:
    """Degrees clockwise from the top of the sheet to true north, in the middle of an area."""
    west, south, east, north = area.total_bounds
    factors = pyproj.Proj(crs).get_factors((west + east) / 2, (south + north) / 2)
    turned = -float(factors.meridian_convergence)
    return round(turned, 2) if math.isfinite(turned) else 0.0
