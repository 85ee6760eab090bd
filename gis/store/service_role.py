"""The role by which a service works: it owns nothing and may do just what serving needs."""

from __future__ import annotations

import sqlalchemy as sa
from psycopg2 import sql

from gis.errors import Unavailable
from gis.store.tables import metadata

SERVICE_ROLE = "wangge_service"

_READ = "SELECT"
_WRITE = "SELECT, INSERT, UPDATE, DELETE"
# Written by the command line, which is the owner, or by PostGIS and the migrations.
_ONLY_READ = frozenset(
    {
        "alembic_version", "area", "circle", "coverage_figure", "reach", "service_gap", "site",
        "walking_run",
    }
)  # fmt: skip
# Neither id nor time are the writer's to choose.
_AUDITED = (
    "account_id", "who", "role", "action", "kind", "code", "community", "detail", "request_id",
    "address",
)  # fmt: skip


def keep_service_role(connection: sa.Connection) -> bool:
    """
    Make the role where it is missing and give it its rights; False when it cannot be made.

    The connection is of the owner of the tables. The role cannot log in by itself: whoever
    connects to serve is a member of it. Rights are given anew each time, so that what a newer
    version needs less is taken back.
    """
    if not _there(connection) and not _made(connection):
        return False
    _join(connection)
    _execute(connection, "GRANT USAGE ON SCHEMA public TO {role}")
    for name in sorted({*metadata.tables, *_ONLY_READ}):
        _grant(connection, name)
    return True


def require_service_role(connection: sa.Connection) -> None:
    """
    Raise Unavailable when a login cannot work as the service role; the remedy is named.

    The connection is of the login that the service is told to use.
    """
    query = sa.text(
        "SELECT EXISTS (SELECT FROM pg_roles WHERE rolname = :role AND"
        " pg_has_role(current_user, oid, 'MEMBER'))"
    )
    if connection.execute(query, {"role": SERVICE_ROLE}).scalar_one():
        return
    login = connection.execute(sa.text("SELECT current_user")).scalar_one()
    raise Unavailable(
        f"The service works as the role {SERVICE_ROLE}, and {login} is no member of it: let a "
        f"superuser run `CREATE ROLE {SERVICE_ROLE} NOLOGIN; GRANT {SERVICE_ROLE} TO "
        f'"{login}"`, and then `wangge migrate`; or set WANGGE_SERVICE_ROLE=none.',
        f"服务以角色 {SERVICE_ROLE} 运行，而 {login} 不是其成员：请由超级用户执行 "
        f'`CREATE ROLE {SERVICE_ROLE} NOLOGIN; GRANT {SERVICE_ROLE} TO "{login}"`，'
        "再运行 `wangge migrate`；或设置 WANGGE_SERVICE_ROLE=none。",
    )


def _there(connection: sa.Connection) -> bool:
    query = sa.text("SELECT EXISTS (SELECT FROM pg_roles WHERE rolname = :role)")
    return bool(connection.execute(query, {"role": SERVICE_ROLE}).scalar_one())


def _made(connection: sa.Connection) -> bool:
    """Create the role; another database of the server may do so at this very moment."""
    try:
        with connection.begin_nested():
            _execute(connection, "CREATE ROLE {role} NOLOGIN NOINHERIT")
    except sa.exc.IntegrityError:
        return True
    except sa.exc.ProgrammingError as fault:
        return getattr(fault.orig, "pgcode", None) == _DUPLICATE_ROLE
    return True


_DUPLICATE_ROLE = "42710"


def _join(connection: sa.Connection) -> None:
    """Let the owner work as the service role, where it may not yet."""
    query = sa.text("SELECT pg_has_role(current_user, :role, 'MEMBER')")
    if connection.execute(query, {"role": SERVICE_ROLE}).scalar_one():
        return
    try:
        with connection.begin_nested():
            _execute(connection, "GRANT {role} TO CURRENT_USER")
    except sa.exc.ProgrammingError:
        # A login of its own may be the member; `require_service_role` asks when one serves.
        return


def _grant(connection: sa.Connection, name: str) -> None:
    table = sql.Identifier(name)
    _execute(connection, "REVOKE ALL ON {table} FROM {role}", table=table)
    if name == "audit_event":
        _execute(connection, "GRANT SELECT ON audit_event TO {role}")
        columns = sql.SQL(", ").join(map(sql.Identifier, _AUDITED))
        _execute(connection, "GRANT INSERT ({columns}) ON audit_event TO {role}", columns=columns)
        return
    if name == "account":
        columns = sql.SQL(", ").join(
            sql.Identifier(column.name)
            for column in metadata.tables["account"].c
            if column.name != "password_hash"
        )
        _execute(
            connection,
            "GRANT SELECT ({columns}), INSERT, UPDATE ON account TO {role}",
            columns=columns,
        )
        return
    rights = _READ if name in _ONLY_READ else "SELECT, INSERT" if name == "audit_seal" else _WRITE
    _execute(
        connection,
        "GRANT {rights} ON {table} TO {role}",
        rights=sql.SQL(rights),
        table=table,
    )


def _execute(connection: sa.Connection, statement: str, **parts: sql.Composable) -> None:
    """Run a statement of the kind that takes no bound parameters, its names quoted."""
    driver = connection.connection.driver_connection
    assert driver is not None  # noqa: S101
    text = sql.SQL(statement).format(role=sql.Identifier(SERVICE_ROLE), **parts)
    connection.exec_driver_sql(text.as_string(driver).replace("%", "%%"))
