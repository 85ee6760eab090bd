"""Counts as people write them: full-width digits, 1,234, 约300户."""

from __future__ import annotations

import math
import re
import unicodedata
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

CountState = Literal[
    "plain",
    "reread",
    "estimated",
    "missing",
    "not-number",
    "negative",
    "fractional",
    "too-large",
]

_SPACE = re.compile(r"[\s\u200b\ufeff]+")
_COUNT = re.compile(
    r"(?P<about>约|大约|大概|近|~|≈)?"
    r"(?P<number>[+-]?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d*)?(?:e[+-]?\d+)?)"
    r"(?P<more>余|多)?(?:户|戶|人|层|楼|个|套|栋|单元|名)?(?P<around>左右|上下|\+)?",
    re.IGNORECASE,
)
_BLANK = ("", "-", "--", "/", "无", "null", "none", "n/a", "#n/a")
_MAX_LENGTH = 60


@dataclass(frozen=True, slots=True)
class Counts:
    """
    A column of counts as read.

    ``values`` holds floats (NaN where there is no usable count), ``states`` what became of
    each row; both in the column's order.
    """

    values: npt.NDArray[np.float64]
    states: npt.NDArray[np.object_]

    def where(self, state: CountState) -> npt.NDArray[np.bool_]:
        """Rows in that state."""
        return np.asarray(self.states == state, dtype=bool)


def read_counts(column: pd.Series, highest: float = math.inf) -> Counts:
    """
    Read a column of counts.

    Full-width digits, thousands separators, stray spaces, units (户, 人, 层) and a decimal
    part of zero are read and reported as ``reread``; 约, 余, 左右 also as ``estimated``.

    Notes
    -----
    O(rows) plus the work on distinct values.
    """
    codes, distinct = pd.factorize(column.astype(object), use_na_sentinel=True)
    read = [count_of(value, highest) for value in distinct]
    values = np.array([v for v, _ in read] + [math.nan], dtype=np.float64)
    states = np.array([s for _, s in read] + ["missing"], dtype=object)
    return Counts(values[codes], states[codes])


def count_of(value: object, highest: float = math.inf) -> tuple[float, CountState]:
    """
    Read one count.

    >>> count_of(" ３００ 户")
    (300.0, 'reread')
    >>> count_of("约1,200户")
    (1200.0, 'estimated')
    >>> count_of(-1)[1], count_of(1.5)[1], count_of("三百")[1]
    ('negative', 'fractional', 'not-number')
    """
    if isinstance(value, bool | np.bool_):
        return math.nan, "not-number"
    if isinstance(value, int | float | np.integer | np.floating):
        return _judged(float(value), "plain", highest)
    text = str(value)
    folded = _SPACE.sub("", unicodedata.normalize("NFKC", text[: _MAX_LENGTH + 1]))
    if folded.lower() in _BLANK:
        return math.nan, "missing"
    match = _COUNT.fullmatch(folded)
    if match is None or len(text) > _MAX_LENGTH:
        return math.nan, "not-number"
    number = float(match["number"].replace(",", ""))
    if match["about"] or match["more"] or match["around"]:
        return _judged(number, "estimated", highest)
    return _judged(number, "plain" if re.fullmatch(r"[0-9]+", text) else "reread", highest)


def _judged(number: float, state: CountState, highest: float) -> tuple[float, CountState]:
    if math.isnan(number):
        return math.nan, "missing" if state == "plain" else "not-number"
    if number < 0:
        return math.nan, "negative"
    if number > highest or math.isinf(number):
        return math.nan, "too-large"
    if number != int(number):
        return math.nan, "fractional"
    return number, state
