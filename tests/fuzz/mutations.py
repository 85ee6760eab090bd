"""Random damage to good bytes; every draw comes from the generator passed in."""

from __future__ import annotations

import random
from collections.abc import Callable

_INTERESTING = (0, 1, 0x7F, 0x80, 0xFF, 0x0A, 0x2C, 0x22, 0x3C, 0x7B)
_NUMBERS = (b"NaN", b"Infinity", b"-1e308", b"1e400", b"999999999999", b"-0", b"null", b'"x"')
_SIZES = (0, 1, 2, 4, 8, 64, 255, 4096)


def _cut(data: bytes, rng: random.Random) -> bytes:
    return data[: rng.randrange(len(data))]


def _flip(data: bytes, rng: random.Random) -> bytes:
    damaged = bytearray(data)
    for _ in range(rng.choice((1, 1, 2, 4, 16, 64))):
        damaged[rng.randrange(len(damaged))] ^= 1 << rng.randrange(8)
    return bytes(damaged)


def _set(data: bytes, rng: random.Random) -> bytes:
    damaged = bytearray(data)
    for _ in range(rng.choice((1, 2, 8))):
        damaged[rng.randrange(len(damaged))] = rng.choice(_INTERESTING)
    return bytes(damaged)


def _header(data: bytes, rng: random.Random) -> bytes:
    """Damage among the first 200 bytes, where counts and lengths live."""
    damaged = bytearray(data)
    for _ in range(rng.choice((1, 2, 4))):
        damaged[rng.randrange(min(200, len(damaged)))] = rng.choice((*_INTERESTING, 0x27, 0x40))
    return bytes(damaged)


def _tail(data: bytes, rng: random.Random) -> bytes:
    """Damage among the last 300 bytes, where Parquet and zip keep their table of contents."""
    damaged = bytearray(data)
    for _ in range(rng.choice((1, 2, 4))):
        damaged[-1 - rng.randrange(min(300, len(damaged)))] = rng.randrange(256)
    return bytes(damaged)


def _drop(data: bytes, rng: random.Random) -> bytes:
    start = rng.randrange(len(data))
    return data[:start] + data[start + rng.choice(_SIZES) :]


def _repeat(data: bytes, rng: random.Random) -> bytes:
    start = rng.randrange(len(data))
    piece = data[start : start + rng.choice(_SIZES)]
    return data[:start] + piece * rng.choice((2, 3, 50)) + data[start:]


def _blank(data: bytes, rng: random.Random) -> bytes:
    start, size = rng.randrange(len(data)), rng.choice(_SIZES)
    return (data[:start] + bytes(size) + data[start + size :])[: len(data)]


def _swap(data: bytes, rng: random.Random) -> bytes:
    middle = rng.randrange(1, len(data))
    return data[middle:] + data[:middle]


def _number(data: bytes, rng: random.Random) -> bytes:
    """Put an odd number in place of some digits."""
    digits = [i for i, c in enumerate(data[:20_000]) if 48 <= c <= 57] or [0]
    at = rng.choice(digits)
    return data[:at] + rng.choice(_NUMBERS) + data[at + rng.randrange(1, 6) :]


_MUTATIONS: tuple[Callable[[bytes, random.Random], bytes], ...] = (
    _cut,
    _flip,
    _set,
    _header,
    _tail,
    _drop,
    _repeat,
    _blank,
    _swap,
    _number,
)


def damaged(data: bytes, rng: random.Random) -> bytes:
    """Damage `data` in one to three random ways."""
    for _ in range(rng.choice((1, 1, 1, 2, 3))):
        if len(data) > 1:
            data = rng.choice(_MUTATIONS)(data, rng)
    return data
