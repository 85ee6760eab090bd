"""``wangge osm``: layers from an OpenStreetMap extract, from file to file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from api.commands.bilingual import BilingualCommand
from api.language import counted, say
from gis.errors import InputError

if TYPE_CHECKING:
    import geopandas as gpd
    from shapely.geometry.base import BaseGeometry

    from gis.contracts import LayerName


@click.command(cls=BilingualCommand)
@click.argument("file", type=click.Path(path_type=Path))
@click.option("-o", "--output", type=click.Path(path_type=Path), required=True, help="*.gpkg")
@click.option(
    "--community",
    type=click.Path(path_type=Path),
    help="Keep what lies in the polygons of this file (any vector format).",
)
@click.option("--bbox", metavar="WEST,SOUTH,EAST,NORTH", help="Keep what lies in this box.")
@click.option(
    "--m2-per-household",
    type=float,
    default=90.0,
    show_default=True,
    help="Gross floor area of one dwelling, for estimates.",
)
@click.option(
    "--default-floors",
    type=int,
    default=6,
    show_default=True,
    help="Floors of a building of homes that has none written down.",
)
def osm(
    file: Path,
    output: Path,
    community: Path | None,
    bbox: str | None,
    m2_per_household: float,
    default_floors: int,
) -> None:
    """
    Turn an OpenStreetMap extract into layers.

    Reads *.osm, *.osm.gz, *.osm.bz2 and *.osm.pbf and writes the layers streets, barriers,
    gates, courtyards, buildings and facilities. Households are estimates, each marked as one.
    """
    from gis.estimate import EstimateSettings
    from gis.io.layers import write_layers
    from gis.io.osm import read_osm

    estimate = EstimateSettings(m2_per_household=m2_per_household, default_floors=default_floors)
    layers = read_osm(file, within=_within(community, bbox), estimate=estimate)
    write_layers(layers, output)
    _tell(layers)


def _within(community: Path | None, bbox: str | None) -> BaseGeometry | None:
    from gis.io.layers import read_outline

    box = None if bbox is None else _box(bbox)
    if community is None:
        return box
    outline = read_outline(community)
    both = outline if box is None else outline.intersection(box)
    if both.is_empty:
        raise InputError(
            f"--bbox {bbox} and {community.name} have no ground in common.",
            f"--bbox {bbox} 与 {community.name} 没有重叠。",
        )
    return both


def _box(bbox: str) -> BaseGeometry:
    import shapely

    try:
        west, south, east, north = (float(part) for part in bbox.split(","))
    except ValueError:
        west = south = east = north = 0.0
    if not (-180 <= west < east <= 180 and -90 <= south < north <= 90):
        raise InputError(
            f"--bbox {bbox}: give west,south,east,north in degrees, west < east, south < north.",
            f"--bbox {bbox}：请按“西,南,东,北”给出经纬度，且西<东、南<北。",
        )
    box: BaseGeometry = shapely.box(west, south, east, north)
    return box


def _tell(layers: dict[LayerName, gpd.GeoDataFrame]) -> None:
    from gis.contracts import LAYERS

    for name, frame in layers.items():
        click.echo(f"{say(name, LAYERS[name].zh)}\t{len(frame)}")
    buildings = layers["buildings"]
    if buildings.empty:
        click.echo(say("note: no buildings in this extract.", "注意：此数据中没有楼栋。"), err=True)
        return
    households = int(buildings["households"].sum())
    estimated = int(buildings.loc[buildings["households_estimated"], "households"].sum())
    told = counted(households, sorted(buildings["households_kind"].unique()))
    click.echo(
        say(
            f"households\t{told} ({estimated} of them estimated)",
            f"户数\t{told}（其中估算 {estimated}）",
        )
    )
