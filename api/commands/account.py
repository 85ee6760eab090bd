"""``wangge account``: who may sign in, as what and where."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, get_args

import click

from api.commands.bilingual import BilingualGroup
from api.commands.connection import database
from api.language import say, word
from api.principal import OPERATOR, Principal, Role

Row = Mapping[str, Any]

_from_stdin = click.option(
    "--password-stdin", "from_stdin", is_flag=True, help="Read the password from standard input."
)


@click.group(cls=BilingualGroup)
def account() -> None:
    """Who may sign in: add, passwd, disable, enable, list, token."""


@account.command("add")
@click.argument("name")
@click.option(
    "--role", type=click.Choice(get_args(Role)), required=True, help="What the account may do."
)
@click.option("--area", "areas", multiple=True, metavar="CODE", help="12 digits; several times.")
@click.option("--grid", "grids", multiple=True, metavar="CODE", help="15 digits; several times.")
@click.option("--everywhere", is_flag=True, help="Without bounds, instead of --area and --grid.")
@click.option("--worker", metavar="CODE", help="The worker of the roster whose account it is.")
@click.option("--keep", is_flag=True, help="For programs: the password need not be changed first.")
@_from_stdin
def add_command(
    name: str,
    role: Role,
    areas: tuple[str, ...],
    grids: tuple[str, ...],
    everywhere: bool,
    worker: str | None,
    keep: bool,
    from_stdin: bool,
) -> None:
    """Make an account; whoever signs in first has to change the password."""
    from api.services.accounts import AccountScope, NewAccount, make_account

    if everywhere == bool(areas or grids):
        raise click.UsageError("Take one of --everywhere and --area or --grid.")
    scope = AccountScope(None if everywhere else areas, grids)
    password = _password(from_stdin)
    wanted = NewAccount(name, role, scope, password, must_change=not keep, worker_code=worker)
    with database() as engine:
        made = make_account(engine, OPERATOR, wanted)
    click.echo(_told(made.row))


@account.command("passwd")
@click.argument("name")
@click.option("--keep", is_flag=True, help="The owner chose it: it need not be changed at login.")
@_from_stdin
def passwd_command(name: str, keep: bool, from_stdin: bool) -> None:
    """Give an account another password; its sessions and tokens end."""
    from api.services.accounts import account_named, set_password

    with database() as engine:
        row = account_named(engine, OPERATOR, name)
        made = set_password(
            engine,
            OPERATOR,
            row["id"],
            password=_password(from_stdin),
            must_change=not keep,
            now=datetime.now(UTC),
        )
    click.echo(_told(made.row))


@account.command("disable")
@click.argument("name")
def disable_command(name: str) -> None:
    """Let an account sign in no more and end its sessions and tokens."""
    from api.services.accounts import account_named, disable_account

    with database() as engine:
        row = account_named(engine, OPERATOR, name)
        click.echo(_told(disable_account(engine, OPERATOR, row["id"], now=datetime.now(UTC))))


@account.command("enable")
@click.argument("name")
def enable_command(name: str) -> None:
    """Let a disabled or locked account sign in again."""
    from api.services.accounts import account_named, enable_account

    with database() as engine:
        row = account_named(engine, OPERATOR, name)
        click.echo(_told(enable_account(engine, OPERATOR, row["id"])))


@account.command("list")
@click.option("--json", "as_json", is_flag=True, help="As a JSON document.")
def list_command(as_json: bool) -> None:
    """List the accounts by name."""
    from api.services.accounts import list_accounts

    with database() as engine:
        rows = list_accounts(engine, OPERATOR)
    if as_json:
        click.echo(json.dumps([dict(row) for row in rows], default=_text, ensure_ascii=False))
        return
    for row in rows:
        click.echo(_told(row))


@account.command("token")
@click.argument("name")
@click.option("--for", "purpose", required=True, metavar="TEXT", help="What the token is for.")
@click.option("--writing", is_flag=True, help="It may change what the account may; else it reads.")
@click.option("--area", "areas", multiple=True, metavar="CODE", help="Narrower than the account.")
@click.option("--until", type=click.DateTime(["%Y-%m-%d"]), help="Last day; in 90 days if unset.")
def token_command(
    name: str, purpose: str, writing: bool, areas: tuple[str, ...], until: datetime | None
) -> None:
    """Make a token of an account; its text is shown once."""
    from api.services.accounts import account_named
    from api.services.own_account import NewToken, make_token

    with database() as engine:
        row = account_named(engine, OPERATOR, name)
        who = Principal(
            row["id"],
            row["name"],
            row["role"],
            None if row["everywhere"] else tuple(row["areas"]),
            tuple(row["grids"]),
        )
        wanted = NewToken(
            purpose, writing, areas or None, expires_on=until.date() if until else None
        )
        made = make_token(engine, who, wanted, now=datetime.now(UTC))
    click.echo(made.token)
    click.echo(
        say(
            f"It works until {made.row['expires_at']:%Y-%m-%d}, is shown this once and stored "
            "nowhere.",
            f"有效期至 {made.row['expires_at']:%Y-%m-%d}；只显示这一次，不会保存。",
        ),
        err=True,
    )


def _password(from_stdin: bool) -> str:
    """Read a password without showing it; never from the arguments, which others can list."""
    if from_stdin:
        line = sys.stdin.readline()
        return line.rstrip("\r\n")
    typed = click.prompt(say("Password", "密码"), hide_input=True, err=True)
    again = click.prompt(say("Once more", "再输一次"), hide_input=True, err=True)
    if typed != again:
        raise click.UsageError(say("The two passwords differ.", "两次输入的密码不一致。"))
    return str(typed)


def _text(value: object) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)


def _told(row: Row) -> str:
    where = (
        say("everywhere", "全部") if row["everywhere"] else " ".join([*row["areas"], *row["grids"]])
    )
    state = word("disabled" if row["disabled_at"] else "standing")
    last = f"{row['login_at']:%Y-%m-%d}" if row["login_at"] else say("never", "从未")
    return say(
        f"{row['name']}  {row['role']}  {where}  {state}  last login {last}",
        f"{row['name']}  {word(row['role'])}  {where}  {state}  最近登录 {last}",
    )
