"""Bodies of requests, bounded before anything reads them."""

from __future__ import annotations

import re

from starlette.types import Message, Receive, Scope

from api.errors import TooLarge

# Plans are asked for in a few words; nothing is uploaded over HTTP.
MOST_BODY_BYTES = 2_000_000

# An escape that is not itself escaped.
_NUL = re.compile(rb"(?<!\\)(?:\\\\)*\\u0000")


async def read_body(scope: Scope, receive: Receive) -> bytes | None:
    """
    Read the whole body of a request.

    None when it is larger than any that is wanted; of such a body at most that much was read,
    and nothing when its length was told beforehand.
    """
    told = next((value for name, value in scope["headers"] if name == b"content-length"), b"")
    if told.isdigit() and int(told[:20]) > MOST_BODY_BYTES:
        return None
    parts, size, more = [], 0, True
    while more:
        message = await receive()
        part: bytes = message.get("body", b"")
        size += len(part)
        if size > MOST_BODY_BYTES:
            return None
        parts.append(part)
        more = message.get("more_body", False)
    return b"".join(parts)


def names_nul(scope: Scope, body: bytes) -> bool:
    r"""
    Tell whether a document or form holds the sign of code 0, which no text in PostgreSQL may.

    >>> json = {"headers": [(b"content-type", b"application/json; charset=utf-8")]}
    >>> names_nul(json, rb'["a\u0000"]'), names_nul(json, rb'["a\\u0000"]')
    (True, False)
    """
    kind = next((value for name, value in scope["headers"] if name == b"content-type"), b"")
    if b"json" in kind:
        return _NUL.search(body) is not None
    return b"urlencoded" in kind and b"%00" in body


def with_body(body: bytes, receive: Receive) -> Receive:
    """Hand a body that was read to whoever asks, then whatever else comes."""
    waiting: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def handed() -> Message:
        return waiting.pop() if waiting else await receive()

    return handed


def too_large() -> TooLarge:
    """Return the fault of a body that is larger."""
    most = MOST_BODY_BYTES // 1_000_000
    return TooLarge(
        f"The body is larger than {most} MB: send less at once.",
        f"请求内容超过 {most} MB：请分次发送。",
    )
