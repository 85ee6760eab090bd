"""Opening any file that may hold a layer; the format is told by content and extension."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np

from gis.errors import UnreadableFile
from gis.io.columnar import read_flatgeobuf, read_geoparquet
from gis.io.formats import format_of, local_file
from gis.io.geojson import read_geojson
from gis.io.geopackage import package_layers, read_geopackage
from gis.io.shapefile import read_shapefile, shapefiles_in, unpacked
from gis.io.sheets import read_csv, read_xlsx
from gis.io.table import ANY, RawTable, Wanted, flat_cells, no_such_layer, unreadable


def open_table(path: str | Path, wanted: Wanted = ANY, *, encoding: str | None = None) -> RawTable:
    """
    Read the rows of one layer of one file, as they stand.

    Parameters
    ----------
    path
        GeoJSON, GeoPackage, Shapefile (.shp, folder or zip), FlatGeobuf, GeoParquet, CSV or
        XLSX on this machine.
    wanted
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
        # a coordinate that is no number is told later, by row; numpy need not warn of it here
        with np.errstate(all="ignore"):
            table = _open(found, wanted, encoding)
        return replace(table, columns=flat_cells(table.columns))
    except (OSError, MemoryError) as error:
        raise unreadable(
            found.name, f"cannot be read ({error}).", f"无法读取（{error}）。"
        ) from error


def _open(path: Path, wanted: Wanted, encoding: str | None) -> RawTable:
    kind = format_of(path)
    if kind == "folder":
        name, inner = _one_of(path.name, shapefiles_in(path), wanted)
        return read_shapefile(inner, encoding, file=f"{path.name}/{name}.shp")
    if kind == "zip":
        with unpacked(path) as parts:
            name, inner = _one_of(path.name, parts, wanted)
            return _unpacked_part(f"{path.name}/{name}", inner, encoding)
    return _single(path, wanted, encoding)


def _unpacked_part(shown: str, inner: Path, encoding: str | None) -> RawTable:
    """Read what came out of an archive under the name its maker gave it."""
    if inner.suffix == ".shp":
        return read_shapefile(inner, encoding, file=f"{shown}.shp")
    try:
        return replace(_single(inner, ANY, encoding), file=shown)
    except UnreadableFile as error:
        en, zh = (text.replace(inner.name, shown) for text in (error.en, error.zh))
        raise UnreadableFile(en, zh, file=shown) from error


def layer_names(path: str | Path) -> list[str]:
    """
    Name the layers of a GeoPackage, or the files in a folder or zip of Shapefiles.

    A file of another format has one layer, named as the file without its extension.

    Raises
    ------
    UnreadableFile
        The file is missing, damaged, unsafe or of an unknown format.
    """
    found = local_file(path)
    kind = format_of(found)
    if kind == "folder":
        return list(shapefiles_in(found))
    if kind == "zip":
        with unpacked(found) as parts:
            return list(parts)
    if kind == "geopackage":
        return [layer.name for layer in package_layers(found)]
    return [found.stem]


_Reader = Callable[[Path, Wanted, str | None], RawTable]
_READERS: dict[str, _Reader] = {
    "geojson": lambda path, _, encoding: read_geojson(path, encoding),
    "geopackage": lambda path, layer, _: read_geopackage(path, layer),
    "shapefile": lambda path, _, encoding: read_shapefile(path, encoding),
    "flatgeobuf": lambda path, _, __: read_flatgeobuf(path),
    "geoparquet": lambda path, _, __: read_geoparquet(path),
    "csv": lambda path, _, encoding: read_csv(path, encoding),
    "xlsx": lambda path, layer, _: read_xlsx(path, layer),
}


def _single(path: Path, wanted: Wanted, encoding: str | None) -> RawTable:
    return _READERS[format_of(path)](path, wanted, encoding)


def _one_of(file: str, found: dict[str, Path], wanted: Wanted) -> tuple[str, Path]:
    name = wanted.among(list(found))
    if name is None:
        raise no_such_layer(file, list(found), wanted)
    return name, found[name]
