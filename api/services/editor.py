"""Use case of the planner's page: one document with all it needs to redraw a plan."""

from __future__ import annotations

import json

import pandas as pd
import sqlalchemy as sa

from api.principal import Principal
from api.services.grid_changes import own_kind
from api.services.ground_lines import STEP, GroundLines
from api.services.ground_memory import GroundOf, KnownGround
from api.services.plan_reading import require_plan
from api.today import today
from gis.partition.rules import RuleSet, rules_from_document
from gis.store import editor as store
from gis.store.plans import EDITABLE, PlanRow, read_plan
from gis.store.sight import Sight
from gis.yardstick import Yardstick

Document = dict[str, object]


def editor_document(
    connection: sa.Connection, sight: Sight, plan_id: int, who: Principal, ground_of: GroundOf
) -> str:
    """
    Return a plan with all that a page needs to redraw it without asking again, as JSON.

    Lines come once, as borders; the page puts the cells together from them. They are most of
    the document and are written once for each ground.

    Raises
    ------
    NotFound
        There is no such plan to be seen.
    """
    require_plan(connection, sight, plan_id)
    plan = read_plan(connection, plan_id)
    known = ground_of(connection, plan.ground_id)
    measure, lines = known.measure(plan.rules), known.lines()
    stored = store.editor_units(connection, plan_id)
    courtyards = store.editor_courtyards(connection, plan_id)
    document = {
        "plan": _plan(plan, store.community_name(connection, plan.community_code, today()), who),
        "rules": _rules(rules_from_document(plan.rules), measure.capacity, own_kind(plan)),
        "scale": {"west": lines.west, "south": lines.south, "step": STEP},
        "units": _units(known, measure, lines, stored, courtyards, counts=who.may("counts")),
        "courtyards": _listed(courtyards[["code", "name", "kind"]]),
        "touching": {"a": measure.i.tolist(), "b": measure.j.tolist()},
        "grids": _listed(store.editor_grids(connection, plan_id)),
        "assignment": stored["grid_no"].tolist(),
        "certificate": plan.certificate,
    }
    text = json.dumps(document, ensure_ascii=False, separators=(",", ":"))
    return f'{{"borders":{lines.borders},{text[1:]}'


def _plan(plan: PlanRow, community: str | None, who: Principal) -> Document:
    return {
        "id": plan.plan_id,
        "name": plan.name,
        "state": plan.state,
        "revision": plan.revision,
        "tier": plan.tier,
        "community_code": plan.community_code,
        "community_name": community,
        "based_on": plan.based_on,
        "ground": plan.ground_id,
        "me": who.name,
        "may_draw": who.may("draw") and plan.state in EDITABLE,
        "may_recall": who.may("draw") and plan.state == "submitted",
        "may_fork": who.may("draw"),
        "may_approve": who.may("approve"),
    }


def _rules(rules: RuleSet, capacity: int, grid_kind: str) -> Document:
    return {
        "name": rules.name,
        "caps": rules.caps,
        "capacity": capacity,
        "fill": rules.fill,
        "keep_courtyards": rules.keep_courtyards,
        "hard_barriers": list(rules.hard_barriers),
        "soft_barriers": list(rules.soft_barriers),
        "households_kind": rules.households_kind,
        "grid_kind": grid_kind,
    }


def _units(
    known: KnownGround,
    measure: Yardstick,
    lines: GroundLines,
    stored: pd.DataFrame,
    courtyards: pd.DataFrame,
    *,
    counts: bool,
) -> Document:
    units = known.ground.units
    places = pd.Index(courtyards["code"])
    return {
        **_listed(units[["unit_id", "kind", "households"]]),
        "estimated": measure.estimated.nonzero()[0].tolist(),
        "load": measure.load.tolist(),
        "building": _texts(units["building_id"]),
        "name": stored["name"].tolist(),
        "courtyard": places.get_indexer(units["courtyard_id"]).tolist(),
        "x": lines.x,
        "y": lines.y,
        "elders": stored["elders"].tolist() if counts else None,
    }


def _texts(column: pd.Series) -> list[str | None]:
    return [text if isinstance(text, str) else None for text in column.tolist()]


def _listed(frame: pd.DataFrame) -> Document:
    return {str(name): frame[name].tolist() for name in frame}
