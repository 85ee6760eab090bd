"""``wangge embed``: make, list, show and revoke the keys by which other sites embed maps."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

import click

from api.commands import options
from api.commands.bilingual import BilingualGroup
from api.commands.connection import database
from api.language import language, say, word
from api.today import today

Row = Mapping[str, Any]

_as_json = click.option("--json", "as_json", is_flag=True, help="As a JSON document.")


@click.group(cls=BilingualGroup)
def embed() -> None:
    """Keys by which other sites embed maps: add, list, show, revoke."""


@embed.command("add")
@click.argument("area")
@click.option("--layers", metavar="LAYER,...", help="What it opens; everything it can if unset.")
@click.option(
    "--origin",
    "origins",
    multiple=True,
    metavar="https://HOST[:PORT]",
    help="Site whose pages may show it; may be given several times; none: no other site.",
)
@click.option(
    "--until", type=click.DateTime(["%Y-%m-%d"]), help="Last day; a year from today if unset."
)
@click.option("--days", type=click.IntRange(0, 3660), help="Days it works, instead of --until.")
@click.option("--note", default="", help="What it is for; seen by you alone.")
@click.option("--contact", default="", help="Office to ask when it has ended; anyone may see it.")
@options.author
def add_command(
    area: str,
    layers: str | None,
    origins: tuple[str, ...],
    until: datetime | None,
    days: int | None,
    note: str,
    contact: str,
    made_by: str,
) -> None:
    """Make a key for AREA (12 digits) and the areas below it; its text is shown once."""
    from api.services.embed_keys import NewKey, make_key
    from api.services.sights import ALL_SEEING
    from maps.embeds import OPENABLE

    if until is not None and days is not None:
        raise click.UsageError("Take one of --until and --days.")
    wanted = NewKey(
        area_code=area,
        layers=OPENABLE if layers is None else _listed(layers),
        origins=origins,
        expires_on=_last_day(until, days),
        note=note,
        contact=contact,
    )
    with database() as engine:
        made = make_key(engine, ALL_SEEING, wanted, made_by=made_by, now=datetime.now(UTC))
    click.echo(made.key)
    click.echo(_told(made.row), err=True)
    click.echo(
        say(
            "The key is shown this once and stored nowhere; the page /embed makes an iframe of it.",
            "密钥只显示这一次，不会保存；在 /embed 页面可生成嵌入代码。",
        ),
        err=True,
    )


@embed.command("list")
@click.option("--all", "ended_too", is_flag=True, help="Also those that have ended.")
@_as_json
def list_command(ended_too: bool, as_json: bool) -> None:
    """List the keys by number, newest first; their text is stored nowhere."""
    from api.services.embed_keys import list_keys
    from api.services.sights import ALL_SEEING

    with database() as engine:
        rows = list_keys(engine, ALL_SEEING, standing_at=None if ended_too else datetime.now(UTC))
    if as_json:
        click.echo(_json([_document(row) for row in rows]))
        return
    for row in rows:
        click.echo(_told(row))


@embed.command("show")
@click.argument("key_id", metavar="KEY_ID", type=int)
@_as_json
def show_command(key_id: int, as_json: bool) -> None:
    """Show what the key of number KEY_ID opens, for whom and until when."""
    from api.services.embed_keys import show_key
    from api.services.sights import ALL_SEEING

    with database() as engine:
        row = show_key(engine, ALL_SEEING, key_id)
    click.echo(_json(_document(row)) if as_json else _told(row, whole=True))


@embed.command("revoke")
@click.argument("key_id", metavar="KEY_ID", type=int)
@options.author
def revoke_command(key_id: int, made_by: str) -> None:
    """End the key of number KEY_ID; open pages stop within seconds."""
    from api.services.embed_keys import revoke_key
    from api.services.sights import ALL_SEEING

    with database() as engine:
        row = revoke_key(engine, ALL_SEEING, key_id, by=made_by, now=datetime.now(UTC))
    click.echo(_told(row))


def _listed(layers: str) -> tuple[str, ...]:
    return tuple(name.strip() for name in layers.split(",") if name.strip())


def _last_day(until: datetime | None, days: int | None) -> date | None:
    if until is not None:
        return until.date()
    return None if days is None else today() + timedelta(days=days)


def _document(row: Row) -> dict[str, object]:
    from api.services.embed_keys import last_day, state_of

    moments = {
        name: value.isoformat() if isinstance(value, datetime) else value
        for name, value in row.items()
    }
    state = state_of(row, datetime.now(UTC))
    return {**moments, "state": state, "last_day": str(last_day(row))}


def _told(row: Row, *, whole: bool = False) -> str:
    from api.services.embed_keys import last_day, state_of
    from maps.embeds import layer_name

    state = word(state_of(row, datetime.now(UTC)))
    layers = say(", ", "、").join(layer_name(name, language()) for name in row["layers"])
    sites = " ".join(row["origins"]) or say("no other site", "不允许其他网站")
    line = say(
        f"key {row['id']}  {state} until {last_day(row)}  {row['area_code']} "
        f"{row['area_name'] or ''}  {layers}  {sites}",
        f"密钥 {row['id']}  {state}，至 {last_day(row)}  {row['area_code']} "
        f"{row['area_name'] or ''}  {layers}  {sites}",
    )
    more = [
        say(f"  note     {row['note']}", f"  备注     {row['note']}") if row["note"] else "",
        say(f"  contact  {row['contact']}", f"  联系单位 {row['contact']}")
        if row["contact"]
        else "",
        say(
            f"  made     {row['made_at']:%Y-%m-%d %H:%M} by {row['made_by']}",
            f"  创建     {row['made_at']:%Y-%m-%d %H:%M}，{row['made_by']}",
        ),
        say(
            f"  revoked  {row['revoked_at']:%Y-%m-%d %H:%M} by {row['revoked_by']}",
            f"  吊销     {row['revoked_at']:%Y-%m-%d %H:%M}，{row['revoked_by']}",
        )
        if row["revoked_at"]
        else "",
    ]
    return "\n".join([line, *(part for part in more if whole and part)])


def _json(document: object) -> str:
    return json.dumps(document, ensure_ascii=False, indent=2)
