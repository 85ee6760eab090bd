"""Laws of made-up communities, whatever the seed."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from pandas.testing import assert_frame_equal
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from gis.contracts import LAYERS
from gis.crs import metric_crs
from sample_geodata.communities import made_up_community
from sample_geodata.frames import Layers

CASES = ((2, 3994), (12, 8000), (33, 4900), (43, 600))


@pytest.fixture(scope="module", params=CASES, ids=lambda case: f"seed{case[0]}")
def case(request: pytest.FixtureRequest) -> tuple[int, int, Layers]:
    """Seed, households asked for, and the community."""
    seed, households = request.param
    return seed, households, made_up_community(seed, households)


def test_a_community_holds_about_the_households_asked_for(case: tuple[int, int, Layers]) -> None:
    _, households, layers = case
    assert layers["buildings"]["households"].sum() == pytest.approx(households, rel=0.15)
    counted = layers["stairwells"]["households"].sum()
    assert counted == layers["buildings"]["households"].sum()


def test_columns_are_those_of_the_contract(case: tuple[int, int, Layers]) -> None:
    layers = case[2]
    for name, frame in layers.items():
        assert [c for c in frame.columns if c != "geometry"] == list(LAYERS[name].columns)
        assert frame[LAYERS[name].key].is_unique
        if LAYERS[name].geometry != "none":
            assert frame.is_valid.all()
            assert frame.crs == "EPSG:4326"


def test_buildings_keep_apart_and_inside(case: tuple[int, int, Layers]) -> None:
    layers = case[2]
    community = layers["areas"].query("level == 'community'")
    crs = metric_crs(community)
    buildings = layers["buildings"].to_crs(crs)
    pairs = buildings.sindex.query(buildings.geometry, predicate="intersects")
    assert (pairs[0] == pairs[1]).all()
    assert buildings.within(community.to_crs(crs).geometry.iloc[0]).all()
    yards = layers["courtyards"].to_crs(crs).set_index("courtyard_id").geometry
    inside = buildings.dropna(subset="courtyard_id")
    ring = np.array(list(yards.loc[list(inside["courtyard_id"])]))
    assert shapely.within(inside.geometry.to_numpy(), ring).all()


def test_streets_connect_and_reach_every_gate(case: tuple[int, int, Layers]) -> None:
    layers = case[2]
    lines = layers["streets"].geometry
    ends = np.array([[line.coords[0], line.coords[-1]] for line in lines])
    nodes, number = np.unique(ends.reshape(-1, 2), axis=0, return_inverse=True)
    a, b = number.reshape(-1, 2).T
    graph = coo_array((np.ones(len(a)), (a, b)), shape=(len(nodes), len(nodes)))
    assert connected_components(graph, directed=False)[0] == 1
    gates = shapely.get_coordinates(layers["gates"].geometry.to_numpy())
    assert {tuple(g) for g in gates.tolist()} <= {tuple(n) for n in nodes.tolist()}


def test_the_same_seed_gives_the_same_community() -> None:
    once, again = made_up_community(7, 1200), made_up_community(7, 1200)
    for name, frame in once.items():
        assert_frame_equal(frame, again[name])


def test_some_footprints_are_odd() -> None:
    layers = made_up_community(2, 3994)
    crs = metric_crs(layers["areas"].query("level == 'community'"))
    outlines = layers["buildings"].to_crs(crs).geometry.to_numpy()
    assert shapely.get_num_interior_rings(outlines).sum() > 0
    boxes = np.array([shapely.minimum_rotated_rectangle(o) for o in outlines])
    assert 0.1 < (shapely.area(outlines) < 0.9 * shapely.area(boxes)).mean() < 0.6
