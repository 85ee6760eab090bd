"""What is reached on foot from a point."""

from __future__ import annotations

from threading import Lock
from typing import TYPE_CHECKING, Annotated

from fastapi import APIRouter, Query
from starlette.requests import Request

from api.deps import Reading, RequestLanguage
from api.openapi import problems
from api.routes.listing_query import CoordQuery
from api.schemas.walking import Isochrone
from api.seeing import Sees
from api.services.isochrone import Click, isochrone_of
from gis.network.gates import GatePolicy

if TYPE_CHECKING:
    from api.services.walking_memory import WalkingMemory

router = APIRouter(tags=["walking"], responses=problems(422, 503))


_first = Lock()


def walking_memory(request: Request) -> WalkingMemory:
    """Return the networks that this process keeps."""
    # With it comes a compiler that weighs as much as all else a process of tiles needs.
    from api.services.walking_memory import WalkingMemory

    with _first:
        memory = getattr(request.app.state, "walking", None) or WalkingMemory()
        request.app.state.walking = memory
    assert isinstance(memory, WalkingMemory)  # noqa: S101
    return memory


@router.get("/isochrone")
def show_isochrone(
    connection: Reading,
    seer: Sees,
    request: Request,
    language: RequestLanguage,
    lon: Annotated[float, Query(ge=-180, le=180, allow_inf_nan=False)],
    lat: Annotated[float, Query(ge=-90, le=90, allow_inf_nan=False)],
    minutes: Annotated[
        str, Query(max_length=60, description="One to six cutoffs, each at most 60.")
    ] = "5,10,15",
    speed: Annotated[float, Query(ge=0.2, le=3, description="Metres a second.")] = 1.2,
    gates: Annotated[
        GatePolicy, Query(description="Who passes the gates of walled courtyards.")
    ] = "residents",
    walk: Annotated[
        str, Query(max_length=64, description="Which streets are walked: usual, wide or narrow.")
    ] = "usual",
    coord: CoordQuery = "wgs84",
) -> Isochrone:
    """Draw what a person reaches on foot from a point: a picture, never the source of a figure."""
    click = Click(lon, lat, coord, minutes, speed, gates, walk)
    sight = seer.today(connection)
    return isochrone_of(connection, sight, walking_memory(request), click, language)
