"""Rule sets: division rules as data, read from small TOML documents and checked strictly."""

from __future__ import annotations

import difflib
import math
import tomllib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from fractions import Fraction
from importlib import resources
from pathlib import Path
from typing import Literal

from gis.contracts import BARRIER_KINDS, COURTYARD_KINDS, GRID_KINDS, HOUSEHOLD_KINDS
from gis.errors import InvalidRules, UnreadableFile

CAP_KINDS = (*COURTYARD_KINDS, "none", "default")
SOFT_GOALS = ("balance", "compactness", "courtyards", "barriers")
HIGHEST_CAP = 100_000
HIGHEST_TARGET = 10_000


@dataclass(frozen=True, slots=True)
class RuleSet:
    """
    What a division must obey.

    ``caps`` maps a courtyard kind, and ``none`` for buildings of no courtyard, to the most
    households a grid of that kind may hold; ``default`` serves the kinds not named. Loads are
    integers over the least common multiple of the caps. Without caps, ``target`` is a number k
    and a grid is exactly full at one k-th of the total.

    ``weight`` names the column of the units that is divided (households unless said
    otherwise); ``minimum`` is a soft lower limit in that unit; ``fill`` the share of the cap
    that a grid of several pieces may use; ``tolerance`` the deviation from the mean above
    which a grid of a division into exactly k is flagged; ``weights`` scale the soft goals
    (balance, compactness, courtyards, barriers; 1.0 each). ``visits_per_post`` is the quota of
    visits that one post makes in a month, ``visits_per_household`` how often each household is
    to be visited in it. ``divide_buildings`` makes each stairwell of a building above the cap
    a unit of its own.
    """

    name: str
    source: str
    caps: dict[str, int]
    minimum: int = 0
    target: int | Literal["fewest"] = "fewest"
    fill: float = 0.95
    keep_courtyards: bool = True
    hard_barriers: tuple[str, ...] = ("river", "railway")
    soft_barriers: tuple[str, ...] = ("arterial", "wall")
    households_kind: str = "registered"
    weights: dict[str, float] = field(default_factory=dict)
    weight: str = "households"
    grid_kind: str = "base"
    tolerance: float = 0.05
    visits_per_post: int = 200
    visits_per_household: int = 1
    divide_buildings: bool = True

    def cap(self, courtyard_kind: str | None) -> int | None:
        """Cap of a courtyard kind (None: no courtyard); None when the rule set has no caps."""
        if not self.caps:
            return None
        kind = courtyard_kind if courtyard_kind is not None else "none"
        return self.caps[kind] if kind in self.caps else self.caps["default"]

    def goal(self, name: str) -> float:
        """Weight of one soft goal, 1.0 when the rule set does not name it."""
        return self.weights.get(name, 1.0)

    @property
    def exact_fill(self) -> Fraction:
        """The fill as the decimal it was written as, so that 95 % of 300 is exactly 285."""
        return Fraction(repr(self.fill))


def preset_names() -> tuple[str, ...]:
    """
    Names of the rule sets that ship with Wangge.

    >>> preset_names()
    ('gaoxian-2020', 'micro-30-50', 'urban-300-500', 'zones-k')
    """
    folder = resources.files("gis.partition") / "presets"
    return tuple(sorted(p.name[:-5] for p in folder.iterdir() if p.name.endswith(".toml")))


def load_rules(name_or_path: str | Path) -> RuleSet:
    """
    Read a preset by its name, or a rule set from a TOML file.

    Raises
    ------
    InvalidRules
        Neither a preset nor a file, or a document that is not a rule set; the message names
        the key and the remedy.
    UnreadableFile
        The file cannot be read or is not UTF-8 text.

    Examples
    --------
    >>> load_rules("gaoxian-2020").cap("old")
    150
    """
    if str(name_or_path) in preset_names():
        preset = resources.files("gis.partition") / "presets" / f"{name_or_path}.toml"
        return parse_rules(preset.read_text("utf-8"))
    path = Path(name_or_path)
    if not path.is_file():
        known = ", ".join(preset_names())
        raise InvalidRules(
            f"There is no rule set {str(name_or_path)!r}: give a TOML file or one of {known}.",
            f"没有名为“{name_or_path}”的规则：请给出 TOML 文件，或选用 {known}。",
        )
    try:
        return parse_rules(path.read_bytes().decode("utf-8-sig"))
    except (OSError, UnicodeDecodeError) as error:
        raise UnreadableFile(
            f"{path.name} cannot be read as UTF-8 text: save it again as UTF-8.",
            f"{path.name} 不是可读的 UTF-8 文本：请另存为 UTF-8。",
        ) from error


