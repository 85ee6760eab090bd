"""
An hour of mixed load on one server process, PostgreSQL restarted twice in its second half.

    python -m bench.endurance [--minutes 60] [--restarts 2] [--rate 40] [--write]

A PostGIS of its own holds a city of 30,000 buildings and a draft. Every answer is judged: its
status, and, for what is edited and drawn meanwhile, whether it is as new as it must be. Faults are
printed as they happen. The memory goes to `bench/tiles.md`, the restarts to `bench/people.md`.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field

import sqlalchemy as sa

from api.settings import Settings
from bench import endurance_report, tile_servers
from bench.endurance_ledgers import FreshLedger, Outages, Sample, StrokeLedger, now
from bench.endurance_line import Ask, Line, Tally
from bench.endurance_load import (
    Asker,
    Headers,
    Mix,
    edits_over_http,
    fill_tile_memory,
    fresh_building,
)
from bench.endurance_people import (
    Editor,
    Listener,
    Painter,
    Restarts,
    memory,
    memory_beside,
    paced,
    replayed,
)
from bench.endurance_town import Town, make
from bench.partition import noise, pace
from gis.store import cluster
from gis.store.engine import open_engine
from ops.throwaway import throwaway_server

CLIENTS = 4
CACHE_MB: int = Settings.model_fields["tile_cache_mb"].default
_SAMPLE_S = 15.0
_SILENT = 5


@dataclass
class Run:
    """One run: who takes part, and what they learnt."""

    town: Town
    port: int
    pid: int
    engine: sa.Engine
    outages: Outages = field(default_factory=Outages)
    strokes: StrokeLedger = field(default_factory=StrokeLedger)
    samples: list[Sample] = field(default_factory=list)
    over: threading.Event = field(default_factory=threading.Event)
    threads: list[threading.Thread] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Sign everybody in."""
        self.tally = Tally(self.outages)
        self.fresh = FreshLedger(self.outages)
        line = Line(self.port)
        signed = {n: Asker(line, n) for n in ("chief", "viewer", "worker", "planner", "painter")}
        self.reads: dict[str, Headers] = {name: asker.reads for name, asker in signed.items()}
        self.writes: dict[str, Headers] = {name: asker.writes for name, asker in signed.items()}
        body = {"name": "bench", "writing": False}
        path = "/api/v1/account/tokens"
        made = line.ask(Ask(path, (201,), "POST", self.writes["viewer"], body))
        token = made.document()["token"]
        self.reads["token"] = {"Authorization": f"Bearer {token}"}
        who = self.reads | {"worker": self.writes["worker"]}
        self.mixes = [
            Mix(self.town, who, self.fresh, self.tally, Line(self.port), random.Random(number))
            for number in range(CLIENTS)
        ]
        self.listener = Listener(self.port, self.reads["chief"], self.tally)
        silent = (
            Listener(self.port, self.reads["viewer"], self.tally, reads=False)
            for _ in range(_SILENT)
        )
        self.listeners = [self.listener, *silent]
        self.painters = [
            Painter(self.town, Line(self.port), self.writes[name], self.strokes, self.tally)
            for name in ("planner", "painter")
        ]
        self.first_edit = self._history()[-1][0]

    def _history(self) -> list[tuple[int, list[list[int | None]]]]:
        plan = f"/api/v1/plans/{self.town.draft}"
        return replayed(Line(self.port), plan, self.reads["planner"])[2]

    def warm(self) -> None:
        """
        Ask for everything once, and for tiles until their memory is full.

        Compilers and pools are no part of what is measured, and what a service keeps after days
        is there from the first minute.
        """
        for mix in self.mixes:
            mix.each()
        fill_tile_memory(self.town, Line(self.port), self.reads["chief"], CACHE_MB * 1_000_000)

    def start(self, rate: float) -> None:
        """Let everybody begin."""
        for mix in self.mixes:
            self._go(paced, mix.turn, rate / CLIENTS, self.over, self.tally)
        for listener in self.listeners:
            self._go(listener.run, self.over)
        for number, painter in enumerate(self.painters):
            rng = random.Random(70 + number)
            self._go(paced, lambda p=painter, r=rng: p.turn(r), 0.7, self.over, self.tally)
        self._go(paced, self._editing().__next__, 0.5, self.over, self.tally)
        self._go(paced, self._drawing().__next__, 0.3, self.over, self.tally)
        self._go(self._sampling)

    def _go(self, work: object, *arguments: object) -> None:
        assert callable(work)
        self.threads.append(threading.Thread(target=work, args=arguments))
        self.threads[-1].start()

    def _editing(self) -> Iterator[None]:
        rng = random.Random(3)
        reads = self.reads["chief"] | {"Accept-Encoding": "gzip"}
        line = Line(self.port)
        self.editor = Editor(self.engine, line, reads, self.fresh, self.tally, self.listener)
        while True:
            self.editor.edit(rng.choice(self.town.edited))
            yield

    def _drawing(self) -> Iterator[None]:
        line, chief = Line(self.port), self.reads["chief"]
        for code, ask in edits_over_http(self.town, line, self.writes["planner"]):
            answer = line.ask(ask)
            self.tally.take("edit of a building over HTTP", ask, answer)
            if code and answer.status == 200:
                put = ask.body["edits"][0]  # type: ignore[index]
                self.fresh.commit(code, put["values"]["households"], now())
                read = fresh_building(code, self.fresh, chief)
                self.tally.take("building after its edit", read, line.ask(read))
            yield

    def _sampling(self) -> None:
        begun = now()
        while not self.over.wait(_SAMPLE_S):
            self.samples.append(Sample(now() - begun, *memory(self.pid), memory_beside(self.pid)))

    def finish(self) -> None:
        """End, and reckon up what was acknowledged."""
        self.over.set()
        for thread in self.threads:
            thread.join()
        self.reckoning = self.strokes.reckon(self._history(), self.first_edit)
        if not self.reckoning.good:
            self.tally.fault(f"strokes: {self.reckoning}")
        elsewhere = self._units_elsewhere()
        if elsewhere:
            self.tally.fault(f"{elsewhere} units are elsewhere than the history says")
        self.marks = self._marks()

    def _units_elsewhere(self) -> int:
        """Units that the service itself sees in another grid than the history leads to."""
        plan = f"/api/v1/plans/{self.town.draft}"
        line = Line(self.port)
        ground, where, _ = replayed(line, plan, self.reads["planner"])
        body = {
            "client": "00000000-0000-4000-8000-000000000000",
            "ground": ground,
            "moves": [[unit, grid, grid] for unit, grid in enumerate(where)],
        }
        asked = Ask(f"{plan}/strokes", (200,), "POST", self.writes["planner"], body)
        told = line.ask(asked).document()
        return len((told if "rejected" in told else told["facts"])["rejected"])

    def _marks(self) -> tuple[int, int]:
        """Done marks acknowledged, and those of them that are not stored just once."""
        told = {c for mix in self.mixes for c, status in mix.marks.items() if status == "kept"}
        with self.engine.connect() as connection:
            query = sa.text("SELECT CAST(client AS text) FROM visit")
            stored = connection.execute(query).scalars().all()
        wrong = len(told - set(stored)) + len(stored) - len(set(stored))
        if wrong:
            self.tally.fault(f"done marks: {wrong} of {len(told)} lost or doubled")
        return len(told), wrong


