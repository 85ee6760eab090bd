"""``wangge compare``: what a scenario, or the time between two days, changes in an area."""

from __future__ import annotations

import json
import math
from collections.abc import Hashable, Mapping
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from api.commands.bilingual import BilingualCommand
from api.commands.connection import database
from api.language import say

if TYPE_CHECKING:
    import pandas as pd

    from api.services.comparing import Compared


@click.command(cls=BilingualCommand)
@click.argument("area")
@click.option(
    "--scenario",
    type=click.Path(path_type=Path),
    help="Facilities added, moved or closed, gates opened or closed: a TOML or JSON file.",
)
@click.option(
    "--from",
    "first",
    type=click.DateTime(["%Y-%m-%d"]),
    help="Figures stored until this day, before.",
)
@click.option(
    "--to",
    "last",
    type=click.DateTime(["%Y-%m-%d"]),
    help="And after; the newest when not given.",
)
@click.option(
    "--counted",
    type=click.Choice(["households", "buildings", "residents", "elders", "vulnerable"]),
    default="households",
    show_default=True,
    help="What is counted.",
)
@click.option("--profile", default="default", show_default=True, help="Which stored walk.")
@click.option("--json", "as_json", is_flag=True, help="As a JSON document.")
def compare(
    area: str,
    scenario: Path | None,
    first: datetime | None,
    last: datetime | None,
    counted: str,
    profile: str,
    as_json: bool,
) -> None:
    """
    Compare who reaches what in an AREA: before and after a scenario, or on two days.

    A scenario is walked on the layers of today under the settings of the stored walk; nothing
    is stored. Figures are of walks on the network.
    """
    from api.services.comparing import compare_days, compare_scenario
    from gis.io.scenario import load_scenario

    if (scenario is None) == (first is None) or (scenario is not None and last is not None):
        raise click.UsageError(
            say(
                "Give either --scenario FILE, or --from DAY and, if wanted, --to DAY.",
                "请给出 --scenario 文件，或 --from 日期（可加 --to 日期）。",
            )
        )
    with database() as engine, engine.connect() as connection:
        if scenario is not None:
            told = compare_scenario(connection, area, load_scenario(scenario), profile)
        elif first is not None:
            until = None if last is None else last.date()
            told = compare_days(connection, area, first.date(), until, profile)
    changes = told.changes
    shown = changes[(changes["counted"] == counted) & (changes["method"] == "network")]
    if as_json:
        click.echo(_document(told, shown))
    else:
        _print(told, shown)


def _document(told: Compared, shown: pd.DataFrame) -> str:
    rows = json.loads(shown.to_json(orient="records", force_ascii=False))
    said = {"area_code": told.area_code, "level": told.level}
    said |= {"before": told.before[0], "after": told.after[0]}
    return json.dumps(said | {"figures": rows}, ensure_ascii=False)


def _print(told: Compared, shown: pd.DataFrame) -> None:
    click.echo(
        say(
            f"{told.level} {told.area_code}: {told.before[0]} -> {told.after[0]}",
            f"{told.area_code}：{told.before[1]} → {told.after[1]}",
        )
    )
    lines = [_line(row) for row in shown.to_dict("records") if _differs(row)]
    for line in lines or [say("  Nothing changes.", "  没有变化。")]:
        click.echo(line)
    for name, en, zh in (("gates", "gates", "出入口"), ("walk", "walked", "可步行道路")):
        values = {end: shown[f"{name}_{end}"].dropna().unique() for end in ("before", "after")}
        said = [", ".join(map(str, values[end])) for end in ("before", "after")]
        once = said[0] if said[0] == said[1] else " -> ".join(said)
        click.echo(say(f"{en}: {once}", f"{zh}：{once}"))


def _differs(row: Mapping[Hashable, object]) -> bool:
    return str(row["reached_before"]) != str(row["reached_after"]) or (
        str(row["total_before"]) != str(row["total_after"])
    )


def _line(row: Mapping[Hashable, object]) -> str:
    from gis.circles.kinds import KINDS

    kind = str(row["kind"])
    minutes = f"{int(str(row['cutoff_s'])) / 60:g}"
    before, after = (_figure(row, end) for end in ("before", "after"))
    change = str(row["reached_change"])
    more = "" if change == "<NA>" else f"  {int(change):+,}"
    place = say(kind, KINDS.get(kind, kind))
    return f"  {place} · {row['speed']} · {minutes}′: {before} -> {after}{more}"


def _figure(row: Mapping[Hashable, object], end: str) -> str:
    reached, share = str(row[f"reached_{end}"]), float(str(row[f"share_{end}"]))
    if reached == "<NA>":
        return "–"
    return f"{int(reached):,}" if math.isnan(share) else f"{int(reached):,} ({share:.1%})"
