"""Reading the query of a request for features: whatever is unknown or unreadable is refused."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from api.errors import AddressTooLong, BadParameter
from api.services.ogc.boxes import place_of
from api.services.ogc.collections import Collection, Parameter
from api.services.ogc.crs import CRS84, FeatureCrs
from api.services.ogc.days import days_of
from gis.store.feature_sources import Days
from gis.store.features import Place, Selection, cursor_key

DEFAULT_LIMIT, HIGHEST_LIMIT = 100, 10_000
HIGHEST_ON_A_PAGE = 1_000
"""Rows of a page for people; a larger `limit` means this there."""
LONGEST_QUERY = 4_000
"""Characters of a query; proxies let hardly more through, and nothing here needs as many."""
ANYWHERE = ("f", "lang")
"""Parameters that every address takes."""
_OF_ITEMS = ("limit", "bbox", "bbox-crs", "datetime", "crs", "cursor")
_OF_ITEM = ("datetime", "crs")

Query = Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class ItemsRequest:
    """
    A request for features, checked.

    Attributes
    ----------
    after
        Key of the last feature of the page before; None: the first page.
    days_told
        Whether the client named the days itself.
    """

    collection: Collection
    selection: Selection
    crs: FeatureCrs
    limit: int
    after: tuple[str | int, ...] | None
    days_told: bool


def checked_query(query: Query, allowed: Iterable[str]) -> dict[str, str]:
    """
    Return the parameters by name.

    Raises
    ------
    AddressTooLong
        The query is longer than `LONGEST_QUERY`.
    BadParameter
        One is not among those allowed, or stands twice.
    """
    if sum(len(name) + len(value) + 2 for name, value in query) > LONGEST_QUERY:
        raise AddressTooLong(
            f"The query is longer than {LONGEST_QUERY} characters: ask by bbox and filter the "
            "features at your end, or send fewer vertices.",
            f"查询参数超过 {LONGEST_QUERY} 个字符：请用 bbox 取数后在本地筛选，或减少顶点数。",
        )
    known = [*allowed, *ANYWHERE]
    given: dict[str, str] = {}
    for name, value in query:
        if name not in known:
            raise _unknown(name, known)
        if name in given:
            raise BadParameter(
                f"{name} stands twice: give it once.", f"参数 {name} 重复：请只写一次。"
            )
        given[name] = value
    return given


def items_request(
    query: Query,
    collection: Collection,
    local: Mapping[str, FeatureCrs],
    today: date,
    walked: Sequence[float] = (),
) -> ItemsRequest:
    """
    Read a request for a page of features.

    Parameters
    ----------
    local
        The systems that this service offers, by name.
    today
        The day meant when `datetime` is absent.
    walked
        Speeds, one of which must be meant; empty: any will do.

    Raises
    ------
    AddressTooLong, BadParameter
        What is wrong, in words.
    """
    given = checked_query(query, [*_OF_ITEMS, *collection.parameters])
    crs = _crs(given, "crs", local)
    days = days_of(given["datetime"]) if "datetime" in given else Days(today, today)
    after = None
    if "cursor" in given:
        after = cursor_key(collection.name, given["cursor"])
        if after is None:
            raise _unusable("cursor", given["cursor"], "follow the link next", "请使用 next 链接")
    selection = Selection(
        days=days,
        place=_place(given, local),
        equal=_equal(given, collection),
        community=_community(given, collection),
        speed_m_s=_speed(given, collection, walked),
    )
    told = "datetime" in given
    return ItemsRequest(collection, selection, crs, _limit(given), after, told)


def item_request(
    query: Query,
    collection: Collection,
    local: Mapping[str, FeatureCrs],
    today: date,
    walked: Sequence[float] = (),
) -> ItemsRequest:
    """Read a request for one feature; faults as `items_request`."""
    speed = ("speed",) if collection.walked else ()
    given = checked_query(query, [*_OF_ITEM, *speed])
    days = days_of(given["datetime"]) if "datetime" in given else Days(today, today)
    selection = Selection(days=days, speed_m_s=_speed(given, collection, walked))
    crs = _crs(given, "crs", local)
    return ItemsRequest(collection, selection, crs, 1, None, "datetime" in given)


def _unknown(name: str, known: Sequence[str]) -> BadParameter:
    listed = ", ".join(known)
    if name in ("filter", "filter-lang", "filter-crs"):
        return BadParameter(
            f"{name} is not offered: no CQL2 here. Ask by bbox, datetime and the parameters "
            f"{listed}.",
            f"不支持 {name}（CQL2）。请使用 bbox、datetime 及以下参数：{listed}。",
        )
    short = name if len(name) <= 60 else f"{name[:57]}..."
    return BadParameter(
        f"There is no parameter {short} here; there are {listed}.",
        f"此处没有参数 {short}；可用的有 {listed}。",
    )


def _unusable(name: str, value: str, en: str, zh: str) -> BadParameter:
    short = value if len(value) <= 60 else f"{value[:57]}..."
    return BadParameter(f"{name}={short} cannot be used: {en}.", f"{name}={short} 不可用：{zh}。")


def _limit(given: Mapping[str, str]) -> int:
    """The page size; more than the highest means the highest, as the standard has it."""
    text = given.get("limit", str(DEFAULT_LIMIT))
    if not re.fullmatch(r"\+?[0-9]+", text) or not text.strip("+0"):
        raise _unusable("limit", text, "write a whole number from 1 on", "请写不小于 1 的整数")
    return HIGHEST_LIMIT if len(text.lstrip("+0")) > 6 else min(int(text), HIGHEST_LIMIT)


def _crs(given: Mapping[str, str], name: str, local: Mapping[str, FeatureCrs]) -> FeatureCrs:
    uri = given.get(name, CRS84)
    if uri in local:
        return local[uri]
    listed = ", ".join(local)
    raise _unusable(name, uri, f"take one of {listed}", f"可用的有 {listed}")


def _place(given: Mapping[str, str], local: Mapping[str, FeatureCrs]) -> Place | None:
    crs = _crs(given, "bbox-crs", local)
    if "bbox" not in given:
        return None
    return place_of(given["bbox"], crs)


def _community(given: Mapping[str, str], collection: Collection) -> str | None:
    code = given.get("community")
    if code is None or collection.parameters["community"].attribute:
        return None
    if not re.fullmatch(r"[0-9]{12}", code):
        raise _unusable("community", code, "write the 12 digits of an area", "请写 12 位区划代码")
    return code


def _speed(given: Mapping[str, str], collection: Collection, walked: Sequence[float]) -> float:
    usual = Selection(Days(None, None)).speed_m_s
    if not collection.walked or "speed" not in given:
        return usual if not walked or usual in walked else max(walked)
    speed = _value(collection.parameters["speed"], given["speed"])
    if not isinstance(speed, float | int) or not 0.1 <= speed <= 5:
        raise _unusable("speed", given["speed"], "write 0.1 to 5 m/s", "请写 0.1 至 5 米每秒")
    if walked and speed not in walked:
        # An empty answer would say that there is nothing wrong anywhere.
        listed = ", ".join(f"{known:g}" for known in walked)
        raise _unusable("speed", given["speed"], f"walked were {listed}", f"已计算的有 {listed}")
    return float(speed)


def _equal(given: Mapping[str, str], collection: Collection) -> dict[str, str | float | bool]:
    asked = (p for p in collection.parameters.values() if p.attribute and p.name in given)
    return {p.name: _value(p, given[p.name]) for p in asked}


def _value(parameter: Parameter, text: str) -> str | float | bool:
    if parameter.kind == "flag":
        if text not in ("true", "false"):
            raise _unusable(parameter.name, text, "write true or false", "请写 true 或 false")
        return text == "true"
    if parameter.kind == "number":
        return _number(parameter.name, text)
    if parameter.choices and text not in parameter.choices:
        listed = ", ".join(parameter.choices)
        raise _unusable(parameter.name, text, f"take one of {listed}", f"可用的有 {listed}")
    return text


def _number(name: str, text: str) -> float:
    if re.fullmatch(r"-?[0-9]{1,15}", text):
        return int(text)
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        raise _unusable(name, text, "write a number", "请写数字")
    return number
