"""The worker's page, what makes it readable offline, and what makes it installable."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from api.addresses import base_path
from api.deps import AppSettings, DatabaseEngine, Who
from api.entity_tags import matches
from api.routes.heavy import HeavyJobs
from api.services import my_list
from api.today import today
from maps.my_page import MyPage, manifest, my_page, policy, worker_script

router = APIRouter(include_in_schema=False)

_OWN = {"Cache-Control": "private, no-cache", "Vary": "Cookie"}


def _answer(request: Request, page: MyPage) -> Response:
    body = page.html.encode()
    etag = my_list.tag_of(body)
    headers = {**_OWN, "ETag": etag, "Content-Security-Policy": policy(page)}
    if matches(request.headers.get("if-none-match", ""), etag.removeprefix("W/")):
        return Response(status_code=304, headers=headers)
    return Response(body, headers=headers, media_type="text/html")


@router.get("/my")
def worker_page(
    request: Request, who: Who, engine: DatabaseEngine, heavy: HeavyJobs, settings: AppSettings
) -> Response:
    """Show a worker their buildings: the list comes with the page."""
    if not who.may("mark"):
        return worker_shell(request, settings)
    body = my_list.my_list(engine, heavy.names, who, today(), settings).model_dump_json()
    page = my_page(base_path(settings), body, my_list.tag_of(body.encode()))
    return _answer(request, page)


@router.get("/my/shell")
def worker_shell(request: Request, settings: AppSettings) -> Response:
    """Show the page without any list: the phone has it, or asks for it."""
    return _answer(request, my_page(base_path(settings)))


@router.get("/my/sw.js")
def service_worker(settings: AppSettings) -> Response:
    """Serve the script by which a phone opens the page without a network."""
    base = base_path(settings)
    headers = {**_OWN, "Service-Worker-Allowed": f"{base}/my"}
    code = worker_script(my_page(base).version)
    return Response(code, headers=headers, media_type="text/javascript")


@router.get("/my/manifest.webmanifest")
def page_manifest(settings: AppSettings) -> Response:
    """Tell a phone how to install the page."""
    told = manifest(base_path(settings))
    return JSONResponse(told, media_type="application/manifest+json")
