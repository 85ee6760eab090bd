"""The made-up street office holds what was promised of it."""

from __future__ import annotations

from collections.abc import Iterable

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
import shapely.ops
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from gis.contracts import FACILITY_KINDS, LAYERS, LayerName
from sample_geodata.frames import Layers

Metres = dict[LayerName, gpd.GeoDataFrame]
INHABITED_KINDS = ["old", "new", "resettlement", "commercial"]
CAPS = {"old": 150, "new": 300}


@pytest.fixture(scope="module")
def metres(sample: Layers) -> Metres:
    """The spatial layers in the 3-degree zone around 105 degrees east."""
    spatial = [name for name, layer in LAYERS.items() if layer.geometry != "none"]
    return {name: sample[name].to_crs("EPSG:4544") for name in spatial}


def with_kind(sample: Layers) -> pd.DataFrame:
    """Buildings with the kind of their courtyard, None where there is none."""
    courtyards = sample["courtyards"][["courtyard_id", "kind", "walled"]]
    return pd.DataFrame(sample["buildings"]).merge(courtyards, on="courtyard_id", how="left")


def positions(shapes: Iterable[object]) -> list[tuple[float, float]]:
    """Coordinates of all vertices."""
    return [(x, y) for x, y in shapely.get_coordinates(np.array(list(shapes)))]


def looked_up(shapes: gpd.GeoSeries, keys: pd.Series) -> gpd.GeoSeries:
    """The shape of each key, in the order of the keys."""
    return gpd.GeoSeries(list(shapes.loc[list(keys)]), crs=shapes.crs)


def area_of(sample: Layers, level: str) -> gpd.GeoDataFrame:
    """Areas of one level."""
    areas = sample["areas"]
    return areas[areas["level"] == level]


@pytest.mark.parametrize("layer", list(LAYERS))
def test_columns_are_those_of_the_contract(sample: Layers, layer: LayerName) -> None:
    frame = sample[layer]
    assert [c for c in frame.columns if c != "geometry"] == list(LAYERS[layer].columns)
    for field in LAYERS[layer].fields:
        column = frame[field.name]
        if field.kind == "key":
            assert column.is_unique
        if field.required or field.kind == "key":
            assert column.notna().all()
            assert not column.astype(str).str.strip().eq("").any()
        if field.choices:
            assert set(column.dropna()) <= set(field.choices)
        if field.kind == "count":
            assert pd.api.types.is_integer_dtype(column)
            assert column.between(field.lowest or 0, field.highest or np.inf).all()
        if field.kind == "flag":
            assert set(column) <= {True, False}
        if field.refers_to and field.name in frame:
            known = sample[field.refers_to][LAYERS[field.refers_to].key]
            assert set(column.dropna()) <= set(known)


@pytest.mark.parametrize("layer", [n for n, v in LAYERS.items() if v.geometry != "none"])
def test_geometries_are_valid_lon_lat_of_eight_decimals(sample: Layers, layer: LayerName) -> None:
    frame = sample[layer]
    kinds = {"polygon": "Polygon", "line": "LineString", "point": "Point"}
    assert set(frame.geom_type) == {kinds[LAYERS[layer].geometry]}
    assert frame.is_valid.all()
    assert not frame.is_empty.any()
    assert frame.crs is not None
    assert frame.crs.to_epsg() == 4326
    coordinates = shapely.get_coordinates(frame.geometry.to_numpy())
    np.testing.assert_allclose(coordinates, np.round(coordinates, 8), rtol=0, atol=1e-13)


def test_four_communities_tile_the_subdistrict_inside_its_county(
    sample: Layers, metres: Metres
) -> None:
    communities = area_of(sample, "community")
    subdistrict = area_of(sample, "subdistrict").geometry.iloc[0]
    assert list(communities["name"]) == ["云溪社区", "锦屏社区", "石桥社区", "柳湾社区"]
    assert sample["areas"]["area_code"].str.fullmatch(r"\d{12}").all()
    assert shapely.coverage_is_valid(communities.geometry.to_numpy())
    joined = shapely.coverage_union_all(communities.geometry.to_numpy())
    assert joined.equals(subdistrict)
    assert area_of(sample, "county").geometry.iloc[0].contains(subdistrict)
    assert 1e6 < area_of(metres, "subdistrict").area.iloc[0] < 4e6


def test_households_reach_the_promised_numbers(sample: Layers) -> None:
    buildings = sample["buildings"]
    assert buildings["households"].sum() >= 16_000
    assert buildings.groupby("community_code")["households"].sum().max() >= 4_000
    assert len(buildings) >= 800
    assert (buildings["elders"] <= buildings["residents"]).all()
    assert buildings["elders"].sum() > 4_000
    assert buildings["vulnerable"].sum() > 300
    empty = buildings["households"] == 0
    assert (buildings.loc[empty, "residents"] == 0).all()
    assert empty.sum() > 50


