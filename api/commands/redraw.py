"""``wangge plan repair``, ``complete``, ``split``, ``merge``, ``alternatives``."""

from __future__ import annotations

import getpass
from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from api.commands import options
from api.commands.connection import database
from api.commands.plan import plan
from api.language import say

if TYPE_CHECKING:
    import pandas as pd

    from api.services.redraw import Repaired, Stroked
    from gis.partition.redrawn import Redrawn
    from gis.partition.repair import Repair
    from gis.partition.rules import RuleSet

__all__ = ["numbers_of", "plan", "print_alternatives", "print_choices"]

_author = click.option(
    "--by", "made_by", default=getpass.getuser, show_default="your login", help="Who does it."
)
_why = click.option("--why", help="Reason, kept with the edit.")


def numbers_of(text: str) -> list[int]:
    """
    Grid numbers in a list such as ``2,5``.

    >>> numbers_of("2, 5")
    [2, 5]
    """
    from gis.errors import InputError

    parts = [part.strip() for part in text.split(",") if part.strip()]
    wrong = [part for part in parts if not part.isdecimal()]
    if wrong:
        raise InputError(
            f"{wrong[0]!r} is no grid number: write numbers with commas, such as 2,5.",
            f"“{wrong[0]}”不是网格编号：请用逗号分隔编号，如 2,5。",
        )
    return [int(part) for part in parts]


@plan.command("repair")
@click.argument("plan_id", type=int)
@options.locked
@options.choose
@options.rules_of_plan
@options.seed
@_author
def repair_command(
    plan_id: int, locked: str, choose: str, rules_name: str | None, seed: int, made_by: str
) -> None:
    """Mend PLAN_ID on today's buildings, moving few households; the result is a new draft."""
    from api.services.redraw import repair_plan

    with database() as engine:
        done = repair_plan(
            engine,
            plan_id,
            made_by=made_by,
            locked=numbers_of(locked),
            choose=choose,
            rules=_rules(rules_name),
            seed=seed,
        )
    _print_repaired(done)


def _rules(name: str | None) -> RuleSet | None:
    from gis.partition.rules import load_rules

    return None if name is None else load_rules(name)


def print_choices(found: Repair, chosen: Redrawn) -> None:
    """Show the plans of a repair, the chosen one with a star."""
    click.echo(say("  no.  moved  grids  fullest", "  序号  调整户数  网格数  最满"))
    for n, choice in enumerate(found.plans, 1):
        mark = "*" if choice is chosen else " "
        click.echo(
            f"{mark} {n:>3}  {choice.households_moved:>5}  {choice.grids:>5}  "
            f"{choice.load_max:>7.1%}"
        )


def _print_repaired(done: Repaired) -> None:
    print_choices(done.repair, done.chosen)
    click.echo(
        say(
            f"plan {done.plan_id}: {done.chosen.households_moved} households move, "
            f"{done.chosen.grids} grids, {len(done.chosen.new)} new, {len(done.chosen.gone)} gone",
            f"方案 {done.plan_id}：调整 {done.chosen.households_moved} 户，"
            f"{done.chosen.grids} 个网格，新增 {len(done.chosen.new)} 个，"
            f"撤销 {len(done.chosen.gone)} 个",
        )
    )
    for problem in done.chosen.problems:
        click.echo("  ! " + say(problem.en, problem.zh))


@plan.command("complete")
@click.argument("plan_id", type=int)
@options.grow
@options.locked
@options.seed
@_why
@_author
def complete_command(
    plan_id: int, grow: str, locked: str, seed: int, why: str | None, made_by: str
) -> None:
    """Divide what is in no grid of the draft PLAN_ID; what is drawn stays."""
    from api.services.redraw import complete_plan

    with database() as engine:
        done = complete_plan(
            engine,
            plan_id,
            made_by=made_by,
            grow=grow,  # type: ignore[arg-type]  # click lets only the three through
            locked=numbers_of(locked),
            seed=seed,
            why=why,
        )
    _print_stroke(plan_id, done)


@plan.command("split")
@click.argument("plan_id", type=int)
@click.argument("grid", type=int)
@click.argument("parts", type=int)
@options.seed
@_why
@_author
def split_command(
    plan_id: int, grid: int, parts: int, seed: int, why: str | None, made_by: str
) -> None:
    """Split GRID of the draft PLAN_ID into PARTS even grids."""
    from api.services.redraw import split_plan

    with database() as engine:
        done = split_plan(engine, plan_id, grid, parts, made_by=made_by, seed=seed, why=why)
    _print_stroke(plan_id, done)


@plan.command("merge")
@click.argument("plan_id", type=int)
@click.argument("grids", type=int, nargs=-1, required=True)
@_why
@_author
def merge_command(plan_id: int, grids: Sequence[int], why: str | None, made_by: str) -> None:
    """Merge GRIDS of the draft PLAN_ID into one."""
    from api.services.redraw import merge_plan

    with database() as engine:
        done = merge_plan(engine, plan_id, grids, made_by=made_by, why=why)
    _print_stroke(plan_id, done)


def _print_stroke(plan_id: int, done: Stroked) -> None:
    new = ", ".join(map(str, done.plan.new)) or "-"
    gone = ", ".join(map(str, done.plan.gone)) or "-"
    click.echo(
        say(
            f"plan {plan_id}: {len(done.moves)} units, {done.plan.households_moved} households "
            f"moved; new grids {new}, gone {gone}",
            f"方案 {plan_id}：调整 {len(done.moves)} 个单元、{done.plan.households_moved} 户；"
            f"新增网格 {new}，撤销 {gone}",
        )
    )
    for problem in done.plan.problems:
        click.echo("  ! " + say(problem.en, problem.zh))


@plan.command("alternatives")
@click.argument("community")
@click.option("--most", default=3, show_default=True, help="Plans wanted, 1 to 5.")
@click.option(
    "--rules", "rules_name", default="gaoxian-2020", show_default=True, help="Preset or TOML file."
)
@options.seed
@_author
def alternatives_command(
    community: str, most: int, rules_name: str, seed: int, made_by: str
) -> None:
    """Divide COMMUNITY in clearly different ways and store each as a draft."""
    from api.services.redraw import alternative_plans
    from gis.partition.rules import load_rules

    rules = load_rules(rules_name)
    with database() as engine:
        plan_ids, table = alternative_plans(
            engine, community, rules, made_by=made_by, most=most, seed=seed
        )
    print_alternatives([str(n) for n in plan_ids], table)


def print_alternatives(names: Sequence[str], table: pd.DataFrame) -> None:
    """Show alternatives side by side, each under its name."""
    click.echo(
        say(
            "plan: grids, fullest, deviation, Polsby-Popper mean / least, courtyards split, "
            "households different",
            "方案：网格数，最满，最大偏差，紧凑度 平均 / 最低，拆分小区，差异户数",
        )
    )
    for name, row in zip(names, table.itertuples(), strict=True):
        click.echo(
            f"{name}: {row.grids}, {row.load_max:.1%}, {row.deviation_max:.1%}, "
            f"{row.polsby_popper_mean:.2f} / {row.polsby_popper_min:.2f}, "
            f"{row.courtyards_split}, {row.different} ({row.different_share:.0%})"
        )
