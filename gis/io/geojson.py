"""
Reading GeoJSON (RFC 7946, and the ``crs`` member of the 2008 text).

Read here and not by GDAL: a JSON document can pose as one of several GDAL drivers that open
other files or addresses, and a cut-off document must be refused, not read halfway.
"""

from __future__ import annotations

import gc
import json
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import shapely

from gis.io.table import MAX_ROWS, Geometries, RawTable, unique_headings, unreadable

_GEOMETRIES = {
    "Point",
    "MultiPoint",
    "LineString",
    "MultiLineString",
    "Polygon",
    "MultiPolygon",
    "GeometryCollection",
}


def read_geojson(path: Path, encoding: str | None = None) -> RawTable:
    """
    Read a Feature or FeatureCollection.

    A member ``id`` of the features becomes the column ``id`` when no property is named so.
    A coordinate that is no number makes the row's geometry broken, not the file unreadable.

    Raises
    ------
    UnreadableFile
        It is no JSON (line and column are named), or JSON but no GeoJSON features.
    """
    with _no_cycle_search():
        return _table(path, encoding)


def _table(path: Path, encoding: str | None) -> RawTable:
    document = _document(path, encoding)
    features = _features(path.name, document)
    properties = [f.get("properties") or {} for f in features]
    if not all(isinstance(p, dict) for p in properties):
        raise unreadable(
            path.name, "a feature's properties are not an object.", "要素的 properties 不是对象。"
        )
    columns = pd.DataFrame.from_records(properties, index=range(len(features)))
    if "id" not in columns and any("id" in f for f in features):
        columns["id"] = [f.get("id") for f in features]
    columns.columns = pd.Index(unique_headings(list(columns.columns)), dtype=object)
    geometry, broken = _geometries([f.get("geometry") for f in features])
    return RawTable(
        file=path.name,
        format="geojson",
        columns=columns,
        geometry=geometry,
        crs=_crs(path.name, document),
        broken=tuple(broken),
    )


@contextmanager
def _no_cycle_search() -> Iterator[None]:
    """JSON has no cycles; looking for some among millions of lists takes most of the time."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _document(path: Path, encoding: str | None) -> dict[str, Any]:
    try:
        text = path.read_bytes().decode(encoding or "utf-8-sig")
    except (UnicodeDecodeError, LookupError) as error:
        raise unreadable(
            path.name,
            f"the text is not {encoding or 'UTF-8'} ({error}); say --encoding gb18030 or another.",
            f"文本不是 {encoding or 'UTF-8'} 编码，请用 --encoding 指明，如 gb18030。",
        ) from error
    try:
        document = json.loads(text)
    except json.JSONDecodeError as error:
        where = f"line {error.lineno}, column {error.colno}"
        raise unreadable(
            path.name,
            f"damaged JSON at {where}: {error.msg}.",
            f"JSON 在第 {error.lineno} 行第 {error.colno} 列损坏。",
        ) from error
    except (RecursionError, ValueError) as error:
        raise unreadable(
            path.name, f"not usable JSON ({error}).", "JSON 嵌套过深或数字过长。"
        ) from error
    if not isinstance(document, dict):
        raise unreadable(path.name, "the JSON is not an object.", "JSON 不是对象。")
    return document


def _features(file: str, document: dict[str, Any]) -> list[dict[str, Any]]:
    kind = document.get("type")
    features: object = document.get("features")
    if kind == "Feature":
        features = [document]
    elif kind != "FeatureCollection" or not isinstance(features, list):
        raise unreadable(
            file,
            f"JSON of type {str(kind)[:40]!r} is no GeoJSON FeatureCollection.",
            f"类型为 {str(kind)[:40]!r} 的 JSON 不是 GeoJSON 要素集。",
        )
    if len(features) > MAX_ROWS:
        raise unreadable(file, f"over {MAX_ROWS} features; split it.", "要素过多，请拆分。")
    if not all(isinstance(f, dict) and f.get("type") == "Feature" for f in features):
        raise unreadable(file, "a feature is no Feature object.", "要素集中有不是要素的内容。")
    return features


def _crs(file: str, document: dict[str, Any]) -> str | None:
    """RFC 7946 means WGS 84; files of the 2008 text may name another CRS."""
    member = document.get("crs")
    if member is None:
        return "OGC:CRS84"
    name = member.get("properties", {}) if isinstance(member, dict) else None
    name = name.get("name") if isinstance(name, dict) else None
    if not isinstance(name, str):
        raise unreadable(file, "the crs member has no name.", "crs 成员没有名称。")
    return name


def _geometries(members: list[Any]) -> tuple[Geometries, list[int]]:
    """All geometries: by flat arrays where every row has the same plain type, else one by one."""
    fast = _same_type(members)
    if fast is not None:
        return fast, []
    geometry = np.full(len(members), None, dtype=object)
    broken = []
    for row, member in enumerate(members):
        if member is None:
            continue
        try:
            geometry[row] = _one(member)
        except (TypeError, ValueError, KeyError, RecursionError, shapely.errors.ShapelyError):
            broken.append(row)
    return geometry, broken


def _same_type(members: list[Any]) -> Geometries | None:
    try:
        if {m["type"] for m in members} == {"Polygon"}:
            return _polygons([m["coordinates"] for m in members])
        if {m["type"] for m in members} == {"Point"}:
            return _points([m["coordinates"] for m in members])
    except (TypeError, ValueError, KeyError, shapely.errors.ShapelyError):
        return None
    return None


def _flat(positions: list[Any]) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
    array = np.array(positions, dtype=np.float64)
    if array.ndim != 2 or array.shape[1] < 2:
        raise ValueError
    return np.ascontiguousarray(array[:, :2])


def _polygons(rings: list[list[list[Any]]]) -> Geometries:
    per_polygon = np.fromiter(map(len, rings), dtype=np.int64, count=len(rings))
    all_rings = list(chain.from_iterable(rings))
    per_ring = np.fromiter(map(len, all_rings), dtype=np.int64, count=len(all_rings))
    if (per_polygon == 0).any() or (per_ring < 4).any():
        raise ValueError
    positions = _flat(list(chain.from_iterable(all_rings)))
    offsets = (np.append(0, per_ring.cumsum()), np.append(0, per_polygon.cumsum()))
    return np.asarray(
        shapely.from_ragged_array(shapely.GeometryType.POLYGON, positions, offsets), dtype=object
    )


def _points(positions: list[Any]) -> Geometries:
    return np.asarray(shapely.points(_flat(positions)), dtype=object)


def _one(member: dict[str, Any]) -> shapely.Geometry:
    if member["type"] not in _GEOMETRIES:
        raise ValueError(member["type"])
    return shapely.force_2d(shapely.from_geojson(json.dumps(member)))
