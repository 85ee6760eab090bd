"""Checks between rows and against other layers: codes, communities, courtyards."""

from __future__ import annotations

import hashlib

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from gis.contracts import Layer
from gis.io.findings import Findings
from gis.io.place import communities_of
from gis.io.shapes import numbered_copies, shape_keys
from gis.io.spelling import fold_column
from gis.io.table import Geometries
from gis.io.values import texts


def with_keys(
    columns: pd.DataFrame, raw: pd.DataFrame, geometry: Geometries, layer: Layer, findings: Findings
) -> pd.DataFrame:
    """
    Make sure that every good row has a code of its own.

    A file without any column of codes gets codes made from its shapes (`shape_keys`) or, for
    a table without geometry, from its text; a note says so. A row without a code, or with an
    earlier row's code, is at fault.
    """
    keys = columns[layer.key]
    if keys.isna().all() and len(keys):
        prefix = layer.key.removesuffix("_id").removesuffix("_code")
        made = _text_keys(raw, prefix)
        drawn = ~shapely.is_missing(geometry)
        made[drawn] = shape_keys(geometry[drawn], prefix)
        findings.whole("key-derived", field=layer.key, value=layer.key)
        return columns.assign(**{layer.key: pd.Series(made, index=columns.index, dtype="str")})
    findings.rows("key-missing", keys.isna().to_numpy(), field=layer.key)
    first = pd.Series(np.arange(1, len(keys) + 1), index=keys.index).groupby(keys).transform("min")
    repeated = (keys.notna() & keys.duplicated()).to_numpy()
    findings.rows(
        "duplicate-code",
        repeated,
        field=layer.key,
        values=keys.astype(object).to_numpy(),
        details=first.fillna(0).astype(int).astype(str).astype(object).to_numpy(),
    )
    return columns


def _text_keys(raw: pd.DataFrame, prefix: str) -> Geometries:
    if raw.empty or not len(raw.columns):
        return np.full(len(raw), None, dtype=object)
    written = pd.DataFrame({c: texts(raw[c]).fillna("") for c in raw.columns})
    lines = written.agg("\x1f".join, axis=1)
    return numbered_copies(
        [f"{prefix}-{hashlib.blake2b(t.encode(), digest_size=6).hexdigest()}" for t in lines]
    )


def in_communities(
    columns: pd.DataFrame,
    geometry: Geometries,
    communities: gpd.GeoDataFrame | None,
    findings: Findings,
) -> pd.DataFrame:
    """
    Fill in missing community codes by location and check those that are given.

    A community's name stands for its code where only one bears it.

    A row lies in the community that holds the inner point of its shape.

    Parameters
    ----------
    communities
        Canonical ``areas`` in EPSG:4326; other levels than ``community`` are left aside.
    """
    if communities is None or "community_code" not in columns:
        return columns
    areas = communities_of(communities)
    shapes, codes = areas.geometry.to_numpy(), areas["area_code"].astype(object).to_numpy()
    names = fold_column(areas["name"], "name") if "name" in areas else codes
    said = columns["community_code"].astype(object).to_numpy()
    code = _resolved(columns["community_code"], codes, names)
    unknown = pd.notna(said) & pd.isna(code)
    findings.rows("community-unknown", unknown, field="community_code", values=said)
    given = pd.notna(code)
    drawn = ~shapely.is_missing(geometry)
    inner = shapely.point_on_surface(geometry)
    row, area = shapely.STRtree(shapes).query(inner, predicate="intersects")
    found = np.full(len(code), None, dtype=object)
    found[row[::-1]] = codes[area[::-1]]
    holds = np.zeros(len(code), dtype=bool)
    holds[row[codes[area] == code[row]]] = True
    astray = drawn & ~unknown & np.where(given, ~holds, pd.isna(found))
    findings.rows("outside-community", astray & given, field="geometry", values=code)
    findings.rows("outside-all", astray & ~given, field="geometry")
    fill = ~given & ~unknown & pd.notna(found)
    if fill.any():
        findings.whole("community-by-place", field="community_code", detail=str(int(fill.sum())))
    code[fill] = found[fill]
    return columns.assign(community_code=pd.Series(code, index=columns.index, dtype="str"))


def in_courtyards(
    columns: pd.DataFrame,
    geometry: Geometries,
    courtyards: gpd.GeoDataFrame | None,
    findings: Findings,
    *,
    ledger: bool = False,
) -> pd.DataFrame:
    """
    Resolve what a row says about its courtyard: a code, or a name that only one bears.

    Of several courtyards of one name the one that holds the row's shape is meant. A row that
    says nothing belongs to the courtyard that holds it, if any.

    Parameters
    ----------
    courtyards
        Canonical ``courtyards`` in EPSG:4326.
    ledger
        The table has no geometry: a name that is not there stays as it is and is no fault,
        for `gis.io.ledger.match_rows` may still place the row.
    """
    if courtyards is None or "courtyard_id" not in columns:
        return columns
    codes = courtyards["courtyard_id"].astype(object).to_numpy()
    names = fold_column(courtyards["name"], "name") if "name" in courtyards else codes
    said = columns["courtyard_id"].astype(object).to_numpy()
    given = pd.notna(said)
    resolved = _resolved(columns["courtyard_id"], codes, names)
    wanted = fold_column(columns["courtyard_id"], "name")
    yards = courtyards.geometry.to_numpy()
    row, yard = shapely.STRtree(yards).query(shapely.point_on_surface(geometry), "intersects")
    fits = pd.isna(resolved[row]) & (~given[row] | (wanted[row] == names[yard]))
    resolved[row[fits][::-1]] = codes[yard[fits][::-1]]
    unknown = given & pd.isna(resolved)
    if not ledger:
        findings.rows("courtyard-unknown", unknown, field="courtyard_id", values=said)
    resolved[unknown] = said[unknown]
    return columns.assign(courtyard_id=pd.Series(resolved, index=columns.index, dtype="str"))


def _resolved(said: pd.Series, codes: Geometries, names: Geometries) -> Geometries:
    """Code that each row means: the code itself, or the one thing of that (folded) name."""
    by_name = pd.Series(codes, index=pd.Index(names, dtype=object), dtype=object)
    by_name = by_name[by_name.index.notna() & ~by_name.index.duplicated(keep=False)]
    named = pd.Series(fold_column(said, "name"), dtype=object).map(by_name)
    code = named.to_numpy(dtype=object, copy=True)
    code[pd.isna(code)] = None
    written = said.astype(object).to_numpy()
    is_code = pd.notna(written) & np.isin(written.astype(str), codes.astype(str))
    code[is_code] = written[is_code]
    return code
