"""``wangge export``: write a stored layer to a file."""

from __future__ import annotations

from datetime import datetime
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
@click.option("--community", metavar="CODE", help="Only what lies in this area, of any level.")
@click.option("--kind", help="Only this kind.")
@click.option("--at", type=click.DateTime(["%Y-%m-%d"]), help="The day; today when not given.")
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
    kind: str | None,
    at: datetime | None,
    encoding: str,
    headings: Headings,
) -> None:
    """Write what holds of LAYER on a day to a file."""
    from api.services.exporting import Form, export_layer
    from api.today import today
    from gis.store.extracts import Extract

    extract = Extract(layer, today() if at is None else at.date(), community, kind)
    with database() as engine:
        rows = export_layer(engine, extract, output, Form(crs, encoding, headings))
    click.echo(say(f"{rows} rows in {output}.", f"{output} 共 {rows} 行。"))
