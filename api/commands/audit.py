"""``wangge audit``: seal, verify, export and prune the audit trail."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, BinaryIO, Literal

import click

from api.commands import options
from api.commands.bilingual import BilingualGroup
from api.commands.connection import database
from api.language import say

if TYPE_CHECKING:
    from api.services.audit_reading import Broken, Verified


@click.group(cls=BilingualGroup)
def audit() -> None:
    """The audit trail: seal, verify, export, head, prune."""


@audit.command()
@click.option(
    "--wait",
    "wait_s",
    type=click.FloatRange(0, 3600),
    default=10,
    show_default=True,
    help="Seconds to wait for transactions under way.",
)
def seal(wait_s: float) -> None:
    """Seal what was written down so far; the service does so by itself."""
    from api.services.sealing import seal_now
    from gis.errors import Conflict

    with database() as engine:
        made = seal_now(engine, wait_s=wait_s)
    if made is None:
        raise Conflict(
            "Others are writing at present, so nothing was sealed: try again, or give --wait.",
            "目前有其他事务正在写入，未封存：请稍后再试，或用 --wait 延长等待。",
        )
    click.echo(say(f"{made} batches sealed.", f"已封存 {made} 批。"))


@audit.command()
@click.option(
    "--head",
    "kept",
    metavar="N:HEX",
    help="A head kept elsewhere, as `wangge audit head` printed it.",
)
def verify(kept: str | None) -> None:
    """Check every row and seal; exit code 1 and the first broken place if it does not hold."""
    from api.services.audit_reading import verify as check

    wanted = None if kept is None else _head(kept)
    with database() as engine:
        found = check(engine, kept=wanted)
    if found.broken is not None:
        click.echo(_told_broken(found.broken))
        raise SystemExit(1)
    click.echo(_told(found))


def _head(text: str) -> tuple[int, str]:
    parts = re.fullmatch(r"([1-9][0-9]{0,17}):([0-9a-fA-F]{64})", text.strip())
    if parts is None:
        raise click.BadParameter(
            say(
                "write it as `wangge audit head` prints it: 12:0f3a...",
                "请按 `wangge audit head` 的输出填写，如 12:0f3a...",
            ),
            param_hint="--head",
        )
    return int(parts[1]), parts[2]


def _told_broken(broken: Broken) -> str:
    return say(
        f"The audit trail does not hold. Batch {broken.batch}: {broken.en}.",
        f"审计记录校验不通过。第 {broken.batch} 批：{broken.zh}。",
    )


def _told(found: Verified) -> str:
    number, head = found.head or (0, "-")
    return say(
        f"The audit trail holds: {found.rows} rows in {found.batches} batches, {found.pruned} of "
        f"them pruned; {found.unsealed} rows not sealed yet. Head {number}:{head}",
        f"审计记录校验通过：{found.batches} 批共 {found.rows} 行，其中 {found.pruned} 批已清理；"
        f"尚有 {found.unsealed} 行未封存。链头 {number}:{head}",
    )


@audit.command()
def head() -> None:
    """Print number and head of the newest batch, to be kept elsewhere."""
    from api.services.audit_reading import head as newest

    with database() as engine:
        number, digest = newest(engine)
    click.echo(f"{number}:{digest}")


@audit.command()
@click.option(
    "--format",
    "form",
    type=click.Choice(["jsonl", "csv"]),
    default="jsonl",
    show_default=True,
    help="JSON Lines that anybody can check, or CSV for a spreadsheet.",
)
@click.option(
    "-o",
    "--output",
    type=click.File("wb", atomic=True),
    metavar="FILE",
    default="-",
    help="File to write; - is stdout.",
)
def export(form: Literal["jsonl", "csv"], output: BinaryIO) -> None:
    """Write the trail, oldest first, to a file or stdout."""
    from api.services.audit_reading import exported

    with database() as engine:
        for line in exported(engine, form):
            output.write(line)


@audit.command()
@options.author
def prune(made_by: str) -> None:
    """Delete whole batches sealed longer ago than WANGGE_AUDIT_DAYS; their seals stay."""
    from dataclasses import replace
    from datetime import UTC, datetime

    from api.principal import OPERATOR
    from api.services.audit_reading import prune as prune_old
    from api.settings import read_settings

    days = read_settings().audit_days
    with database() as engine:
        who = replace(OPERATOR, name=made_by)
        gone = prune_old(engine, who, days=days, now=datetime.now(UTC))
    click.echo(
        say(f"{gone} rows older than {days} days deleted.", f"已删除超过 {days} 天的 {gone} 行。")
    )
