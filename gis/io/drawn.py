"""Reading polygons that somebody drew as grids, in whatever program, with what they are called."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd

from gis.contracts import PLAN_GRIDS
from gis.errors import InvalidGeometry
from gis.io.columns import map_headings, preset
from gis.io.findings import Findings
from gis.io.place import in_wgs84
from gis.io.report import Fault
from gis.io.shapes import mended_shapes, usable_shapes
from gis.io.table import RawTable, Wanted
from gis.io.values import canonical_columns

MOST_POLYGONS = 2000
_CALLED = ("grid_no", "grid_code", "name")
_CONTRACT = replace(
    PLAN_GRIDS,
    fields=tuple(
        replace(field, required=False) for field in PLAN_GRIDS.fields if field.name in _CALLED
    ),
)
_LIKELY = ("grids", "网格", "现状网格")


@dataclass(frozen=True, slots=True)
class DrawnGrids:
    """
    Polygons of a file, and what was wrong with its rows.

    Attributes
    ----------
    frame
        One valid Polygon or MultiPolygon for each good row, EPSG:4326, index 0..n-1; columns
        ``row_no`` (from 1), ``grid_no`` (Int64), ``grid_code``, ``name`` (missing where the
        file does not say).
    rows
        Rows of the file, good and bad.
    faults
        What was wrong or was mended, by row; rows with an error are not in ``frame``.
    """

    frame: gpd.GeoDataFrame
    rows: int
    faults: tuple[Fault, ...]


def read_drawn_grids(
    path: str | Path,
    *,
    crs: str | None = None,
    gis_layer: str | None = None,
    community: gpd.GeoDataFrame | None = None,
) -> DrawnGrids:
    """
    Read polygons of grids with their number, code and name, as far as the file tells them.

    Parameters
    ----------
    path
        Any file `gis.io.vector.open_table` reads.
    crs
        Overrules the file's own CRS; see `gis.crs.to_wgs84`.
    gis_layer
        Which layer of a file with several; without it the one called ``grids`` or 网格.
    community
        Canonical ``areas``, where the polygons should lie; see `gis.io.place.in_wgs84`.

    Raises
    ------
    UnreadableFile
        Missing, damaged, unsafe or of an unknown format, or it does not say which layer.
    WrongCrs, WrongPlace
        See `gis.io.place.in_wgs84`.
    InvalidGeometry
        No polygon in it can be used, or there are more than 2,000.
    """
    # Loaded with the first file: GDAL and Parquet, 40 MB that a process without files spares.
    from gis.io.vector import open_table

    table = open_table(path, Wanted(gis_layer, _LIKELY))
    findings = Findings(table.file, len(table.columns))
    shapes = np.full(len(table.columns), None, object)
    if table.geometry is not None:
        usable = usable_shapes(table.geometry, "polygon", findings, table.broken)
        placed = in_wgs84(table, usable, crs, findings, communities=community)
        shapes = mended_shapes(placed, "polygon", findings)
    good = ~pd.isna(shapes)
    _refuse_count(table, int(good.sum()))
    called = _called(table)[good].reset_index(drop=True)
    called.insert(0, "row_no", np.flatnonzero(good) + 1)
    frame = gpd.GeoDataFrame(called, geometry=gpd.GeoSeries(shapes[good], crs=4326))
    return DrawnGrids(frame, len(table.columns), findings.faults())


def _called(table: RawTable) -> pd.DataFrame:
    """What each row is called; a number that is none is no fault of a polygon."""
    headings = [str(c) for c in table.columns.columns]
    spelled = preset("zh", "grids")
    mapped = map_headings(headings, _CONTRACT, spelled, cut=table.format == "shapefile")
    spare = Findings(table.file, len(table.columns))
    return canonical_columns(table.columns, mapped.used, _CONTRACT, spelled, spare)


def _refuse_count(table: RawTable, count: int) -> None:
    if not 1 <= count <= MOST_POLYGONS:
        raise InvalidGeometry(
            f"{table.file}: it holds {count} usable polygons; 1 to {MOST_POLYGONS} grids are "
            "wanted. Export the polygons of this community's grids.",
            f"{table.file}：可用的面有 {count} 个，应为 1 至 {MOST_POLYGONS} 个网格面。"
            "请导出本社区的网格面。",
            file=table.file,
            polygons=count,
        )
