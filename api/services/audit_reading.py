"""Use cases of the audit trail: list it, verify it, export it, prune what is past its time."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

import sqlalchemy as sa

from api.principal import Principal
from api.services import audit
from api.services.audit_chain import (
    GENESIS,
    MEMBERS,
    head_of,
    row_digest,
    seal_document,
    spelled,
    split_digests,
    told,
)
from gis.errors import NotFound
from gis.store import audit as store
from gis.store.accounts import covered_codes

Row = Mapping[str, Any]
_SEALS_AT_ONCE = 100
_NO_END = 2**62


@dataclass(frozen=True, slots=True)
class Broken:
    """Where the chain does not hold: the batch, the row of it (None: the seal itself), and why."""

    batch: int
    row: int | None
    en: str
    zh: str


@dataclass(frozen=True, slots=True)
class Verified:
    """
    What a check of the chain found.

    Attributes
    ----------
    batches, rows
        How many seals and rows were checked.
    pruned
        Batches whose rows retention has taken, from the first one on.
    unsealed
        Rows that no seal covers yet.
    head
        Number and head of the newest batch; None before the first.
    broken
        The first place where it does not hold; None: it holds.
    """

    batches: int
    rows: int
    pruned: int
    unsealed: int
    head: tuple[int, str] | None
    broken: Broken | None


def list_events(
    connection: sa.Connection,
    principal: Principal,
    *,
    before: int | None,
    limit: int,
    action: str | None = None,
    account_id: int | None = None,
) -> list[Row]:
    """Return a page of the trail, newest first; of what lies in somebody's scope only."""
    scope = None
    if principal.areas is not None:
        scope = covered_codes(connection, principal.areas, principal.grids)
    return store.event_rows(
        connection,
        communities=scope,
        before=before,
        limit=limit,
        action=action,
        account_id=account_id,
    )


def head(engine: sa.Engine) -> tuple[int, str]:
    """
    Return number and head of the newest batch, to be kept elsewhere.

    Raises
    ------
    NotFound
        Nothing is sealed yet.
    """
    with engine.connect() as connection:
        last = store.last_seal(connection)
    if last is None:
        raise NotFound(
            "Nothing of the audit trail is sealed yet: run `wangge audit seal`.",
            "审计记录尚未封存：请运行 `wangge audit seal`。",
        )
    return last["number"], bytes(last["head"]).hex()


def verify(engine: sa.Engine, *, kept: tuple[int, str] | None = None) -> Verified:
    """
    Check every row against its seal and every seal against the one before, in one moment.

    Parameters
    ----------
    kept
        Number and head of a batch as they were exported once: also tells a chain that somebody
        has made anew, or cut off, by whom the seals could be changed.
    """
    with engine.connect() as connection:
        options = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
        return _Check(connection.execution_options(**options), kept).run()


class _Check:
    """One walk along the chain."""

    def __init__(self, connection: sa.Connection, kept: tuple[int, str] | None) -> None:
        self._connection, self._kept = connection, kept
        self._pruned_through = store.pruned_through(connection)
        self._number, self._last_id, self._head = 0, 0, GENESIS
        self._rows = self._pruned = 0

    def run(self) -> Verified:
        broken = self._first_broken()
        newest = store.newest_id(self._connection)
        unsealed = store.count_after(self._connection, self._last_id) if newest else 0
        head = (self._number, self._head.hex()) if self._number else None
        return Verified(self._number, self._rows, self._pruned, unsealed, head, broken)

    def _first_broken(self) -> Broken | None:
        while seals := store.seals_after(self._connection, self._number, _SEALS_AT_ONCE):
            for seal in seals:
                broken = self._of_seal(seal) or self._of_rows(seal)
                if broken is not None:
                    return broken
                self._number, self._last_id = seal["number"], seal["last_id"]
                self._head = bytes(seal["head"])
        if self._kept is not None and self._kept[0] > self._number:
            return Broken(
                self._number + 1,
                None,
                f"the chain ends at batch {self._number}; the head kept elsewhere is of batch "
                f"{self._kept[0]}",
                f"链止于第 {self._number} 批，而另存的链头属于第 {self._kept[0]} 批",
            )
        return None

    def _of_seal(self, seal: Row) -> Broken | None:
        number = self._number + 1
        if seal["number"] != number:
            return Broken(number, None, "its seal is missing", "封条缺失")
        if bytes(seal["previous"]) != self._head:
            return Broken(
                number,
                None,
                "its seal does not follow from the batch before",
                "封条与前一批不衔接",
            )
        if head_of(seal) != bytes(seal["head"]):
            return Broken(number, None, "its seal was changed", "封条被改动")
        if self._kept is not None and self._kept[0] == number and not self._is_kept(seal):
            return Broken(
                number,
                None,
                "its head is not the one kept elsewhere: the chain was made anew",
                "链头与另存的不符：链被重做",
            )
        return None

    def _is_kept(self, seal: Row) -> bool:
        assert self._kept is not None  # noqa: S101
        return bytes(seal["head"]).hex() == self._kept[1].lower()

    def _of_rows(self, seal: Row) -> Broken | None:
        expected = dict(zip(seal["ids"], split_digests(bytes(seal["digests"])), strict=True))
        # One more than there may be is enough to tell that there are too many.
        limit = len(expected) + 1
        rows = store.events_between(self._connection, self._last_id, seal["last_id"], limit)
        if not rows and seal["number"] <= self._pruned_through:
            self._pruned += 1
            return None
        for row in rows:
            digest = expected.pop(row["id"], None)
            if digest is None:
                return _broken_row(seal, row["id"], "was added later", "是后来添加的")
            if digest != row_digest(row):
                return _broken_row(seal, row["id"], "was changed", "被改动")
        if expected:
            return _broken_row(seal, min(expected), "is missing", "缺失")
        self._rows += len(rows)
        return None


