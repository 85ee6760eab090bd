"""``wangge plan sheet`` and ``package``: what leaves of a plan, for paper and for others."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

import click

from api.commands import options
from api.commands.connection import database
from api.commands.plan_drawn import plan
from api.language import language, say


@plan.command("sheet")
@click.argument("plan_id", type=int)
@click.argument("sheet", type=click.Choice(["wall", "register", "grids"]))
@options.html_output
@click.option(
    "--paper",
    "size",
    type=click.Choice(["a3", "a4"]),
    help="Size of the paper; else A3, and A4 for the sheets of grids.",
)
@click.option("--portrait", is_flag=True, help="The paper stands upright.")
@click.option("--office", help="Who compiled it; else WANGGE_OFFICE.")
@click.option("--grid", "only", type=click.IntRange(0), help="One grid by its number.")
def sheet_command(
    plan_id: int,
    sheet: str,
    output: Path,
    size: str | None,
    portrait: bool,
    office: str | None,
    only: int | None,
) -> None:
    """Write the wall map, the register or the sheets of all grids of PLAN_ID to print."""
    from api.services.sheets import grid_sheets_file, register_file, wall_map_file
    from api.settings import read_settings
    from gis.store.sight import EVERYWHERE
    from maps.paper import paper

    if only is not None and sheet != "grids":
        raise click.UsageError(
            say("--grid goes with the sheet `grids` alone.", "--grid 只用于单个网格页（grids）。")
        )
    writers: dict[str, Callable[..., str]] = {
        "wall": wall_map_file,
        "register": register_file,
        "grids": partial(grid_sheets_file, only=only),
    }
    wanted = paper(
        size or ("a4" if sheet == "grids" else "a3"), "portrait" if portrait else "landscape"
    )
    with database() as engine, engine.connect() as connection:
        html = writers[sheet](
            connection, EVERYWHERE, plan_id, wanted, language(), read_settings(), office=office
        )
    output.write_text(html, encoding="utf-8")
    click.echo(
        say(
            f"Written to {output}; print it at 100 % with background graphics.",
            f"已写入 {output}；打印时选缩放 100%，保留背景图形。",
        )
    )


@plan.command("package")
@click.argument("plan_id", type=int)
@options.package_output
def package_command(plan_id: int, output: Path) -> None:
    """Write PLAN_ID as a grid package, which `wangge verify` checks."""
    from api.services.packaging import package_plan
    from gis.store.sight import EVERYWHERE

    with database() as engine, engine.connect() as connection:
        package_plan(connection, EVERYWHERE, plan_id, output)
    click.echo(say(f"Written to {output}", f"已写入 {output}"))


@plan.command("handover-page")
@click.argument("plan_id", type=int)
@options.html_output
def handover_page_command(plan_id: int, output: Path) -> None:
    """Draw what PLAN_ID hands over as one HTML file that opens with no network."""
    from api.services.map_files import handover_file
    from api.settings import read_settings
    from gis.store.sight import EVERYWHERE

    with database() as engine, engine.connect() as connection:
        html = handover_file(connection, EVERYWHERE, plan_id, language(), read_settings())
    output.write_text(html, encoding="utf-8")
    click.echo(say(f"Written to {output}", f"已写入 {output}"))
