"""Pages for iframes of other sites, and the page that makes the iframes."""

from __future__ import annotations

import json
from functools import cache
from typing import Annotated

import jinja2
from fastapi import APIRouter, Path
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from api.addresses import base_path
from api.deps import AppSettings, DatabaseEngine
from api.errors import status_of
from api.negotiation import request_language
from api.routes.listing_query import CodePattern
from api.security import content_policy
from api.seeing import Sees
from api.services.embed_keys import EmbedScope, EndedKey, UnknownKey
from api.services.embed_pages import (
    EmbedView,
    Page,
    embed_language,
    embed_theme,
    embed_wish,
    read_view,
)
from api.services.sights import Seer
from api.settings import Settings
from api.today import today
from gis.errors import InputError, Language, NotFound, Unavailable, WanggeError
from maps.assets import WEB, assets, modules_ahead, script_hash
from maps.texts import texts_of

router = APIRouter(prefix="/embed", include_in_schema=False)


@router.get("/sheet/{community}")
def sheet(
    request: Request,
    engine: DatabaseEngine,
    seer: Sees,
    settings: AppSettings,
    community: Annotated[str, Path(pattern=CodePattern)],
) -> Response:
    """Show the figures of an area beside a small map of it."""
    return _embedded(request, engine, seer, settings, "sheet", {"community": community})


@router.get("/{page}")
def embedded_map(
    request: Request, engine: DatabaseEngine, seer: Sees, settings: AppSettings, page: str
) -> Response:
    """Show grids, service_coverage or facilities."""
    known: dict[str, Page] = {"grids": "grids", "coverage": "coverage", "facilities": "facilities"}
    if page not in known:
        raise NotFound(
            f"There is nothing at {request.url.path}.", f"{request.url.path} 处没有内容。"
        )
    return _embedded(request, engine, seer, settings, known[page], {})


def _embedded(
    request: Request,
    engine: DatabaseEngine,
    seer: Seer,
    settings: Settings,
    page: Page,
    given: dict[str, str],
) -> Response:
    query = {**request.query_params, **given}
    try:
        if fault := getattr(request.state, "embed_fault", None):
            raise fault
        wish = embed_wish(page, query, request_language(request))
        view = read_view(engine, seer, wish, today())
    except (DBAPIError, PoolTimeout):
        fault = Unavailable(
            "The database does not answer at present. Try again in a moment.",
            "数据库暂时没有响应，请稍后再试。",
        )
        return _written(request, settings, query, fault=fault)
    except WanggeError as fault:
        return _written(request, settings, query, fault=fault)
    return _written(request, settings, query, view=view)


@cache
def _templates() -> jinja2.Environment:
    return jinja2.Environment(loader=jinja2.FileSystemLoader(WEB), autoescape=True)


def _written(
    request: Request,
    settings: Settings,
    query: dict[str, str],
    *,
    view: EmbedView | None = None,
    fault: WanggeError | None = None,
) -> Response:
    base, served = base_path(settings), assets()
    language = embed_language(query, request_language(request))
    import_map = served.import_map(base)
    html = (
        _templates()
        .get_template("embed.html")
        .render(
            base=base,
            own=f"{base}/web/{served.own}",
            maplibre=f"{base}/web/{served.vendor['maplibre-gl']}",
            import_map=import_map,
            modules=[f"{base}{address}" for address in modules_ahead("embed-page.js")],
            language=language,
            texts=texts_of(language),
            theme=embed_theme(query),
            attribution=settings.attribution,
            review_number=settings.map_review_number,
            view=view,
            kinds=json.dumps(dict(view.kinds), ensure_ascii=False) if view else "",
            bounds=",".join(f"{n:.6f}" for n in view.bounds) if view else "",
            fault=_told(fault, language) if fault else None,
            # From here on the page hears of changes, also of those while it loads.
            mark=request.app.state.changes.mark() or "",
            request_id=request.state.request_id,
        )
    )
    policy = content_policy([script_hash(import_map)], _ancestors(request, fault))
    status = status_of(fault) if fault else 200
    return HTMLResponse(html, status, {"Content-Security-Policy": policy})


def _told(fault: WanggeError, language: Language) -> dict[str, str]:
    heading = "ended" if isinstance(fault, EndedKey) else "refused"
    if isinstance(fault, InputError | Unavailable):
        heading = "wrong" if isinstance(fault, InputError) else "away"
    return {"code": fault.code, "heading": heading, "text": fault.message(language)}


def _ancestors(request: Request, fault: WanggeError | None) -> str:
    """
    Name the pages that may frame this one: those of the key's origins, and the service's own.

    Of a key that is unknown no origin is known either; the card that says so holds no data.
    """
    embed: EmbedScope | None = getattr(request.state, "embed", None)
    if embed is not None:
        return " ".join(("'self'", *embed.origins)) if embed.origins else "'none'"
    return "*" if isinstance(fault, UnknownKey) else "'self'"
