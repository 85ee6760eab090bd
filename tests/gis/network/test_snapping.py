"""Places meet the network at the nearest point that a straight leg can reach."""

from __future__ import annotations

from dataclasses import replace

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pyproj
import shapely
from hypothesis import given
from hypothesis import strategies as st
from shapely import LineString, Point, Polygon, box
from shapely.geometry.base import BaseGeometry

from gis.network.build import WalkingNetwork, network_of
from gis.network.snap_report import snap_remarks
from gis.network.snapping import SnapStatus, places, snap, snapper

CRS = "EPSG:4548"
X0, Y0 = 500_000.0, 4_400_000.0
ORIGIN = np.array([X0, Y0])


def _frame(shapes: list[BaseGeometry], **columns: object) -> gpd.GeoDataFrame:
    moved = shapely.transform(np.array(shapes, dtype=object), lambda xy: xy + ORIGIN)
    return gpd.GeoDataFrame(columns, geometry=list(moved), crs=CRS)


def _network(lines: list[LineString], yard: Polygon | None = None) -> WalkingNetwork:
    """Join lines drawn in metres near the origin; edges inside `yard` belong to it."""
    network = network_of(_frame(list(lines), street_id=[f"way/{i}" for i in range(len(lines))]))
    if yard is None:
        return network
    moved = shapely.transform(yard, lambda xy: xy + ORIGIN)
    inside = shapely.covered_by(network.edge_line, moved)
    return replace(
        network,
        edge_zone=np.where(inside, 0, -1).astype(np.int32),
        zone_id=np.array(["c0"], dtype=object),
        zone_area=np.array([moved], dtype=object),
    )


def _at(*points: tuple[float, float]) -> npt.NDArray[np.float64]:
    return np.asarray(np.array(points, dtype=float).reshape(-1, 2) + ORIGIN)


@given(seed=st.integers(0, 10**6), limit=st.sampled_from([15.0, 60.0, 200.0]))
def test_a_place_goes_to_the_nearest_piece_that_no_wall_cuts_off(seed: int, limit: float) -> None:
    rng = np.random.default_rng(seed)
    lines = [LineString(rng.uniform(0, 150, (rng.integers(2, 5), 2))) for _ in range(6)]
    bars = [LineString(rng.uniform(0, 150, (rng.integers(2, 4), 2))) for _ in range(4)]
    network = _network(lines)
    barriers = _frame(list(bars), kind=["river", "wall", "railway", "arterial"])
    points = rng.uniform(-30, 180, (12, 2))
    found = snap(snapper(network, barriers), points + ORIGIN, limit_m=limit)
    pieces = [
        LineString(pair)
        for line in lines
        for pair in zip(line.coords[:-1], line.coords[1:], strict=True)
    ]
    for k, place in enumerate(points):
        legs = [shapely.shortest_line(Point(place), piece) for piece in pieces]
        near = [leg for leg in legs if leg.length <= limit]
        clear = [leg.length for leg in near if not any(leg.crosses(bar) for bar in bars[:3])]
        if clear:
            assert found.status[k] == SnapStatus.OK
            assert abs(found.leg_m[k] - min(clear)) < 1e-6
        else:
            assert found.status[k] == (SnapStatus.BLOCKED if near else SnapStatus.TOO_LONG)


@given(seed=st.integers(0, 10**6))
def test_the_snapped_point_lies_on_its_edge_where_the_offsets_say(seed: int) -> None:
    rng = np.random.default_rng(seed)
    network = _network([LineString(rng.uniform(0, 150, (4, 2))) for _ in range(4)])
    found = snap(snapper(network), rng.uniform(0, 150, (20, 2)) + ORIGIN)
    on = np.flatnonzero(found.ok)
    lines = network.edge_line[found.edge[on]]
    there = shapely.line_interpolate_point(lines, found.to_tail_m[on])
    foot = shapely.points(found.foot_x[on], found.foot_y[on])
    assert np.all(shapely.distance(there, foot) < 1e-5)
    assert np.allclose(found.to_tail_m[on] + found.to_head_m[on], network.edge_m[found.edge[on]])
    start = shapely.points(found.x[on], found.y[on])
    assert np.allclose(shapely.distance(start, foot), found.leg_m[on])


def test_a_place_in_a_closed_courtyard_keeps_to_its_own_paths() -> None:
    yard = box(0, 0, 100, 100)
    network = _network([LineString([(50, 10), (50, 50)]), LineString([(-5, -5), (-5, 200)])], yard)
    found = snap(snapper(network), _at((2, 20), (-2, 20), (2, 190)))
    assert found.zone.tolist() == [0, -1, -1]
    assert network.edge_zone[found.edge].tolist() == [0, -1, -1]
    assert np.allclose(found.leg_m, [48, 3, 7])


