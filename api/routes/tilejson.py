"""TileJSON of one layer or of several joined with commas."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path
from starlette.requests import Request
from starlette.responses import Response

from api.addresses import public_address
from api.deps import AppSettings, Reading
from api.openapi import problems
from api.routes.map_filters import MapFiltersQuery, MapLanguage
from api.routes.tagged import tagged_json
from api.seeing import Sees
from api.services.map_extent import map_extent
from api.today import today
from maps.attribution import Attribution
from maps.layers import map_layers
from maps.tilejson import tilejson

router = APIRouter(prefix="/tiles", tags=["tiles"])


@router.get(
    "/{layers}.json",
    response_class=Response,
    responses={
        200: {"content": {"application/json": {}}, "description": "TileJSON 3.0.0."},
        304: {"description": "It is still the one named by If-None-Match."},
        **problems(404, 422, 503),
    },
)
def layers_tilejson(
    request: Request,
    connection: Reading,
    seer: Sees,
    settings: AppSettings,
    language: MapLanguage,
    filters: MapFiltersQuery,
    layers: Annotated[str, Path(description="Names of layers, joined with commas.")],
) -> Response:
    """Describe tiles; the filters are checked and handed on to them."""
    known = map_layers(layers)
    filters.check(known, today())
    told = tilejson(
        public_address(request, settings),
        known,
        filters,
        map_extent(connection, seer, filters, today()),
        Attribution(settings.attribution, settings.map_review_number),
        language,
    )
    return tagged_json(request, told)
