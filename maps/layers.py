"""
The layer contract: what each tile layer shows, from which zoom on, and what it never shows.

Tiles, TileJSON and styles all read these tables, so they cannot disagree.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from gis.contracts import SENSITIVE
from gis.errors import NotFound

AttributeKind = Literal["text", "number", "flag"]
Scope = Literal["day", "day_or_plan", "plan", "walk"]


@dataclass(frozen=True, slots=True)
class Attribute:
    """One attribute of a tile's features."""

    name: str
    kind: AttributeKind
    en: str
    zh: str


@dataclass(frozen=True, slots=True)
class TileLayer:
    """
    One layer of vector tiles.

    Attributes
    ----------
    table
        The table whose shapes are drawn.
    zooms
        First and last zoom at which tiles are made; clients draw the last one larger.
    scope
        Whether the layer is asked for by a day (`at`), by a plan, by either, or by a walk: a
        facility kind with a speed and a cutoff.
    suppressed
        Columns of the source that must never appear in a tile.
    """

    name: str
    en: str
    zh: str
    table: str
    zooms: tuple[int, int]
    attributes: tuple[Attribute, ...]
    scope: Scope = "day"
    suppressed: tuple[str, ...] = ()


def _text(name: str, en: str, zh: str) -> Attribute:
    return Attribute(name, "text", en, zh)


def _number(name: str, en: str, zh: str) -> Attribute:
    return Attribute(name, "number", en, zh)


def _flag(name: str, en: str, zh: str) -> Attribute:
    return Attribute(name, "flag", en, zh)


_CODE = _text("code", "code", "编码")
_NAME = _text("name", "name", "名称")
_KIND = _text("kind", "kind", "类别")
_COURTYARD = _text("courtyard", "code of the courtyard", "小区编号")
_HOUSEHOLDS = _number("households", "households", "户数")
_GRID_NO = _number("grid_no", "number of the grid within its plan", "方案内网格序号")

_LAYERS = (
    TileLayer("communities", "Communities", "社区", "area", (6, 16), (_CODE, _NAME)),
    TileLayer(
        "courtyards",
        "Courtyards",
        "小区",
        "courtyard",
        (12, 16),
        (_CODE, _NAME, _KIND, _flag("walled", "walled", "封闭")),
    ),
    TileLayer(
        "buildings",
        "Buildings",
        "楼栋",
        "building",
        (13, 16),
        (
            _CODE,
            _NAME,
            _text("number", "number", "楼号"),
            _COURTYARD,
            _HOUSEHOLDS,
            _flag("estimated", "households are an estimate", "户数为估算"),
            _number("floors", "floors", "层数"),
        ),
        suppressed=SENSITIVE,
    ),
    TileLayer(
        "streets",
        "Streets",
        "道路",
        "street",
        (12, 16),
        (
            _NAME,
            _text("class", "class", "等级"),
            _flag("bridge", "bridge", "桥"),
            _flag("tunnel", "tunnel", "隧道"),
        ),
    ),
    TileLayer("barriers", "Barriers", "阻隔", "barrier", (11, 16), (_NAME, _KIND)),
    TileLayer("gates", "Gates", "出入口", "gate", (15, 16), (_CODE, _NAME, _COURTYARD)),
    TileLayer(
        "facilities",
        "Facilities",
        "设施",
        "facility",
        (12, 16),
        (_CODE, _NAME, _KIND, _flag("idle", "idle premises", "闲置")),
    ),
    TileLayer(
        "grids",
        "Grids",
        "网格",
        "plan_grid",
        (9, 16),
        (
            _number("plan", "id of the plan", "方案编号"),
            _GRID_NO,
            _CODE,
            _NAME,
            _KIND,
            _text("community", "code of the community", "社区代码"),
            _HOUSEHOLDS,
            _number("load", "households over cap; 1 is full", "负荷，1 为满"),
            _flag("over_cap", "above the cap", "超限"),
        ),
        scope="day_or_plan",
    ),
    TileLayer(
        "cells",
        "Cells",
        "单元面",
        "unit",
        (13, 17),
        (
            _text("unit", "id of the unit", "单元编号"),
            _KIND,
            _text("building", "code of the building", "楼栋编号"),
            _COURTYARD,
            _HOUSEHOLDS,
            _GRID_NO,
        ),
        scope="plan",
    ),
    TileLayer(
        "reach",
        "Walk to the nearest",
        "步行可达",
        "building",
        (13, 16),
        (
            _CODE,
            _NAME,
            _HOUSEHOLDS,
            _flag("estimated", "households are an estimate", "户数为估算"),
            _KIND,
            _text("facility", "code of the nearest facility", "最近设施编号"),
            _text("facility_name", "name of the nearest facility", "最近设施名称"),
            _number("metres", "metres on foot", "步行米数"),
            _number("minutes", "minutes on foot", "步行分钟"),
            _text("reason", "why there is no way", "不可达原因"),
        ),
        scope="walk",
        suppressed=SENSITIVE,
    ),
    TileLayer(
        "circles",
        "Service circles",
        "服务圈",
        "circle",
        (10, 16),
        (
            _KIND,
            _text("facility", "code of the facility; absent: all of the kind", "设施编号"),
            _number("minutes", "minutes on foot", "步行分钟"),
            _number("speed", "metres a second", "步速，米每秒"),
        ),
        scope="walk",
    ),
    TileLayer(
        "gaps",
        "Gaps",
        "服务盲区",
        "service_gap",
        (10, 16),
        (
            _KIND,
            _number("rank", "1 has most households", "位次，1 为户数最多"),
            _text("community", "code of the community", "社区代码"),
            _HOUSEHOLDS,
            _number("buildings", "buildings", "楼栋数"),
            _flag("estimated", "households are partly an estimate", "户数含估算"),
            _number("minutes", "minutes on foot", "步行分钟"),
        ),
        scope="walk",
    ),
    TileLayer(
        "sites",
        "Suggested places",
        "建议选址",
        "site",
        (10, 16),
        (
            _KIND,
            _number("rank", "order of building", "建设次序"),
            _text("place", "code of the place", "候选点编号"),
            _number("households_gained", "households that reach it anew", "新增可达户数"),
        ),
        scope="walk",
    ),
)

LAYERS: dict[str, TileLayer] = {layer.name: layer for layer in _LAYERS}


def tile_layer(name: str) -> TileLayer:
    """
    Return the layer of that name.

    Raises
    ------
    NotFound
        There is no such layer.
    """
    if name not in LAYERS:
        known = ", ".join(LAYERS)
        raise NotFound(
            f"There is no tile layer {name}; there are {known}.",
            f"没有名为 {name} 的瓦片图层；可用的有 {known}。",
        )
    return LAYERS[name]
