"""Links: absolute addresses with what they lead to."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from urllib.parse import quote, urlencode

from api.services.ogc.forms import HTML, Form
from gis.errors import Language

Query = Sequence[tuple[str, str]]
# A header that is longer than this some proxies do not let through; the body has the links too.
_LONGEST_HEADER = 3_000

_TITLES: dict[str, tuple[str, str]] = {
    "self": ("This document", "本文档"),
    "alternate": ("This document in the other form", "本文档的另一种格式"),
    "next": ("Next page", "下一页"),
}


@dataclass(frozen=True, slots=True)
class Link:
    """One link as JSON and the Link header give it."""

    href: str
    rel: str
    type: str
    title: str = ""

    def json(self) -> dict[str, str]:
        """Members of the link object."""
        told = {"href": self.href, "rel": self.rel, "type": self.type, "title": self.title}
        return {name: value for name, value in told.items() if value}


@dataclass(frozen=True, slots=True)
class Here:
    """
    The address that was asked for, and what is needed to write others.

    Attributes
    ----------
    root
        Absolute address of ``/ogc``, without a slash at the end.
    path
        Below it, each part quoted: "" or ``/collections/...``.
    query
        Parameters as they came.
    form, media_type
        The form answered in, and the media type of the JSON form.
    """

    root: str
    path: str
    query: Query
    form: Form
    media_type: str
    language: Language

    def at(self, *parts: str) -> str:
        """Absolute address below the root."""
        return "/".join((self.root, *(quote(part, safe="") for part in parts)))

    def own(self, **changed: str | None) -> str:
        """Absolute address of this document with some parameters changed; None takes one out."""
        kept = [(name, value) for name, value in self.query if name not in changed]
        added = [(name, value) for name, value in changed.items() if value is not None]
        query = urlencode([*kept, *added], safe=":/,", quote_via=quote)
        return f"{self.root}{self.path}{'?' if query else ''}{query}"

    def title(self, en: str, zh: str) -> str:
        """A sentence in the language of this answer."""
        return zh if self.language == "zh" else en

    def link(self, rel: str, href: str, media_type: str, title: tuple[str, str] = ("", "")) -> Link:
        """A link with its title in the language of this answer."""
        return Link(
            href,
            rel,
            media_type,
            self.title(*(title if any(title) else _TITLES.get(rel, ("", "")))),
        )

    def own_links(self) -> list[Link]:
        """``self`` and ``alternate``."""
        types: dict[Form, str] = {"json": self.media_type, "html": HTML}
        other: Form = "html" if self.form == "json" else "json"
        return [
            self.link("self", self.own(), types[self.form]),
            self.link("alternate", self.own(f=other), types[other]),
        ]


def link_header(links: Iterable[Link]) -> dict[str, str]:
    """Return the Link header, none at all when it would be too long."""
    value = ", ".join(f'<{link.href}>; rel="{link.rel}"; type="{link.type}"' for link in links)
    return {"Link": value} if len(value) <= _LONGEST_HEADER else {}
