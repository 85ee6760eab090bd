"""Coordinate systems of files, and the metric CRS of a community."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pyproj
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from gis.crs import from_wgs84, metric_crs, to_wgs84, wgs84_to_gcj02
from gis.errors import InvalidGeometry, WrongCrs

NAMES = ["EPSG:4326", "EPSG:4490", "EPSG:4548", "EPSG:3857", "cgcs2000-3deg", "gcj02", "bd09"]


def _frame(*rows: shapely.Geometry | None, crs: str | None = "EPSG:4326") -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame({"n": range(len(rows))}, geometry=np.array(rows, object), crs=crs)


def _point(frame: gpd.GeoDataFrame, row: int) -> shapely.Point:
    point = frame.geometry.iloc[row]
    assert isinstance(point, shapely.Point)
    return point


def _without_crs(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    return _frame(*frame.geometry, crs=None)


def _places(lon: float, lat: float) -> gpd.GeoDataFrame:
    """A building with a yard inside, a street, a gate, and a row without geometry."""
    square = shapely.box(lon, lat, lon + 0.001, lat + 0.001)
    yard = shapely.box(lon + 0.0004, lat + 0.0004, lon + 0.0006, lat + 0.0006)
    street = shapely.LineString([(lon, lat), (lon + 0.002, lat + 0.001)])
    return _frame(square - yard, street, shapely.Point(lon, lat), None)


def _gap_m(a: gpd.GeoDataFrame, b: gpd.GeoDataFrame) -> float:
    first, second = (shapely.get_coordinates(f.geometry.to_numpy()) for f in (a, b))
    assert first.shape == second.shape
    return float(np.abs(first - second).max() * 111_320)


@pytest.mark.parametrize(
    ("lon", "lat", "epsg", "place"),
    [
        (116.33, 40.00, 4548, "Beijing"),
        (121.48, 31.23, 4549, "Shanghai"),
        (104.51, 28.44, 4544, "Gao County, Sichuan"),
        (75.98, 39.47, 4534, "Kashgar"),
        (134.30, 48.37, 4554, "Fuyuan, Heilongjiang"),
        (114.17, 22.30, 4547, "Hong Kong"),
        (121.56, 25.04, 4550, "Taipei"),
        (112.33, 16.83, 4546, "Sansha"),
        (109.51, 18.25, 4546, "Sanya"),
        (97.50, 24.01, 4541, "Ruili, on the border"),
        (124.38, 40.10, 4550, "Dandong, on the border"),
        (127.50, 50.24, 4551, "Heihe, on the border"),
        (126.98, 37.57, 32652, "Seoul"),
        (105.85, 21.03, 32648, "Hanoi"),
        (106.92, 47.92, 32648, "Ulaanbaatar"),
        (24.94, 60.17, 32635, "Helsinki"),
        (-8.61, 41.15, 32629, "Porto"),
        (151.21, -33.87, 32756, "Sydney"),
        (180.0, 0.0, 32660, "the last meridian"),
    ],
)
def test_a_community_is_measured_in_the_zone_of_its_centre(
    lon: float, lat: float, epsg: int, place: str
) -> None:
    assert metric_crs(shapely.Point(lon, lat).buffer(0.01)).to_epsg() == epsg, place


@given(lon=st.floats(100, 120), lat=st.floats(28, 40))
def test_lengths_in_the_metric_crs_are_true_to_40_cm_per_km(lon: float, lat: float) -> None:
    place = _frame(shapely.LineString([(lon, lat), (lon + 0.01, lat + 0.005)]))
    true_m = pyproj.Geod(ellps="WGS84").geometry_length(place.geometry.iloc[0])
    assert place.to_crs(metric_crs(place)).length.iloc[0] == pytest.approx(true_m, rel=4e-4)


def test_the_zone_does_not_depend_on_the_crs_of_the_frame() -> None:
    place = _places(116.3, 40.0)
    for epsg in (3857, 32650, 4490, 4547):
        assert metric_crs(place.to_crs(epsg)) == metric_crs(place)


def test_a_frame_without_crs_or_without_place_has_no_metric_crs() -> None:
    with pytest.raises(WrongCrs, match="--crs"):
        metric_crs(_frame(shapely.Point(116, 40), crs=None))
    with pytest.raises(WrongCrs, match="no longitude"):
        metric_crs(_frame(shapely.Point(440000, 4428000)))
    with pytest.raises(InvalidGeometry):
        metric_crs(_frame(None))
    with pytest.raises(InvalidGeometry):
        metric_crs(shapely.Polygon())


@pytest.mark.parametrize("name", NAMES)
@given(lon=st.floats(75, 134), lat=st.floats(18, 53))
def test_out_and_in_again_is_the_same_place(name: str, lon: float, lat: float) -> None:
    if name == "EPSG:4548":
        lon = 115 + lon % 4
    place = _places(lon, lat)
    again = to_wgs84(from_wgs84(place, name), name)
    assert again.crs == "EPSG:4326"
    assert again.geometry.iloc[3] is None
    assert _gap_m(place, again) < 0.001


def test_the_frame_given_is_not_changed() -> None:
    place = _places(116.3, 40.0)
    before = place.copy(deep=True)
    out = from_wgs84(place, "bd09")
    to_wgs84(out, "bd09")
    assert place.geometry.geom_equals_exact(before.geometry, 0).iloc[:3].all()
    assert place.crs == before.crs


def test_gcj02_and_bd09_leave_without_a_crs() -> None:
    """A file that says EPSG:4326 and holds GCJ-02 is the fault this project is here to find."""
    place = _places(116.3, 40.0)
    assert from_wgs84(place, "gcj02").crs is None
    assert from_wgs84(place, "bd09").crs is None
    shifted = _point(from_wgs84(place, "GCJ-02"), 2)
    lon, lat = wgs84_to_gcj02(116.3, 40.0)
    assert (shifted.x, shifted.y) == pytest.approx((float(lon), float(lat)), abs=1e-12)


def test_heights_are_dropped_and_no_vertex_is_added() -> None:
    line = _frame(shapely.LineString([(116, 40, 5), (117, 41, 9)]))
    for name in NAMES:
        read = to_wgs84(from_wgs84(line, name), name).geometry.iloc[0]
        assert not read.has_z
        assert len(read.coords) == 2


def test_cgcs2000_and_wgs84_are_the_same_to_the_centimetre() -> None:
    place = _places(116.3, 40.0)
    assert _gap_m(place, to_wgs84(place.set_crs(4490, allow_override=True))) < 0.001
    assert _gap_m(place, to_wgs84(place.to_crs(4548))) < 0.001


@pytest.mark.parametrize("name", ["EPSG:4490", "cgcs2000", None])
def test_epsg_4490_stored_latitude_first_is_read_rightly(name: str | None) -> None:
    place = _places(87.6, 43.8)
    stored = from_wgs84(place, "EPSG:4490:yx")
    assert _point(stored, 2).x == pytest.approx(43.8)
    assert _gap_m(place, to_wgs84(stored, name)) < 0.001


def test_the_order_of_wgs84_is_never_guessed() -> None:
    stored = from_wgs84(_places(87.6, 43.8), "EPSG:4326:yx")
    assert _point(to_wgs84(stored, "EPSG:4326"), 2).x == pytest.approx(43.8)
    assert _point(to_wgs84(stored, "EPSG:4326:yx"), 2).x == pytest.approx(87.6)


@given(lon=st.floats(74, 134.5), lat=st.floats(18, 53), flipped=st.booleans())
def test_a_zone_number_in_the_easting_names_the_zone(lon: float, lat: float, flipped: bool) -> None:
    place = _places(lon, lat)
    stored = from_wgs84(place, "cgcs2000-3deg" + (":yx" if flipped else ""))
    stored = _without_crs(stored)
    assert _gap_m(place, to_wgs84(stored, "cgcs2000-3deg")) < 0.001


def test_each_vertex_goes_by_its_own_zone_number() -> None:
    two = [_frame(shapely.Point(x, 30)) for x in (116.0, 119.0)]
    stored = [from_wgs84(f, "cgcs2000-3deg").geometry.iloc[0] for f in two]
    read = to_wgs84(_frame(*stored, crs=None), "cgcs2000-3deg")
    np.testing.assert_allclose(read.geometry.x, [116.0, 119.0], atol=1e-9)


@given(
    lon=st.floats(76, 134), lat=st.floats(18, 53), off=st.floats(-0.9, 0.9), flipped=st.booleans()
)
def test_without_a_zone_number_a_hint_names_the_zone(
    lon: float, lat: float, off: float, flipped: bool
) -> None:
    place = _places(lon, lat)
    stored = place.to_crs(_zone_of(lon))
    if flipped:
        stored = stored.set_geometry(
            gpd.GeoSeries(shapely.transform(stored.geometry.to_numpy(), lambda xy: xy[:, ::-1]))
        )
    stored = _without_crs(stored)
    assert _gap_m(place, to_wgs84(stored, "cgcs2000-3deg", lon_hint=lon + off)) < 0.001


def _zone_of(lon: float) -> str:
    return f"EPSG:{4534 + (min(max(3 * round(lon / 3), 75), 135) - 75) // 3}"


def test_a_zone_that_cannot_be_told_is_refused_with_the_remedy() -> None:
    plain = _frame(shapely.Point(440_000, 4_428_000), crs=None)
    with pytest.raises(WrongCrs, match="EPSG:4534") as told:
        to_wgs84(plain, "cgcs2000-3deg")
    assert "带号" in told.value.zh
    with pytest.raises(WrongCrs, match="no zone near"):
        to_wgs84(plain, "cgcs2000-3deg", lon_hint=114.9)
    with pytest.raises(WrongCrs, match="no CGCS2000"):
        to_wgs84(_frame(shapely.Point(116.3, 40.0), crs=None), "cgcs2000-3deg", lon_hint=116)


@pytest.mark.parametrize("name", ["EPSG:999999", "nonsense", "", "EPSG:4978", "EPSG:5773"])
def test_a_name_that_is_no_map_is_refused(name: str) -> None:
    with pytest.raises(WrongCrs):
        to_wgs84(_frame(shapely.Point(116, 40), crs=None), name)


def test_wkt_and_bare_numbers_are_names_too() -> None:
    place = _places(116.3, 40.0).to_crs(4548)
    wkt = pyproj.CRS.from_epsg(4548).to_wkt()
    assert _gap_m(to_wgs84(place, wkt), to_wgs84(place, "4548")) == 0


def test_one_row_off_the_earth_spoils_no_other() -> None:
    rows = _frame(shapely.Point(440_000, 4_428_000), shapely.Point(1e30, 1e30), crs="EPSG:4548")
    read = to_wgs84(rows)
    assert _point(read, 0).x == pytest.approx(116.3, abs=0.01)
    assert not np.isfinite(shapely.get_coordinates(read.geometry.to_numpy())[1]).any()


def test_an_empty_frame_stays_empty() -> None:
    empty = _frame(crs="EPSG:4548")
    for name in NAMES:
        if name != "cgcs2000-3deg":
            assert to_wgs84(empty, name).empty
