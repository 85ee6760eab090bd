"""A grid package as read with SQLite alone: no GDAL and no code of the engine."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from gis.verify.container import invalid, opened
from gis.verify.documents import Rules, read_certificate, read_rules, refuse_unruled
from gis.verify.registration import misregistered
from gis.verify.tables import COLUMNS, read_table


@dataclass(frozen=True, slots=True)
class Package:
    """
    The content of a package, or of one community of it.

    Frames are named as the layers; ``geom`` holds shapely geometries in EPSG:4326. ``rules_name``
    is the name beside the rules, ``misregistered`` says how the file departs from the GeoPackage
    standard, ``certificates`` has one document by area code and ``named`` the area codes of
    their rows in order.
    """

    areas: pd.DataFrame
    units: pd.DataFrame
    borders: pd.DataFrame
    grids: pd.DataFrame
    assignment: pd.DataFrame
    lineage: pd.DataFrame
    rules: Rules
    rules_name: str
    certificates: dict[str, dict[str, Any]]
    named: tuple[str, ...]
    misregistered: tuple[str, ...]

    @property
    def community(self) -> str:
        """Code of the community, of a package of one."""
        return str(self.areas["area_code"].iloc[0])

    def communities(self) -> Iterator[Package]:
        """
        Part the package into one for each community, rows numbered from 0.

        References must lead somewhere (`gis.verify.structure`). O(rows).
        """
        code_of_unit = self.units.set_index("unit_id")["area_code"]
        code_of_grid = self.grids.set_index("grid")["area_code"]
        of_unit = self.assignment["unit_id"].map(code_of_unit)
        of_grid = self.lineage["grid"].map(code_of_grid)
        parts = {
            "areas": _by_code(self.areas, self.areas["area_code"]),
            "units": _by_code(self.units, self.units["area_code"]),
            "borders": _by_code(self.borders, self.borders["area_code"]),
            "grids": _by_code(self.grids, self.grids["area_code"]),
            "assignment": _by_code(self.assignment, of_unit),
            "lineage": _by_code(self.lineage, of_grid),
        }
        for code in self.areas["area_code"]:
            mine: dict[str, Any] = {
                name: part.get(code, _none(self, name)) for name, part in parts.items()
            }
            yield replace(self, certificates={code: self.certificates[code]}, **mine)


def _by_code(frame: pd.DataFrame, codes: pd.Series[Any]) -> dict[Any, pd.DataFrame]:
    groups = frame.groupby(codes.to_numpy(object), sort=False)
    return {code: part.reset_index(drop=True) for code, part in groups}


def _none(package: Package, name: str) -> pd.DataFrame:
    frame: pd.DataFrame = getattr(package, name)
    return frame.iloc[:0]


def place_of(keys: pd.Series[Any], wanted: pd.Series[Any]) -> np.ndarray[Any, np.dtype[np.int64]]:
    """Position of each wanted key among unique keys, -1 where it is not there."""
    return np.asarray(pd.Index(keys).get_indexer(pd.Index(wanted)), dtype=np.int64)


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
    with opened(path) as connection:
        frames = {name: read_table(connection, path, name) for name in COLUMNS}
        faults = misregistered(connection)
    if len(frames["rules"]) != 1:
        raise invalid(path, "the table rules must have exactly one row", "表 rules 必须恰有一行")
    rules = read_rules(frames["rules"]["document"].iloc[0], path)
    refuse_unruled(rules, frames["units"], path)
    codes = tuple(str(code) for code in frames["certificate"]["area_code"])
    documents = [read_certificate(text, path) for text in frames["certificate"]["document"]]
    return Package(
        areas=frames["areas"],
        units=frames["units"],
        borders=frames["borders"],
        grids=frames["grids"],
        assignment=frames["assignment"],
        lineage=frames["lineage"],
        rules=rules,
        rules_name=str(frames["rules"]["name"].iloc[0]),
        certificates=dict(zip(codes, documents, strict=True)),
        named=codes,
        misregistered=tuple(faults),
    )
