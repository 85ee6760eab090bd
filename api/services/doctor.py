"""Examine a house: versions, schema, rights, room, indexes, audit chain, clocks, settings."""

from __future__ import annotations

import platform
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from importlib.metadata import version
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

import sqlalchemy as sa

from api.addresses import base_path
from api.security import is_loopback
from api.services.audit_reading import verify
from api.services.database import database_url, is_private, private_home
from api.services.health import require_ready, require_service
from api.settings import Settings
from gis.errors import WanggeError
from gis.store import audit, health
from gis.store.database import check_versions
from gis.store.engine import open_engine

State = Literal["ok", "warn", "bad"]

_LEAST_ROOM_BYTES = 1_000_000_000
_DRIFT_WARN_S, _DRIFT_BAD_S = 2.0, 60.0
_UNSEALED = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Finding:
    """What one examination found; ``bad`` wants mending before anything else."""

    name: str
    state: State
    en: str
    zh: str


Examination = Callable[[sa.Connection, Settings], Iterator[Finding]]


def examine(settings: Settings) -> list[Finding]:
    """
    Examine settings and database; what cannot be examined is a finding, too.

    Nothing is changed. The audit chain is read whole.
    """
    found = [*_versions(), *_settings(settings), *_room(settings)]
    engine = open_engine(database_url(settings), pool_size=2)
    try:
        try:
            connection = engine.connect()
        except sa.exc.OperationalError as fault:
            said = str(fault.orig).strip().partition("\n")[0]
            return [*found, Finding("database", "bad", said, f"数据库没有应答：{said}")]
        with connection:
            found += _schema(engine, settings)
            if all(one.state != "bad" for one in found if one.name == "schema"):
                for look in (_server, _clock, _guards, _indexes):
                    found += look(connection, settings)
                    connection.rollback()
                found += _audit(engine)
    finally:
        engine.dispose()
    return found


def _versions() -> Iterator[Finding]:
    told = f"Wangge {version('wangge')}, Python {platform.python_version()}"
    yield Finding("versions", "ok", told, told)


def _schema(engine: sa.Engine, settings: Settings) -> Iterator[Finding]:
    try:
        revision = require_ready(engine)
        yield Finding("schema", "ok", f"schema {revision}", f"数据库结构 {revision}")
        require_service(settings)
        role = settings.service_role
        yield Finding("role", "ok", f"the service works as {role}", f"服务角色 {role}")
    except WanggeError as fault:
        yield Finding("schema", "bad", fault.en, fault.zh)


def _server(connection: sa.Connection, settings: Settings) -> Iterator[Finding]:
    facts = health.server_facts(connection)
    told = f"PostgreSQL {facts['version']}, PostGIS {check_versions(connection)}"
    size = f"{facts['bytes'] / 1e6:,.0f} MB"
    yield Finding("server", "ok", f"{told}, {size}", f"{told}，{size}")
    if facts["encoding"] != "UTF8":
        yield Finding(
            "encoding",
            "bad",
            f"the database is in {facts['encoding']}, not UTF8: make it anew from a backup",
            f"数据库编码为 {facts['encoding']}，不是 UTF8：请用备份重建",
        )
    if settings.service_role == "none":
        word = "a superuser" if facts["superuser"] else "its owner"
        yield Finding(
            "role",
            "warn",
            f"WANGGE_SERVICE_ROLE=none: the service may be {word}, whom row-level security does "
            "not bind",
            "WANGGE_SERVICE_ROLE=none：服务可能以所有者身份运行，不受行级安全约束",
        )


def _clock(connection: sa.Connection, _: Settings) -> Iterator[Finding]:
    before = datetime.now(UTC)
    server = health.server_clock(connection)
    after = datetime.now(UTC)
    drift = (server - before - (after - before) / 2).total_seconds()
    off = abs(drift)
    state: State = "bad" if off > _DRIFT_BAD_S else "warn" if off > _DRIFT_WARN_S else "ok"
    yield Finding(
        "clock",
        state,
        f"the server's clock is {drift:+.2f} s from this machine's",
        f"数据库时钟与本机相差 {drift:+.2f} 秒",
    )


def _guards(connection: sa.Connection, _: Settings) -> Iterator[Finding]:
    open_tables = health.unguarded_tables(connection)
    off = health.disabled_triggers(connection)
    owned = health.owned_by_service(connection)
    for names, en, zh in (
        (open_tables, "row-level security is off: {}", "行级安全已关闭：{}"),
        (off, "triggers are switched off: {}", "触发器已停用：{}"),
        (owned, "the service role may do too much on {}: run `wangge migrate`",
         "服务角色权限过大：{}，请运行 `wangge migrate`"),
    ):  # fmt: skip
        if names:
            listed = ", ".join(names)
            yield Finding("guards", "bad", en.format(listed), zh.format(listed))
    if not (open_tables or off or owned):
        yield Finding(
            "guards", "ok", "row-level security and triggers stand", "行级安全和触发器正常"
        )


