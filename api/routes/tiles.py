"""Vector tiles."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Path, Query, Response
from starlette.requests import Request

from api.deps import Reading, Rights
from api.openapi import problems
from api.routes.listing_query import Day, today_or
from api.services.plan_reading import require_plan
from api.services.tiles import accepts_gzip, encoded_tile, matches
from maps.tiles import MVT, LeftOut, TileRequest, Walk, draw_tile, tile_request

router = APIRouter(prefix="/tiles", tags=["tiles"])

PlanQuery = Annotated[
    int | None, Query(ge=1, le=2**63 - 1, description="Draw the grids or cells of this plan.")
]
TierQuery = Annotated[
    Literal["base", "micro"], Query(description="Published base and special grids, or micro grids.")
]


def _walk(
    kind: Annotated[
        str | None,
        Query(max_length=64, description="Only this kind; of layers of a walk, the facility kind."),
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
# Whatever is no number is an address without a tile, which is told in words.
Number = Annotated[str, Path(json_schema_extra={"type": "integer", "minimum": 0})]


def _request(
    walk: WalkQuery,
    layers: Annotated[str, Path(description="Names of layers, joined with commas.")],
    z: Number,
    x: Number,
    y: Number,
    at: Day = None,
    plan: PlanQuery = None,
    tier: TierQuery = "base",
    community: Annotated[
        str | None,
        Query(max_length=64, description="12-digit code of an area: only what is in it."),
    ] = None,
) -> TileRequest:
    """Read one checked request out of the address; `kind` is a filter and the walk's kind."""
    kind = None if walk is None else walk.kind
    return tile_request(
        layers,
        z,
        x,
        y,
        at=today_or(at),
        plan_id=plan,
        tier=tier,
        walk=walk,
        community=community,
        kind=kind,
    )


@router.get(
    "/{layers}/{z}/{x}/{y}.mvt",
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
    rights: Rights,
    asked: Annotated[TileRequest, Depends(_request)],
) -> Response:
    """Draw one tile; the tag is strong, and new exactly when the content is."""
    if asked.plan_id is not None:
        require_plan(connection, asked.plan_id, rights)
    drawn = draw_tile(connection, asked)
    accepted = accepts_gzip(request.headers.get("accept-encoding", ""))
    encoded = encoded_tile(drawn.body, accept_gzip=accepted)
    headers = {
        "ETag": encoded.etag,
        "Cache-Control": "no-cache",
        "Access-Control-Allow-Origin": "*",
    }
    if drawn.left_out:
        headers["X-Wangge-Left-Out"] = _told(drawn.left_out)
    if matches(request.headers.get("if-none-match", ""), encoded.etag):
        # The compressing middleware says so only of bodies that are not compressed yet.
        return Response(status_code=304, headers={**headers, "Vary": "Accept-Encoding"})
    if encoded.gzipped:
        headers |= {"Content-Encoding": "gzip", "Vary": "Accept-Encoding"}
    return Response(encoded.body, 200, headers, media_type=MVT)


def _told(left_out: tuple[LeftOut, ...]) -> str:
    """Spell what was left out, such as ``buildings smallest=120``."""
    return ", ".join(f"{one.layer} {one.what}={one.count}" for one in left_out)
