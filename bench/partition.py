"""
The division engine against what it must reach, beside METIS and GerryChain; `bench/partition.md`.

    python -m bench.partition [--only SECTION ...] [--write] [--seeds N] [--count N] [--no-rivals]

Each row runs in processes of its own, one thread each. The tables of sections that are not run
stay as they are. The rivals come by `make bench-partition`.
"""

from __future__ import annotations

import argparse
import os
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from bench import city, partition_graphs, partition_headline, partition_repair, partition_start
from bench.apart import RIVALS
from bench.own_process import machine
from bench.partition_graphs import Row
from bench.real import markdown

PAGE = Path(__file__).with_suffix(".md")
HEAD = """# The division engine against what it must reach

`make bench-partition` (or `python -m bench.partition --only SECTION --write`). CPU seconds of one
core, each row in processes of its own; compiling or loading what is compiled is listed apart.
*Pace* is the CPU seconds of one fixed loop just before and after a section: the machine is
shared, and a pace of twice the other means that the same work was charged twice the seconds.
Budgets of the graph face are wall seconds; they are stretched by what a CPU second takes just then.
"""


@dataclass(frozen=True, slots=True)
class Given:
    """What was asked for on the command line."""

    seeds: int
    count: int
    rivals: bool
    communities: int
    urls: tuple[str, ...]
    cases: int


@dataclass(frozen=True, slots=True)
class Section:
    """One table: its title, what it says, and who makes its rows."""

    title: str
    note: str
    rows: Callable[[Given], list[Row]]


SECTIONS = {
    "towns": Section(
        "Towns: fewest parts under a cap of 300",
        "Must: the lower bound in 2 / 3 CPU-s; 100,000 units 1.01 times it in 20 CPU-s, under "
        "400 MB. Inertia is the sum of weight x (metres to the part's centre)^2 / 1e6, ours at "
        "our number of parts, METIS's at its own; METIS is asked for more parts until its "
        "pieces fit the cap, GerryChain (recursive tree) likewise.",
        lambda given: partition_graphs.town_rows(given.seeds, given.rivals),
    ),
    "census": Section(
        "Census instances: exactly k parts within limits",
        "Must: cut edges the best known with every seed, inertia within 0.3 %, 20 CPU-s. METIS: "
        "the best valid answer of ten seeds; ReCom: the best along a chain of 20 CPU-s, by seed.",
        lambda given: partition_graphs.census_rows(given.seeds, given.rivals),
    ),
    "headline": Section(
        "The headline: 50 made-up communities, rules `gaoxian-2020`",
        "Splits, compactness and loads are counted anew from geometry and labels; the package "
        "of each is written and judged by `wangge verify`. Ground is listed beside division.",
        lambda given: partition_headline.rows(1, given.count),
    ),
    "repair": Section(
        "Repair after 5 % of the buildings changed their count",
        "Small towns of 36 units, cap 150, divided by the engine, then changed. The least needed "
        "is that of a mixed integer program (HiGHS) that knows nothing of the repair.",
        lambda given: partition_repair.repair_rows(given.cases),
    ),
    "interactive": Section(
        "Repair and complete after a planner's change",
        "One made-up community under `gaoxian-2020`. Must: 300 ms.",
        lambda given: partition_repair.interactive_rows(),  # noqa: ARG005
    ),
    "city": Section(
        "A city: 560 communities, 300,000 buildings, 2.5 million households",
        "Made by the bench, loaded by the importer, divided by `wangge divide-all` on two workers, "
        "PostGIS on the same two cores. Below it, stage by stage, CPU seconds of the client for "
        "a community (some of all sizes).",
        lambda given: city.rows(given.communities, given.urls),
    ),
    "start": Section(
        "First call in a fresh process",
        "Must: under 3 s with what was compiled before. Wall and CPU seconds of a process that "
        "divides the sample's first community, from its start to its end and without the "
        "imports; once more with nothing compiled.",
        lambda given: partition_start.rows(given.seeds),
    ),
}


def pace() -> float:
    """CPU seconds of a fixed loop in pure Python."""
    start, total = time.process_time(), 0
    for number in range(4_000_000):
        total += number & 7
    return time.process_time() - start


def main() -> None:
    """Run the sections asked for, print their tables and, with ``--write``, record them."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--only", nargs="+", choices=SECTIONS, default=list(SECTIONS))
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--count", type=int, default=partition_headline.COMMUNITIES)
    parser.add_argument("--communities", type=int, default=city.WHOLE)
    parser.add_argument("--city-url", nargs="+", default=[], help="cities imported before")
    parser.add_argument("--cases", type=int, default=12)
    parser.add_argument("--no-rivals", action="store_true")
    asked = parser.parse_args()
    rivals, urls = not asked.no_rivals, tuple(asked.city_url)
    given = Given(asked.seeds, asked.count, rivals, asked.communities, urls, asked.cases)
    if given.rivals and not RIVALS.is_dir():
        sys.exit("METIS and GerryChain are not there: `make bench-partition`, or --no-rivals.")
    for name in asked.only:
        text = _section(name, given)
        print(text, flush=True)
        if asked.write:
            record(PAGE, name, text)


def _section(name: str, given: Given) -> str:
    section, before, start = SECTIONS[name], pace(), time.perf_counter()
    rows = section.rows(given)
    table = markdown(rows) if rows else "Not run: the instances are not beside the project."
    said = noise(before, time.perf_counter() - start)
    return f"## {section.title}\n\n{section.note}\n\n{table}\n\n{said}\n"


def noise(before: float, seconds: float) -> str:
    """Say where, on what commit and how disturbed a section was measured."""
    return (
        f"{machine()} Commit {_commit()}. Pace {before:.2f} s before, {pace():.2f} s after; "
        f"{seconds / 60:.1f} min; "
        f"load {os.getloadavg()[2]:.1f} on average over the last 15 minutes."
    )


def _commit() -> str:
    asked = ["git", "describe", "--always", "--dirty"]
    done = subprocess.run(asked, capture_output=True, text=True, check=False, cwd=PAGE.parent)
    return done.stdout.strip() or "unknown"


def record(
    path: Path, name: str, text: str, *, head: str = HEAD, order: Iterable[str] = tuple(SECTIONS)
) -> None:
    """Put a section into the page, in the order of the sections, others untouched."""
    page = path.read_text(encoding="utf-8") if path.exists() else ""
    there = dict(re.findall(r"<!-- (\w+) -->\n(.*?)<!-- end -->\n", page, flags=re.DOTALL))
    there[name] = text
    told = page.rpartition("<!-- end -->\n")[2]  # what is written by hand below the tables
    parts = [f"<!-- {key} -->\n{there[key]}<!-- end -->\n" for key in order if key in there]
    path.write_text("\n".join([head, *parts]) + told, encoding="utf-8")


if __name__ == "__main__":
    main()
