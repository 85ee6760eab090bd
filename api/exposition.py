"""Figures of a process in the text format of Prometheus, version 0.0.4."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"


@dataclass(frozen=True, slots=True)
class Sample:
    """One figure: what follows the family's name (``_sum``, say), its labels, its value."""

    suffix: str
    labels: Mapping[str, str]
    value: float


@dataclass(frozen=True, slots=True)
class Family:
    """Figures of one name and meaning."""

    name: str
    kind: Literal["counter", "gauge", "histogram"]
    meaning: str
    samples: list[Sample]


def gauge(name: str, meaning: str, value: float) -> Family:
    """Return a family of one figure without labels."""
    return Family(name, "gauge", meaning, [Sample("", {}, value)])


def exposition(families: Iterable[Family]) -> str:
    r"""
    Spell families out.

    >>> print(exposition([gauge("wangge_seats_free", "Seats.", 3)]), end="")
    # HELP wangge_seats_free Seats.
    # TYPE wangge_seats_free gauge
    wangge_seats_free 3
    """
    lines = []
    for family in families:
        lines += [
            f"# HELP {family.name} {family.meaning}",
            f"# TYPE {family.name} {family.kind}",
        ]
        lines += [
            f"{family.name}{s.suffix}{_labels(s.labels)} {_number(s.value)}" for s in family.samples
        ]
    return "\n".join((*lines, ""))


def _labels(labels: Mapping[str, str]) -> str:
    if not labels:
        return ""
    told = ",".join(f'{name}="{_escaped(value)}"' for name, value in labels.items())
    return "{" + told + "}"


def _escaped(value: str) -> str:
    return value.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n")


def _number(value: float) -> str:
    if math.isinf(value):
        return "+Inf" if value > 0 else "-Inf"
    return str(int(value)) if value == int(value) else repr(float(value))
