"""Reads files whose names come on stdin, under a memory limit; says what became of each."""

from __future__ import annotations

import json
import resource
import sys
import time
from pathlib import Path

from gis.errors import InputError
from gis.io.read import read_layer

EXTRA_BYTES = 1_500 * 1024**2


def outcome(path: Path) -> dict[str, object]:
    """Read one file: ``loaded``, ``refused`` or, the thing that must not be, ``escaped``."""
    started = time.perf_counter()
    try:
        read = read_layer(path, "buildings")
        verdict, said = "loaded", f"{len(read.frame)} good, {len(read.waiting)} waiting"
    except InputError as error:
        named = path.name in error.en and path.name in error.zh
        verdict, said = ("refused" if named else "unnamed"), error.en
    except BaseException as error:
        verdict, said = "escaped", f"{type(error).__name__}: {error}"
    seconds = time.perf_counter() - started
    return {"path": str(path), "verdict": verdict, "said": said[:300], "seconds": seconds}


def main() -> None:
    """Answer one line of JSON per line of stdin."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
    limit = pages * resource.getpagesize() + EXTRA_BYTES
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
    for line in sys.stdin:
        print(json.dumps(outcome(Path(line.strip()))), flush=True)


if __name__ == "__main__":
    main()
