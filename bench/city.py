"""
A city of 560 communities, imported and divided by `wangge divide-all`; `bench/partition.md`.

    python -m bench.partition --only city --communities 560 --write
    python -m bench.partition --only city --city-url URL ...  # cities of the bench imported before
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import sqlalchemy as sa

from api.services.importing import import_all
from bench.apart import apart
from bench.city_maker import City, make_city
from bench.importing import own_database
from gis.store import migrate
from gis.store.engine import open_engine
from ops.throwaway import throwaway_cluster

Row = dict[str, str]
WHOLE, HOUSEHOLDS = 560, 2_500_000
WORKERS = 2
_STAGES_OF = 12


def rows(communities: int, urls: Sequence[str] = ()) -> list[Row]:
    """
    The city in quarters of its work, its sum, and what each stage costs a community.

    With `urls`, databases that hold cities of the bench and nothing else: their plans are thrown
    away, each is divided, and the stages are those of the last.
    """
    if urls:
        return [*(_divided(url, _standing(url)) for url in urls), *_stages(urls[-1])]
    with TemporaryDirectory() as folder, _server() as server, own_database(server) as url:
        city = make_city(Path(folder) / "city.gpkg", communities, HOUSEHOLDS * communities // WHOLE)
        print(f"{city.buildings:,} buildings, {city.households:,} households made", flush=True)
        imported = _imported(url, city)
        print(f"imported in {imported:.0f} s", flush=True)
        divided = _divided(url, city)
        return [divided, *_stages(url)]


@contextmanager
def _server() -> Iterator[str]:
    given = os.environ.get("WANGGE_TEST_DATABASE_URL")
    if given:
        yield given
        return
    with throwaway_cluster(durable=True) as url:
        yield url


def _standing(url: str) -> City:
    """Count the city of a database, and throw its grounds and plans away."""
    engine = open_engine(url)
    migrate.upgrade(engine)
    with engine.begin() as connection:
        connection.execute(sa.text("TRUNCATE plan, ground CASCADE"))
        counts = connection.execute(
            sa.text(
                "SELECT count(DISTINCT community_code), count(*), sum(households) FROM building"
            )
        ).one()
    engine.dispose()
    return City(Path(), *map(int, counts))


def _imported(url: str, city: City) -> float:
    engine, start = open_engine(url), time.perf_counter()
    migrate.upgrade(engine)
    results = import_all(engine, city.path)
    engine.dispose()
    waiting = {result.layer: result.waiting for result in results if result.waiting}
    assert not waiting, waiting
    with open_engine(url).execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
        connection.execute(sa.text("ANALYZE"))
    return time.perf_counter() - start


def _divided(url: str, city: City) -> Row:
    """Run the command as an operator does, and time each quarter of its communities."""
    command = [sys.executable, "-m", "api.cli", "divide-all", "--workers", str(WORKERS)]
    environment = os.environ | {"WANGGE_DATABASE_URL": url, "WANGGE_LANG": "en"}
    start = time.perf_counter()
    quarters: list[float] = []
    last = ""
    with subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stderr is not None
        assert process.stdout is not None
        for line in process.stderr:
            told = re.match(r"(\d+)/(\d+) ", line)
            last = line
            while told and 4 * int(told[1]) >= (len(quarters) + 1) * int(told[2]):
                quarters.append(time.perf_counter() - start)
        sums = process.stdout.read().strip()
    assert process.returncode == 0, last + sums
    wall = time.perf_counter() - start
    return {
        "what": f"{city.communities} communities, {city.buildings:,} buildings, "
        f"{city.households:,} households, {WORKERS} workers",
        "figure": f"{wall:.0f} s wall (must: 120 s for {WHOLE}); quarters done after "
        f"{', '.join(f'{q:.0f}' for q in quarters)} s; {sums}",
    }


def _stages(url: str) -> list[Row]:
    answer = apart("bench.city_stages:stages", url, _STAGES_OF)
    assert answer is not None
    return [
        {"what": f"CPU-s a community: {name}", "figure": f"{seconds:.3f}"}
        for name, seconds in answer.value.items()
    ]
