"""What must stand under every map: whose data, the map review number, what grid lines are."""

from __future__ import annotations

import html
from dataclasses import dataclass

from gis.errors import Language
from maps.texts import texts_of


@dataclass(frozen=True, slots=True)
class Attribution:
    """Owner of the data and map review number (审图号), as the operator has set them; or empty."""

    owner: str = ""
    review_number: str = ""

    def lines(self, language: Language) -> list[str]:
        """
        Return what is to be said, as plain text.

        >>> Attribution("Data office", "S(2026)1").lines("en")[:2]
        ['Data office', 'Map review no. S(2026)1']
        """
        texts = texts_of(language)
        review = f"{texts['map.review']} {self.review_number}" if self.review_number else ""
        return [line for line in (self.owner, review, texts["map.management-lines"]) if line]

    def as_html(self, language: Language) -> str:
        """Return one line of harmless HTML: map libraries take attributions for that."""
        return " · ".join(html.escape(line) for line in self.lines(language))
