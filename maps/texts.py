"""The texts of pages, styles and files in a language."""

from __future__ import annotations

import json
from functools import cache

from gis.errors import Language
from maps.assets import WEB


@cache
def texts_of(language: Language) -> dict[str, str]:
    """Return texts by their keys; not to be modified."""
    texts = json.loads((WEB / "texts" / f"{language}.json").read_text(encoding="utf-8"))
    assert isinstance(texts, dict)  # noqa: S101
    return texts
