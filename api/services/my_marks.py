"""Done marks as they come from phones, late, twice or on buildings that have passed on."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from api.principal import Principal
from api.schemas.my import Mark, MarkResult, MarkResults
from api.services import audit
from api.services.my_asker import Asker, asker_of
from api.today import HERE, day_of
from gis.errors import Conflict, Language
from gis.store import visits as store

AHEAD = timedelta(minutes=10)
"""So far may the clock of a phone go ahead."""
OLDEST = timedelta(days=62)
"""Marks that waited longer on a phone are refused."""

Row = Mapping[str, Any]
Sentence = tuple[str, str]


class OtherAccount(Conflict):
    """Marks made under another account than the one that sends them."""

    code = "other-account"


@dataclass(frozen=True, slots=True)
class _Judged:
    """What becomes of a mark: a row to store or none, and a sentence in English and Chinese."""

    mark: Mark
    row: dict[str, object] | None
    said: Sentence = ("", "")
    known: bool = False

    def result(self, language: Language, moved: Mapping[uuid.UUID, bool]) -> MarkResult:
        """Tell it to the phone."""
        kept = self.known or self.row is not None
        status = "refused"
        if kept:
            status = "moved" if moved.get(self.mark.client) else "kept"
        message = self.said[1] if language == "zh" else self.said[0]
        return MarkResult.model_validate(
            {"client": self.mark.client, "status": status, "message": message}
        )


def store_marks(
    engine: sa.Engine,
    principal: Principal,
    marks: Sequence[Mark],
    *,
    made_in: str | None = None,
    now: datetime,
    language: Language,
) -> MarkResults:
    """
    Store what can stand of a batch of marks, and tell for each what became of it.

    A mark that came before is answered as it was then. One in the future, too old, on a building
    that was never the worker's, or with more households than live there is refused in words; the
    others stand. On a building that has passed to another it is kept, and both are told.

    Parameters
    ----------
    made_in
        `Asker.key` of the account they were made under; None: not told.
    now
        Moment at which they arrived.

    Raises
    ------
    OtherAccount
        They were made under another account; nothing was stored.
    """
    with engine.begin() as connection:
        asker = asker_of(connection, principal, day_of(now))
        if made_in is not None and made_in != asker.key:
            raise OtherAccount(
                "These marks were made under another account; nothing was stored. Whoever made "
                "them signs in and sends them.",
                "这些标记由其他账号记录，未保存。请原账号登录后发送。",
            )
        judging = _Judging(connection, asker, marks, now)
        judged = [judging.judge(mark) for mark in marks]
        rows = [one.row for one in judged if one.row is not None]
        store.insert_marks(connection, rows)
        if rows:
            audit.record(connection, principal, "visit.mark", detail={"marks": len(rows)})
    moved = {one.mark.client: _moved(one, judging) for one in judged}
    return MarkResults(results=[one.result(language, moved) for one in judged])


def _moved(one: _Judged, judging: _Judging) -> bool:
    row = judging.known.get(one.mark.client) if one.known else one.row
    return row is not None and row["now_grid_id"] is not None


class _Judging:
    """One batch beside what the database knows of its buildings."""

    def __init__(
        self, connection: sa.Connection, asker: Asker, marks: Sequence[Mark], now: datetime
    ) -> None:
        buildings = sorted({mark.building for mark in marks})
        self.asker, self.now = asker, now
        since = day_of(now - OLDEST)
        codes = asker.principal.grids
        self.known = store.known_marks(connection, [mark.client for mark in marks])
        self.places = store.places(connection, buildings)
        self.holders: dict[str, list[Row]] = {}
        for row in store.holders(connection, buildings, since, asker.worker_id, codes):
            self.holders.setdefault(row["building_code"], []).append(row)
        self.came: set[uuid.UUID] = set()

    def judge(self, mark: Mark) -> _Judged:
        """Decide on one mark."""
        before = self.known.get(mark.client)
        if before is not None or mark.client in self.came:
            return self._again(mark, before)
        # Nothing of a building, not even its households, is told before it is known to be theirs.
        held = self._held(mark)
        fault = self._untimely(mark) or _contradiction(mark)
        fault = fault or self._misplaced(mark, held) or self._miscounted(mark)
        if fault or held is None:
            return _Judged(mark, None, fault or _foreign(mark))
        now_grid = self._now_in(mark, held)
        self.came.add(mark.client)
        return _Judged(mark, self._row(mark, held, now_grid), _passed_on(mark, now_grid))

    def _again(self, mark: Mark, before: Row | None) -> _Judged:
        own = before is None or before["made_by"] == self.asker.principal.name
        if own:
            return _Judged(mark, None, known=True)
        return _Judged(
            mark,
            None,
            (
                "This mark was sent by another account before; nothing was stored.",
                "该标记已由其他账号提交过，未重复保存。",
            ),
        )

    def _untimely(self, mark: Mark) -> Sentence | None:
        dated = mark.marked_at.astimezone(HERE)
        if mark.marked_at > self.now + AHEAD:
            return (
                f"The mark is dated {dated:%Y-%m-%d %H:%M}, which is yet to come: set the "
                "clock of the phone, then mark the building again.",
                f"标记时间 {dated:%Y-%m-%d %H:%M} 晚于当前时间：请校准手机时钟后重新标记。",
            )
        if mark.marked_at < self.now - OLDEST:
            return (
                f"The mark of {dated:%Y-%m-%d} waited more than {OLDEST.days} days and "
                "no longer counts.",
                f"{dated:%Y-%m-%d} 的标记已超过 {OLDEST.days} 天，不再计入。",
            )
        return None

    def _misplaced(self, mark: Mark, held: Row | None) -> Sentence | None:
        known = mark.stairwell is None or (mark.building, mark.stairwell) in self.places
        return None if known and held is not None else _foreign(mark)

    def _miscounted(self, mark: Mark) -> Sentence | None:
        all_of = self.places.get((mark.building, mark.stairwell))
        if all_of is None or mark.households <= all_of:
            return None
        return (
            f"{mark.households} households cannot have been met: {all_of} live there.",
            f"该处共 {all_of} 户，不可能见到 {mark.households} 户，请更正后重新标记。",
        )

    def _held(self, mark: Mark) -> Row | None:
        """Return how the building is or lately was the maker's: best on the marked day."""
        mine = self._mine(mark)
        day = day_of(mark.marked_at)
        then = [row for row in mine if _holds(row, day)]
        last = then or sorted(mine, key=_until)
        return last[-1] if last else None

    def _places(self, mark: Mark) -> list[Row]:
        rows = self.holders.get(mark.building, [])
        if mark.stairwell is None:
            return rows
        return [row for row in rows if row["stairwell"] in (None, mark.stairwell)]

    def _mine(self, mark: Mark) -> list[Row]:
        alone = (None, mark.stairwell)
        return [r for r in self._places(mark) if _is_mine(r) and r["post_stairwell"] in alone]

    def _now_in(self, mark: Mark, held: Row) -> int | None:
        """Return the grid of another that the building is in today; None: it is one's own."""
        today = self.asker.day
        now = [row for row in self._places(mark) if _stands(row, today)]
        if any(_holds(row, today) for row in self._mine(mark)):
            return None
        others = [row["grid_id"] for row in now if row["micro"] == held["micro"]]
        return others[0] if others and others[0] != held["grid_id"] else None

    def _row(self, mark: Mark, held: Row, now_grid: int | None) -> dict[str, object]:
        return {
            "client": mark.client,
            "building_code": mark.building,
            "stairwell_code": mark.stairwell,
            "grid_id": held["grid_id"],
            "now_grid_id": now_grid,
            "worker_id": self.asker.worker_id,
            "made_by": self.asker.principal.name,
            "day": day_of(mark.marked_at),
            "outcome": mark.outcome,
            "households": mark.households,
            # The offset of a phone may be one that PostgreSQL does not know.
            "marked_at": mark.marked_at.astimezone(UTC),
        }


