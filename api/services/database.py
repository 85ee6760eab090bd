"""The database of this process: the one that is set, else the private one of the folder."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path

import sqlalchemy as sa

import gis
from api.principal import Right
from api.settings import Settings
from gis.errors import Unavailable
from gis.store import cluster, schema_version
from gis.store.cluster_home import ClusterHome, cluster_home
from gis.store.database import check_versions, create_database, create_extensions
from gis.store.engine import as_role, open_drawing_engine, open_engine

DATABASE = "wangge"


def project_folder() -> Path:
    """Folder whose private database is meant: the clone, else the user's own data folder."""
    clone = Path(gis.__file__).resolve().parents[1]
    if (clone / "pyproject.toml").exists():
        return clone
    data = os.environ.get("XDG_DATA_HOME") or Path.home() / ".local/share"
    return Path(data) / "wangge"


def private_home(settings: Settings) -> ClusterHome:
    """Home of the private database."""
    return cluster_home(project_folder(), settings.data_dir)


def database_url(settings: Settings) -> str:
    """
    Address of the database to use; starts nothing and connects nowhere.

    ``WANGGE_DATABASE_URL`` when it is set, else the socket of the private database,
    whether or not that is running.
    """
    if settings.database_url is not None and settings.database_url.get_secret_value():
        return settings.database_url.get_secret_value()
    return cluster.url(private_home(settings), DATABASE)


def is_private(settings: Settings) -> bool:
    """Tell whether the private database is used."""
    return settings.database_url is None or not settings.database_url.get_secret_value()


def service_url(settings: Settings) -> str:
    """
    Address by which a service works on the database: as a role that owns no table.

    The login is that of ``WANGGE_SERVICE_URL``, else of the database; what it can do as the
    owner it cannot do as ``wangge_service`` (`gis.store.service_role`).
    """
    url = _login_url(settings)
    return url if settings.service_role == "none" else as_role(url, settings.service_role)


def _login_url(settings: Settings) -> str:
    given = settings.service_url.get_secret_value() if settings.service_url else ""
    return given or database_url(settings)


def open_login(settings: Settings) -> sa.Engine:
    """Return an engine with the login of a service, before it takes on its role."""
    return open_engine(_login_url(settings), pool_size=1)


def open_database(settings: Settings) -> sa.Engine:
    """Return an engine on the database in the name of its owner: for the command line."""
    return open_engine(database_url(settings), pool_size=settings.threads)


def open_service(settings: Settings) -> sa.Engine:
    """Return an engine for a service, with a connection for every thread."""
    return open_engine(service_url(settings), pool_size=settings.threads)


def open_drawing(settings: Settings) -> sa.Engine:
    """Return an engine for drawing tiles, with a connection for every thread."""
    rights: frozenset[Right] = frozenset(("map", "drafts"))
    return open_drawing_engine(
        service_url(settings), pool_size=settings.threads, rights=frozenset(rights)
    )


def without_password(url: str) -> str:
    """Address as it may be shown."""
    return sa.make_url(url).render_as_string(hide_password=True)


def ensure_database(settings: Settings) -> str:
    """
    Make the database ready to be migrated, and return its address.

    Starts the private database when no other is set, creates its database, and
    creates the extensions where they are missing.

    Raises
    ------
    Unavailable
        It cannot be started or reached, or PostgreSQL or PostGIS is missing or too old.
    """
    if is_private(settings):
        home = private_home(settings)
        cluster.start(home)
        prepare_server(cluster.url(home, "postgres"), DATABASE)
    url = database_url(settings)
    prepare_database(url)
    return url


@contextmanager
def running_database(
    settings: Settings, *, closing: Callable[[], AbstractContextManager[None]] = nullcontext
) -> Iterator[str]:
    """
    Have the database ready for a block; a private one that was not running is stopped after it.

    `closing` surrounds the stopping, so that an impatient second Ctrl-C does not cut it off.
    """
    home = private_home(settings) if is_private(settings) else None
    ours = home is not None and cluster.status(home).state != "running"
    try:
        yield ensure_database(settings)
    finally:
        if home is not None and ours:
            with closing():
                cluster.stop(home)


def migrate_database(settings: Settings) -> tuple[str | None, str]:
    """Make the database ready and bring it to the newest schema; return it before and after."""
    # Alembic, and the colours of its messages, weigh a tenth of all that a service imports.
    from gis.store import migrate

    engine = open_engine(ensure_database(settings), pool_size=1)
    try:
        before = schema_version.current(engine)
        migrate.upgrade(engine)
        return before, schema_version.newest()
    finally:
        engine.dispose()


def prepare_server(server_url: str, name: str) -> bool:
    """Create a database on a server when it is missing; True when it was."""
    with _connected(server_url) as connection:
        return create_database(connection.execution_options(isolation_level="AUTOCOMMIT"), name)


def prepare_database(url: str) -> str:
    """Create the extensions in one transaction and return PostGIS's version."""
    with _connected(url) as connection, connection.begin():
        create_extensions(connection)
        return check_versions(connection)


def postgis_version(url: str) -> str:
    """
    PostGIS's version in a database that is ready.

    Raises
    ------
    Unavailable
        It cannot be reached, or PostgreSQL or PostGIS is missing or too old.
    """
    with _connected(url) as connection:
        return check_versions(connection)


@contextmanager
def _connected(url: str) -> Iterator[sa.Connection]:
    """Connect once; a server that does not answer is a fault that names the address."""
    try:
        engine = open_engine(url, pool_size=1)
    except (sa.exc.ArgumentError, ValueError) as fault:
        raise Unavailable(
            "WANGGE_DATABASE_URL is not an address such as postgresql://user:password@host/name.",
            "WANGGE_DATABASE_URL 不是形如 postgresql://用户:密码@主机/库名 的地址。",
        ) from fault
    try:
        try:
            connection = engine.connect()
        except sa.exc.OperationalError as fault:
            raise _unreachable(engine.url, fault) from fault
        with connection:
            yield connection
    finally:
        engine.dispose()


def _unreachable(url: sa.URL, fault: sa.exc.OperationalError) -> Unavailable:
    shown, said = url.render_as_string(hide_password=True), str(fault.orig).strip()
    return Unavailable(
        f"The database {shown} does not answer: check WANGGE_DATABASE_URL, or run "
        f"`wangge db start` for the private one. It said: {said}",
        f"数据库 {shown} 没有应答:请检查 WANGGE_DATABASE_URL,"
        f"或用 `wangge db start` 启动私有数据库。返回信息:{said}",
    )
