"""What each stage of dividing a stored community costs in CPU seconds, without the server's."""

from __future__ import annotations

import cProfile
import pstats
import time

import sqlalchemy as sa

from api.services.batch import communities_to_divide
from api.services.plans import divide_community_once
from gis.partition.rules import load_rules
from gis.store.engine import open_engine

# Functions of the stages by module; the first in each path of calls counts.
STAGES = {
    "reading the layers": ("grounds.py", "_layers"),
    "fingerprint": ("grounds.py", "fingerprint"),
    "ground": ("cells.py", "build_ground"),
    "storing the ground": ("grounds.py", "save_ground"),
    "reading the ground": ("grounds.py", "load_ground"),
    "division": ("divide.py", "divide"),
    "storing the draft": ("plans.py", "_store_division"),
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
    divide_community_once(engine, codes[-1], rules, made_by="bench")
    profile = cProfile.Profile(time.process_time)
    start = time.process_time()
    for code in chosen:
        profile.runcall(divide_community_once, engine, code, rules, made_by="bench")
    whole = (time.process_time() - start) / len(chosen)
    engine.dispose()
    return _by_stage(profile, len(chosen)) | {"all": whole}


def _by_stage(profile: cProfile.Profile, count: int) -> dict[str, float]:
    timed = pstats.Stats(profile).stats  # type: ignore[attr-defined] # not in its stub
    sums = dict.fromkeys(STAGES, 0.0)
    for (file, _, function), (_, _, _, seconds, _) in timed.items():
        for name, (module, wanted) in STAGES.items():
            if function == wanted and file.endswith("/" + module):
                sums[name] += seconds / count
    return sums