def _broken_row(seal: Row, row: int, en: str, zh: str) -> Broken:
    return Broken(seal["number"], row, f"row {row} {en}", f"第 {row} 行{zh}")


def exported(engine: sa.Engine, form: Literal["jsonl", "csv"]) -> Iterator[bytes]:
    """
    Yield the trail as lines, oldest first, as it is at one moment.

    JSON Lines are the very bytes that are hashed, each batch followed by its seal, so that
    anybody can check them without Wangge (docs/audit.md). CSV has the number of the batch with
    each row.
    """
    with engine.connect() as connection:
        options = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
        walk = _batches(connection.execution_options(**options))
        yield from _json_lines(walk) if form == "jsonl" else _csv_lines(walk)


def _batches(connection: sa.Connection) -> Iterator[tuple[Row | None, list[Row]]]:
    """Yield each seal with its rows, and at the end what is not sealed, in parts."""
    number = last_id = 0
    while seals := store.seals_after(connection, number, _SEALS_AT_ONCE):
        for seal in seals:
            size = len(seal["ids"]) + 1
            yield seal, store.events_between(connection, last_id, seal["last_id"], size)
            number, last_id = seal["number"], seal["last_id"]
    while rows := store.events_between(connection, last_id, _NO_END, 1000):
        yield None, rows
        last_id = rows[-1]["id"]


def _json_lines(walk: Iterator[tuple[Row | None, list[Row]]]) -> Iterator[bytes]:
    for seal, rows in walk:
        for row in rows:
            yield spelled(told(row)) + b"\n"
        if seal is not None:
            yield spelled({"seal": seal_document(seal), "head": bytes(seal["head"]).hex()}) + b"\n"


def _csv_lines(walk: Iterator[tuple[Row | None, list[Row]]]) -> Iterator[bytes]:
    # Spreadsheets take UTF-8 for what it is only with the mark in front.
    yield "\ufeff".encode() + _csv_line(["batch", *MEMBERS])
    for seal, rows in walk:
        for row in rows:
            members = told(row) | {"detail": spelled(row["detail"]).decode()}
            number = "" if seal is None else seal["number"]
            yield _csv_line([number, *(_cell(members[name]) for name in MEMBERS)])


def _cell(value: object) -> object:
    """Keep a spreadsheet from taking a text for a formula."""
    if isinstance(value, str) and value.startswith(("=", "+", "-", "@", "\t", "\r")):
        return f"'{value}"
    return value


def _csv_line(cells: list[object]) -> bytes:
    line = io.StringIO()
    csv.writer(line).writerow(cells)
    return line.getvalue().encode()


def prune(engine: sa.Engine, principal: Principal, *, days: int, now: datetime) -> int:
    """
    Delete rows of whole batches that were sealed more than `days` days ago; how many.

    Their seals stay, and so does a row that says up to which batch; the newest batch is never
    pruned. Only who owns the tables may.
    """
    with engine.begin() as connection:
        store.lock_sealing(connection)
        last = store.last_seal_before(connection, now - timedelta(days=days))
        if last is None or last["number"] <= store.pruned_through(connection):
            return 0
        gone = store.prune_through(connection, last["last_id"])
        audit.record(
            connection,
            principal,
            store.PRUNING,
            ("audit_seal", last["number"]),
            detail={"through": last["number"], "rows": gone, "days": days},
        )
        return gone
