"""The application on the small town, asked without a network."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient

from api.app import create_app
from api.settings import Settings


@pytest.fixture(scope="session")
def client(town_settings: Settings) -> Iterator[TestClient]:
    """Talk to the application."""
    with TestClient(create_app(town_settings)) as started:
        yield started
