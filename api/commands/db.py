"""``wangge db``: the private PostGIS of this folder."""

from __future__ import annotations

import os
from pathlib import Path

import click

from api.commands.bilingual import BilingualGroup
from api.language import say, word
from api.services import database as databases
from api.services.contents import Contents, count_contents
from api.settings import Settings, read_settings
from gis.errors import Conflict
from gis.store import cluster


@click.group(cls=BilingualGroup)
def db() -> None:
    """The private PostGIS of this folder."""


@db.command()
@click.option("--tcp/--no-tcp", default=None, help="Also listen on a free port of 127.0.0.1.")
def start(tcp: bool | None) -> None:
    """Start it, making it first when there is none; its address goes to stdout."""
    settings = read_settings()
    if databases.is_private(settings):
        home = databases.private_home(settings)
        _tell_state(home.path, cluster.start(home, tcp=tcp))
    click.echo(_shown(databases.ensure_database(settings)))


@db.command()
def stop() -> None:
    """Stop it; sessions are cut off, what is committed stays."""
    home = databases.private_home(_private_settings("stop"))
    _tell_state(home.path, cluster.stop(home))


@db.command()
def status() -> None:
    """Tell whether it is there and answers; exit code 1 when it does not."""
    settings = read_settings()
    url = databases.database_url(settings)
    if databases.is_private(settings):
        found = cluster.status(databases.private_home(settings))
        state = word(found.state) + (f", pid {found.pid}" if found.pid else "")
        _tell_row("home", "目录", str(found.home))
        _tell_row("state", "状态", state)
        _tell_row("size", "大小", f"{found.size_bytes / 1e6:.0f} MB")
        _tell_row(
            "tcp", "TCP", f"127.0.0.1:{found.tcp_port}" if found.tcp_port else say("no", "无")
        )
        if found.state != "running":
            raise SystemExit(1)
    _tell_row("address", "地址", _shown(url))
    _tell_row("postgis", "PostGIS", databases.postgis_version(url))


@db.command("url")
@click.option("--tcp", is_flag=True, help="The TCP address, with its password.")
def url_command(tcp: bool) -> None:
    """Print the address, for psql, QGIS, GDAL or WANGGE_DATABASE_URL."""
    settings = read_settings()
    if tcp:
        click.echo(cluster.url(databases.private_home(_private_settings("url --tcp")), tcp=True))
    else:
        click.echo(databases.database_url(settings))


@db.command()
@click.option("--yes", is_flag=True, help="Do not ask.")
def reset(yes: bool) -> None:
    """Delete the private database and all that is in it."""
    settings = _private_settings("reset")
    home = databases.private_home(settings)
    found = cluster.status(home)
    if found.state == "absent":
        click.echo(
            say(
                f"nothing to delete: there is no database in {home.path}",
                f"没有可删除的内容：{home.path} 中没有数据库",
            ),
            err=True,
        )
        return
    contents = count_contents(databases.ensure_database(settings))
    click.echo(_what_goes(contents, found), err=True)
    if not yes:
        question = say("Delete all of this for good?", "永久删除以上全部内容？")
        click.confirm(question, abort=True, err=True)
    cluster.reset(home)
    click.echo(say("deleted", "已删除"), err=True)


@db.command(context_settings={"ignore_unknown_options": True})
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def psql(arguments: tuple[str, ...]) -> None:
    """Open psql on the private database; further arguments go to psql."""
    settings = _private_settings("psql")
    databases.ensure_database(settings)
    command, environment = cluster.psql_command(databases.private_home(settings))
    os.execve(command[0], [*command, *arguments], environment)  # noqa: S606


def _private_settings(verb: str) -> Settings:
    """Refuse verbs of the private database while another one is set."""
    settings = read_settings()
    if not databases.is_private(settings):
        raise Conflict(
            f"`wangge db {verb}` works on the private database only, and WANGGE_DATABASE_URL is "
            "set: unset it, or use the tools of that database's server.",
            f"`wangge db {verb}` 仅适用于私有数据库,而 WANGGE_DATABASE_URL 已设置:"
            "请取消该设置,或使用该数据库服务器自己的工具。",
        )
    return settings


def _shown(url: str) -> str:
    """Address without its password."""
    return databases.without_password(url)


def _tell_state(home: Path, state: str) -> None:
    told = say(f"private PostGIS in {home}: {state}", f"{home} 中的私有 PostGIS：{word(state)}")
    click.echo(told, err=True)


def _tell_row(en: str, zh: str, value: str) -> None:
    click.echo(say(f"{en:<9}{value}", f"{zh}：{value}"))


def _what_goes(contents: Contents, found: cluster.ClusterStatus) -> str:
    rows = ", ".join(f"{count:,} {name}" for name, count in contents.rows.items() if count)
    size = f"{found.size_bytes / 1e6:,.0f} MB"
    return say(
        f"{size} in {found.home}: {rows or 'no rows yet'}",
        f"{found.home} 共 {size}，各表行数：{rows or '尚无内容'}",
    )
