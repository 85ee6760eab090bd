"""``wangge page``: facilities and coverage of an area as single HTML files."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import click

from api.commands import options
from api.commands.bilingual import BilingualGroup
from api.commands.connection import database
from api.language import language, say
from api.today import today


@click.group(cls=BilingualGroup)
def page() -> None:
    """Draw an area as one HTML file that opens with no network."""


@page.command("facilities")
@click.argument("area")
@options.html_output
@click.option("--kind", help="Only this kind.")
@click.option("--at", type=click.DateTime(["%Y-%m-%d"]), help="The day; today when not given.")
def facilities_command(area: str, output: Path, kind: str | None, at: datetime | None) -> None:
    """Draw the facilities of AREA (12-digit code) by kind."""
    from api.services.map_files import facilities_file
    from api.settings import read_settings
    from gis.store.sight import EVERYWHERE

    day = today() if at is None else at.date()
    with database() as engine, engine.connect() as connection:
        html = facilities_file(connection, EVERYWHERE, area, day, kind, language(), read_settings())
    output.write_text(html, encoding="utf-8")
    click.echo(say(f"Written to {output}", f"已写入 {output}"))


@page.command("coverage")
@click.argument("area")
@options.html_output
@click.option("--kind", help="The kind on the map; the first when not given.")
@click.option("--minutes", type=click.FloatRange(0, 60, min_open=True), help="Cutoff.")
@click.option("--profile", default="default", show_default=True, help="Which stored walk.")
def coverage_command(
    area: str, output: Path, kind: str | None, minutes: float | None, profile: str
) -> None:
    """Draw who reaches facilities on foot in AREA (12-digit code)."""
    from api.services.map_files import coverage_file
    from api.settings import read_settings
    from gis.store.sight import EVERYWHERE

    with database() as engine, engine.connect() as connection:
        html = coverage_file(
            connection, EVERYWHERE, area, kind, minutes, profile, language(), read_settings()
        )
    output.write_text(html, encoding="utf-8")
    click.echo(say(f"Written to {output}", f"已写入 {output}"))
