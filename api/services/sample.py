"""The made-up street office in the database: imported, its standing grids adopted, divided anew."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import date, timedelta
from multiprocessing import get_context
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import sqlalchemy as sa

from gis.errors import Conflict, Unavailable
from gis.store import tables as t

if TYPE_CHECKING:
    import geopandas as gpd

    from gis.partition.rules import RuleSet

RULES = "gaoxian-2020"
KINDS = "yuzhong"
MADE_BY = "demo"

Tell = Callable[[str, str], None]
"""Called with what is done now, in English and Chinese."""


Progress = Literal["stored", "adopted", "divided"]


def prepare_sample(engine: sa.Engine, file: Path, *, today: date, tell: Tell) -> None:
    """
    Bring the sample into the database, as far as it is not there yet.

    Its standing grids stand until yesterday; the division by the rules of Gao County
    stands from today, so that there is a handover list to look at; then who reaches what on
    foot is computed. Each step is one transaction: after a kill the next call goes on where
    this one was stopped.

    Parameters
    ----------
    engine
        A migrated database.
    file
        GeoPackage with all layers of the sample.
    today
        The day it is where the sample lies.
    tell
        Told of every step that takes time.

    Raises
    ------
    Conflict
        The database holds other communities: the sample is not mixed with somebody's data.
    """
    codes = sample_communities(file)
    if None in progress(engine, codes).values():
        _load(engine, file, tell)
    with _walking_beside(engine) as walked:
        if set(progress(engine, codes).values()) != {"divided"}:
            _go_on(engine, file, codes, today=today, tell=tell)
        if walked is not None:
            tell("computing the walking circles", "计算步行圈")
            walked()


def sample_communities(file: Path) -> tuple[str, ...]:
    """Codes of the communities of a GeoPackage; read without what takes long to load."""
    with closing(sqlite3.connect(f"{file.absolute().as_uri()}?mode=ro", uri=True)) as package:
        query = "SELECT area_code FROM areas WHERE level = 'community' ORDER BY area_code"
        return tuple(code for (code,) in package.execute(query))


def progress(engine: sa.Engine, codes: tuple[str, ...]) -> dict[str, Progress | None]:
    """
    How far each community is; None: not stored.

    Raises
    ------
    Conflict
        None of them is stored, and others are.
    """
    communities = sa.select(t.area.c.code).where(
        t.area.c.level == "community", sa.func.upper_inf(t.area.c.valid)
    )
    begun_as = (
        sa.select(t.publication.c.community_code, t.edit.c.action)
        .join(t.edit, t.edit.c.plan_id == t.publication.c.plan_id)
        .where(t.publication.c.tier == "base", sa.func.upper_inf(t.publication.c.valid))
        .order_by(t.publication.c.community_code, t.edit.c.seq.desc())
    )
    with engine.connect() as connection:
        stored = set(connection.scalars(communities))
        # The first edit comes last and wins: it says how the plan came to be.
        actions = {code: action for code, action in connection.execute(begun_as)}  # noqa: C416
    if stored and stored.isdisjoint(codes):
        raise Conflict(
            "The database holds communities of its own, and the demo does not mix the sample "
            "with them: use `wangge serve`, or another database.",
            "数据库中已有其他社区，演示不会混入示例数据：请使用 `wangge serve`，或换一个数据库。",
        )
    return {code: _how_far(code in stored, actions.get(code)) for code in codes}


def _how_far(stored: bool, action: str | None) -> Progress | None:
    if action is None:
        return "stored" if stored else None
    return "adopted" if action == "adopt" else "divided"


def _load(engine: sa.Engine, file: Path, tell: Tell) -> None:
    from api.services.importing import import_all

    tell("loading the sample", "导入示例数据")
    import_all(engine, file)


@contextmanager
def _walking_beside(engine: sa.Engine) -> Iterator[Callable[[], object] | None]:
    """
    Compute the walking circles in a process beside this one; yields what waits for it.

    Both this and dividing compile for some seconds on a new machine, and neither needs the
    other. None where the circles are there. A process that is no longer waited for is ended: its
    one transaction leaves nothing behind.
    """
    with engine.connect() as connection:
        runs = connection.scalar(sa.select(sa.func.count()).select_from(t.walking_run))
    if runs:
        yield None
        return
    url = engine.url.render_as_string(hide_password=False)
    process = get_context("spawn").Process(target=_walk, args=(url,), daemon=True)
    process.start()
    try:
        yield lambda: _waited_for(process)
    except BaseException:
        process.terminate()
        raise
    finally:
        process.join()


def _waited_for(process: BaseProcess) -> None:
    process.join()
    if process.exitcode:
        raise Unavailable(
            "The walking circles of the sample could not be computed: run `wangge circles update` "
            "to see why.",
            "示例的步行圈未能算出：请运行 `wangge circles update` 查看原因。",
        )


def _go_on(
    engine: sa.Engine, file: Path, codes: tuple[str, ...], *, today: date, tell: Tell
) -> None:
    from gis.io.read import read_layer
    from gis.partition.rules import load_rules

    rules = load_rules(RULES)
    grids = read_layer(file, "grids").frame
    for code, how_far in progress(engine, codes).items():
        if how_far == "stored":
            tell(f"adopting the standing grids of {code}", f"采用 {code} 的现状网格")
            _adopt(engine, code, grids, rules, today=today)
    _place_posts(engine)
    for code, how_far in progress(engine, codes).items():
        if how_far == "adopted":
            tell(f"dividing {code}", f"划分 {code}")
            _divide(engine, code, rules, today=today)


def _walk(url: str) -> None:
    from api.services.walking import WalkingOrder, update
    from gis.circles.presets import load_kinds
    from gis.store.engine import open_engine

    engine = open_engine(url, pool_size=1)
    try:
        update(engine, WalkingOrder(load_kinds(KINDS).kinds), lambda _en, _zh, _share: None)
    finally:
        engine.dispose()


def _place_posts(engine: sa.Engine) -> None:
    """Posts waited for the grids they belong to, which stand now."""
    from api.services.import_runs import list_runs, retry_run

    for run in list_runs(engine, all_runs=False):
        if run.layer == "posts":
            retry_run(engine, run.run_id)


def _adopt(
    engine: sa.Engine, code: str, grids: gpd.GeoDataFrame, rules: RuleSet, *, today: date
) -> None:
    from api.services.plans import adopt_grids
    from api.services.publishing import publish_plan

    yesterday = today - timedelta(days=1)
    plan_id, _ = adopt_grids(engine, code, grids, rules, made_by=MADE_BY)
    publish_plan(
        engine,
        plan_id,
        valid_from=yesterday,
        published_by=MADE_BY,
        today=yesterday,
        reason="示例:划分前的现状网格",
    )


def _divide(engine: sa.Engine, code: str, rules: RuleSet, *, today: date) -> None:
    from api.services.plans import divide_community
    from api.services.publishing import publish_plan

    name = f"{today.year} 年划分"
    plan_id = divide_community(engine, code, rules, made_by=MADE_BY, name=name)
    publish_plan(engine, plan_id, valid_from=today, published_by=MADE_BY, today=today)
