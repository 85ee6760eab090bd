"""Vector tiles."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Path, Query, Response
from starlette.requests import Request

from api.encodings import best_encoding
from api.openapi import problems
from api.routes.listing_query import Day, today_or
from api.seeing import Sees
from api.services.tile_answers import TileAnswers
from api.tile_face import TileAnswer
from maps.tiles import MVT, TileRequest, Walk, tile_request

router = APIRouter(prefix="/tiles", tags=["tiles"])

PlanQuery = Annotated[
    int | None, Query(ge=1, le=2**63 - 1, description="Draw the grids or cells of this plan.")
]
TierQuery = Annotated[
    Literal["base", "micro"], Query(description="Published base and special grids, or micro grids.")
]


async def _walk(
    kind: Annotated[
        str | None,
        Query(max_length=64, description="Only this kind; of layers of a walk, the facility kind."),
    ] = None,
    profile: Annotated[str, Query(max_length=64, description="Which stored walk.")] = "default",
    speed: Annotated[float, Query(ge=0.1, le=5, description="Metres a second.")] = 1.2,
    minutes: Annotated[float, Query(gt=0, le=60, description="Cutoff of the gaps.")] = 15,
    facility: Annotated[
        str | None, Query(max_length=64, description="Circles of this facility, not of its kind.")
    ] = None,
) -> Walk | None:
    return None if kind is None else Walk(kind, profile, speed, round(minutes * 60), facility)


WalkQuery = Annotated[Walk | None, Depends(_walk)]
# Whatever is no number is an address without a tile, which is told in words.
Number = Annotated[str, Path(json_schema_extra={"type": "integer", "minimum": 0})]


async def _request(
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
async def tile(
    request: Request, seer: Sees, asked: Annotated[TileRequest, Depends(_request)], at: Day = None
) -> Response:
    """Answer with one tile; the tag is strong, and new exactly when the content is."""
    answers: TileAnswers = request.app.state.tiles
    wanted = best_encoding(request.headers.get("accept-encoding", ""))
    scope = seer.outlook.scope
    shown = asked.seen_in(scope, today_or(at))
    drawn = await answers.tile(shown, wanted, seer.outlook)
    encoded = await answers.encoded(drawn, wanted)
    spelling = (request.scope["path"], request.scope["query_string"], scope)
    answers.cache.spell(drawn, spelling, shown.at if at is None else None)
    return TileAnswer(encoded, request.headers.get("if-none-match", "").encode("latin-1"))
