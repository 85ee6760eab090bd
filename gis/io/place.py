"""Where a file's coordinates lie: which CRS holds, and the way to EPSG:4326."""

from __future__ import annotations

from contextlib import suppress

import geopandas as gpd
import numpy as np
import pyproj
import shapely
from shapely.geometry.base import BaseGeometry

from gis.crs import to_wgs84
from gis.errors import WrongCrs, WrongPlace
from gis.io.findings import Findings
from gis.io.table import Geometries, RawTable, wrong_crs
from gis.placement import likely_misplacement

FEWEST_LINES = 50


def in_wgs84(
    table: RawTable,
    geometry: Geometries,
    crs: str | None,
    findings: Findings,
    *,
    communities: gpd.GeoDataFrame | None = None,
) -> Geometries:
    """
    Bring usable shapes to EPSG:4326.

    `crs` overrules the file. A file that names no CRS is taken for WGS 84 when every
    coordinate could be degrees; a note says so.

    Parameters
    ----------
    communities
        Canonical ``areas``. Their middle tells the zone of files in a 3-degree zone without a
        number, and a file that fits them far better under another reading is refused.

    Raises
    ------
    WrongCrs
        No CRS and the coordinates are no degrees, or an unknown CRS; the file is named.
    WrongPlace
        The file does not lie on its communities; the likeliest reason and remedy are named.
    """
    declared = crs or _declared(table)
    if declared is None:
        if not _could_be_degrees(geometry):
            raise wrong_crs(
                table.file,
                "it names no CRS and its coordinates are no degrees; say --crs, for example"
                " --crs cgcs2000-3deg or --crs EPSG:4547.",
                "文件未注明坐标系，坐标也不是经纬度；"
                "请用 --crs 指明，如 cgcs2000-3deg 或 EPSG:4547。",
            )
        declared = "EPSG:4326"
        if not shapely.is_missing(geometry).all():
            findings.whole("crs-assumed", field="geometry", detail="WGS 84")
    _refuse_degrees_as_metres(table.file, geometry, declared)
    frame = gpd.GeoDataFrame(geometry=gpd.GeoSeries(geometry))
    ground = None if communities is None else _ground(communities)
    lon_hint = None if ground is None else ground.centroid.x
    try:
        placed = to_wgs84(frame, declared, lon_hint=lon_hint)
    except WrongCrs as error:
        raise wrong_crs(table.file, error.en, error.zh) from error
    except pyproj.exceptions.ProjError as error:
        raise wrong_crs(
            table.file,
            f"PROJ cannot bring its CRS to WGS 84 ({error}); say --crs.",
            "文件的坐标系无法换算为 WGS 84，请用 --crs 指明。",
        ) from error
    if ground is not None:
        _refuse_misplaced(table.file, placed, ground, declared)
    return np.asarray(placed.geometry.array, dtype=object)


def _refuse_degrees_as_metres(file: str, geometry: Geometries, declared: str) -> None:
    """Degrees under the name of a projected CRS would be a town of some millimetres."""
    in_metres = declared.lower() == "cgcs2000-3deg"
    # Other names that PROJ does not know are gcj02 and bd09, or refused by the next step.
    with suppress(pyproj.exceptions.CRSError):
        in_metres = pyproj.CRS.from_user_input(declared).is_projected
    if not in_metres or shapely.is_missing(geometry).all():
        return
    if _could_be_degrees(geometry):
        raise wrong_crs(
            file,
            "its coordinates look like degrees, but its CRS is in metres; say --crs EPSG:4326 "
            "(or gcj02, bd09) if that is what they are.",
            "坐标像经纬度，但坐标系以米为单位；若确为经纬度，"
            "请用 --crs EPSG:4326（或 gcj02、bd09）。",
        )


def communities_of(areas: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Rows of canonical ``areas`` that are communities; a row that does not say is one."""
    if "level" not in areas:
        return areas
    return areas[areas["level"].fillna("community") == "community"]


def _ground(areas: gpd.GeoDataFrame) -> BaseGeometry | None:
    ground = shapely.union_all(communities_of(areas).geometry.to_numpy())
    return None if ground.is_empty else ground


def _refuse_misplaced(
    file: str, placed: gpd.GeoDataFrame, ground: BaseGeometry, declared: str
) -> None:
    """A few long lines prove nothing: the middle of a river along the border lies anywhere."""
    lines = placed.geom_type.isin(["LineString", "MultiLineString", "LinearRing"]).any()
    if lines and len(placed) < FEWEST_LINES:
        return
    told = likely_misplacement(placed, ground, declared)
    if told is not None and not (lines and told.reason == "elsewhere"):
        raise WrongPlace(
            f"{file}: {told.en}",
            f"{file}：{told.zh}",
            file=file,
            reason=told.reason,
            option=told.option,
        )


def _declared(table: RawTable) -> str | None:
    if not table.crs:
        return None
    try:
        crs = pyproj.CRS.from_user_input(table.crs)
    except pyproj.exceptions.CRSError as error:
        raise wrong_crs(
            table.file,
            "it names a CRS that is not known; say --crs.",
            "文件中的坐标系无法识别，请用 --crs 指明。",
        ) from error
    return None if crs.is_engineering or "unknown" in crs.name.lower() else crs.to_wkt()


def _could_be_degrees(geometry: Geometries) -> bool:
    positions = shapely.get_coordinates(geometry)
    return bool((np.abs(positions[:, 0]) <= 180).all() and (np.abs(positions[:, 1]) <= 90).all())
