"""What is to be said of the input beside the figures: each oddity named, with its ids."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Remark:
    """
    One oddity of the input, in words a planner can act on.

    ``code`` is stable; ``ids`` names every row concerned, in order; nothing is lost by a remark:
    the rest is computed.
    """

    code: str
    en: str
    zh: str
    ids: tuple[str, ...] = ()

    def document(self) -> dict[str, object]:
        """Return plain values for JSON."""
        ids = list(self.ids)
        return {"code": self.code, "count": len(ids), "en": self.en, "zh": self.zh, "ids": ids}


def listed(ids: Iterable[object], limit: int = 5) -> tuple[str, str]:
    """
    Name the first few ids, in English and in Chinese.

    >>> listed(["a", "b", "c"], limit=2)
    ('a, b and 1 more', 'a、b 等 3 个')
    """
    names = [str(i) for i in ids]
    rest = len(names) - limit
    if rest <= 0:
        return ", ".join(names), "、".join(names)
    shown = names[:limit]
    return f"{', '.join(shown)} and {rest} more", f"{'、'.join(shown)} 等 {len(names)} 个"
