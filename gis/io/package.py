"""The grid package: ground, assignment, rules and certificate in one GeoPackage."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from functools import cache
from importlib import resources
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Literal

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
from jsonschema import Draft202012Validator
from shapely.geometry.base import BaseGeometry

from gis.borders import dissolve
from gis.cells import Ground
from gis.errors import InvalidPackage, UnreadableFile, WrongCrs, first_ids
from gis.io.geopackage import package_layers
from gis.partition.result import Division
from gis.partition.rules import RuleSet, rules_document, rules_from_document

FORMAT = "wangge-grid-package/1"
Table = Literal[
    "areas", "units", "borders", "grids", "assignment", "rules", "certificate", "lineage"
]
SPATIAL: tuple[Table, ...] = ("areas", "units", "borders", "grids")
PLAIN: tuple[Table, ...] = ("assignment", "rules", "certificate", "lineage")
_GEOMETRY = {"units": "Polygon", "borders": "LineString", "areas": "Unknown", "grids": "Unknown"}
_STORED = "EPSG:4326"
_UNIT_COLUMNS = [
    "unit_id",
    "area_code",
    "grid",
    "kind",
    "building_id",
    "courtyard_id",
    "courtyard_kind",
    "households",
    "households_kind",
    "households_estimated",
    "weight",
    "load_units",
    "load",
]


@dataclass(frozen=True, slots=True)
class DividedCommunity:
    """
    One community of a package.

    ``boundary`` is the planner's own boundary in the ground's CRS; None where there was none.
    ``lineage`` has the columns ``grid`` (number from 0, as in the division), ``from_grid``,
    ``households``; None for a first division.
    """

    area_code: str
    name: str
    ground: Ground
    division: Division
    boundary: BaseGeometry | None = None
    lineage: pd.DataFrame | None = None
    level: str = "community"


@dataclass(frozen=True, slots=True)
class GridPackage:
    """
    A package as read: its layers and tables as they stand, and the documents decoded.

    ``frames`` holds a GeoDataFrame in EPSG:4326 for each spatial layer and a DataFrame for each
    table; ``certificates`` one document for each area code.
    """

    frames: dict[Table, pd.DataFrame]
    rules: RuleSet
    certificates: dict[str, dict[str, Any]] = field(default_factory=dict)


def write_package(path: str | Path, communities: Sequence[DividedCommunity]) -> Path:
    """
    Write one or more divided communities as a grid package, whole or not at all.

    Parameters
    ----------
    path
        File to write; replaced when it is there. Its folder must exist.
    communities
        At least one; all divided under the same rules, with area codes that differ and grounds
        in a projected CRS with an EPSG code. Not modified.

    Raises
    ------
    InvalidPackage
        No community, the same area code or unit id twice, or rules that differ.
    WrongCrs
        A ground's CRS has no EPSG code.
    UnreadableFile
        The folder does not exist or cannot be written.
    """
    target = Path(path)
    _refuse_mixture(communities)
    frames = _frames(communities)
    _refuse_repeats(frames["units"]["unit_id"])
    try:
        with TemporaryDirectory(dir=target.parent, prefix=f".{target.name}.") as folder:
            draft = Path(folder) / "package.gpkg"
            for name in (*SPATIAL, *PLAIN):
                _write_layer(frames[name], draft, name)
            draft.replace(target)
    except OSError as error:
        raise UnreadableFile(
            f"{target} cannot be written ({error.strerror}): choose a folder that exists and is "
            "yours.",
            f"无法写入 {target}（{error.strerror}）：请选择已存在且可写的文件夹。",
        ) from error
    return target


def read_package(path: str | Path) -> GridPackage:
    """
    Read a grid package; its documents are checked against their JSON Schemas.

    What the package says is not recomputed here: that is what ``wangge verify`` is for.

    Raises
    ------
    UnreadableFile
        The file is missing, damaged or not a GeoPackage.
    InvalidPackage
        A layer or table is missing, or a document breaks its schema.
    """
    source = Path(path)
    if not source.is_file():
        raise UnreadableFile(f"{source} is not there.", f"找不到文件 {source}。")
    there = {layer.name for layer in package_layers(source)}
    missing = [name for name in (*SPATIAL, *PLAIN) if name not in there]
    if missing:
        raise InvalidPackage(
            f"{source.name} is no grid package: it lacks {', '.join(missing)}.",
            f"{source.name} 不是网格包：缺少 {'、'.join(missing)}。",
        )
    frames: dict[Table, pd.DataFrame] = {name: _read(source, name) for name in (*SPATIAL, *PLAIN)}
    if len(frames["rules"]) != 1:
        raise InvalidPackage(
            f"{source.name}: the table rules must hold exactly one row.",
            f"{source.name}：rules 表必须恰有一行。",
        )
    rules = _document(frames["rules"]["document"].iloc[0], "rules")
    certificates = {
        str(code): _document(text, "certificate")
        for code, text in frames["certificate"][["area_code", "document"]].itertuples(index=False)
    }
    plain = {k: v for k, v in rules.items() if k != "format"}
    return GridPackage(frames, rules_from_document(plain), certificates)


def certificate_document(area_code: str, division: Division) -> dict[str, Any]:
    """Certificate of one community as the package stores it."""
    document = asdict(division.certificate)
    return {"format": FORMAT, "area_code": area_code, "seed": division.seed, **document}


def _frames(communities: Sequence[DividedCommunity]) -> dict[Table, pd.DataFrame]:
    parts = []
    first_grid, first_border = 1, 1
    for place in communities:
        several = len(communities) > 1
        parts.append(_community_frames(place, first_grid, first_border, several=several))
        first_grid += len(place.division.grids)
        first_border += len(place.ground.borders)
    frames: dict[Table, pd.DataFrame] = {
        name: pd.concat([part[name] for part in parts], ignore_index=True) for name in parts[0]
    }
    rules = communities[0].division.rules
    document = json.dumps({"format": FORMAT, **rules_document(rules)}, ensure_ascii=False)
    frames["rules"] = pd.DataFrame({"name": [rules.name], "document": [document]})
    return frames


def _community_frames(
    place: DividedCommunity, first_grid: int, first_border: int, *, several: bool
) -> dict[Table, pd.DataFrame]:
    crs = _epsg(place)
    units = _units(place, first_grid, several=several)
    grids = _grids(place, first_grid)
    outline = place.boundary
    if outline is None:
        whole = dissolve(place.ground, np.zeros(len(units), np.int64))
        outline = whole.geometry.iloc[0]
    areas = gpd.GeoDataFrame(
        {
            "area_code": [place.area_code],
            "name": [place.name],
            "level": [place.level],
            "metric_crs": [crs],
        },
        geometry=[outline],
        crs=place.ground.units.crs,
    ).to_crs(_STORED)
    certificate = certificate_document(place.area_code, place.division)
    stored = dict(zip(place.ground.units["unit_id"].astype(str), units["unit_id"], strict=True))
    certificate["prices"] = {stored[u]: price for u, price in certificate["prices"].items()}
    document = json.dumps(certificate, ensure_ascii=False)
    return {
        "areas": areas,
        "units": units,
        "borders": _borders(place, units["unit_id"].to_numpy(object), first_border),
        "grids": grids,
        "assignment": pd.DataFrame(units[["unit_id", "grid"]]),
        "certificate": pd.DataFrame({"area_code": [place.area_code], "document": [document]}),
        "lineage": _lineage(place, first_grid),
    }


def _units(place: DividedCommunity, first_grid: int, *, several: bool) -> gpd.GeoDataFrame:
    units, division = place.ground.units, place.division
    ids = units["unit_id"].astype(str)
    if several:
        # Every community numbers its ground blocks from 1.
        ids = ids.where(units["kind"] != "ground", place.area_code + "-" + ids)
    frame = units.assign(
        unit_id=ids,
        area_code=place.area_code,
        grid=division.labels.astype(np.int64) + first_grid,
        weight=units[division.rules.weight].astype(np.int64),
        load_units=division.loads,
        load=division.loads / division.certificate.capacity,
    ).to_crs(_STORED)
    columns = list(_UNIT_COLUMNS)
    if division.within is not None:
        names = division.within.names
        frame["base_grid"] = [names.get(b, str(b)) for b in division.within.grid.tolist()]
        columns.append("base_grid")
    return frame[[*columns, frame.geometry.name]].reset_index(drop=True)


def _borders(
    place: DividedCommunity, ids: npt.NDArray[np.object_], first_border: int
) -> gpd.GeoDataFrame:
    borders = place.ground.borders
    named = np.array([*ids, None], dtype=object)
    frame = borders.to_crs(_STORED)
    return gpd.GeoDataFrame(
        {
            "border_id": np.arange(len(borders)) + first_border,
            "area_code": place.area_code,
            "left": named[borders["left"].to_numpy(np.int64)],
            "right": named[borders["right"].to_numpy(np.int64)],
            "length_m": borders["length_m"].to_numpy(np.float64),
            "runs_along": borders["runs_along"].astype(str).to_numpy(object),
            "passage": borders["passage"].to_numpy(bool),
        },
        geometry=frame.geometry.to_numpy(),
        crs=_STORED,
    )


def _grids(place: DividedCommunity, first_grid: int) -> gpd.GeoDataFrame:
    grids = place.division.grids
    shapes = dissolve(place.ground, place.division.labels).to_crs(_STORED)
    # Published grids have codes; the specification allows further columns.
    codes = {"code": grids["code"].to_numpy(object)} if "code" in grids else {}
    return gpd.GeoDataFrame(
        {
            "grid": grids.index.to_numpy(np.int64) + first_grid,
            "area_code": place.area_code,
            "number": grids.index.to_numpy(np.int64) + 1,
            "name": grids["name"].to_numpy(object),
            "kind": grids["kind"].to_numpy(object),
            "households": grids["households"].to_numpy(np.int64),
            "load_units": grids["load_units"].to_numpy(np.int64),
            "load": grids["load"].to_numpy(np.float64),
            "flags": [",".join(flags) for flags in grids["flags"]],
            "posts_needed": grids["posts_needed"].to_numpy(np.int64),
            "weight": grids["weight"].to_numpy(np.int64),
            "posts_by_visits": grids["posts_by_visits"].to_numpy(np.int64),
            "round_m": grids["round_m"].to_numpy(np.float64),
            **codes,
        },
        geometry=np.asarray(shapes.loc[grids.index].geometry.array, dtype=object),
        crs=_STORED,
    )


def _lineage(place: DividedCommunity, first_grid: int) -> pd.DataFrame:
    columns = {"grid": "int64", "from_grid": "str", "households": "int64"}
    if place.lineage is None:
        return pd.DataFrame({k: pd.Series(dtype=v) for k, v in columns.items()})
    lineage = place.lineage[list(columns)]
    return lineage.assign(grid=lineage["grid"].astype(np.int64) + first_grid)


def _epsg(place: DividedCommunity) -> str:
    crs = place.ground.units.crs
    number = None if crs is None or not crs.is_projected else crs.to_epsg()
    if number is None:
        raise WrongCrs(
            f"The ground of {place.area_code} is in no projected CRS with an EPSG code: build "
            "it with gis.cells.build_ground.",
            f"{place.area_code} 的地面没有带 EPSG 编号的投影坐标系：请用 build_ground 生成。",
        )
    return f"EPSG:{number}"


def _refuse_mixture(communities: Sequence[DividedCommunity]) -> None:
    codes = [place.area_code for place in communities]
    if not codes or len(set(codes)) < len(codes):
        raise InvalidPackage(
            "A package needs at least one community, and each area code once.",
            "网格包至少含一个社区，且区划代码不得重复。",
        )
    if any(place.division.rules != communities[0].division.rules for place in communities):
        raise InvalidPackage(
            "All communities of a package must be divided under the same rules.",
            "同一网格包内各社区须采用相同规则。",
        )


def _refuse_repeats(ids: pd.Series[str]) -> None:
    repeated = ids[ids.duplicated()].unique()
    if len(repeated):
        raise InvalidPackage(
            f"Unit ids must be unique in a package; {first_ids(repeated)} come twice.",
            f"网格包内单元编号不得重复：{first_ids(repeated)}。",
        )


def _write_layer(frame: pd.DataFrame, path: Path, name: Table) -> None:
    import pyogrio  # loaded with the first file: 30 MB that a process without files spares

    options = {"geometry_type": _GEOMETRY[name]} if name in SPATIAL else {}
    pyogrio.write_dataframe(
        frame, path, driver="GPKG", layer=name, promote_to_multi=False, **options
    )


def _read(path: Path, name: Table) -> pd.DataFrame:
    from gis.io.gdal import read_with_gdal

    frame = read_with_gdal(path, "geopackage", layer=name)
    if frame.geometry is None:
        return frame.columns
    return gpd.GeoDataFrame(frame.columns, geometry=frame.geometry, crs=frame.crs)


def _document(text: object, name: str) -> dict[str, Any]:
    try:
        document = json.loads(str(text))
    except ValueError as error:
        raise InvalidPackage(
            f"The document of {name} is not JSON: {error}.", f"{name} 文档不是 JSON：{error}。"
        ) from error
    faults = sorted(_validator(name).iter_errors(document), key=lambda fault: fault.json_path)
    if faults:
        where, what = faults[0].json_path, faults[0].message[:200]
        raise InvalidPackage(
            f"The document of {name} breaks its schema at {where}: {what}.",
            f"{name} 文档在 {where} 处不合规范：{what}。",
        )
    assert isinstance(document, dict)  # noqa: S101 - the schemas ask for objects
    return document


@cache
def _validator(name: str) -> Draft202012Validator:
    schema = resources.files("gis.io") / "schemas" / f"{name}.schema.json"
    return Draft202012Validator(json.loads(schema.read_text("utf-8")))
