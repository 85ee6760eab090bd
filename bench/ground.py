"""
Speed of the ground: `python -m bench.ground` prints the table and writes bench/ground.md.

A made-up town of slab blocks in walled courtyards of 25, with lanes between them, an arterial
every 1.2 km and one river; and, where the real data lies beside the project, Liechtenstein.
"""

from __future__ import annotations

import platform
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import shapely
from scipy.cluster.vq import kmeans2

from bench.real import real_data
from gis.borders import components, contiguity, dissolve
from gis.cells import Ground, build_ground
from gis.contracts import LayerName
from gis.io.osm import read_osm

CRS = "EPSG:4548"
ORIGIN = np.array([500_000.0, 4_400_000.0])
LAYERS_USED: tuple[LayerName, ...] = ("buildings", "courtyards", "barriers", "gates", "streets")
TABLE = Path(__file__).with_suffix(".md")


def town(side: int) -> dict[str, gpd.GeoDataFrame]:
    """Draw `side` x `side` slab blocks, turned and shifted a little by a seeded generator."""
    rng = np.random.default_rng(7)
    i, j = (axis.ravel() for axis in np.meshgrid(np.arange(side), np.arange(side)))
    x, y = 34.0 * i + 15.0 * (i // 5), 26.0 * j + 15.0 * (j // 5)
    slabs = shapely.box(x + 3, y + 6, x + rng.uniform(18, 30, len(x)), y + rng.uniform(16, 20))
    yards = [
        shapely.box(u, v, u + 170, v + 130)
        for u in np.arange(side // 5) * 185.0
        for v in np.arange(side // 5) * 145.0
    ]
    width, height = side // 5 * 185.0, side // 5 * 145.0
    bends = np.linspace(-50, width + 50, 40)
    river = np.column_stack([bends, height / 2 + 137.5 - height / 2 % 145 + 4 * np.sin(bends / 90)])
    roads = [
        shapely.LineString([(u - 7.5, -50), (u - 7.5, height + 50)])
        for u in np.arange(6, side // 5, 6) * 185.0
    ]
    lines = [shapely.LineString(river), *roads]
    return {
        "buildings": layer(slabs, "building_id", households=rng.integers(10, 60, len(slabs))),
        "community": layer([shapely.box(-15, -15, width, height)], "area_code"),
        "courtyards": layer(yards, "courtyard_id", kind="old", walled=True),
        "barriers": layer(lines, "barrier_id", kind=["river"] + ["arterial"] * len(roads)),
    }


def layer(shapes: object, key: str, **columns: Any) -> gpd.GeoDataFrame:
    """Make a canonical layer of shapes in metres."""
    moved = shapely.transform(np.asarray(shapes, dtype=object), lambda xy: xy + ORIGIN)
    frame = gpd.GeoDataFrame(geometry=gpd.GeoSeries(moved, crs=CRS).to_crs("EPSG:4326"))
    frame[key] = [f"{key[0]}{n}" for n in range(len(frame))]
    return frame.assign(**columns)


def seconds(call: Callable[[], object], times: int = 3) -> float:
    """Least processor time of a few calls."""
    spent = []
    for _ in range(times):
        start = time.process_time()
        call()
        spent.append(time.process_time() - start)
    return min(spent)


def neighbourhoods(ground: Ground, size: int) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """Group units by place into grids of about `size` units."""
    xy = shapely.get_coordinates(shapely.centroid(ground.units.geometry.to_numpy()))
    count = max(len(xy) // size, 1)
    return kmeans2(xy, count, minit="++", rng=np.random.default_rng(7))[1].astype(np.int64)


def row(name: str, layers: dict[str, gpd.GeoDataFrame]) -> str:
    """Measure one town."""
    buildings = layers["buildings"]
    around = {name: layer for name, layer in layers.items() if name != "buildings"}
    build = seconds(lambda: build_ground(buildings, **around), times=2)
    ground = build_ground(buildings, **around)
    edges = contiguity(ground, {"river", "railway"})
    labels = neighbourhoods(ground, 30)
    joined = seconds(lambda: components(contiguity(ground, {"river", "railway"})))
    merged = seconds(lambda: dissolve(ground, labels))
    return (
        f"| {name} | {len(ground.units)} | {len(ground.borders)} | {len(edges.i)} | {build:.1f} | "
        f"{joined * 1000:.0f} | {labels.max() + 1} | {merged * 1000:.0f} |"
    )


def main() -> None:
    """Measure the towns and write the table."""
    rows = [row(f"town of {side * side}", town(side)) for side in (20, 70, 100)]
    folder = real_data()
    for name in ("beijing_tsinghua.osm", "liechtenstein_valhalla.osm.pbf"):
        if folder is not None:
            layers = read_osm(folder / name)
            rows.append(row(name, {str(key): layers[key] for key in LAYERS_USED}))
    text = "\n".join(
        [
            "# Speed of the ground",
            "",
            "Processor seconds of one core (best of two or three runs), by",
            f"`python -m bench.ground` with Python {platform.python_version()}, "
            f"shapely {shapely.__version__}, GEOS "
            f"{shapely.geos_version_string}.",
            "",
            "| community | units | borders | edges | build, s | contiguity and components, ms |"
            " grids | dissolve, ms |",
            "|---|---|---|---|---|---|---|---|",
            *rows,
            "",
            "The towns are made up: slab blocks in walled courtyards of 25, arterials and a river.",
            "The extracts are (c) OpenStreetMap contributors, Open Database License 1.0, each",
            "taken as one community, the convex hull of its buildings.",
            "",
        ]
    )
    TABLE.write_text(text, encoding="utf-8")
    print(text)


if __name__ == "__main__":
    main()
