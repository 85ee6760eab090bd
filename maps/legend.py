"""What the colours and patterns of a map mean."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

Shape = Literal["fill", "line", "point"]


@dataclass(frozen=True, slots=True)
class LegendItem:
    """
    One line of a legend.

    Attributes
    ----------
    colour
        Of the fill, the line, or the ring of a point.
    pattern
        Name of the pattern over the colour, an image of the sprite; empty: none.
    ink
        Colour of the pattern.
    opacity
        Of the fill; its border is whole.
    sign
        What is written into a point.
    colours
        Where several stand for one thing: all of them, `colour` first.
    """

    label: str
    colour: str
    shape: Shape = "fill"
    pattern: str = ""
    ink: str = ""
    opacity: float = 1.0
    sign: str = ""
    dashed: bool = False
    colours: tuple[str, ...] = ()

    def as_json(self) -> dict[str, object]:
        """Return what legend.json says of it; what does not apply is left out."""
        told: dict[str, object] = {
            "label": self.label,
            "colour": self.colour,
            "hatched": bool(self.pattern),
            "shape": self.shape,
        }
        for name in ("pattern", "ink", "sign", "dashed", "colours"):
            if getattr(self, name):
                told[name] = getattr(self, name)
        return told | ({"opacity": self.opacity} if self.opacity < 1 else {})


@dataclass(frozen=True, slots=True)
class Legend:
    """A legend: what is shown, its lines from top to bottom, and what one must know."""

    title: str
    items: Sequence[LegendItem]
    note: str = ""

    def as_json(self) -> dict[str, object]:
        """Return it as data."""
        items = [item.as_json() for item in self.items]
        return {"title": self.title, "items": items, "note": self.note}
