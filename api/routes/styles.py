"""MapLibre styles, their legends and the sprite of their patterns."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Path, Query
from starlette.requests import Request
from starlette.responses import Response

from api.addresses import public_address
from api.deps import AppSettings, Reading
from api.openapi import Answers, problems
from api.routes.map_filters import MapFiltersQuery, MapLanguage
from api.routes.tagged import tagged, tagged_json
from api.seeing import Sees
from api.services.map_extent import map_extent
from api.today import today
from maps.attribution import Attribution
from maps.legend import Legend
from maps.legend_svg import legend_svg
from maps.look import Look
from maps.sources import MapFilters
from maps.sprite import sprite_json, sprite_png
from maps.style import StyleAsked, check_style, style, style_kind, styles_index
from maps.tokens import Theme

router = APIRouter(prefix="/styles", tags=["styles"])

StyleName = Annotated[str, Path(max_length=64, description="Name of a style; see /styles.")]
_SAME: Answers = {304: {"description": "It is still the one named by If-None-Match."}}


def _look(
    language: MapLanguage,
    theme: Annotated[Theme, Query(description="Light, or dark for wall screens.")] = "light",
) -> Look:
    return Look(theme, language)


MapLook = Annotated[Look, Depends(_look)]


@router.get(
    "",
    response_class=Response,
    responses={
        200: {"content": {"application/json": {}}, "description": "Every style."},
        **_SAME,
        **problems(422),
    },
)
def styles(request: Request, settings: AppSettings, language: MapLanguage) -> Response:
    """Name every style with its addresses and what it needs."""
    return tagged_json(request, styles_index(public_address(request, settings), language))


SpriteName = Annotated[Literal["light", "light@2x", "dark", "dark@2x"], Path()]


@router.get(
    "/sprite-{name}.json",
    response_class=Response,
    responses={
        200: {"content": {"application/json": {}}, "description": "Where each image lies."},
        **_SAME,
        **problems(422),
    },
)
def sprite_places(request: Request, name: SpriteName) -> Response:
    """Tell where each pattern lies in the picture of the sprite."""
    return tagged_json(request, sprite_json(_theme_and_ratio(name)[1]))


@router.get(
    "/sprite-{name}.png",
    response_class=Response,
    responses={
        200: {"content": {"image/png": {}}, "description": "All patterns side by side."},
        **_SAME,
        **problems(422),
    },
)
def sprite_picture(request: Request, name: SpriteName) -> Response:
    """Draw the patterns by which maps tell things without colour."""
    return tagged(request, sprite_png(*_theme_and_ratio(name)), "image/png")


@router.get(
    "/{name}.json",
    response_class=Response,
    responses={
        200: {"content": {"application/json": {}}, "description": "A MapLibre style, version 8."},
        **_SAME,
        **problems(404, 422, 503),
    },
)
def style_document(
    request: Request,
    connection: Reading,
    seer: Sees,
    settings: AppSettings,
    look: MapLook,
    filters: MapFiltersQuery,
    name: StyleName,
    labels: Annotated[bool, Query(description="Whether anything is written on the map.")] = True,
) -> Response:
    """Make a style; the filters are checked and handed on to its tiles."""
    kind = style_kind(name)
    check_style(kind, filters, today())
    asked = StyleAsked(
        kind,
        look,
        filters,
        public_address(request, settings),
        map_extent(connection, seer, filters, today()),
        Attribution(settings.attribution, settings.map_review_number),
        labels,
    )
    return tagged_json(request, style(asked))


@router.get(
    "/{name}/legend.json",
    response_class=Response,
    responses={
        200: {"content": {"application/json": {}}, "description": "Title, items and a note."},
        **_SAME,
        **problems(404, 422),
    },
)
def legend_data(
    request: Request, look: MapLook, filters: MapFiltersQuery, name: StyleName
) -> Response:
    """Tell what the colours of a style mean."""
    return tagged_json(request, _legend(name, look, filters).as_json())


@router.get(
    "/{name}/legend.svg",
    response_class=Response,
    responses={
        200: {"content": {"image/svg+xml": {}}, "description": "The legend as one picture."},
        **_SAME,
        **problems(404, 422),
    },
)
def legend_picture(
    request: Request, look: MapLook, filters: MapFiltersQuery, name: StyleName
) -> Response:
    """Draw what the colours of a style mean."""
    picture = legend_svg(_legend(name, look, filters), look)
    return tagged(request, picture.encode(), "image/svg+xml")


def _legend(name: str, look: Look, filters: MapFilters) -> Legend:
    kind = style_kind(name)
    check_style(kind, filters, today())
    return kind.legend(look, filters)


def _theme_and_ratio(name: SpriteName) -> tuple[Theme, int]:
    theme: Theme = "dark" if name.startswith("dark") else "light"
    return theme, 2 if name.endswith("@2x") else 1
