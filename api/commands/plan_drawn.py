"""``wangge plan drawn`` and ``grids``: the grids of a draft out to any GIS, and back from it."""

from __future__ import annotations

import getpass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from api.commands.connection import database
from api.commands.redraw import plan
from api.language import say

if TYPE_CHECKING:
    from api.schemas.assignments import DrawnPreview

__all__ = ["plan"]

_MOST_LINES = 40


@plan.command("drawn")
@click.argument("plan_id", type=int)
@click.argument("file", type=click.Path(exists=True, path_type=Path))
@click.option("--crs", help="Coordinate system of the file, such as gcj02.")
@click.option("--layer-name", "gis_layer", help="Which layer of a file with several.")
@click.option("--dry-run", "try_only", is_flag=True, help="Only tell what would move.")
@click.option("--why", help="Reason, kept with the edit.")
@click.option(
    "--by", "made_by", default=getpass.getuser, show_default="your login", help="Who does it."
)
def drawn_command(
    plan_id: int,
    file: Path,
    crs: str | None,
    gis_layer: str | None,
    try_only: bool,
    why: str | None,
    made_by: str,
) -> None:
    """Move the units of the draft PLAN_ID into the grids drawn as polygons in FILE."""
    from api.services.drawn_grids import draw_polygons

    with database() as engine:
        found, seq = draw_polygons(
            engine,
            plan_id,
            file,
            made_by=made_by,
            crs=crs,
            gis_layer=gis_layer,
            try_only=try_only,
            why=why,
        )
    _print_drawn(plan_id, found, seq)


def _print_drawn(plan_id: int, found: DrawnPreview, seq: int | None) -> None:
    stored = say("nothing stored", "未保存") if seq is None else f"#{seq}"
    click.echo(
        say(
            f"plan {plan_id}: {found.polygons} of {found.rows} polygons hold {found.placed} of "
            f"{found.units} units; {len(found.moves)} move, {len(found.grids)} new grids; "
            f"{stored}",
            f"方案 {plan_id}：{found.rows} 行中 {found.polygons} 个面可用，含 {found.placed} / "
            f"{found.units} 个单位；调整 {len(found.moves)} 个，新增网格 {len(found.grids)} 个；"
            f"{stored}",
        )
    )
    for remark in found.remarks[:_MOST_LINES]:
        click.echo("  ! " + say(remark.en, remark.zh))
    rest = sum(found.counts.values()) - _MOST_LINES
    if rest > 0:
        click.echo(say(f"  ! and {rest} more", f"  ! 另有 {rest} 条"))


@plan.command("grids")
@click.argument("plan_id", type=int)
@click.option(
    "-o",
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    required=True,
    help="The file to write; its extension tells the format.",
)
@click.option("--crs", default="EPSG:4326", show_default=True, help="Coordinate system to write.")
def grids_command(plan_id: int, output: Path, crs: str) -> None:
    """Write the grids of PLAN_ID, a draft too, as polygons with their numbers."""
    from api.services.downloads import write_plan_grids

    with database() as engine:
        count = write_plan_grids(engine, plan_id, output, crs=crs)
    click.echo(say(f"{count} grids written to {output}", f"已写入 {output}，共 {count} 个网格"))
