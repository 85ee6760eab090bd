"""The change log: what triggers write, and that no reader ever misses or repeats a change."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import sqlalchemy as sa
from numpy.typing import NDArray

from gis.store import tables
from gis.store.changes import Change, changes_since, prune_changes, snapshot_begin
from maps.layers import LAYERS
from maps.touched import degrees, layers_touched, tile_ranges

_TOWN = (Path(__file__).parents[2] / "small_town.sql").read_text(encoding="utf-8")
_B000 = [104.6002, 28.4003, 104.6008, 28.4006]


@pytest.fixture
def town(engine: sa.Engine) -> sa.Engine:
    with engine.begin() as connection:
        # Past SQLAlchemy, which would take the file's percent signs for binds.
        connection.connection.cursor().execute(_TOWN)
    return engine


@pytest.fixture
def reading(town: sa.Engine) -> Iterator[sa.Connection]:
    with town.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        yield connection


def _until_settled(reading: sa.Connection) -> None:
    """
    Wait until the mark has passed all that the log holds.

    The mark is the server's: transactions of other databases, such as those of the tests that run
    beside this one, hold it back until they end.
    """
    end, pause = time.monotonic() + _PATIENCE_S, threading.Event()
    query = sa.text(
        "SELECT max(xid) < CAST(CAST(pg_snapshot_xmin(pg_current_snapshot()) AS text) AS bigint) "
        "FROM change"
    )
    while not reading.execute(query).scalar_one():
        assert time.monotonic() < end, "a transaction of the server does not end"
        pause.wait(0.005)


_PATIENCE_S = 60


def _done(engine: sa.Engine, *statements: str) -> list[Change]:
    """Commit the statements in one transaction; the changes it brought."""
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as reading:
        before = changes_since(reading, None).snapshot
        with engine.begin() as connection:
            for statement in statements:
                connection.execute(sa.text(statement))
        return list(changes_since(reading, before).changes)


def _extents(change: Change) -> list[list[float]]:
    assert change.boxes is not None
    return [[round(v, 4) for v in box] for box in degrees(change.boxes, 1000)]


def _own(changes: list[Change], source: str) -> Change:
    (one,) = [c for c in changes if c.source == source and c.through is None]
    return one


def test_a_moved_building_tells_where_it_was_and_where_it_is(town: sa.Engine) -> None:
    moved = _done(town, "UPDATE building SET geom = ST_Translate(geom, 0.1, 0) WHERE code = 'b000'")
    there = [_B000[0] + 0.1, _B000[1], _B000[2] + 0.1, _B000[3]]
    assert _extents(_own(moved, "building")) == [_B000, [round(v, 4) for v in there]]
    assert _own(moved, "building").areas == ("510000000001",)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE building SET households = 5 WHERE code = 'b000'",
        "DELETE FROM building WHERE code = 'gone'",
        "INSERT INTO building (code, households, households_kind, geom) SELECT 'new', 1,"
        " 'registered', geom FROM building WHERE code = 'b000'",
    ],
    ids=["changed", "deleted", "new"],
)
def test_a_row_tells_its_place_however_it_changes(town: sa.Engine, statement: str) -> None:
    (place,) = _extents(_own(_done(town, statement), "building"))
    assert place in (_B000, [104.6012, 28.4007, 104.6018, 28.4009])


def test_what_changes_nothing_and_what_is_rolled_back_is_no_change(town: sa.Engine) -> None:
    assert _done(town, "UPDATE building SET households = 5 WHERE code = 'nobody'") == []
    with town.connect() as connection:
        before = changes_since(connection, None).snapshot
        connection.execute(sa.text("UPDATE building SET households = 5 WHERE code = 'b000'"))
        connection.rollback()
        assert changes_since(connection, before).changes == ()


def test_a_changed_building_is_seen_at_its_courtyard_too(town: sa.Engine) -> None:
    changes = _done(town, "UPDATE building SET households = 5 WHERE code = 'b000'")
    (seen,) = [c for c in changes if c.through == "courtyard"]
    assert _extents(seen) == [[104.6001, 28.4001, 104.6059, 28.4039]]


def test_a_renamed_facility_is_seen_at_the_buildings_that_walk_to_it(town: sa.Engine) -> None:
    changes = _done(town, "UPDATE facility SET name = 'x' WHERE code = 'f0'")
    (seen,) = [c for c in changes if c.through == "reach"]
    assert _B000 in _extents(seen)
    assert _extents(_own(changes, "facility")) == [[104.6061, 28.4041, 104.6061, 28.4041]]


def test_a_facility_that_passes_to_another_community_is_seen_at_its_circles(
    town: sa.Engine,
) -> None:
    changes = _done(town, "UPDATE facility SET community_code = '510000000002' WHERE code = 'f0'")
    (seen,) = [c for c in changes if c.through == "circle"]
    # Those of 5, 10 and 15 minutes.
    assert _extents(seen)[0] == [104.5986, 28.3966, 104.6136, 28.4116]
    assert len(_extents(seen)) == 3
    assert set(seen.areas) == {"510000000001", "510000000002"}
    assert not any(c.through == "circle" for c in _done(town, "UPDATE facility SET name = 'x'"))
    assert "circles" in layers_touched("facility", "circle")[0]


def test_rows_without_a_shape_tell_the_place_of_what_they_are_of(town: sa.Engine) -> None:
    reach = _done(town, "UPDATE reach SET metres = 1 WHERE building_code = 'b000'")
    assert _extents(_own(reach, "reach")) == [_B000]
    period = _done(
        town, "UPDATE grid_period SET valid = '[2026-01-01,2030-01-01)' WHERE grid_no = 0"
    )
    assert _extents(_own(period, "grid_period")) == [[104.6, 28.4, 104.606, 28.404]]
    unit = _done(town, "UPDATE assignment SET grid_no = 0 WHERE plan_id = 2 AND unit_no = 0")
    assert _extents(_own(unit, "assignment")) == [[104.6, 28.4, 104.601, 28.401]]
    # Whoever has a draft open hears of a grid that nothing is in yet, and of its name.
    for statement in (
        "INSERT INTO plan_grid (plan_id, grid_no, name, kind) VALUES (2, 7, '空网格', 'base')",
        "UPDATE plan_grid SET name = '新名' WHERE plan_id = 2 AND grid_no = 7",
    ):
        empty = _own(_done(town, statement), "plan_grid")
        assert (empty.plan_id, empty.public, empty.areas) == (2, False, ("510000000001",))
        assert _extents(empty) == [[104.6005, 28.4005, 104.6005, 28.4005]]


def test_only_changes_of_published_plans_are_public(town: sa.Engine) -> None:
    rename = "UPDATE plan_grid SET name = 'x' WHERE plan_id = {}"
    (published,) = _done(town, rename.format(1))
    (draft,) = _done(town, rename.format(2))
    assert (published.plan_id, published.public) == (1, True)
    assert (draft.plan_id, draft.public) == (2, False)
    assert _done(town, "UPDATE plan SET revision = revision + 1") == []


def test_an_emptied_table_changed_everywhere(town: sa.Engine) -> None:
    (change,) = _done(town, "TRUNCATE site")
    assert (change.source, change.boxes) == ("site", None)


def test_changes_of_many_rows_touch_no_other_tiles_than_the_rows_do(town: sa.Engine) -> None:
    copies = """
        INSERT INTO building (code, households, households_kind, geom)
        SELECT code || '-' || n, 1, 'registered', geom FROM building, generate_series(1, {}) AS n
        WHERE right(code, 1) = '7'
    """
    few = _own(_done(town, copies.format(1)), "building").boxes
    many = _own(_done(town, copies.format(40).replace("'-'", "'+'")), "building").boxes
    assert few is not None
    assert many is not None
    assert len(many) < len(few)
    for zoom in range(6, 17):
        assert _tiles(many >> 30 - zoom) == _tiles(few >> 30 - zoom)
        # A tile beyond a corner may be redrawn for two that meet its buffer only together.
        assert _tiles(tile_ranges(many, zoom)) >= _tiles(tile_ranges(few, zoom))


def _tiles(ranges: NDArray[np.int64]) -> set[tuple[int, int]]:
    return {
        (x, y)
        for west, north, east, south in ranges.tolist()
        for x in range(west, east + 1)
        for y in range(north, south + 1)
    }


def test_each_change_is_told_once_however_transactions_overtake_one_another(
    town: sa.Engine, reading: sa.Connection
) -> None:
    begin = changes_since(reading, None).snapshot
    with town.connect() as slow, town.connect() as fast:
        slow.execute(sa.text("UPDATE building SET households = 1 WHERE code = 'b000'"))
        fast.execute(sa.text("UPDATE barrier SET name = 'x'"))
        fast.commit()
        first = changes_since(reading, begin)
        assert [c.source for c in first.changes] == ["barrier"]
        assert changes_since(reading, first.snapshot).changes == ()
        slow.commit()
    second = changes_since(reading, first.snapshot)
    assert {c.source for c in second.changes} == {"building"}
    # The mark stays below the slow one, so a reader that begins there is told of it.
    assert all(c.xid >= snapshot_begin(first.snapshot) for c in second.changes)
    assert changes_since(reading, second.snapshot).changes == ()


def test_pruning_keeps_what_a_reader_of_the_last_period_has_not_seen(
    town: sa.Engine, reading: sa.Connection
) -> None:
    begin = changes_since(reading, None)
    assert prune_changes(reading, 3600) == 0
    _until_settled(reading)
    prune_changes(reading, 0)
    reader = changes_since(reading, begin.snapshot).snapshot
    with town.begin() as connection:
        connection.execute(sa.text("UPDATE building SET households = 1 WHERE code = 'b000'"))
    _until_settled(reading)
    assert prune_changes(reading, 0) > 0
    kept = changes_since(reading, reader)
    assert kept.floor <= snapshot_begin(reader)
    assert {c.source for c in kept.changes} == {"building"}
    prune_changes(reading, 0)
    late = changes_since(reading, begin.snapshot)
    # Now it is gone, and the floor says so to whoever was away for so long.
    assert late.changes == ()
    assert late.floor > snapshot_begin(begin.snapshot)


def test_every_table_that_draws_a_layer_is_watched(engine: sa.Engine) -> None:
    query = "SELECT tgrelid::regclass::text FROM pg_trigger WHERE tgname = 'change_update'"
    with engine.connect() as connection:
        watched = set(connection.execute(sa.text(query)).scalars())
    assert {table for layer in LAYERS.values() for table in layer.depends_on} <= watched


def test_an_absence_written_down_later_is_where_the_thing_was(town: sa.Engine) -> None:
    changes = _done(
        town,
        "INSERT INTO retirement (layer, code, retired_on, returned_on)"
        " VALUES ('buildings', 'b000', '2026-02-01', '2026-03-01')",
    )
    assert _extents(_own(changes, "retirement")) == [_B000]
    (seen,) = [c for c in changes if c.through == "courtyard"]
    # Below zoom 14 it was drawn as its courtyard, which may lie on more tiles.
    assert _extents(seen) == [[104.6001, 28.4001, 104.6059, 28.4039]]
    assert "buildings" in layers_touched("retirement", "courtyard")[0]


def test_counts_of_people_change_no_map(town: sa.Engine) -> None:
    people = "UPDATE building SET residents = 7, elders = 3, vulnerable = 1, changed_at = now()"
    assert _done(town, people) == []
    assert _done(town, "UPDATE building SET households = households") == []
    both = _own(_done(town, people + ", floors = 9 WHERE code = 'b000'"), "building")
    assert _extents(both) == [_B000]


def test_every_column_of_a_building_but_its_people_tells_a_change(town: sa.Engine) -> None:
    """A column that comes later is drawn or it is not: the trigger has to say so."""
    others = {
        *("id", "residents", "elders", "vulnerable", "run_id", "changed_at"),
        *("code", "geom", "retired_on", "courtyard_code"),
        "clearance",  # computed from the shape
    }
    for column in {c.name for c in tables.building.columns} - others:
        kind = tables.building.c[column].type
        other = {
            sa.Boolean: f"NOT {column}",
            sa.Integer: f"coalesce({column}, 0) + 1",
        }.get(type(kind), "'dwellings'" if column == "households_kind" else "'other'")
        changes = _done(town, f"UPDATE building SET {column} = {other} WHERE code = 'b001'")  # noqa: S608
        assert _own(changes, "building").boxes is not None, column


def test_a_courtyard_that_passes_to_another_community_takes_its_gates_along(
    town: sa.Engine,
) -> None:
    _done(town, "UPDATE gate SET geom = ST_Translate(geom, 0.1, 0)")
    renamed = _done(town, "UPDATE courtyard SET name = 'x'")
    assert [c for c in renamed if c.through == "gate"] == []
    passed = _done(town, "UPDATE courtyard SET community_code = '510000000002'")
    (seen,) = [c for c in passed if c.through == "gate"]
    assert _extents(seen) == [[104.703, 28.4039, 104.703, 28.4039]]
    assert set(seen.areas) == {"510000000001", "510000000002"}
    assert layers_touched("courtyard", "gate")[0] == ("gates",)
