"""A worker's list, done marks and handovers, on the small town."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone

import pytest
import sqlalchemy as sa

from api.principal import Principal
from api.schemas.my import Mark, MarkResult, MyBuilding, MyList
from api.services.my_list import colleagues, handover_rows, my_list
from api.services.my_marks import OLDEST, OtherAccount, store_marks
from api.services.plans import divide_community
from api.services.publishing import publish_plan
from api.services.visit_progress import confirm, progress_of, receipts_of
from api.settings import Settings
from api.today import HERE, today
from gis.errors import Forbidden, InputError, NotFound
from gis.partition.rules import load_rules
from gis.search_keys import pinyin_keys
from gis.store.engine import open_engine
from gis.store.search_keys import Keys

TOWN = "510000000001"
ME = Principal(7, "某某", "worker", (), worker="w1")
OTHER = Principal(8, "乙", "worker", (), worker="w2")
STANDS_IN = Principal(10, "丙", "worker", (), worker="w3")
BOSS = Principal(9, "站长", "supervisor", ("510000000000",))
NOW = datetime.now(UTC)


@pytest.fixture(scope="module")
def engine(own_town_url: str) -> Iterator[sa.Engine]:
    opened = open_engine(own_town_url)
    with opened.begin() as connection:
        connection.execute(
            sa.text(
                "INSERT INTO worker (code, name, phone) VALUES ('w2', '乙', '13900001234');"
                "UPDATE post SET worker_id = 2 WHERE code = 'p2';"
                "INSERT INTO stairwell (code, building_code, number, households) VALUES"
                " ('b001-1', 'b001', '1', 2), ('b001-2', 'b001', '2', 2)"
            )
        )
    yield opened
    opened.dispose()


def read_names(names: Iterable[str]) -> Keys:
    return {name: pinyin_keys(name) for name in names}


def listed(engine: sa.Engine, who: Principal = ME, day: date | None = None) -> MyList:
    return my_list(engine, read_names, who, day or today(), Settings())


def building(engine: sa.Engine, code: str, who: Principal = ME) -> MyBuilding:
    [found] = [one for one in listed(engine, who).buildings if one.code == code]
    return found


def mark(code: str, households: int = 1, **changes: object) -> Mark:
    values = {
        "client": uuid.uuid4(),
        "building": code,
        "outcome": "seen" if households else "absent",
        "households": households,
        "marked_at": NOW,
    }
    return Mark.model_validate(values | changes)


def sent(engine: sa.Engine, *marks: Mark, who: Principal = ME) -> list[MarkResult]:
    return store_marks(engine, who, marks, now=NOW, language="en").results


def statuses(results: list[MarkResult]) -> list[str]:
    return [one.status for one in results]


def test_nothing_of_a_foreign_building_is_told_by_what_is_said_of_a_mark(
    engine: sa.Engine,
) -> None:
    mine = {one.code for one in listed(engine).buildings}
    with engine.connect() as connection:
        codes = connection.execute(sa.text("SELECT code FROM building ORDER BY code")).scalars()
        foreign = next(code for code in codes if code not in mine)
    for households in (0, 1, 4, 5, 100_000):
        for stairwell in (None, "b001-1"):
            told = [
                one.message.replace(code, "*")
                for code in (foreign, "nowhere")
                for one in sent(engine, mark(code, households, stairwell=stairwell))
            ]
            assert told == ["Building * is not in your grids; nothing was stored."] * 2


def test_a_mark_counts_on_its_day_in_china_whatever_offset_the_phone_gives(
    engine: sa.Engine,
) -> None:
    moment = NOW - timedelta(hours=1)
    for hours in (-23, 0, 14, 23):
        there = moment.astimezone(timezone(timedelta(hours=hours, minutes=59 * (hours > 14))))
        assert statuses(sent(engine, mark("b000", 1, marked_at=there))) == ["kept"]
    stored = sa.text("SELECT DISTINCT marked_at FROM visit WHERE building_code = 'b000'")
    with engine.begin() as connection:
        assert connection.execute(stored).scalars().all() == [moment]
        connection.execute(sa.text("DELETE FROM visit WHERE building_code = 'b000'"))


def test_a_worker_sees_the_buildings_of_their_posts_and_no_others(engine: sa.Engine) -> None:
    mine = listed(engine)
    assert [grid.code for grid in mine.grids] == ["510000000001001"]
    assert len(mine.buildings) == 24
    assert {one.households for one in mine.buildings} == {4}
    assert {mine.courtyards[one.courtyard or 0].name for one in mine.buildings} == {"锦绣苑"}
    assert {one.gate for one in mine.buildings} == {"北门"}
    assert all(one.due and one.last_visit is None and not one.seen for one in mine.buildings)
    theirs = listed(engine, OTHER)
    assert {one.code for one in mine.buildings}.isdisjoint(one.code for one in theirs.buildings)
    assert listed(engine, replace(ME, worker=None)).buildings == []
    scoped = listed(engine, replace(ME, worker=None, grids=("510000000001002",)))
    assert [one.code for one in scoped.buildings] == [one.code for one in theirs.buildings]


def test_names_are_typed_in_pinyin_initials_and_traditional_characters(engine: sa.Engine) -> None:
    mine = listed(engine)
    assert (mine.courtyards[0].pinyin, mine.courtyards[0].initials) == ("jinxiuyuan", "jxy")
    first = mine.buildings[0]
    assert (first.name, first.pinyin, first.initials) == ("1幢", "1zhuang", "1z")
    pairs = set(zip(mine.fold[::2], mine.fold[1::2], strict=True))
    assert {("錦", "锦"), ("繡", "绣")} <= pairs
    with engine.connect() as connection:
        kept = connection.scalar(sa.text("SELECT count(*) FROM search_key"))
        assert kept is not None
        assert kept >= 25


def test_counts_of_elders_are_told_by_right_alone(engine: sa.Engine) -> None:
    assert {one.elders for one in listed(engine).buildings} == {3}
    without = listed(engine, replace(ME, role="viewer"))
    assert {(one.elders, one.flagged) for one in without.buildings} == {(None, None)}


def test_colleagues_come_with_phones_by_right(engine: sa.Engine) -> None:
    [other] = colleagues(engine, replace(ME, grids=("510000000001002",)), today()).items
    assert (other.code, other.phone, other.grids) == ("w2", "13900001234", ["510000000001002"])
    planner = replace(ME, role="planner", grids=("510000000001002",))
    [hidden] = colleagues(engine, planner, today()).items
    assert hidden.phone == "139****1234"


def test_a_mark_counts_once_however_often_it_comes(engine: sa.Engine) -> None:
    one = mark("b002", 3)
    assert statuses(sent(engine, one)) == ["kept"]
    assert statuses(sent(engine, one, one)) == ["kept", "kept"]
    after = building(engine, "b002")
    assert (after.seen, after.due, after.tried) == (3, False, "seen")
    assert after.last_visit == today()
    [theft] = sent(engine, one, who=OTHER)
    assert theft.status == "refused"
    assert "another account" in theft.message


def test_the_last_mark_of_a_day_corrects_those_before_in_whatever_order(engine: sa.Engine) -> None:
    early, late = (
        mark("b003", n, marked_at=NOW - timedelta(seconds=s)) for n, s in ((4, 20), (2, 10))
    )
    sent(engine, late)
    sent(engine, early)
    assert building(engine, "b003").seen == 2
    sent(engine, mark("b003", 0, outcome="locked", marked_at=NOW))
    after = building(engine, "b003")
    assert (after.seen, after.due, after.tried) == (0, True, "locked")


def test_a_building_is_done_when_every_stairwell_is(engine: sa.Engine) -> None:
    sent(engine, mark("b001", 2, stairwell="b001-1"))
    half = building(engine, "b001")
    assert (half.seen, half.due) == (2, True)
    assert [one.seen_on for one in half.entrances] == [today(), None]
    sent(engine, mark("b001", 1, stairwell="b001-2"))
    assert (building(engine, "b001").seen, building(engine, "b001").due) == (3, False)


def test_what_cannot_stand_is_refused_in_words_and_the_rest_stands(engine: sa.Engine) -> None:
    refused = [
        mark("b004", marked_at=NOW + timedelta(hours=1)),
        mark("b004", marked_at=NOW - OLDEST - timedelta(days=1)),
        mark("b007"),  # in the second grid
        mark("nothing'; DROP TABLE visit"),
        mark("b004", 5),
        mark("b004", stairwell="b001-1"),
        mark("b004", 0, outcome="seen"),
        mark("b004", 1, outcome="absent"),
    ]
    results = sent(engine, *refused, mark("b005", 4))
    assert statuses(results) == ["refused"] * 8 + ["kept"]
    assert "yet to come" in results[0].message
    assert "62 days" in results[1].message
    assert results[2].message.replace("b007", "X") == results[3].message.replace(
        "nothing'; DROP TABLE visit", "X"
    )
    assert "4 live there" in results[4].message
    assert building(engine, "b004").last_visit is None
    assert building(engine, "b005").seen == 4


def test_progress_adds_up_by_worker_and_grid_within_the_scope(engine: sa.Engine) -> None:
    month = f"{today():%Y-%m}"
    with engine.connect() as connection:
        told = progress_of(connection, BOSS, TOWN, month=month, day=today(), quota=200)
        mine, theirs, *vacant = told.rows
        assert (mine.worker, mine.buildings, mine.households) == ("w1", 24, 96)
        # 3 of b002, 3 of b001, 4 of b005; b003 was locked in the end.
        assert (mine.met_households, mine.met_buildings, mine.locked) == (10, 3, 1)
        assert (theirs.worker, theirs.met_households) == ("w2", 0)
        assert [row.worker for row in vacant] == [None, None]
        for who, code in (
            (replace(BOSS, areas=("510000000009",)), TOWN),
            (BOSS, "999999999999"),
            (BOSS, "510000000000"),
        ):
            with pytest.raises(NotFound):
                progress_of(connection, who, code, month=month, day=today(), quota=200)
        with pytest.raises(InputError):
            progress_of(connection, BOSS, TOWN, month="2026-13", day=today(), quota=200)


def test_after_a_publication_both_sides_are_told_and_confirm(engine: sa.Engine) -> None:
    """Last here: it moves buildings from one worker to another."""
    tomorrow = today() + timedelta(days=1)
    with engine.begin() as connection:
        connection.execute(
            sa.text(
                "INSERT INTO worker (code, name) VALUES ('w3', '丙');"
                "UPDATE post SET deputy_id = (SELECT id FROM worker WHERE code = 'w3')"
                " WHERE worker_id = (SELECT id FROM worker WHERE code = 'w1')"
            )
        )
    plan = divide_community(engine, TOWN, load_rules("gaoxian-2020"), made_by="x")
    publish_plan(engine, plan, valid_from=tomorrow, published_by="x", today=today())
    before, after = listed(engine), listed(engine, day=tomorrow)
    [told] = before.handovers
    gone = {b.code for b in before.buildings} - {b.code for b in after.buildings}
    assert (told.day, told.confirmed_at) == (tomorrow, None)
    assert told.lost == len(gone)
    assert told.gained == len(after.buildings) - len(before.buildings) + len(gone)
    with engine.connect() as connection:
        rows = handover_rows(connection, ME, told.publication, today()).items
        assert {row.building for row in rows if not row.gained} == gone
        waiting = receipts_of(connection, BOSS, TOWN, today()).items
    for code in ("w1", "w3"):
        mine = next(row for row in waiting if row.worker == code)
        assert (mine.gained, mine.lost, mine.confirmed_at) == (told.gained, told.lost, None)
    # Who stands in is told the same, and confirms for themselves.
    assert listed(engine, STANDS_IN).handovers == [told]
    with engine.connect() as connection:
        assert handover_rows(connection, STANDS_IN, told.publication, today()).items == rows
    confirm(engine, ME, told.publication, today())
    confirm(engine, ME, told.publication, today())
    assert listed(engine).handovers[0].confirmed_at is not None
    with engine.connect() as connection:
        late = {
            r.worker
            for r in receipts_of(connection, BOSS, TOWN, today()).items
            if not r.confirmed_at
        }
    assert "w1" not in late
    assert "w3" in late
    confirm(engine, STANDS_IN, told.publication, today())
    assert listed(engine, STANDS_IN).handovers[0].confirmed_at is not None
    with pytest.raises(NotFound):
        confirm(engine, ME, 999, today())
    with pytest.raises(Forbidden):
        confirm(engine, replace(ME, worker=None), told.publication, today())


def test_a_mark_on_a_building_that_passed_on_meanwhile_is_kept_and_both_are_told(
    engine: sa.Engine,
) -> None:
    later = NOW + timedelta(days=2)
    day = today() + timedelta(days=2)
    with engine.begin() as connection:
        connection.execute(
            sa.text(
                "INSERT INTO post (code, grid_id, role, worker_id, valid)"
                " SELECT 'q' || id, id, 'comprehensive', 2, daterange(:day, NULL) FROM grid"
                " WHERE id > 2"
            ),
            {"day": day},
        )
    mine, theirs = (
        {b.code for b in listed(engine, who, at).buildings}
        for who, at in ((ME, today()), (OTHER, day))
    )
    passed = min(mine & theirs)
    # A phone that has not heard of the publication marks a building of yesterday's list.
    late = mark(passed, 2, marked_at=later)
    [result] = store_marks(engine, ME, [late], now=later, language="en").results
    assert (result.status, "passed to another" in result.message) == ("moved", True)
    for who, own in ((ME, True), (OTHER, False)):
        [notice] = listed(engine, who, day).notices
        assert (notice.mine, notice.marked_by, notice.households) == (own, "某某", 2)
    [again] = store_marks(engine, ME, [late], now=later, language="zh").results
    assert again.status == "moved"
    # One that was made while the building was still theirs is theirs, though it comes late.
    [result] = store_marks(engine, ME, [mark(passed, 1)], now=later, language="en").results
    assert result.status == "moved"
    with engine.connect() as connection:
        kept = connection.execute(
            sa.text(
                "SELECT DISTINCT g.code FROM visit AS v JOIN grid AS g ON g.id = v.grid_id"
                " WHERE v.building_code = :code"
            ),
            {"code": passed},
        ).scalars()
        assert list(kept) == ["510000000001001"]


def test_marks_made_under_another_account_are_not_stored(engine: sa.Engine) -> None:
    own = listed(engine).me.account
    one = mark("b012", 1)
    with pytest.raises(OtherAccount, match="another account"):
        store_marks(engine, OTHER, [one], made_in=own, now=NOW, language="en")
    told = store_marks(engine, ME, [one], made_in=own, now=NOW, language="en")
    assert statuses(told.results) == ["kept"]


def test_the_time_of_a_refused_mark_is_told_as_it_is_in_china(engine: sa.Engine) -> None:
    there = timezone(timedelta(hours=-11))
    for moment, words in (
        (NOW + timedelta(hours=2), "%Y-%m-%d %H:%M"),
        (NOW - OLDEST - timedelta(days=1), "%Y-%m-%d"),
    ):
        [refused] = sent(engine, mark("b012", marked_at=moment.astimezone(there)))
        assert f"{moment.astimezone(HERE):{words}}" in refused.message


def test_of_a_shared_building_others_visits_to_their_part_do_not_count(engine: sa.Engine) -> None:
    visited = sa.text(
        "INSERT INTO visit (client, building_code, stairwell_code, grid_id, made_by, day, outcome,"
        " households, marked_at) SELECT gen_random_uuid(), 'b014', :stairwell, id, 'x', :day,"
        " 'seen', 1, :moment FROM grid WHERE code = :grid"
    )
    own, other = "510000000001001", "510000000001002"
    with engine.begin() as connection:
        connection.execute(
            sa.text(
                "INSERT INTO stairwell (code, building_code, number, households) VALUES"
                " ('b014-1', 'b014', '1', 2), ('b014-2', 'b014', '2', 2);"
                "INSERT INTO worker (code, name) VALUES ('w5', '丁');"
                "INSERT INTO post (code, role, subject_kind, subject_code, area_code, worker_id,"
                " valid) SELECT 's1', 'stairwell_head', 'stairwell', 'b014-1', '510000000001', id,"
                " '[2025-01-01,)' FROM worker WHERE code = 'w5'"
            )
        )
        earlier = today().replace(day=1) - timedelta(days=1)
        for stairwell, day in ((None, today()), ("b014-2", today()), (None, earlier)):
            binds = {"stairwell": stairwell, "day": day, "moment": NOW, "grid": other}
            connection.execute(visited, binds)
    head = Principal(11, "丁", "worker", (), worker="w5")
    before = building(engine, "b014", head)
    assert (before.seen, before.due, before.tried, before.last_visit) == (0, True, None, None)
    with engine.begin() as connection:
        binds = {"stairwell": None, "day": today(), "moment": NOW, "grid": own}
        connection.execute(visited, binds)
    after = building(engine, "b014", head)
    assert (after.seen, after.due, after.tried, after.last_visit) == (1, False, "seen", today())
