"""The database that commands work on."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import sqlalchemy as sa


@contextmanager
def database() -> Iterator[sa.Engine]:
    """Open the database of the settings, and close it."""
    from api.services.database import open_database
    from api.settings import read_settings

    engine = open_database(read_settings())
    try:
        yield engine
    finally:
        engine.dispose()
