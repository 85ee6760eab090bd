"""The layers of a community, checked, and laid on the lattice of its metric CRS."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, cast

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import pyproj
import shapely

from gis.arrangement import Flags, Floats, Shapes, polygonal
from gis.blocks import RANK, Lines
from gis.errors import InputError, InvalidGeometry, WrongColumns, WrongCrs, first_ids
from gis.metric import metric_crs
from gis.outlines import outlines

STEP_M = 1e-4
"""Lattice step. A border moves by less than this when it is cut."""
UNKNOWN_KIND = "other"
"""Kind of a courtyard of which no layer says more than its id."""
AROUND_M = 15.0
"""Ground around the convex hull of a community whose border is not given."""
MARGIN_M = 10.0


@dataclass(frozen=True, slots=True)
class Layout:
    """
    The layers of one community.

    ``buildings``, ``community`` and ``lines`` are in lattice steps from ``origin`` (metres in
    ``crs``); ``gates`` and ``streets`` are in metres. ``table`` holds the buildings' columns
    with every one that is needed; ``courtyard_ids`` and ``courtyard_kinds`` follow
    ``lines.courtyards``.
    """

    crs: pyproj.CRS
    origin: Floats
    step_m: float
    community: Shapes
    buildings: Shapes
    table: pd.DataFrame
    lines: Lines
    courtyard_ids: npt.NDArray[np.object_]
    courtyard_kinds: npt.NDArray[np.object_]
    gates: Shapes
    streets: gpd.GeoDataFrame

    @property
    def building_ids(self) -> list[str]:
        """Ids of the buildings, in order."""
        return [str(i) for i in self.table["building_id"]]

    def to_metres(self, steps: Shapes) -> Shapes:
        """Take geometries from lattice steps to metres; equal points stay equal."""
        moved: Shapes = shapely.transform(steps, lambda xy: xy * self.step_m + self.origin)
        return moved


def lay_out(
    buildings: gpd.GeoDataFrame,
    *,
    community: gpd.GeoDataFrame | None,
    courtyards: gpd.GeoDataFrame | None,
    barriers: gpd.GeoDataFrame | None,
    gates: gpd.GeoDataFrame | None,
    streets: gpd.GeoDataFrame | None,
    weights: Collection[str] = (),
) -> Layout:
    """
    Check the layers of one community and lay them on the lattice.

    `weights` names further whole-number columns of the buildings that the units carry.

    Raises
    ------
    WrongCrs, WrongColumns, InvalidGeometry
        See `gis.cells.build_ground`.
    """
    crs = metric_crs(buildings if community is None else community)
    houses = _metric(buildings, "buildings", "building_id", crs, ("households", *weights))
    yards = _metric(courtyards, "courtyards", "courtyard_id", crs)
    obstacles = _metric(barriers, "barriers", "barrier_id", crs, ("kind",))
    if houses["building_id"].duplicated().any():
        twice = first_ids(houses.loc[houses["building_id"].duplicated(), "building_id"])
        raise InputError(f"buildings named twice: {twice}", f"楼栋编号重复：{twice}")
    ground = _community(community, houses, yards, crs)
    origin = np.floor(shapely.bounds(ground)[:2])

    def steps(geometry: Shapes) -> Shapes:
        moved: Shapes = shapely.transform(geometry, lambda xy: (xy - origin) / STEP_M)
        return polygonal(shapely.make_valid(moved))

    snapped = shapely.set_precision(steps(np.array([ground], dtype=object)), 1.0)
    yards = _near(yards, ground)
    area = shapely.area(yards.geometry.to_numpy())
    yards = yards.iloc[np.lexsort([yards["courtyard_id"].astype(str).to_numpy(), area])]
    obstacles = _near(obstacles, ground)
    window = shapely.buffer(shapely.box(*shapely.bounds(ground)), MARGIN_M)
    clipped = shapely.intersection(outlines(obstacles.geometry.to_numpy()), window)
    kinds = obstacles["kind"].map(RANK).fillna(RANK["other"]).to_numpy(dtype=np.int64)
    parts, of = shapely.get_parts(clipped, return_index=True)
    is_line = (shapely.get_dimensions(parts) == 1) & ~shapely.is_empty(parts)
    walled: Flags = _column(yards, "walled", False).to_numpy(dtype=np.bool_)
    lines = Lines(
        shapely.set_precision(steps(yards.geometry.to_numpy()), 1.0),
        walled,
        shapely.transform(parts[is_line], lambda xy: (xy - origin) / STEP_M),
        kinds[of[is_line]],
    )
    return Layout(
        crs,
        origin,
        STEP_M,
        shapely.get_parts(snapped),
        steps(houses.geometry.to_numpy()),
        _table(houses, weights),
        lines,
        yards["courtyard_id"].to_numpy(dtype=object),
        _column(yards, "kind", UNKNOWN_KIND).to_numpy(dtype=object),
        _metric(gates, "gates", "gate_id", crs).geometry.to_numpy(),
        _near(_metric(streets, "streets", "street_id", crs), ground),
    )


def _metric(
    frame: gpd.GeoDataFrame | None,
    layer: str,
    key: str,
    crs: pyproj.CRS,
    needed: tuple[str, ...] = (),
) -> gpd.GeoDataFrame:
    """Check a layer and take it to the metric CRS; None gives an empty one."""
    if frame is None:
        columns = {name: pd.Series(dtype=object) for name in (key, *needed)}
        return gpd.GeoDataFrame(columns, geometry=gpd.GeoSeries([], crs=crs))
    missing = [name for name in (key, *needed) if name not in frame.columns]
    if missing:
        names = ", ".join(missing)
        raise WrongColumns(f"{layer}: no column {names}", f"{layer}：缺少列 {names}", layer=layer)
    if frame.crs is None:
        raise WrongCrs(
            f"{layer}: no coordinate system; declare it with --crs",
            f"{layer}：没有坐标系，请用 --crs 指明",
        )
    moved = frame.to_crs(crs).reset_index(drop=True)
    shapes = moved.geometry.to_numpy()
    bad = shapely.is_missing(shapes) | shapely.is_empty(shapes)
    bad |= ~shapely.is_valid(frame.geometry.to_numpy())
    bad |= ~np.isfinite(shapely.bounds(shapes)).all(axis=1)
    if bad.any():
        names = first_ids(moved.loc[bad, key])
        raise InvalidGeometry(
            f"{layer}: geometry missing, empty, invalid or beyond the projection: {names}; "
            "mend or remove these rows",
            f"{layer}：几何缺失、为空、无效或超出投影范围：{names}，请修正或删除这些行",
            layer=layer,
        )
    return moved


def _community(
    community: gpd.GeoDataFrame | None,
    houses: gpd.GeoDataFrame,
    yards: gpd.GeoDataFrame,
    crs: pyproj.CRS,
) -> shapely.Geometry:
    """Unite the ground to tile, in metres."""
    if community is None:
        known = np.concatenate([houses.geometry.to_numpy(), yards.geometry.to_numpy()])
        corners = shapely.multipoints(shapely.get_coordinates(known))
        return cast(shapely.Geometry, shapely.buffer(shapely.convex_hull(corners), AROUND_M))
    key = "area_code" if "area_code" in community.columns else community.columns[0]
    areas = _metric(community, "areas", str(key), crs).geometry.to_numpy()
    ground = shapely.union_all(shapely.make_valid(areas))
    if shapely.area(ground) * STEP_M**2 == 0 or ground.area < 1.0:
        raise InvalidGeometry(
            "the community has no area; give its border as a polygon",
            "社区没有面积，请提供社区边界的面",
        )
    return ground


def _near(frame: gpd.GeoDataFrame, ground: shapely.Geometry) -> gpd.GeoDataFrame:
    """Rows that touch the ground."""
    shapely.prepare(ground)
    return frame.loc[shapely.intersects(ground, frame.geometry.to_numpy())]


def _column(frame: gpd.GeoDataFrame, name: str, default: object) -> pd.Series[Any]:
    """Return a column, nulls and all of it filled where it is missing."""
    if name not in frame.columns:
        return pd.Series([default] * len(frame), index=frame.index, dtype=object)
    column = frame[name].astype(object)
    return column.where(column.notna(), default)


def _table(houses: gpd.GeoDataFrame, weights: Collection[str]) -> pd.DataFrame:
    """Take the columns of the buildings that a unit carries; each building is one unit so far."""
    ids = houses["building_id"].astype(str).astype(object)
    return pd.DataFrame(
        {
            "unit_id": ids,
            "kind": pd.Series("building", index=houses.index, dtype=object),
            "building_id": ids,
            "courtyard_id": _column(houses, "courtyard_id", None),
            "stairwells": _column(houses, "stairwells", 0).astype(np.int64),
            "households": _column(houses, "households", 0).astype(np.int64),
            "households_kind": _column(houses, "households_kind", None),
            "households_estimated": _column(houses, "households_estimated", False).astype(bool),
            **{name: _whole(houses, name) for name in weights if name != "households"},
        }
    )


def _whole(houses: gpd.GeoDataFrame, name: str) -> pd.Series[int]:
    """Return a column of whole numbers, 0 where nothing is said."""
    numbers = pd.to_numeric(_column(houses, name, 0), errors="coerce").astype(np.float64)
    bad = ~((numbers >= 0) & (numbers < 2**52) & (numbers == np.floor(numbers)))
    if bad.any():
        ids = first_ids(houses.loc[bad, "building_id"])
        raise WrongColumns(
            f"{name!r} must be a whole number of at least 0; mend the buildings {ids}.",
            f"“{name}”必须是不小于 0 的整数；请修改楼栋 {ids}。",
            column=name,
        )
    return numbers.astype(np.int64)
