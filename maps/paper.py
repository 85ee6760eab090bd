"""Sheets of paper, and the scale at which a community fits one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from gis.errors import InputError

PaperName = Literal["a3", "a4"]
Turn = Literal["landscape", "portrait"]

_LONG_SHORT_MM: dict[PaperName, tuple[float, float]] = {"a3": (420.0, 297.0), "a4": (297.0, 210.0)}
# Denominators that people read at a glance, near enough for a sheet to be well filled.
# fmt: off
_MANTISSAS = (
    1000, 1250, 1500, 1750, 2000, 2250, 2500, 2750, 3000, 3500, 4000, 4500, 5000, 5500, 6000,
    6500, 7000, 7500, 8000, 9000,
)
# fmt: on
_LARGEST = 250
_BAR_STEPS = (1, 2, 2.5, 5)


@dataclass(frozen=True, slots=True)
class Paper:
    """A sheet; ``width_mm`` goes from left to right."""

    name: PaperName
    width_mm: float
    height_mm: float

    @property
    def turn(self) -> Turn:
        """How the sheet lies."""
        return "landscape" if self.width_mm > self.height_mm else "portrait"


def paper(name: str, turn: Turn = "landscape") -> Paper:
    """
    Return a sheet.

    >>> paper("a3")
    Paper(name='a3', width_mm=420.0, height_mm=297.0)

    Raises
    ------
    InputError
        There is no such paper.
    """
    if name not in _LONG_SHORT_MM:
        raise InputError(
            f"There is no paper {name!r}: say a3 or a4.", f"没有纸张“{name}”：请填 a3 或 a4。"
        )
    known: PaperName = "a3" if name == "a3" else "a4"
    long, short = _LONG_SHORT_MM[known]
    return Paper(known, long, short) if turn == "landscape" else Paper(known, short, long)


def fitting_scale(width_m: float, height_m: float, width_mm: float, height_mm: float) -> int:
    """
    Return the denominator of the largest round scale at which ground fits a frame.

    Parameters
    ----------
    width_m, height_m
        The ground.
    width_mm, height_mm
        The frame on paper.

    Examples
    --------
    >>> fitting_scale(1400, 900, 300, 250)
    5000
    >>> fitting_scale(1280, 900, 300, 250)
    4500
    >>> fitting_scale(10, 10, 300, 250)
    250
    """
    least = max(width_m / width_mm, height_m / height_mm) * 1000
    power = 1.0
    while _MANTISSAS[0] * power > max(least, _LARGEST):
        power /= 10
    while True:
        for mantissa in _MANTISSAS:
            denominator = mantissa * power
            if denominator >= max(least, _LARGEST) and denominator == int(denominator):
                return int(denominator)
        power *= 10


def bar_metres(scale: int, most_mm: float) -> int:
    """
    Return the length in metres of the longest round scale bar of at most `most_mm`.

    >>> bar_metres(2500, 60), bar_metres(5000, 60)
    (100, 250)
    """
    most = scale * most_mm / 1000
    power = 1
    while power * 10 <= most:
        power *= 10
    fitting = [step * power for step in _BAR_STEPS if step * power <= most]
    return int(max(fitting, default=1))
