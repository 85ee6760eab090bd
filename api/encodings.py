"""Content encodings: which one a client wants, and the bytes in it."""

from __future__ import annotations

import gzip
from functools import lru_cache
from typing import Literal

import brotli

Encoding = Literal["br", "gzip", "identity"]

_GZIP_LEVEL = 6
_BROTLI_QUALITY = 5


@lru_cache(maxsize=256)
def best_encoding(accepted: str) -> Encoding:
    """
    Choose an encoding by an Accept-Encoding header; of two equally welcome ones the smaller.

    What is said of an encoding itself outweighs what is said of all the rest (``*``).

    >>> best_encoding("gzip, deflate, br"), best_encoding("gzip;q=0"), best_encoding("")
    ('br', 'identity', 'identity')
    """
    qualities = _qualities(accepted)
    # Who says "anything" (*) may have thought of gzip; br is for those who name it.
    br, packed = qualities.get("br", 0.0), qualities.get("gzip", qualities.get("*", 0.0))
    if max(br, packed) <= 0:
        return "identity"
    return "br" if br >= packed else "gzip"


@lru_cache(maxsize=256)
def accepts_gzip(accepted: str) -> bool:
    """
    Tell whether an Accept-Encoding header allows gzip.

    >>> accepts_gzip("br, gzip;q=0.8"), accepts_gzip("gzip;q=0, *"), accepts_gzip("")
    (True, False, False)
    """
    qualities = _qualities(accepted)
    return qualities.get("gzip", qualities.get("*", 0.0)) > 0


def _qualities(accepted: str) -> dict[str, float]:
    parts = (part.partition(";") for part in accepted.lower().split(","))
    return {name.strip(): _quality(parameter) for name, _, parameter in parts}


def _quality(parameter: str) -> float:
    name, _, value = parameter.replace(" ", "").partition("=")
    if name != "q":
        return 1.0
    try:
        return float(value)
    except ValueError:
        return 0.0


def encoded(plain: bytes, encoding: Encoding) -> bytes:
    """Return the bytes in an encoding; the same bytes give the same."""
    if encoding == "br":
        return bytes(brotli.compress(plain, quality=_BROTLI_QUALITY))
    return gzip.compress(plain, _GZIP_LEVEL, mtime=0) if encoding == "gzip" else plain


def decoded(body: bytes, encoding: Encoding) -> bytes:
    """Return the plain bytes."""
    if encoding == "br":
        return bytes(brotli.decompress(body))
    return gzip.decompress(body) if encoding == "gzip" else body