def parse_rules(text: str) -> RuleSet:
    """
    Turn a TOML document into a checked rule set.

    Raises
    ------
    InvalidRules
        The text is not TOML, has an unknown key, or contradicts itself.
    """
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise InvalidRules(
            f"The rule set is not valid TOML: {error}.", f"规则文件不是有效的 TOML：{error}。"
        ) from error
    return rules_from_document(document)


def rules_from_document(document: Mapping[str, object]) -> RuleSet:
    """
    Build a rule set from plain values (of TOML or JSON) and check it.

    Raises
    ------
    InvalidRules
        Unknown or missing key, wrong type, or values that contradict each other.
    """
    known = {f.name for f in fields(RuleSet)}
    for key in document:
        if key not in known:
            near = difflib.get_close_matches(key, known, 1)
            hint = f"; did you mean {near[0]!r}?" if near else ""
            raise _fault(key, f"is not a key of a rule set{hint}", "不是规则的键，请检查拼写")
    for key in ("name", "source"):
        value = document.get(key)
        if not isinstance(value, str) or not value.strip():
            raise _fault(key, "is missing: give it as text", "缺失：请以文字填写")
    values: dict[str, object] = {k: _read(k, v) for k, v in document.items()}
    values.setdefault("caps", {})
    return check_rules(RuleSet(**values))  # type: ignore[arg-type]


def rules_document(rules: RuleSet) -> dict[str, object]:
    """Return the rule set as plain values (JSON- and TOML-ready), every key present."""
    return {k: list(v) if isinstance(v, tuple) else v for k, v in asdict(rules).items()}


def format_rules(rules: RuleSet) -> str:
    """
    Write a rule set as the TOML document that `parse_rules` reads back to an equal one.

    >>> rules = load_rules("zones-k")
    >>> parse_rules(format_rules(rules)) == rules
    True
    """
    document = rules_document(rules)
    tables = {k: v for k, v in document.items() if isinstance(v, dict)}
    lines = [f"{k} = {_toml(v)}" for k, v in document.items() if k not in tables]
    for name, table in tables.items():
        lines += ["", f"[{name}]", *(f"{k} = {_toml(v)}" for k, v in table.items())]
    return "\n".join(lines) + "\n"


def changed_rules(rules: RuleSet, **changes: object) -> RuleSet:
    """Return a checked copy with some keys changed (`None` leaves a key as it is)."""
    given = {k: v for k, v in changes.items() if v is not None}
    return check_rules(replace(rules, **given))  # type: ignore[arg-type]


def check_rules(rules: RuleSet) -> RuleSet:
    """
    Return the rule set when its values agree with each other.

    Raises
    ------
    InvalidRules
        The first contradiction found, with its key and the remedy.
    """
    _check_caps(rules)
    _check_target(rules)
    _check_numbers(rules)
    _check_words(rules)
    return rules


def _fault(key: str, en: str, zh: str) -> InvalidRules:
    return InvalidRules(f"Rule set: {key!r} {en}.", f"规则：“{key}”{zh}。", key=key)


