"""What people see on a day, learnt once and remembered until the area tree or the grids change."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from datetime import date
from functools import cache
from threading import Lock

import sqlalchemy as sa

from api.services.changes import Changes, News
from api.today import today
from gis.store.sight import Outlook, Scope, Sight, sight_on

_MOST = 256
# Whoever holds a public key may ask for any day, and each day is a ground of its own.
_MOST_BYTES = 32_000_000
# What a scope shows is told by these tables.
_TOLD_BY = frozenset(("area", "grid", "grid_period", "publication"))
_Asked = tuple[Scope, date, bool, bool]


class Sights:
    """
    The sights asked for last; used by all threads of a process.

    One is remembered only while the change log is known to its end, and not at all when
    something was told while it was read.
    """

    def __init__(self, changes: Changes) -> None:
        self._changes = changes
        self._known: OrderedDict[_Asked, Sight] = OrderedDict()
        self._bytes = 0
        self._lock = Lock()
        self._told = 0
        changes.watch(self._take)

    def on(self, connection: sa.Connection, outlook: Outlook, day: date) -> Sight:
        """Return what an outlook shows on a day."""
        known = self.known(outlook, day)
        if known is not None:
            return known
        told = self._told
        found = sight_on(connection, outlook, day)
        with self._lock:
            if told == self._told and outlook.scope is not None:
                self._remember((outlook.scope, day, outlook.drafts, outlook.known), found)
        return found

    def _remember(self, asked: _Asked, found: Sight) -> None:
        before = self._known.pop(asked, None)
        self._known[asked] = found
        self._bytes += _weight(found) - (0 if before is None else _weight(before))
        # The last one stays, however large: what is asked for most is of one scope and today.
        while len(self._known) > _MOST or (self._bytes > _MOST_BYTES and len(self._known) > 1):
            _, gone = self._known.popitem(last=False)
            self._bytes -= _weight(gone)

    def known(self, outlook: Outlook, day: date) -> Sight | None:
        """Return it without asking the database; None when that must be asked."""
        if outlook.scope is None:
            return _everywhere(outlook.drafts, outlook.known)
        asked = (outlook.scope, day, outlook.drafts, outlook.known)
        with self._lock:
            found = self._known.get(asked) if self._changes.trusted else None
            if found is not None:
                self._known.move_to_end(asked)
        return found

    def _take(self, news: News) -> None:
        if news.anew or any(change.source in _TOLD_BY for change in news.changes):
            with self._lock:
                self._told += 1
                self._known.clear()
                self._bytes = 0


def _weight(sight: Sight) -> int:
    return 0 if sight.ground is None else sight.ground.weight


@cache
def _everywhere(drafts: bool, known: bool) -> Sight:
    return Sight(None, drafts=drafts, known=known)


@dataclass(frozen=True, slots=True)
class Seer:
    """Whoever asks, with the memory of what they see."""

    outlook: Outlook
    sights: Sights

    def on(self, connection: sa.Connection, day: date) -> Sight:
        """Return what they see on a day."""
        return self.sights.on(connection, self.outlook, day)

    def today(self, connection: sa.Connection) -> Sight:
        """Return what they see today."""
        return self.on(connection, today())


ALL_SEEING = Seer(Outlook(None, drafts=True, known=True), Sights(Changes()))
"""Whoever runs the command line: they hold the database."""
