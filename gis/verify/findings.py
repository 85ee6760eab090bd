"""What the verifier says about one promise."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from gis.errors import Language, first_ids
from gis.verify.container import printable


@dataclass(frozen=True, slots=True)
class Finding:
    """
    One promise of a package.

    ``promise`` is a stable word for machines; ``ids`` names what breaks it, empty when it holds.
    """

    promise: str
    holds: bool
    community: str
    en: str
    zh: str
    ids: tuple[str, ...] = ()

    def sentence(self, language: Language) -> str:
        """Return the promise in words, and what breaks it."""
        text = self.zh if language == "zh" else self.en
        return f"{text}: {first_ids(self.ids)}" if self.ids else text

    def document(self) -> dict[str, object]:
        """Return plain values for JSON."""
        return {
            "promise": self.promise,
            "holds": self.holds,
            "community": self.community,
            "en": self.en,
            "zh": self.zh,
            "ids": list(self.ids),
        }


def promise(
    word: str, community: str, en: str, zh: str, broken_by: Iterable[object] = ()
) -> Finding:
    """State a promise that holds when nothing breaks it."""
    ids = tuple(printable(str(i)) for i in broken_by)
    return Finding(word, not ids, printable(community), en, zh, ids)
