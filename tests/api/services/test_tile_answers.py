"""Tiles in memory: drawn once for many, never stored when a change overtook them, bounded."""

from __future__ import annotations

import asyncio
import threading
import time
import tracemalloc
from collections.abc import Awaitable, Callable
from datetime import date
from typing import Any

import anyio
import numpy as np
import pytest

from api.encodings import Encoding, decoded
from api.seeing import ANYONE
from api.services.changes import Changes, News
from api.services.tile_answers import TileAnswers
from api.services.tile_cache import EncodedTile, Tile, TileCache
from api.services.tile_places import TilePlaces
from gis.errors import NotFound
from gis.store.changes import GRID_BITS, Change
from gis.store.sight import Outlook
from maps.tiles import DrawnTile, TileRequest
from tests.apart import run_apart

_DAY = date(2026, 5, 1)
_PATIENCE_S = 30.0


PLANS_SEEN = Outlook(None, drafts=True, known=True)


class Ground:
    """Tiles that say how often they were drawn; drawing waits until it may end."""

    def __init__(self, size: int = 200) -> None:
        self.size = size
        self.drawings = 0
        self.reads = threading.Event()
        self.may_end = threading.Event()
        self.may_end.set()

    def draw(self, request: TileRequest) -> tuple[DrawnTile, bool]:
        self.drawings += 1
        body = str(self.drawings).encode().rjust(self.size)
        self.reads.set()
        assert self.may_end.wait(_PATIENCE_S)
        if request.kind == "fails":
            raise NotFound("nothing", "无")
        return DrawnTile(body), request.plan_id != 2

    def require_plan(self, plan_id: int, outlook: Outlook) -> None:
        if plan_id == 2 and not outlook.drafts:
            raise NotFound("no plan", "无")


def tile(x: int = 0, **more: Any) -> TileRequest:
    return TileRequest(("buildings",), 10, x, 0, _DAY, **more)


