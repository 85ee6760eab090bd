"""Where a map lies that is asked for by its filters."""

from __future__ import annotations

from datetime import date

import sqlalchemy as sa

from api.services.sights import Seer
from gis.errors import NotFound
from gis.store.plan_listing import area_extent, stored_extent
from maps.sources import Bounds, MapFilters

_WORLD = (-180.0, -85.0511, 180.0, 85.0511)


def map_extent(connection: sa.Connection, seer: Seer, filters: MapFilters, today: date) -> Bounds:
    """
    Return the box in degrees around the communities of the area asked for, else around all.

    The whole Web Mercator square when there are none to be seen.

    Raises
    ------
    NotFound
        There is no area of that code to be seen on that day.
    """
    if filters.community is None:
        return stored_extent(connection, seer.today(connection)) or _WORLD
    day = filters.at or today
    extent = area_extent(connection, seer.on(connection, day), filters.community, at=day)
    if extent is None:
        raise NotFound(
            f"There is no area {filters.community} on {day}: give the 12 digits of a county, "
            "subdistrict or community.",
            f"{day} 没有代码为 {filters.community} 的区划：请给出区县、街道或社区的 12 位代码。",
        )
    return extent
