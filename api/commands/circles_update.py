"""``wangge circles update``: walking circles of the database, stored for maps and answers."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from api.commands import options
from api.commands.bilingual import BilingualCommand
from api.commands.circles import circles
from api.commands.connection import database
from api.commands.finite_range import FiniteRange
from api.language import language, say

if TYPE_CHECKING:
    from api.services.walking import Walked, WalkingOrder
    from gis.network.policy import GatePolicy

__all__ = ["circles"]

_SHOWN_REMARKS = 12


@circles.command("update", cls=BilingualCommand)
@click.option(
    "--kinds",
    default="yuzhong",
    show_default=True,
    metavar="KIND,...|PRESET|FILE",
    help="Kinds with commas, a preset, or a TOML file.",
)
@click.option(
    "--gates",
    type=click.Choice(["open", "residents", "shut"]),
    default="residents",
    show_default=True,
    help="Who walks through gates.",
)
@options.walk
@options.minutes
@click.option(
    "--speed",
    metavar="SPEED,...",
    default="adult,elder,frail",
    show_default=True,
    help="Metres a second, or adult, elder, frail; several with commas.",
)
@options.open_at
@click.option(
    "--snap-limit",
    type=FiniteRange(0, 1000, min_open=True),
    default=100.0,
    show_default=True,
    help="Metres to the street at most.",
)
@click.option("--area", metavar="CODE", help="Only communities whose codes begin so.")
@click.option("--profile", default="default", show_default=True, help="Name to store it under.")
def update(
    kinds: str,
    gates: GatePolicy,
    walk: str,
    minutes: str,
    speed: str,
    at: str | None,
    snap_limit: float,
    area: str | None,
    profile: str,
) -> None:
    """
    Compute reach, circles, gaps and coverage of the database and store them.

    They replace those of the same profile in one step. Circles are drawn again only where
    streets, gates, walls or facilities changed.
    """
    from api.services.circle_report import speed_names
    from api.services.walking import WalkingOrder
    from gis.circles.opening import moment_of
    from gis.circles.speeds import cutoffs_of, walking_speed

    if at is not None:
        moment_of(at)
    speeds = tuple(dict.fromkeys(walking_speed(part) for part in speed.split(",")))
    order = WalkingOrder(
        _kinds(kinds),
        profile,
        area,
        gates,
        walk,
        speed_names(speeds),
        cutoffs_of(minutes),
        snap_limit,
        at,
    )
    _tell(_walked(order), profile)


def _kinds(said: str) -> tuple[str, ...]:
    from gis.circles.kinds import KINDS
    from gis.circles.presets import listed_kinds, load_kinds, preset_names
    from gis.errors import InputError

    if said in preset_names() or said.endswith(".toml"):
        return load_kinds(said).kinds
    kinds = listed_kinds(said)
    for kind in kinds:
        if kind not in KINDS:
            raise InputError(
                f"{kind!r} is no kind of facility: take some of {', '.join(KINDS)}, or one of the "
                f"lists {', '.join(preset_names())}.",
                f"“{kind}”不是设施类别：可用 {'、'.join(KINDS.values())}，"
                f"或清单 {'、'.join(preset_names())}。",
            )
    return kinds


def _walked(order: WalkingOrder) -> Walked:
    from api.services.walking import update as compute

    with (
        click.progressbar(length=100, file=sys.stderr, show_percent=True) as bar,
        database() as engine,
    ):

        def tell(en: str, zh: str, share: float) -> None:
            bar.label = say(en, zh)
            bar.update(round(100 * share) - bar.pos)

        return compute(engine, order, tell)


def _tell(walked: Walked, profile: str) -> None:
    click.echo(
        say(
            f"Stored as {profile}, run {walked.run_id}: {walked.buildings:,} buildings, "
            f"{walked.facilities:,} facilities, {walked.nodes:,} junctions; {walked.drawn:,} "
            f"circles drawn, {walked.kept:,} kept; {walked.gaps:,} gaps.",
            f"已存为 {profile}（第 {walked.run_id} 次）：楼栋 {walked.buildings:,}，"
            f"设施 {walked.facilities:,}，路口 {walked.nodes:,}；新绘服务圈 {walked.drawn:,}，"
            f"沿用 {walked.kept:,}；盲区 {walked.gaps:,}。",
        )
    )
    off = {status: n for status, n in walked.statuses.items() if status != "ok"}
    if off:
        told = ", ".join(f"{status} {n}" for status, n in sorted(off.items()))
        click.echo(say(f"Circles without ground: {told}.", f"没有范围的服务圈：{told}。"))
    for remark in walked.remarks[:_SHOWN_REMARKS]:
        words = remark.zh if language() == "zh" else remark.en
        click.echo(say("note: ", "提示：") + words, err=True)
    more = len(walked.remarks) - _SHOWN_REMARKS
    if more > 0:
        click.echo(say(f"note: {more} more.", f"提示：另有 {more} 条。"), err=True)
