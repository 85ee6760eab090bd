"""Vector tiles and their TileJSON."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Query, Response
from starlette.requests import Request

from api.addresses import public_address
from api.deps import AppSettings, Reading, RequestLanguage
from api.openapi import problems
from api.routes.listing_query import Day, today_or
from api.services.tiles import accepts_gzip, encoded_tile, matches, world_bounds
from maps.layers import tile_layer
from maps.tiles import MVT, Walk, draw_tile, tile_address, tilejson

router = APIRouter(prefix="/tiles", tags=["tiles"])

PlanQuery = Annotated[
    int | None, Query(ge=1, le=2**63 - 1, description="Draw the grids or cells of this plan.")
]
TierQuery = Annotated[
    Literal["base", "micro"], Query(description="Published base and special grids, or micro grids.")
]


def _walk(
    kind: Annotated[
        str | None, Query(max_length=64, description="Facility kind whose walk is drawn.")
    ] = None,
    profile: Annotated[str, Query(max_length=64, description="Which stored walk.")] = "default",
    speed: Annotated[float, Query(gt=0, le=5, description="Metres a second.")] = 1.2,
    minutes: Annotated[float, Query(gt=0, le=60, description="Cutoff of the gaps.")] = 15,
    facility: Annotated[
        str | None, Query(max_length=64, description="Circles of this facility, not of its kind.")
    ] = None,
) -> Walk | None:
    return None if kind is None else Walk(kind, profile, speed, round(minutes * 60), facility)


WalkQuery = Annotated[Walk | None, Depends(_walk)]


@router.get(
    "/{layer}/{z}/{x}/{y}.mvt",
    response_class=Response,
    responses={
        200: {"content": {MVT: {}}, "description": "A Mapbox vector tile."},
        304: {"description": "The tile is still the one named by If-None-Match."},
        **problems(404, 422, 503),
    },
)
def tile(
    request: Request,
    connection: Reading,
    walk: WalkQuery,
    layer: str,
    z: int,
    x: int,
    y: int,
    at: Day = None,
    plan: PlanQuery = None,
    tier: TierQuery = "base",
) -> Response:
    """Draw one tile; the tag is strong, and new exactly when the content is."""
    address = tile_address(layer, z, x, y)
    drawn = draw_tile(connection, address, at=today_or(at), plan_id=plan, tier=tier, walk=walk)
    accepted = accepts_gzip(request.headers.get("accept-encoding", ""))
    encoded = encoded_tile(drawn, accept_gzip=accepted)
    headers = {
        "ETag": encoded.etag,
        "Cache-Control": "no-cache",
        "Access-Control-Allow-Origin": "*",
    }
    if matches(request.headers.get("if-none-match", ""), encoded.etag):
        # The compressing middleware says so only of bodies that are not compressed yet.
        return Response(status_code=304, headers={**headers, "Vary": "Accept-Encoding"})
    if encoded.gzipped:
        headers |= {"Content-Encoding": "gzip", "Vary": "Accept-Encoding"}
    return Response(encoded.body, 200, headers, media_type=MVT)


@router.get("/{layer}.json", responses=problems(404, 503))
def layer_tilejson(
    request: Request,
    connection: Reading,
    settings: AppSettings,
    language: RequestLanguage,
    layer: str,
) -> dict[str, object]:
    """Describe a layer as TileJSON; `at`, `plan` and `tier` are handed on to its tiles."""
    known = tile_layer(layer)
    query = f"?{request.url.query}" if request.url.query else ""
    address = f"{public_address(request, settings)}/tiles/{layer}/{{z}}/{{x}}/{{y}}.mvt{query}"
    bounds = world_bounds(connection)
    return tilejson(known, address, bounds, language, settings.attribution)
