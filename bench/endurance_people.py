"""Those of the endurance run who go on by themselves: planners, the editor, listeners, restarts."""

from __future__ import annotations

import json
import os
import random
import signal
import socket
import threading
import time
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg2
import sqlalchemy as sa

from bench.endurance_ledgers import FreshLedger, Outage, Outages, StrokeLedger, now
from bench.endurance_line import Ask, Line, Tally
from bench.endurance_load import Headers, fresh_tile
from bench.endurance_town import COLUMNS, ROWS, Spot, Town
from gis.store import cluster
from gis.store.cluster_home import ClusterHome
from gis.store.cluster_processes import server_pid

_EDIT = "UPDATE building SET households = households + 1 WHERE code = :code RETURNING households"
_READ = "SELECT households FROM building WHERE code = :code"
_AWAY_S = 8.0


class Painter:
    """A planner who moves units of one draft, and tells a stroke again until it is answered."""

    def __init__(
        self, town: Town, line: Line, headers: Headers, strokes: StrokeLedger, tally: Tally
    ) -> None:
        self._plan = f"/api/v1/plans/{town.draft}"
        self._line, self._headers = line, headers
        self._strokes, self._tally = strokes, tally
        self.ground, self.where, _ = replayed(line, self._plan, headers)

    def turn(self, rng: random.Random) -> None:
        """Draw a stroke, or take one's own last back."""
        client = str(uuid4())
        if rng.random() < 0.15:
            self._told(client, "/undo", {"client": client, "ground": self.ground})
            return
        x, y = rng.randrange(COLUMNS - 4), rng.randrange(ROWS - 3)
        goal = self.where[(y + 1) * COLUMNS + x + 2]
        under = [(y + b) * COLUMNS + x + a for a in range(4) for b in range(3)]
        moves = [[u, self.where[u], goal] for u in under if self.where[u] != goal]
        moves = moves or [[under[0], goal, None]]
        body = {"client": client, "ground": self.ground, "moves": moves, "action": "paint"}
        self._told(client, "/strokes", body)

    def _told(self, client: str, act: str, body: dict[str, Any]) -> None:
        ask = Ask(self._plan + act, (200, 409), "POST", self._headers, body)
        while True:
            answer = self._line.ask(ask)
            self._tally.take("stroke", ask, answer)
            if answer.status in (200, 409):
                break
            time.sleep(0.25)
        told = answer.document()
        told = told if answer.status == 200 else told.get("facts") or {}
        if told.get("seq") is not None:
            self._strokes.tell(client, told["seq"], told["applied"])
        for unit, _, grid in told.get("applied", ()):
            self.where[unit] = grid
        for lost in told.get("rejected", ()):
            self.where[lost["unit"]] = lost["now"]


History = list[tuple[int, list[list[int | None]]]]


def replayed(line: Line, plan: str, headers: Headers) -> tuple[int, list[int | None], History]:
    """Replay the history of a draft: its ground, where each unit is, and the history."""
    where: list[int | None] = [None] * (COLUMNS * ROWS)
    history: History = []
    while True:
        after = history[-1][0] if history else 0
        page = line.ask(Ask(f"{plan}/edits?after={after}", headers=headers)).document()
        for edit in page["items"]:
            history.append((edit["seq"], edit["moves"]))
            for unit, _, grid in edit["moves"]:
                where[unit] = grid
        if not page["more"]:
            return int(page["ground"]), where, history


class Listener:
    """A page that listens to changes, and comes again with the last mark when it is cut off."""

    def __init__(self, port: int, headers: Headers, tally: Tally, *, reads: bool = True) -> None:
        self._port, self._headers, self._tally, self._reads = port, headers, tally, reads
        self._heard: deque[tuple[float, list[list[float]] | None]] = deque(maxlen=2000)
        self._news = threading.Condition()
        self._mark = ""
        self.connections = self.events = self.resets = 0

    def run(self, over: threading.Event) -> None:
        """Listen until it is over."""
        while not over.is_set():
            try:
                with socket.create_connection(("127.0.0.1", self._port), timeout=40) as line:
                    self._connected(line, over)
            except OSError:
                over.wait(0.2)

    def _connected(self, line: socket.socket, over: threading.Event) -> None:
        head = {"Host": "127.0.0.1", **self._headers}
        if self._mark:
            head["Last-Event-ID"] = self._mark
        lines = "".join(f"{name}: {value}\r\n" for name, value in head.items())
        begun = now()
        line.sendall(f"GET /api/v1/changes HTTP/1.1\r\n{lines}\r\n".encode())
        self.connections += 1
        line.settimeout(1.0)
        rest = b""
        while not over.is_set():
            if not self._reads:
                over.wait(1.0)
                continue
            try:
                part = line.recv(1 << 16)
            except TimeoutError:
                continue
            if not part:
                return
            if rest == b"" and part.startswith(b"HTTP/1.1 "):
                status = int(part[9:12])
                if status != 200:
                    if status != 503 or not self._tally.outages.excuse(begun, now()):
                        self._tally.fault(f"event stream: {part[:120]!r}")
                    over.wait(0.5)
                    return
            *whole, rest = (rest + part).split(b"\n")
            for text in whole:
                self._line(text.strip())

    def _line(self, text: bytes) -> None:
        if text.startswith(b"id: "):
            self._mark = text[4:].decode()
        elif text == b"event: reset":
            self.resets += 1
            self._hear(None)
        elif text.startswith(b"data: ") and b'"boxes"' in text:
            self._hear(json.loads(text[6:])["boxes"])

    def _hear(self, boxes: list[list[float]] | None) -> None:
        with self._news:
            self.events += 1
            self._heard.append((now(), boxes))
            self._news.notify_all()

    def hears(self, spot: Spot, since: float, patience_s: float) -> float | None:
        """Wait for news that touch a place; seconds since a moment, None: it came too late."""
        end = now() + patience_s
        with self._news:
            while True:
                for at, boxes in reversed(self._heard):
                    if at >= since and (boxes is None or any(_holds(box, spot) for box in boxes)):
                        return at - since
                left = end - now()
                if left <= 0:
                    return None
                self._news.wait(left)


