"""The report of a run of walking circles: plain values, as `circles-report.schema.json` tells."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from gis.circles.presets import KindPreset
from gis.circles.reach import REASONS, Reach
from gis.circles.speeds import speed_words
from gis.coverage.of_reach import groupings_of, levels_of
from gis.coverage.population import Grouping
from gis.network.build import WalkingNetwork
from gis.network.remarks import Remark, listed

WHOLE = "all"
_TOO_MANY = "courtyard"


def all_groupings(buildings: gpd.GeoDataFrame) -> list[Grouping]:
    """Group buildings as one whole, and by all that their rows name."""
    whole = Grouping(WHOLE, np.full(len(buildings), WHOLE, dtype=object))
    return [whole, *groupings_of(buildings)]


def levels_report(
    buildings: gpd.GeoDataFrame,
    found: Reach,
    speeds: Mapping[str, float],
    preset: KindPreset | None,
) -> list[dict[str, Any]]:
    """Tell how many households reach how many kinds of each level of a preset, at its cutoff."""
    if preset is None:
        return []
    groupings = [g for g in all_groupings(buildings) if g.name != _TOO_MANY]
    tables = [
        levels_of(found.at_speed(speed), buildings, preset, groupings).assign(speed=name)
        for name, speed in speeds.items()
    ]
    return records(pd.concat(tables, ignore_index=True))


def coverage_report(figures: pd.DataFrame) -> list[dict[str, Any]]:
    """Rows of service_coverage but those of courtyards, which stand in the table alone."""
    return records(figures[figures["grouping"] != _TOO_MANY])


def reach_report(found: Reach) -> list[dict[str, Any]]:
    """Count buildings by kind, cutoff and reason; those of one kind and cutoff are all of them."""
    rows = []
    for cutoff in found.settings.cutoffs_s:
        codes = found.reasons_at(cutoff)
        for k, kind in enumerate(found.kinds):
            counts = np.bincount(codes[:, k], minlength=len(REASONS)).tolist()
            named: dict[str, int] = dict(zip(("reached", *REASONS[1:]), counts, strict=True))
            rows.append({"kind": kind, "cutoff_s": cutoff, **named})
    return rows


def gaps_report(gaps: gpd.GeoDataFrame) -> list[dict[str, Any]]:
    """Count gaps, their buildings and households by kind and cutoff."""
    if gaps.empty:
        return []
    counted = gaps.groupby(["kind", "cutoff_s"], as_index=False, sort=True).agg(
        gaps=("rank", "size"), buildings=("buildings", "sum"), households=("households", "sum")
    )
    return records(pd.DataFrame(counted))


def network_report(network: WalkingNetwork) -> dict[str, Any]:
    """Tell the size of the network and its parts."""
    report = network.report
    return {
        "walk": report.settings,
        "streets": report.streets,
        "walked": report.walked,
        "nodes": network.nodes,
        "edges": network.edges,
        "metres": round(float(network.edge_m.sum()), 1),
        "closed_courtyards": report.closed,
        "gates": len(network.gate_id),
        "zero_length": report.zero_length,
        "duplicates": report.duplicates,
        "islands": len(report.islands),
        "largest_island_m": round(max(report.islands, default=0.0), 1),
        "assumed_paths": list(report.assumed),
    }


_NO_CIRCLE = {
    "outside": ("outside the streets", "位于道路数据范围之外"),
    "snap_too_long": ("not on a street", "周边没有道路"),
    "failed": ("not drawn", "未能绘制"),
}


def circle_remarks(circles: gpd.GeoDataFrame) -> list[Remark]:
    """Name the facilities that have no circle, each with its status."""
    off = circles[~circles["status"].isin(["ok", "empty"]) & circles["facility_id"].notna()]
    remarks = []
    for status, rows in off.groupby("status"):
        ids = tuple(dict.fromkeys(rows["facility_id"].astype(str)))
        en, zh = listed(ids)
        words = _NO_CIRCLE[str(status)]
        remarks.append(
            Remark(
                f"circle_{status}",
                f"{len(ids)} facilities have no circle ({words[0]}): {en}.",
                f"{len(ids)} 处设施没有服务圈（{words[1]}）：{zh}。",
                ids,
            )
        )
    return remarks


def speed_names(speeds_mps: tuple[float, ...]) -> dict[str, float]:
    """
    Name speeds for figures.

    >>> speed_names((1.2, 0.7))
    {'adult': 1.2, '0.7': 0.7}
    """
    return {speed_words(v).removesuffix(" m/s").split(" ")[0]: v for v in speeds_mps}


def records(table: pd.DataFrame) -> list[dict[str, Any]]:
    """Turn rows into plain values; what is missing is null."""
    return list(json.loads(table.to_json(orient="records")))
