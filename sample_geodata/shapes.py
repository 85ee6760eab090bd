"""Parts of shapes by type: their polygons, their lines."""

from __future__ import annotations

import shapely
from shapely import LineString, Polygon


def largest(geometry: shapely.Geometry) -> Polygon:
    """Largest polygon of a geometry; an empty polygon when there is none."""
    parts = [p for p in shapely.get_parts(geometry) if isinstance(p, Polygon)]
    return max(parts, key=lambda p: float(p.area), default=Polygon())


def lines_in(geometry: shapely.Geometry) -> list[LineString]:
    """Lines of a geometry longer than a metre, longest first."""
    parts = [p for p in shapely.get_parts(geometry) if isinstance(p, LineString)]
    return sorted((p for p in parts if p.length > 1.0), key=lambda p: -float(p.length))
