"""One way to open the database."""

from __future__ import annotations

import sqlalchemy as sa

from gis.store.asker import drawing_options, tell_asker


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
    engine = sa.create_engine(
        parsed,
        pool_size=pool_size,
        max_overflow=0,
        # A fault's text goes to the log; what was asked for stays out of it.
        hide_parameters=True,
        pool_pre_ping=True,
        connect_args={"application_name": "wangge", "connect_timeout": 5},
    )
    sa.event.listen(engine, "begin", tell_asker)
    return engine


def as_role(url: str, role: str) -> str:
    """
    Return an address by which connections work as `role`, of which the login is a member.

    Row-level security makes small queries look costly, and PostgreSQL would compile them at more
    cost than they have.
    """
    parsed = sa.make_url(url)
    given = parsed.query.get("options", "")
    told = given if isinstance(given, str) else " ".join(given)
    return parsed.update_query_dict(
        {"options": f"{told} -c role={role} -c jit=off".strip()}
    ).render_as_string(hide_password=False)


# Plans are made once per connection and are all by index; compiling and helpers cost more than
# they bring where many small queries share the cores.
_DRAWING = (
    "-c plan_cache_mode=force_generic_plan -c enable_seqscan=off -c jit=off"
    " -c max_parallel_workers_per_gather=0 -c default_transaction_read_only=on"
)


def open_drawing_engine(
    url: str, *, pool_size: int = 10, rights: frozenset[str] = frozenset()
) -> sa.Engine:
    """
    Return an engine for reading tiles, each statement a moment of its own.

    A connection is not tried before it is lent, as that costs a turn to the server: the first
    use of one that was lost raises, with ``connection_invalidated``, and the pool is new.

    Parameters
    ----------
    url, pool_size
        As for `open_engine`.
    rights
        What row-level security lets these connections read, everywhere; who may see which tile
        is asked before one is drawn.
    """
    parsed = sa.make_url(url).set(drivername="postgresql+psycopg2")
    given = parsed.query.get("options", "")
    own = given if isinstance(given, str) else " ".join(given)
    return sa.create_engine(
        parsed.difference_update_query(["options"]),
        pool_size=pool_size,
        max_overflow=0,
        pool_use_lifo=True,
        hide_parameters=True,
        isolation_level="AUTOCOMMIT",
        connect_args={
            "application_name": "wangge",
            "connect_timeout": 5,
            "options": f"{own} {_DRAWING} {drawing_options(rights)}".strip(),
        },
    )