def test_courtyards_are_of_all_kinds_mostly_walled_some_unmanaged(sample: Layers) -> None:
    courtyards = sample["courtyards"]
    lived_in = courtyards[courtyards["kind"].isin(INHABITED_KINDS)]
    assert len(lived_in) >= 70
    assert (lived_in["kind"].value_counts()[INHABITED_KINDS] >= 5).all()
    assert lived_in["walled"].mean() > 0.7
    assert not lived_in["walled"].all()
    assert 10 < (~lived_in["managed"].astype(bool)).sum() < len(lived_in)
    assert courtyards["name"].is_unique
    assert courtyards["name"].str.len().max() > 30


def test_slabs_and_towers_have_the_size_of_their_kind(sample: Layers) -> None:
    buildings = with_kind(sample)
    buildings = buildings[buildings["households"] > 0]
    old = buildings[(buildings["kind"] == "old") & (buildings["households"] <= CAPS["old"])]
    assert old["households"].between(36, 60).all()
    assert old["stairwells"].between(2, 5).all()
    assert old["floors"].between(6, 7).all()
    assert len(old) > 100
    new = buildings[(buildings["kind"] == "new") & (buildings["households"] <= CAPS["new"])]
    assert new["households"].between(120, 240).all()
    assert len(new) > 15


def test_exactly_two_buildings_exceed_the_cap_of_their_kind(sample: Layers) -> None:
    buildings = with_kind(sample)
    cap = buildings["kind"].map(CAPS).fillna(150)
    over = buildings[buildings["households"] > cap]
    assert sorted(zip(over["kind"], over["households"], strict=True)) == [
        ("new", 336),
        ("old", 168),
    ]


def test_stairwells_add_up_to_their_building(sample: Layers) -> None:
    stairwells = sample["stairwells"].groupby("building_id")["households"]
    buildings = sample["buildings"].set_index("building_id")
    assert stairwells.sum().reindex(buildings.index, fill_value=0).equals(buildings["households"])
    counted = stairwells.size().reindex(buildings.index, fill_value=0)
    assert (counted == buildings["stairwells"]).all()


def test_buildings_do_not_overlap_and_stay_inside_their_courtyard_and_community(
    metres: Metres,
) -> None:
    buildings = metres["buildings"]
    pairs = buildings.sindex.query(buildings.geometry, predicate="intersects")
    twice = pairs[0, pairs[0] < pairs[1]]
    assert len(twice) == 0, buildings["building_id"].iloc[twice[:5]].tolist()
    courtyards = metres["courtyards"].set_index("courtyard_id").geometry
    inside = buildings.dropna(subset="courtyard_id")
    assert inside.within(looked_up(courtyards, inside["courtyard_id"]), align=False).all()
    outside = buildings[buildings["courtyard_id"].isna()]
    crossed = outside.sindex.query(courtyards, predicate="intersects")
    assert crossed.shape[1] == 0
    communities = area_of(metres, "community").set_index("area_code").geometry
    for layer in ("buildings", "courtyards", "facilities"):
        frame = metres[layer]
        assert frame.within(looked_up(communities, frame["community_code"]), align=False).all()


def test_courtyards_do_not_overlap(metres: Metres) -> None:
    courtyards = metres["courtyards"].geometry
    pairs = courtyards.sindex.query(courtyards, predicate="intersects")
    assert (pairs[0] == pairs[1]).all()


def test_each_courtyard_has_gates_exactly_on_its_wall(sample: Layers) -> None:
    gates, courtyards = sample["gates"], sample["courtyards"].set_index("courtyard_id")
    assert set(gates["courtyard_id"]) == set(courtyards.index)
    corners = courtyards.geometry.apply(lambda ring: set(positions([ring])))
    for courtyard_id, gate in zip(gates["courtyard_id"], gates.geometry, strict=True):
        assert positions([gate])[0] in corners[courtyard_id]


def test_streets_are_one_noded_network_that_reaches_every_gate(
    sample: Layers, metres: Metres
) -> None:
    lines = sample["streets"].geometry
    ends = np.array([[line.coords[0], line.coords[-1]] for line in lines])
    nodes, number = np.unique(ends.reshape(-1, 2), axis=0, return_inverse=True)
    number = number.reshape(-1, 2)
    graph = coo_array(
        (np.ones(len(number)), (number[:, 0], number[:, 1])), shape=(len(nodes), len(nodes))
    )
    assert connected_components(graph, directed=False)[0] == 1
    gates = positions(sample["gates"].geometry)
    assert set(gates) <= {(x, y) for x, y in nodes}
    streets = metres["streets"]
    crossing = streets.sindex.query(streets.geometry, predicate="crosses")
    assert crossing.shape[1] == 0


def test_streets_pass_walls_at_gates_only(metres: Metres) -> None:
    courtyards = metres["courtyards"]
    walled = courtyards[courtyards["walled"].astype(bool)]
    gates = (
        metres["gates"]
        .groupby("courtyard_id")["geometry"]
        .apply(lambda points: shapely.union_all(points.to_numpy()).buffer(0.05))
    )
    walls = walled.geometry.exterior.reset_index(drop=True)
    streets = metres["streets"].geometry
    wall, street = streets.sindex.query(walls, predicate="intersects")
    met = walls.iloc[wall].intersection(streets.iloc[street], align=False)
    gate = gpd.GeoSeries(gates.loc[walled["courtyard_id"].iloc[wall]], crs=met.crs)
    assert met.within(gate, align=False).all()


