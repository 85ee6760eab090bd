"""Publication: a plan becomes the grids that stand from a date on."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

import pandas as pd
import sqlalchemy as sa

from gis.errors import Conflict
from gis.numbering import GRID_DIGITS, MICRO_DIGITS, new_codes
from gis.store import tables as t
from gis.store.plans import PlanRow
from gis.store.statements import statement
from gis.succession import Succession, succeed


@dataclass(frozen=True, slots=True)
class Standing:
    """The publication that holds last in a community, with its first day."""

    publication_id: int
    plan_id: int
    since: date


@dataclass(frozen=True, slots=True)
class Published:
    """What a publication did: its id and the codes it gave, kept and retired."""

    publication_id: int
    plan_id: int
    valid_from: date
    new: tuple[str, ...]
    kept: tuple[str, ...]
    retired: tuple[str, ...]
    handed_over: int


def lock_community(connection: sa.Connection, community_code: str) -> None:
    """Wait until nobody else writes grounds, plans' states or publications of this community."""
    connection.execute(
        sa.text("SELECT pg_advisory_xact_lock(hashtext('wangge.community'), hashtext(:code))"),
        {"code": community_code},
    )


def last_publication(
    connection: sa.Connection, community_code: str, tier: str = "base"
) -> Standing | None:
    """Return the publication without an end; None before the first."""
    return _the_publication(
        connection,
        t.publication.c.community_code == community_code,
        t.publication.c.tier == tier,
        sa.func.upper_inf(t.publication.c.valid),
    )


def plan_standing_on(connection: sa.Connection, community_code: str, day: date) -> int | None:
    """Return the plan of base grids that holds in a community on a day; None: there is none."""
    query = sa.select(t.publication.c.plan_id).where(
        t.publication.c.community_code == community_code,
        t.publication.c.tier == "base",
        t.publication.c.valid.op("@>")(day),
    )
    return connection.execute(query).scalar_one_or_none()


def publication_until(
    connection: sa.Connection, community_code: str, tier: str, day: date
) -> Standing | None:
    """Return the publication that ends where the one from `day` begins; None when it is first."""
    return _the_publication(
        connection,
        t.publication.c.community_code == community_code,
        t.publication.c.tier == tier,
        sa.func.upper(t.publication.c.valid) == day,
    )


def publication_of(connection: sa.Connection, plan_id: int) -> Standing | None:
    """Return the publication of a plan; None when it is not published."""
    return _the_publication(connection, t.publication.c.plan_id == plan_id)


def _the_publication(
    connection: sa.Connection, *conditions: sa.ColumnElement[bool]
) -> Standing | None:
    query = sa.select(
        t.publication.c.id, t.publication.c.plan_id, sa.func.lower(t.publication.c.valid)
    ).where(*conditions)
    row = connection.execute(query).one_or_none()
    return None if row is None else Standing(*row)


def publish(
    connection: sa.Connection,
    plan: PlanRow,
    *,
    valid_from: date,
    today: date,
    published_by: str,
    counting_order: Sequence[int],
    reason: str | None = None,
    problems: Sequence[dict[str, object]] = (),
) -> Published:
    """
    Make a plan the standing grids of its community from a date on.

    Freezes the plan, gives codes (DESIGN section 4), retires what is gone, writes lineage and
    the handover list. Call it in one transaction, with the community and the plan locked and
    the plan's problems already judged.

    Parameters
    ----------
    valid_from
        First day. It must lie after the first day of the standing publication, and not in the
        past unless this is the community's first publication.
    counting_order
        All grid numbers of the plan in the order new codes are counted off.
    reason, problems
        The signed reason, and what it excuses, kept with the publication.

    Raises
    ------
    Conflict
        The date is taken or past, a code is not free, or a micro grid does not lie in one
        standing base grid.
    """
    before = last_publication(connection, plan.community_code, plan.tier)
    _check_date(plan, before, valid_from, today)
    units = _units_with_standing_code(connection, plan, before)
    outcome = succeed(
        units["grid_no"],
        [None if pd.isna(code) else str(code) for code in units["from_code"]],
        units["households"],
        is_building=units["kind"] != "ground",
        standing=tuple(_codes_of(connection, before)),
    )
    brought = _brought_codes(connection, plan) if before is None else {}
    codes = _codes(connection, plan, {**outcome.kept, **brought}, counting_order, valid_from)
    publication_id = _open_publication(
        connection, plan, before, valid_from, published_by, reason, list(problems)
    )
    _write_grids(connection, plan, codes, valid_from)
    _write_lineage(connection, plan, outcome, codes)
    _end_posts(connection, publication_id, outcome.retired, valid_from)
    handed_over = connection.execute(
        statement("handover_insert"),
        {
            "publication_id": publication_id,
            "plan_id": plan.plan_id,
            "before_id": None if before is None else before.plan_id,
        },
    ).rowcount
    kept = set(outcome.kept.values()) & set(codes.values())
    return Published(
        publication_id=publication_id,
        plan_id=plan.plan_id,
        valid_from=valid_from,
        new=tuple(sorted(set(codes.values()) - kept)),
        kept=tuple(sorted(kept)),
        retired=tuple(c for c in outcome.retired if c not in codes.values()),
        handed_over=handed_over,
    )


