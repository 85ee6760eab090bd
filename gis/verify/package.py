"""Reading a grid package with SQLite alone, no GDAL and no code of the engine."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from importlib import resources
from pathlib import Path
from typing import Any
from urllib.parse import quote

import jsonschema
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from gis.errors import InvalidPackage, UnreadableFile

_COLUMNS: dict[str, tuple[str, ...]] = {
    "areas": ("area_code", "name", "metric_crs", "geom"),
    "units": (
        *("unit_id", "area_code", "kind", "building_id", "courtyard_id", "courtyard_kind"),
        *("households", "weight", "load_units", "load", "grid", "geom"),
    ),
    "borders": (
        *("border_id", "area_code", "left", "right", "length_m", "runs_along", "passage", "geom"),
    ),
    "grids": (
        *("grid", "area_code", "number", "name", "kind", "households", "load_units", "load"),
        *("flags", "posts_needed", "geom"),
    ),
    "assignment": ("unit_id", "grid"),
    "rules": ("name", "document"),
    "certificate": ("area_code", "document"),
    "lineage": ("grid", "from_grid", "households"),
}
_NULLABLE = {"building_id", "courtyard_id", "courtyard_kind", "right"}
_ENVELOPE_BYTES = (0, 32, 48, 48, 64)


@dataclass(frozen=True, slots=True)
class Package:
    """
    The content of a package, or of one community of it.

    Frames are named as the layers; ``geom`` holds shapely geometries in EPSG:4326. ``rules``
    and ``certificates`` (by community) are the JSON documents.
    """

    areas: pd.DataFrame
    units: pd.DataFrame
    borders: pd.DataFrame
    grids: pd.DataFrame
    assignment: pd.DataFrame
    lineage: pd.DataFrame
    rules: dict[str, Any]
    certificates: dict[str, dict[str, Any]]

    @property
    def community(self) -> str:
        """Code of the community, of a package of one."""
        return str(self.areas["area_code"].iloc[0])

    def of_community(self, code: str) -> Package:
        """Return the part that belongs to one community, rows numbered from 0."""

        def mine(frame: pd.DataFrame) -> pd.DataFrame:
            return frame[frame["area_code"] == code].reset_index(drop=True)

        units, grids = mine(self.units), mine(self.grids)
        own = self.assignment["unit_id"].isin(units["unit_id"])
        return replace(
            self,
            areas=mine(self.areas),
            units=units,
            borders=mine(self.borders),
            grids=grids,
            assignment=self.assignment[own].reset_index(drop=True),
            lineage=self.lineage[self.lineage["grid"].isin(grids["grid"])],
            certificates={code: self.certificates[code]},
        )


def read_package_file(path: Path) -> Package:
    """
    Read a whole package.

    Raises
    ------
    UnreadableFile
        There is no such file, or it is not a readable GeoPackage.
    InvalidPackage
        A layer, table, column or document is missing or of the wrong type.
    """
    with _opened(path) as connection:
        frames = {name: _read(connection, path, name) for name in _COLUMNS}
    rules = _documents(frames["rules"], path, "rules")
    if len(rules) != 1:
        raise _invalid(path, "the table rules must have exactly one row", "表 rules 必须恰有一行")
    certificates = _documents(frames["certificate"], path, "certificate")
    codes = [str(code) for code in frames["certificate"]["area_code"]]
    return Package(
        areas=frames["areas"],
        units=frames["units"],
        borders=frames["borders"],
        grids=frames["grids"],
        assignment=frames["assignment"],
        lineage=frames["lineage"],
        rules=rules[0],
        certificates=dict(zip(codes, certificates, strict=True)),
    )


@contextmanager
def _opened(path: Path) -> Iterator[sqlite3.Connection]:
    if not path.is_file():
        raise UnreadableFile(
            f"There is no file {path.name}: give the path of a grid package.",
            f"找不到文件 {path.name}，请给出网格包的路径。",
        )
    try:
        # immutable: nothing is written beside the file, not even a journal.
        address = f"file:{quote(str(path.resolve()))}?mode=ro&immutable=1"
        with closing(sqlite3.connect(address, uri=True)) as connection:
            connection.execute("SELECT count(*) FROM gpkg_contents").fetchone()
            yield connection
    except sqlite3.Error as error:
        raise UnreadableFile(
            f"{path.name} is not a readable GeoPackage ({error}): write it again.",
            f"{path.name} 不是可读取的 GeoPackage({error})，请重新生成。",
        ) from error


def _read(connection: sqlite3.Connection, path: Path, table: str) -> pd.DataFrame:
    there = {row[1] for row in connection.execute(f'PRAGMA table_info("{table}")')}
    missing = [c for c in _COLUMNS[table] if c not in there]
    if not there or missing:
        what = f"the column {missing[0]} of {table}" if there else f"the layer or table {table}"
        raise _invalid(path, f"{what} is missing", f"缺少 {table}.{missing[0]}")
    names = ", ".join(f'"{c}"' for c in _COLUMNS[table])
    # Both names come from the constant above, never from the file.
    rows = connection.execute(f'SELECT {names} FROM "{table}" ORDER BY rowid').fetchall()  # noqa: S608
    frame = pd.DataFrame(rows, columns=list(_COLUMNS[table]), dtype=object)
    for column in frame.columns:
        if column not in _NULLABLE and frame[column].isna().any():
            raise _invalid(
                path, f"{table}.{column} is empty in some row", f"{table}.{column} 有空值"
            )
    if "geom" in frame:
        frame["geom"] = _decoded(frame["geom"].tolist(), path, table)
    return frame.infer_objects()


def _decoded(blobs: list[object], path: Path, table: str) -> npt.NDArray[np.object_]:
    """Decode GeoPackage geometry blobs: an 8-byte head, an envelope, then WKB."""
    try:
        return np.asarray(shapely.from_wkb([_wkb(blob) for blob in blobs]), dtype=object)
    except (ValueError, IndexError, TypeError, shapely.errors.GEOSException) as error:
        raise _invalid(
            path, f"a geometry of {table} cannot be decoded", f"{table} 中有无法解析的几何"
        ) from error


def _wkb(blob: object) -> bytes:
    if not isinstance(blob, bytes) or blob[:2] != b"GP":
        raise ValueError("not a GeoPackage geometry")
    return blob[8 + _ENVELOPE_BYTES[(blob[3] >> 1) & 7] :]


def _documents(frame: pd.DataFrame, path: Path, name: str) -> list[dict[str, Any]]:
    schema = json.loads(
        (resources.files("gis.io") / "schemas" / f"{name}.schema.json").read_text("utf-8")
    )
    checker = jsonschema.Draft202012Validator(schema)
    documents = []
    for text in frame["document"]:
        try:
            document = json.loads(str(text))
        except json.JSONDecodeError as error:
            raise _invalid(path, f"the {name} document is not JSON", f"{name} 不是 JSON") from error
        for fault in checker.iter_errors(document):
            raise _invalid(
                path,
                f"the {name} document breaks its schema at {fault.json_path}: {fault.message}",
                f"{name} 文档在 {fault.json_path} 处不符合模式：{fault.message}",
            )
        documents.append(document)
    return documents


def _invalid(path: Path, en: str, zh: str) -> InvalidPackage:
    return InvalidPackage(
        f"{path.name} is not a grid package: {en}. See docs/grid-package.md.",
        f"{path.name} 不是网格包：{zh}。见 docs/grid-package.md。",
    )
