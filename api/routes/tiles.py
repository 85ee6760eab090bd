"""Vector tiles."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from datetime import date
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Query, Response
from fastapi.routing import APIRoute
from pydantic import BaseModel, Field, ValidationError
from starlette.datastructures import QueryParams
from starlette.requests import Request

from api.encodings import best_encoding
from api.openapi import problems
from api.routes.listing_query import today_or
from api.seeing import request_outlook
from api.services.tile_answers import TileAnswers
from api.tile_face import TileAnswer
from maps.tiles import MVT, Walk, tile_request


class TileRoute(APIRoute):
    """
    A route that reads the parameters of a tile itself.

    FastAPI's general way was a third of the Python of a tile that no memory holds. What is wrong
    is left to it, so that every fault is told as by all other routes.
    """

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Return what answers a request."""
        careful = super().get_route_handler()

        async def handler(request: Request) -> Response:
            try:
                filters = tile_filters(request.query_params)
            except ValidationError:
                return await careful(request)
            return await tile(request, **request.path_params, filters=filters)

        return handler


router = APIRouter(prefix="/tiles", tags=["tiles"], route_class=TileRoute)


class TileFilters(BaseModel):
    """The query of a tile: one model, read in one go, since tiles are asked for most."""

    at: date | None = Field(None, description="Day whose state is asked for; today if absent.")
    plan: int | None = Field(
        None, ge=1, le=2**63 - 1, description="Draw the grids or cells of this plan."
    )
    tier: Literal["base", "micro"] = Field(
        "base", description="Published base and special grids, or micro grids."
    )
    community: str | None = Field(
        None, max_length=64, description="12-digit code of an area: only what is in it."
    )
    kind: str | None = Field(
        None,
        max_length=64,
        description="Only this kind; of layers of a walk, the facility kind.",
    )
    profile: str = Field("default", max_length=64, description="Which stored walk.")
    speed: float = Field(1.2, ge=0.1, le=5, description="Metres a second.")
    minutes: float = Field(15, gt=0, le=60, description="Cutoff of the gaps.")
    facility: str | None = Field(
        None, max_length=64, description="Circles of this facility, not of its kind."
    )

    def walk(self) -> Walk | None:
        """Return the walk that layers of one show; they need its kind."""
        if self.kind is None:
            return None
        return Walk(self.kind, self.profile, self.speed, round(self.minutes * 60), self.facility)


def tile_filters(query: QueryParams) -> TileFilters:
    """
    Read the query of a tile as FastAPI would: of what is given twice, the last counts.

    Raises
    ------
    ValidationError
        A parameter is wrong.
    """
    return TileFilters.model_validate(dict(query))


# Whatever is no number is an address without a tile, which is told in words.
Number = Annotated[str, Path(json_schema_extra={"type": "integer", "minimum": 0})]


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
    request: Request,
    layers: Annotated[str, Path(description="Names of layers, joined with commas.")],
    z: Number,
    x: Number,
    y: Number,
    filters: Annotated[TileFilters, Query()],
) -> Response:
    """Answer with one tile; the tag is strong, and new exactly when the content is."""
    outlook = request_outlook(request)
    day = today_or(filters.at)
    asked = tile_request(
        layers,
        z,
        x,
        y,
        at=day,
        plan_id=filters.plan,
        tier=filters.tier,
        walk=filters.walk(),
        community=filters.community,
        kind=filters.kind,
    )
    answers: TileAnswers = request.app.state.tiles
    wanted = best_encoding(request.headers.get("accept-encoding", ""))
    scope = outlook.scope
    shown = asked.seen_in(scope, day)
    drawn = await answers.tile(shown, wanted, outlook)
    encoded = await answers.encoded(drawn, wanted)
    spelling = (request.scope["path"], request.scope["query_string"], scope)
    answers.cache.spell(drawn, spelling, shown.at if filters.at is None else None)
    return TileAnswer(encoded, request.headers.get("if-none-match", "").encode("latin-1"))
