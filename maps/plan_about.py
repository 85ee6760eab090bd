"""What is said about a plan, whatever shows it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class PlanAbout:
    """What a page says about its plan besides the map."""

    community: str
    name: str
    state: str
    valid_from: date | None
    grids: int
    households: int
    estimated: bool
    over_cap: int
    rules: str
    rules_households_kind: str
    households_kinds: tuple[str, ...]
    made_on: date
    attribution: str = ""
    review_number: str = ""
