"""Division from file to file, with no database: read, build the ground, divide, write."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

import geopandas as gpd
import pandas as pd
import shapely

from api.services.layer_files import (
    Inputs,
    Stage,
    communities_of,
    frame_of,
    input_report,
    read_inputs,
)
from gis.cells import Ground, build_ground
from gis.contracts import LayerName
from gis.errors import NotFound
from gis.io.package import (
    DividedCommunity,
    GridPackage,
    certificate_document,
    read_package,
    write_package,
)
from gis.io.report import LayerRead
from gis.partition.divide import divide
from gis.partition.engine import Effort
from gis.partition.loads import unit_rules
from gis.partition.nesting import base_grids
from gis.partition.result import Division, Within
from gis.partition.rules import RuleSet, rules_document

REPORT_FORMAT = "wangge-divide-report/1"
WHOLE = "community"


@dataclass(frozen=True, slots=True)
class Divided:
    """What came of a run: the communities, what was read, and the report."""

    communities: tuple[DividedCommunity, ...]
    reads: dict[LayerName, LayerRead]
    report: dict[str, Any] = field(default_factory=dict)


def divide_files(
    inputs: Inputs,
    rules: RuleSet,
    output: Path,
    *,
    seed: int = 1,
    tell: Callable[[Stage], None] = lambda _: None,
    stopped: threading.Event | None = None,
    best: Callable[[int, int], None] | None = None,
    within: Path | None = None,
) -> Divided:
    """
    Divide the buildings of a file and write a grid package.

    With an areas file, each community in it is divided by itself and all go into one package;
    without, the buildings' surroundings are one community. Rows at fault are left out, or
    refused when `inputs.strict`. Once `stopped` is set, the community under work ends with the
    best division so far, the rest are left out and named, and what there is is written.

    `within` is a grid package of base grids of the same communities; no grid then crosses one.

    Raises
    ------
    InputError
        A file cannot be used; with `strict`, also when any row is at fault.
    NotFound
        No building is left to divide.
    Infeasible
        The rules cannot be met; the message says why.
    KeyboardInterrupt
        `stopped` was set before any community was divided.
    """
    stopped = stopped or threading.Event()
    started = time.perf_counter()
    reads = read_inputs(inputs, tell, counts=unit_rules(rules).weights)
    places = _places(reads)
    base = None if within is None else read_package(within)
    communities, left = [], list(places)
    for number, (code, name, boundary, buildings) in enumerate(places):
        if stopped.is_set():
            break
        stage = _Dividing(name, number, len(places), tell)
        stage(0.0)
        ground = _ground(reads, buildings, boundary, rules)
        nest = None if base is None else _nest(base, code, ground)
        effort = Effort(stopped=stopped, tell=best)
        division = divide(ground, rules, seed=seed, effort=effort, progress=stage, within=nest)
        communities.append(_divided(code, name, boundary, ground, division))
        left.pop(0)
    if not communities:
        raise KeyboardInterrupt
    tell(Stage("writing", "写出", 0.9))
    write_package(output, communities)
    seconds = time.perf_counter() - started
    report = _report(inputs, rules, communities, reads, seed, seconds)
    report["undivided"] = [place.code for place in left]
    report["interrupted"] = stopped.is_set()
    tell(Stage("done", "完成", 1.0))
    return Divided(tuple(communities), reads, report)


@dataclass
class _Dividing:
    """Progress of one community of several, told as a share of the whole run."""

    name: str
    number: int
    count: int
    tell: Callable[[Stage], None]
    done: float = 0.0

    def __call__(self, share: float) -> None:
        self.done = min(self.done + share, 1.0)
        whole = 0.2 + 0.7 * (self.number + self.done) / self.count
        self.tell(Stage(f"dividing {self.name}", f"划分 {self.name}", whole))


class _Place(NamedTuple):
    code: str
    name: str
    boundary: gpd.GeoDataFrame | None
    buildings: gpd.GeoDataFrame


def _places(reads: dict[LayerName, LayerRead]) -> list[_Place]:
    """Each community that has buildings."""
    buildings, areas = reads["buildings"].frame, communities_of(reads)
    # Units are numbered in this order, and the search follows it: the order of rows is no matter.
    buildings = buildings[buildings.geometry.notna()].sort_values("building_id")
    if areas is None:
        codes = buildings["community_code"].dropna().unique()
        places = [_Place(str(codes[0]) if len(codes) == 1 else WHOLE, WHOLE, None, buildings)]
    else:
        areas = areas.sort_values("area_code")
        places = [
            _Place(code, name, areas.iloc[[k]], buildings[buildings["community_code"] == code])
            for k, (code, name) in enumerate(zip(areas["area_code"], areas["name"], strict=True))
        ]
    places = [place for place in places if len(place.buildings)]
    if not places:
        raise _nothing_to_divide(reads["buildings"])
    return places


def _nothing_to_divide(read: LayerRead) -> NotFound:
    """Name the first fault: it is likely that of every row."""
    faults = [fault for fault in read.faults if fault.severity == "error"]
    en = zh = ""
    if faults:
        first = faults[0]
        en = f" All rows are left out; the first, row {first.row}, {first.field}: {first.en}"
        zh = f"各行均被略过，首个为第 {first.row} 行 {first.field}：{first.zh}"
    return NotFound(
        f"{read.file} has no building that can be divided.{en}",
        f"{read.file} 中没有可划分的楼栋。{zh}",
        rows=[fault.row for fault in faults[:100]],
    )


def _ground(
    reads: dict[LayerName, LayerRead],
    buildings: gpd.GeoDataFrame,
    boundary: gpd.GeoDataFrame | None,
    rules: RuleSet,
) -> Ground:
    near = {
        layer: _near(frame_of(reads, layer), buildings if boundary is None else boundary)
        for layer in ("courtyards", "barriers", "gates", "streets")
    }
    return build_ground(
        buildings.reset_index(drop=True),
        unit_rules(rules, frame_of(reads, "stairwells")),
        community=boundary,
        **near,
    )


def _near(frame: gpd.GeoDataFrame | None, place: gpd.GeoDataFrame) -> gpd.GeoDataFrame | None:
    """Rows whose bounds reach the place's bounds and some 200 m around."""
    if frame is None or frame.empty:
        return frame
    west, south, east, north = place.total_bounds
    box = shapely.box(west - 0.003, south - 0.002, east + 0.003, north + 0.002)
    return frame[frame.geometry.intersects(box)].reset_index(drop=True)


