"""Bring a database to the schema of this version; with Alembic, which only this needs."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from sqlalchemy.sql.schema import SchemaItem

from gis.errors import Unavailable
from gis.store.database import check_versions, create_extensions
from gis.store.schema_version import known, migrations_folder, revision_on
from gis.store.service_role import keep_service_role
from gis.store.tables import metadata

# Any fixed number will do, as long as every starting server asks for the same one.
_LOCK = 0x77616E67


def upgrade(engine: sa.Engine, revision: str = "head") -> None:
    """
    Apply the migrations that are missing, all or none.

    Servers that start together wait for one another on an advisory lock, so that the second
    finds the work done. The extensions postgis and btree_gist are made where they are missing,
    and the role by which a service works is made, where the owner may, and given its rights.

    Parameters
    ----------
    engine
        The database; its role must own the schema and may have to create the extensions.
    revision
        Where to stop: ``head`` or a revision's name.

    Raises
    ------
    Unavailable
        PostGIS is not installed on the server or too old, the role may not create it, or the
        database was migrated by a newer version.
    """
    with engine.begin() as connection:
        _lock(connection)
        create_extensions(connection)
        check_versions(connection)
        _refuse_newer(connection)
        command.upgrade(_config(connection), revision)
        if revision == "head":
            keep_service_role(connection)


def downgrade(engine: sa.Engine, revision: str) -> None:
    """Take migrations back to `revision` (``base``: all of them), all or none. Data is lost."""
    with engine.begin() as connection:
        _lock(connection)
        command.downgrade(_config(connection), revision)


def reflected(
    item: SchemaItem,
    name: str | None,  # noqa: ARG001
    kind: str,
    from_database: bool,
    counterpart: SchemaItem | None,  # noqa: ARG001
) -> bool:
    """Tell autogenerate which things are ours: PostGIS keeps tables of its own beside them."""
    if not from_database:
        return True
    table = item if kind == "table" else getattr(item, "table", item)
    return getattr(table, "name", None) in metadata.tables


def _config(connection: sa.Connection | None = None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(migrations_folder()).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config


def _lock(connection: sa.Connection) -> None:
    connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_LOCK)))


def _refuse_newer(connection: sa.Connection) -> None:
    found = revision_on(connection)
    if found is not None and found not in known():
        raise Unavailable(
            f"The database has schema {found}, made by a newer Wangge: upgrade this one.",
            f"数据库结构版本为 {found}，由更新版本的 Wangge 创建：请升级本程序。",
            found=found,
        )
