"""``wangge doctor``: is everything as it should be."""

from __future__ import annotations

import json
from dataclasses import asdict

import click

from api.commands.bilingual import BilingualCommand
from api.language import say


@click.command(cls=BilingualCommand)
@click.option("--json", "as_json", is_flag=True, help="As a JSON document.")
def doctor(as_json: bool) -> None:
    """Examine settings and database; exit code 1 when something wants mending."""
    from api.services.doctor import examine
    from api.settings import read_settings

    found = examine(read_settings())
    if as_json:
        document = [asdict(one) for one in found]
        click.echo(json.dumps(document, ensure_ascii=False, indent=2))
    else:
        words = {"ok": say("ok", "正常"), "warn": say("WARN", "注意"), "bad": say("BAD", "故障")}
        for one in found:
            click.echo(f"{words[one.state]:<5} {one.name:<9} {say(one.en, one.zh)}")
    if any(one.state == "bad" for one in found):
        raise SystemExit(1)
