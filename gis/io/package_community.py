"""One community of a grid package, ready to be redrawn."""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
from shapely.geometry.base import BaseGeometry

from gis.cells import Ground
from gis.errors import InputError, NotFound
from gis.io.package import GridPackage, Table
from gis.partition.rules import RuleSet

_NULLABLE = ("building_id", "courtyard_id", "courtyard_kind", "households_kind")


@dataclass(frozen=True)
class PackagedCommunity:
    """
    A community as a package holds it.

    ``labels`` is the place of each unit's grid in the package: its number less 1; ``names`` the
    names of the grids by that. The ground is in the metric CRS of the community.
    """

    area_code: str
    name: str
    ground: Ground
    labels: npt.NDArray[np.int64]
    names: dict[int, str]
    boundary: BaseGeometry
    rules: RuleSet


def packaged_community(package: GridPackage, code: str | None = None) -> PackagedCommunity:
    """
    Read one community out of a package.

    Parameters
    ----------
    package
        As read by `gis.io.package.read_package`. Not modified.
    code
        Area code; may be left out when the package holds one community.

    Raises
    ------
    NotFound
        The package has no such community.
    InputError
        The package holds several communities and none is named.
    """
    areas = package.frames["areas"]
    codes = areas["area_code"].astype(str).tolist()
    wanted = code if code is not None or len(codes) > 1 else codes[0]
    if wanted is None:
        listed = ", ".join(codes[:10])
        raise InputError(
            f"The package holds {len(codes)} communities; name one with --community: {listed}.",
            f"网格包含 {len(codes)} 个社区；请用 --community 指定一个：{listed}。",
        )
    if wanted not in codes:
        listed = ", ".join(codes[:10])
        raise NotFound(
            f"The package has no community {wanted}; it has {listed}.",
            f"网格包中没有社区 {wanted}；现有 {listed}。",
        )
    area = areas.iloc[codes.index(wanted)]
    crs = str(area["metric_crs"])
    mine = {name: _of(package, name, wanted) for name in ("units", "borders", "grids")}
    units = _units(mine["units"], wanted, package.rules).to_crs(crs)
    ids = pd.Index(mine["units"]["unit_id"])
    number = mine["grids"].set_index("grid")["number"] - 1
    boundary = gpd.GeoSeries([area["geometry"]], crs=mine["units"].crs).to_crs(crs).iloc[0]
    return PackagedCommunity(
        wanted,
        str(area["name"]),
        Ground(units, _borders(mine["borders"], ids).to_crs(crs)),
        mine["units"]["grid"].map(number).to_numpy(np.int64),
        dict(zip(number.tolist(), number.index.map(_names(mine["grids"])), strict=True)),
        boundary,
        package.rules,
    )


def _names(grids: pd.DataFrame) -> dict[int, str]:
    return dict(zip(grids["grid"].tolist(), grids["name"].astype(str), strict=True))


def _of(package: GridPackage, name: Table, code: str) -> gpd.GeoDataFrame:
    frame = package.frames[name]
    part = frame[frame["area_code"] == code].reset_index(drop=True)
    assert isinstance(part, gpd.GeoDataFrame)  # noqa: S101 - these layers are spatial
    return part if part.geometry.name == "geometry" else part.rename_geometry("geometry")


def _units(units: gpd.GeoDataFrame, code: str, rules: RuleSet) -> gpd.GeoDataFrame:
    frame = units.drop(columns=["grid", "area_code", "load_units", "load"])
    for column in _NULLABLE:
        values = frame[column].astype(object)
        frame[column] = values.where(values.notna(), None)
    if rules.weight != "households":
        frame[rules.weight] = frame["weight"]
    # In a package of several communities ground blocks carry the code of theirs in front.
    ids = frame["unit_id"].astype(str)
    frame["unit_id"] = ids.where(frame["kind"] != "ground", ids.str.removeprefix(f"{code}-"))
    frame.index.name = "unit_no"
    return frame.drop(columns="weight") if rules.weight != "weight" else frame


def _borders(borders: gpd.GeoDataFrame, ids: pd.Index[str]) -> gpd.GeoDataFrame:
    return borders.assign(
        left=ids.get_indexer(pd.Index(borders["left"])),
        # What is on no unit's side is outside: get_indexer says -1 for NULL.
        right=ids.get_indexer(pd.Index(borders["right"])),
    ).drop(columns=["border_id", "area_code"])
