"""``wangge coverage``: who reaches what on foot in an area."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from api.commands.bilingual import BilingualCommand
from api.commands.connection import database
from api.commands.coverage_changes import COUNTED, check, compare
from api.commands.finite_range import FiniteRange
from api.language import say

if TYPE_CHECKING:
    from api.schemas.walking import Coverage, CoverageFigure, KindName

_METHODS = {"network": ("on foot", "步行"), "straight_line": ("as the crow flies", "直线")}


@click.command(cls=BilingualCommand)
@click.argument("area")
@click.option(
    "--by",
    type=click.Choice(["area", "grid", "courtyard"]),
    default="area",
    show_default=True,
    help="Figures of the whole area, or of each of its published grids or courtyards.",
)
@click.option(
    "--counted",
    type=click.Choice(list(COUNTED)),
    default="households",
    show_default=True,
    help="What is counted.",
)
@click.option(
    "--since",
    type=click.DateTime(["%Y-%m-%d"]),
    metavar="DAY",
    help="Compare with the last figures of that day or before.",
)
@click.option(
    "--scenario",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Compare with what a scenario would change; nothing is stored.",
)
@click.option(
    "--checks",
    is_flag=True,
    help="What a community lacks: kinds inside it, stations near courtyards, floor area.",
)
@click.option(
    "--station",
    default="rest_station",
    show_default=True,
    metavar="KIND",
    help="With --checks: the kind every courtyard should have near.",
)
@click.option(
    "--radius",
    default=300.0,
    show_default=True,
    type=FiniteRange(0, 5000, min_open=True),
    help="With --checks: metres that are near.",
)
@click.option("--profile", default="default", show_default=True, help="Which stored walk.")
@click.option("--json", "as_json", is_flag=True, help="As a JSON document.")
def coverage(
    area: str,
    by: str,
    counted: str,
    since: datetime | None,
    scenario: Path | None,
    checks: bool,
    station: str,
    radius: float,
    profile: str,
    as_json: bool,
) -> None:
    """
    Tell which share of an AREA reaches each facility kind on foot.

    AREA is the code of a community, subdistrict or county. The figures are those that
    `wangge circles update` stored.
    """
    from api.services.walking_figures import coverage_by
    from api.services.walking_reading import coverage as stored

    if sum((since is not None, scenario is not None, checks, by != "area")) > 1:
        raise click.UsageError("Take one of --by, --since, --scenario and --checks.")
    if since is not None or scenario is not None:
        compare(area, profile, since, scenario, counted, as_json)
        return
    if checks:
        check(area, profile, station, radius, as_json)
        return
    with database() as engine, engine.connect() as connection:
        if by == "area":
            from gis.store.sight import EVERYWHERE

            told = [stored(connection, EVERYWHERE, area, profile)]
        else:
            told = coverage_by(connection, area, by, profile)
    if as_json:
        click.echo(json.dumps([one.model_dump(mode="json") for one in told], ensure_ascii=False))
        return
    for one in told:
        _print(one, counted)
    _print_method(told[0])


def _print(told: Coverage, counted: str) -> None:
    figures = [f for f in told.figures if f.counted == counted]
    first = figures[0] if figures else None
    total = "–" if first is None or first.total is None else f"{first.total:,}"
    unit = say(*COUNTED[counted])
    click.echo(
        say(f"{told.level} {told.area_code}: {total} {unit}", f"{told.area_code}：{total}{unit}")
    )
    names = {kind.kind: kind for kind in told.run.kinds}
    speeds = {speed: name for name, speed in told.run.settings["speeds"].items()}
    cutoffs = sorted({f.cutoff_s for f in figures})
    head = "".join(f"{cutoff / 60:>7g}′" for cutoff in cutoffs)
    for method, said in _METHODS.items():
        walked = [f for f in figures if f.method == method]
        for speed in sorted({f.speed_m_s for f in walked}, reverse=True):
            name = speeds.get(speed, f"{speed:g}")
            click.echo(f"  {say(*said)} · {name} {speed:g} m/s {head}")
            for kind in told.run.settings["kinds"]:
                row = [
                    f for f in figures if (f.kind, f.method, f.speed_m_s) == (kind, method, speed)
                ]
                _print_row(names[kind], sorted(row, key=lambda f: f.cutoff_s))


def _print_row(kind: KindName, row: list[CoverageFigure]) -> None:
    from api.commands.bilingual import columns

    name = say(kind.en, kind.zh)
    shares = "".join(f"{'–' if f.share is None else f'{f.share:.1%}':>8}" for f in row)
    click.echo(f"    {name}{' ' * max(1, 28 - columns(name))}{shares}")


def _print_method(told: Coverage) -> None:
    run, settings = told.run, told.run.settings
    estimated = max((f.estimated for f in told.figures), default=0)
    gates, walk, made = settings["gates"], settings["walk"], f"{run.made_at:%Y-%m-%d %H:%M}"
    click.echo(
        say(
            f"Gates: {gates}. Walked: {walk}. Computed {made}.",
            f"出入口：{gates}；可步行道路：{walk}；计算于 {made}。",
        )
    )
    if estimated:
        click.echo(
            say(f"{estimated:,} households are estimates.", f"其中 {estimated:,} 户为估算。")
        )
