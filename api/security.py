"""Headers every answer carries."""

from __future__ import annotations

import hmac
import ipaddress
from collections.abc import Iterable
from urllib.parse import urlsplit

from starlette.requests import Request

from api.settings import Settings
from gis.errors import InputError


def is_loopback(host: str) -> bool:
    """
    Tell whether a host name or address can only mean this machine.

    >>> is_loopback("127.0.0.1"), is_loopback("[::1]"), is_loopback("0.0.0.0")
    (True, True, False)
    """
    bare = host.strip("[]").lower()
    if bare == "localhost":
        return True
    try:
        return ipaddress.ip_address(bare).is_loopback
    except ValueError:
        return False


def refuse_open_to_the_world(settings: Settings) -> None:
    """Raise InputError when anyone may write and the address is not a loopback one."""
    if settings.open and not is_loopback(settings.host):
        raise InputError(
            f"WANGGE_OPEN lets anyone write, so it refuses the address {settings.host}: "
            "use 127.0.0.1, or unset WANGGE_OPEN.",
            f"WANGGE_OPEN 允许任何人写入，因此不能监听 {settings.host}："
            "请改用 127.0.0.1，或取消 WANGGE_OPEN。",
        )


def is_from_this_machine(request: Request) -> bool:
    """
    Tell whether a request comes from this machine.

    Peer, Host and, where there is one, Origin are loopback ones, no proxy has put its mark on
    the request, and the service is not told to be seen under a public address.
    """
    settings: Settings = request.app.state.settings
    seen = urlsplit(settings.public_url).hostname
    if seen is not None and not is_loopback(seen):
        return False
    if any(name in _PROXY_MARKS or name.startswith(_PROXY_PREFIXES) for name in request.headers):
        return False
    return all(is_loopback(host) for host in _hosts(request))


def may_read_metrics(request: Request) -> bool:
    """
    Tell whether a request may read the figures of this process.

    By default those of this machine may: peer and Host are loopback ones and no proxy has put
    its mark on the request. A bearer token opens them from anywhere.
    """
    settings: Settings = request.app.state.settings
    if settings.metrics != "local":
        return settings.metrics == "all"
    token = settings.metrics_token
    if token is not None:
        wanted = f"Bearer {token.get_secret_value()}"
        if hmac.compare_digest(request.headers.get("authorization", "").encode(), wanted.encode()):
            return True
    return is_from_this_machine(request)


_PROXY_MARKS = frozenset({"forwarded", "via", "x-real-ip", "true-client-ip"})
_PROXY_PREFIXES = ("x-forwarded-", "cf-")


def _hosts(request: Request) -> Iterable[str]:
    yield request.client.host if request.client else ""
    yield request.url.hostname or ""
    origin = request.headers.get("origin")
    if origin is not None:
        yield _host_of(origin)


def _host_of(origin: str) -> str:
    """
    Return the host of an origin; empty when it has none.

    >>> _host_of("http://[::1]:8737"), _host_of("http://127.0.0.1:80@elsewhere"), _host_of("null")
    ('::1', 'elsewhere', '')
    """
    try:
        return urlsplit(origin).hostname or ""
    except ValueError:
        return ""


def content_policy(
    script_hashes: Iterable[str], frame_ancestors: str = "'none'", base_map: str = ""
) -> str:
    """
    Return the content security policy of a page.

    Scripts, styles, fonts, tiles and data come from this service alone. The only inline script
    is the import map, named by its hash (`script_hashes`, as ``sha256-...``). MapLibre
    makes images from blobs and its style sheet holds data images. `frame_ancestors` are the
    pages that may show it in a frame; it frames pages of this service only. `base_map` is the
    origin of a base map that the operator has asked for; tiles may come from there, nothing else.
    """
    scripts = " ".join(f"'{h}'" for h in script_hashes)
    return "; ".join(
        (
            "default-src 'none'",
            f"script-src 'self' {scripts}".rstrip(),
            "style-src 'self'",
            "img-src 'self' data: blob:",
            "font-src 'self'",
            f"connect-src 'self' {base_map}".rstrip(),
            "worker-src 'self'",
            "frame-src 'self'",
            "manifest-src 'self'",
            "base-uri 'none'",
            "form-action 'self'",
            f"frame-ancestors {frame_ancestors}",
        )
    )


def security_headers(script_hashes: Iterable[str]) -> dict[str, str]:
    """Return the headers of every answer; `script_hashes` as in `content_policy`."""
    return {
        "Content-Security-Policy": content_policy(script_hashes),
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "same-origin",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Permissions-Policy": "camera=(), microphone=(), payment=(), usb=()",
    }
