"""A roster comes in whole, and what contradicts itself or the store is told by row."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import date, timedelta
from pathlib import Path

import pandas as pd
import pytest
import sqlalchemy as sa

from api.services.importing import ImportOptions, ImportResult, import_file
from api.services.teams import set_team
from api.today import today
from gis.contracts import LAYERS
from gis.staff.teams import load_team
from gis.store.engine import open_engine
from gis.store.layers import read_layer
from tests.conftest import own_database

TOWN = Path(__file__).parents[2] / "small_town.sql"
C = "510000000001"
SOUTH_WEST, SOUTH_EAST, NORTH_WEST = f"{C}001", f"{C}002", f"{C}003"
Row = Mapping[str, object]
Import = Callable[..., ImportResult]


@pytest.fixture(scope="module")
def town(server_url: str, migrated_template: str) -> Iterator[sa.Engine]:
    """Engine on a small town of this module's own, whose team is that of Changle."""
    with own_database(server_url, migrated_template) as url:
        engine = open_engine(url)
        with engine.begin() as connection:
            connection.connection.cursor().execute(TOWN.read_text(encoding="utf-8"))
            connection.execute(sa.text("DELETE FROM post; DELETE FROM worker"))
        set_team(engine, "510000000000", load_team("changle"), made_by="test")
        yield engine
        engine.dispose()


@pytest.fixture(autouse=True)
def _nobody_is_left(town: sa.Engine) -> Iterator[None]:
    yield
    with town.begin() as connection:
        connection.execute(
            sa.text(
                "DELETE FROM post; DELETE FROM worker; DELETE FROM building_group; "
                "DELETE FROM resident_group; DELETE FROM import_row"
            )
        )


@pytest.fixture
def roster(town: sa.Engine, tmp_path: Path) -> Import:
    """Import rows of a workbook with Chinese headings."""
    zh = {field.name: field.zh for field in LAYERS["posts"].fields}

    def _import(*rows: Row, strict: bool = False) -> ImportResult:
        path = tmp_path / "花名册.xlsx"
        frame = pd.DataFrame(rows).rename(columns=zh)
        frame.to_excel(path, index=False)
        return import_file(town, path, "posts", ImportOptions(strict=strict))

    return _import


def _stored(engine: sa.Engine) -> pd.DataFrame:
    with engine.connect() as connection:
        return pd.DataFrame(read_layer(connection, "posts", at=today())).set_index("post_id")


def _faults(result: ImportResult) -> list[tuple[int, str, str]]:
    return [(f.row, f.code, f.value) for f in result.faults if f.severity == "error"]


def _held(post: str, worker: str, **more: object) -> Row:
    number = int(worker[1:])
    person = {
        "worker_id": worker,
        "worker_name": f"某{number}",
        "worker_phone": 13800000000 + number,
    }
    return {"post_id": post, "grid_code": SOUTH_WEST, "role": "网格员", **person, **more}


def test_posts_may_be_for_any_level_for_several_at_once_and_come_back_as_they_went(
    town: sa.Engine, roster: Import
) -> None:
    result = roster(
        _held("A", "W1", grid_code=f"{SOUTH_WEST}、{SOUTH_EAST}", tags="综合，党建;食安"),
        {"post_id": "B", "subject_kind": "社区", "subject_code": C, "role": "社区书记"},
        _held(
            "C", "W2", grid_code=None, subject_kind="居民小组", subject_code="第一小组",
            community_code="云溪社区", covers="b000，b001", role="小组长",
        ),
        _held(
            "D", "W3", grid_code=None, subject_kind="楼栋", subject_code="b000、b012", role="楼长",
        ),
        _held("E", "W4", grid_code=None, subject_kind="单元", subject_code="b000#2", role="单元长"),
        _held("F", "W5", role="调解员", deputy_id="W1"),
    )  # fmt: skip
    assert _faults(result) == []
    assert result.counts.added == 6
    stored = _stored(town)
    assert stored["grid_code"]["A"] == f"{SOUTH_WEST},{SOUTH_EAST}"
    assert stored["tags"]["A"] == "comprehensive,party_building,food_safety"
    assert stored["subject_code"].to_dict() | {"A": "", "F": ""} == {
        "A": "", "B": C, "C": f"{C}/第一小组", "D": "b000,b012", "E": "b000#2", "F": "",
    }  # fmt: skip
    assert stored["covers"]["C"] == "b000,b001"
    assert stored["deputy_name"]["F"] == "某1"
    again = roster(*stored.reset_index().drop(columns="geometry").to_dict("records"))
    assert _faults(again) == []
    assert again.counts.unchanged == 6


