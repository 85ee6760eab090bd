"""``wangge daily``: everything that wants doing once a day, for a timer to call."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from api.commands import options
from api.commands.backup import write_backup
from api.commands.bilingual import BilingualCommand
from api.commands.connection import database
from api.language import say
from api.today import today

if TYPE_CHECKING:
    from api.services.daily import Daily


@click.command(cls=BilingualCommand)
@click.option(
    "--backups",
    type=click.Path(file_okay=False, exists=True, path_type=Path),
    metavar="FOLDER",
    help="Folder for a checked backup of each day of the week, and the audit head of each day.",
)
@options.author
def daily(backups: Path | None, made_by: str) -> None:
    """Back up, seal and prune the audit trail, and forget staff who are long gone."""
    from datetime import UTC, datetime

    from api.services.audit_reading import head
    from api.services.daily import daily_work
    from api.settings import read_settings

    if backups is not None:
        write_backup(backups / f"{today().isoweekday()}.dump", check=True)
    settings = read_settings()
    with database() as engine:
        done = daily_work(
            engine,
            staff_days=settings.staff_days,
            audit_days=settings.audit_days,
            made_by=made_by,
            now=datetime.now(UTC),
        )
        number, digest = head(engine)
    if backups is not None:
        with (backups / "audit-heads.txt").open("a", encoding="utf-8") as file:
            file.write(f"{number}:{digest}\n")
    _tell(done)


def _tell(done: Daily) -> None:
    if done.sealed is None:
        click.echo(
            say("Others were writing: not sealed.", "有其他事务正在写入：本次未封存。"), err=True
        )
    click.echo(
        say(
            f"{done.sealed or 0} batches sealed, {done.pruned} rows of the trail pruned, "
            f"{done.forgotten} workers forgotten, {done.emptied} rows of rosters emptied.",
            f"已封存 {done.sealed or 0} 批，清理审计记录 {done.pruned} 行，"
            f"删除 {done.forgotten} 名离岗人员的信息，清空花名册 {done.emptied} 行。",
        )
    )
