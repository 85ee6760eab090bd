"""Kinds of facilities and what a facility does: its kind, and further functions beside it."""

from __future__ import annotations

import difflib
import re
from collections.abc import Sequence
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd

from gis.network.remarks import Remark, listed

KINDS: dict[str, str] = {
    # kinds of the layer (gis.contracts.FACILITY_KINDS)
    "service_centre": "党群服务中心",
    "medical": "医疗站点",
    "rest_station": "驿站",
    "canteen": "食堂",
    "repair": "维修点",
    "cafe": "咖啡馆",
    "culture": "文化空间",
    "school": "学校",
    "kindergarten": "幼儿园",
    "elder_care": "养老服务",
    "market": "菜市场",
    "pharmacy": "药店",
    "park": "公园",
    "toilet": "公共厕所",
    "other": "其他",
    # finer ones, which stand in `functions`
    "convenience_store": "便利店",
    "supermarket": "综合超市",
    "fresh_food": "生鲜超市",
    "breakfast": "早餐店",
    "laundry": "洗染店",
    "hairdresser": "美容美发店",
    "photo_print": "照相文印店",
    "housekeeping": "家政服务点",
    "parcel": "邮政快递综合服务点",
    "recycling": "再生资源回收点",
    "primary_school": "小学",
    "middle_school": "初中",
    "nursery": "托儿所",
    "health_centre": "社区卫生服务中心",
    "outpatient": "门诊部",
    "nursing_home": "养老院",
    "elder_hospital": "老年养护院",
    "culture_centre": "文化活动中心",
    "street_service_centre": "街道社区服务中心",
    "street_office": "街道办事处",
    "justice_office": "司法所",
    "large_sports_ground": "大型多功能运动场地",
    "medium_sports_ground": "中型多功能运动场地",
    "small_sports_ground": "小型多功能运动场地",
    "fitness_ground": "室外综合健身场地",
    "mall": "商场",
    "restaurant": "餐饮设施",
    "bank": "银行营业网点",
    "telecom": "电信营业网点",
    "post_office": "邮政营业场所",
    "bus_stop": "公交车站",
    "community_shop": "社区商业网点",
    "waste_station": "生活垃圾收集站",
}
"""Every kind that is known, and its Chinese name."""

# Other Chinese words that ledgers use, besides the names above.
_ALSO = {
    "社区服务站": "service_centre",
    "社区服务中心": "service_centre",
    "卫生服务站": "medical",
    "社区卫生服务站": "medical",
    "社区食堂": "canteen",
    "维修": "repair",
    "咖啡": "cafe",
    "文化活动站": "culture",
    "日间照料中心": "elder_care",
    "老年人日间照料中心": "elder_care",
    "农贸市场": "market",
    "公厕": "toilet",
    "超市": "supermarket",
    "菜店": "fresh_food",
    "快递点": "parcel",
    "理发店": "hairdresser",
    "洗衣店": "laundry",
}
_WORDS = {name: kind for kind, name in KINDS.items()} | _ALSO | {kind: kind for kind in KINDS}
_SEPARATORS = re.compile(r"[;,/、；，|]+")


@dataclass(frozen=True, slots=True)
class Functions:
    """
    Which facility serves which kind.

    ``row`` and ``kind`` are parallel, without repeats, by row: a facility of n functions has n
    entries. ``unknown`` names each word that is no known kind and the facilities that bear it;
    such a word still counts as a kind of its own.
    """

    row: npt.NDArray[np.int64]
    kind: tuple[str, ...]
    unknown: dict[str, tuple[str, ...]]

    def rows_of(self, kind: str) -> npt.NDArray[np.int64]:
        """Rows of the facilities that serve a kind, ascending."""
        of = np.fromiter((k == kind for k in self.kind), dtype=bool, count=len(self.kind))
        rows: npt.NDArray[np.int64] = self.row[of]
        return rows

    def of(self, facilities: npt.NDArray[np.bool_]) -> Functions:
        """Return the functions of some of the facilities: those under a mask by row."""
        kept = facilities[self.row]
        kinds = tuple(kind for kind, stays in zip(self.kind, kept, strict=True) if stays)
        return Functions(self.row[kept], kinds, self.unknown)


def facility_functions(facilities: gpd.GeoDataFrame) -> Functions:
    """
    Tell which kinds each facility serves: its `kind`, and each of its `functions`.

    Functions are separated by commas, semicolons, slashes or 、 and given as the words or the
    Chinese names of `KINDS`. Idle premises serve nobody and have no entry.

    Parameters
    ----------
    facilities
        Canonical layer with ``facility_id`` and ``kind``; ``functions`` and ``idle`` where they
        are known. Not modified.
    """
    idle = _column(facilities, "idle").fillna(value=False).astype(bool).to_numpy()
    said = _column(facilities, "functions").fillna("").astype(str)
    words = [
        [str(kind), *_SEPARATORS.split(text)] if not off else []
        for kind, text, off in zip(facilities["kind"], said, idle, strict=True)
    ]
    long = pd.Series(words, index=np.arange(len(words)), dtype=object).explode().dropna()
    long = long.astype(str).str.strip()
    long = long[long != ""]
    kinds = long.map(lambda word: _WORDS.get(word, word))
    pairs = pd.DataFrame({"row": kinds.index, "kind": kinds.to_numpy()}).drop_duplicates()
    ids = facilities["facility_id"].astype(str).to_numpy()
    strange = pairs[~pairs["kind"].isin(list(KINDS))]
    unknown = {
        str(word): tuple(ids[group.to_numpy()]) for word, group in strange.groupby("kind")["row"]
    }
    row = pairs["row"].to_numpy(dtype=np.int64)
    return Functions(row, tuple(pairs["kind"].tolist()), unknown)


def function_remarks(functions: Functions, asked: Sequence[str]) -> list[Remark]:
    """Name words that are no known kind: in the facilities' functions, and among those asked."""
    remarks = []
    for word, ids in functions.unknown.items():
        en, zh = listed(ids)
        remarks.append(
            Remark(
                "unknown_function",
                f"{word!r} is no known kind of facility{_hint(word)} (facilities {en}); "
                "it counts as a kind of its own.",
                f"“{word}”不是已知的设施类别（设施 {zh}），按单独的类别计。",
                ids,
            )
        )
    strange = [kind for kind in asked if kind not in KINDS and kind not in functions.unknown]
    return remarks + [_nobodys(kind) for kind in strange]


def _nobodys(kind: str) -> Remark:
    return Remark(
        "unknown_kind",
        f"{kind!r} is no known kind of facility{_hint(kind)}, and no facility bears it: "
        "nobody reaches it.",
        f"“{kind}”不是已知的设施类别，也没有设施属于它：无人可达。",
        (kind,),
    )


def known_kind(word: str) -> str:
    """
    Return the kind a word or Chinese name means; the word itself when none.

    >>> known_kind("便利店"), known_kind("medical"), known_kind("astrologer")
    ('convenience_store', 'medical', 'astrologer')
    """
    return _WORDS.get(word.strip(), word.strip())


def _hint(word: str) -> str:
    near = difflib.get_close_matches(word, KINDS, 1)
    return f" (did you mean {near[0]}?)" if near else ""


def _column(frame: gpd.GeoDataFrame, name: str) -> pd.Series:
    return frame[name] if name in frame.columns else pd.Series([None] * len(frame), dtype=object)
