"""
Map faces against what they must reach, beside bare SQL and tipg; `bench/tiles.md`.

    python -m bench.tiles [--only SECTION ...] [--write] [--seconds S] [--url URL] [--no-rivals]

A PostGIS of its own holds the city of `bench.faces_maker`; server, database and clients share the
machine. Sections that are not run stay as they are. tipg comes by `make bench-tiles`.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench import tiles_cached, tiles_cold, tiles_fresh, tiles_paint
from bench.faces_maker import Faces, make_faces
from bench.importing import own_database
from bench.partition import noise, pace, record
from bench.real import markdown
from bench.tile_servers import TIPG
from gis.store import migrate
from gis.store.engine import open_engine
from ops.throwaway import throwaway_cluster

PAGE = Path(__file__).with_suffix(".md")
HEAD = """# Map faces against what they must reach

`make bench-tiles` (or `python -m bench.tiles --only SECTION --write`). A made-up city of 300,000
buildings, 5,000 courtyards, 2,000 grids and 20,000 facilities in a PostGIS of its own; server,
database and clients share the machine. *Pace* is the CPU seconds of one fixed loop before and
after a section (see `partition.md`).
"""
# `memory` is recorded by bench.endurance.
ORDER = ("cold", "cached", "change", "memory", "paint")
Row = dict[str, str]


@dataclass(frozen=True, slots=True)
class Given:
    """What was asked for on the command line; `url` is the database of the city."""

    url: str
    faces: Faces
    seconds: float
    rivals: bool


@dataclass(frozen=True, slots=True)
class Section:
    """One table: its title, what it says, and who makes its rows."""

    title: str
    note: str
    rows: Callable[[Given], list[Row]]


SECTIONS = {
    "cold": Section(
        "Tiles drawn anew",
        "Tiles a second, eight clients, nothing cached, nothing compressed. Must: 60 at z12, 80 at "
        "z14, 800 at z16, and 1.5 times tipg. All three serve the same features with the same "
        "attributes; for bare SQL and tipg these stand in a table of their own, projected and "
        "indexed. At z12 ours merges buildings, at each request, because any day may be asked for: "
        "the row of every building sets that beside what bare SQL and tipg make of the table as it "
        "is, the row above it beside a table merged beforehand. *tipg, as stored*: the same rows "
        "in degrees, as our own tables are. tipg keeps shapes smaller than a pixel; its limit of "
        "10,000 features is lifted.",
        lambda given: tiles_cold.rows(given.url, given.faces, given.seconds, rivals=given.rivals),
    ),
    "cached": Section(
        "Tiles from memory, and 304",
        "Answers a second for one tile of zoom 14, eight clients, request figures and rights on; "
        "beside it a FastAPI route under the same uvicorn, async, without parameters and "
        "middleware, that returns the same bytes or an empty 304. Medians of five rounds in turn. "
        "CPU µs are the server's for each answer.",
        lambda given: tiles_cached.rows(given.url, given.seconds / 4),
    ),
    "change": Section(
        "From the commit of an edit to the new tile",
        "Single buildings edited in the database, one after another, while a client asks on for "
        "the tile of zoom 16. Then all tiles of four layers around, zooms 10 to 16, are compared "
        "with those before, and with those that a second process draws without memory: *stale* "
        "are tiles that differ from these; *touched* is told by a formula of its own.",
        lambda given: tiles_fresh.rows(given.url),
    ),
    "paint": Section(
        "First paint of an embed",
        "The sample, 640 x 400, headless Chromium with a fresh profile for each visit; from "
        "navigation to the frame with the first feature of the subject. WebGL is drawn by "
        "SwiftShader on the cores that serve the page, so a machine with any graphics chip is "
        "faster. A server of its own for each page, medians of "
        f"{tiles_paint.TIMES} visits after its first.",
        lambda given: tiles_paint.rows(given.url),
    ),
}


def main() -> None:
    """Run the sections asked for, print their tables and, with ``--write``, record them."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--only", nargs="+", choices=SECTIONS, default=list(SECTIONS))
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--seconds", type=float, default=8.0)
    parser.add_argument("--url", help="server on which the city may be made")
    parser.add_argument("--no-rivals", action="store_true")
    asked = parser.parse_args()
    if not asked.no_rivals and not TIPG.is_dir():
        sys.exit("tipg is not there: `make bench-tiles`, or --no-rivals.")
    with _city(asked.url, Faces()) as url:
        given = Given(url, Faces(), asked.seconds, not asked.no_rivals)
        for name in asked.only:
            text = _section(name, given)
            print(text, flush=True)
            if asked.write:
                record(PAGE, name, text, head=HEAD, order=ORDER)


@contextmanager
def _city(server: str | None, faces: Faces) -> Iterator[str]:
    with _server(server) as place, own_database(place) as url:
        engine = open_engine(url)
        migrate.upgrade(engine)
        make_faces(engine, faces)
        engine.dispose()
        yield url


@contextmanager
def _server(given: str | None) -> Iterator[str]:
    if given is not None:
        yield given
        return
    with throwaway_cluster(durable=True) as url:
        yield url


def _section(name: str, given: Given) -> str:
    section, before, start = SECTIONS[name], pace(), time.perf_counter()
    table = markdown(section.rows(given))
    said = noise(before, time.perf_counter() - start)
    return f"## {section.title}\n\n{section.note}\n\n{table}\n\n{said}\n"


if __name__ == "__main__":
    main()
