"""Opening hours: who is open at a weekday and time, by OpenStreetMap's own syntax."""

from __future__ import annotations

import datetime
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from opening_hours import OpeningHours, validate

from gis.errors import InputError
from gis.network.remarks import Remark, listed

# An ordinary week: no public holiday in it, leaves on the trees. Its Monday.
ORDINARY_WEEK = datetime.date(2026, 5, 18)
_DAYS = ("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su")
_ZH_DAYS = "一二三四五六日"
_AT = re.compile(r"(?P<day>\S+)\s+(?P<hour>\d{1,2}):(?P<minute>\d{2})")


@dataclass(frozen=True, slots=True)
class Opening:
    """
    Who is open.

    ``open`` has one entry per facility. Unknown hours count as open, because most small places
    write none down; ``unstated`` counts the ids without hours, ``unreadable`` those whose hours
    do not parse, ``vague`` those whose hours leave the answer open.
    """

    open: npt.NDArray[np.bool_]
    unstated: tuple[str, ...]
    unreadable: dict[str, tuple[str, ...]]
    vague: tuple[str, ...]


def moment_of(at: str) -> datetime.datetime:
    """
    Return the local moment that a weekday and time, or a date and time, mean.

    A weekday means that day of an ordinary week in May (`ORDINARY_WEEK`), so that a figure does
    not change with the day it is computed on; hours that hang on seasons want a date. Times are
    those on the clock of the place: no time zone is asked for and none is applied.

    Raises
    ------
    InputError
        The text is neither.

    Examples
    --------
    >>> moment_of("Sa 20:00")
    datetime.datetime(2026, 5, 23, 20, 0)
    >>> moment_of("周日 08:30"), moment_of("2026-12-24 18:00")
    (datetime.datetime(2026, 5, 24, 8, 30), datetime.datetime(2026, 12, 24, 18, 0))
    """
    found = _AT.fullmatch(unicodedata.normalize("NFKC", at).strip())
    day = None if found is None else _day(found["day"])
    if found is not None and day is not None:
        hour, minute = int(found["hour"]), int(found["minute"])
        if hour < 24 and minute < 60:
            return datetime.datetime.combine(day, datetime.time(hour, minute))
    raise InputError(
        f"--at {at}: give a weekday and time such as 'Sa 20:00', or '2026-07-18 20:00'.",
        f"--at {at}：请给出星期和时间，如“Sa 20:00”或“周六 20:00”，也可用“2026-07-18 20:00”。",
    )


def _day(word: str) -> datetime.date | None:
    """Return the day a weekday, in English or Chinese, or an ISO date means."""
    name = word[:2].capitalize()
    if name in _DAYS and word.isalpha():
        return ORDINARY_WEEK + datetime.timedelta(days=_DAYS.index(name))
    if word[:-1] in ("周", "星期", "礼拜"):
        last = "日" if word[-1] == "天" else word[-1]
        if last in _ZH_DAYS:
            return ORDINARY_WEEK + datetime.timedelta(days=_ZH_DAYS.index(last))
    try:
        return datetime.date.fromisoformat(word)
    except ValueError:
        return None


def opening(hours: pd.Series, ids: Sequence[str], at: datetime.datetime) -> Opening:
    """
    Tell which facilities are open at a moment.

    Parameters
    ----------
    hours
        Text by facility in OpenStreetMap's opening_hours syntax; missing where nobody wrote it.
    ids
        The facilities, in the same order.
    at
        Local time, without a time zone; see `moment_of`.

    Notes
    -----
    Public holidays are not known: ``PH`` never applies. Sunrise and sunset are taken as 7:00 and
    19:00. Equal texts are parsed once, 20 µs each.
    """
    texts = hours.fillna("").astype(str).str.strip().to_numpy()
    states = {text: _state(text, at) for text in dict.fromkeys(texts)}
    said = [states[text] for text in texts]
    unreadable: dict[str, list[str]] = {}
    for name, text, state in zip(ids, texts, said, strict=True):
        if state == "unreadable":
            unreadable.setdefault(text, []).append(str(name))
    return Opening(
        np.array([state != "closed" for state in said], dtype=bool),
        tuple(str(i) for i, state in zip(ids, said, strict=True) if state == "unstated"),
        {text: tuple(names) for text, names in unreadable.items()},
        tuple(str(i) for i, state in zip(ids, said, strict=True) if state == "vague"),
    )


def _state(text: str, at: datetime.datetime) -> str:
    if not text:
        return "unstated"
    if not validate(text):
        return "unreadable"
    parsed = OpeningHours(text, auto_country=False, auto_timezone=False)
    if parsed.is_unknown(at):
        return "vague"
    return "open" if parsed.is_open(at) else "closed"


def opening_remarks(found: Opening) -> list[Remark]:
    """Name the hours that could not be used; those places were counted as open."""
    remarks = []
    for text, ids in found.unreadable.items():
        en, zh = listed(ids)
        remarks.append(
            Remark(
                "opening_hours",
                f"opening hours {text[:60]!r} (facilities {en}) do not parse; counted as open. "
                "Write them as 'Mo-Fr 09:00-18:00'.",
                f"开放时间“{text[:60]}”（设施 {zh}）无法识别，按开放计；"
                "请写成“Mo-Fr 09:00-18:00”。",
                ids,
            )
        )
    for code, ids, en, zh in (
        ("no_opening_hours", found.unstated, "have no opening hours", "没有开放时间"),
        ("vague_opening_hours", found.vague, "have hours that leave it open", "开放时间不确定"),
    ):
        if ids:
            names_en, names_zh = listed(ids)
            remarks.append(
                Remark(
                    code,
                    f"{len(ids)} facilities {en}; counted as open: {names_en}.",
                    f"{len(ids)} 处设施{zh}，按开放计：{names_zh}。",
                    ids,
                )
            )
    return remarks
