"""What the routes of the planner's page are given."""

from __future__ import annotations

from typing import Annotated

import sqlalchemy as sa
from fastapi import Depends
from starlette.requests import Request

from api.deps import DatabaseEngine, needs
from api.principal import Principal
from api.services.desk import Desk
from api.services.ground_memory import GroundMemory


def _grounds(request: Request) -> GroundMemory:
    grounds = request.app.state.grounds
    assert isinstance(grounds, GroundMemory)  # noqa: S101
    return grounds


Grounds = Annotated[GroundMemory, Depends(_grounds)]
Planner = Annotated[Principal, Depends(needs("draw"))]


def _desk(engine: DatabaseEngine, grounds: Grounds, who: Planner) -> Desk:
    def holds(_: sa.Connection, community: str) -> bool:
        return who.areas is None or community in who.areas

    return Desk(engine, who, holds, grounds)


AtDesk = Annotated[Desk, Depends(_desk)]
