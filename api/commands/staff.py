"""``wangge staff``: team templates, what nobody fills, chains, and forgetting who is gone."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from api.commands import options
from api.commands.bilingual import BilingualGroup
from api.commands.connection import database
from api.language import language, say
from api.today import today

if TYPE_CHECKING:
    from api.services.teams import Vacancies

_MOST = 1_000_000
_at = click.option(
    "--at", type=click.DateTime(["%Y-%m-%d"]), help="Day whose state is asked for; today if unset."
)


def _day(at: datetime | None) -> date:
    return today() if at is None else at.date()


@click.group(cls=BilingualGroup)
def staff() -> None:
    """Workers and posts: team templates, vacancies, chains, retention."""


@staff.command("team")
@click.argument("area", required=False)
@click.argument("template", required=False)
@click.option("--drop", is_flag=True, help="Let the template of the area above hold again.")
@options.author
def team_command(area: str | None, template: str | None, *, drop: bool, made_by: str) -> None:
    """Let a team TEMPLATE (preset or TOML file) hold in AREA and below; without: list them."""
    from api.services import teams
    from gis.staff.teams import load_team

    with database() as engine:
        if area is not None and drop:
            teams.drop_team(engine, area, made_by=made_by)
        elif area is not None and template is not None:
            teams.set_team(engine, area, load_team(template), made_by=made_by)
        with engine.connect() as connection:
            stored = teams.stored_teams(connection)
    for one in stored:
        click.echo(f"{one.area}\t{one.team.name}\t{' > '.join(one.team.chain)}")
    if not stored:
        click.echo(say("no area has a team template", "没有区划设置了队伍模板"), err=True)


@staff.command("gaps")
@click.argument("area", required=False)
@_at
@click.option(
    "-o",
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write every gap there: .xlsx or .csv.",
)
def gaps_command(area: str | None, at: datetime | None, output: Path | None) -> None:
    """List the seats of the team templates that nobody fills, in AREA or everywhere."""
    from api.services.teams import vacancies

    with database() as engine, engine.connect() as connection:
        found = vacancies(connection, area, _day(at), most=_MOST)
    for seat in found.seats:
        row = (seat.area, seat.area_name, seat.level, seat.role)
        numbers = (seat.subjects, seat.needed, seat.filled, seat.vacant_posts, seat.gap)
        click.echo("\t".join(map(str, (*row, *numbers))))
    if output is not None:
        _write(found, output)
    click.echo(say(f"{found.missing} holders are missing.", f"共缺 {found.missing} 人。"), err=True)


def _write(found: Vacancies, output: Path) -> None:
    import pandas as pd

    from gis.io.spreadsheet import write_xlsx

    seats = pd.DataFrame([asdict(seat) for seat in found.seats])
    gaps = pd.DataFrame([asdict(gap) for gap in found.gaps])
    if output.suffix == ".csv":
        gaps.to_csv(output, index=False, encoding="utf-8-sig")
        return
    write_xlsx({say("seats", "岗位需求"): seats, say("gaps", "缺岗清单"): gaps}, output)


@staff.command("chain")
@click.argument("building")
@_at
def chain_command(building: str, at: datetime | None) -> None:
    """Show everybody who answers for BUILDING, from the widest level to the narrowest."""
    from api.principal import OPERATOR
    from api.services.staff import chain_of_building

    with database() as engine, engine.connect() as connection:
        chain = chain_of_building(connection, OPERATOR, building, _day(at), language())
    for link in chain.links:
        for post in link.posts:
            who = say("vacant", "空岗")
            if post.person is not None:
                who = f"{post.person.name}\t{post.person.masked_phone or ''}"
            click.echo(f"{link.title}\t{link.name or link.code}\t{post.title}\t{who}")
        if not link.posts:
            click.echo(f"{link.title}\t{link.name or link.code}\t-")


@staff.command("forget")
@click.argument("workers", nargs=-1)
@click.option("--days", type=click.IntRange(0, 36_600), help="Days since; else the setting's.")
@options.author
def forget_command(workers: tuple[str, ...], days: int | None, made_by: str) -> None:
    """Erase names and phones of WORKERS who are gone, or of all gone for so long; posts stay."""
    from api.services.staff import forget_staff
    from api.settings import read_settings

    kept = read_settings().staff_days if days is None else days
    with database() as engine:
        done = forget_staff(engine, workers or None, days=kept, today=today(), made_by=made_by)
    for code in done.codes:
        click.echo(code)
    click.echo(
        say(
            f"{len(done.codes)} workers forgotten, {done.rows} rows of rosters emptied.",
            f"已删除 {len(done.codes)} 人的姓名和电话，清空 {done.rows} 行花名册记录。",
        ),
        err=True,
    )
