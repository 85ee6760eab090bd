"""The public page of a grid or building, and its QR codes; it runs no script."""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import jinja2
import segno

from gis.errors import Language
from maps.feature_pages import Surroundings
from maps.texts import texts_of

_TEMPLATES = Path(__file__).parent / "templates"
_QUIET_ZONE = 4
"""Modules left white around a code, as the standard asks."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A post as the public page tells it; the name may be masked or left out."""

    title: str
    name: str | None
    vacant: bool


@dataclass(frozen=True, slots=True)
class Group:
    """The posts of one level."""

    title: str
    people: Sequence[Shown]


@dataclass(frozen=True, slots=True)
class WhoPage:
    """
    What the public page says.

    Attributes
    ----------
    address, grid, community
        Where it is; empty: not known, or no grid is published there.
    qr, sheet
        Addresses of its own code and of the sheet of codes; empty: none.
    """

    language: Language
    title: str
    address: str
    grid: str
    community: str
    groups: Sequence[Group]
    hotline: str
    office: str
    office_phone: str
    qr: str
    sheet: str

    @property
    def hotline_dialled(self) -> str:
        """Digits of the hotline."""
        return _dialled(self.hotline)

    @property
    def office_dialled(self) -> str:
        """Digits of the office's number."""
        return _dialled(self.office_phone)


@dataclass(frozen=True, slots=True)
class Code:
    """A QR code to print: what it is of, and where it leads."""

    name: str
    place: str
    leads_to: str

    @property
    def svg(self) -> str:
        """The code as SVG."""
        return qr_svg(self.leads_to)


@dataclass(frozen=True, slots=True)
class CodeSheet:
    """QR codes of a grid and of its buildings."""

    language: Language
    title: str
    codes: Sequence[Code]


def who_page_html(page: WhoPage, surroundings: Surroundings) -> str:
    """Render the page; whatever it is given is text, never HTML."""
    return _template("who.html").render(page=page, here=surroundings, texts=texts_of(page.language))


def code_sheet_html(sheet: CodeSheet, surroundings: Surroundings) -> str:
    """Render the sheet of codes."""
    return _template("who_sheet.html").render(
        page=sheet, here=surroundings, texts=texts_of(sheet.language)
    )


@cache
def _template(name: str) -> jinja2.Template:
    loader = jinja2.FileSystemLoader(_TEMPLATES)
    return jinja2.Environment(loader=loader, autoescape=True).get_template(name)


def qr_svg(text: str) -> str:
    """
    Draw a QR code as SVG, readable with an eighth of it dirty or torn (level M or better).

    Examples
    --------
    >>> qr_svg("https://grid.example/who/511599001001001")[:4]
    '<svg'
    """
    drawn = io.BytesIO()
    code = segno.make_qr(text, error="m")
    code.save(drawn, kind="svg", xmldecl=False, border=_QUIET_ZONE, omitsize=True, light="#ffffff")
    return drawn.getvalue().decode()


def _dialled(number: str) -> str:
    return re.sub(r"[^0-9+]", "", number)
