"""Rows of stored layers as they are edited one by one: with their version, and their neighbours."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import get_args

import geopandas as gpd
import shapely
import sqlalchemy as sa
from shapely.geometry.base import BaseGeometry
from sqlalchemy.dialects import postgresql as pg

from gis.contracts import LAYERS, EditableLayer, LayerName
from gis.store import tables
from gis.store.bulk import read_frame
from gis.store.layers import STORED, canonical, holds, touches_community

EDITABLE: tuple[EditableLayer, ...] = get_args(EditableLayer)
"""Layers whose rows are edited one by one, owners first."""
_SNAPS_TO: dict[LayerName, tuple[LayerName, ...]] = {
    "courtyards": ("courtyards", "barriers"),
    "gates": ("courtyards",),
    "buildings": ("buildings",),
    "barriers": ("barriers", "courtyards"),
    "streets": ("streets",),
}


def versions(connection: sa.Connection, layer: LayerName, codes: Collection[str]) -> dict[str, str]:
    """
    Lock rows in force and return their versions: texts that differ when anything of a row does.

    Codes without a row in force are left out.
    """
    table = STORED[layer].table
    whole = sa.func.md5(sa.cast(sa.literal_column(table.name), sa.Text))
    query = (
        sa.select(table.c.code, whole)
        .where(table.c.code == _any(codes), holds(table))
        .order_by(table.c.code)
        .with_for_update()
    )
    return {str(code): str(version) for code, version in connection.execute(query)}


def rows_in_force(
    connection: sa.Connection, layer: LayerName, codes: Collection[str]
) -> gpd.GeoDataFrame:
    """Return rows in force as the layer's canonical frame, index 0..n-1, EPSG:4326."""
    table = STORED[layer].table
    return _frame(connection, layer, table.c.code == _any(codes))


def rows_of_community(
    connection: sa.Connection, layer: LayerName, community: str
) -> tuple[gpd.GeoDataFrame, list[str]]:
    """Return a community's rows in force of a layer as `rows_in_force`, and their versions."""
    frame = _frame(connection, layer, _of_community(layer, community))
    table = STORED[layer].table
    whole = sa.func.md5(sa.cast(sa.literal_column(table.name), sa.Text))
    query = sa.select(table.c.code, whole).where(holds(table), _of_community(layer, community))
    known = {str(code): str(version) for code, version in connection.execute(query)}
    return frame, [known[code] for code in frame[LAYERS[layer].key]]


def codes_of_community(
    connection: sa.Connection, layer: LayerName, community: str, codes: Collection[str]
) -> frozenset[str]:
    """Tell which of some codes are rows in force of a community."""
    table = STORED[layer].table
    wanted = table.c.code == _any(codes)
    query = sa.select(table.c.code).where(wanted, holds(table), _of_community(layer, community))
    return frozenset(str(code) for code in connection.execute(query).scalars())


def set_stairwell_count(connection: sa.Connection, building: str, count: int | None) -> None:
    """Record how many stairwells a building in force has, and change nothing else of it."""
    table = STORED["buildings"].table
    connection.execute(
        sa.update(table)
        .where(table.c.code == building, holds(table))
        .values(stairwells=count, changed_at=sa.func.now())
    )


def ever_stored(
    connection: sa.Connection, layer: LayerName, codes: Collection[str]
) -> frozenset[str]:
    """Tell which codes were ever used in a layer, by rows in force or retired."""
    table = STORED[layer].table
    query = sa.select(table.c.code).where(table.c.code == _any(codes))
    return frozenset(str(code) for code in connection.execute(query).scalars())


def snap_targets(
    connection: sa.Connection,
    layer: LayerName,
    shape: BaseGeometry,
    *,
    margin_deg: float,
    but: Collection[str],
) -> list[BaseGeometry]:
    """
    Return the shapes in force to which a drawn one of a layer snaps.

    Parameters
    ----------
    shape
        EPSG:4326.
    margin_deg
        How far around its box is looked.
    but
        Codes of the layer itself that are left aside, as they are redrawn.
    """
    west, south, east, north = shape.bounds
    box = (west - margin_deg, south - margin_deg, east + margin_deg, north + margin_deg)
    found: list[BaseGeometry] = []
    for name in _SNAPS_TO.get(layer, ()):
        table = STORED[name].table
        near = table.c.geom.op("&&")(sa.func.ST_MakeEnvelope(*box, 4326))
        query = sa.select(table.c.code, sa.func.ST_AsBinary(table.c.geom)).where(holds(table), near)
        found += [
            shapely.from_wkb(bytes(wkb))
            for code, wkb in connection.execute(query)
            if name != layer or code not in but
        ]
    return found


def communities_touched(connection: sa.Connection, shapes: Sequence[BaseGeometry]) -> list[str]:
    """Return the codes of the communities in force that shapes in EPSG:4326 touch."""
    area = tables.area
    drawn = sa.func.ST_GeomFromWKB(
        sa.bindparam("wkb", shapely.to_wkb(shapely.union_all(list(shapes)))), 4326
    )
    query = (
        sa.select(area.c.code)
        .where(area.c.level == "community", holds(area), sa.func.ST_Intersects(area.c.geom, drawn))
        .order_by(area.c.code)
    )
    return [str(code) for code in connection.execute(query).scalars()]


def owned_codes(
    connection: sa.Connection, layer: LayerName, column: str, owners: Collection[str]
) -> list[str]:
    """Return the codes of rows in force whose `column` names one of some owners."""
    table = STORED[layer].table
    query = sa.select(table.c.code).where(holds(table), table.c[column] == _any(owners))
    return [str(code) for code in connection.execute(query.order_by(table.c.code)).scalars()]


def _frame(
    connection: sa.Connection, layer: LayerName, wanted: sa.ColumnElement[bool]
) -> gpd.GeoDataFrame:
    stored = STORED[layer]
    table = stored.table
    picked = [table.c[column].label(name) for name, column in stored.columns.items()]
    shape = sa.func.ST_AsBinary(table.c.geom) if "geom" in table.c else sa.null()
    query = sa.select(*picked, shape.label("geometry")).where(holds(table), wanted)
    frame = read_frame(connection, query.order_by(sa.text("1")))
    return canonical(frame, LAYERS[layer], frozenset(stored.columns))


def _of_community(layer: LayerName, community: str) -> sa.ColumnElement[bool]:
    table = STORED[layer].table
    owners = {"gates": tables.courtyard, "stairwells": tables.building}
    if layer in owners:
        owner = owners[layer]
        column = "courtyard_code" if layer == "gates" else "building_code"
        theirs = sa.select(owner.c.code).where(owner.c.community_code == community)
        return table.c[column].in_(theirs)
    if "community_code" in table.c:
        return table.c.community_code == community
    return touches_community(table, community)


def _any(codes: Collection[str]) -> sa.ColumnElement[bool]:
    return sa.any_(sa.literal(sorted(codes), pg.ARRAY(sa.Text)))
