"""Plain pages of tables and links for those who open ``/ogc`` in a browser; they run no script."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import jinja2

from gis.errors import Language

_TEMPLATES = Path(__file__).parent / "templates"


@dataclass(frozen=True, slots=True)
class Surroundings:
    """
    What a page needs of the service.

    Attributes
    ----------
    own
        Address of the folder of style sheets and the icon.
    home
        Address of the start page.
    """

    own: str
    home: str
    attribution: str
    review_number: str


@dataclass(frozen=True, slots=True)
class Cell:
    """A text, perhaps one that leads somewhere; numbers stand at the right."""

    text: str
    href: str = ""
    number: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under their heads; without heads the first cell of a row is its head."""

    caption: str
    heads: Sequence[str]
    rows: Sequence[Sequence[Cell]]


@dataclass(frozen=True, slots=True)
class FeaturePage:
    """
    One page.

    Attributes
    ----------
    crumbs
        The way here, from the root; the last one is this page.
    forms
        The same in other forms and languages.
    onward
        Links below the tables.
    """

    language: Language
    title: str
    description: str
    crumbs: Sequence[Cell]
    forms: Sequence[Cell]
    tables: Sequence[Table]
    onward: Sequence[Cell]


@cache
def _template() -> jinja2.Template:
    loader = jinja2.FileSystemLoader(_TEMPLATES)
    return jinja2.Environment(loader=loader, autoescape=True).get_template("features.html")


def feature_page_html(page: FeaturePage, surroundings: Surroundings) -> str:
    """Render a page; whatever it is given is text, never HTML."""
    return _template().render(page=page, here=surroundings)
