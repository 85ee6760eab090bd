"""What ``wangge coverage`` prints of changes and of what an area lacks."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from api.commands.connection import database
from api.language import language, say

if TYPE_CHECKING:
    import pandas as pd

COUNTED = {
    "households": ("households", "户"),
    "buildings": ("buildings", "栋"),
    "residents": ("residents", "人"),
    "elders": ("elders", "老人"),
    "vulnerable": ("vulnerable", "重点人员"),
}


def compare(
    area: str,
    profile: str,
    since: datetime | None,
    scenario: Path | None,
    counted: str,
    as_json: bool,
) -> None:
    """Print what changed in an area since a day, or would by a scenario."""
    from api.services.walking_changes import changes_by, changes_since
    from gis.circles.presets import kind_name

    with database() as engine, engine.connect() as connection:
        if scenario is not None:
            changes = changes_by(connection, area, profile, scenario)
        else:
            assert since is not None  # noqa: S101
            changes = changes_since(connection, area, profile, since.date())
    if as_json:
        click.echo(changes.to_json(orient="records", force_ascii=False))
        return
    shown = changes[(changes["counted"] == counted) & (changes["method"] == "network")]
    moved = shown[shown["reached_change"].fillna(0) != 0]
    if moved.empty:
        click.echo(say("Nothing changes.", "没有变化。"))
    for row in moved.to_dict("records"):
        kind = kind_name(str(row["kind"]), language())
        minutes, change = row["cutoff_s"] / 60, int(row["reached_change"])
        shares = f"{row['share_before']:.1%} -> {row['share_after']:.1%}"
        unit = say(*COUNTED[counted])
        click.echo(
            say(
                f"{kind}, {row['speed']} {minutes:g} min: {shares} ({change:+,} {unit})",
                f"{kind}，{row['speed']} {minutes:g} 分钟：{shares}（{change:+,} {unit}）",
            )
        )
    _print_terms(shown)


def _print_terms(shown: pd.DataFrame) -> None:
    """Gates, walked streets and households of both sides, once where they agree."""
    said = []
    for name in ("gates", "walk"):
        ends = [shown[f"{name}_{end}"].dropna().unique() for end in ("before", "after")]
        both = [", ".join(map(str, values)) for values in ends]
        said.append(both[0] if both[0] == both[1] else " -> ".join(both))
    kind = ", ".join(shown["households_kind"].unique())
    click.echo(
        say(
            f"On the network. Gates: {said[0]}. Walked: {said[1]}. Households: {kind}.",
            f"路网步行；出入口：{said[0]}；可步行道路：{said[1]}；户数口径：{kind}。",
        )
    )


def check(area: str, profile: str, station: str, radius: float, as_json: bool) -> None:
    """Print what a community lacks."""
    from api.services.walking_changes import area_checks
    from gis.circles.presets import kind_name

    with database() as engine, engine.connect() as connection:
        found = area_checks(connection, area, profile, station, radius)
    tables = {
        "inside": found.inside,
        "courtyards": found.courtyards,
        "floor_area": found.floor_area,
        "levels": found.levels,
    }
    if as_json:
        told = {
            name: json.loads(table.to_json(orient="records", force_ascii=False))
            for name, table in tables.items()
        }
        click.echo(json.dumps(told, ensure_ascii=False))
        return
    _print_levels(found.levels)
    missing = found.inside.loc[~found.inside["ok"], "kind"]
    names = say(", ", "、").join(kind_name(kind, language()) for kind in missing)
    click.echo(say(f"Kinds not inside: {names or 'none'}.", f"辖区内没有的类别：{names or '无'}。"))
    _print_courtyards(found.courtyards, station, radius)
    for row in found.floor_area.to_dict("records"):
        kind = kind_name(str(row["kind"]), language())
        needed, there, lacking = (
            f"{row[name]:,.0f}" for name in ("needed_m2", "floor_area_m2", "missing_m2")
        )
        click.echo(
            say(
                f"{kind}: needs {needed} m2, has {there} m2, lacks {lacking} m2 "
                f"({row['unknown']} of {row['facilities']} facilities tell no floor area).",
                f"{kind}：需 {needed} 平方米，现有 {there} 平方米，缺 {lacking} 平方米"
                f"（{row['facilities']} 处设施中 {row['unknown']} 处未填面积）。",
            )
        )


def _print_levels(levels: pd.DataFrame) -> None:
    by = ["preset", "level", "speed"]
    for key, rows in levels.groupby(by, sort=False) if len(levels) else []:
        preset, level, speed = key
        kinds, households = int(rows["kinds"].iloc[0]), int(rows["households"].sum())
        most = rows.sort_values("kinds_reached", ascending=False)
        told = [r for r in most.to_dict("records") if r["households"]]
        shares = ", ".join(
            f"{r['kinds_reached']}/{kinds}: {r['households'] / households:.1%}" for r in told
        )
        click.echo(
            say(
                f"{preset}, {level}, {speed}: households by kinds reached {shares or '-'}",
                f"{preset}，{level}，{speed}：各可达类别数的户数占比 {shares or '-'}",
            )
        )


def _print_courtyards(near: pd.DataFrame, station: str, radius: float) -> None:
    from gis.circles.presets import kind_name

    far = near[~near["ok_straight"]]
    straight, whole = len(near) - len(far), len(near)
    walked = int(near["ok_network"].fillna(False).sum())
    click.echo(
        say(
            f"{kind_name(station, 'en')} within {radius:g} m: {straight} of {whole} courtyards in "
            f"a straight line, {walked} on foot from every building.",
            f"{radius:g} 米内有{kind_name(station, 'zh')}的小区：直线 {straight} 个，"
            f"每栋楼步行均可达 {walked} 个，共 {whole} 个。",
        )
    )
    for row in far.to_dict("records"):
        click.echo(f"  {row['courtyard_id']} {row['name'] or ''} {row['straight_m']:,.0f} m")
