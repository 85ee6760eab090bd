"""
A roster of 28,000 people over five levels, and who is responsible here.

    python -m bench.people_staff [--write]

The made-up city has 10,000 grids and 300,000 buildings in 2,500 communities of 250 subdistricts.
"""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path
from urllib.parse import quote

import numpy as np
import pandas as pd
import sqlalchemy as sa

from api.services.importing import ImportOptions, import_file
from api.today import today
from bench.faces_maker import Faces, make_faces
from bench.importing import own_database
from bench.people_my import ASSIGNED
from bench.people_record import run, table
from bench.tile_load import Load, http_load
from bench.tile_servers import wangge
from gis.staff.teams import load_team, team_document
from gis.store import migrate, teams
from gis.store.engine import open_engine

HEADING = "## Roster and who is responsible here"
PEOPLE, SEED, SECONDS = 28_000, 6, 10.0
CITY = Faces(communities=2_500, buildings=300_000, facilities=20_000, streets=2_000)


def main() -> None:
    """Measure, print the table, and record it when asked to."""
    run(HEADING, measured)


def measured(server: str) -> str:
    """Return the section as Markdown."""
    with own_database(server) as url:
        engine = open_engine(url)
        migrate.upgrade(engine)
        make_faces(engine, CITY)
        print("city made", file=sys.stderr, flush=True)
        with engine.begin() as connection:
            connection.execute(sa.text("UPDATE building SET stairwells = 2"))
            for statement in ASSIGNED.split(";"):
                connection.execute(sa.text(statement), {"width": 30})
        rows = [*_roster(engine)]
        print(rows, file=sys.stderr, flush=True)
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(sa.text("VACUUM ANALYZE"))
        with wangge(url, cache_mb=16, READERS="anyone") as (port, _):
            rows += [_asked(port, name, paths) for name, paths in _paths(engine).items()]
        engine.dispose()
    return f"{_ABOUT}\n\n{table(rows)}\n\n{_WHY}"


def _roster(engine: sa.Engine) -> list[tuple[str, str, str]]:
    document = team_document(load_team("five-level"))
    with engine.begin() as connection:
        tops = connection.execute(sa.text("SELECT code FROM area WHERE level = 'subdistrict'"))
        for code in list(tops.scalars()):
            teams.set_template(connection, code, "five-level", document, "bench")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "花名册.csv"
        _people(engine).to_csv(path, index=False)
        started = time.perf_counter()
        result = import_file(engine, path, "posts", ImportOptions())
        imported = time.perf_counter() - started
    assert (result.counts.added, result.waiting) == (PEOPLE, 0), result.faults[:3]
    started = time.perf_counter()
    with engine.connect() as connection:
        day = today()
        seats = teams.seat_figures(connection, None, day)
        listed = sum(1 for _ in teams.gaps(connection, None, day, most=2_000_000))
    gaps = time.perf_counter() - started
    missing = sum(seat.gap for seat in seats)
    return [
        (f"roster of {PEOPLE:,} people imported", f"{imported:.1f} s", "with gaps 60 s"),
        (f"gaps: {missing:,} seats, {listed:,} lines listed", f"{gaps:.1f} s", "with import 60 s"),
    ]


def _people(engine: sa.Engine) -> pd.DataFrame:
    """Subdistricts, communities and grids whole, then buildings and stairwells up to the number."""
    levels = {
        ("subdistrict", "subdistrict_head"): "SELECT code FROM area WHERE level = 'subdistrict'",
        ("community", "secretary"): "SELECT code FROM area WHERE level = 'community'",
        ("grid", "grid_head"): "SELECT code FROM grid ORDER BY code",
        ("building", "building_head"): (
            "SELECT code FROM building WHERE households > 0 ORDER BY code LIMIT 10250"
        ),
        ("stairwell", "stairwell_head"): (
            "SELECT code || '#1' FROM building ORDER BY code LIMIT 5000"
        ),
    }
    with engine.connect() as connection:
        rows = [
            (kind, role, code)
            for (kind, role), query in levels.items()
            for code in connection.execute(sa.text(query)).scalars()
        ][:PEOPLE]
    frame = pd.DataFrame(rows, columns=["subject_kind", "role", "subject_code"])
    number = pd.Series(range(len(frame))).astype(str)
    return frame.assign(
        post_id="P" + number,
        worker_id="W" + number,
        worker_name="某" + number,
        worker_phone=(13_000_000_000 + np.arange(len(frame))).astype(str),
        since="2026-01-01",
        tags="综合、党建",
    )


