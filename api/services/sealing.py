"""Seal the audit trail in batches, by a thread of the service or by hand."""

from __future__ import annotations

import logging
import threading
import time
from dataclasses import dataclass
from datetime import UTC, datetime

import sqlalchemy as sa

from api.asking import asking
from api.principal import OPERATOR
from api.services.audit_chain import sealed
from gis.store import audit as store
from gis.store.asker import for_asker
from gis.store.engine import open_engine

log = logging.getLogger("wangge.audit")

BATCH_ROWS = 1000
_EVERY_S = 30.0
_LOOK_S = 0.1


@dataclass(frozen=True, slots=True)
class Mark:
    """A row of the trail, and the transaction below which all must end before it is sealed."""

    newest: int
    ceiling: int


def mark(engine: sa.Engine) -> Mark:
    """Note how far the trail goes now."""
    with engine.connect() as connection:
        return Mark(*store.newest_settling(connection))


def seal_upto(engine: sa.Engine, reached: Mark, *, now: datetime) -> int | None:
    """
    Seal what was in the trail at a mark, in batches of `BATCH_ROWS`; return how many were made.

    None when transactions of that moment are still under way: one of them may yet add a row
    with a lower id. Numbers that a transaction took and gave up are gaps and stay so.
    """
    with engine.begin() as connection:
        store.lock_sealing(connection)
        if not store.have_ended(connection, reached.ceiling):
            return None
        made, last = 0, store.last_seal(connection)
        while True:
            after = 0 if last is None else last["last_id"]
            rows = store.events_between(connection, after, reached.newest, BATCH_ROWS)
            if not rows:
                return made
            seal = sealed(rows, last, now)
            store.insert_seal(connection, seal)
            last, made = seal, made + 1


def seal_now(engine: sa.Engine, *, wait_s: float) -> int | None:
    """Seal all there is; None when others were still writing after `wait_s` seconds."""
    reached, until = mark(engine), time.monotonic() + wait_s
    while True:
        made = seal_upto(engine, reached, now=datetime.now(UTC))
        if made is not None or time.monotonic() >= until:
            return made
        time.sleep(_LOOK_S)


class Sealer:
    """
    The thread of a service that seals its trail every half minute.

    Several services on one database take turns; a database that is away is tried again.
    """

    def __init__(self, url: str, *, every_s: float = _EVERY_S) -> None:
        self._engine = for_asker(open_engine(url, pool_size=1), asking(OPERATOR))
        self._every_s = every_s
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, name="audit", daemon=True)

    def start(self) -> None:
        """Begin to seal."""
        self._thread.start()

    def stop(self) -> None:
        """End the thread; returns when it is over."""
        self._over.set()
        self._thread.join()
        self._engine.dispose()

    def _run(self) -> None:
        reached: Mark | None = None
        while not self._over.wait(self._every_s):
            reached = self._turn(reached)

    def _turn(self, reached: Mark | None) -> Mark | None:
        """Seal up to the mark of the last turn; return the one that still waits."""
        try:
            reached = reached or mark(self._engine)
            made = seal_upto(self._engine, reached, now=datetime.now(UTC))
        except sa.exc.SQLAlchemyError as fault:
            log.warning("the audit trail is not sealed: %s", str(fault).partition("\n")[0])
            return None
        return reached if made is None else None
