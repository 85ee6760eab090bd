"""Embed keys in the memory of a process: looked up seldom, and never trusted for long."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

import pytest

from api.services.embed_keys import EmbedScope, EndedKey, OutsideKey, UnknownKey
from api.services.embed_memory import EmbedMemory
from gis.errors import NotFound
from tests.apart import run_apart

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)
SCOPE = EmbedScope(
    key_id=1,
    layers=frozenset({"grids"}),
    area_code="510000000000",
    codes=frozenset({"510000000000", "510000000001"}),
    origins=("https://screen.example",),
    contact="数据局",
    expires_at=NOW + timedelta(days=1),
    revoked_at=None,
)


@dataclass
class Book:
    """Keys as a database has them, and how often it was asked."""

    keys: dict[str, EmbedScope] = field(default_factory=lambda: {"wge_a": SCOPE})
    asked: int = 0
    now: float = 0.0

    async def look_up(self, key: str) -> EmbedScope | None:
        self.asked += 1
        found = self.keys.get(key)
        await asyncio.sleep(0)
        return found

    def memory(self) -> EmbedMemory:
        return EmbedMemory(self.look_up, lambda: self.now)


def in_loop(work: Callable[[], Awaitable[None]]) -> None:
    async def whole() -> None:
        await work()

    run_apart(whole())


def test_many_who_ask_at_once_cost_one_look_up() -> None:
    book = Book()
    memory = book.memory()

    async def work() -> None:
        scopes = await asyncio.gather(*(memory.scope("wge_a") for _ in range(100)))
        assert set(scopes) == {SCOPE}

    in_loop(work)
    assert book.asked == 1


def test_a_key_is_looked_up_again_after_half_a_second() -> None:
    book = Book()
    memory = book.memory()

    async def work() -> None:
        await memory.scope("wge_a")
        book.keys["wge_a"] = replace(SCOPE, revoked_at=NOW)
        book.now = 0.5
        assert (await memory.scope("wge_a")).revoked_at is None
        book.now = 0.51
        assert (await memory.scope("wge_a")).revoked_at == NOW

    in_loop(work)


def test_unknown_keys_are_refused_and_cost_a_look_up_in_half_a_second_at_most() -> None:
    book = Book()
    memory = book.memory()

    async def work() -> None:
        for key in ("wge_b", "wge_b", "other", "wge_" + "x" * 100):
            with pytest.raises(UnknownKey):
                await memory.scope(key)

    in_loop(work)
    assert book.asked == 1


def test_a_look_up_that_fails_is_tried_again() -> None:
    book = Book()
    broken = True

    async def look_up(key: str) -> EmbedScope | None:
        if broken:
            raise ConnectionError
        return await book.look_up(key)

    memory = EmbedMemory(look_up)

    async def work() -> None:
        nonlocal broken
        with pytest.raises(ConnectionError):
            await memory.scope("wge_a")
        broken = False
        assert await memory.scope("wge_a") == SCOPE

    in_loop(work)


def test_an_ended_key_says_since_when_and_whom_to_ask() -> None:
    SCOPE.require_standing(NOW)
    with pytest.raises(EndedKey) as expired:
        SCOPE.require_standing(SCOPE.expires_at)
    assert "2026-05-02" in expired.value.zh
    assert "数据局" in expired.value.zh
    with pytest.raises(EndedKey, match="2026-05-01"):
        replace(SCOPE, revoked_at=NOW).require_standing(NOW)


def test_foreign_and_unknown_read_the_same() -> None:
    assert SCOPE.area_within(None) == "510000000000"
    assert SCOPE.area_within("510000000001") == "510000000001"
    told = []
    for code in ("519999999999", "nowhere"):
        with pytest.raises(NotFound) as refused:
            SCOPE.area_within(code)
        told.append(refused.value.en.replace(code, ""))
    assert len(set(told)) == 1
    for layer in ("cells", "no-such-layer"):
        with pytest.raises(OutsideKey, match=f"does not open {layer}"):
            SCOPE.require_layers(["grids", "buildings", layer])
