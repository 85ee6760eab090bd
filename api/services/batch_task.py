"""One task of a batch: a community divided and stored, or the reason why not."""

from __future__ import annotations

import time
from typing import Any

import sqlalchemy as sa

from api.services.batch import Order, Outcome
from api.services.plans import divide_community_once
from gis.errors import WanggeError


def outcome_of(engine: sa.Engine, community_code: str, order: Order) -> Outcome:
    """
    Divide one community and store the draft; whatever goes wrong is told, never raised.

    A fault that is not one of ours is told by its kind and first line, without the statement or
    its values: outcomes travel and are logged.
    """
    start = time.perf_counter()
    try:
        done = divide_community_once(
            engine, community_code, order.rules, made_by=order.made_by, seed=order.seed
        )
    except WanggeError as fault:
        return Outcome(community_code, "failed", en=fault.en, zh=fault.zh)
    except Exception as fault:
        en, zh = _unexpected(fault)
        return Outcome(community_code, "failed", en=en, zh=zh)
    found: dict[str, Any] = dict(done.certificate)
    return Outcome(
        community_code,
        "there" if done.was_there else "stored",
        plan_id=done.plan_id,
        grids=int(found["grids"]),
        lower_bound=int(found["lower_bound"]),
        over_cap=len(found["over_cap"]),
        households=int(found["households"]),
        seconds=round(time.perf_counter() - start, 3),
    )


def _unexpected(fault: Exception) -> tuple[str, str]:
    said = fault.orig if isinstance(fault, sa.exc.DBAPIError) else fault
    line = next(iter(str(said).strip().splitlines()), "")[:300]
    name = type(said).__name__
    return (
        f"an unexpected fault, {name}: {line}. The other communities are not touched by it; "
        "please report it.",
        f"意外错误 {name}：{line}。其他社区不受影响；请报告此问题。",
    )
