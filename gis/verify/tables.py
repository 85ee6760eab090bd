"""The tables of a package: their columns, read value by value with the type each must have."""

from __future__ import annotations

import math
import sqlite3
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from gis.verify.container import invalid
from gis.verify.shapes import decoded

Kind = Literal["text", "text?", "integer", "real", "flag", "key", "shape"]

COLUMNS: Mapping[str, Mapping[str, Kind]] = {
    "areas": {
        "geom": "shape",
        "area_code": "text",
        "name": "text",
        "level": "text",
        "metric_crs": "text",
    },
    "units": {
        "geom": "shape",
        "unit_id": "text",
        "area_code": "text",
        "grid": "integer",
        "kind": "text",
        "building_id": "text?",
        "courtyard_id": "text?",
        "courtyard_kind": "text?",
        "households": "integer",
        "households_kind": "text?",
        "households_estimated": "flag",
        "weight": "integer",
        "load_units": "integer",
        "load": "real",
    },
    "borders": {
        "geom": "shape",
        "border_id": "key",
        "area_code": "text",
        "left": "text",
        "right": "text?",
        "length_m": "real",
        "runs_along": "text",
        "passage": "flag",
    },
    "grids": {
        "geom": "shape",
        "grid": "integer",
        "area_code": "text",
        "number": "integer",
        "name": "text",
        "kind": "text",
        "households": "integer",
        "load_units": "integer",
        "load": "real",
        "flags": "text",
        "posts_needed": "integer",
    },
    "assignment": {"unit_id": "text", "grid": "integer"},
    "rules": {"name": "text", "document": "text"},
    "certificate": {"area_code": "text", "document": "text"},
    "lineage": {"grid": "integer", "from_grid": "text", "households": "integer"},
}
OPTIONAL: Mapping[str, Mapping[str, Kind]] = {
    "units": {"base_grid": "text"},
    "grids": {"weight": "integer", "posts_by_visits": "integer", "round_m": "real"},
}
"""Columns that a writer may leave out."""
_ROWS_AT_ONCE = 20_000
_TYPES: Mapping[Kind, tuple[type, ...]] = {
    "text": (str,),
    "text?": (str, type(None)),
    "integer": (int,),
    "real": (float, int),
    "flag": (int,),
    "key": (int, str),
    "shape": (bytes,),
}
_NUMBERS: Mapping[Kind, type[np.generic]] = {
    "integer": np.int64,
    "real": np.float64,
    "flag": np.bool_,
}


def read_table(connection: sqlite3.Connection, path: Path, table: str) -> pd.DataFrame:
    """
    Read one table; texts and keys stay objects, missing texts are None.

    Raises
    ------
    InvalidPackage
        The table or a column is missing, or a value is of another type than the column's.
    """
    there = _refuse_missing(connection, path, table)
    extra = {c: kind for c, kind in OPTIONAL.get(table, {}).items() if c in there}
    columns = {**COLUMNS[table], **extra}
    names = ", ".join(f'"{c}"' for c in columns)
    # Both names come from the constant above, never from the file.
    cursor = connection.execute(f'SELECT {names} FROM "{table}"')  # noqa: S608
    chunks: dict[str, list[object]] = {column: [] for column in columns}
    while rows := cursor.fetchmany(_ROWS_AT_ONCE):
        for (column, kind), values in zip(columns.items(), zip(*rows, strict=True), strict=True):
            _refuse_wrong(values, kind, path, f"{table}.{column}", len(chunks[column]))
            chunks[column].extend(values)
    return pd.DataFrame(
        {column: _array(chunks[column], kind, path, table) for column, kind in columns.items()}
    )


def _refuse_missing(connection: sqlite3.Connection, path: Path, table: str) -> set[str]:
    """Return the columns that are there."""
    what = connection.execute(
        "SELECT type, sql FROM sqlite_master WHERE name = ? AND type IN ('table', 'view')", (table,)
    ).fetchone()
    if what is None:
        raise invalid(path, f"the layer or table {table} is missing", f"缺少图层或表 {table}")
    if what[0] != "table" or str(what[1]).upper().startswith("CREATE VIRTUAL"):
        raise invalid(path, f"{table} is a view, not a table", f"{table} 是视图而不是表")
    there = {row[1] for row in connection.execute(f'PRAGMA table_xinfo("{table}")')}
    missing = [column for column in COLUMNS[table] if column not in there]
    if missing:
        raise invalid(
            path, f"the column {missing[0]} of {table} is missing", f"缺少列 {table}.{missing[0]}"
        )
    return there


def _refuse_wrong(
    values: tuple[object, ...], kind: Kind, path: Path, column: str, before: int
) -> None:
    types = _TYPES[kind]
    for row, value in enumerate(values, before + 1):
        good = isinstance(value, types)
        if good and kind == "flag":
            good = value in (0, 1)
        if good and isinstance(value, float):
            good = math.isfinite(value)
        if not good:
            shown = "NULL" if value is None else repr(value)[:40]
            raise invalid(
                path,
                f"{column} is {shown} in row {row}, which is no {kind.rstrip('?')}",
                f"{column} 第 {row} 行的值 {shown} 不合类型",
            )


def _array(
    values: list[object], kind: Kind, path: Path, table: str
) -> npt.NDArray[np.generic] | pd.Series[Any]:
    if kind == "shape":
        return decoded(values, path, table)
    if kind in _NUMBERS:
        return np.array(values, dtype=_NUMBERS[kind])
    # As objects, so that a missing text stays None.
    return pd.Series(values, dtype=object)
