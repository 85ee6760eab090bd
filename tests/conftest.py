"""Fixtures shared by all tests: a real PostGIS, one database per test worker."""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator

import pytest
import sqlalchemy as sa

from gis.store.engine import open_engine


@pytest.fixture(scope="session")
def server_url() -> str:
    """Address of a PostGIS server on which test databases may be made."""
    url = os.environ.get("WANGGE_TEST_DATABASE_URL")
    assert url, "WANGGE_TEST_DATABASE_URL is not set: run `make test`"
    return url


@pytest.fixture(scope="session")
def empty_database(server_url: str) -> Iterator[str]:
    """URL of a database of this test worker's own, dropped at the end."""
    name = f"wangge_test_{uuid.uuid4().hex[:12]}"
    admin = open_engine(server_url).execution_options(isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(sa.text(f'CREATE DATABASE "{name}"'))
    url = sa.make_url(server_url).set(database=name).render_as_string(hide_password=False)
    yield url
    with admin.connect() as connection:
        connection.execute(sa.text(f'DROP DATABASE "{name}" WITH (FORCE)'))
    admin.dispose()
