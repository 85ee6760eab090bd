"""service_coverage and gaps of an area and of those of the next level, as they were stored."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa

from api.schemas.figures import Covered, Gaps, KindCoverage, KindGaps, Walking, WorstGap
from api.services.walking_reading import as_run, refuse_unwalked
from api.today import end_of, today
from gis.store import area_figures as store
from gis.store.area_figures import Spread, Walked
from gis.store.walking import newest_run

Row = Mapping[str, Any]

WORST_GAPS = 12


@dataclass(frozen=True, slots=True)
class Walk:
    """
    Which walk is looked at.

    None of `kind`, `speed_m_s` and `cutoff_s`: the first kind and speed that were walked, and
    the widest cutoff up to a quarter of an hour.
    """

    profile: str = "default"
    kind: str | None = None
    speed_m_s: float | None = None
    cutoff_s: int | None = None


@dataclass(frozen=True, slots=True)
class Where:
    """
    Whom the figures are of.

    Attributes
    ----------
    areas
        The area asked for; for everything the topmost areas.
    children
        Areas of the next level.
    spread
        All communities and the child each lies in.
    at
        Day whose state is told.
    """

    areas: Sequence[str]
    children: Sequence[str]
    spread: Spread
    at: date

    @property
    def branch_of(self) -> dict[str, str]:
        """Community -> the child it lies in."""
        return dict(zip(self.spread.communities, self.spread.branches, strict=True))


@dataclass(frozen=True, slots=True)
class WalkFigures:
    """service_coverage and gaps; by child, and for all under None. No gaps: not told."""

    walking: Walking
    coverage: list[KindCoverage]
    covered: Mapping[str | None, Covered]
    gaps_by_kind: list[KindGaps]
    gaps: Mapping[str | None, Gaps] | None
    worst_gaps: list[WorstGap]


def walk_figures(connection: sa.Connection, walk: Walk, where: Where) -> WalkFigures | None:
    """
    Read what was computed by the end of the day; None when nothing was.

    Raises
    ------
    InputError
        A kind, speed or cutoff that was not walked.
    """
    walked = _walked(connection, walk, where.at)
    if walked is None:
        return None
    coverage = _coverage(connection, walked, where)
    rows = _gap_rows(connection, walked, where)
    return WalkFigures(
        walking=_walking(walked),
        coverage=coverage,
        covered=_covered(connection, walked, where, coverage),
        gaps_by_kind=_gaps_by_kind(walked, rows),
        gaps=None if rows is None else _gaps_by_child(walked, where, rows),
        worst_gaps=[] if rows is None else _worst_gaps(connection, walked, where),
    )


def _walked(connection: sa.Connection, walk: Walk, at: date) -> Walked | None:
    before = None if at >= today() else end_of(at)
    run = newest_run(connection, walk.profile, before)
    if run is None:
        return None
    settings = run.settings
    speed = walk.speed_m_s or next(iter(settings["speeds"].values()))
    cutoff = walk.cutoff_s or _usual_cutoff(settings["cutoffs_s"])
    refuse_unwalked(run, walk.kind, speed, cutoff)
    return Walked(run, walk.kind or settings["kinds"][0], speed, cutoff)


def _usual_cutoff(cutoffs_s: Sequence[int]) -> int:
    short = [cutoff for cutoff in cutoffs_s if cutoff <= 15 * 60]
    return max(short) if short else min(cutoffs_s)


def _walking(walked: Walked) -> Walking:
    run = as_run(walked.run)
    return Walking(
        made_at=run.made_at,
        profile=run.profile,
        method="network",
        gates=run.settings["gates"],
        kinds=run.kinds,
        speeds=run.settings["speeds"],
        cutoffs_s=run.settings["cutoffs_s"],
        kind=walked.kind,
        speed_m_s=walked.speed_m_s,
        cutoff_s=walked.cutoff_s,
    )


def _coverage(connection: sa.Connection, walked: Walked, where: Where) -> list[KindCoverage]:
    rows = store.coverage_rows(connection, walked, where.areas)
    told = [KindCoverage.model_validate({**row, "share": _share(row)}) for row in rows]
    order = {kind: n for n, kind in enumerate(walked.run.settings["kinds"])}
    return sorted(told, key=lambda one: (order[one.kind], one.cutoff_s))


def _covered(
    connection: sa.Connection, walked: Walked, where: Where, coverage: Sequence[KindCoverage]
) -> dict[str | None, Covered]:
    rows = store.branch_coverage_rows(connection, walked, where.children)
    told: dict[str | None, Covered] = {
        row["branch"]: Covered.model_validate({**row, "share": _share(row)}) for row in rows
    }
    for one in coverage:
        if (one.kind, one.cutoff_s) == (walked.kind, walked.cutoff_s):
            told[None] = Covered(reached=one.reached, total=one.total, share=one.share)
    return told


def _share(row: Row) -> float | None:
    return int(row["reached"]) / int(row["total"]) if row["total"] else None


def _gap_rows(connection: sa.Connection, walked: Walked, where: Where) -> list[Row] | None:
    # Gaps are kept of the newest run alone.
    newest = newest_run(connection, walked.run.profile)
    if newest is None or newest.run_id != walked.run.run_id:
        return None
    return store.gap_rows(connection, walked, where.spread)


def _gaps_by_kind(walked: Walked, rows: Sequence[Row] | None) -> list[KindGaps]:
    if rows is None:
        return []
    found = {row["kind"]: row for row in rows if row["branch"] is None}
    return [
        KindGaps(kind=kind, **dict(_gaps(found.get(kind)))) for kind in walked.run.settings["kinds"]
    ]


def _gaps_by_child(walked: Walked, where: Where, rows: Sequence[Row]) -> dict[str | None, Gaps]:
    found = {row["branch"]: row for row in rows if row["kind"] == walked.kind}
    return {branch: _gaps(found.get(branch)) for branch in (None, *where.children)}


def _gaps(row: Row | None) -> Gaps:
    if row is None:
        return Gaps(gaps=0, households=0, households_estimated=0)
    return Gaps.model_validate({name: row[name] for name in Gaps.model_fields})


def _worst_gaps(connection: sa.Connection, walked: Walked, where: Where) -> list[WorstGap]:
    rows = store.worst_gap_rows(
        connection, walked, where.spread.communities, at=where.at, limit=WORST_GAPS
    )
    return [
        WorstGap.model_validate(
            {**row, "extent": (row["west"], row["south"], row["east"], row["north"])}
        )
        for row in rows
    ]
