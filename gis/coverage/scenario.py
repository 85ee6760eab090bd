"""Scenarios: facilities added, moved or closed, gates opened or closed, applied to the layers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from gis.contracts import LAYERS, Field, LayerName
from gis.errors import InvalidScenario
from gis.metric import STORED

Deed = Literal["add_facility", "move_facility", "close_facility", "open_gate", "close_gate"]
_LAYER: dict[Deed, LayerName] = {
    "add_facility": "facilities",
    "move_facility": "facilities",
    "close_facility": "facilities",
    "open_gate": "gates",
    "close_gate": "gates",
}


@dataclass(frozen=True, slots=True)
class Change:
    """
    One change of a scenario.

    ``key`` is the facility or gate; ``lon_lat`` in EPSG:4326 where it is placed; ``columns`` the
    other columns of a row that is added.
    """

    do: Deed
    key: str
    lon_lat: tuple[float, float] | None = None
    columns: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Scenario:
    """A named list of changes, made one after the other."""

    name: str
    changes: tuple[Change, ...]

    @property
    def touches_gates(self) -> bool:
        """Whether the walking network has to be made anew."""
        return any(_LAYER[change.do] == "gates" for change in self.changes)


def apply_scenario(
    scenario: Scenario, facilities: gpd.GeoDataFrame, gates: gpd.GeoDataFrame
) -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame]:
    """
    Make the changes of a scenario.

    Parameters
    ----------
    scenario
        What to change.
    facilities, gates
        Canonical layers in EPSG:4326. Not modified.

    Returns
    -------
    facilities, gates
        Canonical layers after the changes: rows that stay keep their order, new ones follow. A
        layer that no change touches is returned as it is.

    Raises
    ------
    InvalidScenario
        A change adds what is there already, or moves or closes what is not; the message names
        the change and the id.
    """
    return (
        _applied("facilities", facilities, scenario),
        _applied("gates", gates, scenario),
    )


def _applied(layer: LayerName, frame: gpd.GeoDataFrame, scenario: Scenario) -> gpd.GeoDataFrame:
    changes = [(n, c) for n, c in enumerate(scenario.changes, 1) if _LAYER[c.do] == layer]
    if not changes:
        return frame
    key = LAYERS[layer].key
    there = {str(name): row for row, name in enumerate(frame[key])} if key in frame else {}
    added: dict[str, Change] = {}
    moved: dict[str, tuple[float, float]] = {}
    for number, change in changes:
        _check(number, change, change.key in there or change.key in added, LAYERS[layer].zh)
        if change.do in ("add_facility", "open_gate"):
            added[change.key] = change
        elif change.lon_lat is not None and change.key in added:
            added[change.key] = Change(
                "add_facility", change.key, change.lon_lat, added[change.key].columns
            )
        elif change.lon_lat is not None:
            moved[change.key] = change.lon_lat
        else:
            added.pop(change.key, None)
            there.pop(change.key, None)
    rows = np.fromiter(there.values(), np.int64, len(there))
    kept = _moved(frame.iloc[rows], key, {k: v for k, v in moved.items() if k in there})
    return _with_rows(layer, kept, list(added.values()))


def _check(number: int, change: Change, is_there: bool, zh: str) -> None:
    adds = change.do in ("add_facility", "open_gate")
    if adds and is_there:
        raise InvalidScenario(
            f"Change {number} ({change.do}): {change.key!r} is there already; take another id.",
            f"第 {number} 项变更（{change.do}）：{zh}中已有“{change.key}”，请换一个编号。",
        )
    if not adds and not is_there:
        raise InvalidScenario(
            f"Change {number} ({change.do}): there is no {change.key!r}; check the id.",
            f"第 {number} 项变更（{change.do}）：{zh}中没有“{change.key}”，请核对编号。",
        )


def _moved(
    frame: gpd.GeoDataFrame, key: str, moved: Mapping[str, tuple[float, float]]
) -> gpd.GeoDataFrame:
    if not moved:
        return frame
    shapes = frame.geometry.to_numpy().copy()
    names = frame[key].astype(str).to_numpy()
    for name, lon_lat in moved.items():
        shapes[names == name] = shapely.Point(lon_lat)
    return frame.set_geometry(gpd.GeoSeries(shapes, index=frame.index, crs=frame.crs))


def _with_rows(layer: LayerName, frame: gpd.GeoDataFrame, added: list[Change]) -> gpd.GeoDataFrame:
    if not added:
        return frame.reset_index(drop=True)
    fields = {column.name: column for column in LAYERS[layer].fields}
    names = (
        [name for name in frame.columns if name != frame.geometry.name] if len(frame) else fields
    )
    columns = {}
    for name in names:
        told = fields.get(str(name))
        new = [_value(change, told) for change in added]
        columns[name] = _extended(frame[name], new) if len(frame) else pd.Series(new)
    places = [shapely.Point(change.lon_lat) for change in added if change.lon_lat is not None]
    shapes = [*frame.geometry, *places] if len(frame) else places
    return gpd.GeoDataFrame(columns, geometry=shapes, crs=frame.crs or STORED)


def _value(change: Change, column: Field | None) -> object:
    if column is None:
        return None
    return change.key if column.kind == "key" else change.columns.get(column.name, column.default)


def _extended(column: pd.Series, new: list[object]) -> pd.Series:
    """Append to a column; of whole numbers and flags it becomes one of objects for a None."""
    plain = isinstance(column.dtype, np.dtype) and column.dtype.kind in "biu"
    if plain and None in new:
        column = column.astype(object)
    return pd.Series([*column, *new], dtype=column.dtype)
