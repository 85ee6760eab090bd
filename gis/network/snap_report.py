"""Poor snaps, named: places without a street, places cut off, legs that are long."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from gis.network.remarks import Remark, listed
from gis.network.snapping import Snaps, SnapStatus

LONG_LEG_M = 50.0
"""Longer legs are reported; half the limit where that is less."""


def snap_remarks(
    snaps: Snaps, ids: Sequence[object], en: str = "places", zh: str = "地点"
) -> list[Remark]:
    """
    Report poor snaps: places without an edge, places cut off, and legs over half the limit.

    Each remark has the count, the worst where there is one, and every id, worst first.
    """
    names = np.asarray([str(i) for i in ids], dtype=object)
    lost = np.isnan(snaps.x) | np.isnan(snaps.y)
    far = np.flatnonzero((snaps.status == SnapStatus.TOO_LONG) & ~lost)
    cut = np.flatnonzero(snaps.status == SnapStatus.BLOCKED)
    long = np.flatnonzero(snaps.ok & (snaps.leg_m > min(LONG_LEG_M, snaps.limit_m / 2)))
    long = long[np.argsort(-snaps.leg_m[long], kind="stable")]
    limit = f"{snaps.limit_m:g} m"
    worst = f"{snaps.leg_m[long[0]]:.0f} m" if len(long) else ""
    texts = (
        ("no_position", np.flatnonzero(lost), "have no position", "没有位置"),
        (
            "snap_too_long",
            far,
            f"have no walkable street within {limit}",
            f"周边 {limit} 内没有可步行道路",
        ),
        (
            "snap_blocked",
            cut,
            f"are cut off by a wall, river or railway from every street within {limit}",
            f"与周边 {limit} 内的道路被围墙、河流或铁路隔开",
        ),
        (
            "snap_long",
            long,
            f"are far from the nearest street, at worst {worst}",
            f"距最近道路较远，最远 {worst}",
        ),
    )
    return [
        _remark(code, names[rows], f"{en} {said}", f"{zh}{told}")
        for code, rows, said, told in texts
        if len(rows)
    ]


def _remark(code: str, ids: npt.NDArray[np.object_], en: str, zh: str) -> Remark:
    shown_en, shown_zh = listed(ids)
    return Remark(
        code,
        f"{len(ids)} {en}: {shown_en}.",
        f"{len(ids)} 处{zh}：{shown_zh}。",
        tuple(ids),
    )
