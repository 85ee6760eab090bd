"""
The tree of faults. Each class has a stable ``code``; a message names the first ids and the remedy.

    WanggeError
    ├── InputError                 what was given cannot be used (command line: exit 2)
    │   ├── UnreadableFile         missing, damaged, wrong format, unsafe archive
    │   ├── WrongCrs               no CRS, a geographic one where metres are needed, unknown name
    │   ├── WrongPlace             the file does not lie on its community
    │   ├── WrongColumns           a column is missing or cannot be mapped
    │   ├── InvalidGeometry        missing, empty, invalid or of the wrong type
    │   ├── InvalidRules           a rule set that contradicts itself or is not one
    │   ├── InvalidScenario        a scenario that breaks its schema or does not fit the layers
    │   └── InvalidPackage         a grid package that breaks its specification
    ├── Infeasible                 the request is well-formed but cannot be met
    ├── NotFound                   no such thing
    ├── Conflict                   somebody else was faster, or the state forbids it
    ├── Forbidden                  the one who asks may not do this
    └── Unavailable                PostGIS or another part of the house is missing or too old
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar, Literal

Language = Literal["zh", "en"]


class WanggeError(Exception):
    """
    A fault told in plain Chinese and plain English.

    Parameters
    ----------
    en, zh
        The sentence shown to people: what is wrong with what, and what to do.
    context
        Named facts for machines (ids, counts); JSON-serialisable values only.
    """

    code: ClassVar[str] = "error"

    def __init__(self, en: str, zh: str, **context: object) -> None:
        super().__init__(en)
        self.en = en
        self.zh = zh
        self.context = context

    def message(self, language: Language = "en") -> str:
        """Return the sentence in the language asked for."""
        return self.zh if language == "zh" else self.en


class InputError(WanggeError):
    """What was given cannot be used."""

    code = "input"


class UnreadableFile(InputError):
    """A file is missing, damaged, of the wrong format, or an unsafe archive."""

    code = "unreadable-file"


class WrongCrs(InputError):
    """No CRS, a geographic one where metres are needed, or an unknown name."""

    code = "wrong-crs"


class WrongPlace(InputError):
    """The file does not lie on its community's area."""

    code = "wrong-place"


class WrongColumns(InputError):
    """A column is missing or cannot be mapped."""

    code = "wrong-columns"


class InvalidGeometry(InputError):
    """A geometry is missing, empty, invalid or of the wrong type."""

    code = "invalid-geometry"


class InvalidRules(InputError):
    """A rule set that contradicts itself or is not one."""

    code = "invalid-rules"


class InvalidTeam(InputError):
    """A team template cannot be used."""

    code = "invalid-team"


class InvalidScenario(InputError):
    """A scenario that breaks its schema or does not fit the layers."""

    code = "invalid-scenario"


class InvalidPackage(InputError):
    """A grid package that breaks its specification."""

    code = "invalid-package"


class Infeasible(WanggeError):
    """The request is well-formed but cannot be met; the message says why."""

    code = "infeasible"


class NotFound(WanggeError):
    """No such thing."""

    code = "not-found"


class Conflict(WanggeError):
    """Somebody else was faster, or the state of the thing forbids the act."""

    code = "conflict"


class Forbidden(WanggeError):
    """The one who asks may not do this."""

    code = "forbidden"


class Unavailable(WanggeError):
    """PostGIS or another part of the house is missing, too old or not answering."""

    code = "unavailable"


def database_away() -> Unavailable:
    """Return what is told while the database does not answer."""
    return Unavailable(
        "The database does not answer at present; nothing was stored. Try again in a moment.",
        "数据库暂时没有响应，没有保存任何内容；请稍后再试。",
    )


# longer ids come from damaged files, and would fill the message
_LONGEST_ID = 80


def first_ids(ids: Iterable[object], limit: int = 5) -> str:
    """
    Name the first few ids for a message.

    >>> first_ids(["a", "b", "c"], limit=2)
    'a, b and 1 more'
    >>> first_ids(["x" * 99])[-3:]
    'xx…'
    """
    names = [i if len(i) <= _LONGEST_ID else f"{i[: _LONGEST_ID - 1]}…" for i in map(str, ids)]
    shown = ", ".join(names[:limit])
    rest = len(names) - limit
    return f"{shown} and {rest} more" if rest > 0 else shown
