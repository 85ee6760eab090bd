"""Databases that commands work on."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from gis.store.engine import open_engine
from tests.api.services.conftest import Town
from tests.conftest import own_database


@pytest.fixture
def town(server_url: str, slabs_template: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Town]:
    """A community in the database that the commands use; they speak English."""
    monkeypatch.setenv("WANGGE_LANG", "en")
    with own_database(server_url, slabs_template) as url:
        monkeypatch.setenv("WANGGE_DATABASE_URL", url)
        engine = open_engine(url)
        yield Town(engine)
        engine.dispose()
