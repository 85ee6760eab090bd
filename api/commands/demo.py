"""``wangge demo``: the sample, divided, published and served on this machine."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import click

from api.commands.bilingual import BilingualCommand
from api.language import say, word
from api.security import refuse_open_to_the_world
from api.services.database import (
    migrate_database,
    open_database,
    project_folder,
    running_database,
)
from api.services.demo_accounts import DemoAccount, renew_demo_accounts
from api.services.sample import prepare_sample, sample_communities
from api.serving import print_ready, serve_until_signal, signals_as_interrupt, undisturbed
from api.settings import Settings, read_settings
from api.today import today
from gis.errors import UnreadableFile


@click.command(cls=BilingualCommand)
@click.option("--no-serve", is_flag=True, help="Only prepare the database.")
def demo(no_serve: bool) -> None:
    """Start everything with the sample and serve it, until Ctrl-C."""
    settings = read_settings(open=True)
    refuse_open_to_the_world(settings)
    with signals_as_interrupt(), running_database(settings, closing=undisturbed):
        accounts = _prepare(settings)
        if not no_serve:
            ready = partial(_print_addresses, accounts)
            serve_until_signal(settings, any_port=True, ready=ready)


def _prepare(settings: Settings) -> list[DemoAccount]:
    migrate_database(settings)
    engine = open_database(settings)
    try:
        file = _sample_file()
        prepare_sample(engine, file, today=today(), tell=_tell)
        return renew_demo_accounts(engine, sample_communities(file))
    finally:
        engine.dispose()


def _sample_file() -> Path:
    file = project_folder() / "sample_geodata/yunxi.gpkg"
    if not file.exists():
        raise UnreadableFile(
            f"The sample {file} is not there: run the demo from a clone of the repository.",
            f"缺少示例数据 {file}：请在仓库克隆目录中运行演示。",
        )
    return file


def _tell(en: str, zh: str) -> None:
    click.echo(f"[demo] {say(en, zh)}", err=True)


def _print_addresses(accounts: list[DemoAccount], address: str) -> None:
    click.echo(say(f"start page   {address}", f"首页       {address}"))
    click.echo(
        say(
            f"API          {address}api/v1/openapi.json", f"接口       {address}api/v1/openapi.json"
        )
    )
    click.echo(
        say(f"tiles        {address}tiles/grids.json", f"瓦片       {address}tiles/grids.json")
    )
    click.echo(say("database     wangge db url", "数据库     wangge db url"))
    click.echo(
        say(
            f"roles        {address}login  (nobody has to sign in; these passwords hold until the "
            "next start)",
            f"角色       {address}login （不登录也可使用；以下密码到下次启动为止）",
        )
    )
    for account in accounts:
        click.echo(f"             {account.name:<16} {account.password}  {word(account.role)}")
    print_ready(address)
