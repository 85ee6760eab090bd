"""Walking circles from file to file, with no database: reach, circles, gaps and figures."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from api.services.circle_report import (
    all_groupings,
    circle_remarks,
    coverage_report,
    gaps_report,
    levels_report,
    network_report,
    reach_report,
    speed_names,
)
from api.services.layer_files import Inputs, Stage, input_report, read_inputs
from gis.circles.kinds import facility_functions
from gis.circles.layer import CircleSettings, circle_layer
from gis.circles.presets import KindPreset
from gis.circles.raster import WalkRaster
from gis.circles.reach import Reach, ReachSettings, reach
from gis.circles.reach_layer import reach_frame
from gis.contracts import GeometryKind, LayerName
from gis.coverage.of_reach import figures_of, gaps_of
from gis.coverage.population import population
from gis.errors import InputError
from gis.io.layers import write_geopackage
from gis.io.osm import read_osm
from gis.io.report import LayerRead
from gis.network.build import network_of
from gis.network.policy import search_graph
from gis.network.remarks import Remark
from gis.network.snapping import Snapper, snapper
from gis.network.walkable import WalkSettings

REPORT_FORMAT = "wangge-circles-report/1"
NEEDED: tuple[LayerName, ...] = ("streets", "buildings", "facilities")
Layers = dict[LayerName, gpd.GeoDataFrame]


@dataclass(frozen=True, slots=True)
class Walking:
    """
    What to count and how.

    ``kinds`` None: every kind that facilities serve but ``other``. ``preset`` is the list the
    kinds came from, where they came from one. ``speeds_mps``: the layer ``reach`` has seconds at
    the first, figures and circles are made for each.
    """

    settings: ReachSettings
    speeds_mps: tuple[float, ...]
    walk: WalkSettings
    kinds: tuple[str, ...] | None = None
    preset: KindPreset | None = None


@dataclass(frozen=True, slots=True)
class Circled:
    """What came of a run: the layers written, what was read, and the report."""

    found: Reach
    reads: dict[LayerName, LayerRead]
    remarks: tuple[Remark, ...]
    figures: pd.DataFrame
    report: dict[str, Any] = field(default_factory=dict)


def circle_files(
    inputs: Inputs,
    walking: Walking,
    output: Path,
    *,
    osm: Path | None = None,
    tell: Callable[[Stage], None] = lambda _: None,
) -> Circled:
    """
    Walk from every building to every kind of facility and write the layers of it.

    Layers written: ``reach`` (a row per building and kind), ``circles`` (per facility and per
    kind, by cutoff and speed) and ``gaps`` (ground whose households miss a kind, at the first
    speed), all in EPSG:4326, and the table ``service_coverage``. Layers without a file of their
    own are taken from `osm`.

    Raises
    ------
    InputError
        A file cannot be used, or streets, buildings or facilities are not given at all.
    """
    started = time.perf_counter()
    reads = read_inputs(inputs, tell)
    layers = _layers(reads, osm, tell)
    tell(Stage("joining streets", "连接道路", 0.25))
    bars = layers.get("barriers")
    network = network_of(
        *(layers["streets"], layers.get("courtyards"), layers.get("gates"), bars),
        settings=walking.walk,
    )
    snapping = snapper(network, bars)
    tell(Stage("walking", "计算步行", 0.35))
    found = _walked(layers, walking, snapping)
    drawn = _drawn(snapping, found, walking, tell)
    buildings = layers["buildings"]
    speeds = speed_names(walking.speeds_mps)
    figures = figures_of(found, buildings, all_groupings(buildings), speeds=speeds)
    missing = _gaps(buildings, found)
    tell(Stage("writing", "写出", 0.9))
    frames: dict[str, tuple[gpd.GeoDataFrame, GeometryKind]] = {
        "reach": (reach_frame(found), "point"),
        "circles": (drawn, "polygon"),
        "gaps": (missing, "polygon"),
        "service_coverage": (gpd.GeoDataFrame(figures), "none"),
    }
    write_geopackage(frames, output)
    remarks = (*network.report.remarks(), *found.remarks, *circle_remarks(drawn))
    tell(Stage("done", "完成", 1.0))
    report = {
        "format": REPORT_FORMAT,
        "seconds": round(time.perf_counter() - started, 3),
        "inputs": {layer: input_report(read) for layer, read in reads.items()},
        "osm": None if osm is None else osm.name,
        "strict": inputs.strict,
        "settings": _settings(found, walking, population(buildings).households_kind),
        "network": network_report(network),
        "remarks": [remark.document() for remark in remarks],
        "reach": reach_report(found),
        "service_coverage": coverage_report(figures),
        "kinds_reached": levels_report(buildings, found, speeds, walking.preset),
        "circles": {str(k): int(n) for k, n in drawn["status"].value_counts().items()},
        "gaps": gaps_report(missing),
    }
    return Circled(found, reads, remarks, figures, report)


def _layers(
    reads: dict[LayerName, LayerRead], osm: Path | None, tell: Callable[[Stage], None]
) -> Layers:
    """Good rows by layer: of its own file, else of the extract."""
    layers: Layers = {}
    if osm is not None:
        tell(Stage(f"reading {osm.name}", f"读取 {osm.name}", 0.2))
        layers |= read_osm(osm, need=[layer for layer in NEEDED if layer not in reads])
    layers |= {layer: read.frame for layer, read in reads.items()}
    for layer in NEEDED:
        if layer not in layers:
            raise InputError(
                f"No {layer} are given: add --{layer} FILE, or --osm FILE for what is not given.",
                f"没有给出 {layer}：请加上 --{layer} 文件，或用 --osm 文件补足。",
            )
    return layers


def _walked(layers: Layers, walking: Walking, snapping: Snapper) -> Reach:
    facilities = layers["facilities"]
    kinds = walking.kinds
    if kinds is None:
        served = set(facility_functions(facilities).kind) - {"other"}
        kinds = tuple(sorted(served))
    settings = replace(walking.settings, speed_mps=walking.speeds_mps[0])
    return reach(
        *(snapping.network, layers["buildings"], facilities, kinds),
        settings=settings,
        snapping=snapping,
    )


def _drawn(
    snapping: Snapper, found: Reach, walking: Walking, tell: Callable[[Stage], None]
) -> gpd.GeoDataFrame:
    """Circles of the facilities that count, each by itself and all of a kind together."""

    def progress(done: int, of: int) -> None:
        tell(Stage("drawing circles", "绘制服务圈", 0.45 + 0.35 * done / of))

    settings = CircleSettings(
        found.settings.cutoffs_s,
        walking.speeds_mps,
        "; ".join(f"{k} {v}" for k, v in found.method.items() if k != "speed"),
        found.kinds,
    )
    layer = circle_layer(
        WalkRaster(snapping, limit_m=found.settings.snap_limit_m),
        search_graph(snapping.network, found.settings.gate_policy),
        found.visited,
        found.facility_id.tolist(),
        found.serving,
        settings,
        progress=progress,
    )
    gates, walk = found.settings.gate_policy, found.method["walk"]
    return layer.drawn.assign(method=found.method["method"], gates=gates, walk=walk)


def _gaps(buildings: gpd.GeoDataFrame, found: Reach) -> gpd.GeoDataFrame:
    """Gaps at each cutoff, in EPSG:4326, lists as text."""
    missing = gaps_of(found, buildings)
    counts = ("rank", "households", "households_estimated", "buildings")
    return missing.astype(dict.fromkeys(counts, "int64")).assign(
        reasons=[json.dumps(reasons) for reasons in missing["reasons"]],
        building_ids=[",".join(ids) for ids in missing["building_ids"]],
        nearest_m=missing["nearest_m"].astype(float).replace(np.inf, np.nan),
    )


def _settings(found: Reach, walking: Walking, households_kind: str) -> dict[str, Any]:
    settings = found.settings
    return found.method | {
        "gates": settings.gate_policy,
        "speeds_m_s": speed_names(walking.speeds_mps),
        "cutoffs_s": list(settings.cutoffs_s),
        "snap_limit_m": settings.snap_limit_m,
        "households_kind": households_kind,
        "kinds": list(found.kinds),
        "preset": None if walking.preset is None else walking.preset.name,
        "source": None if walking.preset is None else walking.preset.source,
    }
