"""Laws and corner cases of the ground."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from shapely import LineString, MultiPolygon, Point, box

from gis.borders import components, contiguity
from gis.cells import Ground, build_ground
from gis.errors import InputError, InvalidGeometry, WrongColumns, WrongCrs
from tests.gis.towns import Town, in_metres, slabs, towns

slow = settings(max_examples=30, suppress_health_check=[HealthCheck.too_slow], derandomize=True)


def cells(ground: Ground) -> np.ndarray[tuple[int], np.dtype[np.object_]]:
    """Cells as an array."""
    return ground.units.geometry.to_numpy()


def check_tiling(town: Town, ground: Ground) -> None:
    """Cells are valid polygons that tile the community exactly."""
    area = town.area(ground)
    assert shapely.is_valid(cells(ground)).all()
    assert (shapely.get_type_id(cells(ground)) == shapely.GeometryType.POLYGON).all()
    assert abs(shapely.area(cells(ground)).sum() / shapely.area(area) - 1) < 1e-6
    united = shapely.union_all(cells(ground))
    assert shapely.area(shapely.symmetric_difference(united, area)) / shapely.area(area) < 1e-5
    assert abs(united.area / shapely.area(cells(ground)).sum() - 1) < 1e-12
    assert shapely.coverage_is_valid(cells(ground))


def build(town: Town) -> Ground | None:
    """Build the ground; None where the town is refused for a reason it truly has."""
    try:
        return town.ground()
    except InvalidGeometry:
        inside = shapely.area(shapely.intersection(np.array(town.buildings), town.community))
        assert town.buildings
        assert (inside <= shapely.area(np.array(town.buildings)) / 2 + 1e-6).all()
        return None


@slow
@given(towns())
def test_cells_tile_the_community(town: Town) -> None:
    ground = build(town)
    if ground is not None:
        check_tiling(town, ground)


@slow
@given(towns())
def test_every_building_is_one_unit_or_dropped(town: Town) -> None:
    ground = build(town)
    if ground is None:
        return
    houses = ground.units[ground.units["kind"] == "building"]
    named = [*houses["building_id"], *ground.dropped]
    assert sorted(named) == sorted(f"b{i}" for i in range(len(town.buildings)))
    assert ground.units["unit_id"].is_unique
    assert list(houses["households"]) == [10 + int(i[1:]) for i in houses["building_id"]]


@slow
@given(towns())
def test_borders_lie_between_the_cells_they_name(town: Town) -> None:
    ground = build(town)
    if ground is None:
        return
    rings = shapely.boundary(cells(ground))
    for side in ("left", "right"):
        inner = ground.borders[ground.borders[side] >= 0]
        lines, mine = inner.geometry.to_numpy(), rings[inner[side].to_numpy()]
        assert (shapely.hausdorff_distance(shapely.intersection(lines, mine), lines) < 1e-3).all()
    around = np.zeros(len(ground.units))
    for side in ("left", "right"):
        inner = ground.borders[ground.borders[side] >= 0]
        np.add.at(around, inner[side].to_numpy(), inner["length_m"].to_numpy())
    np.testing.assert_allclose(around, shapely.length(rings), rtol=1e-9)
    assert (ground.borders["left"] >= 0).all()
    both = ground.borders["right"] >= 0
    assert (ground.borders["left"][both] < ground.borders["right"][both]).all()


def test_left_unit_lies_on_the_left_hand() -> None:
    ground = Town(slabs(4, 4)).ground()
    long = ground.borders[ground.borders["length_m"] > 1]
    lines = long.geometry.to_numpy()
    for distance, side in ((1e-3, "left"), (-1e-3, "right")):
        inner = long[side].to_numpy() >= 0
        beside = shapely.offset_curve(lines[inner], distance, join_style="mitre")
        points = shapely.line_interpolate_point(beside, 0.5, normalized=True)
        mine = cells(ground)[long[side].to_numpy()[inner]]
        assert shapely.contains(mine, points).all()


def test_without_barriers_a_building_stands_in_its_own_cell() -> None:
    town = Town(
        [*slabs(5, 5), box(170, 10, 180, 20), box(180, 10, 190, 22), box(190, 10, 198, 20)],
        courtyards=[box(5, 5, 95, 95), box(95, 5, 164, 95)],
    )
    ground = town.ground()
    check_tiling(town, ground)
    prints = np.array(in_metres(ground, town.buildings))
    inside = shapely.area(shapely.intersection(prints, cells(ground)[: len(prints)]))
    np.testing.assert_allclose(inside, shapely.area(prints), rtol=1e-4)


def test_a_part_of_a_building_in_a_courtyard_leaves_its_neighbour_there_the_ground() -> None:
    apart = MultiPolygon([box(30, 30, 40, 40), box(60, 30, 75, 40)])
    yard = box(10, 25, 50, 60)
    town = Town([apart, box(15, 30, 29.9, 40)], courtyards=[yard], walled=False)
    ground = town.ground()
    check_tiling(town, ground)
    assert ground.units["courtyard_id"].tolist() == [None, "c0", None]
    assert cells(ground)[1].symmetric_difference(in_metres(ground, [yard])[0]).area < 0.1


def test_a_courtyard_belongs_to_the_cells_of_its_own_buildings() -> None:
    yards = [box(5, 5, 95, 95), box(105, 5, 195, 95)]
    town = Town([*slabs(3, 3), *slabs(3, 3, x=110)], courtyards=yards)
    ground = town.ground()
    drawn = in_metres(ground, yards)
    for number, yard in enumerate(drawn):
        own = ground.units[ground.units["courtyard_id"] == f"c{number}"]
        assert own["courtyard_kind"].unique().tolist() == [("old", "new")[number]]
        assert shapely.union_all(own.geometry.to_numpy()).symmetric_difference(yard).area < 0.1


def test_courtyards_touch_across_the_lane_through_the_ground_before_them() -> None:
    yards = [box(5, 5, 95, 95), box(105, 5, 195, 95)]
    lane = LineString([(100, 0), (100, 200)])
    ground = Town([*slabs(3, 3), *slabs(3, 3, x=110)], courtyards=yards, lanes=[lane]).ground()
    fronts = ground.units.index[ground.units["kind"] == "ground"]
    assert len(fronts) == 2
    between = ground.borders[
        ground.borders["left"].isin(fronts) & ground.borders["right"].isin(fronts)
    ]
    assert set(between["runs_along"]) == {"lane"}
    assert components(contiguity(ground, {"river"})).max() == 0


def test_a_river_parts_the_cells_on_its_banks() -> None:
    river = LineString([(-50, 98), (90, 104), (250, 97)])
    town = Town(slabs(6, 6), barriers=[("river", river)])
    ground = town.ground()
    check_tiling(town, ground)
    edges = contiguity(ground, {"river", "railway"})
    assert components(edges).max() == 1
    assert components(contiguity(ground, {"railway"})).max() == 0
    (wet,) = in_metres(ground, [river])
    inner = shapely.buffer(cells(ground), -0.01)
    assert shapely.length(shapely.intersection(inner, wet)).max() == 0
    along = ground.borders[ground.borders["runs_along"] == "river"]
    assert along["length_m"].sum() == pytest.approx(
        shapely.length(shapely.intersection(wet, town.area(ground))), rel=1e-3
    )


def test_a_bridge_joins_the_two_banks_where_it_crosses() -> None:
    river = LineString([(-50, 98), (250, 98)])
    bridge = LineString([(100, 90), (100, 110)])
    ground = Town(slabs(6, 6), barriers=[("river", river)], bridges=[bridge]).ground()
    assert components(contiguity(ground, {"river"})).max() == 0
    joined = ground.borders[ground.borders["passage"]]
    assert len(joined) == 1
    (spot,) = in_metres(ground, [Point(100, 98)])
    assert joined.geometry.iloc[0].distance(spot) < 0.1


BANKS = [*slabs(2, 6), *slabs(2, 6, x=130)]
REACH = box(80, -50, 120, 250)


def test_a_wide_river_is_ground_that_nobody_crosses() -> None:
    town = Town(BANKS, barriers=[("river", REACH)])
    ground = town.ground()
    check_tiling(town, ground)
    (water,) = np.flatnonzero(ground.units["kind"] == "ground")
    (wet,) = in_metres(ground, [box(80, 0, 120, 200)])
    assert cells(ground)[water].symmetric_difference(wet).area < 1e-3 * wet.area
    assert ground.units["households"].iloc[water] == 0
    part = components(contiguity(ground, {"river"}))
    assert part.max() == 2
    assert (part == part[water]).sum() == 1
    assert components(contiguity(ground, {"railway"})).max() == 0


def test_a_bridge_leads_over_a_wide_river_by_way_of_the_water() -> None:
    bridge = LineString([(75, 100), (125, 100)])
    ground = Town(BANKS, barriers=[("river", REACH)], bridges=[bridge]).ground()
    assert components(contiguity(ground, {"river"})).max() == 0
    assert ground.borders["passage"].sum() == 2
    pier = LineString([(75, 100), (110, 100)])
    short = Town(BANKS, barriers=[("river", REACH)], bridges=[pier]).ground()
    assert components(contiguity(short, {"river"})).max() == 1


def test_people_walk_round_a_lake_and_its_island_is_cut_off() -> None:
    lake = box(75, 60, 125, 140)
    round_it = Town([*BANKS, box(90, 10, 110, 20)], barriers=[("river", lake)])
    part = components(contiguity(round_it.ground(), {"river"}))
    assert part.max() == 1
    assert (part == 0).sum() == len(round_it.buildings)
    ringed = lake.difference(box(90, 80, 110, 120))
    island = Town([*round_it.buildings, box(95, 90, 105, 100)], barriers=[("river", ringed)])
    part = components(contiguity(island.ground(), {"river"}))
    assert part.max() == 2
    assert (part == part[len(round_it.buildings)]).sum() == 1


def test_a_pond_belongs_to_the_cell_around_it() -> None:
    ground = Town(slabs(1, 1), barriers=[("river", box(60, 60, 80, 80))]).ground()
    assert ground.units["kind"].tolist() == ["building"]


def test_a_gate_opens_the_wall_it_stands_in() -> None:
    yards = [box(0, 0, 100, 200), box(100, 0, 200, 200)]
    town = Town([*slabs(3, 6), *slabs(3, 6, x=105)], courtyards=yards, gates=[Point(101, 55)])
    ground = town.ground()
    walls = ground.borders[
        (ground.borders["runs_along"] == "wall") & (ground.borders["right"] >= 0)
    ]
    assert walls["length_m"].sum() == pytest.approx(200, abs=0.5)
    assert walls["passage"].sum() == 1
    assert components(contiguity(ground, {"wall"})).max() == 0
    assert (
        components(contiguity(Town(town.buildings, courtyards=yards).ground(), {"wall"})).max() == 1
    )


def test_a_river_a_few_metres_off_a_wall_leaves_no_sliver() -> None:
    river = LineString([(-20, 101), (60, 103), (90, 98), (220, 102)])
    yards = [box(0, 0, 200, 100)]
    ground = Town(
        [*slabs(6, 3), *slabs(6, 3, y=110)], courtyards=yards, barriers=[("river", river)]
    ).ground()
    assert (ground.units["kind"] == "building").all()
    assert components(contiguity(ground, {"river"})).max() == 1


def test_a_small_pocket_behind_a_river_is_absorbed_and_a_large_one_is_ground() -> None:
    small = LineString([(-10, 20), (20, -10)])
    large = LineString([(-10, 60), (60, -10)])
    houses = slabs(4, 4, x=80, y=80)
    assert (Town(houses, barriers=[("river", small)]).ground().units["kind"] == "building").all()
    kept = Town(houses, barriers=[("river", large)]).ground().units
    assert list(kept["kind"][kept["kind"] == "ground"].index) == [16]
    assert kept["unit_id"].iloc[16] == "ground-1"


def test_borders_run_along_a_river_that_ends_inside() -> None:
    river = LineString([(98, -50), (98, 150)])
    ground = Town(slabs(6, 6), barriers=[("river", river)]).ground()
    assert components(contiguity(ground, {"river"})).max() == 0
    along = ground.borders[ground.borders["runs_along"] == "river"]
    assert along["length_m"].sum() > 130


def test_a_footprint_across_a_courtyard_border_goes_whole_to_one_side() -> None:
    yards = [box(0, 0, 100, 200), box(100, 0, 200, 200)]
    town = Town(
        [box(80, 50, 104, 70), box(20, 100, 40, 110), box(150, 100, 170, 110)], courtyards=yards
    )
    ground = town.ground()
    assert ground.units["courtyard_id"].tolist() == ["c0", "c0", "c1"]
    first = in_metres(ground, town.buildings)[0]
    assert first.difference(cells(ground)[0]).area < 1e-3


def test_a_footprint_across_a_river_stops_at_the_bank() -> None:
    river = LineString([(-50, 100), (250, 100)])
    town = Town(
        [box(80, 90, 100, 104), *slabs(3, 1), *slabs(3, 1, y=150)], barriers=[("river", river)]
    )
    ground = town.ground()
    assert components(contiguity(ground, {"river"})).max() == 1
    (below,) = in_metres(ground, [box(0, 0, 200, 100)])
    assert cells(ground)[0].difference(below).area < 0.01


def test_duplicate_and_nested_footprints_share_the_ground() -> None:
    tower, podium = box(90, 90, 100, 100), box(60, 60, 140, 140)
    town = Town([podium, tower, tower, tower, box(95, 95, 95.5, 95.5)])
    ground = town.ground()
    check_tiling(town, ground)
    assert ground.units["building_id"].tolist() == ["b0", "b1", "b2", "b3", "b4"]


def test_a_building_in_the_yard_of_a_ring_has_its_own_cell() -> None:
    ring = box(50, 50, 150, 150).difference(box(70, 70, 130, 130))
    town = Town([ring, box(95, 95, 105, 105)])
    ground = town.ground()
    check_tiling(town, ground)
    assert len(ground.units) == 2
    assert len(cells(ground)[0].interiors) == 1


def test_islands_and_holes_of_a_community_are_kept() -> None:
    land = MultiPolygon([box(0, 0, 80, 200), box(120, 0, 200, 90)]).difference(box(20, 40, 40, 60))
    town = Town([box(10, 10, 20, 20), box(50, 100, 60, 120), box(150, 20, 160, 30)], community=land)
    ground = town.ground()
    check_tiling(town, ground)
    assert components(contiguity(ground, set())).max() == 1


def test_a_community_without_buildings_is_ground() -> None:
    river = LineString([(-50, 100), (250, 100)])
    ground = Town([], courtyards=[box(10, 10, 90, 90)], barriers=[("river", river)]).ground()
    assert (ground.units["kind"] == "ground").all()
    assert ground.units["unit_id"].tolist() == [f"ground-{i + 1}" for i in range(3)]
    assert ground.units["courtyard_id"].tolist().count("c0") == 1


def test_without_a_community_the_hull_is_tiled() -> None:
    houses = Town(slabs(3, 3)).houses()
    ground = build_ground(houses)
    assert len(ground.units) == 9
    hull = shapely.convex_hull(shapely.union_all(in_metres(ground, slabs(3, 3))))
    assert shapely.union_all(cells(ground)).contains(hull)


def test_buildings_outside_are_dropped_and_named() -> None:
    ground = Town([box(10, 10, 20, 20), box(300, 10, 310, 20), box(195, 50, 215, 60)]).ground()
    assert ground.dropped == ("b1", "b2")
    assert ground.units["building_id"].tolist() == ["b0"]


def test_no_building_inside_is_refused_with_names() -> None:
    with pytest.raises(InvalidGeometry, match="b0") as fault:
        Town([box(300, 10, 310, 20)]).ground()
    assert "坐标系" in fault.value.zh


def test_a_hundred_footprints_on_one_spot_are_parted() -> None:
    ground = Town([box(50, 50, 60, 60)] * 100).ground()
    assert len(ground.units) == 100


def test_twins_drawn_thrice_are_parted() -> None:
    twins = MultiPolygon([box(50, 50, 60, 60), box(150, 50, 160, 60)])
    ground = Town([twins] * 3).ground()
    assert ground.units["building_id"].tolist() == ["b0", "b1", "b2"]


def test_a_ring_over_the_border_of_the_community_keeps_its_ground() -> None:
    ring = box(0, -3, 1, 9).difference(box(0.25, 0, 0.75, 6))
    ground = Town([*[box(0, 0, 1, 1)] * 3, ring]).ground()
    assert ground.units["building_id"].tolist() == ["b0", "b1", "b2", "b3"]


def test_frames_that_are_not_canonical_are_refused() -> None:
    houses = Town(slabs(2, 2)).houses()
    bare = gpd.GeoSeries(houses.geometry.to_numpy())
    with pytest.raises(WrongCrs):
        build_ground(gpd.GeoDataFrame(houses.drop(columns="geometry"), geometry=bare))
    with pytest.raises(WrongColumns, match="households"):
        build_ground(houses.drop(columns="households"))
    with pytest.raises(InputError, match="b0"):
        build_ground(houses.assign(building_id="b0"))
    empty = houses.copy()
    empty.loc[0, "geometry"] = None
    with pytest.raises(InvalidGeometry, match="b0"):
        build_ground(empty)


def test_the_same_input_gives_the_same_ground() -> None:
    town = Town(
        slabs(5, 5),
        courtyards=[box(5, 5, 95, 95)],
        barriers=[("railway", LineString([(-5, 99), (205, 99)]))],
    )
    first, second = town.ground(), town.ground()
    assert first.borders.to_wkt().equals(second.borders.to_wkt())
    assert first.units.to_wkt().equals(second.units.to_wkt())
