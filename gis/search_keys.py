"""Keys by which people find names on a phone: pinyin, initials, traditional characters."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from functools import cache

from gis.io.spelling import to_simplified
from gis.pinyin_readings import READINGS

RULE = 1
"""Version of the readings; another one makes kept keys worthless."""

_KEPT = re.compile(r"[a-z0-9]+|[\u3400-\u9fff]")
_WRITTEN = re.compile(r"[a-z]+|[0-9]+")
_LONGEST = max(len(name) for name in READINGS)
_IDEOGRAPHS = range(0x3400, 0xA000)


def pinyin_keys(text: str) -> tuple[str, str]:
    """
    Return how a name is typed: all its syllables, and their first letters.

    Traditional characters are read as the simplified ones, letters and digits stay, all else
    falls out; ü is written u. Names whose characters are read otherwise than in most words
    stand in `gis.pinyin_readings`.

    Cost: 0.1 to 0.2 ms a name, the first one of a process 0.8 s and 50 MB for the dictionary,
    so `gis.store.search_keys` keeps what was read.

    Examples
    --------
    >>> pinyin_keys("锦绣苑3幢"), pinyin_keys("重慶路"), pinyin_keys("单县家属院")
    (('jinxiuyuan3zhuang', 'jxy3z'), ('chongqinglu', 'cql'), ('shanxianjiashuyuan', 'sxjsy'))
    """
    syllables: list[str] = []
    plain = to_simplified(unicodedata.normalize("NFKC", text)).casefold()
    at = 0
    while at < len(plain):
        known = _reading_at(plain, at)
        if known:
            syllables += known.split()
            at += len(known.split())
            continue
        end = at + 1
        while end < len(plain) and not _reading_at(plain, end):
            end += 1
        syllables += _read(plain[at:end])
        at = end
    return "".join(syllables), "".join(s if s[0].isdigit() else s[0] for s in syllables)


def _reading_at(text: str, at: int) -> str:
    """Return the reading of the longest known name that begins there; empty when none does."""
    for length in range(min(_LONGEST, len(text) - at), 0, -1):
        known = READINGS.get(text[at : at + length])
        if known:
            return known
    return ""


def _read(text: str) -> list[str]:
    from pypinyin import Style, pinyin

    parts = "".join(_KEPT.findall(text))
    said = [one[0] for one in pinyin(parts, style=Style.NORMAL, v_to_u=True, errors="default")]
    # A character without a reading stays as it is, and nobody types it.
    return [one for word in said for one in _WRITTEN.findall(word.replace("ü", "u"))]


def traditional_forms(texts: Iterable[str]) -> str:
    """
    Return pairs of a traditional character and the simplified one of the texts that it stands for.

    With them a browser folds what somebody types to what the texts hold, without a dictionary
    of its own. Texts that are in traditional characters themselves are met by the pairs, too.

    Examples
    --------
    >>> traditional_forms(["云溪", "1幢"])
    '雲云谿溪'
    """
    variants = _variants()
    wanted = {to_simplified(c) for c in set("".join(texts)) if ord(c) in _IDEOGRAPHS}
    return "".join(f"{form}{c}" for c in sorted(wanted) for form in variants.get(c, ""))


@cache
def _variants() -> dict[str, str]:
    forms: dict[str, str] = {}
    characters = [chr(code) for code in _IDEOGRAPHS]
    # A line each, so that no phrase is made of neighbours.
    simple = to_simplified("\n".join(characters)).split("\n")
    for form, plain in zip(characters, simple, strict=True):
        if form != plain and len(plain) == 1:
            forms[plain] = forms.get(plain, "") + form
    return forms
