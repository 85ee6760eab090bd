"""What can be wrong with a row of a roster, and what to do about it."""

from __future__ import annotations

ROSTER_TEXTS = {
    "grid-unknown": (
        "grid {} is not there; publish or adopt it first, then retry.",
        "网格“{}”不存在，请先发布或采用现状网格，再重试。",
    ),
    "area-unknown": (
        "area {} of that level is not there; import areas first or correct the code, then retry.",
        "没有该级别的区划“{}”，请先导入区划或改正代码，再重试。",
    ),
    "stairwell-unknown": (
        "stairwell {} is not there; import it first, or write BUILDING#NUMBER, then retry.",
        "单元“{}”不存在，请先导入单元，或写成“楼栋编号#单元序号”，再重试。",
    ),
    "group-without-community": (
        "names the resident group {} but not its community; give community_code.",
        "居民小组“{}”没有写明所属社区，请补填社区代码。",
    ),
    "subject-missing": (
        "says neither grid nor other subject; give grid_code, or subject_kind and subject_code.",
        "没有写明网格或其他对象，请填写网格编码，或对象类型与对象编码。",
    ),
    "building-in-two-groups": (
        "covers building {}, which an earlier row gives to another group; keep one.",
        "所辖楼栋 {} 已由前面一行划入另一小组，请保留其一。",
    ),
    "community-unknown": (
        "names community {}, which is not there; import areas first or mend the code.",
        "社区代码 {} 不存在，请先导入区划或改正代码。",
    ),
    "number-taken": (
        "uses the number {}, which is taken outside your area; give one of your own.",
        "编号“{}”已在您的管辖范围以外使用，请改用本单位自己的编号。",
    ),
    "worker-without-id": (
        "names a worker without a number; give worker_id.",
        "填写了网格员但没有网格员编号，请补填。",
    ),
    "worker-identity": (
        "has an identity number where a staff number belongs; give numbers of your own.",
        "人员编号处填写了身份证号码，请改用本单位的工号。",
    ),
    "worker-told-twice": (
        "gives {} another name or phone than an earlier row; make them agree.",
        "“{}”的姓名或电话与前面的行不一致，请统一。",
    ),
    "person-twice": (
        "is the same person, by name and phone, as {} in an earlier row; use one number.",
        "与前面行中的“{}”姓名和电话相同，为同一人，请使用同一编号。",
    ),
    "person-known": (
        "is stored already, by name and phone, as {}; use that number.",
        "此人（姓名和电话相同）已以编号“{}”入库，请使用该编号。",
    ),
    "own-deputy": (
        "has {} as deputy of themselves; name somebody else or nobody.",
        "“{}”同时是本岗的副岗，请另填他人或留空。",
    ),
    "dates-reversed": (
        "ends on {}, which is not after it begins; correct since or until.",
        "离任日期 {} 不晚于任职日期，请改正。",
    ),
    "seat-taken": (
        "is a seat that one post holds at a time, and post {} holds it then; end one of them.",
        "此岗同时只能有一人，而岗位“{}”在该时段已占用，请先结束其一。",
    ),
    "post-twice": (
        "gives the same person the same role for the same subject as post {}; keep one.",
        "与岗位“{}”的人员、角色和对象相同且时间重叠，请保留其一。",
    ),
}
ROSTER_RECHECKABLE = (
    "grid-unknown",
    "area-unknown",
    "stairwell-unknown",
    "person-known",
    "seat-taken",
)
"""What can come right without touching the row."""
