"""``wangge redraw``: repair, complete, split, merge, alternatives, from package to package."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from api.commands import options
from api.commands.bilingual import BilingualGroup
from api.commands.redraw import numbers_of, print_alternatives, print_choices
from api.language import say

if TYPE_CHECKING:
    from gis.partition.redrawn import Redrawn

_package = click.argument("package", type=click.Path(path_type=Path))
_community = click.option("--community", help="Which community of a package of several.")


@click.group(cls=BilingualGroup)
def redraw() -> None:
    """Repair, complete, split and merge the grids of a package."""


@redraw.command("repair")
@_package
@click.option(
    "--today",
    type=click.Path(path_type=Path),
    metavar="PLAN.gpkg",
    help="Package of today's buildings, made by wangge divide; its ground is used.",
)
@options.locked
@options.choose
@options.rules_of_plan
@_community
@options.seed
@options.package_output
def repair_command(
    package: Path,
    today: Path | None,
    locked: str,
    choose: str,
    rules_name: str | None,
    community: str | None,
    seed: int,
    output: Path,
) -> None:
    """Mend the grids of PACKAGE, moving few households."""
    from api.services.redraw_files import repair_file
    from gis.partition.rules import load_rules

    chosen, found = repair_file(
        package,
        output,
        today=today,
        community=community,
        locked=numbers_of(locked),
        choose=choose,
        rules=None if rules_name is None else load_rules(rules_name),
        seed=seed,
    )
    print_choices(found, chosen)
    _tell(chosen)


@redraw.command("complete")
@_package
@click.option(
    "--keep", metavar="GRID,...", default="", help="Grids to keep, by number; the rest is divided."
)
@options.grow
@_community
@options.seed
@options.package_output
def complete_command(
    package: Path, keep: str, grow: str, community: str | None, seed: int, output: Path
) -> None:
    """Keep some grids of PACKAGE and divide the rest anew."""
    from api.services.redraw_files import complete_file

    _tell(
        complete_file(
            package,
            output,
            numbers_of(keep),
            community=community,
            grow=grow,  # type: ignore[arg-type]  # click lets only the three through
            seed=seed,
        )
    )


@redraw.command("split")
@_package
@click.argument("grid", type=int)
@click.argument("parts", type=int)
@_community
@options.seed
@options.package_output
def split_command(
    package: Path, grid: int, parts: int, community: str | None, seed: int, output: Path
) -> None:
    """Split GRID of PACKAGE into PARTS even grids."""
    from api.services.redraw_files import split_file

    _tell(split_file(package, output, grid, parts, community=community, seed=seed))


@redraw.command("merge")
@_package
@click.argument("grids", type=int, nargs=-1, required=True)
@_community
@options.package_output
def merge_command(package: Path, grids: Sequence[int], community: str | None, output: Path) -> None:
    """Merge GRIDS of PACKAGE into one."""
    from api.services.redraw_files import merge_file

    _tell(merge_file(package, output, grids, community=community))


@redraw.command("alternatives")
@_package
@click.option("--most", default=3, show_default=True, help="Plans wanted, 1 to 5.")
@_community
@options.seed
@options.package_output
def alternatives_command(
    package: Path, most: int, community: str | None, seed: int, output: Path
) -> None:
    """Divide the ground of PACKAGE in clearly different ways: PLAN-1.gpkg, PLAN-2.gpkg ..."""
    from api.services.redraw_files import alternatives_file

    paths, table = alternatives_file(package, output, community=community, most=most, seed=seed)
    print_alternatives([path.name for path in paths], table)


def _tell(plan: Redrawn) -> None:
    certificate = plan.division.certificate
    click.echo(
        say(
            f"{certificate.grids} grids (at least {certificate.lower_bound}), "
            f"{plan.households_moved} households moved",
            f"{certificate.grids} 个网格（下限 {certificate.lower_bound}），"
            f"调整 {plan.households_moved} 户",
        )
    )
    for problem in plan.problems:
        click.echo("  ! " + say(problem.en, problem.zh))
