"""
A made-up city: some made-up communities, set down many times, turned and with other counts.

Making a community costs more than dividing it, so a few dozen are made and each is set down at
several places of a lattice, turned by quarters, with its households thinned by its own share.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import pyogrio
import shapely

from bench.made_up import community
from gis.contracts import LayerName
from gis.metric import metric_crs

PATTERNS = 40
METRIC, EAST, NORTH = 4544, 400_000.0, 3_300_000.0
PITCH_M = 4_000.0
LAYERS: tuple[LayerName, ...] = (
    *("areas", "courtyards", "gates", "buildings", "streets", "barriers"),
)
_KEYS = ("courtyard_id", "gate_id", "building_id", "street_id", "barrier_id")
_FIRST_SEED = 8201


@dataclass(frozen=True, slots=True)
class City:
    """How many communities, buildings and households were made, and the file they are in."""

    path: Path
    communities: int
    buildings: int
    households: int


def make_city(path: Path, communities: int, households: int) -> City:
    """
    Write a GeoPackage of so many communities with about so many households in all.

    Deterministic. Patterns have 4,000 to 15,000 households before they are thinned, so that
    about 500 buildings come on a community, as in a city of 300,000 buildings.
    """
    rng = np.random.default_rng(_FIRST_SEED)
    sizes = rng.integers(4_000, 15_001, PATTERNS)[:communities]
    patterns = [_flattened(community(_FIRST_SEED + n, int(size))) for n, size in enumerate(sizes)]
    stock = [int(pattern["buildings"]["households"].sum()) for pattern in patterns]
    uses = np.arange(communities) % len(patterns)
    share = rng.uniform(0.75, 1.25, communities)
    share *= households / float((share * np.asarray(stock)[uses]).sum())
    placed = [
        _set_down(patterns[use], number, float(min(share[number], 1.0)), rng)
        for number, use in enumerate(uses)
    ]
    for layer in LAYERS:
        frames = [part[layer] for part in placed if len(part[layer])]
        whole = gpd.GeoDataFrame(pd.concat(frames, ignore_index=True), crs=METRIC).to_crs(4326)
        pyogrio.write_dataframe(whole, path, layer=layer, append=path.exists())
    buildings = [part["buildings"]["households"] for part in placed]
    return City(
        path,
        communities,
        sum(map(len, buildings)),
        int(sum(int(counts.sum()) for counts in buildings)),
    )


def _flattened(layers: dict[LayerName, gpd.GeoDataFrame]) -> dict[LayerName, gpd.GeoDataFrame]:
    """The layers in metres from the middle of the community, in one frame each."""
    areas = layers["areas"]
    place = areas[areas["level"] == "community"].assign(parent_code=None)
    crs = metric_crs(place)
    middle = place.to_crs(crs).union_all().centroid
    origin = np.array([middle.x, middle.y])
    flat: dict[LayerName, gpd.GeoDataFrame] = {}
    for layer in LAYERS:
        frame = place if layer == "areas" else layers[layer]
        metric = frame.to_crs(crs)
        shapes = shapely.transform(metric.geometry.to_numpy(), lambda xy: xy - origin)
        flat[layer] = metric.set_geometry(gpd.GeoSeries(shapes, index=metric.index))
    return flat


def _set_down(
    pattern: dict[LayerName, gpd.GeoDataFrame], number: int, share: float, rng: np.random.Generator
) -> dict[LayerName, gpd.GeoDataFrame]:
    """One copy: turned by quarters, moved to its place, with its own codes and counts."""
    code = f"511597{1 + number // 100:03d}{1 + number % 100:03d}"
    spot = np.array([EAST + PITCH_M * (number % 24), NORTH + PITCH_M * (number // 24)])
    quarter = number // PATTERNS % 4
    cos, sin = (1, 0, -1, 0)[quarter], (0, 1, 0, -1)[quarter]
    turn = np.array([[cos, sin], [-sin, cos]], np.float64)

    def moved(xy: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        return np.asarray(xy @ turn + spot)

    copies: dict[LayerName, gpd.GeoDataFrame] = {}
    for layer, frame in pattern.items():
        shapes = shapely.transform(frame.geometry.to_numpy(), moved)
        copy = gpd.GeoDataFrame(frame.drop(columns="geometry"), geometry=list(shapes), crs=METRIC)
        for key in (k for k in _KEYS if k in copy):
            copy[key] = copy[key].where(copy[key].isna(), f"{number:03d}-" + copy[key].astype(str))
        for column in {"area_code", "community_code"} & set(copy.columns):
            copy[column] = code
        if layer == "buildings":
            counts = frame["households"].to_numpy(np.int64)
            copy["households"] = rng.binomial(counts, share)
        copies[layer] = copy
    return copies
