"""How a database is: what `wangge doctor` asks it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, cast

import sqlalchemy as sa

from gis.store.service_role import SERVICE_ROLE
from gis.store.statements import statement

Row = Mapping[str, Any]

SECURED = (
    "account", "api_token", "assignment", "audit_event", "audit_seal", "edit", "handover_receipt",
    "plan", "plan_presence", "post", "session", "snapshot", "visit", "worker",
)  # fmt: skip
"""Tables that row-level security guards."""


def server_facts(connection: sa.Connection) -> Row:
    """Return version, encoding, size in bytes, clock, login, and whether that is a superuser."""
    query = sa.text(
        "SELECT current_setting('server_version') AS version,"
        " current_setting('server_encoding') AS encoding,"
        " pg_database_size(current_database()) AS bytes, current_user AS login,"
        " (SELECT rolsuper FROM pg_roles WHERE rolname = current_user) AS superuser"
    )
    return cast(Row, connection.execute(query).mappings().one())


def server_clock(connection: sa.Connection) -> datetime:
    """Return what the clock of the server says."""
    moment: datetime = connection.execute(sa.text("SELECT clock_timestamp()")).scalar_one()
    return moment


def index_health(connection: sa.Connection) -> list[Row]:
    """Return tables and indexes that want attention: see ``index_health.sql``."""
    return cast(list[Row], connection.execute(statement("index_health")).mappings().all())


def unguarded_tables(connection: sa.Connection) -> list[str]:
    """Return tables whose row-level security is off."""
    query = sa.text(
        "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace"
        " AND relname = ANY (:names) AND NOT relrowsecurity ORDER BY relname"
    )
    return list(connection.execute(query, {"names": list(SECURED)}).scalars())


def disabled_triggers(connection: sa.Connection) -> list[str]:
    """Return triggers of Wangge that somebody switched off."""
    query = sa.text(
        "SELECT tgrelid::regclass || '.' || tgname FROM pg_trigger JOIN pg_class AS c"
        " ON c.oid = tgrelid WHERE c.relnamespace = 'public'::regnamespace AND NOT tgisinternal"
        " AND tgenabled <> 'O' ORDER BY 1"
    )
    return list(connection.execute(query).scalars())


def owned_by_service(connection: sa.Connection) -> list[str]:
    """Return tables that the service role owns or may empty, which it never should."""
    query = sa.text(
        "SELECT relname FROM pg_class AS c, pg_roles AS r WHERE r.rolname = :role"
        " AND c.relnamespace = 'public'::regnamespace AND c.relkind = 'r'"
        " AND (c.relowner = r.oid OR has_table_privilege(r.oid, c.oid, 'TRUNCATE')) ORDER BY 1"
    )
    return list(connection.execute(query, {"role": SERVICE_ROLE}).scalars())
