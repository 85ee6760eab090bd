"""How one map looks: colours of a theme, texts of a language, faces of the machine's own fonts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from gis.errors import Language
from maps.texts import texts_of
from maps.tokens import Theme, colour, tokens

Expression = list[Any]
"""An expression of the MapLibre style specification."""


@dataclass(frozen=True, slots=True)
class Look:
    """A theme and a language."""

    theme: Theme
    language: Language

    @property
    def texts(self) -> dict[str, str]:
        """Texts by their keys."""
        return texts_of(self.language)

    def colour(self, token: str) -> str:
        """Return a colour by the name of its token."""
        return colour(token, self.theme)

    def fonts(self, weight: Literal["Regular", "Semibold"] = "Regular") -> list[str]:
        """
        Return families of the machine's own fonts.

        MapLibre reads the weight from the first name; no machine has a family of that name, so
        the second is the one seen.
        """
        families = [name.strip().strip('"') for name in tokens(self.theme)["face"].split(",")]
        return [f"{families[0]} {weight}", *families]

    def told(self, text: str, **values: Expression) -> Expression:
        """
        Turn a text with ``{names}`` into an expression that fills them in.

        >>> Look("light", "zh").told("{n} 户", n=["get", "households"])
        ['concat', ['get', 'households'], ' 户']
        """
        parts: list[Any] = [text]
        for name, value in values.items():
            split: list[Any] = []
            for part in parts:
                pieces = part.split(f"{{{name}}}") if isinstance(part, str) else [part]
                for i, piece in enumerate(pieces):
                    split += [value] * (i > 0) + ([piece] if piece != "" else [])
            parts = split
        return ["concat", *parts]
