"""The pages and the files they are made of."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from types import MappingProxyType

import jinja2
from fastapi import APIRouter, Path
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from api.addresses import base_path, public_address
from api.deps import AppSettings, Who
from api.principal import Principal
from api.routes.listing_query import CodePattern
from api.security import content_policy
from api.settings import Settings
from api.web_files import WebFiles
from gis.errors import NotFound
from gis.partition.rules import preset_names
from maps.assets import WEB, assets, media_type, modules_ahead, script_hash

router = APIRouter(include_in_schema=False)

# The one host that browsers may ask besides this service, and only with the operator's key.
TIANDITU = "https://t0.tianditu.gov.cn"
# The address of a file holds its version, so what it names never changes.
_FOR_EVER = {"Cache-Control": "public, max-age=31536000, immutable"}


@cache
def _templates() -> jinja2.Environment:
    return jinja2.Environment(loader=jinja2.FileSystemLoader(WEB), autoescape=True)


def _page(
    request: Request,
    settings: Settings,
    module: str,
    element: str,
    ahead: Mapping[str, tuple[str, ...]] = MappingProxyType({}),
    **given: object,
) -> Response:
    base, served = base_path(settings), assets()
    principal: Principal = request.state.principal
    html = (
        _templates()
        .get_template("page.html")
        .render(
            base=base,
            own=f"{base}/web/{served.own}",
            maplibre=f"{base}/web/{served.vendor['maplibre-gl']}",
            import_map=served.import_map(base),
            module=module,
            element=element,
            ahead=ahead,
            attribution=settings.attribution,
            review_number=settings.map_review_number,
            # From here on the page hears of changes, also of those while it loads.
            mark=request.app.state.changes.mark() or "",
            # On an open service everyone of this machine is its operator; they signed in nowhere.
            who=principal.name if principal.account_id is not None else "",
            # Suggested sites are told to those the service knows.
            known="1" if principal.may("map") else "",
            # What links lead to; each page asks by right itself.
            rights=" ".join(sorted(principal.rights)),
            given=given,
        )
    )
    return HTMLResponse(html)


@router.get("/")
def start_page(request: Request, settings: AppSettings) -> Response:
    """Show the list of communities."""
    return _page(request, settings, "start-page", "wg-start-page")


@router.get("/plan")
def desk_page(request: Request, settings: AppSettings, who: Who) -> Response:
    """Show a planner the communities, what stands in them, and their drafts."""
    rules = ",".join(preset_names())
    return _page(request, settings, "desk-page", "wg-desk-page", rules=rules, me=who.name)


@router.get("/plan/{plan_id}/edit")
def editor_page(
    request: Request, settings: AppSettings, plan_id: int = Path(ge=1, le=2**63 - 1)
) -> Response:
    """
    Show the page on which a plan is redrawn; its modules and documents load side by side.

    Where the operator has a key of a base map, this page alone may ask for its tiles.
    """
    plan = f"{base_path(settings)}/api/v1/plans/{plan_id}"
    fetched = (f"{plan}/editor", f"{plan}/edits?after=0")
    ahead = {"modules": modules_ahead("editor-page.js"), "fetched": fetched}
    principal: Principal = request.state.principal
    key = settings.tianditu_key if principal.may("drafts") else ""
    given = {"plan": plan_id} | ({"tianditu": key} if key else {})
    page = _page(request, settings, "editor-page", "wg-editor-page", ahead, **given)
    if key:
        hashes = [script_hash(assets().import_map(base_path(settings)))]
        page.headers["Content-Security-Policy"] = content_policy(hashes, base_map=TIANDITU)
    return page


@router.get("/plan/{plan_id}")
def plan_page(
    request: Request, settings: AppSettings, plan_id: int = Path(ge=1, le=2**63 - 1)
) -> Response:
    """Show the map of a plan."""
    return _page(request, settings, "plan-page", "wg-plan-page", plan=plan_id)


@router.get("/compare")
def compare_page(request: Request, settings: AppSettings) -> Response:
    """Show two divisions of one community side by side."""
    return _page(request, settings, "compare-page", "wg-compare-page")


@router.get("/walk/{community}")
def walk_page(
    request: Request, settings: AppSettings, community: str = Path(pattern=CodePattern)
) -> Response:
    """Show who reaches what on foot in a community."""
    return _page(request, settings, "walk-page", "wg-walk-page", community=community)


@router.get("/ground/{community}")
def ground_page(
    request: Request, settings: AppSettings, community: str = Path(pattern=CodePattern)
) -> Response:
    """Show the page on which the ground of a community is edited."""
    return _page(request, settings, "ground-page", "wg-ground-page", community=community)


@router.get("/embed")
def embed_box_page(request: Request, settings: AppSettings) -> Response:
    """Show the page that makes iframes for other sites."""
    public = public_address(request, settings)
    return _page(request, settings, "embed-box-page", "wg-embed-box-page", public=public)


@router.get("/dashboard")
def dashboard_page(request: Request, settings: AppSettings) -> Response:
    """Show the figures of areas on one screen."""
    return _page(request, settings, "dashboard-page", "wg-dashboard-page")


@router.get("/account")
def account_page(request: Request, settings: AppSettings) -> Response:
    """Show one's own account, and to administrators those of others."""
    return _page(request, settings, "account-page", "wg-account-page")


@router.get("/staff")
def staff_start_page(request: Request, settings: AppSettings) -> Response:
    """Show the staff of the topmost area that one sees."""
    return _page(request, settings, "staff-page", "wg-staff-page")


@router.get("/staff/{area}")
def staff_page(
    request: Request, settings: AppSettings, area: str = Path(pattern="^[0-9]{12}$")
) -> Response:
    """Show the staff of an area: figures, vacancies, teams, the roster, chains."""
    return _page(request, settings, "staff-page", "wg-staff-page", area=area)


@router.get("/handover/{community}")
def handover_page(
    request: Request, settings: AppSettings, community: str = Path(pattern="^[0-9]{12}$")
) -> Response:
    """Show supervisors the visits of a community, and who has confirmed what changes hands."""
    return _page(request, settings, "handover-page", "wg-handover-page", community=community)


@router.get("/favicon.ico")
async def icon(request: Request) -> Response:
    """Answer browsers that ask for an icon at the root."""
    return await web_file(request, f"{assets().own}/icon.svg")


@router.get("/web/{address:path}")
async def web_file(request: Request, address: str) -> Response:
    """Serve one listed file out of memory: a page asks for eighty."""
    path = assets().files.get(address)
    if path is None:
        raise NotFound(
            f"There is nothing at {request.url.path}.", f"{request.url.path} 处没有内容。"
        )
    # What lies between asks for gzip or for nothing.
    wanted = request.headers.get("accept-encoding") == "gzip"
    files: WebFiles = request.app.state.web_files
    body, packed = await files.body(path, packed=wanted)
    coding = {"Content-Encoding": "gzip", "Vary": "Accept-Encoding"} if packed else {}
    return Response(body, headers={**_FOR_EVER, **coding}, media_type=media_type(path))
