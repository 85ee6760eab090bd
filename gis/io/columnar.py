"""Reading FlatGeobuf and GeoParquet."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pyogrio
import shapely

from gis.io.gdal import read_with_gdal
from gis.io.table import MAX_ROWS, Geometries, RawTable, unique_headings, unreadable

MAX_UNPACKED_BYTES = 4 * 1024**3


def read_flatgeobuf(path: Path) -> RawTable:
    """
    Read a FlatGeobuf file; its header's number of features must hold.

    Raises
    ------
    UnreadableFile
        Damaged, cut off, or of another major version.
    """
    with path.open("rb") as stream:
        head = stream.read(12)
    length = int.from_bytes(head[8:12], "little")
    if len(head) < 12 or head[3] != 3 or length > path.stat().st_size:
        raise unreadable(path.name, "damaged FlatGeobuf header.", "FlatGeobuf 文件头已损坏。")
    try:
        expected = pyogrio.read_info(path)["features"]
    except (RuntimeError, ValueError, MemoryError, IndexError) as error:
        raise unreadable(
            path.name, f"damaged FlatGeobuf ({error}).", "FlatGeobuf 文件已损坏。"
        ) from error
    if not 0 <= expected <= min(MAX_ROWS, path.stat().st_size // 8):
        raise unreadable(
            path.name,
            f"its header promises {expected} features, which cannot be.",
            f"文件头声称有 {expected} 个要素，不可信。",
        )
    table = read_with_gdal(path, "flatgeobuf")
    if len(table.columns) != expected:
        raise unreadable(
            path.name,
            f"only {len(table.columns)} of {expected} features can be read: damaged.",
            f"{expected} 个要素中只能读出 {len(table.columns)} 个，文件已损坏。",
        )
    return table


def read_geoparquet(path: Path) -> RawTable:
    """
    Read a GeoParquet file (WKB geometry), or a Parquet table without geometry.

    Raises
    ------
    UnreadableFile
        Damaged, over 4 GB when unpacked, or its ``geo`` document is not one.
    """
    try:
        data, geo = _parquet(path)
        if geo is None:
            return _plain(path.name, data)
        return _with_geometry(path.name, data, geo)
    except (pa.ArrowException, OSError, ValueError, KeyError, TypeError, MemoryError) as error:
        said = " ".join(str(error).split())[:200]
        raise unreadable(
            path.name, f"damaged GeoParquet ({said}).", f"GeoParquet 文件已损坏（{said}）。"
        ) from error


def _parquet(path: Path) -> tuple[pa.Table, dict[str, object] | None]:
    with pq.ParquetFile(path) as source:
        groups = [source.metadata.row_group(i) for i in range(source.metadata.num_row_groups)]
        if sum(g.total_byte_size for g in groups) > MAX_UNPACKED_BYTES:
            raise ValueError("unpacks to over 4 GB")
        if not 0 <= source.metadata.num_rows <= MAX_ROWS:
            raise ValueError(f"{source.metadata.num_rows} rows")
        data = source.read()
    data.validate(full=True)
    metadata = data.schema.metadata or {}
    geo = metadata.get(b"geo")
    return data, None if geo is None else json.loads(geo)


def _plain(file: str, data: pa.Table) -> RawTable:
    columns = _columns(data)
    return RawTable(file, "geoparquet", columns, None)


def _columns(data: pa.Table) -> pd.DataFrame:
    columns: pd.DataFrame = data.replace_schema_metadata(None).to_pandas(date_as_object=True)
    columns.columns = pd.Index(unique_headings(list(columns.columns)), dtype=object)
    return columns.reset_index(drop=True)


def _with_geometry(file: str, data: pa.Table, geo: dict[str, object]) -> RawTable:
    name = str(geo["primary_column"])
    described = geo["columns"]
    if not isinstance(described, dict) or described[name].get("encoding") != "WKB":
        raise ValueError("geometry is not stored as WKB")
    geometry, broken = _from_wkb(data.column(name).to_pylist())
    crs = described[name].get("crs", "OGC:CRS84")
    said = crs if isinstance(crs, str) or crs is None else json.dumps(crs)
    columns = _columns(data.drop_columns([name]))
    return RawTable(file, "geoparquet", columns, geometry, said, broken=broken)


def _from_wkb(blobs: list[bytes | None]) -> tuple[Geometries, tuple[int, ...]]:
    wkb = np.empty(len(blobs), dtype=object)
    wkb[:] = blobs
    geometry = shapely.force_2d(shapely.from_wkb(wkb, on_invalid="ignore"))
    given = np.array([b is not None for b in blobs], dtype=bool)
    broken = np.flatnonzero(given & shapely.is_missing(geometry))
    return np.asarray(geometry, dtype=object), tuple(int(row) for row in broken)
