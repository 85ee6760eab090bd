"""Gathering faults row by row, with the sentence and the remedy of each in one table."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt

from gis.io.report import Fault, Severity

Mask = npt.NDArray[np.bool_]

_TEXTS: dict[str, tuple[Severity, str, str]] = {
    "geometry-missing": ("error", "has no geometry; draw it.", "没有图形，请补画。"),
    "geometry-empty": ("error", "has an empty geometry; draw it.", "图形为空，请补画。"),
    "geometry-broken": (
        "error",
        "has a geometry that cannot be built; draw it again.",
        "图形无法解析，请重画。",
    ),
    "geometry-type": (
        "error",
        "has a {value}; this layer takes {detail}.",
        "图形类型为 {value}，此图层需要 {detail}。",
    ),
    "geometry-outlined": (
        "note",
        "is an area; its outline is the barrier.",
        "是面，以其轮廓作为阻隔。",
    ),
    "geometry-nonfinite": (
        "error",
        "has coordinates that are no numbers; draw it again.",
        "坐标含有非数值，请重画。",
    ),
    "geometry-absurd": (
        "error",
        "has coordinates outside the world; check --crs.",
        "坐标超出地球范围，请检查 --crs。",
    ),
    "geometry-invalid": (
        "error",
        "crosses itself and mending would change its area by over 0.1 % ({detail}); redraw it.",
        "图形自相交，修复会使面积变化超过 0.1%（{detail}），请重画。",
    ),
    "geometry-collapsed": (
        "error",
        "has no area or length; redraw it.",
        "图形没有面积或长度，请重画。",
    ),
    "geometry-repaired": (
        "note",
        "was not valid ({detail}) and was mended; area changed under 0.1 %.",
        "图形无效（{detail}），已修复，面积变化不到 0.1%。",
    ),
    "outside-community": (
        "error",
        "lies outside its community ({value}); check the code or the place.",
        "位于所属社区（{value}）之外，请核对代码或位置。",
    ),
    "outside-all": (
        "error",
        "lies outside all communities; check the place.",
        "不在任何社区之内，请核对位置。",
    ),
    "community-unknown": (
        "error",
        "names community {value}, which is not there; import areas first or mend the code.",
        "社区代码 {value} 不存在，请先导入区划或改正代码。",
    ),
    "community-by-place": (
        "note",
        "community codes were missing in {detail} rows and filled in by location.",
        "{detail} 行缺少社区代码，已按位置补上。",
    ),
    "overlap": (
        "error",
        "covers over 5 % of the smaller of itself and row {detail}; keep one or redraw.",
        "与第 {detail} 行的图形重叠超过较小者的 5%，请保留其一或重画。",
    ),
    "key-missing": ("error", "has no code; give it one.", "没有编号，请补填。"),
    "key-derived": (
        "note",
        "there is no column of codes ({value}); codes were made from each row's shape or text.",
        "没有编号列（{value}），已由图形或文字生成编号。",
    ),
    "duplicate-code": (
        "error",
        "has the code {value} of row {detail}; codes must be unique.",
        "编号 {value} 与第 {detail} 行重复，编号必须唯一。",
    ),
    "value-missing": ("error", "has no {detail}; fill it in.", "缺少{detail}，请补填。"),
    "count-not-number": (
        "error",
        "{detail} {value!r} is not a number; write digits.",
        "{detail}“{value}”不是数字，请填数字。",
    ),
    "count-negative": (
        "error",
        "{detail} is negative ({value}); correct it.",
        "{detail}为负数（{value}），请改正。",
    ),
    "count-fractional": (
        "error",
        "{detail} is not whole ({value}); correct it.",
        "{detail}不是整数（{value}），请改正。",
    ),
    "count-too-large": (
        "error",
        "{detail} is impossibly large ({value}); correct it.",
        "{detail}过大（{value}），请改正。",
    ),
    "count-reread": (
        "note",
        "{detail} written as {value!r} was read as a plain number.",
        "{detail}“{value}”已按数字读取。",
    ),
    "count-estimated": (
        "note",
        "{detail} written as {value!r} counts as an estimate.",
        "{detail}“{value}”按估算值处理。",
    ),
    "choice-unknown": (
        "error",
        "{value!r} is none of: {detail}; correct it or map it with --mapping.",
        "“{value}”不在可选项中（{detail}），请改正或用 --mapping 对应。",
    ),
    "flag-unknown": (
        "error",
        "{value!r} is neither yes nor no; write 是 or 否.",
        "“{value}”既不是“是”也不是“否”。",
    ),
    "date-unknown": (
        "error",
        "{value!r} is not a date; write 2026-01-31.",
        "“{value}”不是日期，请写成 2026-01-31。",
    ),
    "courtyard-unknown": (
        "error",
        "courtyard {value} is not there; import it first or correct the name.",
        "小区“{value}”不存在，请先导入或改正名称。",
    ),
    "formula-without-value": (
        "error",
        "holds a formula without a stored value; open and save the file in Excel or WPS.",
        "单元格是公式且没有保存结果，请用 Excel 或 WPS 打开并保存。",
    ),
    "column-unmapped": (
        "note",
        "column {value!r} is not used; map it with --mapping if it matters.",
        "列“{value}”未使用，如有需要请用 --mapping 对应。",
    ),
    "column-by-prefix": (
        "note",
        "column {value!r} was cut to 10 bytes and read as {detail}.",
        "列“{value}”被截断，按 {detail} 读取。",
    ),
    "crs-assumed": (
        "note",
        "the file names no CRS; the coordinates look like degrees and were read as {detail}.",
        "文件未注明坐标系，坐标像经纬度，按 {detail} 读取。",
    ),
    "encoding-told": (
        "note",
        "the text was read as {detail}, told from its content.",
        "文字编码按内容判断为 {detail}。",
    ),
    "no-geometry": (
        "note",
        "the file has no geometry: its rows wait to be matched to the map.",
        "文件没有图形，各行待与地图匹配。",
    ),
}


class Findings:
    """
    Collects the faults of one file; rows are positions from 0 inside, from 1 in reports.

    Attributes
    ----------
    bad
        True for every row that has at least one error.
    """

    def __init__(self, file: str, rows: int) -> None:
        self.file = file
        self.bad: Mask = np.zeros(rows, dtype=bool)
        self._faults: list[Fault] = []

    def whole(self, code: str, *, field: str = "", value: str = "", detail: str = "") -> None:
        """Add a finding about the whole file."""
        self._faults.append(self._fault(0, field, code, value, detail))

    def rows(
        self,
        code: str,
        rows: Mask | Iterable[int],
        *,
        field: str = "",
        values: npt.NDArray[np.object_] | None = None,
        details: npt.NDArray[np.object_] | str = "",
    ) -> None:
        """
        Add one finding for each of `rows`.

        `rows` is a mask over the file or positions from 0; `values` and `details` span the
        whole file, or `details` is one text for all.
        """
        positions = np.asarray(rows if isinstance(rows, np.ndarray) else list(rows))
        if positions.dtype == bool:
            positions = np.flatnonzero(positions)
        if _TEXTS[code][0] == "error":
            self.bad[positions.astype(np.intp)] = True
        for row in positions.tolist():
            value = "" if values is None else _shown(values[row])
            detail = details if isinstance(details, str) else str(details[row])
            self._faults.append(self._fault(row + 1, field, code, value, detail))

    def faults(self) -> tuple[Fault, ...]:
        """All findings by row, in the order they were made."""
        return tuple(sorted(self._faults, key=lambda fault: fault.row))

    def _fault(self, row: int, field: str, code: str, value: str, detail: str) -> Fault:
        severity, en, zh = _TEXTS[code]
        return Fault(
            file=self.file,
            row=row,
            field=field,
            code=code,
            severity=severity,
            en=en.format(value=value, detail=detail),
            zh=zh.format(value=value, detail=detail),
            value=value,
        )


def _shown(value: object) -> str:
    text = "" if value is None or value != value else str(value)  # noqa: PLR0124 (NaN)
    return text if len(text) <= 80 else text[:77] + "..."
