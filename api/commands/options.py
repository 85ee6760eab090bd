"""Options that several commands share, so that one word means one thing everywhere."""

from __future__ import annotations

import getpass
from pathlib import Path

import click

seed = click.option(
    "--seed",
    default=1,
    show_default=True,
    type=click.IntRange(0, 2**32 - 1),
    help="Same seed, same division.",
)
package_output = click.option(
    "-o",
    "--output",
    required=True,
    type=click.Path(path_type=Path),
    metavar="PLAN.gpkg",
    help="The grid package to write.",
)
html_output = click.option(
    "-o",
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    required=True,
    help="The .html file to write.",
)
locked = click.option(
    "--locked", metavar="GRID,...", default="", help="Grids that stay as they are, by number."
)
choose = click.option(
    "--choose",
    default="least",
    show_default=True,
    metavar="least|fewest|N",
    help="Which plan to store: fewest households moved, fewest grids, or its number.",
)
rules_of_plan = click.option(
    "--rules", "rules_name", help="Preset or TOML file; else the rules of the plan."
)
grow = click.option(
    "--grow",
    type=click.Choice(["never", "pockets", "room"]),
    default="pockets",
    show_default=True,
    help="What drawn grids may take in: nothing, pockets cut off, whatever saves a grid.",
)

minutes = click.option(
    "--minutes",
    metavar="M,...",
    default="5,10,15",
    show_default=True,
    help="Walking times, each by itself.",
)
walk = click.option(
    "--walk",
    "walk",
    type=click.Choice(["usual", "wide", "narrow"]),
    default="usual",
    show_default=True,
    help="Which streets are walked: usual takes private ways, wide cycleways too, narrow neither.",
)
author = click.option(
    "--by", "made_by", default=getpass.getuser, show_default="your login", help="Who does it."
)
open_at = click.option("--at", metavar="TIME", help="Only what is open then, such as 'Sa 20:00'.")
