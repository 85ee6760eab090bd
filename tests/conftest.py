"""Fixtures shared by all tests: a real PostGIS, one database per test worker."""

from __future__ import annotations

import os
import signal
import sys
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import geopandas as gpd
import pyogrio
import pytest
import sqlalchemy as sa
from hypothesis import settings
from playwright.sync_api import Browser, Page, expect, sync_playwright
from pydantic import SecretStr

from api.settings import Settings
from bench.faces_maker import Faces, make_faces
from gis.contracts import LAYERS, LayerName
from gis.store import migrate
from gis.store.engine import open_engine
from ops.chromium import FLAGS, find_chromium
from ops.throwaway import throwaway_cluster
from ops.web_packages import node_program

_SERVER = "WANGGE_TEST_DATABASE_URL"
# Most tests are about what stands behind the door; those about the door say so themselves.
os.environ["WANGGE_READERS"] = "anyone"
# Tests ask faster than people do.
os.environ["WANGGE_COSTLY_PER_MINUTE"] = "0"
# Most open a plan and never ask the engine; those about it say so themselves.
os.environ["WANGGE_ENGINE_AHEAD"] = "0"

# The suite starts many processes: each would compile a thousand modules again.
sys.dont_write_bytecode = False
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)

# How long an example takes depends on who else uses the machine; pytest-timeout guards the whole.
# A law that breaks does so within a few dozen examples; every run draws others.
settings.register_profile("wangge", deadline=None, max_examples=40)
settings.load_profile("wangge")

# What a page shows, it shows when the machine gets to it; pytest-timeout guards the whole.
expect.set_options(timeout=60_000)

# A run that a shell put in the background ignores Ctrl-C; the commands that tests stop must not.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.hookimpl(wrapper=True)
def pytest_cmdline_main(config: pytest.Config) -> Iterator[None]:
    """Start one throw-away PostGIS for all workers of a parallel run; they inherit its address."""
    parallel = bool(config.getoption("numprocesses", default=None))
    if os.environ.get(_SERVER) or not parallel or hasattr(config, "workerinput"):
        return (yield)
    with throwaway_cluster() as url:
        os.environ[_SERVER] = url
        try:
            return (yield)
        finally:
            del os.environ[_SERVER]


@pytest.fixture(scope="session")
def server_url() -> Iterator[str]:
    """Address of a PostGIS server on which test databases may be made."""
    url = os.environ.get(_SERVER)
    if url:
        yield url
        return
    with throwaway_cluster() as started:
        yield started


def _copying(connection: sa.Connection) -> str:
    """Copy files, a tenth of the cost of logging every page; PostgreSQL 14 does nothing else."""
    major = (connection.dialect.server_version_info or (0,))[0]
    return "STRATEGY FILE_COPY" if int(major) >= 15 else ""


@contextmanager
def own_database(server_url: str, template: str = "template1") -> Iterator[str]:
    """Make a database for the length of a block; yields its URL."""
    name = f"wangge_test_{uuid.uuid4().hex[:12]}"
    admin = open_engine(server_url).execution_options(isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(
            sa.text(f'CREATE DATABASE "{name}" TEMPLATE "{template}" {_copying(connection)}')
        )
    yield sa.make_url(server_url).set(database=name).render_as_string(hide_password=False)
    with admin.connect() as connection:
        connection.execute(sa.text(f'DROP DATABASE "{name}" WITH (FORCE)'))
    admin.dispose()


@pytest.fixture(scope="session")
def sample_folder() -> Path:
    """Where the files of the made-up street office lie."""
    return Path(__file__).parents[1] / "sample_geodata"


@pytest.fixture(scope="session")
def sample(sample_folder: Path) -> dict[LayerName, gpd.GeoDataFrame]:
    """All layers of the made-up street office, canonical; not to be modified."""
    path = sample_folder / "yunxi.gpkg"
    return {layer: pyogrio.read_dataframe(path, layer=layer) for layer in LAYERS}


@pytest.fixture(scope="session")
def empty_database(server_url: str) -> Iterator[str]:
    """URL of a database of this test worker's own, dropped at the end."""
    with own_database(server_url) as url:
        yield url


@pytest.fixture
def bare_database(server_url: str) -> Iterator[str]:
    """URL of a database without any table, for one test."""
    with own_database(server_url) as url:
        yield url


@pytest.fixture(scope="session")
def migrated_template(server_url: str) -> Iterator[str]:
    """Name of a database that the migrations built; nobody stays connected to it."""
    with own_database(server_url) as url:
        engine = open_engine(url)
        migrate.upgrade(engine)
        engine.dispose()
        yield str(sa.make_url(url).database)


@pytest.fixture
def database_url(server_url: str, migrated_template: str) -> Iterator[str]:
    """URL of a migrated, empty database, for one test."""
    with own_database(server_url, migrated_template) as url:
        yield url


@pytest.fixture
def engine(database_url: str) -> Iterator[sa.Engine]:
    """Engine on a migrated, empty database, for one test."""
    opened = open_engine(database_url)
    yield opened
    opened.dispose()


@pytest.fixture(scope="session")
def town_template(server_url: str, migrated_template: str) -> Iterator[str]:
    """Name of a database with the small made-up town of ``small_town.sql``, for copying."""
    town = Path(__file__).with_name("small_town.sql").read_text(encoding="utf-8")
    with own_database(server_url, migrated_template) as url:
        opened = open_engine(url)
        with opened.begin() as connection:
            # Past SQLAlchemy, which would take the file's percent signs for binds.
            connection.connection.cursor().execute(town)
        opened.dispose()
        yield str(sa.make_url(url).database)


@pytest.fixture(scope="session")
def town_url(server_url: str, town_template: str) -> Iterator[str]:
    """URL of a database with the small made-up town; not to be modified."""
    with own_database(server_url, town_template) as url:
        yield url


@pytest.fixture(scope="session")
def city_url(server_url: str, migrated_template: str) -> Iterator[str]:
    """URL of a database with three very dense made-up communities; not to be modified."""
    with own_database(server_url, migrated_template) as url:
        opened = open_engine(url)
        make_faces(opened, Faces(communities=3, buildings=36_000, facilities=3_000, streets=600))
        opened.dispose()
        yield url


@pytest.fixture(scope="session")
def town_settings(town_url: str) -> Settings:
    """Settings of a service on the small town."""
    return Settings(database_url=SecretStr(town_url), map_review_number="川S(2026)001号")


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """Launch a real Chromium with WebGL, for all tests of one worker."""
    tools = Path(__file__).parents[1] / ".wangge"
    program = find_chromium(tools)
    assert program, "no Chromium: run `make test`, or set WANGGE_CHROMIUM"
    os.environ.setdefault("PLAYWRIGHT_NODEJS_PATH", node_program(tools))
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=program, args=list(FLAGS))
        yield launched
        launched.close()


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    """Open a page with no history, cookies or storage."""
    context = chromium.new_context(viewport={"width": 1280, "height": 800})
    yield context.new_page()
    context.close()
