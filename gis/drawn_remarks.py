"""What is unclear about grids drawn by hand, one sentence for each, in both languages."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from gis.adoption import UNASSIGNED
from gis.drawn_grids import Overlay
from gis.drawn_names import Meant
from gis.errors import first_ids
from gis.io.report import Fault

RemarkKind = Literal[
    "unreadable", "mended", "overlap", "divided", "doubled", "uncovered",
    "no_units", "elsewhere", "several_parts", "same_grid", "by_place", "locked",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Remark:
    """
    Something to look at.

    ``rows`` are rows of the file (from 1), ``units`` numbers of units of the ground.
    """

    kind: RemarkKind
    rows: tuple[int, ...]
    units: tuple[int, ...]
    en: str
    zh: str


def remarks(
    drawn: pd.DataFrame,
    parts: npt.NDArray[np.integer],
    overlay: Overlay,
    meant: Meant,
    units: pd.DataFrame,
    names: dict[int, str],
) -> list[Remark]:
    """
    Tell what is unclear: units first, then polygons.

    Parameters
    ----------
    drawn
        ``row_no`` and what each polygon is called (`gis.io.drawn.DrawnGrids.frame`).
    parts
        How many parts each polygon has.
    units
        ``unit_id``, ``households`` of the ground.
    names
        Names of grids by number, new ones too.
    """
    teller = _Teller(drawn["row_no"].tolist(), meant.number.tolist(), names)
    return [
        *_of_units(teller, overlay, units),
        *_overlaps(teller, overlay),
        *_of_polygons(teller, overlay, meant, parts),
        *_same_grid(teller, overlay),
    ]


def of_faults(faults: tuple[Fault, ...]) -> list[Remark]:
    """Tell rows that could not be used or were mended."""
    return [
        Remark(
            "unreadable" if fault.severity == "error" else "mended",
            (fault.row,) if fault.row else (),
            (),
            f"Row {fault.row} {fault.en}" if fault.row else f"The file: {fault.en}",
            f"第 {fault.row} 行{fault.zh}" if fault.row else fault.zh,
        )
        for fault in faults
    ]


@dataclass(frozen=True, slots=True)
class _Teller:
    rows: list[int]
    numbers: list[int]
    names: dict[int, str]

    def name(self, polygon: int) -> str:
        """Grid that a polygon means; its row where it means none."""
        return self.names.get(self.numbers[polygon], f"#{self.rows[polygon]}")


def _of_units(tell: _Teller, overlay: Overlay, units: pd.DataFrame) -> Iterator[Remark]:
    ids, households = units["unit_id"].to_numpy(object), units["households"].to_numpy()
    unclear = np.flatnonzero(overlay.doubled | overlay.divided)
    for unit in unclear[np.argsort(-households[unclear], kind="stable")].tolist():
        first, second = int(overlay.polygon[unit]), int(overlay.other[unit])
        rows = tuple(tell.rows[p] for p in (first, second) if p != UNASSIGNED)
        its, rest = f"{overlay.share[unit]:.0%}", f"{overlay.other_share[unit]:.0%}"
        name = tell.name(first)
        other = "" if second == UNASSIGNED else tell.name(second)
        about = (rows, (unit,))
        if overlay.doubled[unit]:
            yield Remark(
                "doubled",
                *about,
                f"{ids[unit]} lies in two polygons at once: {name} ({its}) and {other} ({rest}). "
                f"It goes to {name}.",
                f"{ids[unit]} 同时落在两个面内：{name}（{its}）和 {other}（{rest}），归入 {name}。",
            )
        else:
            also_en = f" and by {rest} in {other}" if other else ""
            also_zh = f"，{rest} 在 {other}" if other else ""
            yield Remark(
                "divided",
                *about,
                f"{ids[unit]} lies by only {its} in {name}{also_en}. It goes to {name}.",
                f"{ids[unit]} 只有 {its} 在 {name} 内{also_zh}，归入 {name}。",
            )
    out = np.flatnonzero(overlay.polygon == UNASSIGNED)
    crowd = int(households[out].sum())
    if out.size:
        named = out[np.argsort(-households[out], kind="stable")]
        yield Remark(
            "uncovered",
            (),
            tuple(named.tolist()),
            f"{out.size} units with {crowd} households lie in no polygon, such as "
            f"{first_ids(ids[named])}. They stay where they are.",
            f"{out.size} 个单位（{crowd} 户）不在任何面内，如 {first_ids(ids[named])}，"
            "保持原归属。",
        )


def _overlaps(tell: _Teller, overlay: Overlay) -> Iterator[Remark]:
    for a, b, area in overlay.overlaps.itertuples(index=False):
        one, two = tell.name(a), tell.name(b)
        yield Remark(
            "overlap",
            (tell.rows[a], tell.rows[b]),
            (),
            f"{one} (row {tell.rows[a]}) and {two} (row {tell.rows[b]}) overlap on {area:,.0f} m2.",
            f"{one}（第 {tell.rows[a]} 行）与 {two}（第 {tell.rows[b]} 行）重叠 "
            f"{area:,.0f} 平方米。",
        )


def _of_polygons(
    tell: _Teller, overlay: Overlay, meant: Meant, parts: npt.NDArray[np.integer]
) -> Iterator[Remark]:
    held = np.isin(np.arange(len(tell.rows)), overlay.polygon)
    apart = tuple(row for row, away in zip(tell.rows, overlay.apart, strict=True) if away)
    if apart:
        yield Remark(
            "elsewhere",
            apart,
            (),
            f"{len(apart)} polygons lie outside the community and are passed over: rows "
            f"{first_ids(apart)}.",
            f"{len(apart)} 个面不在本社区范围内，未采用：第 {first_ids(apart)} 行。",
        )
    for polygon, row in enumerate(tell.rows):
        name, about = tell.name(polygon), ((row,), ())
        if overlay.apart[polygon]:
            continue
        if not held[polygon]:
            yield Remark(
                "no_units",
                *about,
                f"Row {row} ({name}) holds most of no building and no ground.",
                f"第 {row} 行（{name}）没有任何楼栋或地块的大部分落在其中。",
            )
        elif parts[polygon] > 1:
            yield Remark(
                "several_parts",
                *about,
                f"Row {row} ({name}) has {parts[polygon]} parts.",
                f"第 {row} 行（{name}）由 {parts[polygon]} 块组成。",
            )
        if meant.by_place[polygon]:
            yield Remark(
                "by_place",
                *about,
                f"Row {row} is not called anything: it is taken for {name}, where it lies.",
                f"第 {row} 行没有名称，按位置视为 {name}。",
            )


def _same_grid(tell: _Teller, overlay: Overlay) -> Iterator[Remark]:
    number = pd.Series(tell.numbers)
    for _, polygons in number[(number >= 0) & ~overlay.apart].groupby(number):
        positions = [int(str(p)) for p in polygons.index]
        if len(positions) > 1:
            rows = tuple(tell.rows[p] for p in positions)
            yield Remark(
                "same_grid",
                rows,
                (),
                f"Rows {first_ids(rows)} are all called {tell.name(positions[0])}: they are "
                "taken together.",
                f"第 {first_ids(rows)} 行都称为 {tell.name(positions[0])}，合并为一个网格。",
            )
