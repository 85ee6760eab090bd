"""A file beside its community: the reason is found, and a right file passes."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from gis.crs import from_wgs84, metric_crs, to_wgs84
from gis.errors import InvalidGeometry
from gis.placement import likely_misplacement

PLACES = {
    "Beijing": (116.33, 40.00),
    "Shanghai": (121.47, 31.22),
    "Gao County": (104.52, 28.44),
    "Urumqi": (87.61, 43.82),
    "Harbin": (126.63, 45.75),
    "Sanya": (109.51, 18.25),
    "Lhasa": (91.11, 29.65),
    "Changle": (119.52, 25.96),
}


def _community(lon: float, lat: float, side_m: float = 1000) -> gpd.GeoSeries:
    """A crooked quarter of about the given side, in its metric CRS."""
    crs = metric_crs(shapely.Point(lon, lat))
    here = gpd.GeoSeries([shapely.Point(lon, lat)], crs=4326).to_crs(crs).iloc[0]
    assert isinstance(here, shapely.Point)
    corners = np.array([(-0.5, -0.45), (0.1, -0.55), (0.5, -0.4), (0.45, 0.5), (-0.4, 0.5)])
    return gpd.GeoSeries([shapely.Polygon(corners * side_m + (here.x, here.y))], crs=crs)


def _buildings(community: gpd.GeoSeries, spacing_m: float = 45) -> gpd.GeoDataFrame:
    """Slabs in rows up to the very edge: a tight fit."""
    ground = community.iloc[0]
    x0, y0, x1, y1 = ground.bounds
    x, y = np.meshgrid(np.arange(x0, x1, spacing_m), np.arange(y0, y1, spacing_m))
    slabs = shapely.box(x.ravel(), y.ravel(), x.ravel() + 30, y.ravel() + 12)
    slabs = slabs[shapely.contains(ground, slabs)]
    return gpd.GeoDataFrame(geometry=slabs, crs=community.crs)


def _outline(community: gpd.GeoSeries) -> shapely.Polygon:
    outline = community.to_crs(4326).iloc[0]
    assert isinstance(outline, shapely.Polygon)
    return outline


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize(
    ("true_crs", "declared", "reason", "option"),
    [
        ("gcj02", "EPSG:4326", "gcj02", "--crs gcj02"),
        ("bd09", "EPSG:4326", "bd09", "--crs bd09"),
        ("EPSG:4326:yx", "EPSG:4326", "swapped", "--crs EPSG:4326:yx"),
        ("gcj02:yx", "EPSG:4326", "swapped", "--crs gcj02:yx"),
        ("EPSG:4326", "gcj02", "not_shifted", "--crs EPSG:4326"),
        ("EPSG:4326", "bd09", "not_shifted", "--crs EPSG:4326"),
        ("bd09", "gcj02", "bd09", "--crs bd09"),
        ("gcj02", "EPSG:4490", "gcj02", "--crs gcj02"),
        ("zone", "EPSG:4326", "metres", "--crs zone"),
        ("zone:yx", "EPSG:4326", "metres", "--crs zone:yx"),
        ("zone", "next zone", "wrong_zone", "--crs zone"),
        ("zone", "EPSG:3857", "wrong_zone", "--crs zone"),
        ("EPSG:3857", "EPSG:4326", "metres", "--crs EPSG:3857"),
        ("cgcs2000-3deg", "EPSG:4326", "metres", "--crs cgcs2000-3deg"),
        ("EPSG:4326", "zone", "degrees", "--crs EPSG:4326"),
    ],
)
def test_the_reason_is_found_and_its_option_mends_the_file(
    place: str, true_crs: str, declared: str, reason: str, option: str
) -> None:
    lon, lat = PLACES[place]
    community = _community(lon, lat)
    assert community.crs is not None
    zone = community.crs.to_epsg()
    assert zone is not None
    names = {"next zone": f"EPSG:{zone + 1}", "zone": f"EPSG:{zone}", "zone:yx": f"EPSG:{zone}:yx"}
    true_crs, declared = names.get(true_crs, true_crs), names.get(declared, declared)
    buildings = _buildings(community)
    stored = from_wgs84(buildings.to_crs(4326), true_crs)
    read = to_wgs84(stored, declared)
    found = likely_misplacement(read, _outline(community), declared)
    assert found is not None
    assert found.reason == reason
    mended = to_wgs84(stored, found.option.removeprefix("--crs "), lon_hint=lon)
    assert mended.to_crs(community.crs).geometry.hausdorff_distance(buildings.geometry).max() < 0.01
    assert found.option in found.en
    assert found.option in found.zh
    assert found.inside < 0.9 < found.inside_mended
    if "zone" not in option:
        assert found.option == option


@pytest.mark.parametrize("place", PLACES)
def test_a_file_on_its_community_passes(place: str) -> None:
    community = _community(*PLACES[place])
    for name in ("EPSG:4326", "gcj02", "bd09", "cgcs2000-3deg", "EPSG:4490"):
        read = to_wgs84(from_wgs84(_buildings(community).to_crs(4326), name), name)
        assert likely_misplacement(read, _outline(community), name) is None


@settings(max_examples=30)
@given(
    place=st.sampled_from(sorted(PLACES)),
    bearing=st.floats(0, 2 * np.pi),
    width=st.floats(0.0, np.pi),
    far_m=st.floats(10, 1500),
    share=st.floats(0.01, 0.10),
    side_m=st.floats(500, 4000),
)
def test_a_right_file_passes_though_a_tenth_of_its_rows_lies_outside(
    place: str, bearing: float, width: float, far_m: float, share: float, side_m: float
) -> None:
    """Rows over the border on any side, near or far, on one side or all around."""
    community = _community(*PLACES[place], side_m=side_m)
    good = _buildings(community, spacing_m=side_m / 22)
    count = int(len(good) * share / (1 - share))
    turns = bearing + np.linspace(-width, width, max(count, 1))[:count]
    middle = shapely.centroid(community.iloc[0])
    edge = side_m * 0.72 + far_m
    x, y = middle.x + edge * np.cos(turns), middle.y + edge * np.sin(turns)
    strays = shapely.box(x, y, x + 30, y + 12)
    rows = gpd.GeoSeries(np.concatenate([good.geometry.to_numpy(), strays]), crs=community.crs)
    read = gpd.GeoDataFrame(geometry=rows).to_crs(4326)
    assert likely_misplacement(read, _outline(community)) is None


@settings(max_examples=25)
@given(
    place=st.sampled_from(sorted(PLACES)),
    side_m=st.floats(400, 4000),
    name=st.sampled_from(["gcj02", "bd09"]),
    strays=st.floats(0.0, 0.05),
)
def test_a_shifted_file_is_told_on_small_and_large_communities(
    place: str, side_m: float, name: str, strays: float
) -> None:
    community = _community(*PLACES[place], side_m=side_m)
    good = _buildings(community, spacing_m=side_m / 22).geometry.to_numpy()
    moved = shapely.transform(good[: int(len(good) * strays)], lambda xy: xy + 5 * side_m)
    if side_m > 2000:
        moved = moved[:0]
    rows = gpd.GeoSeries(np.concatenate([good, moved]), crs=community.crs)
    stored = from_wgs84(gpd.GeoDataFrame(geometry=rows).to_crs(4326), name)
    found = likely_misplacement(to_wgs84(stored, "EPSG:4326"), _outline(community))
    assert found is not None
    assert found.reason == name


def test_a_file_of_the_whole_city_is_no_mistake() -> None:
    """One community asked for, a district given: the rest is outside, row by row."""
    district = _buildings(_community(116.33, 40.00, side_m=6000), spacing_m=120).to_crs(4326)
    assert likely_misplacement(district, _outline(_community(116.33, 40.00))) is None


@pytest.mark.parametrize("turn", [-6, -3, 3, 9])
def test_a_file_converted_from_the_wrong_zone_must_be_converted_again(turn: int) -> None:
    community = _community(*PLACES["Beijing"])
    right = _buildings(community).to_crs(4326)
    turned = right.set_geometry(right.translate(turn, 0))
    found = likely_misplacement(turned, _outline(community))
    assert found is not None
    assert (found.reason, found.option) == ("wrong_zone", "")
    assert "again" in found.en


def test_a_file_of_another_town_is_told_with_its_distance() -> None:
    shanghai = _buildings(_community(*PLACES["Shanghai"])).to_crs(4326)
    found = likely_misplacement(shanghai, _outline(_community(*PLACES["Beijing"])))
    assert found is not None
    assert (found.reason, found.option) == ("elsewhere", "")
    assert "km away" in found.en


def test_coordinates_off_the_earth_are_told() -> None:
    lost = gpd.GeoDataFrame(geometry=[shapely.Point(np.inf, np.inf)] * 3, crs=4326)
    found = likely_misplacement(lost, _outline(_community(*PLACES["Beijing"])))
    assert found is not None
    assert found.reason == "elsewhere"


def test_nothing_to_place_is_not_misplaced() -> None:
    outline = _outline(_community(*PLACES["Beijing"]))
    nothing: list[shapely.Geometry] = []
    assert likely_misplacement(gpd.GeoDataFrame(geometry=nothing, crs=4326), outline) is None
    nulls = gpd.GeoDataFrame(geometry=np.array([None, None], object), crs=4326)
    assert likely_misplacement(nulls, outline) is None
    with pytest.raises(InvalidGeometry):
        likely_misplacement(nulls, shapely.Polygon())
