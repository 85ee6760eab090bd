"""What a division has found so far, on stderr: beside the bar on a terminal, else now and then."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from typing import Protocol

import click

from api.language import say

_LINE_EVERY_S = 5.0


class Bar(Protocol):
    """The part of click's bar that is used."""

    label: str

    def render_progress(self) -> None:
        """Draw the bar again."""


def best_so_far(bar: Bar, subject: str | None = None) -> Callable[[int, int], None]:
    """
    Give a function that tells the grids of the best division so far and their lower bound.

    The bar's label is what it was (or `subject`), with the figures behind it.
    """
    last = [time.monotonic()]

    def tell(grids: int, least: int) -> None:
        start = (subject or bar.label).split("  ")[0]
        en, zh = f"{grids} grids so far, at least {least}", f"目前 {grids} 个网格，至少 {least} 个"
        text = f"{start}  {say(en, zh)}"
        if sys.stderr.isatty():
            bar.label = text
            bar.render_progress()
        elif time.monotonic() - last[0] >= _LINE_EVERY_S:
            last[0] = time.monotonic()
            click.echo(text, err=True)

    return tell
