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


def qualities(header: str) -> dict[str, float]:
    """
    Read an ``Accept`` header: media range to how much it is wanted.

    >>> qualities("text/html, application/json;profile=x;q=0.5, */*;q=0")
    {'text/html': 1.0, 'application/json': 0.5, '*/*': 0.0}
    """
    wanted: dict[str, float] = {}
    for part in header.lower().split(","):
        name, *parameters = (piece.strip() for piece in part.split(";"))
        told = [_quality(p) for p in parameters if p.partition("=")[0].strip() == "q"]
        if name:
            wanted[name] = max(wanted.get(name, 0.0), told[0] if told else 1.0)
    return wanted


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
