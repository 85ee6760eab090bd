"""Databases that commands work on."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from tests.api.services.conftest import Town, fill_town


@pytest.fixture
def town(database_url: str, engine: sa.Engine, monkeypatch: pytest.MonkeyPatch) -> Town:
    """A community in the database that the commands use; they speak English."""
    fill_town(engine)
    monkeypatch.setenv("WANGGE_DATABASE_URL", database_url)
    monkeypatch.setenv("WANGGE_LANG", "en")
    return Town(engine)
