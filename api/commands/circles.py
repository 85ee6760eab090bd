"""``wangge circles``: who reaches what on foot, from file to file."""

from __future__ import annotations

import math
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from api.commands import options
from api.commands.bilingual import BilingualGroup
from api.commands.finite_range import FiniteRange
from api.commands.left_out import tell_faults
from api.language import kind_names, language, say, word

if TYPE_CHECKING:
    from api.services.circle_files import Circled, Walking
    from api.services.layer_files import Stage
    from gis.contracts import LayerName
    from gis.network.policy import GatePolicy

_POLICIES = ("open", "residents", "shut")
_DEFAULT_POLICY = "residents"
_SHOWN_REMARKS = 12
_LAYERS: tuple[LayerName, ...] = ("streets", "buildings", "facilities", "courtyards", "barriers")


@click.group(cls=BilingualGroup, invoke_without_command=True)
@click.option("--streets", metavar="F", help="Streets people walk on.")
@click.option("--buildings", metavar="F", help="Buildings with households.")
@click.option("--facilities", metavar="F", help="Facilities with their kinds.")
@click.option("--courtyards", metavar="F", help="Courtyards; closed ones are left by gates only.")
@click.option(
    "--gates",
    "gates",
    multiple=True,
    metavar="F|residents|open|shut",
    help="Gates of courtyards, and who walks through them; may be given twice.",
)
@click.option("--barriers", metavar="F", help="Rivers, railways and walls.")
@click.option("--community", metavar="F", help="Areas, for figures by community.")
@click.option(
    "--osm",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="OpenStreetMap extract for the layers that have no file.",
)
@options.minutes
@click.option(
    "--speed",
    metavar="SPEED,...",
    default="1.2",
    show_default=True,
    help="Metres a second, or adult, elder, frail; several with commas.",
)
@click.option(
    "--gate-policy",
    type=click.Choice(_POLICIES),
    help="Who walks through gates; the same as a word after --gates.",
)
@options.walk
@click.option(
    "--kinds", metavar="KIND,...|PRESET|FILE", help="Kinds with commas, a preset, or a TOML file."
)
@options.open_at
@click.option(
    "--snap-limit",
    type=FiniteRange(0, 1000, min_open=True),
    default=100.0,
    show_default=True,
    help="Metres to the street at most.",
)
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    metavar="OUT.gpkg",
    help="The layers to write.",
)
@click.option(
    "--report",
    type=click.Path(path_type=Path),
    metavar="REPORT.json",
    help="Write figures, settings and remarks there.",
)
@click.option("--encoding", help="Encoding of dbf and CSV files.")
@click.option("--crs", help="EPSG:n, cgcs2000-3deg, gcj02 or bd09, for all files.")
@click.option("--mapping", metavar="FILE", help="TOML file that maps column headings.")
@click.option("--strict", is_flag=True, help="Write nothing when any row is at fault.")
@click.pass_context
def circles(
    context: click.Context,
    /,
    output: Path | None,
    report: Path | None,
    osm: Path | None,
    gates: tuple[str, ...],
    gate_policy: str | None,
    **given: Any,
) -> None:
    """
    Tell who reaches which facilities on foot, and draw service circles and gaps.

    Each F is a file, or file.gpkg:layer; a GeoPackage that holds several layers gives the one
    of the right name. Written are the layers reach, circles and gaps (docs/circles.md).
    """
    if context.invoked_subcommand is not None:
        return
    if output is None:
        # Not `required`: the commands below this one write no file.
        (missing,) = (p for p in context.command.params if p.name == "output")
        raise click.MissingParameter(ctx=context, param=missing)
    from api.services.circle_files import circle_files
    from api.services.layer_files import Inputs, source_of, write_report
    from api.services.output_places import refuse_unusable

    gates_file, policy = _gates(gates, gate_policy)
    files: dict[LayerName, str] = {k: given[k] for k in _LAYERS if given[k] is not None}
    files |= {} if gates_file is None else {"gates": gates_file}
    files |= {} if given["community"] is None else {"areas": given["community"]}
    walking = _walking(given, policy)
    read_from = [Path(source_of(file, layer)[0]) for layer, file in files.items()]
    read_from += [] if osm is None else [osm]
    refuse_unusable(output, read_from, suffix=".gpkg")
    if report:
        refuse_unusable(report, read_from, suffix=".json")
    inputs = Inputs(files, given["encoding"], given["crs"], given["mapping"], given["strict"])
    with click.progressbar(length=100, file=sys.stderr, show_percent=True) as bar:

        def tell(stage: Stage) -> None:
            bar.label = stage.zh if language() == "zh" else stage.en
            bar.update(round(100 * stage.share) - bar.pos)

        circled = circle_files(inputs, walking, output, osm=osm, tell=tell)
    if report:
        write_report(report, circled.report)
    for read in circled.reads.values():
        tell_faults(read)
    _tell_remarks(circled)
    _print_figures(circled)