@contextmanager
def running() -> Iterator[tuple[Run, Restarts]]:
    """Make the town and serve it."""
    with ExitStack() as stack:
        home = stack.enter_context(throwaway_server(durable=True))
        url = cluster.url(home, "postgres")
        town = make(url)
        print("town made", file=sys.stderr, flush=True)
        port, pid = stack.enter_context(
            tile_servers.wangge(url, cache_mb=CACHE_MB, READERS="accounts", LANG="en")
        )
        engine = open_engine(url, pool_size=2)
        stack.callback(engine.dispose)
        run = Run(town, port, pid, engine)
        yield run, Restarts(home, url, run.outages)


def main() -> int:
    """Run it, print the tables and, with ``--write``, record them."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--minutes", type=float, default=60.0)
    parser.add_argument("--restarts", type=int, default=2)
    parser.add_argument("--rate", type=float, default=40.0)
    parser.add_argument("--write", action="store_true")
    asked = parser.parse_args()
    whole = asked.minutes * 60
    with running() as (run, restarts):
        run.warm()
        before, begun = pace(), now()
        run.tally.begun = begun
        run.start(asked.rate)
        try:
            for number in range(asked.restarts):
                due = begun + whole * (0.55 + 0.4 * number / asked.restarts)
                time.sleep(max(0.0, due - now()))
                restarts.again()
            time.sleep(max(0.0, begun + whole - now()))
        finally:
            run.finish()
        said = noise(before, now() - begun)
    tables = endurance_report.tables(run, asked.minutes, asked.rate, said)
    for text in tables.values():
        print(text, flush=True)
    print(json.dumps({"faults": run.tally.wrong}), flush=True)
    if asked.write:
        endurance_report.write(tables)
    return 1 if run.tally.wrong else 0


if __name__ == "__main__":
    sys.exit(main())