def _holds(box: list[float], spot: Spot) -> bool:
    return box[0] <= spot.lon <= box[2] and box[1] <= spot.lat <= box[3]


class Editor:
    """Somebody who edits buildings in the database, and waits until the new tile is served."""

    def __init__(
        self,
        engine: sa.Engine,
        line: Line,
        headers: Headers,
        fresh: FreshLedger,
        tally: Tally,
        listener: Listener,
    ) -> None:
        self._engine, self._line, self._headers = engine, line, headers
        self._fresh, self._tally, self._listener = fresh, tally, listener
        self._at = 0.0
        self.waits: list[float] = []
        self.heard: list[float] = []

    def edit(self, spot: Spot) -> None:
        """Edit one building and wait for its tile and for the news of it."""
        begun = now()
        try:
            with self._engine.begin() as connection:
                told = connection.execute(sa.text(_EDIT), {"code": spot.code}).scalar_one()
        except sa.exc.DBAPIError:
            self._look(spot)
            return
        at = now()
        self._fresh.commit(spot.code, told, at)
        before = self._tally.wrong
        while not self._new(spot, told):
            late = now() - at > 1.0 and not self._tally.outages.excuse(begun, now())
            if late and self._tally.wrong == before:
                self._tally.fault(f"edit of {spot.code}: the old tile is served after 1 s")
            if now() - at > 20:
                return
            time.sleep(0.02)
        wait, heard = self._at - at, self._listener.hears(spot, begun, 1.5)
        if not self._tally.outages.excuse(begun, now()):
            self.waits.append(wait)
            if heard is None:
                self._tally.fault(f"edit of {spot.code}: no event within 1.5 s")
            else:
                self.heard.append(heard)

    def _new(self, spot: Spot, wanted: int) -> bool:
        ask = fresh_tile(spot, self._fresh, self._headers)
        answer = self._line.ask(ask)
        self._tally.take("tile after its edit", ask, answer)
        self._at = answer.ended
        return answer.status == 200 and self._fresh.committed(spot.code).seen >= wanted

    def _look(self, spot: Spot) -> None:
        """Read what became of an edit whose commit nobody confirmed."""
        while True:
            try:
                with self._engine.connect() as connection:
                    found = connection.execute(sa.text(_READ), {"code": spot.code}).scalar_one()
            except sa.exc.DBAPIError:
                time.sleep(0.5)
            else:
                self._fresh.commit(spot.code, found, now())
                return


class Restarts:
    """Somebody who stops PostgreSQL in the hard way, and starts it again."""

    WAYS = (("pg_ctl stop -m immediate", signal.SIGQUIT), ("kill -9", signal.SIGKILL))

    def __init__(self, home: ClusterHome, url: str, outages: Outages) -> None:
        self._home, self._url, self._outages = home, url, outages

    def again(self) -> Outage:
        """Restart it; returns when it takes connections."""
        way, sign = self.WAYS[len(self._outages.all) % len(self.WAYS)]
        pid = server_pid(self._home.data)
        assert pid is not None
        outage = Outage(way, now())
        self._outages.all.append(outage)
        os.kill(pid, sign)
        time.sleep(_AWAY_S)
        starter = threading.Thread(target=cluster.start, args=(self._home,))
        starter.start()
        while outage.accepting is None:
            try:
                psycopg2.connect(self._url).close()
                outage.accepting = now()
            except psycopg2.OperationalError:
                time.sleep(0.01)
        starter.join()
        return outage


def memory(pid: int) -> tuple[float, float]:
    """Resident and proportional memory of a process, MB."""
    text = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii")
    kilobytes = {line.split(":")[0]: line.split()[1] for line in text.splitlines()[1:]}
    return int(kilobytes["Rss"]) * 1024 / 1e6, int(kilobytes["Pss"]) * 1024 / 1e6


def memory_beside(pid: int) -> float:
    """Resident memory of the processes that a process has started, MB; those that end are 0."""
    listed = " ".join(p.read_text("ascii") for p in Path(f"/proc/{pid}/task").glob("*/children"))
    total = 0.0
    for child in listed.split():
        with suppress(FileNotFoundError, ProcessLookupError):
            total += memory(int(child))[0]
    return total


def paced(turn: Callable[[], None], per_second: float, over: threading.Event, tally: Tally) -> None:
    """Take turns at a rate until it is over; turns that are far behind are left out."""
    due = now()
    while not over.is_set():
        try:
            turn()
        except Exception as fault:  # a client that dies would ask nothing more
            tally.fault(f"client: {fault!r}")
        due = max(due + 1 / per_second, now() - 1.0)
        over.wait(max(0.0, due - now()))
