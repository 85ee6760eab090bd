"""What each stage of dividing a stored community costs in CPU seconds, without the server's."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import sqlalchemy as sa

from api.services import grounds, plans
from api.services.batch import communities_to_divide
from gis.partition import divide
from gis.partition.rules import load_rules
from gis.store.engine import open_engine

# Names of the stages in the modules that call them.
_STAGES: dict[str, tuple[Any, str]] = {
    "reading the layers": (grounds, "_layers"),
    "fingerprint": (grounds, "fingerprint"),
    "ground": (grounds, "build_ground"),
    "storing the ground": (grounds, "save_ground"),
    "division": (divide, "divide"),
    "storing the draft": (plans, "store_division"),
}


def stages(url: str, count: int) -> dict[str, float]:
    """
    Divide some communities anew and return CPU seconds a community by stage, and of all.

    Grounds and plans of the database are thrown away first.
    """
    engine, rules = open_engine(url), load_rules("gaoxian-2020")
    with engine.begin() as connection:
        connection.execute(sa.text("TRUNCATE plan, ground CASCADE"))
    codes, _ = communities_to_divide(engine)
    step = max(1, len(codes) // count)
    chosen = codes[::step][:count]
    plans.divide_community_once(engine, codes[-1], rules, made_by="bench")
    spent = dict.fromkeys(_STAGES, 0.0)
    for stage, (module, name) in _STAGES.items():
        setattr(module, name, _timed(getattr(module, name), stage, spent))
    start = time.process_time()
    for code in chosen:
        plans.divide_community_once(engine, code, rules, made_by="bench")
    whole = time.process_time() - start
    engine.dispose()
    return {stage: seconds / len(chosen) for stage, seconds in (spent | {"all": whole}).items()}


def _timed(work: Callable[..., Any], stage: str, spent: dict[str, float]) -> Callable[..., Any]:
    def timed(*arguments: Any, **named: Any) -> Any:
        start = time.process_time()
        try:
            return work(*arguments, **named)
        finally:
            spent[stage] += time.process_time() - start

    return timed
