"""
Reading and checking 100,000 buildings from every format: ``python -m bench.io``.

Each file is read in a process of its own, with communities and courtyards given, so that
every check runs. The table is written to ``bench/io.md``.
"""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from bench.own_process import Figures, in_own_process, machine, record, run, usage, within
from gis.io.read import read_layer
from gis.io.write import write_layer

BUILDINGS = 100_000
PER_COURTYARD = 25
COURTYARDS_PER_COMMUNITY = 100
SUFFIXES = (".gpkg", ".geojson", ".zip", ".fgb", ".parquet", ".csv", ".xlsx")
RING_VERTICES = 1_000_000
LIMIT_S, LIMIT_BYTES = 8.0, 1_000_000_000


def town(count: int, rng: np.random.Generator) -> dict[str, gpd.GeoDataFrame]:
    """A lattice of courtyards of 25 houses each; houses are turned and have 4 to 12 corners."""
    number = np.arange(count)
    yard, place = number // PER_COURTYARD, number % PER_COURTYARD
    wide = int(np.ceil(np.sqrt(count / PER_COURTYARD)))
    x0, y0 = 110.0 + (yard % wide) * 0.0020, 30.0 + (yard // wide) * 0.0020
    x = x0 + 0.0002 + (place % 5) * 0.00036
    y = y0 + 0.0002 + (place // 5) * 0.00036
    yards = np.arange(yard.max() + 1)
    community = (yards // COURTYARDS_PER_COMMUNITY).astype(str)
    codes = np.char.add("330106001", np.char.zfill(community, 3))
    yx, yy = 110.0 + (yards % wide) * 0.0020, 30.0 + (yards // wide) * 0.0020
    courtyards = gpd.GeoDataFrame(
        {
            "courtyard_id": [f"Y{i:05d}" for i in yards],
            "name": [f"小区{i}" for i in yards],
            "kind": rng.choice(["old", "new"], len(yards)),
            "community_code": codes,
        },
        geometry=shapely.box(yx, yy, yx + 0.0020, yy + 0.0020).tolist(),
        crs=4326,
    )
    areas = courtyards.dissolve("community_code").reset_index()
    areas = areas.rename(columns={"community_code": "area_code"}).assign(level="community")
    buildings = gpd.GeoDataFrame(
        {
            "building_id": [f"B{i:06d}" for i in number],
            "name": [f"小区{a}第{b + 1}幢" for a, b in zip(yard, place, strict=True)],
            "number": [f"{b + 1}幢" for b in place],
            "address": [f"文一西路{i}号" for i in number],
            "courtyard_id": courtyards["courtyard_id"].to_numpy()[yard],
            "households": rng.integers(12, 120, count),
            "floors": rng.integers(3, 33, count),
            "residents": rng.integers(20, 400, count),
        },
        geometry=_houses(x, y, rng).tolist(),
        crs=4326,
    )
    return {"areas": areas, "courtyards": courtyards, "buildings": buildings}


def _houses(
    x: np.ndarray[tuple[int], np.dtype[np.float64]],
    y: np.ndarray[tuple[int], np.dtype[np.float64]],
    rng: np.random.Generator,
) -> np.ndarray[tuple[int], np.dtype[np.object_]]:
    corners = rng.integers(4, 13, len(x))
    turn = rng.uniform(0, 2 * np.pi, len(x))
    owner = np.repeat(np.arange(len(x)), corners)
    step = np.arange(len(owner)) - np.repeat(np.cumsum(corners) - corners, corners)
    angle = turn[owner] + 2 * np.pi * step / corners[owner]
    positions = np.c_[x[owner] + 1.2e-4 * np.cos(angle), y[owner] + 1.2e-4 * np.sin(angle)]
    rings = shapely.linearrings(positions, indices=owner)
    return np.array(shapely.polygons(rings), dtype=object)


def measure(path: str, folder: str) -> Figures:
    """Read `path` once in this process, every check on."""
    areas = gpd.read_parquet(Path(folder) / "areas.parquet")
    courtyards = gpd.read_parquet(Path(folder) / "courtyards.parquet")

    def work() -> Figures:
        read = read_layer(path, "buildings", communities=areas, courtyards=courtyards)
        return {"rows": len(read.frame), "waiting": len(read.waiting)}

    return usage(work)


def _measured(path: Path, folder: Path) -> Figures:
    return in_own_process("bench.io", str(path), str(folder))


def _big_ring(folder: Path) -> Path:
    """One building whose outline has a million vertices, a wavy circle of 400 m."""
    angle = np.linspace(0, 2 * np.pi, RING_VERTICES, endpoint=False)
    radius = 0.002 * (1 + 0.01 * np.sin(1000 * angle))
    ring = np.c_[110.0711 + radius * np.cos(angle), 30.0711 + radius * np.sin(angle)]
    columns = pd.DataFrame({"building_id": ["R"], "households": [1]})
    frame = gpd.GeoDataFrame(columns, geometry=[shapely.Polygon(ring)], crs=4326)
    return write_layer(frame, folder / "ring.geojson", layer="buildings")


def main() -> None:
    """Measure every format and write the table."""
    rows = []
    with TemporaryDirectory() as name:
        folder = Path(name)
        layers = town(BUILDINGS, np.random.default_rng(7))
        layers["areas"].to_parquet(folder / "areas.parquet")
        layers["courtyards"].to_parquet(folder / "courtyards.parquet")
        for suffix in SUFFIXES:
            path = write_layer(layers["buildings"], folder / f"b{suffix}", layer="buildings")
            figures = _measured(path, folder)
            assert figures["rows"] == BUILDINGS, figures
            rows.append((f"{suffix} ({path.stat().st_size / 1e6:.0f} MB)", figures))
        ring = _big_ring(folder)
        rows.append((f"one ring of {RING_VERTICES:,} vertices, .geojson", _measured(ring, folder)))
    record(__file__, _HEAD, [_HEADING, *(_row(name, figures) for name, figures in rows)])


_HEAD = [
    "# Reading and checking 100,000 buildings",
    "",
    "`python -m bench.io`: generated town, every check on (communities and courtyards given),"
    " a fresh process per file; peak memory is of the whole process, libraries included."
    " The machine was shared, so the limit is held against CPU seconds.",
    f"Limits: {LIMIT_S:.0f} s and {LIMIT_BYTES / 1e9:.0f} GB. {machine()}",
]
_HEADING = (
    "file",
    "rows good",
    "waiting",
    "seconds",
    "CPU seconds",
    "peak memory, MB",
    "within limits",
)


def _row(name: str, f: Figures) -> list[str]:
    good = f["cpu"] <= LIMIT_S and f["bytes"] <= LIMIT_BYTES
    told = [name, f"{f['rows']:,.0f}", f"{f['waiting']:,.0f}", f"{f['s']:.1f}", f"{f['cpu']:.1f}"]
    return [*told, f"{f['bytes'] / 1e6:.0f}", within(good)]


if __name__ == "__main__":
    run(main, measure)
