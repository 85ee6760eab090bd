"""Whether the database answers, has PostGIS, and is at the newest migration."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.exc import SQLAlchemyError

from api.services.database import open_login
from api.settings import Settings
from gis.errors import Unavailable
from gis.store import schema_version
from gis.store.service_role import require_service_role


def require_ready(engine: sa.Engine) -> str:
    """
    Return the migration the database is at when that is the newest.

    Raises
    ------
    Unavailable
        The database does not answer, or stands at another migration.
    """
    try:
        current = schema_version.current(engine)
    except SQLAlchemyError as error:
        raise Unavailable(
            "The database does not answer: see `wangge db status`.",
            "数据库没有响应：请查看 `wangge db status`。",
        ) from error
    if current is not None and current not in schema_version.known():
        raise Unavailable(
            f"The database has schema {current}, made by a newer Wangge than this one (which "
            f"knows {schema_version.newest()}): upgrade this service.",
            f"数据库结构版本为 {current}，由更新版本的 Wangge 创建（本版本为 "
            f"{schema_version.newest()}）：请升级本服务。",
        )
    if current != schema_version.newest():
        raise Unavailable(
            f"The database has schema {current or 'none'}, this version wants "
            f"{schema_version.newest()}: run `wangge migrate`.",
            f"数据库结构版本为 {current or '无'}，本版本需要 {schema_version.newest()}："
            "请运行 `wangge migrate`。",
        )
    return current


def require_ready_database(settings: Settings) -> None:
    """
    Raise Unavailable unless a service can work on the database of the settings.

    It answers, has today's schema, and its login may work as the service role.
    """
    engine = open_login(settings)
    try:
        require_ready(engine)
    finally:
        engine.dispose()
    require_service(settings)


def require_service(settings: Settings) -> None:
    """Raise Unavailable when the login of a service may not work as the service role."""
    if settings.service_role == "none":
        return
    engine = open_login(settings)
    try:
        with engine.connect() as connection:
            require_service_role(connection)
    finally:
        engine.dispose()