def _read(key: str, value: object) -> object:
    if key in ("hard_barriers", "soft_barriers"):
        if not isinstance(value, list | tuple) or not all(isinstance(v, str) for v in value):
            raise _fault(key, "must be a list of texts", "必须是文字列表")
        return tuple(value)
    if key in ("caps", "weights"):
        if not isinstance(value, Mapping):
            raise _fault(key, "must be a table", "必须是表")
        return {str(k): v for k, v in value.items()}
    if key in ("fill", "tolerance") and _is_number(value):
        return float(value)  # type: ignore[arg-type]
    return value


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _is_count(value: object, lowest: int, highest: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and lowest <= value <= highest


def _check_caps(rules: RuleSet) -> None:
    for kind, cap in rules.caps.items():
        if kind not in CAP_KINDS:
            known = ", ".join(CAP_KINDS)
            raise _fault(f"caps.{kind}", f"is not one of {known}", f"不在 {known} 之中")
        if not _is_count(cap, 1, HIGHEST_CAP):
            raise _fault(
                f"caps.{kind}",
                f"must be a whole number from 1 to {HIGHEST_CAP}",
                f"必须是 1 至 {HIGHEST_CAP} 的整数",
            )
    missing = [k for k in CAP_KINDS if k != "default" and k not in rules.caps]
    if rules.caps and missing and "default" not in rules.caps:
        raise _fault(
            "caps",
            f"says nothing about {', '.join(missing)}: name them or add 'default'",
            f"没有规定 {', '.join(missing)}：请补上或增加 default",
        )


def _check_target(rules: RuleSet) -> None:
    if rules.target == "fewest":
        if not rules.caps:
            raise _fault(
                "caps",
                "is empty, so 'fewest' has no limit: give caps or a target number",
                "为空，无法求最少网格：请给出上限或目标数量",
            )
    elif not _is_count(rules.target, 1, HIGHEST_TARGET):
        raise _fault(
            "target",
            f"must be 'fewest' or a whole number from 1 to {HIGHEST_TARGET}",
            f"必须是 fewest 或 1 至 {HIGHEST_TARGET} 的整数",
        )


def _check_numbers(rules: RuleSet) -> None:
    if not _is_number(rules.fill) or not 0 < rules.fill <= 1:
        raise _fault("fill", "must be above 0 and at most 1", "必须大于 0 且不超过 1")
    if not _is_number(rules.tolerance) or not 0 <= rules.tolerance <= 1:
        raise _fault("tolerance", "must lie between 0 and 1", "必须在 0 与 1 之间")
    for key in ("visits_per_post", "visits_per_household"):
        if not _is_count(getattr(rules, key), 1, HIGHEST_CAP):
            raise _fault(
                key,
                f"must be a whole number from 1 to {HIGHEST_CAP}",
                f"必须是 1 至 {HIGHEST_CAP} 的整数",
            )
    lowest_cap = min(rules.caps.values(), default=HIGHEST_CAP)
    if not _is_count(rules.minimum, 0, lowest_cap):
        raise _fault(
            "minimum",
            f"must be a whole number from 0 to the smallest cap ({lowest_cap})",
            f"必须是 0 至最小上限（{lowest_cap}）之间的整数",
        )
    for goal, value in rules.weights.items():
        if goal not in SOFT_GOALS:
            known = ", ".join(SOFT_GOALS)
            raise _fault(f"weights.{goal}", f"is not one of {known}", f"不在 {known} 之中")
        if not _is_number(value) or not 0 <= value <= 100:
            raise _fault(f"weights.{goal}", "must lie between 0 and 100", "必须在 0 与 100 之间")


def _check_words(rules: RuleSet) -> None:
    choices = {"households_kind": HOUSEHOLD_KINDS, "grid_kind": GRID_KINDS}
    for key, allowed in choices.items():
        if getattr(rules, key) not in allowed:
            known = ", ".join(allowed)
            raise _fault(key, f"must be one of {known}", f"必须是 {known} 之一")
    for key in ("hard_barriers", "soft_barriers"):
        for kind in getattr(rules, key):
            if kind not in BARRIER_KINDS:
                known = ", ".join(BARRIER_KINDS)
                raise _fault(key, f"holds {kind!r}; known: {known}", f"含有未知类型“{kind}”")
    both = sorted(set(rules.hard_barriers) & set(rules.soft_barriers))
    if both:
        raise _fault(
            "soft_barriers",
            f"names {', '.join(both)} that are hard already: keep them in one list",
            f"与 hard_barriers 重复：{', '.join(both)}，请只保留一处",
        )
    for key in ("keep_courtyards", "divide_buildings"):
        if not isinstance(getattr(rules, key), bool):
            raise _fault(key, "must be true or false", "必须是 true 或 false")
    if not isinstance(rules.weight, str) or not rules.weight.isidentifier():
        raise _fault("weight", "must be the name of a column", "必须是列名")


def _toml(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return "[" + ", ".join(_toml(v) for v in value) + "]"
    if isinstance(value, str):
        return '"' + "".join(_escaped(c) for c in value) + '"'
    return repr(value)


def _escaped(character: str) -> str:
    if character in '"\\':
        return "\\" + character
    if ord(character) < 0x20 or ord(character) == 0x7F:
        return f"\\u{ord(character):04x}"
    return character
