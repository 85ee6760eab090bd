"""
Folding the spelling of names, building numbers and addresses, so that equal places compare equal.

Both sides of a comparison are folded, so a fold may be crude as long as it is the same on both;
two different places that fold alike are told apart by being ambiguous, never by guessing.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from typing import Protocol

import numpy as np
import numpy.typing as npt
import pandas as pd

Texts = npt.NDArray[np.object_]

_DIGITS = {c: i for i, c in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2, "○": 0}
_CLASSIFIERS = "期区院幢栋座号楼单元层户门组段巷弄里路街村队支排"
_NUMERAL = re.compile(rf"[零〇○一二两三四五六七八九十百]+(?=[{_CLASSIFIERS}#])")
_DASHES = re.compile(r"[‐‑‒–—―−－~～至]")
_NOISE = re.compile(r"[\s,.;:，。、；：·・'\"“”‘’`()\[\]{}（）【】《》<>_/\\|!?*]+")
_BUILDING = re.compile(r"(?<=[0-9a-z])(?:号楼|号幢|号栋|楼栋|幢|栋|座|#)楼*")
_TRAILING = re.compile(r"(?P<number>[a-z]?\d+(?:-\d+)?[a-z]?|[a-z])幢$")


class _Converter(Protocol):
    def convert(self, text: str) -> str: ...


@cache
def _to_simplified() -> _Converter:
    import opencc

    converter: _Converter = opencc.OpenCC("t2s")
    return converter


def to_simplified(text: str) -> str:
    """
    Write traditional characters as simplified ones.

    >>> to_simplified("雲溪花園")
    '云溪花园'
    """
    return _to_simplified().convert(text)


def arabic(numeral: str) -> int:
    """
    Read a Chinese numeral below one thousand.

    >>> arabic("三"), arabic("十"), arabic("二十三"), arabic("一百零二"), arabic("一〇二")
    (3, 10, 23, 102, 102)
    """
    if not set(numeral) & {"十", "百"}:
        return int("".join(str(_DIGITS[c]) for c in numeral))
    total, current = 0, 0
    for character in numeral:
        if character == "十":
            total, current = total + max(current, 1) * 10, 0
        elif character == "百":
            total, current = total + max(current, 1) * 100, 0
        else:
            current = _DIGITS[character]
    return total + current


def _plain(text: str) -> str:
    """Simplified, half-width, lower case, no spaces or punctuation, Arabic numerals."""
    folded = _to_simplified().convert(unicodedata.normalize("NFKC", text)).casefold()
    folded = _NOISE.sub("", _DASHES.sub("-", folded))
    return _NUMERAL.sub(lambda m: str(arabic(m[0])), folded)


def folded_name(text: str) -> str:
    """
    Fold the name of a courtyard or community.

    苑, 园 and 院 at the end or before a digit are one, and so is a closing 小区.

    >>> folded_name("翠苑一區"), folded_name(" 翠园１区 "), folded_name("滨江花苑小区")
    ('翠园1区', '翠园1区', '滨江花园')
    """
    name = _plain(text).replace("苑", "园")
    short = name.removesuffix("小区")
    return short if len(short) > 1 else name


def folded_number(text: str) -> str:
    """
    Fold the number of a building: 三幢, 3号楼, ３#, 3栋 and 第03座 are all 3.

    >>> [folded_number(t) for t in ("三幢", "3号楼", "３#", "第03座", "A座", "3-1栋", "十二号")]
    ['3', '3', '3', '3', 'a', '3-1', '12']
    """
    number = _plain(text).lstrip("第")
    number = re.sub(r"(号楼|幢|栋|座|#楼|#|号|楼)+$", "", number)
    return re.sub(r"(?<!\d)0+(?=\d)", "", number)


def folded_address(text: str) -> str:
    """
    Fold an address; every word for a building becomes 幢.

    >>> folded_address("翠園路１２號 三號樓") == folded_address("翠苑路12号3幢")
    True
    """
    address = _BUILDING.sub("幢", _plain(text).replace("苑", "园"))
    return re.sub(r"(?<!\d)0+(?=\d)", "", address)


def number_in(text: str) -> str:
    """
    Building number at the end of a name or address, empty when there is none.

    >>> number_in("翠苑三幢"), number_in("翠苑路12号"), number_in("滨江花园A座")
    ('3', '', 'a')
    """
    match = _TRAILING.search(folded_address(text))
    return match["number"] if match else ""


def fold_column(column: pd.Series, fold: str) -> Texts:
    """
    Fold distinct texts of a column once.

    `fold` is ``name``, ``number``, ``address`` or ``number-in``; missing and empty give None.
    """
    codes, distinct = pd.factorize(column.astype(object), use_na_sentinel=True)
    table = np.array([*(_FOLDS[fold](str(t)) or None for t in distinct), None], dtype=object)
    return table[codes]


_FOLDS = {
    "name": folded_name,
    "number": folded_number,
    "address": folded_address,
    "number-in": number_in,
}
