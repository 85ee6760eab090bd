"""Opening any file that may hold a layer; the format is told by content and extension."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from gis.io.columnar import read_flatgeobuf, read_geoparquet
from gis.io.formats import READABLE, format_of, local_file
from gis.io.geojson import read_geojson
from gis.io.geopackage import read_geopackage
from gis.io.shapefile import read_shapefile, shapefiles_in, unpacked
from gis.io.sheets import read_csv, read_xlsx
from gis.io.table import RawTable, unreadable


def open_table(
    path: str | Path, *, gis_layer: str | None = None, encoding: str | None = None
) -> RawTable:
    """
    Read the rows of one layer of one file, as they stand.

    Parameters
    ----------
    path
        GeoJSON, GeoPackage, Shapefile (.shp, folder or zip), FlatGeobuf, GeoParquet, CSV or
        XLSX on this machine.
    gis_layer
        Which layer, where the file holds several: table of a GeoPackage, Shapefile of a
        folder or zip, sheet of a workbook.
    encoding
        Of the text in Shapefiles, CSV and GeoJSON; detected without it.

    Raises
    ------
    UnreadableFile
        Names the file and what is wrong with it.
    """
    found = local_file(path)
    try:
        return _open(found, gis_layer, encoding)
    except (OSError, MemoryError) as error:
        raise unreadable(
            found.name, f"cannot be read ({error}).", f"无法读取（{error}）。"
        ) from error


def _open(path: Path, gis_layer: str | None, encoding: str | None) -> RawTable:
    kind = format_of(path)
    if kind == "folder":
        found = shapefiles_in(path)
        return read_shapefile(_one_of(path.name, found, gis_layer), encoding)
    if kind == "zip":
        with unpacked(path) as parts:
            inner = _one_of(path.name, parts, gis_layer)
            if inner.suffix == ".shp":
                return read_shapefile(inner, encoding, file=path.name)
            return replace(_single(inner, None, encoding), file=path.name)
    return _single(path, gis_layer, encoding)


_Reader = Callable[[Path, str | None, str | None], RawTable]
_READERS: dict[str, _Reader] = {
    "geojson": lambda path, _, encoding: read_geojson(path, encoding),
    "geopackage": lambda path, layer, _: read_geopackage(path, layer),
    "shapefile": lambda path, _, encoding: read_shapefile(path, encoding),
    "flatgeobuf": lambda path, _, __: read_flatgeobuf(path),
    "geoparquet": lambda path, _, __: read_geoparquet(path),
    "csv": lambda path, _, encoding: read_csv(path, encoding),
    "xlsx": lambda path, layer, _: read_xlsx(path, layer),
}


def _single(path: Path, gis_layer: str | None, encoding: str | None) -> RawTable:
    return _READERS[format_of(path)](path, gis_layer, encoding)


def _one_of(file: str, found: dict[str, Path], wanted: str | None) -> Path:
    names = ", ".join(found)
    if wanted is not None and wanted in found:
        return found[wanted]
    if wanted is None and len(found) == 1:
        return next(iter(found.values()))
    if not found:
        raise unreadable(
            file,
            f"nothing readable inside; one of {READABLE} is needed.",
            f"里面没有可读的文件，需要 {READABLE} 之一。",
        )
    raise unreadable(
        file,
        f"it holds {names}; say which with --layer-name.",
        f"里面有 {names}，请用 --layer-name 指明。",
    )
