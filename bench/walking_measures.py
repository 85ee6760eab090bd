"""What our own circles take, each in a process of its own; called through `bench.apart`."""

from __future__ import annotations

import pickle
import statistics
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import geopandas as gpd
import numpy as np
import shapely

from bench.apart import PROJECT
from bench.walking_extract import BUILDINGS, JUNCTIONS, made_town, write_extract
from gis.circles.arrivals import nearest_of_kind
from gis.circles.kinds import facility_functions
from gis.circles.polygons import circles
from gis.circles.raster import WalkRaster
from gis.circles.reach import ReachSettings, reach
from gis.contracts import LayerName
from gis.io.osm import read_osm
from gis.metric import STORED, named_crs
from gis.network.build import WalkingNetwork, network_of
from gis.network.policy import search_graph
from gis.network.search import Found, SearchGraph, within
from gis.network.snapping import Snapper, places, snap, snapper

Layers = dict[LayerName, gpd.GeoDataFrame]
T = TypeVar("T")

LIMIT_M = 1_080.0
KEPT = PROJECT / ".wangge/bench/walking"
CITY = {"junctions": 62_000, "buildings": 300_000, "courtyards": 600, "kinds": 12}
_REPEATS = 3


def made(seed: int, *, courtyards: int = 0) -> Path:
    """Return the extract of a made-up town, written when it is not there yet."""
    town = partial(made_town, seed, junctions=JUNCTIONS, buildings=BUILDINGS, courtyards=courtyards)
    return _kept(f"town-{seed}-{courtyards}", town)


def made_city(seed: int) -> Path:
    """Return the extract of a made-up city of 300,000 buildings and 12 kinds."""
    return _kept(f"city-{seed}", partial(made_town, seed, **CITY))


def _kept(name: str, town: Callable[[], Any]) -> Path:
    path = KEPT / f"{name}.osm.pbf"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        draft = path.with_name(f"draft-{name}.osm.pbf")
        write_extract(draft, town())
        draft.rename(path)
    return path


def layers_of(extract: str) -> Layers:
    """Layers of an extract, from the disk when they were read before."""
    path = Path(extract)
    kept = KEPT / f"{path.name}.{path.stat().st_mtime_ns}.layers"
    if not kept.exists():
        kept.parent.mkdir(parents=True, exist_ok=True)
        kept.write_bytes(pickle.dumps(read_osm(path)))
    layers: Layers = pickle.loads(kept.read_bytes())  # noqa: S301 - our own file
    return layers


def network_from(layers: Layers) -> WalkingNetwork:
    """Build the walking network as the command does."""
    return network_of(layers["streets"], layers["courtyards"], layers["gates"], layers["barriers"])


def repeated(work: Callable[[], T], times: int = _REPEATS) -> tuple[T, dict[str, float]]:
    """
    Do the work once and then `times` more.

    Returns the last result with wall and CPU seconds: the median of the later ones, and the
    first, which loads or compiles what was not compiled yet.
    """
    taken = []
    for _ in range(times + 1):
        wall, cpu = time.perf_counter(), time.process_time()
        result = work()
        taken.append((time.perf_counter() - wall, time.process_time() - cpu))
    wall_s, cpu_s = (statistics.median(column) for column in zip(*taken[1:], strict=True))
    return result, {"wall_s": wall_s, "cpu_s": cpu_s, "first_s": taken[0][1]}


def build(extract: str) -> dict[str, Any]:
    """Read an extract and build its network."""
    layers, read = repeated(lambda: read_osm(extract))
    network, joined = repeated(lambda: network_from(layers))
    both = {key: read[key] + joined[key] for key in read}
    counts = {
        "nodes": len(np.unique(shapely.get_coordinates(layers["streets"].geometry), axis=0)),
        "junctions": network.nodes,
        "edges": network.edges,
        "buildings": len(layers["buildings"]),
        "facilities": len(layers["facilities"]),
    }
    return both | counts | {"read_s": read["wall_s"], "network_s": joined["wall_s"]}


def search_starts(network: WalkingNetwork, count: int) -> np.ndarray[Any, np.dtype[np.int64]]:
    """Junctions of the largest part to start from, always the same."""
    inside = np.flatnonzero(network.node_island == 0)
    rng = np.random.default_rng(15)
    return np.asarray(rng.choice(inside, count, replace=len(inside) < count))


def searches(extract: str, count: int) -> dict[str, Any]:
    """Walk 15 minutes from so many junctions."""
    network = network_from(layers_of(extract))
    graph, starts = search_graph(network, "open"), search_starts(network, count)
    found, taken = repeated(lambda: walks_from(graph, starts))
    return taken | {"reached": len(found.node) / count, "junctions": network.nodes}


