"""Which pages of other sites may read what: CORS, by path and origin, never with credentials."""

from __future__ import annotations

from collections.abc import Iterable

from api.services.origins import web_origin

Header = tuple[bytes, bytes]

# What maps and screens of other departments load. Everything else (the JSON API, pages, files,
# whatever writes) is for pages of this service alone.
SHARED = ("/tiles/", "/styles", "/ogc", "/api/v1/figures", "/api/v1/changes")
_TOLD = b"ETag, Link, Content-Crs, X-Request-ID, X-Wangge-Left-Out"
PREFLIGHT: tuple[Header, ...] = (
    (b"access-control-allow-methods", b"GET, HEAD"),
    (b"access-control-allow-headers", b"If-None-Match, Last-Event-ID, X-Request-ID"),
    (b"access-control-max-age", b"86400"),
)
EXPOSED: Header = (b"access-control-expose-headers", _TOLD)
_VARY: Header = (b"vary", b"Origin")


class CrossOrigin:
    """
    The CORS headers of an answer.

    Parameters
    ----------
    origins
        ``*`` for pages of any site, ``none``, or origins with spaces or commas between them.
    base_path
        Sub-path of the service, which a request may or may not carry.

    Raises
    ------
    InputError
        One of the origins is none.
    """

    def __init__(self, origins: str, base_path: str) -> None:
        named = origins.replace(",", " ").split()
        self._anyone = named == ["*"]
        listed: Iterable[str] = () if named in (["*"], ["none"]) else map(web_origin, named)
        self._origins = frozenset(origin.encode() for origin in listed)
        self._shared = SHARED + (tuple(base_path + p for p in SHARED) if base_path else ())

    def headers(self, path: str, origin: bytes | None) -> tuple[Header, ...]:
        """
        Return what is added to the answer at a path.

        The answer to any is the same for all, so caches may share it; of a list only the one
        that asks is named, and caches are told that the answer depends on it.
        """
        if not path.startswith(self._shared):
            return ()
        if self._anyone:
            return ((b"access-control-allow-origin", b"*"), EXPOSED)
        if not self._origins:
            return ()
        if origin not in self._origins:
            return (_VARY,)
        return ((b"access-control-allow-origin", origin), EXPOSED, _VARY)

    def preflight(
        self, path: str, origin: bytes | None, method: bytes | None
    ) -> tuple[Header, ...] | None:
        """
        Return what the answer to a preflight holds besides `headers`; None when it grants nothing.

        Only reading is ever allowed, and only where `headers` allows the origin.
        """
        if origin is None or method not in (b"GET", b"HEAD"):
            return None
        granted = {name for name, _ in self.headers(path, origin)}
        return PREFLIGHT if b"access-control-allow-origin" in granted else None
