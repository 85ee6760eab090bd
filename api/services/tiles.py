"""Tiles read from the database, in a thread."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from api.services.plan_reading import require_plan
from api.services.sights import Sights
from api.today import today
from gis.errors import NotFound
from gis.store.sight import EVERYWHERE, PUBLISHED, Outlook
from maps.tiles import DrawnTile, TileRequest, draw_tile


@dataclass(frozen=True, slots=True)
class TileSource:
    """Draws tiles as the database stands now, each over a connection of its own.

    The engine is one of `gis.store.engine.open_drawing_engine`.
    """

    engine: sa.Engine
    sights: Sights

    def draw(self, request: TileRequest) -> tuple[DrawnTile, bool]:
        """
        Draw a tile as its scope sees it; and tell whether it shows what is published alone.

        Whether whoever asks may see a draft and suggested sites is asked before.

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
        outlook = Outlook(request.scope, drafts=True, known=True)
        with self.engine.connect() as connection:
            public = _is_public(connection, request)
            sight = self.sights.on(connection, outlook, request.at or today())
            return draw_tile(connection, sight, request), public

    def require_plan(self, plan_id: int, outlook: Outlook) -> None:
        """Raise NotFound when there is no such plan to be seen."""
        with self.engine.connect() as connection:
            require_plan(connection, self.sights.on(connection, outlook, today()), plan_id)


def _is_public(connection: sa.Connection, request: TileRequest) -> bool:
    if request.plan_id is None:
        return True
    require_plan(connection, EVERYWHERE, request.plan_id)
    try:
        require_plan(connection, PUBLISHED, request.plan_id)
    except NotFound:
        return False
    return True