def walks_from(graph: SearchGraph, starts: np.ndarray[Any, np.dtype[np.int64]]) -> Found:
    """Bounded searches, each from one junction."""
    rows = np.arange(len(starts) + 1)
    return within(graph, rows, starts, np.zeros(len(starts)), LIMIT_M)


def nearest(extract: str) -> dict[str, Any]:
    """Walk from all buildings to the nearest facility of each kind, all set on the network."""
    layers = layers_of(extract)
    network = network_from(layers)
    setting = snapper(network, layers["barriers"])
    graph = search_graph(network, "residents")
    functions = facility_functions(layers["facilities"])
    kinds = sorted(set(layers["facilities"]["kind"]))
    (homes, visited), set_on = repeated(
        lambda: tuple(
            snap(setting, places(layers[name], network.crs)) for name in ("buildings", "facilities")
        )
    )
    rows = [functions.rows_of(kind) for kind in kinds]
    _, taken = repeated(
        lambda: [nearest_of_kind(network, graph, homes, visited, of) for of in rows]
    )
    return taken | {"kinds": len(kinds), "buildings": len(homes.x), "snap_s": set_on["wall_s"]}


def whole_city(seed: int) -> dict[str, Any]:
    """Reach of every building of the city to twelve kinds at three cutoffs."""
    layers = layers_of(str(made_city(seed)))
    network, joined = repeated(lambda: network_from(layers), times=1)
    kinds = sorted(set(layers["facilities"]["kind"]))
    settings = ReachSettings()

    def everything() -> float:
        found = reach(
            network,
            layers["buildings"],
            layers["facilities"],
            kinds,
            barriers=layers["barriers"],
            settings=settings,
        )
        codes = [found.reasons_at(cutoff_s) for cutoff_s in settings.cutoffs_s]
        return float(np.mean(codes[-1] == 0))

    reached, taken = repeated(everything, times=2)
    counts = {
        "kinds": len(kinds),
        "buildings": len(layers["buildings"]),
        "nodes": len(network.line_xy) - network.edges,
        "gates": len(network.gate_id),
    }
    return taken | counts | {"reached": reached, "network_s": joined["wall_s"]}


def polygons(extract: str, count: int) -> dict[str, Any]:
    """Draw circles of 15 minutes and hold them against the walk of each building."""
    layers = layers_of(extract)
    network = network_from(layers)
    setting = snapper(network, layers["barriers"])
    graph = search_graph(network, "open")
    raster = WalkRaster(setting)
    chosen = chosen_facilities(network, setting, layers, count)
    homes = snap(setting, places(layers["buildings"], network.crs))
    visited = snap(setting, places(layers["facilities"], network.crs))
    rows = np.asarray(chosen, dtype=np.int64)
    drawn, taken = repeated(lambda: circles(raster, graph, visited.take(rows), [LIMIT_M]))
    lonlat = places(layers["buildings"], named_crs(STORED))
    points = np.asarray(shapely.points(lonlat))
    figures = []
    for row, circle in zip(rows, drawn, strict=True):
        metres = nearest_of_kind(network, graph, homes, visited, rows[rows == row][:1])[0]
        figures.append(judged(circle.areas[0], points, metres <= LIMIT_M))
    precision, recall = np.median(np.array(figures), axis=0)
    return {
        "precision": float(precision),
        "recall": float(recall),
        "ms": 1000 * taken["wall_s"] / len(rows),
        "first_ms": 1000 * taken["first_s"] / len(rows),
        "circles": len(rows),
    }


def chosen_facilities(
    network: WalkingNetwork, setting: Snapper, layers: Layers, count: int
) -> list[int]:
    """Facilities on the largest part of the network, always the same."""
    visited = snap(setting, places(layers["facilities"], network.crs))
    on = np.flatnonzero(visited.ok)
    on = on[network.node_island[network.edge_tail[visited.edge[on]]] == 0]
    chosen = np.random.default_rng(60).permutation(on)[:count]
    return sorted(chosen.tolist())


def judged(
    area: shapely.Geometry,
    points: np.ndarray[Any, np.dtype[np.object_]],
    reached: np.ndarray[Any, np.dtype[np.bool_]],
) -> tuple[float, float]:
    """Precision and recall of the buildings inside an area, against those that reach it."""
    shapely.prepare(area)
    inside = shapely.contains(area, points)
    both = float((inside & reached).sum())
    return both / max(float(inside.sum()), 1.0), both / max(float(reached.sum()), 1.0)
