"""
The layer contract: what each map layer shows, from which zoom on, and what it never shows.

Tiles, TileJSON, styles and OGC features all read these tables, so they cannot disagree.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from gis.contracts import (
    BARRIER_KINDS,
    COURTYARD_KINDS,
    FACILITY_KINDS,
    GRID_KINDS,
    SENSITIVE,
)
from gis.errors import NotFound

AttributeKind = Literal["text", "number", "flag"]
GeometryKind = Literal["polygon", "line", "point"]
Filter = Literal["community", "kind"]
Scope = Literal["day", "day_or_plan", "plan", "walk"]


@dataclass(frozen=True, slots=True)
class Attribute:
    """One attribute of a layer's features."""

    name: str
    kind: AttributeKind
    en: str
    zh: str


@dataclass(frozen=True, slots=True)
class MapLayer:
    """
    One layer as every face shows it.

    Attributes
    ----------
    table
        The table whose shapes are drawn.
    geometry
        What the shapes are; the multiple form of it may stand for it.
    zooms
        First and last zoom at which tiles are made; clients draw the last one larger.
    attributes
        All that a feature tells, in this order.
    key
        The attribute that identifies a feature. ``id`` is the row's own number: no attribute, but
        the feature's id in a tile.
    depends_on
        Every table whose rows draw the layer: a change in one of them may change a tile.
    scope
        Whether the layer is asked for by a day (`at`), by a plan, by either, or by a walk: a
        facility kind with a speed and a cutoff.
    dated
        Whether the day asked for matters.
    filters
        What narrows the layer. ``community`` is any area's 12-digit code and means the
        communities below it in the area tree on that day; layers whose rows belong to no
        community show what touches these. ``kind`` is a value of the attribute of that name.
    kinds
        The values of ``kind``, where they are a closed set.
    merged_below
        Below this zoom a feature of a tile stands for several rows of the table, which it counts;
        0: never.
    merged_rows
        Which query finds those features.
    labels
        Layer whose named features this one shows, each as a point inside.
    suppressed
        Columns of the source that must never appear.
    """

    name: str
    en: str
    zh: str
    table: str
    geometry: GeometryKind
    zooms: tuple[int, int]
    attributes: tuple[Attribute, ...]
    key: str = "code"
    depends_on: tuple[str, ...] = ()
    scope: Scope = "day"
    dated: bool = True
    filters: tuple[Filter, ...] = ("community",)
    kinds: tuple[str, ...] = ()
    merged_below: int = 0
    merged_rows: str = ""
    labels: str = ""
    suppressed: tuple[str, ...] = SENSITIVE

    @property
    def row_attributes(self) -> tuple[Attribute, ...]:
        """What one row tells: all but the count of rows that a merged feature stands for."""
        return tuple(
            told for told in self.attributes if not (self.merged_below and told.name == self.name)
        )


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

_GRID = (
    _number("plan", "id of the plan", "方案编号"),
    _GRID_NO,
    _CODE,
    _NAME,
    _KIND,
    _text("community", "code of the community", "社区代码"),
    _HOUSEHOLDS,
    _number("load", "households over cap; 1 is full", "负荷，1 为满"),
    _flag("over_cap", "above the cap", "超限"),
    _number("posts", "posts; absent in the grids of a plan", "岗位数；按方案显示时无此项"),
    _number("vacancies", "posts that nobody holds", "空岗数"),
)