def _indexes(connection: sa.Connection, _: Settings) -> Iterator[Finding]:
    rows = health.index_health(connection)
    words: dict[str, tuple[State, str, str]] = {
        "broken": ("bad", "index {} is broken: REINDEX INDEX it", "索引 {} 已损坏：请 REINDEX"),
        "idle": ("warn", "index {} was not read for a month", "索引 {} 一个月未被使用"),
        "stale": ("warn", "table {} holds many dead rows: VACUUM it", "表 {} 死行过多：请 VACUUM"),
    }
    for row in rows:
        state, en, zh = words[row["what"]]
        yield Finding("indexes", state, en.format(row["name"]), zh.format(row["name"]))
    if not rows:
        yield Finding("indexes", "ok", "indexes are sound", "索引正常")


def _audit(engine: sa.Engine) -> Iterator[Finding]:
    found = verify(engine)
    if found.broken is not None:
        where = found.broken.batch
        yield Finding(
            "audit",
            "bad",
            f"the audit trail does not hold. Batch {where}: {found.broken.en}",
            f"审计记录校验不通过。第 {where} 批：{found.broken.zh}",
        )
        return
    with engine.connect() as connection:
        oldest = audit.oldest_unsealed(connection)
    late = oldest is not None and datetime.now(UTC) - oldest > _UNSEALED
    yield Finding(
        "audit",
        "warn" if late else "ok",
        f"{found.rows} rows in {found.batches} batches hold, {found.unsealed} are not sealed"
        + (": no service is running? `wangge audit seal`" if late else ""),
        f"{found.batches} 批 {found.rows} 行校验通过，{found.unsealed} 行未封存"
        + ("：服务未运行？可用 `wangge audit seal`" if late else ""),
    )


def _room(settings: Settings) -> Iterator[Finding]:
    if not is_private(settings):
        return
    home: Path = private_home(settings).path
    while not home.exists():
        home = home.parent
    usage = shutil.disk_usage(home)
    low = usage.free < max(_LEAST_ROOM_BYTES, usage.total // 20)
    yield Finding(
        "room",
        "warn" if low else "ok",
        f"{usage.free / 1e9:.1f} GB of {usage.total / 1e9:.1f} GB are free for the database",
        f"数据库所在磁盘剩余 {usage.free / 1e9:.1f} GB，共 {usage.total / 1e9:.1f} GB",
    )


def _settings(settings: Settings) -> Iterator[Finding]:
    wrong = [*_contradictions(settings)]
    yield from wrong
    if not wrong:
        yield Finding("settings", "ok", "settings agree", "设置无冲突")


def _contradictions(settings: Settings) -> Iterator[Finding]:
    """Settings that undo one another."""
    public = urlsplit(settings.public_url)
    far = public.hostname is not None and not is_loopback(public.hostname)
    shared = "public" in settings.tile_cache_control
    cases: list[tuple[bool, State, str, str]] = [
        (settings.open and not is_loopback(settings.host), "bad",
         "WANGGE_OPEN lets anyone write and WANGGE_HOST is no loopback address",
         "WANGGE_OPEN 允许任何人写入，而 WANGGE_HOST 不是本机地址"),
        (settings.open and far, "warn",
         "WANGGE_OPEN has no effect under WANGGE_PUBLIC_URL: nobody is taken for this machine",
         "已设 WANGGE_PUBLIC_URL，WANGGE_OPEN 不起作用"),
        (far and public.scheme != "https", "warn",
         "WANGGE_PUBLIC_URL is not https: passwords and sessions can be read on the way",
         "WANGGE_PUBLIC_URL 不是 https：密码和会话可能被窃听"),
        (bool(settings.public_url) and public.path.rstrip("/") != base_path(settings), "warn",
         "WANGGE_PUBLIC_URL and WANGGE_BASE_PATH name different paths",
         "WANGGE_PUBLIC_URL 与 WANGGE_BASE_PATH 的路径不同"),
        (settings.readers == "accounts" and shared, "bad",
         "WANGGE_TILE_CACHE_CONTROL lets shared caches keep tiles that need an account",
         "WANGGE_TILE_CACHE_CONTROL 允许共享缓存保存需登录的瓦片"),
        (settings.metrics == "all" and settings.metrics_token is not None, "warn",
         "WANGGE_METRICS=all makes WANGGE_METRICS_TOKEN useless",
         "WANGGE_METRICS=all 使 WANGGE_METRICS_TOKEN 失去作用"),
        (settings.service_url is not None and settings.database_url is None, "bad",
         "WANGGE_SERVICE_URL is set without WANGGE_DATABASE_URL: commands would use another "
         "database",
         "设置了 WANGGE_SERVICE_URL 而未设 WANGGE_DATABASE_URL：命令行将使用另一个数据库"),
    ]  # fmt: skip
    for holds, state, en, zh in cases:
        if holds:
            yield Finding("settings", state, en, zh)
