"""
Compile what Numba compiles, while the cores have nothing else to do.

    python -m ops.kernels

What is compiled stays beside the sources, so it is done once for a clone. The tests would
otherwise do it in each of their processes at once: some 90 s of computing.
"""

from __future__ import annotations

import json
import sys
from contextlib import redirect_stderr, redirect_stdout
from io import StringIO
from pathlib import Path
from tempfile import TemporaryDirectory

from api.cli import main as wangge

SAMPLE = str(Path(__file__).resolve().parents[1] / "sample_geodata" / "yunxi.gpkg")
GROUND = ("buildings", "courtyards", "barriers", "gates", "streets")


def main() -> None:
    """Divide, mend, solve and walk as the commands do, with the sample and two lattices."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        plan, other = str(folder / "plan.gpkg"), str(folder / "other.gpkg")
        ground = [word for layer in GROUND for word in (f"--{layer}", SAMPLE)]
        _run("divide", *ground, "--rules", "gaoxian-2020", "-o", plan)
        _run("redraw", "repair", plan, "--rules", "urban-300-500", "-o", other)
        for side in (3, 12):
            _solve(folder, side)
        _run("circles", *ground, "--facilities", SAMPLE, "-o", str(folder / "circles.gpkg"))


def _solve(folder: Path, side: int) -> None:
    """A lattice in as few parts as a cap allows, and in as many as it has columns over three."""
    source, parts = folder / "lattice.json", side // 3
    share = 3 * side * side // parts
    limits = {"k": parts, "L": share // 2, "U": 2 * share}
    for objective, asked in (("parts", {"cap": 30}), ("cut-edges", limits), ("inertia", limits)):
        source.write_text(json.dumps(_lattice(side) | asked))
        words = ("--objective", objective, "--iterations", "9", "-o", str(folder / "labels.json"))
        _run("solve", str(source), *words)


def _lattice(side: int) -> dict[str, object]:
    """Units of weight 1 to 5 in rows and columns, each beside those next to it."""
    units = range(side * side)
    across = [[v, v + 1] for v in units if (v + 1) % side]
    return {
        "w": [1 + (v % side + v // side) % 5 for v in units],
        "x": [4000 * (v % side) for v in units],
        "y": [4000 * (v // side) for v in units],
        "edges": across + [[v, v + side] for v in units[:-side]],
    }


def _run(*arguments: str) -> None:
    """Run a command, which speaks only when it fails."""
    said = StringIO()
    try:
        with redirect_stdout(said), redirect_stderr(said):
            wangge(arguments)
    except SystemExit as ended:
        if ended.code:
            sys.exit(f"wangge {' '.join(arguments)} failed:\n{said.getvalue()}")


if __name__ == "__main__":
    main()
