"""Whether the database is there, has PostGIS, and is at the newest migration."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

import sqlalchemy as sa
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy.exc import SQLAlchemyError

from gis.errors import Unavailable


@cache
def newest_migration() -> str | None:
    """Return the identifier of the newest migration of this release."""
    config = Config()
    config.set_main_option("script_location", str(files("migrations")))
    return ScriptDirectory.from_config(config).get_current_head()


def require_ready(engine: sa.Engine) -> str:
    """
    Return the migration the database is at when that is the newest.

    Raises
    ------
    Unavailable
        The database does not answer, has no PostGIS, or stands at another migration.
    """
    try:
        with engine.connect() as connection:
            connection.execute(sa.text("SELECT postgis_version()"))
            current = MigrationContext.configure(connection).get_current_revision()
    except SQLAlchemyError as error:
        raise Unavailable(
            "The database does not answer or has no PostGIS: see `wangge db status`.",
            "数据库没有响应或未安装 PostGIS：请查看 `wangge db status`。",
        ) from error
    if current is None or current != newest_migration():
        raise Unavailable(
            f"The database stands at migration {current}, this release needs "
            f"{newest_migration()}: run the migrations.",
            f"数据库迁移版本为 {current}，本版本需要 {newest_migration()}：请先执行迁移。",
        )
    return current
