"""Fixtures shared by all tests: a real PostGIS, one database per test worker."""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator
from pathlib import Path

import geopandas as gpd
import pyogrio
import pytest
import sqlalchemy as sa

from gis.contracts import LAYERS, LayerName
from gis.store.engine import open_engine
from ops.throwaway import throwaway_cluster

_SERVER = "WANGGE_TEST_DATABASE_URL"


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


@pytest.fixture(scope="session")
def sample_folder() -> Path:
    """Where the files of the made-up street office lie."""
    return Path(__file__).parents[1] / "sample_geodata"


@pytest.fixture(scope="session")
def sample(sample_folder: Path) -> dict[LayerName, gpd.GeoDataFrame]:
    """All layers of the made-up street office, canonical; not to be modified."""
    path = sample_folder / "yunxi.gpkg"
    return {layer: pyogrio.read_dataframe(path, layer=layer) for layer in LAYERS}
