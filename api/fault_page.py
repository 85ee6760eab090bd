"""A fault as a page, for somebody who opened an address in a browser, such as an old QR code."""

from __future__ import annotations

import re
from functools import cache

import jinja2
from starlette.requests import Request

from api.addresses import local_path
from gis.errors import Language, Unavailable
from maps.assets import WEB, assets
from maps.texts import texts_of

# Faces of programs: they are answered as problems whatever they accept.
_PROGRAMS = re.compile(r"/(api|tiles|styles|ogc|embed|web|metrics|healthz|readyz)(/|$)")


def wants_page(request: Request) -> bool:
    """Tell whether a person asks: a browser that navigates to what is no face of programs."""
    scope = request.scope
    path = local_path(scope)
    return (
        scope.get("method") in ("GET", "HEAD")
        and "text/html" in request.headers.get("accept", "")
        and path != ""
        and _PROGRAMS.match(path) is None
    )


def fault_page(
    request: Request, language: Language, title: str, detail: str, request_id: str
) -> str | None:
    """Return the page; None where the front-end packages, and so its style, are not there."""
    base = str(request.scope.get("root_path", ""))
    try:
        own = f"{base}/web/{assets().own}"
    except Unavailable:
        return None
    return _template().render(
        base=base,
        own=own,
        language=language,
        texts=texts_of(language),
        title=title,
        detail=detail,
        request_id=request_id,
    )


@cache
def _template() -> jinja2.Template:
    files = jinja2.FileSystemLoader(WEB)
    return jinja2.Environment(loader=files, autoescape=True).get_template("fault.html")
