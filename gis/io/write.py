"""Writing a layer to any format, whole or not at all."""

from __future__ import annotations

import warnings
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Literal

import geopandas as gpd
import pandas as pd
import shapely
from pandas.api.types import is_string_dtype

from gis.contracts import LAYERS, Layer, LayerName
from gis.crs import from_wgs84
from gis.errors import InputError, WrongColumns
from gis.io.columns import short_heading
from gis.io.shapes import DECIMALS
from gis.io.spreadsheet import write_csv, write_xlsx

Headings = Literal["canonical", "zh"]

_DBF_TEXT_BYTES = 254
_DBF_HEADING_BYTES = 10


@dataclass(frozen=True, slots=True)
class _Job:
    """One export: the frame with its final headings, and how to write it."""

    frame: gpd.GeoDataFrame
    layer: Layer
    encoding: str
    headings: Headings


def write_layer(
    frame: gpd.GeoDataFrame,
    path: str | Path,
    *,
    layer: LayerName,
    crs: str = "EPSG:4326",
    encoding: str = "UTF-8",
    headings: Headings = "canonical",
    contract: Layer | None = None,
) -> Path:
    """
    Write a canonical layer; the format is told by the extension of `path`.

    ``.geojson``, ``.gpkg``, ``.shp``, ``.zip`` (a zipped Shapefile), ``.fgb``, ``.parquet``,
    ``.csv`` and ``.xlsx`` (geometry as WKT). The file appears under its name only when it is
    complete; an older file of that name is replaced then. Text cells of CSV and XLSX that a
    spreadsheet would run as a formula get an apostrophe in front, which `read_layer` takes
    off again. Coordinates of GeoJSON, CSV and XLSX have 8 decimals (1 mm in degrees).

    Parameters
    ----------
    frame
        Canonical (`gis.contracts`), EPSG:4326; columns that are not of the layer stay out.
        Not modified.
    crs
        See `gis.crs.from_wgs84`.
    encoding
        Of the text in Shapefiles and CSV.
    headings
        Canonical names or their Chinese names; Shapefiles have names of ten bytes.
    contract
        Columns to write, where they are others than those of the layer.

    Returns
    -------
    path
        Where the file was written.

    Raises
    ------
    InputError
        The format is unknown or cannot hold the layer, or a text does not fit it.
    WrongCrs
        `crs` is unknown.
    """
    target = Path(path)
    writer = _WRITERS.get(target.suffix.lower())
    contract = contract or LAYERS[layer]
    if writer is None:
        raise InputError(
            f"{target.name}: files named *{target.suffix} are not written;"
            f" use one of {', '.join(_WRITERS)}.",
            f"{target.name}：不支持写出 {target.suffix}，请使用 {'、'.join(_WRITERS)} 之一。",
        )
    if contract.geometry == "none" and target.suffix.lower() in (".shp", ".zip", ".fgb"):
        raise InputError(
            f"{target.name}: {layer} has no geometry; write XLSX, CSV or GeoPackage.",
            f"{target.name}：{contract.zh}没有图形，请写成 XLSX、CSV 或 GeoPackage。",
        )
    job = _Job(_exported(frame, contract, crs), contract, encoding, headings)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with TemporaryDirectory(prefix=".wangge-", dir=target.parent) as private:
            draft = Path(private) / target.name
            writer(job, draft)
            _publish(Path(private), target)
    except OSError as error:
        raise InputError(
            f"{target.name}: cannot be written ({error}).",
            f"{target.name}：无法写入（{error}）。",
        ) from error
    return target


def _exported(frame: gpd.GeoDataFrame, layer: Layer, crs: str) -> gpd.GeoDataFrame:
    missing = [f.name for f in layer.fields if f.required and f.name not in frame.columns]
    if missing:
        raise WrongColumns(
            f"{layer.name}: the frame lacks {', '.join(missing)}.",
            f"{layer.zh}：缺少列 {'、'.join(missing)}。",
        )
    placed = frame if layer.geometry == "none" else from_wgs84(frame, crs)
    columns = [c for c in layer.columns if c in placed.columns]
    kept = placed[[*columns, placed.geometry.name]].reset_index(drop=True)
    days = [f.name for f in layer.fields if f.kind == "date" and f.name in columns]
    return kept.assign(**{c: pd.to_datetime(kept[c]).dt.strftime("%Y-%m-%d") for c in days})


def _publish(folder: Path, target: Path) -> None:
    """Move the finished parts into place, the one that names the whole last."""
    parts = sorted(folder.iterdir(), key=lambda part: part.name == target.name)
    for part in parts:
        part.replace(target.with_name(part.name))


def _named(job: _Job) -> gpd.GeoDataFrame:
    if job.headings == "canonical":
        return job.frame
    return job.frame.rename(columns={f.name: f.zh for f in job.layer.fields})


def _attributes(frame: gpd.GeoDataFrame) -> pd.DataFrame:
    return pd.DataFrame(frame.drop(columns=frame.geometry.name))


