"""What routes are given: a connection per request, the language, the settings."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

import sqlalchemy as sa
from fastapi import Depends
from starlette.requests import Request

from api.negotiation import request_language
from api.security import require_writing
from api.settings import Settings
from gis.errors import Language


def _engine(request: Request) -> sa.Engine:
    engine = request.app.state.engine
    assert isinstance(engine, sa.Engine)  # noqa: S101
    return engine


def _settings(request: Request) -> Settings:
    settings = request.app.state.settings
    assert isinstance(settings, Settings)  # noqa: S101
    return settings


def reading_connection(request: Request) -> Iterator[sa.Connection]:
    """Lend one connection for the length of a request, in a transaction that cannot write."""
    with _engine(request).connect() as connection:
        yield connection.execution_options(postgresql_readonly=True)


DatabaseEngine = Annotated[sa.Engine, Depends(_engine)]
Reading = Annotated[sa.Connection, Depends(reading_connection)]
RequestLanguage = Annotated[Language, Depends(request_language)]
AppSettings = Annotated[Settings, Depends(_settings)]
Writing = Depends(require_writing)
