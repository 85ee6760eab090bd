"""Lists of kinds that residents should reach, as data: small TOML documents with their source."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any

from gis.circles.kinds import KINDS, known_kind
from gis.errors import InputError, UnreadableFile


@dataclass(frozen=True, slots=True)
class Level:
    """
    What should be within one walking time.

    ``cutoff_s`` in seconds; ``kinds`` in the order of the source. Levels are checked
    separately: a higher one never stands in for a lower one.
    """

    name: str
    zh: str
    cutoff_s: int
    kinds: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class KindPreset:
    """A named list of kinds, by levels, with the document it was taken from."""

    name: str
    zh: str
    source: str
    levels: tuple[Level, ...]

    @property
    def kinds(self) -> tuple[str, ...]:
        """All kinds of all levels, in order, without repeats."""
        return tuple(dict.fromkeys(kind for level in self.levels for kind in level.kinds))


def preset_names() -> tuple[str, ...]:
    """
    Names of the lists that ship with Wangge.

    >>> preset_names()
    ('gb50180-2018', 'mofcom-basic', 'yuzhong')
    """
    folder = resources.files("gis.circles") / "presets"
    return tuple(sorted(p.name[:-5] for p in folder.iterdir() if p.name.endswith(".toml")))


def load_kinds(name_or_path: str | Path) -> KindPreset:
    """
    Read a list of kinds: a preset by its name, or a TOML file.

    Raises
    ------
    InputError
        Neither a preset nor a file, or a document that is no list of kinds.
    UnreadableFile
        The file cannot be read, or is not UTF-8 text.

    Examples
    --------
    >>> load_kinds("yuzhong").kinds[:3]
    ('service_centre', 'medical', 'rest_station')
    """
    if str(name_or_path) in preset_names():
        text = (resources.files("gis.circles") / "presets" / f"{name_or_path}.toml").read_text(
            "utf-8"
        )
        return parse_kinds(text)
    path = Path(name_or_path)
    if not path.is_file():
        known = ", ".join(preset_names())
        raise InputError(
            f"There is no list of kinds {str(name_or_path)!r}: give a TOML file or one of {known}.",
            f"没有名为“{name_or_path}”的设施类别表：请给出 TOML 文件，或选用 {known}。",
        )
    try:
        return parse_kinds(path.read_bytes().decode("utf-8-sig"))
    except (OSError, UnicodeDecodeError) as error:
        raise UnreadableFile(
            f"{path.name} cannot be read as UTF-8 text: save it again as UTF-8.",
            f"{path.name} 不是可读的 UTF-8 文本：请另存为 UTF-8。",
        ) from error


def parse_kinds(text: str) -> KindPreset:
    """
    Turn a TOML document into a list of kinds.

    Raises
    ------
    InputError
        It is not TOML, or lacks name, source or levels with minutes and kinds.
    """
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise InputError(
            f"The list of kinds is not valid TOML: {error}.",
            f"设施类别表不是有效的 TOML：{error}。",
        ) from error
    levels = document.get("levels")
    if not isinstance(levels, list) or not levels:
        raise _fault("levels", "must name at least one level", "至少应有一个层级")
    return KindPreset(
        _text(document, "name"),
        str(document.get("zh", document["name"])),
        _text(document, "source"),
        tuple(_level(level) for level in levels),
    )


def _level(given: Any) -> Level:
    if not isinstance(given, Mapping):
        raise _fault("levels", "must be tables", "必须是表")
    minutes, kinds = given.get("minutes"), given.get("kinds")
    if isinstance(minutes, bool) or not isinstance(minutes, int | float) or not 0 < minutes <= 240:
        raise _fault("minutes", "must be a number up to 240", "必须是不超过 240 的数")
    if not isinstance(kinds, list) or not kinds or not all(isinstance(k, str) for k in kinds):
        raise _fault("kinds", "must be a list of words", "必须是文字列表")
    name = _text(given, "name")
    words = tuple(dict.fromkeys(known_kind(kind) for kind in kinds))
    return Level(name, str(given.get("zh", name)), round(60 * minutes), words)


def _text(document: Mapping[str, Any], key: str) -> str:
    value = document.get(key)
    if not isinstance(value, str) or not value.strip():
        raise _fault(key, "is missing: give it as text", "缺失：请以文字填写")
    return value


def _fault(key: str, en: str, zh: str) -> InputError:
    return InputError(f"List of kinds: {key!r} {en}.", f"设施类别表：“{key}”{zh}。", key=key)


def kind_name(kind: str, language: str) -> str:
    """
    Name a kind for a reader.

    >>> kind_name("rest_station", "zh"), kind_name("rest_station", "en")
    ('驿站', 'rest station')
    """
    return KINDS.get(kind, kind) if language == "zh" else kind.replace("_", " ")


def listed_kinds(said: str) -> tuple[str, ...]:
    """
    Read kinds with commas between them, as words or Chinese names; each once.

    Raises
    ------
    InputError
        There is no kind among them.

    Examples
    --------
    >>> listed_kinds("medical，食堂,medical")
    ('medical', 'canteen')
    """
    words = said.replace("，", ",").replace("、", ",").split(",")
    kinds = tuple(dict.fromkeys(known_kind(word) for word in words if word.strip()))
    if not kinds:
        lists = preset_names()
        raise InputError(
            f"--kinds {said!r} names no kind: give kinds with commas, or a list of "
            f"{', '.join(lists)}.",
            f"--kinds “{said}”没有给出类别：请用逗号分隔类别，或使用清单 {'、'.join(lists)}。",
        )
    return kinds
