"""The texts of pages, styles and files in a language."""

from __future__ import annotations

import json
from functools import cache

from gis.errors import Language
from maps.assets import WEB

_PAPER = WEB.parent / "templates" / "texts"


@cache
def texts_of(language: Language) -> dict[str, str]:
    """
    Return texts by their keys; not to be modified.

    Those of paper alone are in a file of their own, so that browsers need not fetch them.
    """
    texts: dict[str, str] = {}
    for folder in (WEB / "texts", _PAPER):
        texts |= json.loads((folder / f"{language}.json").read_text(encoding="utf-8"))
    return texts
