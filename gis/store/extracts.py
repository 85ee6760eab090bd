"""Extracts of the layers: what stood on a day in an area, of a kind, within a box."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Any

import geopandas as gpd
import sqlalchemy as sa

from gis.contracts import LAYERS, STANDING_GRIDS, Layer, LayerName
from gis.errors import InputError
from gis.store import tables as t
from gis.store.bulk import read_frame
from gis.store.layers import STORED, canonical
from gis.store.listing import stands_on
from gis.store.post_rows import community_of_post, post_rows, posts_seen
from gis.store.sight import Sight, seen

Box = tuple[float, float, float, float]
Query = sa.Select[Any]

KINDS: dict[LayerName, str] = {
    "areas": "level",
    "courtyards": "kind",
    "buildings": "households_kind",
    "streets": "street_class",
    "barriers": "kind",
    "facilities": "kind",
    "grids": "kind",
    "posts": "role",
}
"""The column that a kind asks for."""


@dataclass(frozen=True, slots=True)
class Extract:
    """
    Which rows of a layer are wanted.

    Attributes
    ----------
    layer
        A name of `gis.contracts.LAYERS`; ``grids`` are the published ones of every tier.
    at
        The day.
    area
        Any area code: what belongs to the communities below it (the areas themselves, for
        streets and barriers what touches it); None: everything.
    kind
        Only what is of this kind (`KINDS`).
    box
        West, south, east, north in degrees: rows whose own box touches it.
    without
        Columns to leave out.
    """

    layer: LayerName
    at: date
    area: str | None = None
    kind: str | None = None
    box: Box | None = None
    without: Collection[str] = ()

    @property
    def contract(self) -> Layer:
        """The columns it has."""
        return STANDING_GRIDS if self.layer == "grids" else LAYERS[self.layer]


def count_extract(connection: sa.Connection, sight: Sight, extract: Extract, *, most: int) -> int:
    """Return how many rows an extract has, at most one more than `most`."""
    rows = _query(extract, sight).limit(most + 1).subquery()
    return int(connection.execute(sa.select(sa.func.count()).select_from(rows)).scalar_one())


def read_extract(connection: sa.Connection, sight: Sight, extract: Extract) -> gpd.GeoDataFrame:
    """
    Read what is seen of an extract.

    Returns
    -------
    frame
        Columns and types of ``extract.contract`` but those left out, sorted by key, EPSG:4326;
        ``geometry`` is None throughout for layers without one.

    Raises
    ------
    InputError
        The layer has no kinds, not this one, or no places that a box could choose.
    """
    frame = read_frame(connection, _query(extract, sight).order_by(sa.text("1")))
    wanted = [c for c in extract.contract.columns if c not in extract.without]
    return canonical(frame, extract.contract, wanted)


def area_name(connection: sa.Connection, sight: Sight, code: str, at: date) -> str | None:
    """Return the name an area has on a day, None when there is none to be seen then."""
    wanted = (t.area.c.code == code) & stands_on(t.area, at) & seen(t.area, sight)
    query = sa.select(t.area.c.name).where(wanted)
    name: str | None = connection.execute(query).scalar_one_or_none()
    return name


def _query(extract: Extract, sight: Sight) -> Query:
    query = _SOURCES.get(extract.layer, _stored)(extract)
    query = query.where(_seen(extract, sight))
    if extract.area is not None:
        query = query.where(_lies_in(extract, extract.area))
    if extract.kind is not None:
        query = query.where(_is_of_kind(extract, extract.kind))
    if extract.box is not None:
        query = query.where(_touches(extract, extract.box))
    return query


def _stored(extract: Extract) -> Query:
    stored = STORED[extract.layer]
    columns = [
        stored.table.c[column].label(name)
        for name, column in stored.columns.items()
        if name not in extract.without
    ]
    there = "geom" in stored.table.c
    shape = sa.func.ST_AsBinary(stored.table.c.geom) if there else sa.null()
    stands = stands_on(stored.table, extract.at)
    return sa.select(*columns, shape.label("geometry")).where(stands)


def _grids(extract: Extract) -> Query:
    grid, period, shape = t.grid, t.grid_period, t.plan_grid
    told: tuple[sa.ColumnElement[Any], ...] = (
        grid.c.code.label("grid_code"),
        shape.c.name,
        grid.c.kind,
        grid.c.community_code,
        shape.c.households,
        shape.c.load,
        sa.func.lower(period.c.valid).label("valid_from"),
        sa.func.upper(period.c.valid).label("valid_to"),
        sa.func.ST_AsBinary(shape.c.geom).label("geometry"),
    )
    query: Query = sa.select(*told)
    return (
        query.join_from(grid, period, period.c.grid_id == grid.c.id)
        .join(shape, (shape.c.plan_id == period.c.plan_id) & (shape.c.grid_no == period.c.grid_no))
        .where(period.c.valid.op("@>")(sa.cast(extract.at, sa.Date)))
    )


def _posts(extract: Extract) -> Query:
    holds = t.post.c.valid.op("@>")(sa.cast(extract.at, sa.Date))
    return post_rows(extract.without).where(holds)


_SOURCES = {"grids": _grids, "posts": _posts}


def _lies_in(extract: Extract, area: str) -> sa.ColumnElement[bool]:
    codes = _codes_below(area, extract.at)
    if extract.layer == "areas":
        return t.area.c.code.in_(codes)
    if extract.layer == "gates":
        inside = sa.select(t.courtyard.c.code).where(t.courtyard.c.community_code.in_(codes))
        return t.gate.c.courtyard_code.in_(inside)
    if extract.layer == "stairwells":
        inside = sa.select(t.building.c.code).where(t.building.c.community_code.in_(codes))
        return t.stairwell.c.building_code.in_(inside)
    if extract.layer in ("streets", "barriers"):
        ground = sa.select(t.area.c.geom).where(
            t.area.c.code == area, stands_on(t.area, extract.at)
        )
        table = STORED[extract.layer].table
        return sa.func.ST_Intersects(table.c.geom, ground.scalar_subquery())
    if extract.layer == "posts":
        return community_of_post().in_(codes)
    return _table(extract).c.community_code.in_(codes)


def _seen(extract: Extract, sight: Sight) -> sa.ColumnElement[bool]:
    """Tell what is seen of a layer."""
    return posts_seen(sight) if extract.layer == "posts" else seen(_table(extract), sight)


def _table(extract: Extract) -> sa.Table:
    """The table by which an extract is placed."""
    return t.grid if extract.layer in _SOURCES else STORED[extract.layer].table


def _codes_below(area: str, at: date) -> sa.Select[tuple[str]]:
    """An area and all below it on a day; a ring of parents ends, because each code comes once."""
    top = sa.select(t.area.c.code).where(t.area.c.code == area, stands_on(t.area, at))
    tree = top.cte("tree", recursive=True)
    child = t.area.alias("child")
    below = (
        sa.select(child.c.code)
        .join(tree, child.c.parent_code == tree.c.code)
        .where(child.c.valid.op("@>")(sa.cast(at, sa.Date)))
    )
    return sa.select(tree.union(below).c.code)


def _is_of_kind(extract: Extract, kind: str) -> sa.ColumnElement[bool]:
    name = KINDS.get(extract.layer)
    if name is None:
        raise InputError(
            f"{extract.layer} have no kinds: leave kind out.",
            f"{extract.contract.zh}没有类别：请去掉 kind。",
        )
    known = extract.contract.field(name).choices
    if known and kind not in known:
        raise InputError(
            f"{extract.layer} have no kind {kind!r}; there are {', '.join(known)}.",
            f"{extract.contract.zh}没有类别“{kind}”；可用：{'、'.join(known)}。",
        )
    table = {"grids": t.grid, "posts": t.post}.get(extract.layer)
    source = STORED[extract.layer].table if table is None else table
    wanted: sa.ColumnElement[bool] = source.c[name] == kind
    return wanted


def _touches(extract: Extract, box: Box) -> sa.ColumnElement[bool]:
    table = t.plan_grid if extract.layer == "grids" else None
    if table is None and extract.contract.geometry != "none":
        table = STORED[extract.layer].table
    if table is None:
        raise InputError(
            f"{extract.layer} have no place on the map: leave bbox out.",
            f"{extract.contract.zh}没有图形：请去掉 bbox。",
        )
    envelope = sa.func.ST_MakeEnvelope(*box, 4326)
    touched: sa.ColumnElement[bool] = table.c.geom.op("&&")(envelope)
    return touched
