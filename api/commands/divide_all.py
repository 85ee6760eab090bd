"""``wangge divide-all``: every community of the database, each result stored as a draft."""

from __future__ import annotations

import getpass
import json
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from api.commands import options
from api.commands.bilingual import BilingualCommand
from api.language import language, say
from gis.errors import InputError

if TYPE_CHECKING:
    from api.services.batch import Outcome, Tally
    from api.services.batch_workers import DaskWorkers
    from api.settings import Settings

_Tell = Callable[["Outcome", "Tally"], None]
_INTERRUPTED = 130


@click.command("divide-all", cls=BilingualCommand)
@click.option(
    "--rules", "rules_name", default="gaoxian-2020", show_default=True, help="Preset or TOML file."
)
@click.option("--fill", type=click.FloatRange(0, 1, min_open=True), help="Share of the cap to use.")
@options.seed
@click.option("--scheduler", help="An existing Dask cluster, such as tcp://host:8786.")
@click.option(
    "--workers", type=click.IntRange(1, 512), help="Processes on this machine; all cores if unset."
)
@click.option(
    "--report",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write the outcome of each community there, as JSON.",
)
@click.option(
    "--by", "made_by", default=getpass.getuser, show_default="your login", help="Who does it."
)
def divide_all(
    rules_name: str,
    fill: float | None,
    seed: int,
    scheduler: str | None,
    workers: int | None,
    report: Path | None,
    made_by: str,
) -> None:
    """Divide every community of the database and store each result as a draft."""
    from api.services.batch import Order, Tally, communities_to_divide
    from api.services.database import open_database
    from api.settings import read_settings
    from gis.partition.rules import changed_rules, load_rules

    if scheduler and workers:
        raise InputError(
            "--workers is for this machine; a cluster has its own. Leave out one of the two.",
            "--workers 用于本机，集群有自己的工作进程；--scheduler 与 --workers 只能选一个。",
        )
    rules = load_rules(rules_name)
    if fill is not None:
        rules = changed_rules(rules, fill=fill)
    if report is not None:
        from api.services.output_places import refuse_unusable

        refuse_unusable(report, [], suffix=".json")
    settings = read_settings()
    engine = open_database(settings)
    try:
        codes, empty = communities_to_divide(engine)
    finally:
        engine.dispose()
    if empty:
        _say_err(
            f"{len(empty)} communities have no buildings and are passed over",
            f"{len(empty)} 个社区没有楼栋，已略过",
        )
    tally = Tally(len(codes))
    outcomes: list[Outcome] = []
    stopped = False
    try:
        with _hired(settings, scheduler, workers) as hired, _progress(len(codes)) as tell:
            for outcome in hired.outcomes(codes, Order(rules, seed, made_by)):
                tally.add(outcome)
                outcomes.append(outcome)
                tell(outcome, tally)
    except KeyboardInterrupt:
        stopped = True
    if report is not None:
        _write_report(report, outcomes)
    _print_tally(tally, stopped)
    if stopped:
        sys.exit(_INTERRUPTED)
    if tally.failed:
        sys.exit(3)


def _hired(
    settings: Settings, scheduler: str | None, workers: int | None
) -> AbstractContextManager[DaskWorkers]:
    from api.services.batch_workers import cluster_workers, local_workers, usable_cores

    if scheduler:
        return cluster_workers(settings, scheduler)
    return local_workers(settings, workers or usable_cores())


@contextmanager
def _progress(total: int) -> Iterator[_Tell]:
    """Show a bar on stderr where that is a terminal, one line for each community elsewhere."""
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeElapsedColumn,
        TimeRemainingColumn,
    )

    console = Console(stderr=True)
    if not console.is_terminal:
        yield _tell_line
        return
    columns = (
        *(MofNCompleteColumn(), BarColumn(), TimeElapsedColumn(), TimeRemainingColumn()),
        TextColumn("{task.description}"),
    )
    with Progress(*columns, console=console) as bar:
        task = bar.add_task("", total=total)

        def tell(outcome: Outcome, tally: Tally) -> None:
            if outcome.state == "failed":
                bar.console.print(_failure(outcome), highlight=False, markup=False)
            bar.update(task, completed=tally.done, description=_sums(tally))

        yield tell


def _tell_line(outcome: Outcome, tally: Tally) -> None:
    head = f"{tally.done}/{tally.communities} "
    if outcome.state == "failed":
        click.echo(head + _failure(outcome), err=True)
        return
    there = say(", was there", "，已有") if outcome.state == "there" else ""
    _say_err(
        f"{head}{outcome.community_code}: plan {outcome.plan_id}, {outcome.grids} grids (at least "
        f"{outcome.lower_bound}), {outcome.seconds:.2f} s{there}; {_sums(tally)}",
        f"{head}{outcome.community_code}：方案 {outcome.plan_id}，{outcome.grids} 个网格（下限 "
        f"{outcome.lower_bound}），{outcome.seconds:.2f} 秒{there}；{_sums(tally)}",
    )


def _failure(outcome: Outcome) -> str:
    reason = outcome.zh if language() == "zh" else outcome.en
    return f"{outcome.community_code}: {reason}"


def _sums(tally: Tally) -> str:
    return say(
        f"{tally.grids} grids so far, {tally.above_bound} above the bound, "
        f"{len(tally.failed)} failed",
        f"累计 {tally.grids} 个网格，高于下限 {tally.above_bound}，失败 {len(tally.failed)}",
    )


def _print_tally(tally: Tally, stopped: bool) -> None:
    click.echo(
        say(
            f"{tally.communities} communities: {tally.stored} divided, {tally.there} were there, "
            f"{len(tally.failed)} failed; {tally.households} households, {tally.grids} grids (at "
            f"least {tally.lower_bound}), {tally.over_cap} units over the cap",
            f"{tally.communities} 个社区：新划分 {tally.stored}，已有 {tally.there}，"
            f"失败 {len(tally.failed)}；{tally.households} 户，{tally.grids} 个网格"
            f"（下限 {tally.lower_bound}），超上限单元 {tally.over_cap}",
        )
    )
    for outcome in tally.failed:
        _say_err("failed: " + _failure(outcome), "失败：" + _failure(outcome))
    if stopped:
        _say_err(
            f"stopped: {tally.communities - tally.done} communities are left; what is stored is "
            "kept, run the same command to go on",
            f"已停止：还有 {tally.communities - tally.done} 个社区；已存入的保留，"
            "再次运行同一命令即可继续",
        )


def _write_report(path: Path, outcomes: list[Outcome]) -> None:
    from api.services.layer_files import write_report

    rows = [asdict(outcome) for outcome in sorted(outcomes, key=lambda o: o.community_code)]
    write_report(path, {"format": "wangge-batch-1", "communities": json.loads(json.dumps(rows))})


def _say_err(en: str, zh: str) -> None:
    click.echo(say(en, zh), err=True)