def _paths(engine: sa.Engine) -> dict[str, list[str]]:
    rng = np.random.default_rng(SEED)
    west, south, east, north = CITY.extent
    lon, lat = rng.uniform(west, east, 2_000), rng.uniform(south, north, 2_000)
    with engine.connect() as connection:
        found = connection.execute(
            sa.text(
                "SELECT code, name, number, address FROM building ORDER BY md5(code) LIMIT 2000"
            )
        ).all()
    root = "/api/v1/responsible"
    named = [row.address or row.name for row in found if row.address or row.name][:500]
    return {
        "by point": [f"{root}?lon={x:.6f}&lat={y:.6f}" for x, y in zip(lon, lat, strict=True)],
        "by building": [f"{root}?building={row.code}" for row in found],
        "by address": [f"{root}?address={quote(text)}" for text in named],
    }


def _asked(port: int, name: str, paths: list[str]) -> tuple[str, str, str]:
    http_load(port, paths, 2.0)
    alone = http_load(port, paths, SECONDS / 2, clients=1)
    crowd: Load = http_load(port, paths, SECONDS)
    print(name, alone, crowd, file=sys.stderr, flush=True)
    return (
        f"responsible {name}",
        f"alone p50 {alone.middle_ms:.1f}, p95 {alone.slowest_ms:.1f} ms; eight clients "
        f"{crowd.per_second:.0f}/s, p50 {crowd.middle_ms:.1f}, p95 {crowd.slowest_ms:.1f} ms, "
        f"of the CPU theirs {crowd.client_ms:.2f} ms a request",
        "p95 20 ms; 500/s on two cores",
    )


_ABOUT = (
    "`python -m bench.people_staff --write`: 10,000 grids, 300,000 buildings, the team template "
    "`five-level`. Clients, one server process and PostgreSQL share two cores; half of the points "
    "lie between buildings. Who asks is nobody known."
)

_WHY = """\
The gaps took minutes until posts had been analyzed: the planner took them for a handful and
compared each seat with each; seats and posts are now matched by a full join, which is made by
hashing.

Where a look-up's time went, on a loaded machine, CPU ms a request (Python, PostgreSQL), by point
/ building / address: 5.3, 13.5 / 5.9, 16.6 / 6.0, 16.5. Of PostgreSQL's nearly all was planning:
the chain 7.3 ms planned and 0.6 run, the grids of a building 4.9 and 0.2, all else together under
1; row security and a dozen joins make plans dear. Of Python's, eight turns to the server (a ping,
BEGIN, who asks, four or five statements, ROLLBACK) and six changes of thread for what only looks
at the request.

| attempt | Python, PostgreSQL by building |
|---|---|
| one statement for each way of asking, prepared, told who asks in the same message; no ping, \
no BEGIN; nothing but the look-up in a thread | 1.9, 3.6 |
| names of grids looked up for each instead of joined (ten grids were thought enough for a \
scan of all 10,000), people of a chain read only for who may see them (their policy alone was \
eight plans in one) | 1.7, 1.6 |
| the router of what is asked for most tried first (a quarter of the loop's time went into \
matching) | 1.0, 1.2 by point, machine quiet |

What is left of Python is FastAPI's and uvicorn's: sending 24 % of the loop's samples,
dependencies 19 %, matching of routes, middleware; the look-up itself with its SQL is 7 %. Answers
to 1,219 requests in two languages, to an operator and to nobody known, have the same values as
before."""


if __name__ == "__main__":
    main()
