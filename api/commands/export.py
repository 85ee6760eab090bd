"""``wangge export``: write a stored layer to a file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from api.commands.bilingual import BilingualCommand
from api.commands.connection import database
from api.language import say
from gis.contracts import LAYERS, LayerName

if TYPE_CHECKING:
    from gis.io.write import Headings


@click.command(cls=BilingualCommand)
@click.argument("layer", type=click.Choice(list(LAYERS)))
@click.option(
    "-o",
    "--output",
    required=True,
    type=click.Path(path_type=Path),
    help="File; its extension tells the format.",
)
@click.option("--crs", default="EPSG:4326", show_default=True, help="EPSG:4547, gcj02, bd09 ...")
@click.option("--community", help="Only what lies in this community.")
@click.option("--encoding", default="UTF-8", show_default=True, help="Of Shapefiles and CSV.")
@click.option(
    "--headings",
    type=click.Choice(["canonical", "zh"]),
    default="canonical",
    show_default=True,
    help="Headings of the columns.",
)
def export(
    layer: LayerName,
    output: Path,
    crs: str,
    community: str | None,
    encoding: str,
    headings: Headings,
) -> None:
    """Write what holds today of LAYER to a file."""
    from api.services.exporting import export_layer

    with database() as engine:
        rows = export_layer(
            engine,
            layer,
            output,
            community=community,
            crs=crs,
            encoding=encoding,
            headings=headings,
        )
    click.echo(say(f"{rows} rows in {output}.", f"{output} 共 {rows} 行。"))
