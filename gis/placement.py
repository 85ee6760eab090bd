"""Why a file does not lie on its community, and the option that would mend it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import shapely
from shapely.geometry.base import BaseGeometry

from gis.crs import from_wgs84, to_wgs84, zone_crs
from gis.errors import InvalidGeometry, WrongCrs
from gis.metric import FIRST_MERIDIAN, LAST_MERIDIAN, STORED, centre, named_crs

Reason = Literal[
    "swapped", "gcj02", "bd09", "not_shifted", "wrong_zone", "metres", "degrees", "elsewhere"
]
_SHIFTED = ("gcj02", "bd09")
_MOST_ROWS = 5_000
_TURNED = "turned"


@dataclass(frozen=True, slots=True)
class Misplacement:
    """
    The likeliest reason why a file lies beside its community.

    ``option`` is what to add to the command (``--crs gcj02``), empty when none helps (the file
    is of another place, or was converted from the wrong zone before it came here);
    ``inside`` and ``inside_mended`` are the shares of rows inside as read and with the option.
    """

    reason: Reason
    option: str
    en: str
    zh: str
    inside: float
    inside_mended: float


def likely_misplacement(
    frame: gpd.GeoDataFrame, community: BaseGeometry, declared: str = STORED
) -> Misplacement | None:
    """
    Tell whether another reading of the same coordinates would fit the community far better.

    A row is inside when its centroid is. With ``o`` the share of rows outside as read and
    ``b`` that of the best other reading, the file is misplaced when ``b <= o / 2`` and at least
    12 % of the rows gain, or when ``b <= o / 10`` and at least 8 rows and 3 % gain (a shift of
    500 m against a community of several km), or when no row at all is inside. So a file that
    is rightly placed passes though some rows lie outside: no other reading brings them in
    without losing as many.

    Parameters
    ----------
    frame
        As read, in EPSG:4326 (`gis.crs.to_wgs84`); of many rows 5,000 are looked at.
    community
        Where the rows should lie, in EPSG:4326: one community or the union of several.
    declared
        The name under which the file was read (its own CRS or ``--crs``), as in `to_wgs84`.

    Returns
    -------
    misplacement
        None when the file fits, has no rows, or no other reading is better.

    Raises
    ------
    InvalidGeometry
        `community` is empty.
    """
    if community.is_empty:
        raise InvalidGeometry("The community has no area.", "社区没有范围。")
    shapely.prepare(community)
    rows = _points(frame)
    if rows.empty:
        return _elsewhere(None, community) if _any_geometry(frame) else None
    inside = _share_inside(rows, community)
    best_name, best = "", 0.0
    for name, reading in _readings(rows, community, declared):
        share = _share_inside(reading, community)
        if share > best:
            best_name, best = name, share
    if not _far_better(inside, best, len(rows)):
        return _elsewhere(rows, community) if inside == 0.0 else None
    return _told(_reason(best_name, rows, declared), best_name, inside, best)


def _any_geometry(frame: gpd.GeoDataFrame) -> bool:
    return bool((frame.geometry.notna() & ~frame.geometry.is_empty).any())


def _points(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Centroids of at most 5,000 rows, evenly picked, those that are somewhere."""
    geometry = frame.geometry.to_numpy()
    picked = np.unique(np.linspace(0, max(len(geometry) - 1, 0), _MOST_ROWS).astype(np.int64))
    # The middle of the box needs no valid ring, unlike a centroid, and is as good here.
    bounds = shapely.bounds(geometry[picked] if len(geometry) else geometry)
    xy = (bounds[:, :2] + bounds[:, 2:]) / 2
    return _frame_of(xy[np.isfinite(xy).all(axis=1)])


def _frame_of(xy: npt.NDArray[np.float64]) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(geometry=shapely.points(xy), crs=STORED)


def _share_inside(rows: gpd.GeoDataFrame, community: BaseGeometry) -> float:
    xy = shapely.get_coordinates(rows.geometry.to_numpy())
    return float(np.mean(shapely.contains_xy(community, xy[:, 0], xy[:, 1])))


def _far_better(inside: float, mended: float, rows: int) -> bool:
    outside, still_outside, gain = 1 - inside, 1 - mended, mended - inside
    plain = gain >= 0.12 and still_outside <= outside / 2
    tight = gain >= 0.03 and gain * rows >= 8 and still_outside <= outside / 10
    return plain or tight


def _readings(
    rows: gpd.GeoDataFrame, community: BaseGeometry, declared: str
) -> Iterator[tuple[str, gpd.GeoDataFrame]]:
    """The same stored coordinates under every other name worth trying, likeliest first."""
    lon, _ = centre(community)
    try:
        raw = from_wgs84(rows, declared).set_crs(STORED, allow_override=True)
    except WrongCrs:
        return
    for name in _names(raw, lon, community):
        try:
            yield name, _finite_rows(to_wgs84(raw, name, lon_hint=lon))
        except WrongCrs:
            continue
    if _in_degrees(raw):
        xy = shapely.get_coordinates(rows.geometry.to_numpy())
        # Zones differ in nothing but their meridian: the wrong one turns the map by 3 degrees.
        turn = 3 * round((lon - float(np.median(xy[:, 0]))) / 3)
        if turn:
            yield _TURNED, _frame_of(xy + np.array([turn, 0]))


