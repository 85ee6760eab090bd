"""The public page "my grid worker", its QR code, and the sheet of codes of a grid."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from api.addresses import base_path, public_address
from api.deps import AppSettings, PublicReading, RequestLanguage
from api.routes.listing_query import CodePattern
from api.services.who_page import code_sheet, require_place, who_page
from api.settings import Settings
from api.today import today
from gis.errors import Language, Unavailable
from maps.assets import assets
from maps.feature_pages import Surroundings
from maps.who_page import code_sheet_html, qr_svg, who_page_html

router = APIRouter(include_in_schema=False)

Code = Annotated[str, Path(pattern=CodePattern, description="Code of a grid or building.")]
# Workers come and go; what a phone keeps is asked for again after some minutes.
_CACHE = {"Cache-Control": "public, max-age=300", "Vary": "Accept-Language"}


def _surroundings(settings: AppSettings) -> Surroundings:
    base = base_path(settings)
    try:
        own = assets().own
    except Unavailable:
        # Without the front-end packages the page has no style; it tells the same.
        own = ""
    return Surroundings(
        own=f"{base}/web/{own}",
        home=f"{base}/",
        attribution=settings.attribution,
        review_number=settings.map_review_number,
    )


def _language(
    preferred: RequestLanguage,
    lang: Annotated[Language | None, Query(description="Instead of what the browser asks.")] = None,
) -> Language:
    return lang or preferred


PageLanguage = Annotated[Language, Depends(_language)]
Here = Annotated[Surroundings, Depends(_surroundings)]


@router.get("/who/{code:path}")
def show_page(
    connection: PublicReading,
    settings: AppSettings,
    language: PageLanguage,
    here: Here,
    code: Code,
) -> Response:
    """Show the public page of a grid or building."""
    page = who_page(connection, code, today(), settings, language)
    return HTMLResponse(who_page_html(page, here), headers=_CACHE)


@router.get("/who-qr/{code:path}")
def show_code(
    request: Request, connection: PublicReading, settings: AppSettings, code: Code
) -> Response:
    """Draw the QR code that leads to the page of a grid or building."""
    require_place(connection, code, today())
    svg = qr_svg(_leads_to(request, settings, code))
    return Response(svg, media_type="image/svg+xml", headers=_CACHE)


@router.get("/who-sheet/{code:path}")
def show_sheet(
    request: Request,
    connection: PublicReading,
    settings: AppSettings,
    language: PageLanguage,
    here: Here,
    code: Code,
) -> Response:
    """Show the codes of a grid and of its buildings, to print."""
    sheet = code_sheet(connection, code, today(), public_address(request, settings), language)
    return HTMLResponse(code_sheet_html(sheet, here), headers=_CACHE)


def _leads_to(request: Request, settings: Settings, code: str) -> str:
    return f"{public_address(request, settings)}/who/{code}"
