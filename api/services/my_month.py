"""Months as workers count them."""

from __future__ import annotations

from datetime import date

from gis.errors import InputError


def month_of(day: date) -> str:
    """
    Name the month of a day.

    >>> month_of(date(2026, 3, 9))
    '2026-03'
    """
    return f"{day:%Y-%m}"


def month_bounds(month: str) -> tuple[date, date]:
    """
    Return the first day of a month and that of the next.

    Raises
    ------
    InputError
        It is no month such as 2026-11.

    Examples
    --------
    >>> [str(day) for day in month_bounds("2026-12")]
    ['2026-12-01', '2027-01-01']
    """
    try:
        begin = date.fromisoformat(f"{month}-01")
        after = (
            date(begin.year + 1, 1, 1)
            if begin.month == 12
            else date(begin.year, begin.month + 1, 1)
        )
    except ValueError:
        raise InputError(
            f"month={month} is no month: write it as 2026-11.",
            f"month={month} 不是月份：请写成 2026-11 的形式。",
        ) from None
    return begin, after
