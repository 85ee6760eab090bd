"""Division from file to file, with no database: read, build the ground, divide, write."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, NamedTuple

import geopandas as gpd
import pandas as pd
import shapely

from gis.cells import Ground, build_ground
from gis.errors import InputError, NotFound, UnreadableFile, first_ids
from gis.io.geopackage import package_layers
from gis.io.package import (
    DividedCommunity,
    GridPackage,
    certificate_document,
    read_package,
    write_package,
)
from gis.io.read import read_layer
from gis.io.report import Fault, LayerRead
from gis.partition.divide import divide
from gis.partition.engine import Effort
from gis.partition.loads import unit_rules
from gis.partition.nesting import base_grids
from gis.partition.result import Division, Within
from gis.partition.rules import RuleSet, rules_document

REPORT_FORMAT = "wangge-divide-report/1"
WHOLE = "community"

LayerArgument = Literal[
    "areas", "courtyards", "gates", "barriers", "streets", "buildings", "stairwells"
]
# Read in this order: buildings are checked against areas and courtyards.
_ORDER: tuple[LayerArgument, ...] = (
    "areas",
    "courtyards",
    "gates",
    "barriers",
    "streets",
    "buildings",
    "stairwells",
)


@dataclass(frozen=True, slots=True)
class Inputs:
    """Files by layer (``file`` or ``file.gpkg:layer``), and how to read them."""

    files: dict[LayerArgument, str]
    encoding: str | None = None
    crs: str | None = None
    mapping: str | None = None
    strict: bool = False


class Stage(NamedTuple):
    """How far a run is: what is being done, and the share of it all that is behind it."""

    en: str
    zh: str
    share: float


@dataclass(frozen=True, slots=True)
class Divided:
    """What came of a run: the communities, what was read, and the report."""

    communities: tuple[DividedCommunity, ...]
    reads: dict[LayerArgument, LayerRead]
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
    reads = _read_all(inputs, rules, tell)
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


def write_report(path: Path, report: dict[str, Any]) -> None:
    """Write a report as JSON, whole or not at all."""
    draft = path.with_name(f".{path.name}.part")
    try:
        draft.write_text(json.dumps(report, ensure_ascii=False, indent=2) + "\n", "utf-8")
        draft.replace(path)
    except OSError as error:
        raise UnreadableFile(
            f"{path} cannot be written ({error.strerror}).",
            f"无法写入 {path}（{error.strerror}）。",
        ) from error


def source_of(argument: str, layer: LayerArgument) -> tuple[str, str | None]:
    """
    Split ``file.gpkg:layer``; a GeoPackage with a layer of the right name needs no saying.

    >>> source_of("town.gpkg:houses", "buildings")
    ('town.gpkg', 'houses')
    >>> source_of("houses.geojson", "buildings")
    ('houses.geojson', None)
    """
    path, colon, name = argument.rpartition(":")
    if colon and path.lower().endswith(".gpkg") and not Path(argument).exists():
        return path, name
    source = Path(argument)
    if source.suffix.lower() == ".gpkg" and source.is_file():
        there = [known.name for known in package_layers(source)]
        return argument, layer if layer in there else None
    return argument, None


def _read_all(
    inputs: Inputs, rules: RuleSet, tell: Callable[[Stage], None]
) -> dict[LayerArgument, LayerRead]:
    reads: dict[LayerArgument, LayerRead] = {}
    given = [layer for layer in _ORDER if layer in inputs.files]
    for number, layer in enumerate(given):
        tell(Stage(f"reading {layer}", f"读取 {layer}", 0.2 * number / len(given)))
        path, name = source_of(inputs.files[layer], layer)
        reads[layer] = read_layer(
            path,
            layer,
            gis_layer=name,
            encoding=inputs.encoding,
            crs=inputs.crs,
            mapping=inputs.mapping,
            communities=_communities(reads) if layer != "areas" else None,
            courtyards=_frame(reads, "courtyards") if layer == "buildings" else None,
            counts=unit_rules(rules).weights if layer == "buildings" else (),
        )
        if inputs.strict and len(reads[layer].waiting):
            raise _refused(reads[layer])
    return reads


def _refused(read: LayerRead) -> InputError:
    faults = [fault for fault in read.faults if fault.severity == "error"]
    return InputError(
        f"{read.file}: {len(read.waiting)} rows are at fault (first: row {faults[0].row}, "
        f"{faults[0].field}: {faults[0].en}); mend them or leave out --strict.",
        f"{read.file}：{len(read.waiting)} 行有误（首个：第 {faults[0].row} 行 {faults[0].field}，"
        f"{faults[0].zh}）；请改正，或去掉 --strict。",
        rows=[fault.row for fault in faults[:100]],
    )


def _frame(reads: dict[LayerArgument, LayerRead], layer: LayerArgument) -> gpd.GeoDataFrame | None:
    return reads[layer].frame if layer in reads else None


def _communities(reads: dict[LayerArgument, LayerRead]) -> gpd.GeoDataFrame | None:
    areas = _frame(reads, "areas")
    return None if areas is None else areas[areas["level"] == "community"]


class _Place(NamedTuple):
    code: str
    name: str
    boundary: gpd.GeoDataFrame | None
    buildings: gpd.GeoDataFrame


def _places(reads: dict[LayerArgument, LayerRead]) -> list[_Place]:
    """Each community that has buildings."""
    buildings, areas = reads["buildings"].frame, _communities(reads)
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
    reads: dict[LayerArgument, LayerRead],
    buildings: gpd.GeoDataFrame,
    boundary: gpd.GeoDataFrame | None,
    rules: RuleSet,
) -> Ground:
    near = {
        layer: _near(_frame(reads, layer), buildings if boundary is None else boundary)
        for layer in ("courtyards", "barriers", "gates", "streets")
    }
    return build_ground(
        buildings.reset_index(drop=True),
        unit_rules(rules, _frame(reads, "stairwells")),
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
    reads: dict[LayerArgument, LayerRead],
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
        "inputs": {layer: _input_report(read) for layer, read in reads.items()},
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


def _input_report(read: LayerRead) -> dict[str, Any]:
    return {
        "file": read.file,
        "used": len(read.frame),
        "waiting": len(read.waiting),
        "faults": [_fault(fault) for fault in read.faults[:100]],
    }


def _fault(fault: Fault) -> dict[str, Any]:
    return {
        "row": fault.row,
        "field": fault.field,
        "code": fault.code,
        "severity": fault.severity,
        "en": fault.en,
        "zh": fault.zh,
        "value": fault.value,
    }


def left_out(read: LayerRead) -> str:
    """Rows of one file that were left out, for a person: how many and which first."""
    rows = sorted({fault.row for fault in read.faults if fault.severity == "error"})
    return first_ids(rows)
