"""Coordinates of OGC features: axis order against PROJ, boxes against shapely."""

from __future__ import annotations

from functools import cache
from typing import Any

import geopandas as gpd
import numpy as np
import pyproj
import pytest
import shapely
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from api.services.ogc.crs import CRS84, offered
from tests.api.test_ogc import ITEMS, features, ids

EPSG = "http://www.opengis.net/def/crs/EPSG/0/"
WORLD = "OGC:CRS84"
SYSTEMS = {CRS84: WORLD, **{f"{EPSG}{n}": f"EPSG:{n}" for n in (4326, 4490, 3857, 4544)}}
PLACES = ("buildings", "streets", "facilities", "grids", "communities")


@cache
def into(system: str) -> pyproj.Transformer:
    """The way from longitude and latitude; without `always_xy` axes are as the register has."""
    return pyproj.Transformer.from_crs(WORLD, system)


def in_axis_order(shape: Any, system: str) -> Any:
    """A shape in longitude and latitude, as the system's own definition orders its axes."""
    forth = into(system)
    return shapely.transform(shape, lambda xy: np.column_stack(forth.transform(*xy.T)))


@pytest.mark.parametrize(("uri", "system"), SYSTEMS.items())
@pytest.mark.parametrize("name", PLACES)
def test_coordinates_come_in_the_axis_order_of_their_system(
    client: TestClient, uri: str, system: str, name: str
) -> None:
    plain = {f["id"]: shapely.geometry.shape(f["geometry"]) for f in features(client, name)}
    told = {f["id"]: shapely.geometry.shape(f["geometry"]) for f in features(client, name, crs=uri)}
    assert set(told) == set(plain)
    grain = 2e-7 if "deg" in pyproj.CRS(system).axis_info[0].unit_name else 2e-3
    for key, shape in told.items():
        wanted = in_axis_order(plain[key], system)
        assert shape.geom_type == wanted.geom_type
        assert (
            np.abs(shapely.get_coordinates(shape) - shapely.get_coordinates(wanted)).max() < grain
        )
    one = next(iter(told))
    answer = client.get(f"{ITEMS.format(name)}/{one}", params={"crs": uri})
    assert answer.headers["content-crs"] == f"<{uri}>"
    assert shapely.geometry.shape(answer.json()["geometry"]).equals(told[one])
    listed = client.get(ITEMS.format(name), params={"crs": uri, "limit": "1"})
    assert listed.headers["content-crs"] == f"<{uri}>"


def test_the_zone_of_the_data_gives_northing_before_easting(client: TestClient) -> None:
    [centre] = features(client, "facilities", crs=f"{EPSG}4544")
    northing, easting = centre["geometry"]["coordinates"]
    assert 3_142_000 < northing < 3_145_000
    assert 460_000 < easting < 463_000
    [degrees] = features(client, "facilities", crs=f"{EPSG}4490")
    assert degrees["geometry"]["coordinates"] == [28.4041, 104.6061]
    [mercator] = features(client, "facilities", crs=f"{EPSG}3857")
    assert mercator["geometry"]["coordinates"][0] == pytest.approx(11_644_697, abs=1)


def test_collections_offer_the_zone_in_which_the_data_lie(client: TestClient) -> None:
    told = client.get("/ogc/collections/buildings").json()
    assert told["crs"] == list(SYSTEMS)
    assert told["storageCrs"] == CRS84


@pytest.mark.parametrize(
    ("extent", "codes"),
    [
        ((116.0, 39.5, 116.8, 40.2), [4548]),
        ((104.0, 28.0, 107.0, 29.0), [4544, 4545]),  # from zone 105 E into 108 E
        ((24.6, 60.1, 25.2, 60.3), [32635]),
        ((-70.8, -33.6, -70.5, -33.3), [32719]),
    ],
)
def test_the_metric_systems_follow_the_place(
    extent: tuple[float, float, float, float], codes: list[int]
) -> None:
    assert [*offered(extent)][4:] == [f"{EPSG}{code}" for code in codes]
    assert [*offered(None)] == list(SYSTEMS)[:4]


