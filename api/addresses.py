"""Absolute addresses of this service as its clients see it."""

from __future__ import annotations

from starlette.requests import Request
from starlette.types import Scope

from api.settings import Settings


def base_path(settings: Settings) -> str:
    """Return the sub-path the service lives under, "" or "/name", without a slash at the end."""
    bare = settings.base_path.strip("/")
    return f"/{bare}" if bare else ""


def local_path(scope: Scope) -> str:
    """
    Return the path of a request without the sub-path, whether or not a proxy cut that off.

    As the routes see it: `/web` lies in no sub-path `/w`. What could not be read as a request has
    no path at all.

    >>> [local_path({"path": path, "root_path": "/w"}) for path in ("/w/my", "/w", "/web/a.js")]
    ['/my', '', '/web/a.js']
    """
    path, root = str(scope.get("path", "")), str(scope.get("root_path", ""))
    inside = path.removeprefix(root)
    return inside if not inside or inside.startswith("/") else path


def public_address(request: Request, settings: Settings) -> str:
    """
    Return the address of the service without a slash at the end.

    That of WANGGE_PUBLIC_URL when set (it includes the sub-path), else the one the request
    came to.
    """
    if settings.public_url:
        return settings.public_url.rstrip("/")
    return f"{request.url.scheme}://{request.url.netloc}{base_path(settings)}"
