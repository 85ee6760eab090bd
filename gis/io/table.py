"""What any reader hands over: rows as they stand in the file, before columns are mapped."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from gis.errors import UnreadableFile, WrongCrs

FormatName = Literal[
    "geojson", "geopackage", "shapefile", "flatgeobuf", "geoparquet", "csv", "xlsx"
]
Geometries = npt.NDArray[np.object_]

MAX_ROWS = 5_000_000


@dataclass(frozen=True, slots=True)
class RawTable:
    """
    The rows of one layer of one file, untouched.

    Attributes
    ----------
    columns
        The attributes, index 0..n-1, headings as text and unique.
    geometry
        Shapely geometries (None where a row has none), or None for a table without geometry.
    crs
        What the file says about its CRS (anything pyproj takes), None when it is silent.
    notes
        What was assumed while reading, as (code, detail).
    formulas
        Cells that hold a formula without a stored value, as (row counted from 1, heading).
    file_rows
        Row of the file that each row came from, from 1, where the format counts rows; blank rows
        and titles are left out of the table and make the two differ.
    """

    file: str
    format: FormatName
    columns: pd.DataFrame
    geometry: Geometries | None
    crs: str | None = None
    notes: tuple[tuple[str, str], ...] = ()
    formulas: tuple[tuple[int, str], ...] = ()
    broken: tuple[int, ...] = ()
    file_rows: npt.NDArray[np.int64] | None = None


def unreadable(file: str, en: str, zh: str, **context: object) -> UnreadableFile:
    """Build the fault that names the file and what is wrong with it."""
    return UnreadableFile(f"{file}: {en}", f"{file}：{zh}", file=file, **context)


def wrong_crs(file: str, en: str, zh: str) -> WrongCrs:
    """Build the fault that names the file and what its CRS lacks."""
    return WrongCrs(f"{file}: {en}", f"{file}：{zh}", file=file)


@dataclass(frozen=True, slots=True)
class Wanted:
    """
    Which layer of a file is meant.

    ``name`` was asked for; without it, of several layers the one called by one of
    ``likely`` (the layer's canonical or Chinese name) is taken.
    """

    name: str | None = None
    likely: tuple[str, ...] = ()

    def among(self, names: Sequence[str]) -> str | None:
        """Return the name meant, or None when that cannot be told."""
        if self.name is not None:
            return self.name if self.name in names else None
        if len(names) == 1:
            return names[0]
        return next((name for name in self.likely if name in names), None)


ANY = Wanted()


def no_such_layer(file: str, names: Sequence[str], wanted: Wanted) -> UnreadableFile:
    """Build the fault of a file that does not hold the layer meant, naming those it holds."""
    listed = ", ".join(names[:20])
    if not names:
        return unreadable(file, "nothing in it can be read.", "里面没有可读的内容。")
    if wanted.name is not None:
        return unreadable(
            file,
            f"it has no layer {wanted.name!r} that can be read; it has: {listed}.",
            f"没有可读的图层 {wanted.name!r}；现有：{listed}。",
        )
    return unreadable(
        file,
        f"it has several layers ({listed}); say which with --layer-name, or as FILE:LAYER.",
        f"含有多个图层（{listed}），请用 --layer-name 或 文件:图层 指明。",
    )


def flat_cells(columns: pd.DataFrame) -> pd.DataFrame:
    """Cells that hold a list or an object (JSON, Parquet) as their JSON text."""
    made = {}
    for name in columns.columns:
        cells = columns[name]
        if cells.dtype == object and pd.api.types.infer_dtype(cells).startswith("mixed"):
            made[name] = cells.map(_flat)
    return columns.assign(**made)


def _flat(value: object) -> object:
    if isinstance(value, np.ndarray):
        value = value.tolist()
    return json.dumps(value, default=str) if isinstance(value, list | dict) else value


def unique_headings(headings: list[object]) -> list[str]:
    """
    Headings as text, a second one of the same name with a number behind it.

    >>> unique_headings(["a", "a", None])
    ['a', 'a_2', 'column_3']
    """
    seen: dict[str, int] = {}
    names = []
    for position, heading in enumerate(headings, start=1):
        name = "" if heading is None else str(heading).strip().lstrip("\ufeff")
        name = name or f"column_{position}"
        seen[name] = seen.get(name, 0) + 1
        names.append(name if seen[name] == 1 else f"{name}_{seen[name]}")
    return names