def test_streets_go_round_buildings(metres: Metres) -> None:
    cores = metres["buildings"].geometry.buffer(-0.3)
    streets = metres["streets"]
    ground = streets[~streets["bridge"].astype(bool) & ~streets["tunnel"].astype(bool)]
    assert ground.sindex.query(cores, predicate="intersects").shape[1] == 0


def test_every_class_of_street_is_there_and_each_door_has_a_path(metres: Metres) -> None:
    streets = metres["streets"]
    assert set(streets["street_class"]) == {"arterial", "street", "lane", "footpath", "steps"}
    named = streets[streets["street_class"].isin(["arterial", "street", "lane"])]
    assert named["name"].notna().all()
    buildings = metres["buildings"]
    inside = buildings[buildings["courtyard_id"].notna() & (buildings["households"] > 0)]
    at_door = streets.geometry.union_all()
    assert inside.distance(at_door).max() < 0.05


def test_the_river_runs_through_a_community_with_households_on_both_banks(metres: Metres) -> None:
    barriers = metres["barriers"]
    assert {"river", "railway", "arterial"} <= set(barriers["kind"])
    river = barriers[barriers["kind"] == "river"].geometry.union_all()
    community = area_of(metres, "community").iloc[0]
    banks = [p for p in shapely.ops.split(community.geometry, river).geoms if p.area > 5e4]
    assert len(banks) == 2
    buildings = metres["buildings"]
    for bank in banks:
        assert buildings.loc[buildings.within(bank), "households"].sum() > 1_000
    streets = metres["streets"]
    crossing = streets[streets.crosses(river)]
    assert len(crossing) >= 4
    assert crossing["bridge"].all()
    assert streets["bridge"].sum() == len(crossing)


def test_the_railway_is_crossed_by_a_tunnel_only(metres: Metres) -> None:
    barriers, streets = metres["barriers"], metres["streets"]
    railway = barriers[barriers["kind"] == "railway"].geometry.union_all()
    crossing = streets[streets.intersects(railway)]
    assert len(crossing) >= 1
    assert crossing["tunnel"].all()


def test_facilities_are_150_of_every_kind_some_idle(sample: Layers) -> None:
    facilities = sample["facilities"]
    assert len(facilities) == 150
    assert set(facilities["kind"]) == set(FACILITY_KINDS)
    idle = facilities["idle"].astype(bool)
    assert 10 <= idle.sum() <= 20
    assert facilities.loc[idle, "opening_hours"].isna().all()
    assert facilities.loc[~idle, "opening_hours"].notna().all()
    assert (facilities["floor_area_m2"] > 0).all()
    functions = facilities.loc[~idle, "functions"].str.split(";").explode()
    assert set(functions) <= set(FACILITY_KINDS)


def test_opening_hours_are_written_as_in_openstreetmap(sample: Layers) -> None:
    day = "(Mo|Tu|We|Th|Fr|Sa|Su)"
    clock = r"([01]\d|2[0-4]):[0-5]\d"
    span = f"{clock}-{clock}"
    rule = f"{day}(-{day})? {span}(,{span})*"
    hours = sample["facilities"]["opening_hours"].dropna()
    assert hours.str.fullmatch(f"24/7|{rule}(; {rule})*").all()


def test_standing_grids_are_drawn_by_hand_and_break_the_cap(metres: Metres) -> None:
    grids = metres["grids"]
    assert grids["grid_code"].str.fullmatch(r"\d{15}").all()
    assert (grids["grid_code"].str[:12] == grids["community_code"]).all()
    middles = metres["buildings"].set_geometry(metres["buildings"].centroid)
    joined = gpd.sjoin(middles, grids[["grid_code", "geometry"]], predicate="within")
    held = joined.groupby("grid_code")["households"].sum()
    assert len(held) == len(grids)
    assert held.between(150, 700).all()
    assert held.between(200, 500).mean() > 0.8
    assert (held > 300).mean() > 0.5
    overlap = grids.area.sum() - grids.geometry.union_all().area
    assert 0 < overlap < 0.05 * grids.area.sum()
    assert not shapely.coverage_is_valid(grids.geometry.to_numpy())


def test_posts_are_48_some_vacant_with_phones_nobody_has(sample: Layers) -> None:
    posts = sample["posts"]
    assert len(posts) == 48
    vacant = posts["worker_name"].isna()
    assert 3 <= vacant.sum() <= 10
    assert posts.loc[vacant, ["worker_id", "worker_phone", "since"]].isna().all(axis=None)
    assert posts.loc[~vacant, "worker_phone"].str.fullmatch(r"100000\d{5}").all()
    assert set(posts["grid_code"]) == set(sample["grids"]["grid_code"])
