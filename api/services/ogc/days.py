"""``datetime`` of a request: a moment or an interval, as days in China."""

from __future__ import annotations

import re
from datetime import date, datetime

from api.errors import BadParameter
from api.today import day_of
from gis.store.feature_sources import Days

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_MOMENT = re.compile(r"\d{4}-\d{2}-\d{2}[Tt]\d{2}:\d{2}:\d{2}(\.\d{1,9})?([Zz]|[+-]\d{2}:\d{2})")


def days_of(text: str) -> Days:
    """
    Read a day, a moment, or an interval of either; ``..`` or nothing is an open end.

    A moment means the day it is in China then. The last day of an interval belongs to it.

    Raises
    ------
    BadParameter
        It is none of these, both ends are open, or it ends before it begins.

    Examples
    --------
    >>> days_of("2026-05-01T20:00:00Z") == days_of("2026-05-02")
    True
    >>> days_of("../2026-05-01")
    Days(first=None, last=datetime.date(2026, 5, 1))
    """
    parts = text.split("/")
    if len(parts) == 1:
        day = _day(parts[0], text)
        return Days(day, day)
    if len(parts) > 2:
        raise _unreadable(text)
    first, last = (None if part in ("", "..") else _day(part, text) for part in parts)
    if first is None and last is None:
        raise _unreadable(text)
    if first is not None and last is not None and first > last:
        raise _unreadable(text)
    return Days(first, last)


def _day(part: str, text: str) -> date:
    try:
        if _DAY.fullmatch(part):
            return date.fromisoformat(part)
        if _MOMENT.fullmatch(part):
            return day_of(datetime.fromisoformat(part.upper()))
    except (ValueError, OverflowError):
        pass
    raise _unreadable(text)


def _unreadable(text: str) -> BadParameter:
    return BadParameter(
        f"datetime={text} cannot be read: write a day (2026-05-01), a moment "
        "(2026-05-01T08:00:00+08:00), or an interval of these with / between, where .. leaves "
        "one end open.",
        f"无法识别 datetime={text}：请写日期（2026-05-01）、时刻（2026-05-01T08:00:00+08:00），"
        "或用 / 连接的区间，其中一端可写 .. 表示不限。",
    )
