"""
Clients that ask for tiles at once, and what they got.

    python -m bench.tile_load --one '{"port": 8000, "paths": [...], "seconds": 5, "clients": 8}'

Each client has a connection of its own that stays open, and asks for the next of the paths as
soon as it has an answer; the paths go round until the time is over.
"""

from __future__ import annotations

import asyncio
import json
import threading
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from itertools import cycle
from typing import Any

import psycopg2

from bench.own_process import Figures, in_own_process, run

CLIENTS = 8


@dataclass(frozen=True, slots=True)
class Load:
    """
    What was served.

    Attributes
    ----------
    per_second
        Answers a second of wall time.
    bytes
        Mean size of an answer's body.
    slowest_ms, middle_ms
        95 % of the answers, and half of them, took no longer.
    client_ms
        CPU time of the asking process for each answer.
    """

    per_second: float
    bytes: float
    slowest_ms: float
    middle_ms: float
    client_ms: float = 0.0


def http_load(
    port: int,
    paths: Sequence[str],
    seconds: float,
    *,
    clients: int = CLIENTS,
    headers: Sequence[str] = (),
    status: int = 200,
) -> Load:
    """Ask a server on this machine from a process of its own; every answer must have the status."""
    asked = {
        "port": port,
        "paths": list(paths),
        "seconds": seconds,
        "clients": clients,
        "headers": list(headers),
        "status": status,
    }
    return Load(**in_own_process("bench.tile_load", json.dumps(asked)))


def sql_load(
    url: str, query: str, binds: Sequence[dict[str, Any]], seconds: float, clients: int = CLIENTS
) -> Load:
    """Run a query that returns bytes, over as many connections as clients."""
    turns = cycle(binds)
    sizes: list[int] = []
    times: list[float] = []
    lock, end = threading.Lock(), 0.0

    def client() -> None:
        with psycopg2.connect(url) as connection:
            connection.autocommit = True
            cursor = connection.cursor()
            cursor.execute("SET jit = off")
            ready.wait()
            while True:
                with lock:
                    turn = next(turns)
                begun = time.perf_counter()
                if begun > end:
                    return
                cursor.execute(query, turn)
                sizes.append(len((cursor.fetchone() or (b"",))[0]))
                times.append(time.perf_counter() - begun)

    ready = threading.Barrier(clients + 1)
    threads = [threading.Thread(target=client) for _ in range(clients)]
    for thread in threads:
        thread.start()
    begun = time.perf_counter()
    end = begun + seconds
    ready.wait()
    for thread in threads:
        thread.join()
    return _load(sizes, times, time.perf_counter() - begun)


def _load(sizes: list[int], times: list[float], took: float) -> Load:
    ranked = sorted(times)
    slowest, middle = ranked[int(len(ranked) * 0.95)], ranked[len(ranked) // 2]
    return Load(len(times) / took, sum(sizes) / len(sizes), slowest * 1000, middle * 1000)


def served(asked: str) -> Figures:
    """Do the asking in this process."""
    given = json.loads(asked)
    busy = time.process_time()
    load = asyncio.run(_all_clients(**given))
    busy = time.process_time() - busy
    answers = load.per_second * given["seconds"]
    return asdict(replace(load, client_ms=1000 * busy / answers))


async def _all_clients(
    port: int,
    paths: list[str],
    seconds: float,
    clients: int,
    headers: list[str],
    status: int,
) -> Load:
    lines = "".join(f"{line}\r\n" for line in ("Host: 127.0.0.1", *headers))
    turns = cycle([f"GET {path} HTTP/1.1\r\n{lines}\r\n".encode() for path in paths])
    sizes: list[int] = []
    times: list[float] = []
    begun = time.perf_counter()

    async def client() -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=2**22)
        while (now := time.perf_counter()) - begun < seconds:
            writer.write(next(turns))
            sizes.append(await _answer(reader, status))
            times.append(time.perf_counter() - now)
        writer.close()

    await asyncio.gather(*(client() for _ in range(clients)))
    return _load(sizes, times, time.perf_counter() - begun)


async def _answer(reader: asyncio.StreamReader, status: int) -> int:
    """Read one answer; its body has a length or comes in chunks."""
    head = (await reader.readuntil(b"\r\n\r\n")).lower()
    assert int(head[9:12]) == status, head
    if status == 304:
        return 0
    if b"transfer-encoding: chunked" in head:
        total = 0
        while size := int((await reader.readline()).split(b";")[0], 16):
            await reader.readexactly(size + 2)
            total += size
        await reader.readline()
        return total
    length = int(head.split(b"content-length:", 1)[1].split(b"\r\n", 1)[0])
    await reader.readexactly(length)
    return length


if __name__ == "__main__":
    run(lambda: print(__doc__), served)
