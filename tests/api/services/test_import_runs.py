"""Rows that wait in several runs of one layer: the last file that names a row speaks for it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
import shapely

from api.services.import_progress import STAGES, Progress
from api.services.import_runs import list_runs, retry_run, show_run
from api.services.importing import import_file
from api.services.plans import adopt_grids
from api.services.publishing import publish_plan
from api.today import today
from gis.io.write import write_layer
from gis.partition.rules import load_rules
from gis.store.layers import read_layer
from tests.api.services.conftest import COMMUNITY, Town, half_grids

WEST, EAST = f"{COMMUNITY}001", f"{COMMUNITY}002"

Roster = Callable[[dict[str, tuple[str, str]]], Path]


@pytest.fixture
def roster(tmp_path: Path) -> Roster:
    """A file of posts: number of the post, code of its grid and number of its worker."""

    def _write(posts: dict[str, tuple[str, str]]) -> Path:
        rows = [{"post_id": p, "grid_code": g, "worker_id": w} for p, (g, w) in posts.items()]
        path = tmp_path / "posts.csv"
        pd.DataFrame(rows).to_csv(path, index=False)
        return path

    return _write


def _publish_standing_grids(town: Town) -> None:
    rules, day = load_rules("gaoxian-2020"), date(2026, 1, 1)
    plan_id, _ = adopt_grids(town.engine, COMMUNITY, half_grids(), rules, made_by="planner")
    publish_plan(
        town.engine, plan_id, valid_from=day, published_by="planner", today=day, reason="standing"
    )


def _holders(town: Town) -> dict[str, str]:
    with town.engine.connect() as connection:
        posts = read_layer(connection, "posts", at=today())
    return dict(zip(posts["post_id"], posts["worker_id"], strict=True))


@pytest.mark.parametrize("newest_first", [True, False])
def test_a_newer_roster_outranks_an_older_one_in_any_order_of_retries(
    town: Town, roster: Roster, newest_first: bool
) -> None:
    import_file(town.engine, roster({"P1": (WEST, "W1"), "P2": (EAST, "W2")}), "posts")
    import_file(town.engine, roster({"P1": (WEST, "W9")}), "posts")
    _publish_standing_grids(town)
    waiting = [run.run_id for run in list_runs(town.engine, all_runs=False)]
    for run_id in sorted(waiting, reverse=newest_first):
        assert retry_run(town.engine, run_id).waiting == 0
    assert _holders(town) == {"P1": "W9", "P2": "W2"}


def test_a_row_waits_in_one_run_only(town: Town, roster: Roster) -> None:
    both = {"P1": (WEST, "W1"), "P2": (EAST, "W2")}
    first, second = (import_file(town.engine, roster(both), "posts") for _ in range(2))
    assert first.run_id is not None
    assert second.run_id is not None
    assert show_run(town.engine, first.run_id)[1] == []
    assert [row.code for row in show_run(town.engine, second.run_id)[1]] == ["P1", "P2"]


def test_a_row_stored_by_a_later_file_waits_no_longer(town: Town, roster: Roster) -> None:
    import_file(town.engine, roster({"P1": ("511599001001999", "W1")}), "posts")
    _publish_standing_grids(town)
    import_file(town.engine, roster({"P1": (WEST, "W1")}), "posts")
    assert list_runs(town.engine, all_runs=False) == []


def test_a_ledger_does_not_settle_a_building_that_waits_for_its_shape(
    town: Town, tmp_path: Path
) -> None:
    broken = gpd.GeoDataFrame(
        {"building_id": ["B00"], "households": [31]}, geometry=[shapely.Point(0, 0)], crs=4326
    )
    drawn = write_layer(broken, tmp_path / "drawn.geojson", layer="buildings")
    first = import_file(town.engine, drawn, "buildings")
    assert first.run_id is not None
    assert first.waiting == 1
    (tmp_path / "ledger.csv").write_text("building_id,households\nB00,32\n", encoding="utf-8")
    ledger = import_file(town.engine, tmp_path / "ledger.csv", "buildings")
    assert ledger.counts.changed == 1
    assert [row.code for row in show_run(town.engine, first.run_id)[1]] == ["B00"]


def test_every_stage_tells_of_all_its_rows(town: Town, tmp_path: Path) -> None:
    told: list[Progress] = []
    with town.engine.connect() as connection:
        buildings = read_layer(connection, "buildings")
    path = write_layer(buildings, tmp_path / "b.gpkg", layer="buildings")
    result = import_file(town.engine, path, "buildings", tell=told.append)
    assert (result.rows, result.waiting) == (24, 0)
    assert [p.stage for p in told if p.rows == p.total == 24] == list(STAGES)
    assert [STAGES.index(p.stage) for p in told] == sorted(STAGES.index(p.stage) for p in told)
    assert all(p.total is None or 0 <= p.rows <= p.total for p in told)
