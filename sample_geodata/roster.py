"""The building ledger of the sample, spelled as such ledgers are in life."""

from __future__ import annotations

from collections.abc import Callable

import geopandas as gpd
import numpy as np
import pandas as pd

from sample_geodata.blocks import Rng

BAD_SHARE = 0.03
HEADINGS = (
    "序号",
    "所属社区",
    "小区名称",
    "楼号",
    "地址",
    "户数",
    "单元数",
    "层数",
    "居住人数",
    "老年人数",
    "重点人数",
    "备注",
)
_WIDE = str.maketrans("0123456789", "０１２３４５６７８９")
_TRADITIONAL = str.maketrans("云宿区号栋厂业东园兴", "雲宿區號棟廠業東園興")

Cells = dict[str, object]


def roster_rows(
    areas: gpd.GeoDataFrame,
    courtyards: gpd.GeoDataFrame,
    buildings: gpd.GeoDataFrame,
    rng: Rng,
) -> pd.DataFrame:
    """
    One row for each inhabited building, without geometry, as text the way clerks type it.

    A share `BAD_SHARE` of the rows, marked by nothing, cannot be used as they stand: no
    count, a count that is none or negative, a courtyard or building that does not exist, or
    the same building once more.
    """
    lived_in = buildings[buildings["households"] > 0].reset_index(drop=True)
    name_of = dict(zip(courtyards["courtyard_id"], courtyards["name"], strict=True))
    community = dict(zip(areas["area_code"], areas["name"], strict=True))
    rows = [_plain(r, name_of, community) for r in lived_in.to_dict("records")]
    for row in rows:
        _respell(row, rng)
    bad = np.sort(rng.choice(len(rows), size=round(BAD_SHARE * len(rows)), replace=False))
    for n, k in enumerate(bad):
        _SPOIL[n % len(_SPOIL)](rows, int(k))
    for k, row in enumerate(rows, start=1):
        row["序号"] = k
    return pd.DataFrame(rows, columns=list(HEADINGS))


def _plain(record: dict[object, object], name_of: Cells, community: Cells) -> Cells:
    inside, number = record["courtyard_id"], record["number"]
    return {
        "所属社区": community[str(record["community_code"])],
        "小区名称": name_of[inside] if isinstance(inside, str) else None,
        "楼号": number if isinstance(number, str) else None,
        "地址": record["address"],
        "户数": record["households"],
        "单元数": record["stairwells"],
        "层数": record["floors"],
        "居住人数": record["residents"],
        "老年人数": record["elders"],
        "重点人数": record["vulnerable"],
        "备注": None,
    }


def _respell(row: Cells, rng: Rng) -> None:
    """Full-width digits, 苑 for 园, traditional characters, stray spaces, counts as words."""
    for field in ("小区名称", "楼号", "地址"):
        text = row[field]
        if isinstance(text, str):
            row[field] = _respelled(text, rng)
    households = row["户数"]
    luck = float(rng.random())
    if luck < 0.06:
        row["户数"] = str(households).translate(_WIDE)
    elif luck < 0.10:
        row["户数"] = f"{households}户"
    elif luck < 0.12:
        row["户数"] = f"约{households}户"
        row["备注"] = "数据待核实"
    elif luck < 0.15:
        row["户数"] = f" {households} "


def _respelled(text: str, rng: Rng) -> str:
    luck = float(rng.random())
    if luck < 0.07:
        return text.translate(_WIDE)
    if luck < 0.11:
        return text.translate(_TRADITIONAL)
    if luck < 0.16:
        return f"{text[:2]} {text[2:]}" if luck < 0.13 else f"{text}　"
    if luck < 0.26 and "苑" in text:
        return text.replace("苑", "园")
    return text


def _without_count(rows: list[Cells], k: int) -> None:
    rows[k]["户数"] = None


def _count_in_words(rows: list[Cells], k: int) -> None:
    rows[k]["户数"] = "不详"


def _negative_count(rows: list[Cells], k: int) -> None:
    rows[k]["户数"] = -12


def _unknown_courtyard(rows: list[Cells], k: int) -> None:
    rows[k].update({"小区名称": "新华书店家属院", "楼号": "2幢", "地址": None})


def _unknown_building(rows: list[Cells], k: int) -> None:
    rows[k].update({"楼号": "97幢", "地址": "云溪路997号"})


def _same_again(rows: list[Cells], k: int) -> None:
    rows[k] = dict(rows[k - 1])


_SPOIL: tuple[Callable[[list[Cells], int], None], ...] = (
    _without_count,
    _count_in_words,
    _negative_count,
    _unknown_courtyard,
    _unknown_building,
    _same_again,
)