def _gates(said: Sequence[str], policy: str | None) -> tuple[str | None, GatePolicy]:
    """Tell a word of a policy from the name of a file; a file may be called ./open."""
    from gis.errors import InputError

    words = [word for word in said if word in _POLICIES] + ([policy] if policy else [])
    files = [word for word in said if word not in _POLICIES]
    if len(set(words)) > 1 or len(files) > 1:
        told = ", ".join([*files, *words])
        raise InputError(
            f"--gates {told}: give one file of gates and one of open, residents, shut.",
            f"--gates {told}：请只给一个出入口文件，以及 open、residents、shut 之一。",
        )
    chosen = words[0] if words else _DEFAULT_POLICY
    policies: dict[str, GatePolicy] = {"open": "open", "residents": "residents", "shut": "shut"}
    return (files[0] if files else None), policies[chosen]


def _walking(given: dict[str, Any], policy: GatePolicy) -> Walking:
    from api.services.circle_files import Walking
    from gis.circles.opening import moment_of
    from gis.circles.presets import listed_kinds, load_kinds, preset_names
    from gis.circles.reach import ReachSettings
    from gis.circles.speeds import cutoffs_of, walking_speed
    from gis.network.walkable import walk_settings

    speeds = tuple(dict.fromkeys(walking_speed(part) for part in given["speed"].split(",")))
    if given["at"] is not None:
        moment_of(given["at"])
    settings = ReachSettings(
        speeds[0], cutoffs_of(given["minutes"]), policy, given["snap_limit"], given["at"]
    )
    said = given["kinds"]
    preset = None
    kinds: tuple[str, ...] | None = None
    if said is not None and (said in preset_names() or said.endswith(".toml")):
        preset = load_kinds(said)
        kinds = preset.kinds
    elif said is not None:
        kinds = listed_kinds(said)
    return Walking(settings, speeds, walk_settings(given["walk"]), kinds, preset)


def _tell_remarks(circled: Circled) -> None:
    chinese = language() == "zh"
    for remark in circled.remarks[:_SHOWN_REMARKS]:
        click.echo(say("note: ", "提示：") + (remark.zh if chinese else remark.en), err=True)
    more = len(circled.remarks) - _SHOWN_REMARKS
    if more > 0:
        click.echo(
            say(f"note: {more} more, see --report.", f"提示：另有 {more} 条，见 --report。"),
            err=True,
        )


def _print_figures(circled: Circled) -> None:
    """Print service_coverage of households by network, with the settings it was counted under."""
    rows = circled.figures
    rows = rows[
        (rows["grouping"] == "all")
        & (rows["method"] == "network")
        & (rows["counted"] == "households")
    ]
    _print_terms(circled.report["settings"], int(rows["estimated"].max() if len(rows) else 0))
    for (speed, kind), part in rows.groupby(["speed", "kind"], sort=False):
        shares = [
            f"{cutoff / 60:g} {say('min', '分钟')} {'-' if math.isnan(share) else f'{share:.1%}'}"
            for cutoff, share in zip(part["cutoff_s"], part["share"].astype(float), strict=True)
        ]
        walker = f"{word(str(speed))} {part['speed_m_s'].iloc[0]:g} m/s"
        click.echo(f"{walker}\t{_kind_name(str(kind))}\t{say(', ', '，').join(shares)}")


def _print_terms(settings: dict[str, Any], estimated: int) -> None:
    kind = kind_names([settings["households_kind"]])
    gates, at = word(settings["gates"]), word(settings["at"])
    click.echo(
        say(
            f"service_coverage of households ({kind}), {settings['method']}; gates {gates}; "
            f"{settings['walk']}; {at}",
            f"户数覆盖率（{kind}），按步行网络逐栋计；出入口：{gates}；"
            f"道路：{settings['walk']}；{at}",
        )
    )
    if estimated:
        en = f"note: {estimated} of the households are estimates"
        click.echo(say(en, f"提示：其中 {estimated} 户为估算"), err=True)


def _kind_name(kind: str) -> str:
    from gis.circles.presets import kind_name

    return kind_name(kind, language())