def test_a_post_that_loses_one_of_its_grids_keeps_the_other_and_its_past(
    town: sa.Engine, roster: Import
) -> None:
    roster(_held("A", "W1", grid_code=f"{SOUTH_WEST},{SOUTH_EAST}", since="2026-01-01"))
    result = roster(_held("A", "W1", grid_code=SOUTH_EAST, since="2026-01-01"))
    assert result.counts.changed == 1
    with town.connect() as connection:
        periods = connection.execute(
            sa.text(
                "SELECT grid.code, upper(valid) = :today "
                "FROM post JOIN grid ON grid.id = grid_id ORDER BY 1"
            ),
            {"today": today()},
        ).all()
    assert [tuple(row) for row in periods] == [(SOUTH_WEST, True), (SOUTH_EAST, None)]


def test_a_post_ends_on_the_day_the_file_names_and_once_said_is_unchanged(
    town: sa.Engine, roster: Import
) -> None:
    leaving = today() + timedelta(days=30)
    roster(_held("A", "W1", since="2026-01-01"))
    rows = (
        _held("A", "W1", since="2026-01-01", until=str(leaving)),
        _held("B", "W2", since="2021-05-01", until="2022-05-01"),
    )
    result = roster(*rows)
    assert (result.counts.changed, result.counts.added) == (1, 1)
    assert roster(*rows).counts.unchanged == 2
    assert list(_stored(town).index) == ["A"]
    assert _stored(town)["until"]["A"].date() == leaving


def test_every_contradiction_is_named_with_its_row_and_nothing_of_it_is_stored(
    town: sa.Engine, roster: Import
) -> None:
    rows = (
        _held("A", "W1"),
        _held("B", "W1", worker_name="另一人"),
        _held("C", "W7", worker_name="某1", worker_phone=13800000001, role="调解员"),
        _held("D", "W3", grid_code=f"{C}999"),
        _held("E", "W4", since="2026-05-01", until="2026-04-01"),
        _held("F", "W5", role="网格长"),
        _held("G", "W6", role="网格长"),
        _held("H", "W8", grid_code=None, subject_kind="楼栋", subject_code="b777"),
        {"post_id": "I", "subject_kind": "楼栋", "role": "楼长"},
        _held("J", "W9", worker_id="510101199001011234", role="调解员"),
        _held("K", "W10", worker_id=None),
        _held("L", "W1"),
        _held("M", "W11", grid_code=None, subject_kind="单元", subject_code="b000#3"),
        _held("N", "W12", grid_code=None, subject_kind="小组", subject_code="第一小组"),
        _held("O", "W13", deputy_id="W13"),
    )
    result = roster(*rows, strict=True)
    assert _faults(result) == [
        (2, "post-twice", "A"),
        (2, "worker-told-twice", "W1"),
        (3, "person-twice", "W1"),
        (4, "grid-unknown", f"{C}999"),
        (5, "dates-reversed", "2026-04-01"),
        (7, "seat-taken", "F"),
        (8, "building-unknown", "b777"),
        (9, "subject-missing", ""),
        (10, "worker-identity", ""),
        (11, "worker-without-id", ""),
        (12, "post-twice", "A"),
        (13, "stairwell-unknown", "b000#3"),
        (14, "group-without-community", "第一小组"),
        (15, "own-deputy", "W13"),
    ]
    assert result.run_id is None
    assert _stored(town).empty
    lenient = roster(*rows)
    assert lenient.waiting == 14 - 1
    assert list(_stored(town).index) == ["A", "F"]


def test_a_seat_for_one_is_free_again_when_its_post_ends(roster: Import) -> None:
    roster(_held("A", "W1", role="网格长", since="2026-01-01"))
    taken = roster(_held("B", "W2", role="网格长"))
    assert _faults(taken) == [(1, "seat-taken", "A")]
    ends = str(today() + timedelta(days=1))
    freed = roster(
        _held("A", "W1", role="网格长", since="2026-01-01", until=ends),
        _held("B", "W2", role="网格长", since=ends),
    )
    assert _faults(freed) == []
    assert date.fromisoformat(ends) > today()


def test_a_person_stored_under_another_number_is_told(roster: Import) -> None:
    roster(_held("A", "W1"))
    result = roster(_held("B", "W2", worker_name="某1", worker_phone=13800000001, role="调解员"))
    assert _faults(result) == [(1, "person-known", "W1")]