def _check_date(plan: PlanRow, before: Standing | None, valid_from: date, today: date) -> None:
    if before is not None and valid_from <= before.since:
        raise Conflict(
            f"Another plan of {plan.community_code} already stands from {before.since}. "
            f"Choose a later day than that.",
            f"{plan.community_code} 已有方案自 {before.since} 起施行，请选择更晚的日期。",
            since=before.since.isoformat(),
        )
    if before is not None and valid_from < today:
        raise Conflict(
            f"{valid_from} is past: what stood on past days is not rewritten. "
            "Publish from today or later.",
            f"{valid_from} 已过去，历史归属不可改写，请选择今天或以后的日期。",
        )


def _units_with_standing_code(
    connection: sa.Connection, plan: PlanRow, before: Standing | None
) -> pd.DataFrame:
    rows = connection.execute(
        statement("units_with_standing_code"),
        {"plan_id": plan.plan_id, "before_id": None if before is None else before.plan_id},
    )
    columns = ["unit_no", "grid_no", "kind", "households", "from_code"]
    return pd.DataFrame(rows.all(), columns=columns)


def _codes_of(connection: sa.Connection, before: Standing | None) -> Iterable[str]:
    if before is None:
        return ()
    query = (
        sa.select(t.grid.c.code)
        .join(t.grid_period, t.grid_period.c.grid_id == t.grid.c.id)
        .where(t.grid_period.c.plan_id == before.plan_id)
    )
    return connection.execute(query).scalars().all()


def _codes(
    connection: sa.Connection,
    plan: PlanRow,
    known: dict[int, str],
    counting_order: Sequence[int],
    valid_from: date,
) -> dict[int, str]:
    """Code of each grid number: the known ones, carried on or brought along, else counted off."""
    codes = dict(known)
    fresh = [n for n in counting_order if n not in codes]
    used = set(
        connection.execute(
            sa.select(t.grid.c.code).where(t.grid.c.community_code == plan.community_code)
        ).scalars()
    ) | set(codes.values())
    for prefix, numbers in _prefixes(connection, plan, counting_order, valid_from).items():
        new = [n for n in fresh if n in numbers]
        digits = MICRO_DIGITS if plan.tier == "micro" else GRID_DIGITS
        codes.update(zip(new, new_codes(prefix, used, len(new), digits), strict=True))
    return codes


def _brought_codes(connection: sa.Connection, plan: PlanRow) -> dict[int, str]:
    """
    Codes that the first plan of a community brought along; no grid may have stood under them.

    A code that is known but never stood comes from a withdrawn publication. Outside of Wangge
    it was this grid's own all the time.
    """
    holds_units = sa.exists().where(
        t.assignment.c.plan_id == t.plan_grid.c.plan_id,
        t.assignment.c.grid_no == t.plan_grid.c.grid_no,
    )
    # A grid that strokes have emptied does not stand, whatever code it came with.
    query = sa.select(t.plan_grid.c.grid_no, t.plan_grid.c.brought_code).where(
        t.plan_grid.c.plan_id == plan.plan_id, t.plan_grid.c.brought_code.is_not(None), holds_units
    )
    brought = {int(number): str(code) for number, code in connection.execute(query)}
    foreign = sorted(c for c in brought.values() if not c.startswith(plan.community_code))
    stood = connection.execute(
        sa.select(t.grid.c.code)
        .where(t.grid.c.code.in_(list(brought.values())))
        .where(sa.exists().where(t.grid_period.c.grid_id == t.grid.c.id))
        .order_by(t.grid.c.code)
    ).scalars()
    wrong = [*foreign, *stood]
    if wrong:
        raise Conflict(
            f"Grid code {wrong[0]} is already used or does not begin with {plan.community_code}. "
            "Correct the codes in the file of standing grids.",
            f"网格编码 {wrong[0]} 已被使用，或不以 {plan.community_code} 开头。"
            "请更正现状网格文件中的编码。",
            codes=wrong,
        )
    return brought


