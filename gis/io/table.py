"""What any reader hands over: rows as they stand in the file, before columns are mapped."""

from __future__ import annotations

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
    """

    file: str
    format: FormatName
    columns: pd.DataFrame
    geometry: Geometries | None
    crs: str | None = None
    notes: tuple[tuple[str, str], ...] = ()
    formulas: tuple[tuple[int, str], ...] = ()
    broken: tuple[int, ...] = ()


def unreadable(file: str, en: str, zh: str, **context: object) -> UnreadableFile:
    """Build the fault that names the file and what is wrong with it."""
    return UnreadableFile(f"{file}: {en}", f"{file}：{zh}", file=file, **context)


def wrong_crs(file: str, en: str, zh: str) -> WrongCrs:
    """Build the fault that names the file and what its CRS lacks."""
    return WrongCrs(f"{file}: {en}", f"{file}：{zh}", file=file)


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
