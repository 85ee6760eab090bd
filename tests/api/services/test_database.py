"""Which database is used, and whether it is fit."""

from __future__ import annotations

import uuid
from collections.abc import Iterator

import pytest
import sqlalchemy as sa
from pydantic import SecretStr

from api.services import database
from api.settings import Settings
from gis.errors import Unavailable
from gis.store.database import check_postgis_version
from gis.store.engine import open_engine


@pytest.fixture
def bare_url(server_url: str) -> Iterator[str]:
    """URL of a database made for one test, without any extension."""
    name = f"wangge_test_{uuid.uuid4().hex[:12]}"
    assert database.prepare_server(server_url, name)
    assert not database.prepare_server(server_url, name)
    yield sa.make_url(server_url).set(database=name).render_as_string(hide_password=False)
    engine = open_engine(server_url)
    with engine.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
        connection.execute(sa.text(f'DROP DATABASE "{name}" WITH (FORCE)'))
    engine.dispose()


def test_the_database_that_is_set_is_the_one_used() -> None:
    settings = Settings(database_url=SecretStr("postgresql://a:b@db/city"))
    assert database.database_url(settings) == "postgresql://a:b@db/city"
    assert not database.is_private(settings)


@pytest.mark.parametrize("empty", [None, SecretStr("")])
def test_without_a_setting_the_private_database_is_meant(empty: SecretStr | None) -> None:
    settings = Settings(database_url=empty)
    assert database.is_private(settings)
    assert database.database_url(settings).startswith("postgresql://wangge@/wangge?host=%2F")


def test_a_database_without_postgis_is_told_and_then_made_ready(bare_url: str) -> None:
    with pytest.raises(Unavailable) as caught:
        database.postgis_version(bare_url)
    assert "CREATE EXTENSION postgis" in caught.value.en
    assert "没有 PostGIS" in caught.value.zh
    settings = Settings(database_url=SecretStr(bare_url))
    assert database.ensure_database(settings) == bare_url
    assert database.postgis_version(bare_url).startswith("3.")


def test_a_role_that_may_not_create_extensions_names_the_remedy(bare_url: str) -> None:
    role = f"wangge_test_{uuid.uuid4().hex[:12]}"
    engine = open_engine(bare_url)
    with engine.begin() as connection:
        connection.execute(sa.text(f"CREATE ROLE {role} LOGIN"))
    # The role is taken on after connecting, so that the server needs no password for it.
    query = {"options": f"-c role={role}"}
    url = sa.make_url(bare_url).update_query_dict(query).render_as_string(hide_password=False)
    try:
        with pytest.raises(Unavailable, match="let a superuser run `CREATE EXTENSION postgis`"):
            database.prepare_database(url)
    finally:
        with engine.begin() as connection:
            connection.execute(sa.text(f"DROP ROLE {role}"))
        engine.dispose()


@pytest.mark.parametrize("version", ["2.5.9", "3.0.1"])
def test_an_old_postgis_is_refused_with_its_version(version: str) -> None:
    with pytest.raises(Unavailable, match=f"has PostGIS {version}; Wangge needs 3.1 or newer"):
        check_postgis_version(version)


@pytest.mark.parametrize("version", ["3.1.0", "3.3.2", "4.0"])
def test_a_recent_postgis_will_do(version: str) -> None:
    check_postgis_version(version)


def test_a_server_that_does_not_answer_is_named_without_its_password() -> None:
    settings = Settings(database_url=SecretStr("postgresql://u:secret@127.0.0.1:1/x"))
    with pytest.raises(Unavailable) as caught:
        database.ensure_database(settings)
    assert "127.0.0.1:1/x" in caught.value.en
    assert "secret" not in caught.value.en + caught.value.zh


@pytest.mark.parametrize("text", ["nonsense", "mysql://u@h/x"])
def test_what_is_no_address_of_postgresql_is_refused(text: str) -> None:
    with pytest.raises(Unavailable, match="WANGGE_DATABASE_URL"):
        database.ensure_database(Settings(database_url=SecretStr(text)))
