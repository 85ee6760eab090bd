"""Who looks after what on a day, read from the small town with its staff."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from gis.store import staff
from gis.store.engine import open_engine

DAY = date(2026, 6, 1)
STAFF = Path(__file__).parents[2] / "small_town_staff.sql"


@pytest.fixture
def staffed(town_url: str) -> Iterator[sa.Connection]:
    """Open a connection to the small town with its staff; all of it is taken back."""
    engine = open_engine(town_url)
    with engine.connect() as connection:
        connection.connection.cursor().execute(STAFF.read_text(encoding="utf-8"))
        yield connection
        connection.rollback()
    engine.dispose()


def test_one_post_may_be_for_two_grids_and_has_one_deputy(staffed: sa.Connection) -> None:
    held = staff.held_posts(staffed, "w3", DAY)
    assert [(post.code, post.subject_code, post.grid_name) for post in held] == [
        ("p3", "510000000001003", "第三网格"),
        ("p3", "510000000001004", "第四网格"),
    ]
    assert {tuple(post.tags) for post in held} == {("party_building", "mediation")}
    mine = staff.held_posts(staffed, "w1", DAY)
    assert [(post.code, post.as_deputy) for post in mine] == [
        ("p1", False),
        ("p3", True),
        ("p3", True),
    ]


def test_a_grid_brings_its_buildings_and_a_group_those_of_its_own(staffed: sa.Connection) -> None:
    whole = {(one.building_code, one.grid_code) for one in staff.ground_of(staffed, "w3", DAY)}
    assert len(whole) == 48
    assert {grid for _, grid in whole} == {"510000000001003", "510000000001004"}
    group = staff.ground_of(staffed, "w7", DAY)
    assert [(one.building_code, one.grid_code) for one in group] == [
        ("b000", "510000000001001"),
        ("b001", "510000000001001"),
        ("b006", "510000000001002"),
    ]
    assert staff.ground_of(staffed, "w5", DAY) == [
        staff.Ground("b000", "b000-1", "510000000001001")
    ]
    assert staff.ground_of(staffed, "w2", DAY) == []


def test_who_left_has_nothing_today_but_had_it_then(staffed: sa.Connection) -> None:
    assert staff.held_posts(staffed, "w6", DAY) == []
    assert [post.code for post in staff.held_posts(staffed, "w6", date(2025, 1, 1))] == ["p8"]


def test_colleagues_are_those_of_the_grid_and_of_the_areas_above(staffed: sa.Connection) -> None:
    around = staff.colleagues(staffed, "510000000001002", DAY)
    assert [(post.code, post.holder and post.holder.name) for post in around] == [
        ("p2", None),
        ("p4", "李书记"),
    ]


def test_a_post_has_one_subject_once_at_a_time(staffed: sa.Connection) -> None:
    twice = sa.text(
        "INSERT INTO post (code, grid_id, role, valid) "
        "SELECT code, grid_id, role, '[2026-03-01,)' FROM post WHERE code = 'p3'"
    )
    with pytest.raises(IntegrityError, match="ex_post_code_subject_valid"), staffed.begin_nested():
        staffed.execute(twice)
    nothing = sa.text("INSERT INTO post (code, role, valid) VALUES ('p9', 'x', '[2026-01-01,)')")
    with pytest.raises(IntegrityError, match="ck_post_subject"), staffed.begin_nested():
        staffed.execute(nothing)