def _finite_rows(rows: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Rows with positions; those a reading cannot place count as far away."""
    xy = shapely.get_coordinates(rows.geometry.to_numpy())
    return _frame_of(np.where(np.isfinite(xy).all(axis=1, keepdims=True), xy, (0.0, -90.0)))


def _in_degrees(raw: gpd.GeoDataFrame) -> bool:
    return bool(np.abs(shapely.get_coordinates(raw.geometry.to_numpy())).max() <= 180)


def _names(raw: gpd.GeoDataFrame, lon: float, community: BaseGeometry) -> list[str]:
    if _in_degrees(raw):
        names = [STORED, *_SHIFTED]
    else:
        middle = centre(community)
        utm = (32600 if middle[1] >= 0 else 32700) + min(int((lon + 180) // 6) + 1, 60)
        names = [*_nearby_zones(lon), "cgcs2000-3deg", f"EPSG:{utm}", "EPSG:3857"]
    return [*names, *(f"{name}:yx" for name in names)]


def _nearby_zones(lon: float) -> list[str]:
    """Zones whose meridian lies within 4.5 degrees, nearest first; 3-degree, then 6-degree."""
    meridians = range(FIRST_MERIDIAN, LAST_MERIDIAN + 1, 3)
    near = sorted((m for m in meridians if abs(m - lon) <= 4.5), key=lambda m: abs(m - lon))
    three = [f"EPSG:{zone_crs(m).to_epsg()}" for m in near]
    six = [f"EPSG:{4491 + (m - FIRST_MERIDIAN) // 6}" for m in near if m % 6 == 3]
    return [*three, *six] or [STORED]


def _reason(name: str, rows: gpd.GeoDataFrame, declared: str) -> Reason:
    if name.endswith(":yx"):
        return "swapped"
    if name in _SHIFTED:
        return "gcj02" if name == "gcj02" else "bd09"
    if name == _TURNED:
        return "wrong_zone"
    if name == STORED:
        shifted = declared.lower().replace("-", "") in _SHIFTED
        return "not_shifted" if shifted else "degrees"
    return "wrong_zone" if _in_degrees(rows) else "metres"


_EN: dict[Reason, str] = {
    "swapped": "longitude and latitude (or easting and northing) are swapped",
    "gcj02": "the coordinates are GCJ-02 (Amap, Tencent), not what was declared",
    "bd09": "the coordinates are BD-09 (Baidu), not what was declared",
    "not_shifted": "the coordinates are plain WGS 84 or CGCS2000, not shifted ones",
    "wrong_zone": "another projection zone was declared than the coordinates are in",
    "metres": "the coordinates are projected metres, but degrees were declared",
    "degrees": "the coordinates are degrees, but projected metres were declared",
}
_ZH: dict[Reason, str] = {
    "swapped": "经度与纬度（或横坐标与纵坐标）颠倒",
    "gcj02": "坐标是 GCJ-02（高德、腾讯），与声明的不符",
    "bd09": "坐标是 BD-09（百度），与声明的不符",
    "not_shifted": "坐标是未加偏的 WGS 84 或 CGCS2000，并非加偏坐标",
    "wrong_zone": "声明的投影带与坐标所在的带不符",
    "metres": "坐标是以米为单位的投影坐标，却声明为经纬度",
    "degrees": "坐标是经纬度，却声明为以米为单位的投影坐标",
}


def _told(reason: Reason, name: str, inside: float, mended: float) -> Misplacement:
    option = "" if name == _TURNED else f"--crs {name}"
    remedy_en = f"With {option} it is {mended:.0%}."
    remedy_zh = f"加上 {option} 则为 {mended:.0%}。"
    if name == _TURNED:
        remedy_en = "Convert the original again, from the zone it is in."
        remedy_zh = "请从原始数据按正确的投影带重新转换。"
    en = (
        f"Only {inside:.0%} of the rows lie on the community. "
        f"Likeliest reason: {_EN[reason]}. {remedy_en}"
    )
    zh = f"只有 {inside:.0%} 的记录落在社区范围内。最可能的原因：{_ZH[reason]}。{remedy_zh}"
    return Misplacement(reason, option, en, zh, inside, mended)


def _elsewhere(rows: gpd.GeoDataFrame | None, community: BaseGeometry) -> Misplacement:
    far_en, far_zh = "off the Earth", "不在地球上"
    if rows is not None and _in_degrees(rows):
        km = _distance_km(rows, community)
        far_en, far_zh = f"about {km:,.0f} km away", f"相距约 {km:,.0f} 公里"
    en = (
        f"No row lies on the community: the file lies {far_en}, and no known mistake "
        "explains it. Check that it is the right file, and give its --crs."
    )
    zh = (
        f"没有任何记录落在社区范围内：文件{far_zh}，也不属于已知的坐标错误。"
        "请确认文件是否正确，并用 --crs 指定坐标系。"
    )
    return Misplacement("elsewhere", "", en, zh, 0.0, 0.0)


def _distance_km(rows: gpd.GeoDataFrame, community: BaseGeometry) -> float:
    xy = np.median(shapely.get_coordinates(rows.geometry.to_numpy()), axis=0)
    lon, lat = centre(community)
    ellipsoid = named_crs(STORED).get_geod()
    assert ellipsoid is not None  # noqa: S101
    return float(ellipsoid.inv(xy[0], xy[1], lon, lat)[2]) / 1000
