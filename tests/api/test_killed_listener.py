"""The server process of the listener is killed: PostgreSQL starts over, and no edit is lost."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

import httpx2
import sqlalchemy as sa
from pydantic import SecretStr

from api.settings import Settings
from gis.store import migrate
from gis.store.engine import open_engine
from ops.throwaway import throwaway_cluster
from tests.api.test_freshness import NEAR, changes_of, households, serving, until, until_trusted

_TOWN = Path(__file__).parents[1] / "small_town.sql"
_EDIT = "UPDATE building SET households = households + 1 WHERE code = 'b000'"
_LISTENER = "SELECT pid FROM pg_stat_activity WHERE query LIKE '%pg_current_snapshot()::text AS%'"


def test_a_killed_backend_of_the_listener_loses_no_edit() -> None:
    with throwaway_cluster() as url:
        engine = open_engine(url)
        migrate.upgrade(engine)
        with engine.begin() as connection:
            # Past SQLAlchemy, which would take the file's percent signs for binds.
            connection.connection.cursor().execute(_TOWN.read_text(encoding="utf-8"))
        with serving(Settings(database_url=SecretStr(url))) as service:
            was = households(service, NEAR)
            with engine.connect() as connection:
                # The throw-away cluster does not wait for the disk; this does.
                connection.execute(sa.text("CHECKPOINT"))
                (pid,) = (
                    found
                    for found in connection.execute(sa.text(_LISTENER)).scalars()
                    if found != connection.scalar(sa.select(sa.func.pg_backend_pid()))
                )
            os.kill(pid, signal.SIGKILL)
            until(lambda: not changes_of(service).trusted)
            _until_committed(engine)
            until(lambda: service.get(NEAR).status_code == httpx2.codes.OK)
            # The listener may have come back before the edit: then it has its second to hear of it.
            until(lambda: households(service, NEAR) == was + 1)
            until_trusted(service)
            _until_committed(engine)
            until(lambda: households(service, NEAR) == was + 2)
        engine.dispose()


def _until_committed(engine: sa.Engine) -> None:
    """Edit as soon as PostgreSQL takes statements again."""
    end = time.monotonic() + 30
    while time.monotonic() < end:
        try:
            with engine.begin() as connection:
                connection.execute(sa.text(_EDIT))
        except sa.exc.OperationalError:
            continue
        return
    raise AssertionError("PostgreSQL does not come back")
