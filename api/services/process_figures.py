"""What a process can tell an operator of itself, besides its requests."""

from __future__ import annotations

import os
import resource
from pathlib import Path

import anyio
import sqlalchemy as sa

from api.exposition import Family, Sample, gauge
from api.services.changes import Changes
from api.services.tile_answers import TileAnswers

_STATM = Path("/proc/self/statm")


def process_families() -> list[Family]:
    """Return memory and CPU time of this process, named as Prometheus clients name them."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    cpu = [Sample("", {}, used.ru_utime + used.ru_stime)]
    resident = resident_bytes()
    memory = [Sample("", {}, resident)] if resident is not None else []
    return [
        Family("process_cpu_seconds_total", "counter", "CPU time, user and system.", cpu),
        Family("process_resident_memory_bytes", "gauge", "Memory that is resident.", memory),
    ]


def resident_bytes() -> int | None:
    """Return the resident memory of this process; None where the system does not tell."""
    try:
        pages = int(_STATM.read_text(encoding="ascii").split()[1])
    except OSError:
        return None
    return pages * os.sysconf("SC_PAGE_SIZE")


def tile_families(tiles: TileAnswers) -> list[Family]:
    """Return where tiles came from, and what memory keeps."""
    served = [Sample("", {"source": name}, count) for name, count in tiles.served.items()]
    return [
        Family("wangge_tiles_total", "counter", "Tiles answered, 304 included.", served),
        gauge("wangge_tile_cache_tiles", "Tiles kept in memory.", len(tiles.cache)),
        gauge("wangge_tile_cache_bytes", "Their bytes, about.", tiles.cache.bytes),
    ]


def change_families(changes: Changes) -> list[Family]:
    """Return how far the change log is known, and how many listen to it."""
    return [
        gauge("wangge_change_mark", "Transactions below it are known.", changes.mark()),
        gauge(
            "wangge_change_lag_seconds",
            "Since the change log was last read to its end.",
            changes.confirmed_s,
        ),
        gauge("wangge_event_streams", "Clients that listen to changes.", changes.streams),
    ]


def database_families(engine: sa.Engine, seats: anyio.Semaphore) -> list[Family]:
    """Return how busy the connections are, and how many requests wait for one."""
    pool = engine.pool
    assert isinstance(pool, sa.QueuePool)  # noqa: S101
    states = {"in_use": pool.checkedout(), "idle": pool.checkedin()}
    connections = [Sample("", {"state": state}, count) for state, count in states.items()]
    return [
        Family("wangge_database_connections", "gauge", "Connections kept.", connections),
        gauge("wangge_database_connections_most", "Connections at most.", pool.size()),
        gauge(
            "wangge_database_waiting",
            "Requests that wait for a connection.",
            seats.statistics().tasks_waiting,
        ),
    ]
