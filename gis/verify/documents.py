"""The JSON documents of a package: rules and certificates, held against their schemas."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any, NoReturn

import jsonschema
import pandas as pd

from gis.verify.container import invalid

HIGHEST_LOAD = 2**60
_DIGITS = 400
_KINDS = frozenset({"old", "new", "resettlement", "commercial", "other", "none"})


@dataclass(frozen=True, slots=True)
class Rules:
    """
    What a division must obey, with fractions as the decimals they are written as.

    ``target`` is None for "fewest"; ``caps`` is empty where there is none.
    """

    name: str
    caps: dict[str, int]
    minimum: int
    target: int | None
    fill: Fraction
    tolerance: Fraction
    keep_courtyards: bool
    hard: frozenset[str]
    weight: str
    grid_kind: str
    visits_per_post: int = 200
    visits_per_household: int = 1

    @property
    def common_multiple(self) -> int:
        """Least common multiple of the caps."""
        return math.lcm(*self.caps.values())

    def cap(self, kind: str | None) -> int | None:
        """Cap of a courtyard kind, None for no courtyard; None where nothing is ruled."""
        return self.caps.get(kind or "none", self.caps.get("default"))


def read_rules(text: object, path: Path) -> Rules:
    """Decode and check the document of the table rules."""
    document = _document(text, "rules", path)
    target = document["target"]
    return Rules(
        name=document["name"],
        caps={kind: int(cap) for kind, cap in document["caps"].items()},
        minimum=int(document["minimum"]),
        target=None if target == "fewest" else int(target),
        fill=_fraction(document["fill"], path),
        tolerance=_fraction(document["tolerance"], path),
        keep_courtyards=document["keep_courtyards"],
        hard=frozenset(document["hard_barriers"]),
        weight=document["weight"],
        grid_kind=document["grid_kind"],
        visits_per_post=int(document.get("visits_per_post", 200)),
        visits_per_household=int(document.get("visits_per_household", 1)),
    )


def read_certificate(text: object, path: Path) -> dict[str, Any]:
    """Decode and check the certificate of one community."""
    return _document(text, "certificate", path)


def refuse_unruled(rules: Rules, units: pd.DataFrame, path: Path) -> None:
    """Refuse rules that give no load to some unit, or loads beyond 60 bits."""
    if not rules.caps and rules.target is None:
        raise invalid(
            path,
            "the rules have no caps, so 'fewest' has no limit",
            "规则没有上限，无法求最少网格",
        )
    kinds = _KINDS.intersection(units["courtyard_kind"].fillna("none"))
    capless = sorted(kind for kind in kinds if rules.caps and rules.cap(kind) is None)
    if capless:
        raise invalid(
            path, f"the rules give no cap for {capless[0]}", f"规则没有规定 {capless[0]} 的上限"
        )
    factor = rules.common_multiple if rules.caps else int(rules.target or 1)
    columns = ("weight", "households")
    sums = [sum(abs(value) for value in units[column].tolist()) for column in columns]
    if max(factor, sums[0] * factor, sums[1]) >= HIGHEST_LOAD:
        raise invalid(path, "its loads do not fit 60 bits", "负荷超出 60 位整数")


def _document(text: object, name: str, path: Path) -> dict[str, Any]:
    try:
        document = json.loads(str(text), parse_constant=_refuse_constant)
        exact = json.loads(str(text), parse_float=Decimal)
    except (ValueError, ArithmeticError, RecursionError) as error:
        raise invalid(path, f"the {name} document is not JSON", f"{name} 文档不是 JSON") from error
    # The first fault is enough, and the schemas ask for types before anything dear.
    fault = next(_checker(name).iter_errors(document), None)
    if fault is not None:
        where, what = fault.json_path[:100], fault.message[:200]
        raise invalid(
            path,
            f"the {name} document breaks its schema at {where}: {what}",
            f"{name} 文档在 {where} 处不符合模式：{what}",
        )
    assert isinstance(exact, dict)  # noqa: S101 - the schemas ask for objects
    return exact


def _fraction(number: Decimal | int, path: Path) -> Fraction:
    if isinstance(number, Decimal) and (
        abs(number.adjusted()) > _DIGITS or len(number.as_tuple().digits) > _DIGITS
    ):
        raise invalid(path, "a fraction of the rules is out of bounds", "规则中的小数越界")
    return Fraction(number)


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON number")


@cache
def _checker(name: str) -> jsonschema.Draft202012Validator:
    schema = resources.files("gis.io") / "schemas" / f"{name}.schema.json"
    return jsonschema.Draft202012Validator(json.loads(schema.read_text("utf-8")))