def _prefixes(
    connection: sa.Connection, plan: PlanRow, numbers: Sequence[int], day: date
) -> dict[str, list[int]]:
    """Group grid numbers by what a new code of theirs begins with."""
    if plan.tier == "base":
        return {plan.community_code: list(numbers)}
    bases = _bases(connection, plan, day)
    grouped: dict[str, list[int]] = {}
    for number in numbers:
        below = bases.get(number, set())
        if len(below) != 1 or None in below:
            raise Conflict(
                f"Micro grid {number} of plan {plan.plan_id} does not lie in one base grid that "
                f"stands on {day}. Publish the base grids first, or keep each micro grid inside "
                "one of them.",
                f"方案 {plan.plan_id} 的微网格 {number} 未落在 {day} 现行的同一个基础网格内，"
                "请先发布基础网格，或将微网格限定在一个基础网格内。",
                grid=number,
            )
        grouped.setdefault(str(*below), []).append(number)
    return grouped


def _bases(connection: sa.Connection, plan: PlanRow, day: date) -> dict[int, set[str | None]]:
    """Codes of the base grids that the units of each micro grid lie in on a day."""
    base = _the_publication(
        connection,
        t.publication.c.community_code == plan.community_code,
        t.publication.c.tier == "base",
        t.publication.c.valid.op("@>")(sa.cast(day, sa.Date)),
    )
    found: dict[int, set[str | None]] = {}
    rows = _units_with_standing_code(connection, plan, base)
    for number, code in zip(rows["grid_no"], rows["from_code"], strict=True):
        found.setdefault(int(number), set()).add(None if pd.isna(code) else str(code))
    return found


def _open_publication(
    connection: sa.Connection,
    plan: PlanRow,
    before: Standing | None,
    valid_from: date,
    published_by: str,
    reason: str | None,
    problems: list[dict[str, object]],
) -> int:
    if before is not None:
        ends = {"publication_id": before.publication_id, "plan_id": before.plan_id}
        connection.execute(_END_PUBLICATION, {**ends, "day": valid_from})
        connection.execute(_END_PERIODS, {**ends, "day": valid_from})
    connection.execute(
        sa.update(t.plan).where(t.plan.c.id == plan.plan_id).values(state="published")
    )
    statement = (
        sa.insert(t.publication)
        .values(
            community_code=plan.community_code,
            tier=plan.tier,
            plan_id=plan.plan_id,
            valid=sa.func.daterange(valid_from, None),
            published_by=published_by,
            reason=reason,
            problems=problems,
        )
        .returning(t.publication.c.id)
    )
    return int(connection.execute(statement).scalar_one())


_END_PUBLICATION = sa.text(
    "UPDATE publication SET valid = daterange(lower(valid), :day) WHERE id = :publication_id"
)
_END_PERIODS = sa.text(
    "UPDATE grid_period SET valid = daterange(lower(valid), :day) WHERE plan_id = :plan_id"
)


def _write_grids(
    connection: sa.Connection, plan: PlanRow, codes: dict[int, str], valid_from: date
) -> None:
    numbers = sorted(codes)
    connection.execute(
        statement("grids_publish"),
        {
            "plan_id": plan.plan_id,
            "community_code": plan.community_code,
            "numbers": numbers,
            "codes": [codes[n] for n in numbers],
            "day": valid_from,
        },
    )


def _write_lineage(
    connection: sa.Connection, plan: PlanRow, outcome: Succession, codes: dict[int, str]
) -> None:
    lineage = outcome.lineage
    connection.execute(
        statement("lineage_insert"),
        {
            "plan_id": plan.plan_id,
            "codes": [codes[int(n)] for n in lineage["grid_no"]],
            "from_codes": lineage["from_code"].astype(object).tolist(),
            "households": lineage["households"].tolist(),
            "buildings": lineage["buildings"].tolist(),
        },
    )


def _end_posts(
    connection: sa.Connection, publication_id: int, retired: Sequence[str], day: date
) -> None:
    """End the posts of retired grids, and keep how they were: a withdrawal gives it back."""
    ended = connection.execute(statement("posts_end"), {"codes": list(retired), "day": day})
    connection.execute(
        sa.update(t.publication)
        .where(t.publication.c.id == publication_id)
        .values(ended_posts=[list(row) for row in ended])
    )


def handover_list(connection: sa.Connection, plan_id: int) -> pd.DataFrame:
    """Return the handover list of the publication of a plan, with the people on both sides."""
    result = connection.execute(statement("handover_list"), {"plan_id": plan_id})
    return pd.DataFrame(result.all(), columns=list(result.keys()))
