"""Dividing every community of the database: what is ordered, what came of it, and its sums."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

import sqlalchemy as sa

from gis.errors import Infeasible
from gis.partition.rules import RuleSet
from gis.store.plan_listing import communities_by_size

State = Literal["stored", "there", "failed"]


@dataclass(frozen=True, slots=True)
class Order:
    """What every task of a batch is told, besides its community; holds no secret."""

    rules: RuleSet
    seed: int
    made_by: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """
    What became of one community.

    ``stored`` a new draft; ``there`` the draft was there from an earlier run; ``failed`` with the
    reason in English and Chinese. `seconds` is wall time of the task.
    """

    community_code: str
    state: State
    plan_id: int | None = None
    grids: int = 0
    lower_bound: int = 0
    over_cap: int = 0
    households: int = 0
    seconds: float = 0.0
    en: str = ""
    zh: str = ""


@dataclass
class Tally:
    """Sums over the outcomes so far."""

    communities: int
    stored: int = 0
    there: int = 0
    grids: int = 0
    lower_bound: int = 0
    over_cap: int = 0
    households: int = 0
    failed: list[Outcome] = field(default_factory=list)

    @property
    def done(self) -> int:
        """Communities that have an outcome."""
        return self.stored + self.there + len(self.failed)

    @property
    def above_bound(self) -> int:
        """Grids above the sum of the lower bounds."""
        return self.grids - self.lower_bound

    def add(self, outcome: Outcome) -> None:
        """Count one more outcome."""
        if outcome.state == "failed":
            self.failed.append(outcome)
            return
        self.stored += outcome.state == "stored"
        self.there += outcome.state == "there"
        self.grids += outcome.grids
        self.lower_bound += outcome.lower_bound
        self.over_cap += outcome.over_cap
        self.households += outcome.households


def communities_to_divide(engine: sa.Engine) -> tuple[list[str], list[str]]:
    """
    Return the codes of the communities of today, those with buildings and those without.

    The largest come first, so that no large one is left for the end, when others are idle.

    Raises
    ------
    Infeasible
        The database holds no community with buildings.
    """
    with engine.connect() as connection:
        rows = communities_by_size(connection)
    built = [row["code"] for row in rows if row["buildings"]]
    if not built:
        raise Infeasible(
            "The database holds no community with buildings: run `wangge import` first.",
            "数据库中没有含楼栋的社区：请先运行 wangge import。",
        )
    return built, [row["code"] for row in rows if not row["buildings"]]