def news_at(x: int, mark: int, **more: Any) -> News:
    """A change in the middle of tile 10/x/0."""
    side = 1 << GRID_BITS - 10
    middle = [x * side + side // 2, side // 2] * 2
    told = {"source": "building", "through": None, "plan_id": None, "public": True, **more}
    return News(mark, 0, (Change(xid=mark, areas=(), boxes=np.array([middle]), **told),))


def told(changes: Changes, news: News) -> None:
    changes.take(news, time.monotonic())


def answering(
    ground: Ground, test: Callable[[TileAnswers, Changes], Awaitable[None]], most: int = 10**6
) -> None:
    async def run() -> None:
        changes = Changes()
        answers = TileAnswers(
            ground, anyio.Semaphore(4), changes, most_bytes=most, cache_control="no-cache"
        )
        told(changes, News(1, 0, (), anew=True))
        await test(answers, changes)

    run_apart(run())


async def drawing(answers: TileAnswers, request: TileRequest, outlook: Outlook = ANYONE) -> int:
    """Which drawing a client is answered with."""
    found = await answers.tile(request, "gzip", outlook)
    body = (await answers.encoded(found, "gzip")).body
    return int(decoded(body, "gzip"))


async def begun(ground: Ground) -> None:
    assert await asyncio.to_thread(ground.reads.wait, _PATIENCE_S)


def test_a_cold_tile_is_drawn_once_for_a_thousand_clients() -> None:
    ground = Ground()

    async def test(answers: TileAnswers, _: Changes) -> None:
        clients = (drawing(answers, tile()) for _ in range(1000))
        assert set(await asyncio.gather(*clients)) == {1}
        assert await drawing(answers, tile()) == 1

    answering(ground, test)
    assert ground.drawings == 1


def test_a_client_that_leaves_takes_the_tile_from_no_other() -> None:
    ground = Ground()

    async def test(answers: TileAnswers, _: Changes) -> None:
        ground.may_end.clear()
        first, second = (asyncio.create_task(drawing(answers, tile())) for _ in range(2))
        await begun(ground)
        first.cancel()
        ground.may_end.set()
        assert await second == 1

    answering(ground, test)


def test_a_failure_is_told_to_all_who_wait_and_not_remembered() -> None:
    ground = Ground()

    async def test(answers: TileAnswers, _: Changes) -> None:
        clients = [drawing(answers, tile(kind="fails")) for _ in range(5)]
        answers_got = await asyncio.gather(*clients, return_exceptions=True)
        assert {type(one) for one in answers_got} == {NotFound}
        assert ground.drawings == 1
        with pytest.raises(NotFound):
            await drawing(answers, tile(kind="fails"))
        assert ground.drawings == 2

    answering(ground, test)


def test_what_changed_while_it_was_drawn_is_neither_stored_nor_joined() -> None:
    ground = Ground()

    async def test(answers: TileAnswers, changes: Changes) -> None:
        ground.may_end.clear()
        early = asyncio.create_task(drawing(answers, tile()))
        await begun(ground)
        told(changes, news_at(0, 2))
        late = asyncio.create_task(drawing(answers, tile()))
        await asyncio.sleep(0)
        ground.may_end.set()
        # Who asked before the change may see the old tile, who asked after it must not.
        assert (await early, await late) == (1, 2)
        assert await drawing(answers, tile()) == 2

    answering(ground, test)


def test_what_changed_elsewhere_leaves_a_drawing_and_a_kept_tile_alone() -> None:
    ground = Ground()

    async def test(answers: TileAnswers, changes: Changes) -> None:
        ground.may_end.clear()
        early = asyncio.create_task(drawing(answers, tile()))
        await begun(ground)
        told(changes, news_at(5, 2))
        told(changes, news_at(0, 3, source="street"))
        told(changes, news_at(0, 4, source="plan_grid", plan_id=7))
        ground.may_end.set()
        assert await early == await drawing(answers, tile()) == 1
        told(changes, news_at(0, 5))
        assert await drawing(answers, tile()) == 2

    answering(ground, test)


def test_nothing_kept_is_served_while_the_log_is_not_known_to_its_end() -> None:
    ground = Ground()

    async def test(answers: TileAnswers, changes: Changes) -> None:
        assert await drawing(answers, tile()) == 1
        changes.lose()
        assert await drawing(answers, tile()) == 2
        # The log was read on from where it was left: what is kept is true again.
        told(changes, News(9, 0, ()))
        assert await drawing(answers, tile()) == 2
        # It could not be read on: nothing is.
        told(changes, News(10, 10, (), anew=True))
        assert await drawing(answers, tile()) == 3

    answering(ground, test)


def test_memory_is_bounded_and_what_was_used_lately_stays() -> None:
    ground = Ground()

    async def test(answers: TileAnswers, _: Changes) -> None:
        assert await drawing(answers, tile(0)) == 1
        for x in range(1, 200):
            await drawing(answers, tile(x))
            assert answers.cache.bytes <= 50_000
            assert await drawing(answers, tile(0)) == 1
        before = ground.drawings
        await drawing(answers, tile(1))
        assert ground.drawings == before + 1

    answering(ground, test, most=50_000)


@pytest.mark.parametrize("encodings", [("gzip",), ("gzip", "br", "identity")])
def test_a_kept_tile_weighs_what_is_counted_for_it(encodings: tuple[Encoding, ...]) -> None:
    async def test(answers: TileAnswers, changes: Changes) -> None:
        # Modules and caches of the first use are not the tile's.
        await drawing(answers, tile(10_000))
        before = answers.cache.bytes
        tracemalloc.start()
        for x in range(300):
            told(changes, News(1, 0, ()))
            found = await answers.tile(tile(x), encodings[0], ANYONE)
            for encoding in encodings:
                await answers.encoded(found, encoding)
            for number in range(3):
                path = f"/tiles/buildings/10/{x}/0.mvt"
                answers.cache.spell(found, (path, f"at=2026-05-01&v={number}".encode(), None), _DAY)
        weighs, _ = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        counted = answers.cache.bytes - before
        assert len(answers.cache) == 301
        assert 0.7 * counted < weighs <= counted

    answering(Ground(size=2_000), test, most=10**9)


def test_an_address_is_known_once_it_was_served_and_today_ends_at_midnight() -> None:
    ground = Ground()
    spelling = ("/tiles/buildings/10/0/0.mvt", b"", None)

    async def test(answers: TileAnswers, changes: Changes) -> None:
        found = await answers.tile(tile(), "gzip", ANYONE)
        assert answers.remembered(spelling, _DAY, "gzip") is None
        answers.cache.spell(found, spelling, _DAY)
        known = answers.remembered(spelling, _DAY, "gzip")
        assert known is found.encoded["gzip"]
        assert answers.remembered(spelling, date(2026, 5, 2), "gzip") is None
        told(changes, news_at(0, 2))
        assert answers.remembered(spelling, _DAY, "gzip") is None

    answering(ground, test)


def test_one_tile_has_a_bounded_number_of_addresses() -> None:
    async def test(answers: TileAnswers, _: Changes) -> None:
        found = await answers.tile(tile(), "gzip", ANYONE)
        for number in range(100):
            answers.cache.spell(found, ("/tiles", str(number).encode(), None), None)
        assert answers.remembered(("/tiles", b"99", None), _DAY, "gzip") is not None
        assert answers.remembered(("/tiles", b"0", None), _DAY, "gzip") is None
        assert answers.cache.bytes < 10_000

    answering(Ground(), test)


def test_each_encoding_has_a_tag_of_its_own_and_one_content() -> None:
    ground = Ground()

    async def test(answers: TileAnswers, _: Changes) -> None:
        found = await answers.tile(tile(), "gzip", ANYONE)
        names: tuple[Encoding, ...] = ("br", "gzip", "identity")
        made = {name: await answers.encoded(found, name) for name in names}
        assert len({one.etag for one in made.values()}) == 3
        assert {decoded(one.body, name) for name, one in made.items()} == {b"1".rjust(200)}

    answering(ground, test)
    assert ground.drawings == 1


def test_the_tile_of_a_draft_is_for_those_who_may_see_it() -> None:
    ground = Ground()

    async def test(answers: TileAnswers, _: Changes) -> None:
        draft = tile(plan_id=2)
        assert await drawing(answers, draft, PLANS_SEEN) == 1
        with pytest.raises(NotFound):
            await drawing(answers, draft)
        answers.cache.spell(await answers.tile(draft, "gzip", PLANS_SEEN), ("/t", b"", None), None)
        assert answers.remembered(("/t", b"", None), _DAY, "gzip") is None

    answering(ground, test)


def test_a_courtyard_stands_for_its_buildings_at_low_zooms_only() -> None:
    places = TilePlaces()
    low, high = (
        TileRequest(("buildings",), 13, 0, 0, _DAY),
        TileRequest(("buildings",), 14, 0, 0, _DAY),
    )
    for request in (low, high):
        places.add(request)
    everywhere = Change(2, "building", "courtyard", None, True, (), None)
    assert places.touched(News(2, 0, (everywhere,))) == {low}


def test_a_change_of_the_area_tree_touches_all_tiles_narrowed_by_it() -> None:
    places = TilePlaces()
    narrowed, whole = tile(0, community="510000000001"), tile(0)
    for request in (narrowed, whole):
        places.add(request)
    assert places.touched(news_at(5, 2, source="area")) == {narrowed}


def test_an_address_that_is_long_is_not_remembered() -> None:
    """An address may have 64 KB, and costs its sender nothing; eight are kept for each tile."""
    day = date(2026, 5, 1)
    request = TileRequest(("communities",), 10, 809, 427, day)
    tile = Tile(request, True, {"identity": EncodedTile(b"x" * 99, b'"x"', (), ())})
    cache = TileCache(10_000_000)
    cache.keep(tile)
    short, long = ("/tiles/a", b"z=1", None), ("/tiles/a", b"z=" + b"1" * 60_000, None)
    for spelling in (short, long):
        cache.spell(tile, spelling, None)
    assert cache.by_address(short, day) is tile
    assert cache.by_address(long, day) is None
