"""GDAL, and so QGIS, opens the tiles: every line of docs/api.md, tried."""

from __future__ import annotations

from collections.abc import Iterator

import pyogrio
import pytest

from tests.api.served import served
from tests.api.test_tiles import address_of


@pytest.fixture(scope="module")
def address(town_url: str) -> Iterator[str]:
    """Address of a server on the town."""
    with served(town_url) as here:
        yield here


@pytest.mark.parametrize(("lon", "lat", "features"), [(104.603, 28.402, 84), (0.5, 0.5, 0)])
@pytest.mark.parametrize("prefix", ["", "MVT:"])
@pytest.mark.parametrize("query", ["", "?at=2026-05-01"])
def test_one_tile_is_a_file(
    address: str, prefix: str, query: str, lon: float, lat: float, features: int
) -> None:
    z, x, y = address_of(lon, lat, 15)
    path = f"{prefix}{address}/tiles/buildings/{z}/{x}/{y}.mvt{query}"
    assert [name for name, _ in pyogrio.list_layers(path)] == ["buildings"]
    assert pyogrio.read_info(path)["features"] == features


def test_a_zoom_of_a_layer_is_a_file_with_the_fields_of_its_tilejson(address: str) -> None:
    frame = pyogrio.read_dataframe(f"MVT:{address}/tiles/grids/11", TILE_EXTENSION="mvt")
    assert sorted(frame["name"]) == ["第一网格", "第三网格", "第二网格", "第四网格"]
    assert {"code", "households", "load", "over_cap"} <= set(frame.columns)
    assert frame.crs.to_epsg() == 3857
    west, south, east, north = frame.to_crs(4326).total_bounds
    assert (west, south) == pytest.approx((104.6, 28.4), abs=1e-3)
    assert (east, north) == pytest.approx((104.612, 28.408), abs=1e-3)
