"""Layers read from files for a run without a database, and the report written of it."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import geopandas as gpd

from gis.contracts import LayerName
from gis.errors import InputError, UnreadableFile
from gis.io.geopackage import package_layers
from gis.io.read import read_layer
from gis.io.report import Fault, LayerRead

# Read in this order: rows are checked against areas, and buildings against courtyards.
_ORDER: tuple[LayerName, ...] = (
    "areas",
    "courtyards",
    "gates",
    "barriers",
    "streets",
    "buildings",
    "stairwells",
    "facilities",
)
_SHARE = 0.2


@dataclass(frozen=True, slots=True)
class Inputs:
    """Files by layer (``file`` or ``file.gpkg:layer``), and how to read them."""

    files: dict[LayerName, str]
    encoding: str | None = None
    crs: str | None = None
    mapping: str | None = None
    strict: bool = False


class Stage(NamedTuple):
    """How far a run is: what is being done, and the share of it all that is behind it."""

    en: str
    zh: str
    share: float


def source_of(argument: str, layer: LayerName) -> tuple[str, str | None]:
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


def read_inputs(
    inputs: Inputs,
    tell: Callable[[Stage], None] = lambda _: None,
    *,
    counts: Collection[str] = (),
) -> dict[LayerName, LayerRead]:
    """
    Read the files of a run; `counts` are further columns of the buildings to read.

    Raises
    ------
    InputError
        A file cannot be used; with `strict`, also when any row is at fault.
    """
    reads: dict[LayerName, LayerRead] = {}
    given = [layer for layer in _ORDER if layer in inputs.files]
    for number, layer in enumerate(given):
        tell(Stage(f"reading {layer}", f"读取 {layer}", _SHARE * number / len(given)))
        path, name = source_of(inputs.files[layer], layer)
        reads[layer] = read_layer(
            path,
            layer,
            gis_layer=name,
            encoding=inputs.encoding,
            crs=inputs.crs,
            mapping=inputs.mapping,
            communities=communities_of(reads) if layer != "areas" else None,
            courtyards=frame_of(reads, "courtyards") if layer == "buildings" else None,
            counts=counts if layer == "buildings" else (),
        )
        if inputs.strict and len(reads[layer].waiting):
            raise _refused(reads[layer])
    return reads


def frame_of(reads: dict[LayerName, LayerRead], layer: LayerName) -> gpd.GeoDataFrame | None:
    """Good rows of a layer; None where no file was given."""
    return reads[layer].frame if layer in reads else None


def communities_of(reads: dict[LayerName, LayerRead]) -> gpd.GeoDataFrame | None:
    """Areas of level community; None where no file was given."""
    areas = frame_of(reads, "areas")
    return None if areas is None else areas[areas["level"] == "community"]


def _refused(read: LayerRead) -> InputError:
    faults = [fault for fault in read.faults if fault.severity == "error"]
    return InputError(
        f"{read.file}: {len(read.waiting)} rows are at fault (first: row {faults[0].row}, "
        f"{faults[0].field}: {faults[0].en}); mend them or leave out --strict.",
        f"{read.file}：{len(read.waiting)} 行有误（首个：第 {faults[0].row} 行 {faults[0].field}，"
        f"{faults[0].zh}）；请改正，或去掉 --strict。",
        rows=[fault.row for fault in faults[:100]],
    )


def input_report(read: LayerRead) -> dict[str, Any]:
    """Tell how many rows of a file were used, and what was found in the first hundred."""
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