def test_a_courtyard_without_paths_leaves_its_places_without_a_street() -> None:
    network = _network([LineString([(-5, -5), (-5, 200)])], box(0, 0, 100, 100))
    assert snap(snapper(network), _at((2, 20))).status.tolist() == [SnapStatus.TOO_LONG]


def test_a_leg_never_leaves_the_courtyard_and_comes_back() -> None:
    """The street across the notch of a U is nearer, but the way there leads over two walls."""
    yard = Polygon([(0, 0), (60, 0), (60, 90), (40, 90), (40, 20), (20, 20), (20, 90), (0, 90)])
    network = _network([LineString([(45, 85), (45, 60)]), LineString([(10, 5), (5, 5)])], yard)
    found = snap(snapper(network), _at((15, 80)))
    assert network.edge_zone[found.edge].tolist() == [0]
    assert np.allclose([found.foot_x[0] - X0, found.foot_y[0] - Y0], [10, 5])


def test_a_footway_joined_to_nothing_is_taken_only_where_nothing_else_is_near() -> None:
    teeth = [LineString([(10 * k, 0), (10 * k, -20)]) for k in range(1, 60)]
    street = LineString([(10 * k, 0) for k in range(61)])
    network = _network([street, *teeth, LineString([(0, 40), (100, 40)])])
    found = snap(snapper(network), _at((50, 45), (-60, 85)))
    assert np.allclose([found.foot_y[0] - Y0, found.foot_y[1] - Y0], [0, 40])
    assert found.status.tolist() == [SnapStatus.OK, SnapStatus.OK]


def test_a_river_sends_a_place_to_the_street_on_its_own_bank() -> None:
    network = _network([LineString([(0, 0), (100, 0)]), LineString([(0, 60), (100, 60)])])
    river = _frame([LineString([(-50, 10), (150, 10)])], kind=["river"])
    found = snap(snapper(network, river), _at((50, 12)))
    assert found.leg_m.tolist() == [48]
    assert snap(snapper(network), _at((50, 12))).leg_m.tolist() == [12]


def test_a_leg_through_the_corner_of_a_wall_is_cut_off() -> None:
    network = _network([LineString([(0, 0), (100, 0)])])
    wall = _frame([LineString([(30, 5), (50, 10), (70, 5)])], kind=["wall"])
    found = snap(snapper(network, wall), _at((50, 20), (40, 20), (71, 20)))
    assert found.status.tolist() == [SnapStatus.BLOCKED, SnapStatus.BLOCKED, SnapStatus.OK]


def test_a_place_in_the_river_is_cut_off_and_named() -> None:
    network = _network([LineString([(0, 0), (100, 0)])])
    lake = _frame([box(20, 10, 80, 60)], kind=["river"])
    found = snap(snapper(network, lake), _at((50, 30), (50, 500), (50, 5), (50, 90), (np.nan, 0)))
    remarks = {r.code: r for r in snap_remarks(found, list("abcde"), "facilities", "设施")}
    assert set(remarks) == {"snap_blocked", "snap_too_long", "no_position"}
    assert remarks["snap_blocked"].ids == ("a", "d")
    assert remarks["snap_too_long"].ids == ("b",)
    assert remarks["no_position"].ids == ("e",)
    assert "100 m" in remarks["snap_too_long"].en
    assert found.ok.tolist() == [False, False, True, False, False]


def test_long_legs_are_reported_worst_first() -> None:
    network = _network([LineString([(0, 0), (100, 0)])])
    found = snap(snapper(network), _at((10, 60), (20, 99), (30, 2)))
    (remark,) = snap_remarks(found, ["a", "b", "c"])
    assert remark.code == "snap_long"
    assert remark.ids == ("b", "a")
    assert "99 m" in remark.en


def test_nothing_is_set_on_an_empty_network_and_nothing_is_lost() -> None:
    network = network_of(_frame([], street_id=[]))
    found = snap(snapper(network), _at((1, 2), (3, 4)))
    assert found.status.tolist() == [SnapStatus.TOO_LONG] * 2
    assert snap(snapper(network), _at()).edge.size == 0


def test_people_set_out_from_inside_their_building() -> None:
    bent = Polygon([(0, 0), (90, 0), (90, 90), (80, 90), (80, 10), (0, 10)])
    frame = _frame([box(0, 0, 10, 10), bent, LineString([(0, 0), (8, 0)]), Point(3, 4)])
    frame.loc[4, "geometry"] = None
    found = places(frame, pyproj.CRS(CRS))
    assert np.allclose(found[[0, 2, 3]], _at((5, 5), (4, 0), (3, 4)))
    assert shapely.contains_xy(frame.geometry.iloc[1], *found[1])
    assert np.isnan(found[4]).all()
    degrees = places(frame.to_crs("EPSG:4326"), pyproj.CRS(CRS))
    assert np.allclose(found[:4], degrees[:4], atol=1.0)
