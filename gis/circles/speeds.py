"""Walking speeds and cutoffs, printed with every figure."""

from __future__ import annotations

import math
from collections.abc import Sequence

from gis.errors import InputError

SPEEDS: dict[str, float] = {"adult": 1.2, "elder": 0.8, "frail": 0.6}
"""Preset walking speeds in metres a second (DESIGN section 6)."""

CUTOFFS_S: tuple[int, ...] = (300, 600, 900)
SLOWEST, FASTEST = 0.1, 3.0
_LONGEST_MINUTES = 240.0


def walking_speed(said: str | float) -> float:
    """
    Return a speed in metres a second: one of `SPEEDS` by name, or a number.

    Raises
    ------
    InputError
        Neither a name nor a number between 0.1 and 3.0.

    Examples
    --------
    >>> walking_speed("elder"), walking_speed("1.35"), walking_speed(1)
    (0.8, 1.35, 1.0)
    """
    if isinstance(said, str) and said.strip() in SPEEDS:
        return SPEEDS[said.strip()]
    try:
        speed = float(said)
    except ValueError:
        speed = math.nan
    if not SLOWEST <= speed <= FASTEST:
        names = ", ".join(SPEEDS)
        raise InputError(
            f"--speed {said}: give metres a second from {SLOWEST} to {FASTEST}, or one of {names}.",
            f"--speed {said}：请给出 {SLOWEST} 至 {FASTEST} 之间的米/秒数，或 {names} 之一。",
        )
    return speed


def cutoffs_of(minutes: str | Sequence[float]) -> tuple[int, ...]:
    """
    Return cutoffs in seconds, ascending, without repeats.

    Raises
    ------
    InputError
        No number, or one that is not above 0 and at most 240 minutes.

    Examples
    --------
    >>> cutoffs_of("15,5,10"), cutoffs_of([7.5])
    ((300, 600, 900), (450,))
    """
    parts = minutes.split(",") if isinstance(minutes, str) else list(minutes)
    try:
        numbers = [float(part) for part in parts]
    except ValueError:
        numbers = []
    if not numbers or not all(0 < n <= _LONGEST_MINUTES for n in numbers):
        raise InputError(
            f"--minutes {minutes}: give minutes such as 5,10,15, each up to 240.",
            f"--minutes {minutes}：请给出分钟数，如 5,10,15，每个不超过 240。",
        )
    return tuple(sorted({max(round(60 * n), 1) for n in numbers}))


def speed_words(speed_mps: float) -> str:
    """
    Name a speed for a figure.

    >>> speed_words(1.2), speed_words(1.35)
    ('adult 1.2 m/s', '1.35 m/s')
    """
    names = [name for name, preset in SPEEDS.items() if math.isclose(preset, speed_mps)]
    return f"{names[0]} {speed_mps:g} m/s" if names else f"{speed_mps:g} m/s"
