"""The way on foot as a line to follow."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pytest
import shapely

from gis.network.build import network_of
from gis.network.snapping import snapper
from gis.network.way import FootWay, foot_way, open_graph

CRS = "EPSG:4544"
X, Y = 500_000.0, 3_000_000.0


def walked(
    lines: list[list[tuple[float, float]]], start: tuple[float, float], goal: tuple[float, float]
) -> FootWay | None:
    streets = gpd.GeoDataFrame(
        {"street_class": "lane"},
        index=range(len(lines)),
        geometry=[shapely.LineString([(X + x, Y + y) for x, y in line]) for line in lines],
        crs=CRS,
    )
    network = network_of(streets)
    return foot_way(
        snapper(network),
        open_graph(network),
        np.array([X + start[0], Y + start[1]]),
        np.array([X + goal[0], Y + goal[1]]),
    )


SQUARE: list[list[tuple[float, float]]] = [
    [(0, 0), (100, 0)],
    [(100, 0), (100, 100)],
    [(100, 100), (0, 100)],
    [(0, 100), (0, 0)],
]


@pytest.mark.parametrize(
    ("start", "goal", "metres"),
    [
        ((50, 10), (110, 50), 10 + 50 + 50 + 10),  # round one corner
        ((50, 10), (90, 110), 10 + 50 + 100 + 10 + 10),  # round two, the shorter way
        ((20, 5), (70, 5), 5 + 50 + 5),  # along one street
        ((70, 5), (20, 5), 5 + 50 + 5),
    ],
)
def test_the_line_is_as_long_as_the_walk(
    start: tuple[float, float], goal: tuple[float, float], metres: float
) -> None:
    way = walked(SQUARE, start, goal)
    assert way is not None
    assert way.metres == pytest.approx(metres, abs=1e-3)
    assert shapely.LineString(way.xy).length == pytest.approx(metres, abs=1e-3)
    assert way.xy[0] - (X, Y) == pytest.approx(start)
    assert way.xy[-1] - (X, Y) == pytest.approx(goal)


def test_there_is_no_way_to_what_no_street_joins() -> None:
    apart: list[list[tuple[float, float]]] = [[(0, 0), (100, 0)], [(0, 1000), (100, 1000)]]
    assert walked(apart, (50, 5), (50, 995)) is None
    assert walked(apart, (50, 5), (5000, 5000)) is None
