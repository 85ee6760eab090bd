"""Is this database fit for Wangge: PostgreSQL and PostGIS present and recent enough."""

from __future__ import annotations

import sqlalchemy as sa

from gis.errors import Conflict, Unavailable
from gis.store.postgres_binaries import OLDEST_POSTGRES

OLDEST_POSTGIS = (3, 1)
EXTENSIONS = ("postgis", "btree_gist")


def create_database(server: sa.Connection, name: str) -> bool:
    """
    Create the database when it is missing; True when it was.

    The connection is to another database of the server and in autocommit, because
    PostgreSQL creates no database inside a transaction.
    """
    there = sa.text("SELECT 1 FROM pg_database WHERE datname = :name")
    if server.execute(there, {"name": name}).first() is not None:
        return False
    quoted = server.dialect.identifier_preparer.quote_identifier(name)
    server.execute(_ddl("CREATE DATABASE %(name)s TEMPLATE template0", quoted))
    return True


def drop_database(server: sa.Connection, name: str) -> None:
    """Drop a database that may be there, with whoever is connected; in autocommit."""
    quoted = server.dialect.identifier_preparer.quote_identifier(name)
    server.execute(_ddl("DROP DATABASE IF EXISTS %(name)s WITH (FORCE)", quoted))


def put_in_place_of(connection: sa.Connection, new: str, name: str, before: str) -> None:
    """
    Give a database the name of another one, which is called `before` from then on; one transaction.

    Raises
    ------
    Conflict
        Somebody is connected to one of them.
    """
    quote = connection.dialect.identifier_preparer.quote_identifier
    for old, named in ((name, before), (new, name)):
        try:
            connection.execute(
                _ddl(f"ALTER DATABASE %(name)s RENAME TO {quote(named)}", quote(old))
            )
        except sa.exc.OperationalError as fault:
            raise Conflict(
                f"The database {old} is in use: stop the service and whatever else is connected "
                "to it.",
                f"数据库 {old} 正在使用：请停止服务并断开其他连接。",
            ) from fault


def create_extensions(connection: sa.Connection) -> None:
    """
    Create the extensions that the tables need, where they are missing.

    Raises
    ------
    Unavailable
        They are not installed on the server, or the role may not create them.
    """
    there = set(connection.scalars(sa.text("SELECT extname FROM pg_extension")))
    for extension in EXTENSIONS:
        if extension not in there:
            _create_extension(connection, extension)


def check_versions(connection: sa.Connection) -> str:
    """
    Return the PostGIS version of the database.

    Raises
    ------
    Unavailable
        PostgreSQL is older than 14, PostGIS is missing or older than 3.1.
    """
    server = connection.execute(sa.text("SHOW server_version_num")).scalar_one()
    if int(str(server)) < OLDEST_POSTGRES * 10_000:
        raise Unavailable(
            f"The database runs PostgreSQL {int(str(server)) // 10_000}; Wangge needs "
            f"{OLDEST_POSTGRES} or newer: upgrade the server.",
            f"数据库为 PostgreSQL {int(str(server)) // 10_000},"
            f"需要 {OLDEST_POSTGRES} 或更高版本:请升级服务器。",
        )
    version = connection.execute(
        sa.text("SELECT extversion FROM pg_extension WHERE extname = 'postgis'")
    ).scalar()
    check_postgis_version(None if version is None else str(version))
    return str(version)


def check_postgis_version(version: str | None) -> None:
    """Refuse a database without PostGIS (None) or with one that is too old."""
    wanted = ".".join(map(str, OLDEST_POSTGIS))
    if version is None:
        raise Unavailable(
            "The database has no PostGIS: run `CREATE EXTENSION postgis` in it as its owner or "
            f"a superuser (PostGIS {wanted} or newer, Debian package postgresql-NN-postgis-3).",
            "数据库中没有 PostGIS:请以所有者或超级用户在其中执行 `CREATE EXTENSION postgis`"
            f"(PostGIS {wanted} 或更高版本,Debian 软件包 postgresql-NN-postgis-3)。",
        )
    if tuple(int(n) for n in version.split(".")[:2]) < OLDEST_POSTGIS:
        raise Unavailable(
            f"The database has PostGIS {version}; Wangge needs {wanted} or newer: upgrade the "
            "package and run `ALTER EXTENSION postgis UPDATE`.",
            f"数据库的 PostGIS 版本为 {version},需要 {wanted} 或更高版本:"
            "请升级软件包并执行 `ALTER EXTENSION postgis UPDATE`。",
        )


def _ddl(statement: str, name: str) -> sa.DDL:
    """Build a statement of the kind that takes no bound parameters; the name is quoted already."""
    return sa.DDL(statement, context={"name": name})  # type: ignore[no-untyped-call]


def _create_extension(connection: sa.Connection, extension: str) -> None:
    try:
        connection.execute(_ddl("CREATE EXTENSION %(name)s", extension))
    except sa.exc.DBAPIError as fault:
        said = str(fault.orig).strip().splitlines()[0]
        raise Unavailable(
            f"The database's extension {extension} cannot be created ({said}): let a superuser "
            f"run `CREATE EXTENSION {extension}` in it.",
            f"无法在数据库中建立扩展 {extension}({said}):"
            f"请由超级用户在其中执行 `CREATE EXTENSION {extension}`。",
        ) from fault
