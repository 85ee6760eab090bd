"""A transaction on a migrated database, taken back at the end."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import sqlalchemy as sa


@pytest.fixture
def transaction(engine: sa.Engine) -> Iterator[sa.Connection]:
    """Yield a connection whose work is taken back."""
    with engine.connect() as connection:
        yield connection
        connection.rollback()
