"""
The layers Wangge takes in and gives out: their columns, in one place.

Importer, exporter, sample, OSM reader, documentation and database follow these
tables. A frame that has passed the importer is *canonical*: columns named and
typed as here, geometry in EPSG:4326 (lon, lat), keys unique and non-empty.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, NewType

AreaCode = NewType("AreaCode", str)
BuildingId = NewType("BuildingId", str)
CourtyardId = NewType("CourtyardId", str)
GridCode = NewType("GridCode", str)

LayerName = Literal[
    "areas",
    "courtyards",
    "gates",
    "buildings",
    "stairwells",
    "streets",
    "barriers",
    "facilities",
    "grids",
    "posts",
]
EditableLayer = Literal[
    "courtyards", "gates", "buildings", "stairwells", "streets", "barriers", "facilities"
]
"""Layers whose rows are edited one by one."""
GeometryKind = Literal["polygon", "line", "point", "none"]
FieldKind = Literal["key", "reference", "text", "count", "measure", "flag", "choice", "date"]

AREA_LEVELS = ("county", "subdistrict", "community")
COURTYARD_KINDS = ("old", "new", "resettlement", "commercial", "other")
HOUSEHOLD_KINDS = ("registered", "resident", "dwellings")
BARRIER_KINDS = ("river", "railway", "arterial", "wall", "other")
STREET_CLASSES = ("arterial", "street", "lane", "cycleway", "footpath", "steps")
STREET_ACCESS = ("public", "private")
GRID_KINDS = ("base", "special", "micro")
POST_ROLES = (
    "comprehensive",  # 综合网格员
    "assistant",  # 协管员
    "grid_head",  # 网格长
    "party_building",  # 党建
    "mediation",  # 调解
    "food_safety",  # 食安
    "subdistrict_head",
    "secretary",  # 社区书记
    "group_head",  # 居民小组长
    "building_head",  # 楼长
    "stairwell_head",  # 单元长
)
POST_TAGS = (
    "comprehensive",
    "party_building",
    "mediation",
    "food_safety",
    "public_order",
    "fire_safety",
    "sanitation",
    "civil_affairs",
    "health",
    "volunteer",
)
SUBJECT_KINDS = (
    "county",
    "subdistrict",
    "community",
    "group",  # 居民小组
    "grid",
    "building",
    "stairwell",
)
"""What a post can be for, from the widest to the narrowest."""
# Counts of groups of people: told at community level and above only (see DESIGN section 4).
SENSITIVE = ("residents", "elders", "vulnerable")
FACILITY_KINDS = (
    "service_centre",  # 党群、社区服务中心
    "medical",  # 医疗
    "rest_station",  # 驿站
    "canteen",  # 食堂
    "repair",  # 维修
    "cafe",  # 咖啡
    "culture",  # 文化空间
    "school",
    "kindergarten",
    "elder_care",
    "market",
    "pharmacy",
    "park",
    "toilet",
    "other",
)


@dataclass(frozen=True, slots=True)
class Field:
    """
    One column of a layer.

    ``required`` means that a row without a value is at fault; a missing
    optional column is filled with ``default``. ``choices`` closes a choice; of a text they are
    the words that are known, and any other may stand.
    """

    name: str
    kind: FieldKind
    zh: str
    required: bool = False
    choices: tuple[str, ...] = ()
    default: str | int | float | bool | None = None
    refers_to: LayerName | None = None
    lowest: float | None = None
    highest: float | None = None


@dataclass(frozen=True, slots=True)
class Layer:
    """One layer: its key column, its geometry and its other columns."""

    name: LayerName
    zh: str
    key: str
    geometry: GeometryKind
    fields: tuple[Field, ...]

    @property
    def columns(self) -> tuple[str, ...]:
        """Names of all columns without the geometry."""
        return tuple(f.name for f in self.fields)

    def field(self, name: str) -> Field:
        """Return the column of that name; KeyError when there is none."""
        for candidate in self.fields:
            if candidate.name == name:
                return candidate
        raise KeyError(name)


def _count(name: str, zh: str, *, required: bool = False, highest: float = 100_000) -> Field:
    return Field(name, "count", zh, required=required, lowest=0, highest=highest)


_COMMUNITY = Field("community_code", "reference", "社区代码", refers_to="areas")

_LAYERS = (
    Layer(
        "areas",
        "区划",
        "area_code",
        "polygon",
        (
            Field("area_code", "key", "区划代码", required=True),
            Field("name", "text", "名称", required=True),
            Field("level", "choice", "级别", choices=AREA_LEVELS, default="community"),
            Field("parent_code", "reference", "上级代码", refers_to="areas"),
        ),
    ),
    Layer(
        "courtyards",
        "小区",
        "courtyard_id",
        "polygon",
        (
            Field("courtyard_id", "key", "小区编号", required=True),
            Field("name", "text", "小区名称"),
            Field("kind", "choice", "小区类型", choices=COURTYARD_KINDS, default="other"),
            Field("walled", "flag", "封闭", default=False),
            Field("managed", "flag", "有物业"),
            _COMMUNITY,
        ),
    ),
    Layer(
        "gates",
        "出入口",
        "gate_id",
        "point",
        (
            Field("gate_id", "key", "出入口编号", required=True),
            Field("courtyard_id", "reference", "小区编号", refers_to="courtyards"),
            Field("name", "text", "名称"),
        ),
    ),
    Layer(
        "buildings",
        "楼栋",
        "building_id",
        "polygon",
        (
            Field("building_id", "key", "楼栋编号", required=True),
            Field("name", "text", "楼栋名称"),
            Field("number", "text", "楼号"),
            Field("address", "text", "地址"),
            Field("courtyard_id", "reference", "小区编号", refers_to="courtyards"),
            _COMMUNITY,
            _count("households", "户数", required=True),
            Field(
                "households_kind",
                "choice",
                "户数口径",
                choices=HOUSEHOLD_KINDS,
                default="registered",
            ),
            Field("households_estimated", "flag", "户数为估算", default=False),
            _count("floors", "层数", highest=200),
            _count("stairwells", "单元数", highest=100),
            _count("residents", "人数"),
            _count("elders", "老年人数"),
            _count("vulnerable", "重点人数"),
        ),
    ),
    Layer(
        "stairwells",
        "单元",
        "stairwell_id",
        "none",
        (
            Field("stairwell_id", "key", "单元编号", required=True),
            Field("building_id", "reference", "楼栋编号", required=True, refers_to="buildings"),
            Field("number", "text", "单元号"),
            _count("households", "户数", required=True),
        ),
    ),
    Layer(
        "streets",
        "道路",
        "street_id",
        "line",
        (
            Field("street_id", "key", "道路编号", required=True),
            Field("name", "text", "名称"),
            Field("street_class", "choice", "道路等级", choices=STREET_CLASSES, default="street"),
            Field("bridge", "flag", "桥", default=False),
            Field("tunnel", "flag", "隧道", default=False),
            Field("access", "choice", "通行", choices=STREET_ACCESS, default="public"),
            Field("level", "measure", "层位", default=0.0, lowest=-50, highest=50),
        ),
    ),
    Layer(
        "barriers",
        "阻隔",
        "barrier_id",
        "line",
        (
            Field("barrier_id", "key", "阻隔编号", required=True),
            Field("name", "text", "名称"),
            Field("kind", "choice", "阻隔类型", choices=BARRIER_KINDS, required=True),
        ),
    ),
    Layer(
        "facilities",
        "设施",
        "facility_id",
        "point",
        (
            Field("facility_id", "key", "设施编号", required=True),
            Field("name", "text", "名称"),
            Field("kind", "choice", "设施类别", choices=FACILITY_KINDS, required=True),
            Field("functions", "text", "功能"),
            Field("floor_area_m2", "measure", "建筑面积", lowest=0, highest=1e6),
            Field("opening_hours", "text", "开放时间"),
            Field("idle", "flag", "闲置", default=False),
            _COMMUNITY,
        ),
    ),
    Layer(
        "grids",
        "现状网格",
        "grid_code",
        "polygon",
        (
            Field("grid_code", "key", "网格编码", required=True),
            Field("name", "text", "网格名称"),
            Field("kind", "choice", "网格类型", choices=GRID_KINDS, default="base"),
            _COMMUNITY,
        ),
    ),
    Layer(
        "posts",
        "岗位",
        "post_id",
        "none",
        (
            Field("post_id", "key", "岗位编号", required=True),
            # One or several, between commas; empty where subject_kind names another subject.
            Field("grid_code", "reference", "网格编码", refers_to="grids"),
            Field("role", "text", "角色", choices=POST_ROLES, default="comprehensive"),
            Field("worker_id", "text", "网格员编号"),
            Field("worker_name", "text", "网格员姓名"),
            Field("worker_phone", "text", "联系电话"),
            Field("since", "date", "任职日期"),
            Field("until", "date", "离任日期"),  # the first day out of office
            Field("subject_kind", "choice", "对象类型", choices=SUBJECT_KINDS, default="grid"),
            Field("subject_code", "text", "对象编码"),
            _COMMUNITY,
            Field("covers", "text", "所辖楼栋"),
            Field("tags", "text", "岗位标签", choices=POST_TAGS),
            Field("deputy_id", "text", "副岗编号"),
            Field("deputy_name", "text", "副岗姓名"),
            Field("deputy_phone", "text", "副岗电话"),
        ),
    ),
)

LAYERS: dict[LayerName, Layer] = {layer.name: layer for layer in _LAYERS}

_GRIDS = LAYERS["grids"]
STANDING_GRIDS = Layer(
    "grids",
    "网格",
    _GRIDS.key,
    _GRIDS.geometry,
    (
        *_GRIDS.fields,
        _count("households", "户数"),
        Field("load", "measure", "负荷", lowest=0),
        Field("valid_from", "date", "生效日期"),
        Field("valid_to", "date", "失效日期"),
    ),
)
"""Published grids with their figures, as they leave; what comes in has none (`LAYERS`)."""
PLAN_GRIDS = Layer(
    "grids",
    "网格",
    "grid_no",
    _GRIDS.geometry,
    (
        _count("grid_no", "网格号"),
        Field("grid_code", "text", "网格编码"),
        *_GRIDS.fields[1:],
        _count("households", "户数"),
        Field("load", "measure", "负荷", lowest=0),
    ),
)
"""Grids of any plan, drafts too, whose codes are given when it is published."""
STAFF = (
    "worker_id",
    "worker_name",
    "worker_phone",
    "deputy_id",
    "deputy_name",
    "deputy_phone",
)
"""Columns of posts that name people: they leave by the command line only."""
