"""The language of messages on the command line."""

from __future__ import annotations

import os
from collections.abc import Iterable

from gis.errors import Language

_HOUSEHOLDS = {
    "registered": ("registered households", "户籍户"),
    "resident": ("resident households", "常住户"),
    "dwellings": ("dwellings", "套数"),
}


def language() -> Language:
    """Language of messages: ``WANGGE_LANG``, else the locale, else English."""
    for name in ("WANGGE_LANG", "LC_ALL", "LC_MESSAGES", "LANG"):
        value = os.environ.get(name, "")
        if value:
            return "zh" if value.lower().startswith("zh") else "en"
    return "en"


def kind_names(kinds: Iterable[str]) -> str:
    """Name kinds of households in the language of this process."""
    zh = language() == "zh"
    return ("、" if zh else ", ").join(_HOUSEHOLDS[kind][zh] for kind in kinds)


def say(en: str, zh: str) -> str:
    """Return the sentence in the language of this process."""
    return zh if language() == "zh" else en
