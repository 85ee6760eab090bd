"""Tiles read from the database, in a thread."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from api.plan_rights import EVERY_PLAN, ONLY_PUBLIC, PlanRights
from api.services.plan_reading import require_plan
from gis.errors import NotFound
from maps.tiles import DrawnTile, TileRequest, draw_tile


@dataclass(frozen=True, slots=True)
class TileSource:
    """Draws tiles as the database stands now, each over a connection of its own.

    The engine is one of `gis.store.engine.open_drawing_engine`.
    """

    engine: sa.Engine

    def draw(self, request: TileRequest) -> tuple[DrawnTile, bool]:
        """
        Draw a tile; and tell whether anybody may see it.

        Raises
        ------
        NotFound
            There is no such plan.
        """
        try:
            return self._draw(request)
        except DBAPIError as fault:
            # The connection was lost while nobody used it; the pool is new now.
            if fault.connection_invalidated:
                return self._draw(request)
            raise

    def _draw(self, request: TileRequest) -> tuple[DrawnTile, bool]:
        with self.engine.connect() as connection:
            public = _is_public(connection, request)
            return draw_tile(connection, request), public

    def require_plan(self, plan_id: int, rights: PlanRights) -> None:
        """Raise NotFound when there is no such plan that may be seen."""
        with self.engine.connect() as connection:
            require_plan(connection, plan_id, rights)


def _is_public(connection: sa.Connection, request: TileRequest) -> bool:
    if request.plan_id is None:
        return True
    require_plan(connection, request.plan_id, EVERY_PLAN)
    try:
        require_plan(connection, request.plan_id, ONLY_PUBLIC)
    except NotFound:
        return False
    return True