def _contradiction(mark: Mark) -> Sentence | None:
    if (mark.outcome == "seen") == (mark.households > 0):
        return None
    return (
        "Households are counted when somebody was met, and only then: give 1 or more with "
        "'seen', 0 otherwise.",
        "见到人时户数应至少为 1，未见到人时应为 0，请更正后重新标记。",
    )


def _foreign(mark: Mark) -> Sentence:
    # The same words for what is another's and for what does not exist.
    return (
        f"Building {mark.building} is not in your grids; nothing was stored.",
        f"楼栋 {mark.building} 不在您的网格内，未保存。",
    )


def _passed_on(mark: Mark, now_grid: int | None) -> Sentence:
    if now_grid is None:
        return "", ""
    return (
        f"Building {mark.building} has passed to another grid meanwhile; the mark is kept and "
        "its worker sees it.",
        f"楼栋 {mark.building} 已移交其他网格；标记已保存，接手的网格员也能看到。",
    )


def _is_mine(row: Row) -> bool:
    return bool(row["posted"] or row["named"])


def _within(day: date, begins: date | None, ends: date | None) -> bool:
    return (begins is None or begins <= day) and (ends is None or day < ends)


def _stands(row: Row, day: date) -> bool:
    return _within(day, row["begins"], row["ends"])


def _holds(row: Row, day: date) -> bool:
    """Whether the building was in the grid and the grid the maker's on a day."""
    post = row["named"] or _within(day, row["post_begins"], row["post_ends"])
    return _stands(row, day) and bool(post)


def _until(row: Row) -> date:
    ends = [day for day in (row["ends"], None if row["named"] else row["post_ends"]) if day]
    return min(ends, default=date.max)
