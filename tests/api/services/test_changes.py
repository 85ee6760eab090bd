"""What listeners are told of changes: everything once, or that something was missed."""

from __future__ import annotations

import asyncio
import json
import time
import tracemalloc
import weakref
from collections.abc import Awaitable, Callable
from typing import Any

import numpy as np

from api.services.change_events import event_text
from api.services.changes import Changes, News, Next, Stream
from gis.store.changes import Change
from gis.store.sight import EVERYWHERE
from tests.apart import run_apart

_PATIENCE_S = 30.0


def change(xid: int, **more: Any) -> Change:
    told: dict[str, Any] = {"source": "building", "through": None, "plan_id": None, "public": True}
    boxes = np.array([[2**29, 2**29, 2**29, 2**29]])
    return Change(xid=xid, areas=("510000000001",), boxes=boxes, **(told | more))


def news(mark: int, *changes: Change) -> News:
    return News(mark, 0, changes)


def listening(test: Callable[[Changes], Awaitable[None]], *, floor: int = 0) -> None:
    async def run() -> None:
        changes = Changes()
        changes.take(News(10, floor, (), anew=True), time.monotonic())
        await test(changes)

    run_apart(run())


async def marks(stream: Stream) -> list[tuple[int, bool]]:
    """All that is waiting for a listener: marks, and whether something was lost before them."""
    found = []
    while (told := await stream.next(0)).news is not None or told.lost:
        found.append((told.mark, told.lost))
    return found


def test_a_listener_is_told_everything_in_order_and_once() -> None:
    async def test(changes: Changes) -> None:
        with changes.stream() as stream:
            for mark in (11, 12, 13):
                changes.take(news(mark, change(mark - 1)), time.monotonic())
            changes.take(news(14), time.monotonic())
            assert await marks(stream) == [(11, False), (12, False), (13, False)]
            # Nothing waits: the mark to go on from is the newest.
            assert (await stream.next(0)).mark == 14

    listening(test)


def test_a_listener_who_comes_back_is_told_what_was_missed() -> None:
    async def test(changes: Changes) -> None:
        changes.take(news(12, change(11)), time.monotonic())
        # A transaction that began before the mark and ended after it.
        changes.take(news(20, change(12), change(15)), time.monotonic())
        with changes.stream(12) as stream:
            told = await stream.next(_PATIENCE_S)
            assert told.news is not None
            assert [one.xid for one in told.news.changes] == [12, 15]
        with changes.stream(20) as stream:
            assert await marks(stream) == []

    listening(test)


def test_a_listener_whose_part_of_the_log_is_pruned_begins_anew() -> None:
    async def test(changes: Changes) -> None:
        for since in (3, 9_000_000):
            with changes.stream(since) as stream:
                assert await marks(stream) == [(10, True)]
        with changes.stream(10) as stream:
            assert await marks(stream) == []

    listening(test, floor=5)


def test_a_listener_who_does_not_read_is_told_that_something_is_lost() -> None:
    async def test(changes: Changes) -> None:
        with changes.stream() as slow:
            for mark in range(11, 111):
                changes.take(news(mark, change(mark)), time.monotonic())
            told = await marks(slow)
            # What was given up ends where the first that is told once more begins.
            assert told[0] == (75, True)
            assert [mark for mark, _ in told[1:]] == list(range(76, 111))

    listening(test)


def test_the_end_is_told_to_all_also_to_those_who_come_late() -> None:
    async def test(changes: Changes) -> None:
        with changes.stream() as early:
            waiting = asyncio.create_task(early.next(_PATIENCE_S))
            await asyncio.sleep(0)
            changes.end()
            assert (await waiting).over
        with changes.stream() as late:
            assert (await late.next(_PATIENCE_S)).over

    listening(test)


def test_memory_of_old_changes_is_bounded() -> None:
    async def test(changes: Changes) -> None:
        many = np.tile([[2**29, 2**29, 2**29, 2**29]], (60_000, 1))
        for mark in (11, 12, 13):
            changes.take(news(mark, Change(mark, "street", None, None, True, (), many)), 0.0)
        with changes.stream(11) as stream:
            assert await marks(stream) == [(13, True)]
        with changes.stream(13) as stream:
            assert await marks(stream) == [(13, False)]

    listening(test)


def test_memory_stays_the_same_however_many_small_changes_come() -> None:
    """Edits of single rows come for days; what is kept of them is 2 MB, as its words say."""

    async def test(changes: Changes) -> None:
        def edit(mark: int) -> None:
            changes.take(news(mark + 1, change(mark)), time.monotonic())

        for mark in range(100, 6_100):
            edit(mark)
        tracemalloc.start()
        for mark in range(6_100, 12_100):
            edit(mark)
        grown, _ = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        # All that stands was made since: nothing of the first six thousand is left.
        assert 1_000_000 < grown < 2_000_000
        with changes.stream(11_000) as stream:
            told = (await stream.next(_PATIENCE_S)).news
            assert told is not None
            assert [one.xid for one in told.changes] == list(range(11_000, 12_100))
        with changes.stream(6_200) as stream:
            assert await marks(stream) == [(12_100, True)]

    listening(test)


def test_what_the_log_no_longer_holds_is_not_kept() -> None:
    async def test(changes: Changes) -> None:
        old = change(11)
        gone = weakref.ref(old.boxes)
        changes.take(news(12, old), time.monotonic())
        del old
        changes.take(News(21, 15, (change(20),)), time.monotonic())
        assert gone() is None
        with changes.stream(15) as stream:
            assert [mark for mark, _ in await marks(stream)] == [21]
        with changes.stream(14) as stream:
            assert await marks(stream) == [(21, True)]

    listening(test)


def _events(text: bytes) -> list[dict[str, Any]]:
    lines = text.decode().splitlines()
    return [json.loads(line[6:]) for line in lines if line.startswith("data: ")]


def test_an_event_names_layers_and_the_place_in_degrees() -> None:
    text = event_text(Next(12, news(12, change(11), change(11))), None, EVERYWHERE)
    (told,) = _events(text)
    assert told["layers"] == ["buildings", "reach"]
    assert told["areas"] == ["510000000001"]
    (box,) = told["boxes"]
    assert np.allclose(box, 0, atol=1e-6)
    assert text.endswith(b"\n\nid: 12\n\n") or text.endswith(b"\nid: 12\n\n")


def test_drafts_are_told_of_to_those_who_follow_them() -> None:
    draft = news(12, change(11, source="plan_grid", plan_id=2, public=False))
    assert _events(event_text(Next(12, draft), None, EVERYWHERE)) == []
    assert _events(event_text(Next(12, draft), 3, EVERYWHERE)) == []
    (told,) = _events(event_text(Next(12, draft), 2, EVERYWHERE))
    assert (told["plan"], "grids" in told["layers"]) == (2, True)


def test_a_change_everywhere_has_no_boxes_and_a_loss_says_so() -> None:
    everywhere = Change(11, "site", None, None, True, (), None)
    (told,) = _events(event_text(Next(12, news(12, everywhere)), None, EVERYWHERE))
    assert told["boxes"] is None
    assert (
        event_text(Next(12, lost=True), None, EVERYWHERE) == b"event: reset\ndata: {}\nid: 12\n\n"
    )
