"""What is reached on foot from a point."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Response
from starlette.requests import Request

from api.deps import RequestLanguage
from api.openapi import problems
from api.routes.heavy import HeavyJobs, waited_for
from api.routes.listing_query import CoordQuery
from api.schemas.walking import Isochrone
from api.seeing import Sees, sight_today
from api.services.isochrone import Click, isochrone_of
from gis.network.gates import GatePolicy

router = APIRouter(tags=["walking"], responses=problems(422, 503))


@router.get("/isochrone", response_model=Isochrone)
async def show_isochrone(
    request: Request,
    seer: Sees,
    heavy: HeavyJobs,
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
) -> Response:
    """Draw what a person reaches on foot from a point: a picture, never the source of a figure."""
    click = Click(lon, lat, coord, minutes, speed, gates, walk)
    # No seat is held while it is drawn: the network may have to be built first.
    sight = await sight_today(request, seer)

    def drawn() -> str:
        return isochrone_of(sight, heavy, click, language).model_dump_json()

    return Response(await waited_for(heavy, drawn), media_type="application/json")
