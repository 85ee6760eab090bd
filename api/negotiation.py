"""Which of the two languages a request asks for."""

from __future__ import annotations

from starlette.requests import Request

from gis.errors import Language


def preferred_language(header: str) -> Language:
    """
    Choose Chinese or English from an ``Accept-Language`` header; Chinese when neither is named.

    >>> preferred_language("en-GB,en;q=0.9,zh;q=0.3")
    'en'
    >>> preferred_language("fr")
    'zh'
    """
    best: tuple[float, Language] = (0.0, "zh")
    for part in header.split(","):
        tag, _, parameters = part.strip().partition(";")
        primary = tag.strip().lower().partition("-")[0]
        quality = _quality(parameters)
        if primary in ("zh", "en") and quality > best[0]:
            best = (quality, "zh" if primary == "zh" else "en")
    return best[1]


def _quality(parameters: str) -> float:
    name, _, value = parameters.strip().partition("=")
    if name.strip() != "q":
        return 1.0
    try:
        return float(value)
    except ValueError:
        return 0.0


def request_language(request: Request) -> Language:
    """Return the language the client of this request prefers."""
    return preferred_language(request.headers.get("accept-language", ""))