@pytest.fixture(scope="module")
def shapes(client: TestClient) -> gpd.GeoDataFrame:
    """All buildings and streets with their collection and id, longitude and latitude."""
    rows = [
        (name, f["id"], shapely.geometry.shape(f["geometry"]))
        for name in ("buildings", "streets")
        for f in features(client, name)
    ]
    names, keys, geometry = zip(*rows, strict=True)
    return gpd.GeoDataFrame({"name": names, "id": keys}, geometry=list(geometry), crs=WORLD)


@st.composite
def boxes(draw: st.DrawFn) -> tuple[str, float, float, float, float]:
    """A system and a box in its own axis order, about the town and beyond it."""
    uri = draw(st.sampled_from(sorted(SYSTEMS)))
    lons = sorted(draw(st.tuples(*[st.floats(104.59, 104.63)] * 2)))
    lats = sorted(draw(st.tuples(*[st.floats(28.395, 28.415)] * 2)))
    (a, b), (c, d) = (
        into(SYSTEMS[uri]).transform(*corner) for corner in zip(lons, lats, strict=True)
    )
    return uri, min(a, c), min(b, d), max(a, c), max(b, d)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(asked=boxes(), six=st.booleans())
def test_a_box_finds_what_shapely_finds(
    client: TestClient,
    shapes: gpd.GeoDataFrame,
    asked: tuple[str, float, float, float, float],
    six: bool,
) -> None:
    uri, *corners = asked
    a, b, c, d = corners
    numbers = [a, b, -10, c, d, 9000] if six else corners
    in_order = in_axis_order(shapes.geometry.to_numpy(), SYSTEMS[uri])
    box = shapely.box(a, b, c, d)
    # What touches the box within rounding may be found or not.
    grain = 1e-6 if "EPSG" not in uri or uri[-4:] in ("4326", "4490") else 0.01
    surely = shapely.intersects(in_order, box.buffer(-grain))
    perhaps = shapely.dwithin(in_order, box, grain)
    for name in ("buildings", "streets"):
        found = ids(client, name, **{"bbox": ",".join(map(repr, numbers)), "bbox-crs": uri})
        here = (shapes["name"] == name).to_numpy()
        assert set(shapes["id"][here & surely]) <= found <= set(shapes["id"][here & perhaps])


@pytest.mark.parametrize(
    ("box", "found"),
    [
        ("170,20,105,30", True),  # from 170 E over the antimeridian to 105 E
        ("105,20,-170,30", False),
        ("-180,-90,180,90", True),
        ("-500,-100,500,100", True),
        ("464.5,28,464.7,29", True),  # once around
        ("100,29,110,30", False),
        ("104.6061,28.4041,104.6061,28.4041", True),  # a point
        ("104.6,28.4041,104.61,28.4041", True),  # a line
        ("100,91,110,95", False),
    ],
)
def test_boxes_over_the_antimeridian_and_boxes_that_shrink(
    client: TestClient, box: str, found: bool
) -> None:
    assert ids(client, "facilities", bbox=box) == ({"f0"} if found else set())
    south_first = ",".join(box.split(",")[i] for i in (1, 0, 3, 2))
    swapped = {"bbox": south_first, "bbox-crs": f"{EPSG}4326"}
    assert ids(client, "facilities", **swapped) == ({"f0"} if found else set())


@pytest.mark.parametrize("code", [3857, 4544])
def test_a_projected_box_as_large_as_numbers_go_finds_all(client: TestClient, code: int) -> None:
    box = {"bbox": "-1e9,-1e9,1e9,1e9", "bbox-crs": f"{EPSG}{code}"}
    assert len(ids(client, "buildings", **box)) == 96
    assert ids(client, "buildings", **{**box, "bbox": "1e8,1e8,1e9,1e9"}) == set()
