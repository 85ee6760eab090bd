"""The application on a real PostGIS that holds a small made-up town."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from fastapi.testclient import TestClient
from pydantic import SecretStr

from api.app import create_app
from api.settings import Settings
from gis.store.engine import open_engine
from gis.store.tables import metadata

TOWN = Path(__file__).with_name("small_town.sql")


@pytest.fixture(scope="session")
def town_url(empty_database: str) -> str:
    """URL of a database with the small town."""
    engine = open_engine(empty_database)
    with engine.begin() as connection:
        connection.execute(sa.text("CREATE EXTENSION postgis"))
        connection.execute(sa.text("CREATE EXTENSION btree_gist"))
        metadata.create_all(connection)
        # Past SQLAlchemy, which would take the file's percent signs for binds.
        connection.connection.cursor().execute(TOWN.read_text(encoding="utf-8"))
    engine.dispose()
    return empty_database


@pytest.fixture(scope="session")
def settings(town_url: str) -> Settings:
    """Settings of a service on the small town."""
    return Settings(database_url=SecretStr(town_url), map_review_number="川S(2026)001号")


@pytest.fixture(scope="session")
def client(settings: Settings) -> Iterator[TestClient]:
    """Talk to the application."""
    with TestClient(create_app(settings)) as started:
        yield started
