"""Whether a building is within 15 minutes of a kind: ours against Valhalla's shortest walk."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import osmium

from bench import walking_valhalla as valhalla
from bench.walking_measures import LIMIT_M, Layers, layers_of, network_from
from bench.walking_valhalla import Floats, Valhalla
from gis.circles.reach import ReachSettings, reach
from gis.metric import STORED, metric_crs, named_crs, transformer
from gis.network.snapping import places

_NOISE_M = 4.0
Flags = np.ndarray[Any, np.dtype[np.bool_]]


def classes(extract: str) -> dict[str, Any]:
    """
    Compare the 15-minute class of every building and kind; walls open, then no barriers at all.

    Valhalla's walk is that of its matrix, one facility to many buildings, with the straight legs
    to where it sets both on its streets, as ours is counted. A building is asked about only while
    no facility of the kind was found within the time, so the class is exact, not the distance.
    """
    layers = layers_of(extract)
    kinds = sorted(set(layers["facilities"]["kind"]))
    with TemporaryDirectory() as folder:
        whole = Path(folder) / "whole.osm.pbf"
        _without_cut_ways(Path(extract), whole)
        with valhalla.running(whole, Path(folder)) as service:
            theirs = _theirs(service, layers, kinds)
    network = network_from(layers)
    rows = {}
    for name, barriers in (("all", layers["barriers"]), ("streets", None)):
        found = reach(
            network,
            layers["buildings"],
            layers["facilities"],
            kinds,
            barriers=barriers,
            settings=ReachSettings(gate_policy="open"),
        )
        rows[name] = _compared(found.metres, theirs)
    return rows["all"] | {f"streets_{key}": value for key, value in rows["streets"].items()}


def _compared(metres: Any, theirs: Flags) -> dict[str, Any]:
    ours = metres <= LIMIT_M
    same = ours == theirs
    edge = np.abs(metres - LIMIT_M) <= _NOISE_M
    return {
        "pairs": float(same.mean()),
        "buildings": float(same.all(axis=1).mean()),
        "only_ours": int((ours & ~theirs).sum()),
        "only_theirs": int((theirs & ~ours).sum()),
        "at_the_edge": int((~same & edge).sum()),
        "count": int(same.shape[0]),
        "kinds": int(same.shape[1]),
    }


def _theirs(service: Valhalla, layers: Layers, kinds: list[str]) -> Flags:
    """Which buildings Valhalla finds within the limit, by kind."""
    crs = metric_crs(layers["streets"])
    homes, spots = (places(layers[name], crs) for name in ("buildings", "facilities"))
    degrees = [places(layers[name], named_crs(STORED)) for name in ("buildings", "facilities")]
    legs = [
        _legs(service, lonlat, xy, crs) for lonlat, xy in zip(degrees, (homes, spots), strict=True)
    ]
    kind = layers["facilities"]["kind"].to_numpy()
    found = np.zeros((len(homes), len(kinds)), dtype=np.bool_)
    for column, name in enumerate(kinds):
        for facility in np.flatnonzero(kind == name):
            straight = np.hypot(*(homes - spots[facility]).T)
            asked = np.flatnonzero((straight <= LIMIT_M) & ~found[:, column])
            if not len(asked):
                continue
            walk = service.metres(degrees[1][facility], degrees[0][asked])
            walk += legs[0][asked] + legs[1][facility]
            found[asked[walk <= LIMIT_M], column] = True
    return found


def _legs(service: Valhalla, lonlat: Floats, xy: Floats, crs: Any) -> Floats:
    """Metres from each place to where Valhalla sets it on a street; inf where it does not."""
    at = service.set_on_streets(lonlat)
    lost = np.isnan(at[:, 0])
    to_metric = transformer(named_crs(STORED), crs)
    east, north = to_metric.transform(*np.nan_to_num(at).T)
    away = np.hypot(np.asarray(east) - xy[:, 0], np.asarray(north) - xy[:, 1])
    return np.where(lost, np.inf, away)


def _without_cut_ways(extract: Path, whole: Path) -> None:
    """
    Copy an extract as PBF, ways through the nodes that are in it.

    Valhalla leaves out a way of which the extract cuts off a node; we keep the rest of it.
    """
    there = {thing.id for thing in osmium.FileProcessor(str(extract), osmium.osm.NODE)}
    writer = osmium.SimpleWriter(str(whole), overwrite=True)
    things: Any = osmium.FileProcessor(str(extract))
    for thing in things:
        if thing.is_way():
            nodes = [node.ref for node in thing.nodes if node.ref in there]
            if len(nodes) > 1:
                writer.add(thing.replace(nodes=nodes))
        elif thing.is_node():
            writer.add(thing)
    writer.close()
