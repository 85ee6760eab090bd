"""The application on the small town, asked without a network."""

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
from tests.api.services.conftest import fill_town
from tests.conftest import own_database

TOWN = Path(__file__).parents[1] / "small_town.sql"
THIS_MACHINE = ("127.0.0.1", 50000)


@pytest.fixture(scope="session")
def client(town_settings: Settings) -> Iterator[TestClient]:
    """Talk to the application."""
    with TestClient(create_app(town_settings)) as started:
        yield started


@pytest.fixture(scope="session")
def planner(town_settings: Settings) -> Iterator[TestClient]:
    """Talk from this machine to an open service, which shows drafts; for reading only."""
    app = create_app(town_settings.model_copy(update={"open": True}))
    with TestClient(app, base_url="http://127.0.0.1", client=THIS_MACHINE) as started:
        yield started


@pytest.fixture(scope="module")
def own_town_url(server_url: str, town_template: str) -> Iterator[str]:
    """URL of a database with the small town that the tests of one module may change."""
    with own_database(server_url, town_template) as url:
        yield url


@pytest.fixture(scope="session")
def slabs_template(server_url: str, migrated_template: str) -> Iterator[str]:
    """Name of a database with the community of slabs, for copying."""
    with own_database(server_url, migrated_template) as url:
        engine = open_engine(url)
        fill_town(engine)
        engine.dispose()
        yield str(sa.make_url(url).database)


@pytest.fixture
def open_settings(server_url: str, town_template: str) -> Iterator[Settings]:
    """Settings of an open service on a town of this test's own."""
    with own_database(server_url, town_template) as url:
        yield Settings(database_url=SecretStr(url), open=True)


@pytest.fixture
def writer(open_settings: Settings) -> Iterator[TestClient]:
    """Talk to the open service from this machine."""
    app = create_app(open_settings)
    with TestClient(app, base_url="http://127.0.0.1", client=THIS_MACHINE) as client:
        yield client
