"""Ctrl-C while a division runs: the first stops it with the best so far, the second ends all."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

import click

from api.language import say

INTERRUPTED = 130
"""Exit code of a run that was stopped and whose best so far is written."""


@contextmanager
def stoppable() -> Iterator[threading.Event]:
    """
    Give an event that the first Ctrl-C sets; the second one raises KeyboardInterrupt.

    Outside the main thread, where no signal can be caught, the event is never set.
    """
    stopped = threading.Event()
    if threading.current_thread() is not threading.main_thread():
        yield stopped
        return

    def ask(_signal: int, _frame: FrameType | None) -> None:
        if stopped.is_set():
            raise KeyboardInterrupt
        stopped.set()
        en = "stopping with the best so far; Ctrl-C again gives up"
        click.echo("\n" + say(en, "正在以目前最好的结果收尾；再按一次 Ctrl-C 放弃"), err=True)

    before = signal.signal(signal.SIGINT, ask)
    try:
        yield stopped
    finally:
        signal.signal(signal.SIGINT, before)
