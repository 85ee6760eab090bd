"""Answers that browsers keep until they change."""

from __future__ import annotations

import hashlib
import json

from starlette.requests import Request
from starlette.responses import Response

from api.entity_tags import matches


def tagged(request: Request, body: bytes, media_type: str) -> Response:
    """
    Answer with a body and its tag, or with 304 where the client has it.

    The tag is weak: the same content is sent compressed or not.
    """
    etag = f'W/"{hashlib.sha256(body).hexdigest()[:32]}"'
    headers = {
        "ETag": etag,
        "Cache-Control": "no-cache",
        "Cross-Origin-Resource-Policy": "cross-origin",
        "Vary": "Accept-Language",
    }
    if matches(request.headers.get("if-none-match", ""), etag.removeprefix("W/")):
        return Response(status_code=304, headers=headers)
    return Response(body, 200, headers, media_type=media_type)


def tagged_json(request: Request, content: object) -> Response:
    """Answer with JSON and its tag."""
    body = json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()
    return tagged(request, body, "application/json")
