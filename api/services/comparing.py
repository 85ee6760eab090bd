"""The use case of comparing two divisions of one community."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd
import sqlalchemy as sa

from api.schemas.assignments import (
    ComparedGrid,
    ComparedSide,
    Comparison,
    MovedBuilding,
    SubsidyTiers,
)
from api.services.compared_map import compared_map
from api.services.desk import Desk
from api.services.plans import grid_figures
from gis.arrangement import Ints
from gis.carry import carried
from gis.cells import Ground
from gis.errors import InputError, NotFound
from gis.measures import grid_shapes
from gis.partition.rules import rules_from_document
from gis.staff.figures import Subsidy
from gis.store import plan_grids, publishing
from gis.store import plans as store
from gis.store import snapshots as kept
from gis.store.editor import community_name
from gis.store.plan_listing import building_names
from gis.store.plans import UNASSIGNED, Labels, PlanRow

_SIDE = re.compile(
    r"(?:plan-(?P<plan>\d{1,18}))"
    r"|(?:snapshot-(?P<of>\d{1,18})-(?P<no>\d{1,9}))"
    r"|(?:standing-(?P<community>\d{12})(?:-(?P<day>\d{4}-\d\d-\d\d))?)"
)
_MOST_MOVED = 20_000
_MOST_DRAWN = 5_000


@dataclass(frozen=True, slots=True, eq=False)
class _Side:
    """One side: a ground, the grid of each of its units, and the figures of its grids."""

    plan: PlanRow
    title: str
    ground: Ground
    labels: Labels
    grids: pd.DataFrame


def compare(
    desk: Desk, a: str, b: str, *, today: date, subsidy: Subsidy, geometry: bool = False
) -> Comparison:
    """
    Compare two divisions; each is a plan, a snapshot, or what stands in a community on a day.

    Grids are matched by the households they share, the pair with most first. A building has
    moved when it lies in a grid that is not the match of the one it lay in; buildings that
    only one side knows count as neither.

    Parameters
    ----------
    a, b
        ``plan-12``, ``snapshot-12-3``, ``standing-511599001001`` or, of another day,
        ``standing-511599001001-2026-05-01``.
    subsidy
        Households from which its tiers begin.
    geometry
        Also return the grids of both sides, and the ground of what moved, as shapes.

    Raises
    ------
    InputError
        A side is not spelled so, or the two are of different communities.
    NotFound
        There is no such plan, snapshot or publication in the scope.
    """
    with desk.engine.connect() as connection:
        first, second = (_side(desk, connection, text, today) for text in (a, b))
        _require_one_community(first, second)
        before = _on(first, second)
        match = _matches(before, second)
        away = _away(before, second, match)
        told = away[:_MOST_MOVED]
        names = building_names(connection, _buildings(second, told))
        community = community_name(connection, first.plan.community_code, today)
    stood = away[before[away] != UNASSIGNED]
    sides = [(side.ground, side.labels, side.grids) for side in (first, second)]
    return Comparison(
        community=first.plan.community_code,
        community_name=community,
        subsidy=SubsidyTiers(bounds=list(subsidy.bounds), includes_bound=subsidy.includes_bound),
        a=_summary(first, subsidy),
        b=_summary(second, subsidy),
        moved=_moved(told, before, second, first.grids, names),
        households_moved=int(second.ground.units["households"].to_numpy(np.int64)[stood].sum()),
        grids=_pairs(first.grids, second.grids, match),
        map=compared_map(sides, match, told[:_MOST_DRAWN]) if geometry else None,
    )


def _require_one_community(first: _Side, second: _Side) -> None:
    if first.plan.community_code != second.plan.community_code:
        raise InputError(
            "The two are of different communities: compare divisions of one.",
            "两个方案属于不同社区：只能比较同一社区的方案。",
        )


def _side(desk: Desk, connection: sa.Connection, text: str, today: date) -> _Side:
    found = _SIDE.fullmatch(text)
    if found is None:
        raise InputError(
            f"{text!r} names nothing to compare: say plan-12, snapshot-12-3, standing-CODE or "
            "standing-CODE-2026-05-01.",
            f"“{text}”无法识别：请填 plan-编号、snapshot-方案-快照、standing-社区代码(-日期)。",
        )
    if found["no"]:
        plan = desk.plan(connection, int(found["of"]))
        snapshot = kept.read_snapshot(connection, plan.plan_id, int(found["no"]))
        names = {g["no"]: (g["name"], g["kind"]) for g in snapshot.grids}
        title = f"{plan.name} · {snapshot.head.name}"
        return _laid(desk, connection, plan, title, snapshot.ground_id, snapshot.labels, names)
    number = int(found["plan"]) if found["plan"] else _standing(desk, connection, found, today)
    plan = desk.plan(connection, number)
    states = plan_grids.grid_states(connection, number)
    named = {n: (str(s["name"]), str(s["kind"])) for n, s in states.items()}
    labels = store.read_labels(connection, number)
    return _laid(desk, connection, plan, plan.name, plan.ground_id, labels, named)


def _standing(desk: Desk, connection: sa.Connection, found: re.Match[str], today: date) -> int:
    try:
        day = date.fromisoformat(found["day"]) if found["day"] else today
    except ValueError as fault:
        raise InputError(f"{found['day']} is no day.", f"{found['day']} 不是日期。") from fault
    community = found["community"]
    number = None
    # Of what is not theirs nobody is told more than of what is not there.
    if desk.holds(connection, community):
        number = publishing.plan_standing_on(connection, community, day)
    if number is None:
        raise NotFound(
            f"No grids stand in {community} on {day}.", f"{day} 社区 {community} 没有施行的网格。"
        )
    return number


def _laid(
    desk: Desk,
    connection: sa.Connection,
    plan: PlanRow,
    title: str,
    ground_id: int,
    labels: Labels,
    names: dict[int, tuple[str, str]],
) -> _Side:
    ground = desk.ground_of(connection, ground_id).ground
    there = np.unique(labels[labels != UNASSIGNED]).tolist()
    index = pd.Index(there, name="grid", dtype=np.int64)
    named = pd.DataFrame(
        {"name": [names[n][0] for n in there], "kind": [names[n][1] for n in there]}, index=index
    )
    figures = grid_figures(ground, labels, rules_from_document(plan.rules), named)
    return _Side(plan, title, ground, labels, figures)


def _on(first: _Side, second: _Side) -> Labels:
    """Grid on the first side of each unit of the second."""
    if first.ground is second.ground:
        return first.labels
    moved = carried(first.ground.units, first.labels, second.ground.units)
    return moved.astype(np.int32)


def _matches(before: Labels, second: _Side) -> dict[int, int]:
    """Grid of the second side for each of the first that has one."""
    weight = second.ground.units["households"].to_numpy(np.int64)
    both = (before != UNASSIGNED) & (second.labels != UNASSIGNED)
    pairs, which = np.unique(
        np.column_stack([before[both], second.labels[both]]), axis=0, return_inverse=True
    )
    shared = np.bincount(which.ravel(), weight[both], len(pairs))
    match: dict[int, int] = {}
    for a, b in pairs[np.argsort(-shared, kind="stable")].tolist():
        if a not in match and b not in match.values():
            match[a] = b
    return match


def _away(before: Labels, second: _Side, match: dict[int, int]) -> Ints:
    """Units with a building that have moved, those with most households first."""
    units = second.ground.units
    goal = np.array([match.get(int(n), -2) if n != UNASSIGNED else n for n in before])
    away = np.flatnonzero((goal != second.labels) & (units["kind"] != "ground").to_numpy())
    weight = units["households"].to_numpy(np.int64)
    return away[np.argsort(-weight[away], kind="stable")]


def _buildings(side: _Side, units: Ints) -> list[str]:
    return side.ground.units["building_id"].iloc[units].dropna().astype(str).unique().tolist()


def _moved(
    away: Ints, before: Labels, second: _Side, old: pd.DataFrame, names: pd.DataFrame
) -> list[MovedBuilding]:
    units = second.ground.units.iloc[away]
    places = units.geometry.representative_point().to_crs(4326)
    called = names.reindex(units["building_id"])
    called = called.where(called.notna(), None)
    columns = {
        "unit_id": units["unit_id"],
        "building": units["building_id"],
        "name": called["name"],
        "courtyard": called["courtyard"],
        "households": units["households"],
        "households_estimated": units["households_estimated"].astype(bool),
        "place": zip(places.x.round(7), places.y.round(7), strict=True),
        "from_no": _numbers(before[away]),
        "to_no": _numbers(second.labels[away]),
        "from_grid": (_name(old, n) for n in before[away]),
        "to_grid": (_name(second.grids, n) for n in second.labels[away]),
    }
    rows = zip(*columns.values(), strict=True)
    return [MovedBuilding.model_validate(dict(zip(columns, row, strict=True))) for row in rows]


def _numbers(labels: Labels) -> list[int | None]:
    return [None if n == UNASSIGNED else n for n in labels.tolist()]


def _name(grids: pd.DataFrame, label: np.int32) -> str | None:
    return str(grids["name"].loc[int(label)]) if int(label) in grids.index else None


def _pairs(first: pd.DataFrame, second: pd.DataFrame, match: dict[int, int]) -> list[ComparedGrid]:
    pairs: Sequence[tuple[int | None, int | None]] = [
        *((a, match.get(a)) for a in first.index.tolist()),
        *((None, b) for b in second.index.tolist() if b not in match.values()),
    ]
    return [
        ComparedGrid.model_validate({**_figures(first, a, "a"), **_figures(second, b, "b")})
        for a, b in pairs
    ]


def _figures(grids: pd.DataFrame, number: int | None, side: str) -> dict[str, object]:
    row = {} if number is None else grids.loc[[number]].to_dict("records")[0]
    return {
        side: number,
        f"name_{side}": row.get("name"),
        f"households_{side}": row.get("households", 0),
        f"load_{side}": row.get("load", 0.0),
        f"posts_{side}": row.get("posts_needed", 0),
        f"round_m_{side}": row.get("round_m", 0.0),
    }


def _summary(side: _Side, subsidy: Subsidy) -> ComparedSide:
    grids = side.grids
    peopled = grids.loc[grids["households"] > 0, "load"].astype(float)
    households = int(side.ground.units["households"].sum())
    return ComparedSide(
        title=side.title,
        plan=side.plan.plan_id,
        state=side.plan.state,
        revision=side.plan.revision if side.plan.state in store.EDITABLE else None,
        grids=len(grids),
        households=households,
        unassigned_households=households - int(grids["households"].sum()),
        posts_needed=int(grids["posts_needed"].sum()),
        over_cap=int((grids["load"] > 1).sum()),
        highest_load=float(peopled.max()) if len(peopled) else 0.0,
        lowest_load=float(peopled.min()) if len(peopled) else 0.0,
        balance=float(peopled.std(ddof=0) / peopled.mean()) if len(peopled) else 0.0,
        compactness=_compactness(side),
        round_m=float(grids["round_m"].sum()),
        subsidy_tier=subsidy.tier(households),
    )


def _compactness(side: _Side) -> float:
    scores = grid_shapes(side.ground, side.labels)["polsby_popper"]
    return float(scores.mean()) if len(scores) else 0.0
