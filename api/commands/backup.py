"""``wangge backup`` and ``wangge restore``."""

from __future__ import annotations

from pathlib import Path

import click

from api.commands.bilingual import BilingualCommand
from api.language import say

_file = click.argument("file", type=click.Path(dir_okay=False, path_type=Path))


@click.command(cls=BilingualCommand)
@_file
@click.option(
    "--check/--no-check",
    default=True,
    show_default=True,
    help="Restore it into a scratch database and compare, or leave that out.",
)
def backup(file: Path, check: bool) -> None:
    """Write the database to FILE, restore it into a scratch database and compare."""
    write_backup(file, check=check)


def write_backup(file: Path, *, check: bool) -> None:
    """Write a backup of the database of the settings, and say what is in it."""
    from api.services.backups import back_up
    from api.services.database import private_home, running_database
    from api.settings import read_settings

    settings = read_settings()
    with running_database(settings) as url:
        tools = private_home(settings).tools_dir
        made = back_up(url, file, tools_dir=tools, check=check, tell=_tell)
    rows = sum(made.rows.values())
    size = file.stat().st_size / 1e6
    head = "-" if made.audit_head is None else f"{made.audit_head[0]}:{made.audit_head[1]}"
    click.echo(
        say(
            f"{file}: {rows:,} rows, {size:.1f} MB, schema {made.schema}, audit head {head}",
            f"{file}：{rows:,} 行，{size:.1f} MB，结构版本 {made.schema}，审计链头 {head}",
        )
    )


@click.command(cls=BilingualCommand)
@_file
@click.option(
    "--replace",
    is_flag=True,
    help="Put it in the place of a database that is not empty, which is renamed and kept.",
)
def restore(file: Path, replace: bool) -> None:
    """Restore FILE in the place of the database, all of it or nothing."""
    from api.services.backups import bring_back
    from api.services.database import private_home, running_database
    from api.settings import read_settings

    settings = read_settings()
    with running_database(settings) as url:
        tools = private_home(settings).tools_dir
        before = bring_back(url, file, tools_dir=tools, replace=replace, tell=_tell)
    click.echo(say(f"{file} is restored.", f"{file} 已恢复。"))
    if before is not None:
        click.echo(
            say(
                f"What was there is kept as the database {before}; drop it when you are sure.",
                f"原数据库保留为 {before}；确认无误后可删除。",
            ),
            err=True,
        )


def _tell(en: str, zh: str) -> None:
    click.echo(say(en, zh), err=True)
