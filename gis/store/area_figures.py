"""
Reading the figures of areas: what stands published on a day, never a draft.

`way_rows` and `branch_rows` know the areas that are seen. The other functions take a `Spread`
made of them: the communities asked for and, side by side, the branch of the area tree that each
belongs to. Rows come by branch; the row of all has the branch None.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, cast

import sqlalchemy as sa

from gis.store.sight import Sight
from gis.store.statements import statement
from gis.store.walking import WalkingRun

Row = Mapping[str, Any]
BBox = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Spread:
    """Communities and, side by side, the branch each belongs to."""

    communities: Sequence[str]
    branches: Sequence[str]

    @classmethod
    def of(cls, branches: Iterable[tuple[str, Sequence[str]]]) -> Spread:
        """Lay out branches, each given with its communities."""
        pairs = [(community, branch) for branch, below in branches for community in below]
        return cls([community for community, _ in pairs], [branch for _, branch in pairs])


@dataclass(frozen=True, slots=True)
class Walked:
    """Which stored walk is told: its run, the kind looked at, and how far people walk."""

    run: WalkingRun
    kind: str
    speed_m_s: float
    cutoff_s: int


def figures_mark(connection: sa.Connection) -> tuple[object, ...]:
    """Return what is another whenever a figure may be; to be asked before reading."""
    [row] = _rows(connection, "figures_mark")
    return tuple(row.values())


def way_rows(connection: sa.Connection, sight: Sight, area: str, *, at: date) -> list[Row]:
    """Return an area and those above it that are seen, the highest first; empty: not there."""
    if not sight.holds(area):
        return []
    return _rows(connection, "figures_way", area=area, at=at, seen=sight.areas)


def branch_rows(
    connection: sa.Connection, sight: Sight, area: str | None, *, at: date
) -> list[Row]:
    """Return the areas next below an area, or the topmost seen, each with its communities."""
    return _rows(connection, "figures_areas", area=area, at=at, seen=sight.areas)


def extent(connection: sa.Connection, areas: Sequence[str], *, at: date) -> BBox | None:
    """Return the box around areas in degrees, None where there is none."""
    [row] = _rows(connection, "figures_extent", areas=list(areas), at=at)
    return None if row["west"] is None else cast(BBox, tuple(row.values()))


def stock_rows(connection: sa.Connection, communities: Sequence[str], *, at: date) -> list[Row]:
    """
    Return buildings and households by community and kind of households.

    Counts of residents, elders and vulnerable are exact: `gis.coverage.disclosure` before telling.
    """
    return _rows(connection, "figures_stock", communities=list(communities), at=at)


def grid_rows(connection: sa.Connection, spread: Spread, *, at: date) -> list[Row]:
    """Return published grids by branch: kinds, classes of load, posts, flags."""
    return _rows(connection, "figures_grids", **_sides(spread), at=at)


def coverage_rows(connection: sa.Connection, walked: Walked, areas: Sequence[str]) -> list[Row]:
    """Return households reached by kind and cutoff, summed over areas that do not overlap."""
    settings = walked.run.settings
    return _rows(
        connection,
        "figures_coverage",
        run_id=walked.run.run_id,
        areas=list(areas),
        kinds=list(settings["kinds"]),
        cutoffs=list(settings["cutoffs_s"]),
        speed=walked.speed_m_s,
    )


def branch_coverage_rows(
    connection: sa.Connection, walked: Walked, areas: Sequence[str]
) -> list[Row]:
    """Return households of each area that reach the kind looked at within the cutoff."""
    return _rows(
        connection,
        "figures_branch_coverage",
        run_id=walked.run.run_id,
        areas=list(areas),
        kind=walked.kind,
        cutoff_s=walked.cutoff_s,
        speed=walked.speed_m_s,
    )


def gap_rows(connection: sa.Connection, walked: Walked, spread: Spread) -> list[Row]:
    """Return gaps of each kind (branch None), and of the kind looked at in each branch."""
    return _rows(connection, "figures_gaps", **_sides(spread), **_gap_binds(walked))


def worst_gap_rows(
    connection: sa.Connection, walked: Walked, communities: Sequence[str], *, at: date, limit: int
) -> list[Row]:
    """Return the gaps of the kind looked at that have most households."""
    return _rows(
        connection,
        "figures_worst_gaps",
        communities=list(communities),
        at=at,
        row_limit=limit,
        **_gap_binds(walked),
    )


def _gap_binds(walked: Walked) -> dict[str, object]:
    return {
        "profile": walked.run.profile,
        "kind": walked.kind,
        "speed": walked.speed_m_s,
        "cutoff_s": walked.cutoff_s,
    }


def _sides(spread: Spread) -> dict[str, object]:
    return {"communities": list(spread.communities), "branches": list(spread.branches)}


def _rows(connection: sa.Connection, query: str, **binds: object) -> list[Row]:
    found = connection.execute(statement(query), binds).mappings().all()
    return cast(list[Row], found)