_LAYERS = (
    MapLayer(
        "communities",
        "Communities",
        "社区",
        "area",
        "polygon",
        (6, 16),
        (_CODE, _NAME),
        depends_on=("area",),
    ),
    MapLayer(
        "courtyards",
        "Courtyards",
        "小区",
        "courtyard",
        "polygon",
        (10, 16),
        (_CODE, _NAME, _KIND, _flag("walled", "walled", "封闭")),
        depends_on=("courtyard", "retirement"),
        filters=("community", "kind"),
        kinds=COURTYARD_KINDS,
    ),
    MapLayer(
        "buildings",
        "Buildings",
        "楼栋",
        "building",
        "polygon",
        (10, 16),
        (
            _CODE,
            _NAME,
            _text("number", "number", "楼号"),
            _COURTYARD,
            _HOUSEHOLDS,
            _flag("estimated", "households are an estimate", "户数为估算"),
            _number("floors", "floors", "层数"),
            _number(
                "buildings",
                "buildings that it stands for; absent: one",
                "所代表的楼栋数；无此项即一栋",
            ),
        ),
        depends_on=("building", "courtyard", "retirement"),
        merged_below=14,
        merged_rows="building_blocks",
    ),
    MapLayer(
        "streets",
        "Streets",
        "道路",
        "street",
        "line",
        (9, 16),
        (
            _CODE,
            _NAME,
            _text("class", "class", "等级"),
            _flag("bridge", "bridge", "桥"),
            _flag("tunnel", "tunnel", "隧道"),
        ),
        depends_on=("street", "retirement"),
    ),
    MapLayer(
        "barriers",
        "Barriers",
        "阻隔",
        "barrier",
        "line",
        (9, 16),
        (_CODE, _NAME, _KIND),
        depends_on=("barrier", "retirement"),
        filters=("community", "kind"),
        kinds=BARRIER_KINDS,
    ),
    MapLayer(
        "gates",
        "Gates",
        "出入口",
        "gate",
        "point",
        (15, 16),
        (_CODE, _NAME, _COURTYARD),
        depends_on=("gate", "courtyard", "retirement"),
    ),
    MapLayer(
        "facilities",
        "Facilities",
        "设施",
        "facility",
        "point",
        (8, 16),
        (
            _CODE,
            _NAME,
            _KIND,
            _flag("idle", "idle premises", "闲置"),
            _number(
                "facilities",
                "facilities that it stands for; absent: one",
                "所代表的设施数；无此项即一处",
            ),
        ),
        depends_on=("facility", "retirement"),
        merged_below=14,
        merged_rows="facility_clusters",
        filters=("community", "kind"),
        kinds=FACILITY_KINDS,
    ),
    MapLayer(
        "grids",
        "Grids",
        "网格",
        "plan_grid",
        "polygon",
        (9, 16),
        (
            *_GRID,
            _number(
                "holder_class",
                "colour class of the holder, 1 to 8; holders share classes",
                "任职人员色类，1 至 8；不同人员可同色",
            ),
        ),
        depends_on=("plan_grid", "plan", "grid", "grid_period", "post"),
        scope="day_or_plan",
        filters=("community", "kind"),
        kinds=GRID_KINDS,
    ),
    MapLayer(
        "cells",
        "Cells",
        "单元面",
        "unit",
        "polygon",
        (13, 17),
        (
            _text("unit", "id of the unit", "单元编号"),
            _KIND,
            _text("building", "code of the building", "楼栋编号"),
            _COURTYARD,
            _HOUSEHOLDS,
            _GRID_NO,
        ),
        key="unit",
        depends_on=("unit", "plan", "assignment"),
        scope="plan",
        dated=False,
    ),
    MapLayer(
        "reach",
        "Walk to the nearest",
        "步行可达",
        "building",
        "polygon",
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
        depends_on=("reach", "building", "facility", "retirement"),
        scope="walk",
        filters=("community", "kind"),
    ),
    MapLayer(
        "circles",
        "Service circles",
        "服务圈",
        "circle",
        "polygon",
        (10, 16),
        (
            _KIND,
            _text("facility", "code of the facility; absent: all of the kind", "设施编号"),
            _number("minutes", "minutes on foot", "步行分钟"),
            _number("speed", "metres a second", "步速，米每秒"),
        ),
        key="id",
        depends_on=("circle", "facility"),
        scope="walk",
        filters=("community", "kind"),
        dated=False,
    ),
    MapLayer(
        "gaps",
        "Gaps",
        "服务盲区",
        "service_gap",
        "polygon",
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
        key="id",
        depends_on=("service_gap",),
        scope="walk",
        filters=("community", "kind"),
        dated=False,
    ),
    MapLayer(
        "sites",
        "Suggested places",
        "建议选址",
        "site",
        "point",
        (10, 16),
        (
            _KIND,
            _number("rank", "order of building", "建设次序"),
            _text("place", "code of the place", "候选点编号"),
            _number("households_gained", "households that reach it anew", "新增可达户数"),
        ),
        key="id",
        depends_on=("site",),
        scope="walk",
        filters=("community", "kind"),
        dated=False,
    ),
)

LAYERS: dict[str, MapLayer] = {layer.name: layer for layer in _LAYERS}
"""What every face shows: tiles, styles, features, files."""

_GRID_LABELS = replace(
    LAYERS["grids"],
    name="grid_labels",
    en="Names of grids",
    zh="网格注记",
    geometry="point",
    zooms=(11, 16),
    attributes=(*_GRID, _flag("estimated", "households are partly an estimate", "户数含估算")),
    depends_on=(*LAYERS["grids"].depends_on, "assignment", "unit"),
)

_COURTYARD_LABELS = replace(
    LAYERS["courtyards"],
    name="courtyard_labels",
    en="Names of courtyards",
    zh="小区注记",
    geometry="point",
    zooms=(14, 16),
    labels="courtyards",
)

TILE_LAYERS: dict[str, MapLayer] = {
    **LAYERS,
    "grid_labels": _GRID_LABELS,
    "courtyard_labels": _COURTYARD_LABELS,
}
"""
What tiles carry: the layers, and the points at which grids and courtyards are named.

These may lie on several tiles, and a map would name them on each.
"""


def map_layer(name: str) -> MapLayer:
    """
    Return the layer of that name.

    Raises
    ------
    NotFound
        There is no such layer.
    """
    if name not in TILE_LAYERS:
        known = ", ".join(LAYERS)
        raise NotFound(
            f"There is no map layer {name}; there are {known}.",
            f"没有名为 {name} 的图层；可用的有 {known}。",
        )
    return TILE_LAYERS[name]


def map_layers(names: str) -> tuple[MapLayer, ...]:
    """
    Return the layers of names joined with commas, each once, in the order of the contract.

    Raises
    ------
    NotFound
        One of them is no layer.
    """
    asked = {map_layer(name).name for name in names.split(",")}
    return tuple(layer for layer in TILE_LAYERS.values() if layer.name in asked)