def _nest(base: GridPackage, code: str, ground: Ground) -> Within:
    """Base grids of one community of a package, laid over its ground."""
    units, grids = base.frames["units"], base.frames["grids"]
    mine = units[units["area_code"] == code]
    if mine.empty:
        raise NotFound(
            f"The package of base grids has no community {code}: divide the same communities.",
            f"基础网格包中没有社区 {code}：请采用相同的社区。",
        )
    assert isinstance(mine, gpd.GeoDataFrame)  # noqa: S101 - units have cells
    names = dict(zip(grids["grid"].tolist(), grids["name"].astype(str), strict=True))
    return Within(base_grids(ground, mine), names)


def _divided(
    code: str,
    name: str,
    boundary: gpd.GeoDataFrame | None,
    ground: Ground,
    division: Division,
) -> DividedCommunity:
    shape = None
    if boundary is not None:
        assert ground.units.crs is not None  # noqa: S101 - build_ground sets it
        shape = boundary.to_crs(ground.units.crs).geometry.iloc[0]
    return DividedCommunity(code, name, ground, division, shape)


def _report(
    inputs: Inputs,
    rules: RuleSet,
    communities: list[DividedCommunity],
    reads: dict[LayerName, LayerRead],
    seed: int,
    seconds: float,
) -> dict[str, Any]:
    details = [_community_report(place) for place in communities]
    totals = pd.DataFrame([{k: d[k] for k in _TOTALS} for d in details]).sum()
    return {
        "format": REPORT_FORMAT,
        "rules": rules_document(rules),
        "seed": seed,
        "seconds": round(seconds, 3),
        "inputs": {layer: input_report(read) for layer, read in reads.items()},
        "strict": inputs.strict,
        "totals": {**{k: int(totals[k]) for k in _TOTALS}, "households_kinds": _kinds(communities)},
        "communities": details,
    }


_TOTALS = (
    "units",
    "buildings",
    "households",
    "households_estimated",
    "grids",
    "special",
    "lower_bound",
    "over_cap",
)


def _kinds(communities: list[DividedCommunity]) -> list[str]:
    return sorted({k for c in communities for k in c.division.certificate.households_kinds})


def _community_report(place: DividedCommunity) -> dict[str, Any]:
    units, division = place.ground.units, place.division
    certificate = division.certificate
    return {
        "area_code": place.area_code,
        "name": place.name,
        "units": len(units),
        "buildings": int(units["building_id"].nunique()),
        "households": certificate.households,
        "households_estimated": certificate.households_estimated,
        "households_kinds": list(certificate.households_kinds),
        "grids": certificate.grids,
        "special": certificate.special,
        "lower_bound": certificate.lower_bound,
        "over_cap": len(certificate.over_cap),
        "weight": {"column": division.rules.weight, "total": int(division.grids["weight"].sum())},
        "left_out": list(place.ground.dropped),
        "certificate": certificate_document(place.area_code, division),
        "grid_list": _grid_list(division),
    }


def _grid_list(division: Division) -> list[dict[str, Any]]:
    grids = division.grids
    plain = grids.assign(
        number=grids.index + 1,
        load=grids["load"].round(4),
        units=pd.Series(division.labels).value_counts().reindex(grids.index).to_numpy(),
    )
    columns = ["number", "name", "kind", "units", "households", "load", "flags"]
    columns += ["posts_needed", "posts_by_visits", "round_m", "weight"]
    return list(json.loads(plain[columns].to_json(orient="records")))
