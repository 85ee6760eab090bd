"""scipy, pandana and Valhalla at the work of `bench.walking_measures`."""

from __future__ import annotations

import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pandas as pd
import shapely
from scipy.sparse import coo_array, csr_array
from scipy.sparse.csgraph import dijkstra

from bench import walking_valhalla as valhalla
from bench.walking_measures import (
    LIMIT_M,
    chosen_facilities,
    judged,
    layers_of,
    network_from,
    repeated,
    search_starts,
)
from gis.circles.arrivals import nearest_of_kind
from gis.circles.kinds import facility_functions
from gis.metric import STORED, named_crs
from gis.network.build import WalkingNetwork
from gis.network.policy import search_graph
from gis.network.snapping import Snaps, places, snap, snapper

_AT_ONCE = 100


def scipy_searches(extract: str, count: int) -> dict[str, Any]:
    """`scipy.sparse.csgraph.dijkstra` with its limit, on our contracted graph."""
    network = network_from(layers_of(extract))
    matrix, starts = _matrix(network), search_starts(network, count)

    def walks() -> int:
        chunks = np.array_split(starts, max(count // _AT_ONCE, 1))
        return sum(
            int(np.isfinite(dijkstra(matrix, indices=chunk, limit=LIMIT_M)).sum())
            for chunk in chunks
        )

    found, taken = repeated(walks, times=1)
    return taken | {"reached": found / count}


def pandana_searches(extract: str, count: int) -> dict[str, Any]:
    """pandana's `nodes_in_range`, on our contracted graph."""
    network = network_from(layers_of(extract))
    start = time.process_time()
    made = _pandana(network)
    made.precompute(LIMIT_M)
    built = time.process_time() - start
    starts = [int(node) for node in search_starts(network, count)]
    found, taken = repeated(lambda: made.nodes_in_range(starts, LIMIT_M), times=1)
    return taken | {"reached": len(found) / count, "build_s": built}


def scipy_nearest(extract: str) -> dict[str, Any]:
    """One search for each kind from a node joined to all its facilities; buildings as ours."""
    layers = layers_of(extract)
    network = network_from(layers)
    homes, visited, rows = _placed(network, layers)
    tail, head = network.edge_tail[homes.edge], network.edge_head[homes.edge]

    def metres(of: Any) -> Any:
        away = dijkstra(_matrix(network, visited, of), indices=[network.nodes])[0]
        by_tail, by_head = away[tail] + homes.to_tail_m, away[head] + homes.to_head_m
        return np.minimum(by_tail, by_head) + homes.leg_m

    found, taken = repeated(lambda: [metres(of) for of in rows])
    graph = search_graph(network, "open")
    ours = [nearest_of_kind(network, graph, homes, visited, of)[0] for of in rows]
    # Ours also walks along one edge straight from door to door, so it may be shorter.
    longer = max(
        float(np.nanmax(o[homes.ok] - f[homes.ok])) for o, f in zip(ours, found, strict=True)
    )
    return taken | {"ours_longer_m": longer}


def pandana_nearest(extract: str) -> dict[str, Any]:
    """pandana's `nearest_pois`: facilities and buildings at their nearest junctions."""
    layers = layers_of(extract)
    network = network_from(layers)
    homes, visited, rows = _placed(network, layers)
    made = _pandana(network)
    at = made.get_node_ids(pd.Series(homes.x), pd.Series(homes.y)).to_numpy()

    def nearest() -> list[Any]:
        found = []
        for number, of in enumerate(rows):
            x, y = pd.Series(visited.x[of]), pd.Series(visited.y[of])
            made.set_pois(str(number), 5_000.0, 1, x, y)
            found.append(made.nearest_pois(5_000.0, str(number), num_pois=1)[1].loc[at])
        return found

    return repeated(nearest, times=1)[1]


def valhalla_build(extract: str) -> dict[str, Any]:
    """Tiles of an extract, one thread."""
    with TemporaryDirectory() as folder:
        tiles = valhalla.built(Path(extract), Path(folder))
    return {"wall_s": tiles.wall_s, "cpu_s": tiles.cpu_s, "peak_mb": tiles.peak_mb}


def valhalla_polygons(extract: str, count: int) -> dict[str, Any]:
    """Isochrones of Valhalla, judged by the walk of each building over our network."""
    layers = layers_of(extract)
    network = network_from(layers)
    setting = snapper(network, layers["barriers"])
    homes, visited, _ = _placed(network, layers)
    rows = chosen_facilities(network, setting, layers, count)
    graph = search_graph(network, "open")
    lonlat = places(layers["facilities"], named_crs(STORED))
    points = np.asarray(shapely.points(places(layers["buildings"], named_crs(STORED))))
    figures, seconds = [], 0.0
    with TemporaryDirectory() as folder, valhalla.running(Path(extract), Path(folder)) as service:
        for row in rows:
            start = time.perf_counter()
            feature = service.isochrone(lonlat[row], 15)
            seconds += time.perf_counter() - start
            area = shapely.geometry.shape(feature["geometry"])
            of = np.array([row])
            metres = nearest_of_kind(network, graph, homes, visited, of)[0]
            figures.append(judged(area, points, metres <= LIMIT_M))
    precision, recall = np.median(np.array(figures), axis=0)
    each_ms = 1000 * seconds / len(rows)
    return {"precision": float(precision), "recall": float(recall), "ms": each_ms}


def _placed(network: WalkingNetwork, layers: Any) -> tuple[Snaps, Snaps, list[Any]]:
    setting = snapper(network, layers["barriers"])
    homes, visited = (
        snap(setting, places(layers[name], network.crs)) for name in ("buildings", "facilities")
    )
    functions = facility_functions(layers["facilities"])
    kinds = sorted(set(layers["facilities"]["kind"]))
    return homes, visited, [functions.rows_of(kind) for kind in kinds]


def _matrix(
    network: WalkingNetwork, visited: Snaps | None = None, of: Any = None
) -> csr_array[Any, Any]:
    """Lengths both ways; with facilities, one more node from which all of them are left."""
    tail, head, metres = network.edge_tail, network.edge_head, network.edge_m
    size = network.nodes + 1
    i, j, m = np.r_[tail, head], np.r_[head, tail], np.r_[metres, metres]
    if visited is not None:
        of = of[visited.edge[of] >= 0]
        edge, leg = visited.edge[of], visited.leg_m[of]
        i = np.r_[i, np.full(2 * len(of), network.nodes)]
        j = np.r_[j, tail[edge], head[edge]]
        m = np.r_[m, leg + visited.to_tail_m[of], leg + visited.to_head_m[of]]
    # Of parallel edges the shortest: a sparse matrix would add them up.
    order = np.lexsort((m, j, i))
    i, j, m = i[order], j[order], m[order]
    first = np.r_[True, (i[1:] != i[:-1]) | (j[1:] != j[:-1])]
    kept = first & (i != j)
    return coo_array((np.maximum(m[kept], 1e-9), (i[kept], j[kept])), shape=(size, size)).tocsr()


def _pandana(network: WalkingNetwork) -> Any:
    from pandana import Network

    return Network(
        pd.Series(network.node_x),
        pd.Series(network.node_y),
        pd.Series(network.edge_tail.astype(np.int64)),
        pd.Series(network.edge_head.astype(np.int64)),
        pd.DataFrame({"metres": network.edge_m}),
        twoway=True,
    )
