"""Statements that are prepared once per connection."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from gis.store.engine import open_drawing_engine, open_engine
from gis.store.prepared import one_row, prepared_rows, recipe_of
from gis.store.statements import statement

TYPES = {"n": "integer", "word": "text"}
SUM: sa.Select[int, str, float] = sa.select(
    sa.bindparam("n", type_=sa.Integer) + 1, sa.bindparam("word"), sa.literal(0.5)
)


def test_a_statement_is_prepared_once_and_answers_alike_either_way(database_url: str) -> None:
    engine = open_drawing_engine(database_url)
    prepared, plain = (recipe_of(SUM, TYPES, prepared=way) for way in (True, False))
    with engine.connect() as connection:
        for number in range(3):
            binds = {"n": number, "word": "it's 50 %"}
            assert one_row(connection, prepared, binds) == one_row(connection, plain, binds)
        named = connection.exec_driver_sql("SELECT name FROM pg_prepared_statements").scalars()
        assert list(named) == [prepared.name]
    engine.dispose()


def test_a_file_is_prepared_once_unless_a_pooler_stands_in_between(database_url: str) -> None:
    engine = open_engine(database_url)
    binds = {"areas": ["50 %", "it's"], "grids": []}
    named = sa.text("SELECT count(*) FROM pg_prepared_statements")
    with engine.connect() as connection:
        found = connection.execute(statement("scope_codes"), binds).mappings()
        plain = [dict(row) for row in found]
        assert [row["code"] for row in plain] == binds["areas"]
        # What a pooler answers as the process is not what serves.
        connection.info["wangge_direct"] = False
        assert prepared_rows(connection, "scope_codes", binds) == plain
        assert connection.execute(named).scalar_one() == 0
        del connection.info["wangge_direct"]
        for _ in range(8):
            assert prepared_rows(connection, "scope_codes", binds) == plain
        assert connection.execute(named).scalar_one() == 1
    engine.dispose()


def test_a_statement_that_was_forgotten_is_run_all_the_same(database_url: str) -> None:
    engine = open_drawing_engine(database_url)
    recipe = recipe_of(SUM, TYPES, prepared=True)
    with engine.connect() as connection:
        one_row(connection, recipe, {"n": 1, "word": ""})
        connection.exec_driver_sql("DEALLOCATE ALL")
        assert one_row(connection, recipe, {"n": 1, "word": ""})[0] == 2
    engine.dispose()


def test_a_lost_connection_is_told_once_and_then_replaced(database_url: str) -> None:
    engine = open_drawing_engine(database_url, pool_size=1)
    recipe = recipe_of(SUM, TYPES, prepared=True)
    with engine.connect() as connection:
        (pid,) = connection.exec_driver_sql("SELECT pg_backend_pid()").one()
    other = open_drawing_engine(database_url)
    with other.connect() as connection:
        connection.exec_driver_sql("SELECT pg_terminate_backend(%(pid)s, 5000)", {"pid": pid})
    other.dispose()
    with engine.connect() as connection, pytest.raises(DBAPIError) as told:
        one_row(connection, recipe, {"n": 1, "word": ""})
    assert told.value.connection_invalidated
    with engine.connect() as connection:
        assert one_row(connection, recipe, {"n": 1, "word": ""})[0] == 2
    engine.dispose()


def test_who_draws_cannot_write(database_url: str) -> None:
    engine = open_drawing_engine(database_url)
    with engine.connect() as connection, pytest.raises(DBAPIError, match="read-only"):
        connection.exec_driver_sql("DELETE FROM building")
    engine.dispose()
