"""Canonical frames drawn by Hypothesis, for laws over every layer."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from hypothesis import strategies as st

from gis.contracts import LAYERS, Field, LayerName

TEXT = (
    st.text(alphabet="翠苑小区1号楼aB=+-@' ,;\"", min_size=1, max_size=12)
    .map(str.strip)
    .filter(bool)
)


def _shape(kind: str, place: int) -> shapely.Geometry | None:
    lon, lat = 120.1 + 0.001 * place, 30.25
    if kind == "polygon":
        return shapely.box(lon, lat, lon + 0.0003, lat + 0.0002)
    if kind == "line":
        return shapely.LineString([(lon, lat), (lon + 0.0004, lat + 0.0001)])
    return shapely.Point(lon, lat) if kind == "point" else None


def _cell(field: Field) -> st.SearchStrategy[Any]:
    match field.kind:
        case "count":
            return st.integers(0, int(field.highest or 100))
        case "measure":
            lowest, highest = int(field.lowest or 0), int(min(field.highest or 1e6, 625_000))
            return st.integers(16 * lowest, 16 * highest).map(lambda n: n / 16)
        case "flag":
            return st.booleans()
        case "choice":
            return st.sampled_from(field.choices)
        case "date":
            return st.dates().map(pd.Timestamp)
        case _:
            return TEXT


def _column(field: Field, values: list[Any]) -> pd.Series:
    match field.kind:
        case "count":
            return pd.Series(values, dtype="int64" if field.required else "Int64")
        case "measure":
            return pd.Series(values, dtype="float64")
        case "flag":
            return pd.Series(values, dtype="boolean" if field.default is None else "bool")
        case "date":
            return pd.Series(values, dtype="datetime64[s]")
        case _:
            return pd.Series(values, dtype="str")


@st.composite
def canonical(draw: st.DrawFn, layer: LayerName) -> gpd.GeoDataFrame:
    """A frame as `read_layer` gives it, 1 to 4 rows, optional cells often missing."""
    contract = LAYERS[layer]
    rows = draw(st.integers(1, 4))
    columns = {}
    for field in contract.fields:
        if field.kind == "key":
            columns[field.name] = pd.Series([f"K{i}" for i in range(rows)], dtype="str")
            continue
        cell = _cell(field)
        if not field.required and field.default is None:
            cell = st.none() | cell
        columns[field.name] = _column(field, [draw(cell) for _ in range(rows)])
    shapes = [_shape(contract.geometry, i) for i in range(rows)]
    geometry = gpd.GeoSeries(np.array(shapes, dtype=object), crs=4326)
    return gpd.GeoDataFrame(pd.DataFrame(columns), geometry=geometry)
