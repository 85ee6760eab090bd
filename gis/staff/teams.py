"""Team templates: which posts an area should have, and its chain of responsibility, as data."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from importlib import resources
from pathlib import Path

from gis.contracts import SUBJECT_KINDS
from gis.errors import InvalidTeam, UnreadableFile

HIGHEST_COUNT = 100
_MOST_SEATS = 50


@dataclass(frozen=True, slots=True)
class Seat:
    """
    Posts of one role that each subject of a level should have.

    ``count`` posts are needed for each subject; 0: welcome, not needed (the X of 1+4+X).
    ``single`` seats are held by one post at a time, so a second one is a fault of the roster.
    Buildings and stairwells without households need nobody; grids of kind ``micro`` and
    ``special`` need a seat only where ``grid_kinds`` names them.
    """

    role: str
    level: str
    zh: str
    en: str
    count: int = 1
    single: bool = False
    grid_kinds: tuple[str, ...] = ("base",)


@dataclass(frozen=True, slots=True)
class TeamTemplate:
    """
    The team of an area.

    ``chain`` names the levels through which a building is answered for, widest first, such as
    community, group, building; the seats say which posts each level should have.
    """

    name: str
    source: str
    chain: tuple[str, ...]
    seats: tuple[Seat, ...]

    def needs(self, role: str, level: str) -> int:
        """How many posts of a role each subject of a level should have."""
        return sum(s.count for s in self.seats if (s.role, s.level) == (role, level))


def preset_names() -> tuple[str, ...]:
    """
    Names of the templates that ship with Wangge.

    >>> preset_names()
    ('changle', 'five-level', 'four-level', 'gaoxian', 'one-four-x')
    """
    folder = resources.files("gis.staff") / "presets"
    return tuple(sorted(p.name[:-5] for p in folder.iterdir() if p.name.endswith(".toml")))


def load_team(name_or_path: str | Path) -> TeamTemplate:
    """
    Read a preset by its name, or a template from a TOML file.

    Raises
    ------
    InvalidTeam
        Neither a preset nor a file, or not a template; the message names the key and the remedy.
    UnreadableFile
        The file cannot be read or is not UTF-8 text.

    Examples
    --------
    >>> load_team("changle").chain
    ('community', 'grid', 'building', 'stairwell')
    >>> load_team("gaoxian").needs("building_head", "building")
    1
    """
    if str(name_or_path) in preset_names():
        preset = resources.files("gis.staff") / "presets" / f"{name_or_path}.toml"
        return parse_team(preset.read_text("utf-8"))
    path = Path(name_or_path)
    if not path.is_file():
        known = ", ".join(preset_names())
        raise InvalidTeam(
            f"There is no team template {str(name_or_path)!r}: give a TOML file or one of {known}.",
            f"没有名为“{name_or_path}”的队伍模板：请给出 TOML 文件，或选用 {known}。",
        )
    try:
        return parse_team(path.read_bytes().decode("utf-8-sig"))
    except (OSError, UnicodeDecodeError) as error:
        raise UnreadableFile(
            f"{path.name} cannot be read as UTF-8 text: save it again as UTF-8.",
            f"{path.name} 不是可读的 UTF-8 文本：请另存为 UTF-8。",
        ) from error


def parse_team(text: str) -> TeamTemplate:
    """
    Turn a TOML document into a checked template.

    Raises
    ------
    InvalidTeam
        The text is not TOML, has an unknown key, or contradicts itself.
    """
    try:
        return team_from_document(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise InvalidTeam(
            f"The team template is not valid TOML: {error}.",
            f"队伍模板不是有效的 TOML：{error}。",
        ) from error


def team_from_document(document: Mapping[str, object]) -> TeamTemplate:
    """
    Build a template from plain values (of TOML or JSON) and check it.

    Raises
    ------
    InvalidTeam
        Unknown or missing key, wrong type, or values that contradict each other.
    """
    _only_known(document, {f.name for f in fields(TeamTemplate)})
    chain, seats = document.get("chain"), document.get("seats")
    if not isinstance(chain, list | tuple) or not set(chain) <= set(SUBJECT_KINDS):
        raise _fault("chain", f"must be a list of levels out of {', '.join(SUBJECT_KINDS)}")
    if list(chain) != sorted(set(chain), key=SUBJECT_KINDS.index) or len(chain) < 2:
        raise _fault("chain", "must go from the widest level to the narrowest, two or more of them")
    if not isinstance(seats, list | tuple) or not 0 < len(seats) <= _MOST_SEATS:
        raise _fault("seats", f"must be a list of 1 to {_MOST_SEATS} tables")
    read = tuple(_seat(seat, tuple(chain)) for seat in seats)
    if len({(seat.role, seat.level) for seat in read}) < len(read):
        raise _fault("seats", "must name each role of a level once")
    return TeamTemplate(
        _text(document, "name"), _text(document, "source"), tuple(map(str, chain)), read
    )


def team_document(team: TeamTemplate) -> dict[str, object]:
    """
    Return a template as plain values that `team_from_document` reads back to an equal one.

    >>> team_from_document(team_document(load_team("gaoxian"))) == load_team("gaoxian")
    True
    """
    return asdict(team)


def _seat(seat: object, chain: tuple[str, ...]) -> Seat:
    if not isinstance(seat, Mapping):
        raise _fault("seats", "must be a list of tables")
    _only_known(seat, {f.name for f in fields(Seat)})
    level, count = _text(seat, "level"), seat.get("count", 1)
    if level not in chain:
        raise _fault("level", f"must be a level of the chain ({', '.join(chain)}), not {level!r}")
    if not isinstance(count, int) or isinstance(count, bool) or not 0 <= count <= HIGHEST_COUNT:
        raise _fault("count", f"must be a whole number from 0 to {HIGHEST_COUNT}")
    single, kinds = seat.get("single", False), seat.get("grid_kinds", ("base",))
    if not isinstance(single, bool) or (single and count > 1):
        raise _fault("single", "must be true or false, and true only where count is 0 or 1")
    if not isinstance(kinds, list | tuple) or not set(kinds) <= {"base", "special", "micro"}:
        raise _fault("grid_kinds", "must be a list out of base, special, micro")
    texts = (_text(seat, "role"), level, _text(seat, "zh"), _text(seat, "en"))
    return Seat(*texts, count=count, single=single, grid_kinds=tuple(map(str, kinds)))


def _only_known(document: Mapping[str, object], known: set[str]) -> None:
    for key in document:
        if key not in known:
            raise _fault(str(key), f"is not a key here; there are {', '.join(sorted(known))}")


def _text(document: Mapping[str, object], key: str) -> str:
    value = document.get(key)
    if not isinstance(value, str) or not value.strip():
        raise _fault(key, "is missing: give it as text")
    return value.strip()


def _fault(key: str, en: str) -> InvalidTeam:
    return InvalidTeam(
        f"Team template: {key!r} {en}.", f"队伍模板：“{key}”不合要求（{en}）。", key=key
    )
