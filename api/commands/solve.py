"""``wangge solve``: a weighted graph in, connected parts and a certificate out."""

from __future__ import annotations

import sys
import time
from pathlib import Path

import click

from api.commands.bilingual import BilingualCommand
from api.commands.stopping import INTERRUPTED, stoppable
from api.language import language, say

_LONGEST_S, _PATIENCE_S = 60.0, 5.0
_START_S = 10.0  # more was spent by somebody else in this process
_STOPPED = ("stopped early: the best so far is written", "已提前停止：写入的是目前最好的结果")


@click.command(cls=BilingualCommand)
@click.argument("instance", type=click.Path(path_type=Path))
@click.option(
    "--objective",
    type=click.Choice(["parts", "cut-edges", "inertia"]),
    help="What is minimised; parts with a cap, cut-edges with k unless given.",
)
@click.option("--seconds", type=click.FloatRange(0, 86400, min_open=True), help="Time to use.")
@click.option("--iterations", type=click.IntRange(1), help="Rounds of the search to make.")
@click.option(
    "--seed",
    default=1,
    show_default=True,
    type=click.IntRange(0, 2**32 - 1),
    help="Same seed, same parts.",
)
@click.option(
    "--threads", default=1, show_default=True, type=click.IntRange(1, 64), help="Threads to use."
)
@click.option(
    "-o",
    "--output",
    required=True,
    type=click.Path(path_type=Path),
    metavar="LABELS",
    help="The labels file to write.",
)
def solve(
    instance: Path,
    objective: str | None,
    seconds: float | None,
    iterations: int | None,
    seed: int,
    threads: int,
    output: Path,
) -> None:
    """
    Divide a graph (INSTANCE, .json or .json.gz) into connected parts.

    Unless --seconds or --iterations is given, it ends when nothing better turns up for a while,
    after 60 seconds at most. Ctrl-C gives the best so far. The format is told in docs/solve.md.
    """
    begun = time.monotonic() - time.process_time()
    from api.commands.search_progress import search_progress
    from api.services.solve_file import solve_file

    # What starting up took counts against the seconds, so that the command keeps its word: wall
    # seconds, for on a busy machine loading takes far more of them than of its own.
    spent = time.monotonic() - begun
    spare = None if seconds is None else max(seconds - min(spent, _START_S), seconds / 2)
    patience = None
    if seconds is None and iterations is None:
        spare, patience = _LONGEST_S, _PATIENCE_S
    with stoppable() as stopped, search_progress() as tell:
        answer = solve_file(
            *(instance, output, objective, spare, iterations, seed, threads),
            patience=patience,
            stopped=stopped,
            tell=tell,
        )
    metrics, proof = answer.metrics, answer.certificate
    if language() == "zh":
        click.echo(
            f"{metrics.parts} 个部分，重量 {metrics.lightest} 至 {metrics.heaviest}，"
            f"切断 {metrics.cut_edges} 条边"
            + ("" if metrics.inertia is None else f"，惯量 {metrics.inertia:.2f}")
        )
        click.echo(f"下界 {proof.lower_bound:g}" + ("（已证最优）" if proof.proven else ""))
    else:
        click.echo(
            f"{metrics.parts} parts of {metrics.lightest} to {metrics.heaviest}, "
            f"{metrics.cut_edges} edges cut"
            + ("" if metrics.inertia is None else f", inertia {metrics.inertia:.2f}")
        )
        click.echo(
            f"{proof.objective} {proof.value:g}, at least {proof.lower_bound:g}"
            + (" (proven least)" if proof.proven else "")
        )
    click.echo(proof.reason["zh" if language() == "zh" else "en"], err=True)
    if answer.interrupted:
        click.echo(say(*_STOPPED), err=True)
        sys.exit(INTERRUPTED)
