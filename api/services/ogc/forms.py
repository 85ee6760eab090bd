"""Which form and which language a client is answered in: JSON or a page, Chinese or English."""

from __future__ import annotations

from typing import Literal

from api.errors import BadParameter, NotAcceptable
from api.negotiation import preferred_language, qualities
from gis.errors import Language

Form = Literal["json", "html"]

HTML = "text/html"
JSON = "application/json"
GEOJSON = "application/geo+json"
OPENAPI = "application/vnd.oai.openapi+json;version=3.0"
SCHEMA = "application/schema+json"


def chosen_form(f: str | None, accept: str, media_type: str) -> Form:
    """
    Choose JSON or HTML: by `f` when given, else by the Accept header.

    Parameters
    ----------
    f
        ``json`` or ``html``; None: not said.
    accept
        The header; empty: anything will do, and JSON comes first.
    media_type
        Media type of this address's JSON; ``application/json`` means it too.

    Raises
    ------
    BadParameter
        `f` is something else.
    NotAcceptable
        The header accepts neither.

    Examples
    --------
    >>> chosen_form(None, "text/html,*/*;q=0.8", GEOJSON), chosen_form(None, "", GEOJSON)
    ('html', 'json')
    """
    if f is not None:
        if f not in ("json", "html"):
            raise BadParameter(
                f"f={f[:60]} is no form: take json or html.",
                f"f={f[:60]} 不可用：请写 json 或 html。",
            )
        return "json" if f == "json" else "html"
    plain = media_type.partition(";")[0]
    wanted = qualities(accept or "*/*")
    json_quality = max(_quality(wanted, plain), _quality(wanted, JSON))
    html_quality = _quality(wanted, HTML)
    if not json_quality and not html_quality:
        raise NotAcceptable(
            f"Nothing of what you accept is offered here: take {plain} or text/html.",
            f"此处没有您可接受的格式：可用的有 {plain} 和 text/html。",
        )
    return "html" if html_quality > json_quality else "json"


def _quality(wanted: dict[str, float], media_type: str) -> float:
    """What the most specific range of an Accept header says of a media type."""
    kind = media_type.partition("/")[0]
    ranges = (media_type, f"{kind}/*", "*/*")
    return next((wanted[name] for name in ranges if name in wanted), 0.0)


def chosen_language(lang: str | None, accept_language: str) -> Language:
    """
    Choose Chinese or English: by `lang` when given, else by the Accept-Language header.

    Raises
    ------
    BadParameter
        `lang` is neither ``zh`` nor ``en``.
    """
    if lang is None:
        return preferred_language(accept_language)
    if lang not in ("zh", "en"):
        raise BadParameter(
            f"lang={lang[:60]} is not spoken here: take zh or en.",
            f"lang={lang[:60]} 不可用：请写 zh 或 en。",
        )
    return "zh" if lang == "zh" else "en"
