"""The migrations build the schema that the tables declare, and only once."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from gis.errors import Unavailable
from gis.store import migrate, schema_version
from gis.store.engine import open_engine
from gis.store.tables import metadata

_GOLDEN = Path(__file__).parents[2] / "golden" / "schema.txt"
_DUMP = sa.text(Path(__file__).with_name("schema_dump.sql").read_text(encoding="utf-8"))

_UNITS_BEFORE_KINDS = """
INSERT INTO building (code, households, households_kind, geom)
VALUES ('B1', 12, 'dwellings', ST_Multi(ST_MakeEnvelope(104, 28, 104.001, 28.001, 4326)));
INSERT INTO ground (community_code, version, srid, fingerprint) VALUES ('x', 1, 4544, 'x');
INSERT INTO unit (ground_id, unit_no, unit_id, kind, building_code, households, geom)
SELECT ground.id, no, name, kind, code, 0, ST_MakeEnvelope(104, 28, 104.001, 28.001, 4326)
FROM ground, (VALUES (0, 'B1', 'building', 'B1'), (1, 'ground-1', 'ground', NULL))
    AS made (no, name, kind, code);
"""

_ADOPTED_BEFORE_WITHDRAWAL = """
INSERT INTO ground (community_code, version, srid, fingerprint) VALUES ('x', 1, 4544, 'x');
INSERT INTO plan (community_code, ground_id, name, rules, created_by)
SELECT 'x', ground.id, name, '{}', 'x' FROM ground, (VALUES ('adopt'), ('divide')) AS made (name);
INSERT INTO edit (plan_id, seq, made_by, action, moves) SELECT id, 1, 'x', name, '[]' FROM plan;
INSERT INTO plan_grid (plan_id, grid_no, name, code)
SELECT id, 0, CASE name WHEN 'adopt' THEN 'adopted' ELSE 'divided' END, '511599001001007' FROM plan;
"""


@pytest.fixture
def bare(bare_database: str) -> Iterator[sa.Engine]:
    engine = open_engine(bare_database)
    yield engine
    engine.dispose()


def _schema(engine: sa.Engine) -> list[str]:
    with engine.connect() as connection:
        return [str(line) for line in connection.execute(_DUMP).scalars()]


def test_the_migrations_reproduce_the_golden_schema(engine: sa.Engine) -> None:
    assert _schema(engine) == _GOLDEN.read_text(encoding="utf-8").splitlines()


def test_the_declared_tables_have_the_golden_schema(bare: sa.Engine) -> None:
    with bare.begin() as connection:
        connection.execute(sa.text("CREATE EXTENSION postgis"))
        connection.execute(sa.text("CREATE EXTENSION btree_gist"))
        metadata.create_all(connection)
    assert _schema(bare) == _GOLDEN.read_text(encoding="utf-8").splitlines()


def test_autogenerate_finds_nothing_to_do(engine: sa.Engine) -> None:
    with engine.connect() as connection:
        context = MigrationContext.configure(
            connection,
            opts={"include_object": migrate.reflected, "compare_server_default": True},
        )
        assert compare_metadata(context, metadata) == []


def test_up_down_and_up_again_ends_where_it_began(engine: sa.Engine) -> None:
    migrate.downgrade(engine, "base")
    assert schema_version.current(engine) is None
    assert _schema(engine) == []
    migrate.upgrade(engine)
    assert schema_version.current(engine) == schema_version.newest()
    assert _schema(engine) == _GOLDEN.read_text(encoding="utf-8").splitlines()


def test_standing_units_learn_the_kind_of_their_households_from_their_building(
    engine: sa.Engine,
) -> None:
    migrate.downgrade(engine, "0001")
    with engine.begin() as connection:
        connection.exec_driver_sql(_UNITS_BEFORE_KINDS)
    migrate.upgrade(engine)
    with engine.connect() as connection:
        kinds = connection.exec_driver_sql("SELECT unit_id, households_kind FROM unit").all()
    assert dict(list(kinds)) == {"B1": "dwellings", "ground-1": None}


def test_adopted_grids_remember_the_codes_they_brought(engine: sa.Engine) -> None:
    migrate.downgrade(engine, "0002")
    with engine.begin() as connection:
        connection.exec_driver_sql(_ADOPTED_BEFORE_WITHDRAWAL)
    migrate.upgrade(engine)
    with engine.connect() as connection:
        codes = connection.exec_driver_sql("SELECT name, brought_code FROM plan_grid").all()
    assert dict(list(codes)) == {"adopted": "511599001001007", "divided": None}


def test_what_is_retired_is_written_down(engine: sa.Engine) -> None:
    migrate.downgrade(engine, "0003")
    with engine.begin() as connection:
        connection.exec_driver_sql(
            "INSERT INTO street (code, street_class, retired_on, geom) VALUES "
            "('S1', 'lane', '2026-03-01', 'SRID=4326;MULTILINESTRING((104 28, 105 28))')"
        )
    migrate.upgrade(engine)
    with engine.connect() as connection:
        found = connection.exec_driver_sql("SELECT layer, code, retired_on FROM retirement").all()
    assert [tuple(row) for row in found] == [("streets", "S1", date(2026, 3, 1))]


def test_cycleways_become_footpaths_in_a_schema_that_knows_none(engine: sa.Engine) -> None:
    with engine.begin() as connection:
        connection.exec_driver_sql(
            "INSERT INTO street (code, street_class, geom) VALUES "
            "('S1', 'cycleway', 'SRID=4326;MULTILINESTRING((104 28, 105 28))')"
        )
    migrate.downgrade(engine, "0005")
    migrate.upgrade(engine)
    with engine.connect() as connection:
        found = connection.exec_driver_sql("SELECT street_class, access, level FROM street").all()
    assert [tuple(row) for row in found] == [("footpath", "public", 0)]


def test_servers_that_start_together_migrate_once(bare: sa.Engine) -> None:
    with ThreadPoolExecutor(4) as threads:
        list(threads.map(lambda _: migrate.upgrade(bare), range(4)))
    assert schema_version.current(bare) == schema_version.newest()


def test_a_database_of_a_newer_version_is_left_alone(engine: sa.Engine) -> None:
    with engine.begin() as connection:
        connection.execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(Unavailable, match="9999"):
        migrate.upgrade(engine)


def test_a_role_that_may_not_make_postgis_is_told_who_can(bare: sa.Engine) -> None:
    role = f"plain_{bare.url.database}"
    with bare.begin() as connection:
        connection.execute(sa.text(f'CREATE ROLE "{role}"'))

    def _as_role(connection: sa.Connection) -> None:
        connection.exec_driver_sql(f'SET LOCAL ROLE "{role}"')

    sa.event.listen(bare, "begin", _as_role)
    try:
        with pytest.raises(Unavailable, match="CREATE EXTENSION postgis"):
            migrate.upgrade(bare)
    finally:
        sa.event.remove(bare, "begin", _as_role)
        with bare.begin() as connection:
            connection.execute(sa.text(f'DROP ROLE "{role}"'))


def test_the_revisions_told_by_the_files_are_those_that_alembic_finds() -> None:
    config = Config()
    config.set_main_option("script_location", str(schema_version.migrations_folder()))
    scripts = ScriptDirectory.from_config(config)
    found = {script.revision for script in scripts.walk_revisions()}
    assert schema_version.known() == found
    assert schema_version.newest() == scripts.get_current_head()
