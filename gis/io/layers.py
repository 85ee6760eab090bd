"""Several layers in one GeoPackage, and the outline of the place a command works in."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

import geopandas as gpd
import pandas as pd
import pyogrio
import shapely
from shapely.geometry.base import BaseGeometry

from gis.contracts import LAYERS, GeometryKind, LayerName
from gis.errors import InputError, InvalidGeometry
from gis.io.findings import Findings
from gis.io.place import in_wgs84
from gis.io.vector import open_table

_GEOMETRY_TYPES = {"polygon": "Polygon", "line": "LineString", "point": "Point"}


def write_layers(layers: Mapping[LayerName, gpd.GeoDataFrame], path: str | Path) -> Path:
    """
    Write canonical layers to one GeoPackage in EPSG:4326, empty ones too.

    The file appears under its name only when it is complete; an older one is replaced then.

    Raises
    ------
    InputError
        The name does not end in ``.gpkg``, or the file cannot be written.
    """
    return write_geopackage(
        {name: (frame, LAYERS[name].geometry) for name, frame in layers.items()}, path
    )


def write_geopackage(
    layers: Mapping[str, tuple[gpd.GeoDataFrame, GeometryKind]], path: str | Path
) -> Path:
    """
    Write frames, each with the kind of its geometry, as the layers of one GeoPackage.

    As `write_layers`; coordinates are written as they are.
    """
    target = Path(path)
    if target.suffix.lower() != ".gpkg":
        raise InputError(
            f"{target.name}: several layers go into one GeoPackage; name it *.gpkg.",
            f"{target.name}：多个图层写入一个 GeoPackage，请以 .gpkg 结尾命名。",
        )
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with TemporaryDirectory(prefix=".wangge-", dir=target.parent) as private:
            draft = Path(private) / target.name
            for name, (frame, kind) in layers.items():
                _append(name, frame, kind, draft)
            draft.replace(target)
    except (OSError, pyogrio.errors.DataSourceError) as error:
        raise InputError(
            f"{target.name}: cannot be written ({error}).",
            f"{target.name}：无法写入（{error}）。",
        ) from error
    return target


def _append(name: str, frame: gpd.GeoDataFrame, kind: GeometryKind, draft: Path) -> None:
    rows: pd.DataFrame = frame
    if kind == "none":
        rows = pd.DataFrame(frame.drop(columns="geometry", errors="ignore"))
    single = _GEOMETRY_TYPES.get(kind)
    multi = kind != "none" and bool(frame.geom_type.str.startswith("Multi").any())
    pyogrio.write_dataframe(
        rows,
        draft,
        driver="GPKG",
        layer=name,
        geometry_type=f"Multi{single}" if multi else single,
        promote_to_multi=multi,
    )


def read_outline(path: str | Path, *, crs: str | None = None) -> BaseGeometry:
    """
    Return the union of all polygons of a file, in EPSG:4326.

    Parameters
    ----------
    path
        Any file `gis.io.vector.open_table` reads.
    crs
        Overrules the file's own; see `gis.crs.to_wgs84`.

    Raises
    ------
    UnreadableFile, WrongCrs
        See `gis.io.vector.open_table` and `gis.io.place.in_wgs84`.
    InvalidGeometry
        There is no polygon in it.
    """
    table = open_table(path)
    shapes = table.geometry
    if shapes is not None:
        shapes = in_wgs84(table, shapes, crs, Findings(table.file, len(table.columns)))
        polygons = shapely.make_valid(shapes[shapely.get_dimensions(shapes) == 2])
        outline: BaseGeometry = shapely.union_all(polygons)
        if not outline.is_empty:
            return outline
    raise InvalidGeometry(
        f"{table.file}: no polygon is in it; give the outline of the community.",
        f"{table.file}：其中没有面，请提供社区范围面。",
    )
