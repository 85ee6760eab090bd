"""
Use cases of backups: write one that is known to come back, and bring one back.

A backup is a file in PostgreSQL's custom format with a small JSON document beside it: schema,
rows of every table and the head of the audit chain, all of the same moment.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

import sqlalchemy as sa

from api.services.audit_reading import verify
from api.services.database import prepare_server
from gis.errors import Conflict, Unavailable, UnreadableFile
from gis.store import audit, dumps, migrate, schema_version
from gis.store.database import drop_database, put_in_place_of
from gis.store.engine import open_engine
from gis.store.postgres_binaries import PostgresBinaries
from gis.store.tables import metadata

Tell = Callable[[str, str], None]
"""Told what is done at present, in English and Chinese."""

# Rows of theirs come and go while nothing happens.
_RESTLESS = frozenset({"change", "change_floor"})


@dataclass(frozen=True, slots=True)
class Manifest:
    """
    What a backup holds.

    Attributes
    ----------
    schema
        Revision of the database.
    rows
        Number of rows of every table of Wangge.
    audit_head
        Number and head (hexadecimal) of the newest sealed batch; None: nothing was sealed.
    sha256
        Of the file.
    """

    made_at: str
    schema: str
    postgres: str
    rows: Mapping[str, int]
    audit_head: tuple[int, str] | None
    sha256: str


def back_up(url: str, file: Path, *, tools_dir: Path, check: bool, tell: Tell) -> Manifest:
    """
    Write a backup; with `check` it is restored into a scratch database and compared.

    The file appears under its name only when all of this is done.

    Raises
    ------
    Unavailable
        pg_dump is missing or failed, or no scratch database can be made; the remedy is named.
    UnreadableFile
        What was written does not come back as it was.
    """
    with _engine(url) as engine:
        programs = dumps.find_clients(tools_dir, _major(engine))
        file = file.absolute()
        if not file.parent.is_dir():
            raise UnreadableFile(f"There is no folder {file.parent}.", f"没有目录 {file.parent}。")
        unfinished = file.with_name(f".{file.name}.{secrets.token_hex(4)}")
        unfinished.touch(mode=0o600)
        try:
            tell("writing", "写入")
            manifest = _dumped(engine, programs, url, unfinished)
            if check:
                tell("restoring into a scratch database", "恢复到临时数据库")
                with _scratch(url) as scratch:
                    dumps.restore(programs, scratch, unfinished)
                    tell("comparing", "比对")
                    _compare(scratch, manifest)
            beside = manifest_file(file)
            beside.write_text(json.dumps(asdict(manifest), indent=1) + "\n", encoding="utf-8")
            unfinished.replace(file)
        finally:
            unfinished.unlink(missing_ok=True)
    return manifest


def bring_back(url: str, file: Path, *, tools_dir: Path, replace: bool, tell: Tell) -> str | None:
    """
    Restore a backup in the place of a database; return what the one before is called now.

    It is restored into a database of its own, compared with what was written down, and only
    then put in the place of the other one, in one transaction. None: the other was empty.

    Raises
    ------
    Conflict
        There are rows in the database and `replace` is not asked for, or somebody uses it.
    UnreadableFile
        The file is damaged, or does not hold what stands beside it.
    """
    name = str(sa.make_url(url).database)
    with _engine(url) as engine:
        programs = dumps.find_clients(tools_dir, _major(engine))
        full = _is_full(engine)
    if full and not replace:
        raise Conflict(
            f"The database {name} is not empty: stop the service, and say --replace to put the "
            "backup in its place; the database of today is kept under another name.",
            f"数据库 {name} 非空：请先停止服务，并用 --replace 明确替换；现有数据库将改名保留。",
        )
    manifest = _manifest_of(file)
    server = sa.make_url(url).set(database="postgres").render_as_string(hide_password=False)
    with _scratch(url) as scratch:
        tell("restoring", "恢复")
        dumps.restore(programs, scratch, file)
        tell("comparing", "比对")
        _compare(scratch, manifest)
        with _engine(scratch) as restored:
            migrate.upgrade(restored)
        tell("putting it in place", "就位")
        before = f"{name[:40]}_before_{datetime.now(UTC):%Y%m%d%H%M%S}"
        with _engine(server) as admin, admin.begin() as connection:
            put_in_place_of(connection, str(sa.make_url(scratch).database), name, before)
    if full:
        return before
    with _engine(server) as admin, _autocommit(admin) as connection:
        drop_database(connection, before)
    return None


def manifest_file(file: Path) -> Path:
    """Return where the document of a backup stands."""
    return file.with_name(f"{file.name}.json")


def _dumped(engine: sa.Engine, programs: PostgresBinaries, url: str, file: Path) -> Manifest:
    """Dump what one moment shows, and count it in the very same moment."""
    schema = schema_version.current(engine)
    if schema is None:
        raise Unavailable(
            "The database was never migrated: there is nothing to back up.",
            "数据库尚未初始化：没有可备份的内容。",
        )
    with engine.connect() as connection:
        options = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
        moment = connection.execution_options(**options)
        snapshot = moment.execute(sa.text("SELECT pg_export_snapshot()")).scalar_one()
        dumps.dump(programs, url, file, snapshot=str(snapshot))
        rows, head = _rows(moment), _head(moment)
        server = str(moment.execute(sa.text("SHOW server_version")).scalar_one())
    now = datetime.now(UTC).isoformat(timespec="seconds")
    return Manifest(now, schema, server, rows, head, _sha256(file))


def _compare(url: str, manifest: Manifest | None) -> None:
    """Raise UnreadableFile where a restored database is not what was written down."""
    with _engine(url) as engine, engine.connect() as connection:
        if manifest is not None:
            rows = _rows(connection)
            wrong = [
                f"{name} ({rows.get(name)} / {count})"
                for name, count in manifest.rows.items()
                if rows.get(name) != count
            ]
            if _head(connection) != manifest.audit_head:
                wrong.append("audit_head")
            if wrong:
                raise _other(", ".join(wrong))
        broken = verify(engine, kept=manifest.audit_head if manifest else None).broken
        if broken is not None:
            raise _other(f"audit: batch {broken.batch}: {broken.en}")


def _other(what: str) -> UnreadableFile:
    return UnreadableFile(
        f"The backup does not come back as it was: {what}.", f"备份恢复后与原来不一致：{what}。"
    )


def _rows(connection: sa.Connection) -> dict[str, int]:
    there = set(sa.inspect(connection).get_table_names())
    return {
        table.name: int(
            connection.execute(sa.select(sa.func.count()).select_from(table)).scalar_one()
        )
        for table in metadata.sorted_tables
        if table.name in there and table.name not in _RESTLESS
    }


def _head(connection: sa.Connection) -> tuple[int, str] | None:
    last = audit.last_seal(connection)
    return None if last is None else (last["number"], bytes(last["head"]).hex())


def _manifest_of(file: Path) -> Manifest | None:
    """Read what stands beside a backup; None when nothing does."""
    beside = manifest_file(file)
    if not file.is_file():
        raise UnreadableFile(f"There is no file {file}.", f"没有文件 {file}。")
    if not beside.exists():
        return None
    try:
        told = json.loads(beside.read_text(encoding="utf-8"))
        head = told["audit_head"]
        manifest = Manifest(**{**told, "audit_head": None if head is None else tuple(head)})
    except (ValueError, TypeError, KeyError) as fault:
        raise UnreadableFile(
            f"{beside.name} is damaged: remove it to restore without comparing.",
            f"{beside.name} 已损坏：删除它可在不比对的情况下恢复。",
        ) from fault
    if manifest.sha256 != _sha256(file):
        raise UnreadableFile(
            f"{file.name} is not the file that {beside.name} tells of: it was changed or damaged.",
            f"{file.name} 与 {beside.name} 所述不符：文件被改动或已损坏。",
        )
    return manifest


def _sha256(file: Path) -> str:
    with file.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()


def _is_full(engine: sa.Engine) -> bool:
    return sa.inspect(engine).has_table("alembic_version")


def _major(engine: sa.Engine) -> int:
    with engine.connect() as connection:
        number = connection.execute(sa.text("SHOW server_version_num")).scalar_one()
    return int(str(number)) // 10_000


@contextmanager
def _scratch(url: str) -> Iterator[str]:
    """Make an empty database beside another one, and drop it unless it got another name."""
    here = sa.make_url(url)
    name = f"wangge_check_{secrets.token_hex(6)}"
    server = here.set(database="postgres").render_as_string(hide_password=False)
    try:
        prepare_server(server, name)
    except sa.exc.ProgrammingError as fault:
        raise Unavailable(
            "No scratch database can be made to check the backup: let a superuser run "
            f'`ALTER ROLE "{here.username}" CREATEDB`, or say --no-check.',
            "无法建立用于检查备份的临时数据库：请由超级用户执行 "
            f'`ALTER ROLE "{here.username}" CREATEDB`，或使用 --no-check。',
        ) from fault
    try:
        yield here.set(database=name).render_as_string(hide_password=False)
    finally:
        with _engine(server) as admin, _autocommit(admin) as connection:
            drop_database(connection, name)


@contextmanager
def _autocommit(engine: sa.Engine) -> Iterator[sa.Connection]:
    with engine.connect() as connection:
        yield connection.execution_options(isolation_level="AUTOCOMMIT")


@contextmanager
def _engine(url: str) -> Iterator[sa.Engine]:
    engine = open_engine(url, pool_size=2)
    try:
        yield engine
    finally:
        engine.dispose()
