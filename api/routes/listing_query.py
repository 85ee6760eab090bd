"""The query parameters that lists share."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from fastapi import Depends, Query

from api.services.coordinates import Coord
from api.services.places import Wanted
from api.today import today

Limit = Annotated[int, Query(ge=1, le=1000, description="Most rows on a page.")]
Cursor = Annotated[str, Query(max_length=64, description="`next` of the page before.")]
Day = Annotated[date | None, Query(description="Day whose state is asked for; today if absent.")]
CoordQuery = Annotated[Coord, Query(description="Coordinate system of bbox and geometry.")]


def today_or(at: date | None) -> date:
    """Return the day asked for, else today."""
    return at or today()


def _wanted(
    limit: Limit = 100,
    cursor: Cursor = "",
    bbox: Annotated[
        str | None, Query(max_length=120, description="west,south,east,north in degrees.")
    ] = None,
    at: Day = None,
    coord: CoordQuery = "wgs84",
    geometry: Annotated[bool, Query(description="Add GeoJSON geometry.")] = False,
) -> Wanted:
    return Wanted(limit, cursor, bbox, today_or(at), coord, geometry)


WantedQuery = Annotated[Wanted, Depends(_wanted)]
CodePattern = r"^[0-9A-Za-z._:/\-]{1,64}$"
