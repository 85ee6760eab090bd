"""A legend as one SVG picture that asks for nothing else: for slides, documents, other maps."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import jinja2

from maps.legend import Legend, LegendItem
from maps.look import Look
from maps.tokens import tokens

_TEMPLATES = Path(__file__).parent / "templates"
_PADDING_PX, _SWATCH_PX, _LEAST_PX = 12, 40, 160
_ROW_PX, _NOTE_PX = 24, 18


@dataclass(frozen=True, slots=True)
class _Row:
    item: LegendItem
    top: int
    bands: list[tuple[float, float, str]]
    """Left edge, width and colour of each colour of the swatch."""


def legend_svg(legend: Legend, look: Look) -> str:
    """Return the picture, as wide and as high as its texts need."""
    texts = [_SWATCH_PX + width_px(item.label) for item in legend.items]
    inner = max([_LEAST_PX, width_px(legend.title), *texts])
    notes = broken(legend.note, inner * 14 // 12)
    first = _PADDING_PX + _ROW_PX + 4
    rows = [_Row(i, first + n * _ROW_PX, _bands(i)) for n, i in enumerate(legend.items)]
    below = first + len(rows) * _ROW_PX + 4
    environment = jinja2.Environment(loader=jinja2.FileSystemLoader(_TEMPLATES), autoescape=True)
    return environment.get_template("legend.svg").render(
        legend=legend,
        rows=rows,
        notes=[(text, below + 12 + n * _NOTE_PX) for n, text in enumerate(notes)],
        width=inner + 2 * _PADDING_PX,
        height=below + len(notes) * _NOTE_PX + _PADDING_PX - 4,
        left=_PADDING_PX,
        text_left=_PADDING_PX + _SWATCH_PX,
        title_base=_PADDING_PX + 15,
        patterns={i.pattern: i.ink for i in legend.items if i.pattern},
        face=tokens(look.theme)["face"],
        colour=look.colour,
        language="zh-CN" if look.language == "zh" else "en",
    )


def width_px(text: str) -> int:
    """Room that a text of 14 px takes, a little more than it needs."""
    return sum(15 if ord(sign) > 0x2E7F else 8 for sign in text)


def broken(text: str, most_px: int) -> list[str]:
    """
    Break a text of 14 px, at spaces or between Chinese signs, into lines of at most so many pixels.

    >>> broken("one two three", 70), broken("网格为管理界线", 60)
    (['one two', 'three'], ['网格为管', '理界线'])
    """
    parts = "".join(f"\0{s}\0" if ord(s) > 0x2E7F else s for s in text).replace(" ", "\0 \0")
    lines = [""]
    for part in filter(None, parts.split("\0")):
        # A full stop or comma never begins a line.
        if width_px(lines[-1] + part) > most_px and lines[-1] and part not in "，。；、：）":
            lines.append("")
        lines[-1] += part
    return [line.strip() for line in lines if line.strip()]


def _bands(item: LegendItem) -> list[tuple[float, float, str]]:
    colours = item.colours or (item.colour,)
    width = 26 / len(colours)
    return [(1 + n * width, width, colour) for n, colour in enumerate(colours)]
