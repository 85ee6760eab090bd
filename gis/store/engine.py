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


# Plans are made once per connection and are all by index; compiling and helpers cost more than
# they bring where many small queries share the cores.
_DRAWING = (
    "-c plan_cache_mode=force_generic_plan -c enable_seqscan=off -c jit=off"
    " -c max_parallel_workers_per_gather=0 -c default_transaction_read_only=on"
)


def open_drawing_engine(url: str, *, pool_size: int = 10) -> sa.Engine:
    """
    Return an engine for reading tiles, each statement a moment of its own.

    A connection is not tried before it is lent, as that costs a turn to the server: the first
    use of one that was lost raises, with ``connection_invalidated``, and the pool is new.

    Parameters
    ----------
    url, pool_size
        As for `open_engine`.
    """
    return sa.create_engine(
        sa.make_url(url).set(drivername="postgresql+psycopg2"),
        pool_size=pool_size,
        max_overflow=0,
        pool_use_lifo=True,
        hide_parameters=True,
        isolation_level="AUTOCOMMIT",
        connect_args={
            "application_name": "wangge",
            "connect_timeout": 5,
            "options": _DRAWING,
        },
    )
