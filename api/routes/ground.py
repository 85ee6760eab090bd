"""The ground of a community as its planners edit it."""

from __future__ import annotations

from typing import Annotated, get_args

from fastapi import APIRouter, Depends, Path, Query

from api.deps import DatabaseEngine, Reading, RequestLanguage, needs
from api.openapi import problems
from api.principal import Principal
from api.routes.listing_query import CoordQuery
from api.schemas.ground import (
    GroundEdited,
    GroundEditRequest,
    GroundFeatures,
    PlaceRequest,
    WaitingLedgerRow,
)
from api.seeing import SeenAreas, Sees
from api.services import ground_editing, ledger_placing
from gis.contracts import EditableLayer

router = APIRouter(
    prefix="/ground/{community}", tags=["ground"], responses=problems(403, 404, 422, 503)
)

Planner = Annotated[Principal, Depends(needs("draw"))]
CommunityCode = Annotated[str, Path(pattern=r"^[0-9]{12}$", description="12-digit code.")]


@router.get("")
def list_ground(
    connection: Reading,
    who: Planner,
    seer: Sees,
    community: CommunityCode,
    layer: Annotated[list[EditableLayer] | None, Query(description="All if absent.")] = None,
    coord: CoordQuery = "wgs84",
) -> GroundFeatures:
    """List what of a community's ground can be edited, with versions."""
    return ground_editing.editable_features(
        connection,
        community,
        layer or get_args(EditableLayer),
        seen=seer.today(connection).areas,
        counts=who.may("counts"),
        coord=coord,
    )


@router.post("/edits", responses=problems(409))
def edit_ground(
    engine: DatabaseEngine,
    who: Planner,
    seen: SeenAreas,
    language: RequestLanguage,
    community: CommunityCode,
    wanted: GroundEditRequest,
    coord: CoordQuery = "wgs84",
) -> GroundEdited:
    """Draw, change, split and retire things of the ground: all edits are stored or none."""
    return ground_editing.edit_ground(
        engine, who, community, wanted, seen=seen, coord=coord, language=language
    )


@router.get("/waiting")
def list_waiting_rows(
    connection: Reading, seer: Sees, _: Planner, community: CommunityCode
) -> list[WaitingLedgerRow]:
    """List rows of imported ledgers that found no building."""
    seen = seer.today(connection).areas
    return ledger_placing.waiting_ledger_rows(connection, community, seen=seen)


@router.post("/placed")
def place_row(
    engine: DatabaseEngine,
    who: Planner,
    seen: SeenAreas,
    language: RequestLanguage,
    community: CommunityCode,
    wanted: PlaceRequest,
    coord: CoordQuery = "wgs84",
) -> GroundEdited:
    """Give a waiting row its building: one that is there, or one drawn now."""
    return ledger_placing.place_row(
        engine, who, community, wanted, seen=seen, coord=coord, language=language
    )
