"""``wangge migrate``: bring the database to the schema of this version."""

from __future__ import annotations

import click

from api.commands.bilingual import BilingualCommand
from api.language import say


@click.command(cls=BilingualCommand)
def migrate() -> None:
    """Bring the database to the schema of this version."""
    from api.services.database import migrate_database
    from api.settings import read_settings

    before, after = migrate_database(read_settings())
    if before == after:
        click.echo(say(f"The database has schema {after} already.", f"数据库结构已是 {after}。"))
    else:
        click.echo(say(f"The database has schema {after} now.", f"数据库结构已升级到 {after}。"))
