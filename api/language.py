"""The language of messages on the command line."""

from __future__ import annotations

import os

from gis.errors import Language


def language() -> Language:
    """Language of messages: ``WANGGE_LANG``, else the locale, else English."""
    for name in ("WANGGE_LANG", "LC_ALL", "LC_MESSAGES", "LANG"):
        value = os.environ.get(name, "")
        if value:
            return "zh" if value.lower().startswith("zh") else "en"
    return "en"


def say(en: str, zh: str) -> str:
    """Return the sentence in the language of this process."""
    return zh if language() == "zh" else en
