"""``make bench``: run every benchmark, or those named, and record their tables."""

from __future__ import annotations

import subprocess
import sys

BENCHES = ("ground", "io", "importing", "real", "real_division", "real_store", "circles")


def main() -> None:
    """Run each benchmark in a process of its own, so that none warms up another."""
    wanted = sys.argv[1:] or list(BENCHES)
    unknown = sorted(set(wanted) - set(BENCHES))
    if unknown:
        sys.exit(f"no benchmark {unknown[0]}; there are: {', '.join(BENCHES)}")
    for name in wanted:
        print(f"== {name}", flush=True)
        subprocess.run([sys.executable, "-m", f"bench.{name}", "--write"], check=True)


if __name__ == "__main__":
    main()
