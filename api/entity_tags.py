"""What clients say of the entity tags they know."""

from __future__ import annotations


def matches(header: str, etag: str) -> bool:
    """
    Tell whether an If-None-Match header names a tag; compared weakly, as RFC 9110 asks.

    >>> matches('W/"a", "b"', '"a"'), matches("*", '"a"'), matches('"c"', '"a"')
    (True, True, False)
    """
    named = {tag.strip().removeprefix("W/") for tag in header.split(",")}
    return "*" in named or etag in named
