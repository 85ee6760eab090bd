"""HTML files that stand alone: their templates and styles, and pages for paper without a map."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import jinja2
from markupsafe import Markup

from gis.errors import Language
from maps.assets import WEB

TEMPLATES = Path(__file__).parent / "templates"


def sheet_page(
    name: str,
    *,
    title: str,
    language: Language,
    values: Mapping[str, object],
    sheets: Sequence[str] = (),
    style: str = "",
) -> str:
    """
    Make a page for paper of the template ``name.html``: one HTML file, no script, no address.

    Parameters
    ----------
    title
        Plain text of the title.
    values
        What the template uses.
    sheets
        Names of style sheets that it shares with other templates.
    style
        Further style rules, such as those of ``@page``, that depend on the sheet.
    """
    environment = _environment()
    css = "\n".join(
        [
            read(WEB / "tokens.css"),
            read(TEMPLATES / "paper_tokens.css"),
            read(TEMPLATES / "sheet.css"),
            *(read(TEMPLATES / f"{sheet}.css") for sheet in (*sheets, name)),
            style,
        ]
    )
    body = environment.get_template(f"{name}.html").render(values)
    whole = environment.get_template("sheet.html")
    return whole.render(
        title=title,
        language=language,
        css=Markup(css),  # noqa: S704
        body=Markup(body),  # noqa: S704
    )


def template(name: str) -> Any:
    """Return the macros of a template, by their names."""
    return _environment().get_template(name).module


@cache
def _environment() -> jinja2.Environment:
    return jinja2.Environment(loader=jinja2.FileSystemLoader(TEMPLATES), autoescape=True)


def read(path: Path) -> str:
    """Return the text of a template or style sheet."""
    return path.read_text(encoding="utf-8")
