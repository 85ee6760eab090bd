"""A small city divided whole: on this machine, on a cluster, interrupted, and with a bad place."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
import shapely
import sqlalchemy as sa
from distributed import LocalCluster
from shapely.affinity import translate

from api.services.plans import divide_community
from gis.partition.rules import load_rules
from gis.store import plans as store
from gis.store.bulk import copy_frame
from tests.command_line import Done, wangge

PROJECT = Path(__file__).resolve().parents[3]
METRIC = "EPSG:4544"
HIDDEN = "swordfish"
CODES = [f"51159900100{n}" for n in range(1, 5)]


def _degrees(shapes: list[shapely.Polygon], east: float) -> list[shapely.Geometry]:
    placed = [shapely.MultiPolygon([translate(s, 500_000 + east, 3_170_000)]) for s in shapes]
    return list(gpd.GeoSeries(placed, crs=METRIC).to_crs(4326))


def fill_city(engine: sa.Engine, codes: list[str] = CODES) -> None:
    """Store communities 2 km apart, the first with 6 rows of 4 slabs, each later one row less."""
    with engine.begin() as connection:
        for number, code in enumerate(codes):
            rows = 6 - number
            slabs = [shapely.box(10, 14, 50, 26 + number) for _ in range(4) for _ in range(rows)]
            spots = [(column * 60, row * 40) for column in range(4) for row in range(rows)]
            slabs = [translate(s, *spot) for s, spot in zip(slabs, spots, strict=True)]
            area = _degrees([shapely.box(0, 0, 240, rows * 40)], 2000 * number)
            copy_frame(
                connection,
                "area",
                pd.DataFrame(
                    {"code": [code], "name": ["社区"], "level": ["community"], "geom": area}
                ),
            )
            copy_frame(
                connection,
                "building",
                pd.DataFrame(
                    {
                        "code": [f"{code}-{k}" for k in range(len(slabs))],
                        "community_code": code,
                        "households": 30,
                        "households_kind": "registered",
                        "geom": _degrees(slabs, 2000 * number),
                    }
                ),
            )


@pytest.fixture
def city(engine: sa.Engine, database_url: str, monkeypatch: pytest.MonkeyPatch) -> sa.Engine:
    """Four communities in a database that the commands find by its address, with a password."""
    fill_city(engine)
    url = sa.make_url(database_url).set(password=HIDDEN)
    monkeypatch.setenv("WANGGE_DATABASE_URL", url.render_as_string(hide_password=False))
    monkeypatch.setenv("WANGGE_LANG", "en")
    return engine


def command(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "api.cli", "divide-all", "--by", "planner", *arguments]


def run(*arguments: str) -> Done:
    return wangge("divide-all", "--by", "planner", *arguments)


def drafts(engine: sa.Engine) -> dict[str, int]:
    """Number of whole drafts of each community: every unit in a grid, one edit."""
    query = sa.text(
        "SELECT community_code, count(*) AS drafts FROM plan "
        "WHERE state = 'draft' AND revision = 1 AND NOT EXISTS "
        "(SELECT 1 FROM assignment WHERE plan_id = plan.id AND grid_no IS NULL) "
        "GROUP BY community_code"
    )
    with engine.connect() as connection:
        return {row.community_code: row.drafts for row in connection.execute(query)}


def labels(engine: sa.Engine, code: str, nth: int) -> list[int]:
    with engine.connect() as connection:
        plan = store.list_plans(connection, code)[nth]
        return list(store.read_labels(connection, plan.plan_id))


def test_a_city_is_divided_once_and_only_what_changed_is_divided_again(
    city: sa.Engine, tmp_path: Path
) -> None:
    report = tmp_path / "report.json"
    first = subprocess.run(
        command("--workers", "2", "--report", str(report)),
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert first.returncode == 0, first.stderr
    assert drafts(city) == dict.fromkeys(CODES, 1)
    assert "4 communities: 4 divided, 0 were there, 0 failed; 2160 households" in first.stdout
    assert "4/4 " in first.stderr
    rows = json.loads(report.read_text("utf-8"))["communities"]
    assert [row["community_code"] for row in rows] == CODES
    with city.begin() as connection:
        connection.execute(
            sa.text("UPDATE building SET households = 31 WHERE code = :code"),
            {"code": f"{CODES[1]}-0"},
        )
        # A plan that was mended from another is not the division that was asked for.
        connection.execute(
            sa.text(
                "UPDATE edit SET action = 'repair' FROM plan "
                "WHERE plan.id = plan_id AND community_code = :code"
            ),
            {"code": CODES[2]},
        )
    second = run("--workers", "1")
    assert "2 divided, 2 were there" in second.stdout
    assert drafts(city) == {**dict.fromkeys(CODES, 1), CODES[1]: 2, CODES[2]: 2}
    divide_community(city, CODES[0], load_rules("gaoxian-2020"), made_by="planner")
    assert labels(city, CODES[0], 0) == labels(city, CODES[0], 1)


def test_a_bad_community_is_told_and_stops_no_other(city: sa.Engine) -> None:
    with city.begin() as connection:
        connection.execute(
            sa.text("UPDATE area SET geom = ST_Translate(geom, 0, 1) WHERE code = :code"),
            {"code": CODES[2]},
        )
        connection.execute(
            sa.text(
                "INSERT INTO area (code, name, level, geom) SELECT '511599001009', 'bare', level, "
                "ST_Translate(geom, 1, 1) FROM area LIMIT 1"
            )
        )
    done = run("--workers", "1")
    assert done.returncode == 3
    assert sorted(drafts(city)) == [code for code in CODES if code != CODES[2]]
    assert f"failed: {CODES[2]}: " in done.stderr
    assert "1 communities have no buildings" in done.stderr
    assert "Traceback" not in done.stderr


@contextmanager
def running_but_held(engine: sa.Engine, code: str) -> Iterator[subprocess.Popen[str]]:
    """
    A run on two workers in a process group of its own, whose task of one community waits.

    Another session holds the lock of that community; yields when all others are told.
    """
    with engine.connect() as holder:
        holder.execute(
            sa.text("SELECT pg_advisory_lock(hashtext('wangge.community'), hashtext(:code))"),
            {"code": code},
        )
        with subprocess.Popen(
            command("--workers", "2"),
            cwd=PROJECT,
            start_new_session=True,
            stderr=subprocess.PIPE,
            text=True,
        ) as process:
            assert process.stderr is not None
            told = (line for line in process.stderr if line.startswith(f"{len(CODES) - 1}/"))
            assert next(told, None), "it ended before it could be held"
            while not _waits(engine):
                assert process.poll() is None
            yield process
            process.wait(60)
        holder.invalidate()


def _waits(engine: sa.Engine) -> bool:
    query = sa.text("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted")
    with engine.connect() as connection:
        return bool(connection.execute(query).scalar_one())


def interrupt(process: subprocess.Popen[str]) -> None:
    """Press Ctrl-C: the terminal tells the whole group."""
    os.killpg(process.pid, signal.SIGINT)
    said = process.communicate(timeout=120)[1]
    assert process.returncode == 130
    assert "stopped: 1 communities are left" in said
    assert "Traceback" not in said


def kill(process: subprocess.Popen[str]) -> None:
    """Kill everything at once."""
    os.killpg(process.pid, signal.SIGKILL)


@pytest.mark.parametrize("end", [interrupt, kill])
def test_a_stopped_run_keeps_what_is_stored_and_goes_on(
    city: sa.Engine, end: Callable[[subprocess.Popen[str]], None]
) -> None:
    with running_but_held(city, CODES[0]) as process:
        end(process)
    assert sorted(drafts(city)) == CODES[1:]
    if end is interrupt:
        return  # the same rows are left as after a kill, which is the harder end
    again = run("--workers", "1")
    assert again.returncode == 0, again.stderr
    assert "1 divided, 3 were there" in again.stdout
    assert drafts(city) == dict.fromkeys(CODES, 1)


@contextmanager
def cluster(url: str) -> Iterator[LocalCluster]:
    """A cluster of another owner, whose one worker has its own settings."""
    with LocalCluster(
        n_workers=1,
        threads_per_worker=1,
        dashboard_address=None,
        scheduler_kwargs={"dashboard": False, "dashboard_address": "127.0.0.1:0"},
        env={"WANGGE_DATABASE_URL": url},
    ) as made:
        yield made


def test_a_named_cluster_divides_and_learns_no_address(city: sa.Engine) -> None:
    with cluster(os.environ["WANGGE_DATABASE_URL"]) as made:
        done = run("--scheduler", made.scheduler_address)
        assert done.returncode == 0, done.stderr
        assert HIDDEN not in str(made.get_logs()) + done.stderr + done.stdout
        assert len(made.scheduler.workers) == 1
    assert drafts(city) == dict.fromkeys(CODES, 1)


def test_a_worker_of_another_database_divides_nothing(city: sa.Engine, server_url: str) -> None:
    with cluster(server_url) as made:
        done = run("--scheduler", made.scheduler_address)
    assert done.returncode == 3
    assert "another database" in done.stderr
    assert drafts(city) == {}


@pytest.mark.usefixtures("city")
def test_a_scheduler_that_is_not_there_is_named() -> None:
    done = run("--scheduler", "tcp://127.0.0.1:1")
    assert done.returncode == 1
    assert "tcp://127.0.0.1:1" in done.stderr
    assert "Traceback" not in done.stderr
