"""Dividing, publishing and withdrawing as asked for over HTTP."""

from __future__ import annotations

import sqlalchemy as sa

from api.plan_rights import EVERY_PLAN
from api.schemas.plans import DivideRequest, PlanDetail, PublishRequest, WithdrawRequest
from api.services.plan_reading import plan_by_id
from api.services.plans import divide_community
from api.services.publishing import publish_plan, withdraw_plan
from api.today import today
from gis.errors import InvalidRules
from gis.partition.rules import load_rules, preset_names


def divide(engine: sa.Engine, wanted: DivideRequest) -> PlanDetail:
    """
    Divide a community under a preset rule set and return the new draft.

    Raises
    ------
    InvalidRules
        `rules` is no preset. A path to a file is refused: it would be one of the server's.
    NotFound
        The community is unknown or has no buildings.
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
    plan_id = divide_community(
        engine, wanted.community, rules, made_by=wanted.made_by, seed=wanted.seed, name=wanted.name
    )
    return _read(engine, plan_id)


def publish(
    engine: sa.Engine, plan_id: int, wanted: PublishRequest, *, days_ahead: int
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
        There is no such plan.
    """
    publish_plan(
        engine,
        plan_id,
        valid_from=wanted.valid_from,
        published_by=wanted.published_by,
        today=today(),
        reason=wanted.reason,
        days_ahead=days_ahead,
    )
    return _read(engine, plan_id)


def withdraw(engine: sa.Engine, plan_id: int, wanted: WithdrawRequest) -> PlanDetail:
    """
    Take back a publication that has not taken effect and return the plan, a draft again.

    Raises
    ------
    Conflict
        The plan is not published, has taken effect, or a later publication builds on it.
    NotFound
        There is no such plan.
    """
    withdraw_plan(
        engine, plan_id, withdrawn_by=wanted.withdrawn_by, today=today(), reason=wanted.reason
    )
    return _read(engine, plan_id)


def _read(engine: sa.Engine, plan_id: int) -> PlanDetail:
    with engine.connect() as connection:
        return plan_by_id(connection, plan_id, EVERY_PLAN)
