"""The design tokens as Python reads them, from the one file that holds them."""

from __future__ import annotations

import re
from functools import cache
from typing import Literal

from maps.assets import WEB

Theme = Literal["light", "dark"]

_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
_BLOCK = re.compile(r"^(:root|\[data-theme=\"dark\"\]) \{(.*?)^\}", re.DOTALL | re.MULTILINE)
_DECLARED = re.compile(r"--([\w-]+):\s*([^;]+);")
_NAMED = re.compile(r"var\(--([\w-]+)\)")


@cache
def tokens(theme: Theme) -> dict[str, str]:
    """
    Return every token of a theme by its name without the dashes; not to be modified.

    What the dark theme does not change it has from the light one; ``var(--name)`` is replaced by
    what the name means in the theme. Rules for small screens are left out.

    Examples
    --------
    >>> tokens("light")["paper"], tokens("dark")["ground"]
    ('#ffffff', '#0b1b2b')
    """
    blocks = dict(_BLOCK.findall(_COMMENT.sub("", (WEB / "tokens.css").read_text("utf-8"))))
    declared = dict(_DECLARED.findall(blocks[":root"]))
    if theme == "dark":
        declared |= dict(_DECLARED.findall(blocks['[data-theme="dark"]']))
    return {name: _NAMED.sub(lambda m: declared[m[1]], value) for name, value in declared.items()}


def colour(name: str, theme: Theme) -> str:
    """
    Return the colour of a token as ``#rrggbb``.

    >>> colour("kind-base", "light") == colour("area-3", "light")
    True
    """
    value = tokens(theme)[name]
    assert re.fullmatch(r"#[0-9a-f]{6}", value), f"--{name} is no plain colour: {value}"  # noqa: S101
    return value
