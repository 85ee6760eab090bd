"""Exporting stored layers to files: one layer in any format, all layers in one GeoPackage."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import geopandas as gpd
import sqlalchemy as sa

from api.principal import OPERATOR
from api.services import audit
from api.services.importing import writing
from gis.contracts import LAYERS, SENSITIVE, STAFF, LayerName
from gis.crs import from_wgs84
from gis.errors import InputError, NotFound
from gis.io.write import Headings, write_layer
from gis.store.extracts import Extract, area_name, count_extract, read_extract
from gis.store.sight import EVERYWHERE, Sight

NOT_PUBLIC = (*SENSITIVE, *STAFF)
"""Columns that leave by the command line only."""


@dataclass(frozen=True, slots=True)
class Form:
    """How a layer is written; see `gis.io.write.write_layer`."""

    crs: str = "EPSG:4326"
    encoding: str = "UTF-8"
    headings: Headings = "canonical"


def export_layer(engine: sa.Engine, extract: Extract, path: Path, form: Form) -> int:
    """
    Write an extract of a layer to a file; return its rows.

    Raises
    ------
    InputError, NotFound
        See `extracted` and `gis.io.write.write_layer`.
    """
    with writing(engine) as connection:
        frame = extracted(connection, EVERYWHERE, extract)
        audit.record(
            connection,
            audit.who_asks(connection, OPERATOR.name),
            "export.layer",
            ("layer", extract.layer),
            community=extract.area,
            detail={"rows": len(frame)},
        )
    write_extract(frame, extract, path, form)
    return len(frame)


def write_extract(frame: gpd.GeoDataFrame, extract: Extract, path: Path, form: Form) -> None:
    """Write what was extracted; the extension of `path` tells the format."""
    write_layer(
        frame,
        path,
        layer=extract.layer,
        crs=form.crs,
        encoding=form.encoding,
        headings=form.headings,
        contract=extract.contract,
    )


def extracted(
    connection: sa.Connection, sight: Sight, extract: Extract, *, most: int | None = None
) -> gpd.GeoDataFrame:
    """
    Read what is seen of an extract, unless it is larger than `most` rows.

    Raises
    ------
    NotFound
        There is no such area to be seen on that day.
    InputError
        The kind or box does not fit the layer, or there are too many rows.
    """
    if extract.area is not None and area_name(connection, sight, extract.area, extract.at) is None:
        raise NotFound(
            f"There is no area {extract.area} on {extract.at}: check the code.",
            f"{extract.at} 没有代码为 {extract.area} 的区划：请检查代码。",
        )
    if most is not None and count_extract(connection, sight, extract, most=most) > most:
        raise InputError(
            f"These are more than {most} rows of {extract.layer}: ask for a smaller area or box, "
            "or use `wangge export` on the server.",
            f"{extract.contract.zh}超过 {most} 行：请缩小区划或范围，"
            "或在服务器上使用 `wangge export`。",
            most=most,
        )
    return read_extract(connection, sight, extract)


def all_layers(
    connection: sa.Connection, sight: Sight, wanted: Extract, *, most: int | None = None
) -> dict[LayerName, gpd.GeoDataFrame]:
    """Read every layer of an area on a day; `wanted` says which, its layer does not matter."""
    return {
        layer: extracted(connection, sight, replace(wanted, layer=layer), most=most)
        for layer in LAYERS
    }


def write_all(layers: dict[LayerName, gpd.GeoDataFrame], path: Path, crs: str) -> None:
    """Write layers to one GeoPackage that ``wangge import all`` takes in again."""
    # Loaded with the first file: GDAL, 30 MB that a process without files spares.
    from gis.io.layers import write_geopackage

    write_geopackage(
        {
            name: (
                frame if LAYERS[name].geometry == "none" else from_wgs84(frame, crs),
                LAYERS[name].geometry,
            )
            for name, frame in layers.items()
        },
        path,
    )
