"""Rule sets: division rules as data."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal


@dataclass(frozen=True, slots=True)
class RuleSet:
    """
    What a division must obey.

    ``caps`` maps a courtyard kind, and ``none`` for buildings of no courtyard, to the most
    households a grid of that kind may hold; ``default`` serves the kinds not named. Loads are
    integers over the least common multiple of the caps.
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
