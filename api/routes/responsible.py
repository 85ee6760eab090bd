"""Who is responsible here."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Response

from api.deps import AppSettings, DrawingEngine, RequestLanguage, Who
from api.openapi import problems
from api.routes.listing_query import CodePattern, CoordQuery, Day, today_or
from api.schemas.responsible import Responsible
from api.services.responsible import Asked, responsible_for

router = APIRouter(tags=["responsible"], responses=problems(404, 422, 503))


@router.get("/responsible", response_model=Responsible)
def show_responsible(
    who: Who,
    engine: DrawingEngine,
    settings: AppSettings,
    language: RequestLanguage,
    lon: Annotated[float | None, Query(ge=-180, le=180, allow_inf_nan=False)] = None,
    lat: Annotated[float | None, Query(ge=-90, le=90, allow_inf_nan=False)] = None,
    building: Annotated[
        str | None, Query(pattern=CodePattern, description="Code of a building.")
    ] = None,
    address: Annotated[
        str | None,
        Query(
            min_length=1,
            max_length=120,
            description="Street or courtyard, and number.",
        ),
    ] = None,
    coord: CoordQuery = "wgs84",
    at: Day = None,
) -> Response:
    """Tell who answers for a point, a building or an address: grid, posts, what is near."""
    asked = Asked(lon, lat, coord, building, address)
    told = responsible_for(engine, who, asked, today_or(at), settings, language)
    return Response(told.model_dump_json(), media_type="application/json")
