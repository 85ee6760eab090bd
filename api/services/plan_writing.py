"""Dividing, publishing and withdrawing as asked for over HTTP."""

from __future__ import annotations

import sqlalchemy as sa

from api.principal import Principal, signed
from api.schemas.plans import DivideRequest, PlanDetail, PublishRequest, WithdrawRequest
from api.services.grounds import no_community
from api.services.plan_reading import plan_by_id, require_plan
from api.services.plans import divide_community
from api.services.publishing import publish_plan, withdraw_plan
from api.services.sights import Seer
from api.today import today
from gis.errors import InvalidRules
from gis.partition.rules import load_rules, preset_names


def divide(engine: sa.Engine, seer: Seer, who: Principal, wanted: DivideRequest) -> PlanDetail:
    """
    Divide a community under a preset rule set and return the new draft.

    Raises
    ------
    InvalidRules
        `rules` is no preset. A path to a file is refused: it would be one of the server's.
    NotFound
        The community is unknown or not seen, or has no buildings.
    Infeasible
        The rules cannot be met.
    """
    if wanted.rules not in preset_names():
        known = ", ".join(preset_names())
        raise InvalidRules(
            f"There is no rule set {wanted.rules!r}: choose one of {known}.",
            f"没有名为“{wanted.rules}”的规则：请选用 {known}。",
        )
    rules = load_rules(wanted.rules)
    with engine.connect() as connection:
        if not seer.today(connection).holds(wanted.community):
            raise no_community(wanted.community)
    plan_id = divide_community(
        engine,
        wanted.community,
        rules,
        made_by=signed(who, wanted.made_by),
        seed=wanted.seed,
        name=wanted.name,
    )
    return _read(engine, seer, plan_id)


def publish(
    engine: sa.Engine,
    seer: Seer,
    who: Principal,
    plan_id: int,
    wanted: PublishRequest,
    *,
    days_ahead: int,
) -> PlanDetail:
    """
    Publish a plan from a day on and return it.

    Raises
    ------
    InputError
        The day is more than `days_ahead` days ahead.
    Conflict
        A hard rule is broken and no reason given, the day is taken or past, or the plan is
        published already.
    NotFound
        There is no such plan to be seen.
    """
    _require(engine, seer, plan_id)
    publish_plan(
        engine,
        plan_id,
        valid_from=wanted.valid_from,
        published_by=signed(who, wanted.published_by),
        today=today(),
        reason=wanted.reason,
        days_ahead=days_ahead,
    )
    return _read(engine, seer, plan_id)


def withdraw(
    engine: sa.Engine, seer: Seer, who: Principal, plan_id: int, wanted: WithdrawRequest
) -> PlanDetail:
    """
    Take back a publication that has not taken effect and return the plan, a draft again.

    Raises
    ------
    Conflict
        The plan is not published, has taken effect, or a later publication builds on it.
    NotFound
        There is no such plan to be seen.
    """
    _require(engine, seer, plan_id)
    by = signed(who, wanted.withdrawn_by)
    withdraw_plan(engine, plan_id, withdrawn_by=by, today=today(), reason=wanted.reason)
    return _read(engine, seer, plan_id)


def _read(engine: sa.Engine, seer: Seer, plan_id: int) -> PlanDetail:
    with engine.connect() as connection:
        return plan_by_id(connection, seer.today(connection), plan_id)


def _require(engine: sa.Engine, seer: Seer, plan_id: int) -> None:
    with engine.connect() as connection:
        require_plan(connection, seer.today(connection), plan_id)
