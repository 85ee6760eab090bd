"""The progress of a search on stderr: a bar on a terminal, now and then a line elsewhere."""

from __future__ import annotations

import math
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import click

from api.language import say

if TYPE_CHECKING:
    from rich.console import Console

    from gis.partition.clock import Standing, Tell

LINE_EVERY_S = 5.0


@contextmanager
def search_progress() -> Iterator[Tell]:
    """Show how a search stands; stdout stays clean."""
    from rich.console import Console

    console = Console(stderr=True)
    if console.is_terminal:
        with _bar(console) as tell:
            yield tell
    else:
        yield Lines(lambda line: click.echo(line, err=True))


def best_so_far(value: float) -> str:
    """Say what the best so far is worth."""
    if not math.isfinite(value):
        return say("none found yet", "尚未找到")
    return say(f"best so far {value:.10g}", f"目前最好 {value:.10g}")


@dataclass
class Lines:
    """A line at most every `LINE_EVERY_S` seconds; threads may call it at once."""

    write: Callable[[str], object]
    _last: float = 0.0
    _best: float = math.inf
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def __call__(self, standing: Standing) -> None:
        """Take notice of how a search stands."""
        with self._lock:
            self._best = min(self._best, standing.value)
            if standing.elapsed - self._last < LINE_EVERY_S:
                return
            self._last = standing.elapsed
            gone, best = f"{standing.elapsed:.0f}", best_so_far(self._best)
            self.write(say(f"{gone} s: {best}", f"{gone} 秒：{best}"))


@contextmanager
def _bar(console: Console) -> Iterator[Tell]:
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (BarColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    best = math.inf
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task(best_so_far(best), total=None)

        def tell(standing: Standing) -> None:
            nonlocal best
            best = min(best, standing.value)
            shown = best_so_far(best)
            bar.update(task, total=standing.seconds, completed=standing.elapsed, description=shown)

        yield tell
