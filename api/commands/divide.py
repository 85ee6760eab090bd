"""``wangge divide``: buildings in, grid package out, no database."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from api.commands import options
from api.commands.best_so_far import best_so_far
from api.commands.bilingual import BilingualCommand
from api.commands.left_out import tell_faults
from api.commands.stopping import INTERRUPTED, stoppable
from api.language import counted, field_name, kind_names, language, say

if TYPE_CHECKING:
    from api.services.divide_files import Divided
    from api.services.layer_files import Stage
    from gis.contracts import LayerName
    from gis.partition.rules import RuleSet

_MOST_SUMS = 20


@click.command(cls=BilingualCommand)
@click.option("--buildings", required=True, metavar="F", help="Buildings with households.")
@click.option("--courtyards", metavar="F", help="Courtyards with their kinds.")
@click.option("--community", metavar="F", help="Areas; each community is divided by itself.")
@click.option("--barriers", metavar="F", help="Rivers, railways, arterials.")
@click.option("--gates", metavar="F", help="Gates of courtyards.")
@click.option("--streets", metavar="F", help="Streets, with bridges.")
@click.option("--stairwells", metavar="F", help="Stairwells with their households.")
@click.option("--rules", required=True, metavar="NAME|FILE", help="A preset or a TOML file.")
@options.package_output
@click.option(
    "--report",
    type=click.Path(path_type=Path),
    metavar="REPORT.json",
    help="Write the figures of the division there.",
)
@options.seed
@click.option("--fill", type=float, help="Share of the cap to use, instead of the rule set's.")
@click.option("--target", type=int, help="Exactly this many grids in each community.")
@click.option("--weight", metavar="COLUMN", help="Column of the buildings to divide by.")
@click.option(
    "--within",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Package of base grids that no grid may cross, for micro grids.",
)
@click.option("--encoding", help="Encoding of dbf and CSV files.")
@click.option("--crs", help="EPSG:n, cgcs2000-3deg, gcj02 or bd09, for all files.")
@click.option("--mapping", metavar="FILE", help="TOML file that maps column headings.")
@click.option("--strict", is_flag=True, help="Write nothing when any row is at fault.")
def divide(
    output: Path, report: Path | None, seed: int, within: Path | None, **given: object
) -> None:
    """
    Divide buildings into grids, from file to file.

    Each F is a file, or file.gpkg:layer; a GeoPackage that holds several layers gives the one
    of the right name. The grid package (docs/grid-package.md) opens in QGIS.
    """
    from api.services.divide_files import divide_files
    from api.services.layer_files import Inputs, source_of, write_report
    from api.services.output_places import refuse_unusable

    files: dict[LayerName, str] = {
        layer: str(given[option]) for option, layer in _OPTIONS.items() if given[option] is not None
    }
    inputs = Inputs(
        files,
        encoding=_text(given["encoding"]),
        crs=_text(given["crs"]),
        mapping=_text(given["mapping"]),
        strict=bool(given["strict"]),
    )
    rules = _rules(given)
    read_from = [within] if within else []
    read_from += [Path(source_of(file, layer)[0]) for layer, file in files.items()]
    refuse_unusable(output, read_from, suffix=".gpkg")
    if report:
        refuse_unusable(report, read_from, suffix=".json")
    with (
        stoppable() as stopped,
        click.progressbar(length=100, file=sys.stderr, show_percent=True) as bar,
    ):

        def tell(stage: Stage) -> None:
            bar.label = stage.zh if language() == "zh" else stage.en
            bar.update(round(100 * stage.share) - bar.pos)

        divided = divide_files(
            inputs,
            rules,
            output,
            seed=seed,
            tell=tell,
            stopped=stopped,
            best=best_so_far(bar),
            within=within,
        )
    if report:
        write_report(report, divided.report)
    for read in divided.reads.values():
        tell_faults(read)
    _tell_kinds(divided, rules)
    _print_summary(divided)
    if divided.report["interrupted"]:
        _tell_interrupted(divided.report["undivided"])
        sys.exit(INTERRUPTED)


_OPTIONS: dict[str, LayerName] = {
    "community": "areas",
    "courtyards": "courtyards",
    "gates": "gates",
    "barriers": "barriers",
    "streets": "streets",
    "buildings": "buildings",
    "stairwells": "stairwells",
}


def _rules(given: dict[str, object]) -> RuleSet:
    from gis.partition.rules import changed_rules, load_rules

    rules = load_rules(str(given["rules"]))
    return changed_rules(rules, fill=given["fill"], target=given["target"], weight=given["weight"])


def _text(value: object) -> str | None:
    return None if value is None else str(value)


def _tell_kinds(divided: Divided, rules: RuleSet) -> None:
    """Say so when the counts are of another kind than the rules speak of, or estimated."""
    chinese = language() == "zh"
    kinds = divided.report["totals"]["households_kinds"]
    if set(kinds) - {rules.households_kind}:
        wanted, found = kind_names([rules.households_kind]), kind_names(kinds)
        en = f"note: the rules speak of {wanted}; the file counts {found}"
        click.echo(f"提示：规则按{wanted}计，文件为{found}" if chinese else en, err=True)
    estimated = divided.report["totals"]["households_estimated"]
    if estimated:
        told = counted(estimated, kinds)
        click.echo(f"提示：{told}为估算" if chinese else f"note: {told} are estimated", err=True)


def _tell_interrupted(undivided: list[str]) -> None:
    left = ", ".join(undivided) or say("none", "无")
    en = f"stopped: the best so far is written; communities not divided: {left}"
    click.echo(say(en, f"已中止：已写出目前最好的结果；未划分的社区：{left}"), err=True)


def _print_summary(divided: Divided) -> None:
    chinese = language() == "zh"
    for place in divided.report["communities"]:
        households = counted(place["households"], place["households_kinds"])
        en = (
            f"{place['area_code']} {place['name']}: {place['buildings']} buildings, "
            f"{households}, {place['grids']} grids (at least "
            f"{place['lower_bound']}), {place['special']} special, {place['over_cap']} over the cap"
        )
        zh = (
            f"{place['area_code']} {place['name']}：{place['buildings']} 栋，"
            f"{households}，"
            f"{place['grids']} 个网格（下限 {place['lower_bound']}），专属 {place['special']}，"
            f"超上限 {place['over_cap']}"
        )
        click.echo(zh if chinese else en)
        _print_weights(place)


def _print_weights(place: dict[str, Any]) -> None:
    """Sums of what was divided by its own name, where it is not households."""
    column, total = place["weight"]["column"], place["weight"]["total"]
    if column == "households":
        return
    sums = ", ".join(f"{grid['name']} {grid['weight']}" for grid in place["grid_list"][:_MOST_SUMS])
    more = "" if len(place["grid_list"]) <= _MOST_SUMS else " ..."
    name = field_name(column, "buildings", language())
    click.echo(say(f"  {name} {total}: {sums}{more}", f"  {name} {total}：{sums}{more}"))