def _with_gdal(frame: pd.DataFrame, path: Path, **options: str) -> None:
    # Loaded with the first file: 30 MB that a process without files spares.
    import pyogrio

    from gis.io.gdal import complaints

    # GCJ-02 and BD-09 have no CRS that could be written; saying none is right.
    with complaints("'crs' was not provided") as said:
        pyogrio.write_dataframe(frame, path, **options)
    for words in said:
        warnings.warn(f"{path.name}: {words}", RuntimeWarning, stacklevel=2)


def _write_geojson(job: _Job, path: Path) -> None:
    degrees = job.frame.crs == "EPSG:4326" or job.layer.geometry == "none"
    _with_gdal(
        _named(job),
        path,
        driver="GeoJSON",
        RFC7946="YES" if degrees else "NO",
        COORDINATE_PRECISION=str(DECIMALS),
    )


def _write_geopackage(job: _Job, path: Path) -> None:
    frame = _named(job)
    table = _attributes(frame) if job.layer.geometry == "none" else frame
    _with_gdal(table, path, driver="GPKG", layer=job.layer.name)


def _write_flatgeobuf(job: _Job, path: Path) -> None:
    _with_gdal(_named(job), path, driver="FlatGeobuf", layer=job.layer.name)


def _write_geoparquet(job: _Job, path: Path) -> None:
    if job.layer.geometry == "none":
        _attributes(_named(job)).to_parquet(path, index=False)
    else:
        _named(job).to_parquet(path, index=False)


def _write_shapefile(job: _Job, path: Path) -> None:
    frame = _short_named(job)
    for column in _attributes(frame).columns:
        if is_string_dtype(frame[column]):
            _refuse_long_text(path.name, str(column), frame[column], job.encoding)
    _with_gdal(
        frame,
        path,
        driver="ESRI Shapefile",
        encoding=job.encoding,
        geometry_type=_shape_type(job.layer),
    )


def _shape_type(layer: Layer) -> str:
    return {"polygon": "Polygon", "line": "LineString", "point": "Point"}[layer.geometry]


def _short_named(job: _Job) -> gpd.GeoDataFrame:
    if job.headings == "canonical":
        return job.frame.rename(columns=short_heading)
    cut = {
        f.name: f.zh.encode(job.encoding)[:_DBF_HEADING_BYTES].decode(job.encoding, "ignore")
        for f in job.layer.fields
    }
    return job.frame.rename(columns=cut)


def _refuse_long_text(file: str, column: str, cells: pd.Series, encoding: str) -> None:
    """A dbf silently cuts long text and drops characters it cannot encode; neither is wanted."""
    try:
        longest = max((len(str(t).encode(encoding)) for t in cells.dropna().unique()), default=0)
    except UnicodeEncodeError as error:
        character = str(error.object)[error.start]
        raise InputError(
            f"{file}: {character!r} in column {column} cannot be written in {encoding};"
            " use UTF-8 or GB18030.",
            f"{file}：列 {column} 中的“{character}”无法用 {encoding} 编码，请用 UTF-8 或 GB18030。",
        ) from error
    except LookupError as error:
        raise InputError(
            f"{file}: no such encoding: {encoding}.", f"{file}：没有编码 {encoding}。"
        ) from error
    if longest > _DBF_TEXT_BYTES:
        raise InputError(
            f"{file}: a text in column {column} has {longest} bytes, a Shapefile holds 254;"
            " use GeoPackage.",
            f"{file}：列 {column} 有 {longest} 字节的文字，Shapefile 只能存 254 字节，"
            "请用 GeoPackage。",
        )


def _write_zip(job: _Job, path: Path) -> None:
    with TemporaryDirectory(prefix="wangge-") as private:
        shp = Path(private) / f"{path.stem}.shp"
        _write_shapefile(job, shp)
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            for part in sorted(Path(private).iterdir()):
                archive.write(part, part.name)


def _with_wkt(job: _Job) -> pd.DataFrame:
    table = _attributes(_named(job))
    if job.layer.geometry == "none":
        return table
    shapes = job.frame.geometry.to_numpy()
    wkt = shapely.to_wkt(shapes, rounding_precision=DECIMALS, trim=True)
    return table.assign(wkt=pd.Series(wkt, index=table.index, dtype="str"))


def _write_csv(job: _Job, path: Path) -> None:
    write_csv(_with_wkt(job), path, encoding=job.encoding)


def _write_xlsx(job: _Job, path: Path) -> None:
    title = job.layer.zh if job.headings == "zh" else job.layer.name
    write_xlsx({title: _with_wkt(job)}, path)


_WRITERS: dict[str, Callable[[_Job, Path], None]] = {
    ".geojson": _write_geojson,
    ".gpkg": _write_geopackage,
    ".shp": _write_shapefile,
    ".zip": _write_zip,
    ".fgb": _write_flatgeobuf,
    ".parquet": _write_geoparquet,
    ".csv": _write_csv,
    ".xlsx": _write_xlsx,
}
