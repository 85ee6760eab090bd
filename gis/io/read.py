"""From a file to a canonical layer: open, map the columns, place on the map, check every row."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd

from gis.contracts import LAYERS, Field, Layer, LayerName
from gis.errors import WrongColumns
from gis.io.checks import in_communities, in_courtyards, with_keys
from gis.io.columns import ColumnMapping, Mapped, combined, map_headings, mapping_file, preset
from gis.io.findings import Findings
from gis.io.place import in_wgs84
from gis.io.report import LayerRead
from gis.io.shapes import mended_shapes, overlapping_rows, usable_shapes
from gis.io.table import Geometries, RawTable, Wanted
from gis.io.values import canonical_columns, texts
from gis.outlines import is_area, outlines

_HIGHEST_COUNT = 1_000_000_000


def read_layer(
    path: str | Path,
    layer: LayerName,
    *,
    gis_layer: str | None = None,
    encoding: str | None = None,
    crs: str | None = None,
    mapping: str | Path | ColumnMapping | None = None,
    communities: gpd.GeoDataFrame | None = None,
    courtyards: gpd.GeoDataFrame | None = None,
    counts: Collection[str] = (),
) -> LayerRead:
    """
    Read one layer of one file and check every row.

    Parameters
    ----------
    path
        Any file `gis.io.vector.open_table` reads.
    layer
        What the file holds, a name of `gis.contracts.LAYERS`.
    gis_layer
        Which layer of a file with several; without it the one called as `layer` or its
        Chinese name is taken.
    encoding
        See `gis.io.vector.open_table`.
    crs
        Overrules the file's own CRS; see `gis.crs.to_wgs84`.
    mapping
        Mapping file, name of a preset, or a mapping; comes before the preset ``zh``.
    communities, courtyards
        Canonical ``areas`` and ``courtyards``; with them rows are checked against their
        community and courtyard, and missing codes filled in by location.
    counts
        Further columns to read as whole numbers; each must be there. Columns of the layer's
        contract need no naming.

    Returns
    -------
    read
        Good rows (canonical, EPSG:4326, index 0..n-1, ``row_no`` counted from 1), rows that
        wait, and every finding. A table without geometry (a ledger) gives rows whose geometry
        is None and the note ``no-geometry``.

    Raises
    ------
    UnreadableFile
        The file is missing, damaged, unsafe or of an unknown format.
    WrongColumns
        A required column is missing, or the mapping is not one.
    WrongCrs
        The CRS is unknown, or missing and not to be guessed.
    WrongPlace
        The file does not lie on its communities.

    Notes
    -----
    Vectorised; O(n log n) in rows and linear in vertices.
    """
    # Loaded with the first file: GDAL and Parquet, 40 MB that a process without files spares.
    from gis.io.vector import open_table

    wanted = Wanted(gis_layer, (layer, LAYERS[layer].zh))
    return check_table(
        open_table(path, wanted, encoding=encoding),
        layer,
        crs=crs,
        mapping=mapping,
        communities=communities,
        courtyards=courtyards,
        counts=counts,
    )


def check_table(
    table: RawTable,
    layer: LayerName,
    *,
    crs: str | None = None,
    mapping: str | Path | ColumnMapping | None = None,
    communities: gpd.GeoDataFrame | None = None,
    courtyards: gpd.GeoDataFrame | None = None,
    counts: Collection[str] = (),
) -> LayerRead:
    """Check rows that were read already; see `read_layer`."""
    contract = _with_counts(LAYERS[layer], counts)
    own = own_mapping(mapping, layer)
    findings = Findings(table.file, len(table.columns))
    for code, detail in table.notes:
        findings.whole(code, detail=detail)
    mapped = _mapped(table, contract, own, findings)
    columns = canonical_columns(
        table.columns, mapped.used, contract, combined(own, preset("zh", layer)), findings
    )
    ground = None if layer == "areas" else communities
    geometry = _checked_geometry(table, contract, crs, findings, ground)
    columns = with_keys(columns, table.columns, geometry, contract, findings)
    columns = in_communities(columns, geometry, ground, findings)
    if layer != "courtyards":
        ledger = table.geometry is None
        columns = in_courtyards(columns, geometry, courtyards, findings, ledger=ledger)
    if layer == "buildings":
        overlapping_rows(geometry, findings)
    return _split(table, contract, columns, geometry, findings)


def _with_counts(layer: Layer, counts: Collection[str]) -> Layer:
    new = [name for name in counts if name not in layer.columns]
    fields = [Field(name, "count", name, lowest=0, highest=_HIGHEST_COUNT) for name in new]
    return replace(layer, fields=(*layer.fields, *fields))


def own_mapping(
    mapping: str | Path | ColumnMapping | None, layer: LayerName
) -> ColumnMapping | None:
    """Return the user's mapping of a layer, read from its file or preset; None without one."""
    if mapping is None or isinstance(mapping, ColumnMapping):
        return mapping
    return mapping_file(mapping, layer)


