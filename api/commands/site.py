"""``wangge site``: where to build next, so that most households reach a kind on foot."""

from __future__ import annotations

from pathlib import Path

import click

from api.commands.bilingual import BilingualCommand
from api.commands.connection import database
from api.commands.finite_range import FiniteRange
from api.language import language, say


@click.command(cls=BilingualCommand)
@click.argument("kind")
@click.option(
    "-k",
    "count",
    default=1,
    show_default=True,
    type=click.IntRange(1, 1000),
    help="How many places.",
)
@click.option("--community", help="Count only the households of this community.")
@click.option(
    "--candidates",
    default="buildings",
    show_default=True,
    metavar="buildings|idle|FILE",
    help="All buildings, idle premises, or points of a file (facility_id, name).",
)
@click.option(
    "--minutes",
    default=15.0,
    show_default=True,
    type=FiniteRange(0, 240, min_open=True),
    help="Cutoff.",
)
@click.option(
    "--speed", default="adult", show_default=True, help="adult, elder, frail, or metres a second."
)
@click.option("--exact", is_flag=True, help="Look for the best with an integer program.")
@click.option("--profile", default="default", show_default=True, help="Which stored walk.")
def site(
    kind: str,
    count: int,
    community: str | None,
    candidates: str,
    minutes: float,
    speed: str,
    exact: bool,
    profile: str,
) -> None:
    """
    Suggest where to open a facility of KIND, so that most households reach one on foot.

    Existing facilities count. The answer says how good it is; it is stored and shown on the map.
    """
    from api.services.siting import Candidates, SitingOrder
    from api.services.siting import site as suggest
    from gis.circles.speeds import walking_speed

    known: Candidates = "file"
    if candidates in ("buildings", "idle"):
        known = "buildings" if candidates == "buildings" else "idle"
    order = SitingOrder(
        kind,
        count,
        community,
        known,
        Path(candidates) if known == "file" else None,
        round(minutes * 60),
        walking_speed(speed),
        profile,
        exact,
    )
    with database() as engine:
        found = suggest(engine, order)
    if found.table.empty:
        click.echo(
            say("No candidate brings anybody nearer than they are.", "没有候选点能让更多住户可达。")
        )
    for remark in found.remarks:
        click.echo(remark.zh if language() == "zh" else remark.en, err=True)
    for rank, code, name, gained in zip(
        *(found.table[c].tolist() for c in ("rank", "place", "name", "households_gained")),
        strict=True,
    ):
        place = code if name is None else f"{code} {name}"
        click.echo(
            say(
                f"{rank}. {place}: {gained:,} more households",
                f"{rank}. {place}：新增 {gained:,} 户",
            )
        )
    sites = found.sites
    click.echo(
        say(
            f"{sites.after:,} of {sites.total:,} households reach one within {minutes:g} min at "
            f"{order.speed_m_s:g} m/s (before: {sites.before:,}).",
            f"{minutes:g} 分钟内（{order.speed_m_s:g} 米/秒）可达 {sites.after:,} 户，"
            f"共 {sites.total:,} 户（此前 {sites.before:,} 户）。",
        )
    )
    en, zh = sites.words()
    click.echo(zh if language() == "zh" else en)
