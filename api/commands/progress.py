"""The progress of an import on stderr: a bar on a terminal, now and then a line elsewhere."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import click

from api.language import say
from api.services.import_progress import STAGES, Progress, Stage, Tell
from gis.contracts import LAYERS

if TYPE_CHECKING:
    from rich.console import Console
    from rich.progress import Progress as Bar

LINE_EVERY_S = 5.0

_DONE: dict[Stage, tuple[str, str]] = {
    "reading": ("read", "已读取"),
    "checking": ("checked", "已检查"),
    "sending": ("sent to the database", "已送入数据库"),
    "storing": ("stored", "已存入"),
}
_DOING: dict[Stage, tuple[str, str]] = {
    "reading": ("reading", "正在读取"),
    "checking": ("checking", "正在检查"),
    "sending": ("sending to the database", "正在送入数据库"),
    "storing": ("storing", "正在存入"),
}


@contextmanager
def import_progress() -> Iterator[Tell]:
    """Show how far an import is; stdout stays clean."""
    from rich.console import Console

    console = Console(stderr=True)
    if console.is_terminal:
        with _bar(console) as tell:
            yield tell
    else:
        yield Lines(lambda line: click.echo(line, err=True))


def subject(progress: Progress) -> str:
    """Name the file and layer that the progress is of."""
    if progress.layer is None:
        return progress.file
    return f"{progress.file} {say(progress.layer, LAYERS[progress.layer].zh)}"


def told(progress: Progress) -> str:
    """Say how many rows the stage has done, of how many where that is known."""
    done, doing = say(*_DONE[progress.stage]), say(*_DOING[progress.stage])
    if progress.total is None:
        return doing
    rows, total = f"{progress.rows:,}", f"{progress.total:,}"
    if progress.rows == 0 < progress.total:
        return say(f"{doing} {total} rows", f"{doing} {total} 行")
    if progress.rows == progress.total:
        return say(f"{rows} rows {done}", f"{done} {rows} 行")
    return say(f"{rows} of {total} rows {done}", f"{done} {rows} 行，共 {total} 行")


@dataclass(slots=True)
class Lines:
    """A line at the beginning of a file, and then one at most every `LINE_EVERY_S` seconds."""

    write: Callable[[str], object]
    clock: Callable[[], float] = time.monotonic
    _file: str | None = None
    _last: float = 0.0

    def __call__(self, progress: Progress) -> None:
        """Take notice of progress."""
        now = self.clock()
        if progress.file == self._file and now - self._last < LINE_EVERY_S:
            return
        self._file, self._last = progress.file, now
        self.write(say(f"{subject(progress)}: ", f"{subject(progress)}：") + told(progress))


@contextmanager
def _bar(console: Console) -> Iterator[Tell]:
    from rich.progress import BarColumn, TextColumn, TimeElapsedColumn
    from rich.progress import Progress as Bar

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.fields[told]}"),
        TimeElapsedColumn(),
    )
    with Bar(*columns, console=console) as bar:
        yield _Bars(bar)


@dataclass(slots=True)
class _Bars:
    """One bar per layer of a file: it is full when every row went through every stage."""

    bar: Bar
    tasks: dict[str, Any] = field(default_factory=dict)

    def __call__(self, progress: Progress) -> None:
        name = subject(progress)
        if name not in self.tasks:
            self.tasks[name] = self.bar.add_task(name, total=None, told="")
        stages = len(STAGES) if progress.layer else 1
        total = None if progress.total is None else max(progress.total, 1)
        share = progress.rows / total if total else float(progress.total == 0)
        before = STAGES.index(progress.stage)
        full = None if total is None else stages
        self.bar.update(self.tasks[name], total=full, completed=before + share, told=told(progress))