def _mapped(table: RawTable, layer: Layer, own: ColumnMapping | None, findings: Findings) -> Mapped:
    headings = [str(c) for c in table.columns.columns]
    mapped = map_headings(
        headings, layer, preset("zh", layer.name), own, cut=table.format == "shapefile"
    )
    known = LAYERS[layer.name].columns
    missing = [
        f
        for f in layer.fields
        if ((f.required and f.kind != "key" and f.default is None) or f.name not in known)
        and f.name not in mapped.used
    ]
    if missing:
        found = ", ".join(headings[:20]) or "none"
        raise WrongColumns(
            f"{table.file}: no column for {', '.join(f'{f.name} ({f.zh})' for f in missing)};"
            f" it has: {found}. Rename one or say which with --mapping.",
            f"{table.file}：缺少列 {'、'.join(f.zh for f in missing)}；现有：{found}。"
            "请改列名，或用 --mapping 指明。",
            file=table.file,
        )
    for column in mapped.cut:
        findings.whole("column-by-prefix", field=column, value=mapped.used[column], detail=column)
    for heading in mapped.unused:
        findings.whole("column-unmapped", field=heading, value=heading)
    by_heading = {heading: column for column, heading in mapped.used.items()}
    for row, heading in table.formulas:
        findings.rows("formula-without-value", [row - 1], field=by_heading.get(heading, heading))
    return mapped


def _checked_geometry(
    table: RawTable,
    layer: Layer,
    crs: str | None,
    findings: Findings,
    communities: gpd.GeoDataFrame | None,
) -> Geometries:
    nowhere = np.full(len(table.columns), None, dtype=object)
    if layer.geometry == "none":
        return nowhere
    if table.geometry is None:
        findings.whole("no-geometry", field="geometry")
        return nowhere
    drawn = table.geometry
    if layer.name == "barriers":
        findings.rows("geometry-outlined", is_area(drawn), field="geometry")
        drawn = outlines(drawn)
    usable = usable_shapes(drawn, layer.geometry, findings, table.broken)
    placed = in_wgs84(table, usable, crs, findings, communities=communities)
    return mended_shapes(placed, layer.geometry, findings)


def _split(
    table: RawTable,
    layer: Layer,
    columns: pd.DataFrame,
    geometry: Geometries,
    findings: Findings,
) -> LayerRead:
    row_no = np.arange(1, len(columns) + 1)
    good = ~findings.bad
    kept = columns[good].reset_index(drop=True).assign(row_no=row_no[good])
    for field in layer.fields:
        if field.kind == "count" and field.required:
            kept[field.name] = kept[field.name].astype("int64")
    frame = gpd.GeoDataFrame(kept, geometry=gpd.GeoSeries(geometry[good], crs=4326))
    raw = table.columns[findings.bad].reset_index(drop=True)
    waiting = pd.DataFrame({c: texts(raw[c]) for c in raw.columns}).drop(
        columns="row_no", errors="ignore"
    )
    waiting["row_no"] = row_no[findings.bad]
    given = geometry[findings.bad]
    return LayerRead(
        layer=layer.name,
        file=table.file,
        frame=frame,
        waiting=gpd.GeoDataFrame(waiting, geometry=gpd.GeoSeries(given, crs=4326)),
        waiting_keys=tuple(columns[layer.key][findings.bad].fillna("")),
        faults=findings.faults(),
    )
