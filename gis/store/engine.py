"""One way to open the database."""

from __future__ import annotations

import sqlalchemy as sa


def open_engine(url: str, *, pool_size: int = 10) -> sa.Engine:
    """
    Return an engine on PostGIS; nothing is connected before first use.

    Parameters
    ----------
    url
        ``postgresql://...``; the psycopg2 driver is chosen whatever the scheme says.
    pool_size
        Connections kept; at least as many as threads that use the engine.
    """
    parsed = sa.make_url(url).set(drivername="postgresql+psycopg2")
    return sa.create_engine(
        parsed,
        pool_size=pool_size,
        max_overflow=0,
        # A fault's text goes to the log; what was asked for stays out of it.
        hide_parameters=True,
        pool_pre_ping=True,
        connect_args={"application_name": "wangge", "connect_timeout": 5},
    )
