"""How far an import is, in rows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from gis.contracts import LayerName

Stage = Literal["reading", "checking", "sending", "storing"]
STAGES: tuple[Stage, ...] = ("reading", "checking", "sending", "storing")


@dataclass(frozen=True, slots=True)
class Progress:
    """
    Rows of one layer of one file that a stage has done.

    ``layer`` is None while an extract of many layers is read; ``total`` is None while nobody
    knows how many rows there are. Bad rows are read and checked, but neither sent nor stored,
    so totals of the later stages may be smaller.
    """

    file: str
    layer: LayerName | None
    stage: Stage
    rows: int
    total: int | None


Tell = Callable[[Progress], None]
"""Called as rows are done, at most a few times a second."""


def quiet(_: Progress) -> None:
    """Tell nobody."""


@dataclass(frozen=True, slots=True)
class Teller:
    """What tells of one layer of one file."""

    tell: Tell
    file: str
    layer: LayerName | None

    def begun(self, stage: Stage, total: int | None = None) -> None:
        """Say that a stage begins."""
        self.tell(Progress(self.file, self.layer, stage, 0, total))

    def done(self, stage: Stage, rows: int) -> None:
        """Say that all rows of a stage are done."""
        self.tell(Progress(self.file, self.layer, stage, rows, rows))

    def over(self, stage: Stage, total: int) -> Callable[[int], None]:
        """Return what a stage calls with the rows it has done so far."""

        def on(rows: int) -> None:
            self.tell(Progress(self.file, self.layer, stage, rows, total))

        return on
