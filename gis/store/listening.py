"""A connection of one's own that PostgreSQL wakes when the change log grows."""

from __future__ import annotations

import select
import socket
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import psycopg2
import sqlalchemy as sa
from psycopg2.extensions import connection as DriverConnection  # noqa: N812

from gis.errors import Unavailable
from gis.store.changes import CHANNEL, Reading, changes_since, prune_changes
from gis.store.engine import open_engine


class Wake:
    """Ends the waiting of another thread; once rung it stays rung."""

    def __init__(self) -> None:
        self._ear, self._bell = socket.socketpair()
        self.rung = False

    def fileno(self) -> int:
        """Return what can be waited for."""
        return self._ear.fileno()

    def ring(self) -> None:
        """Wake whoever waits, and whoever will."""
        self.rung = True
        self._bell.send(b"!")

    def close(self) -> None:
        """Give the sockets back; nobody may wait any more."""
        self._ear.close()
        self._bell.close()

    def wait(self, seconds: float) -> bool:
        """Wait so long at most; True when rung."""
        _wait_for([self.fileno()], seconds)
        return self.rung


def _wait_for(files: Sequence[int], seconds: float) -> None:
    # Not select, which takes no number above 1023: a service may hold thousands of sockets.
    poll = select.poll()
    for file in files:
        poll.register(file, select.POLLIN)
    poll.poll(seconds * 1000)


class LogReader:
    """Reads the change log over a connection that listens; made by `listening`."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection
        driver = connection.connection.driver_connection
        assert isinstance(driver, DriverConnection)  # noqa: S101
        self._driver = driver
        connection.exec_driver_sql(f"LISTEN {CHANNEL}")

    def read(self, snapshot: str | None) -> Reading:
        """Read what changed since a snapshot."""
        return changes_since(self._connection, snapshot)

    def prune(self, every_s: float) -> int:
        """Delete what is old; see `prune_changes`."""
        return prune_changes(self._connection, every_s)

    def wait(self, wake: Wake, seconds: float) -> None:
        """Wait until the log grew, `wake` was rung or the time is over, whichever is first."""
        _wait_for([self._driver.fileno(), wake.fileno()], seconds)
        self._driver.poll()
        self._driver.notifies.clear()


@contextmanager
def listening(url: str) -> Iterator[LogReader]:
    """
    Connect and listen; whatever the database does wrong meanwhile is one fault.

    Raises
    ------
    Unavailable
        The database does not answer, the connection broke, or the schema has no change log.
    """
    engine = open_engine(url, pool_size=1).execution_options(isolation_level="AUTOCOMMIT")
    try:
        with engine.connect() as connection:
            yield LogReader(connection)
    except (sa.exc.SQLAlchemyError, psycopg2.Error) as fault:
        said = str(fault).partition("\n")[0]
        raise Unavailable(
            f"The change log cannot be read: {said}", f"无法读取变更日志：{said}"
        ) from fault
    finally:
        engine.dispose()
