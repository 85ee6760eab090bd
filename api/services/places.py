"""Reading the imported layers as somebody sees them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, TypeVar

import sqlalchemy as sa

from api.schemas.paging import Located, Page
from api.services.coordinates import Coord, geojson_geometries, stored_bbox
from gis.errors import NotFound
from gis.store.listing import Listing, found, listed
from gis.store.sight import Sight

Item = TypeVar("Item", bound=Located)
Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Wanted:
    """How a client wants a list: page, place, day and coordinates."""

    limit: int
    cursor: str
    bbox: str | None
    at: date
    coord: Coord
    geometry: bool


def page_of(
    connection: sa.Connection,
    sight: Sight,
    model: type[Item],
    table: str,
    wanted: Wanted,
    equal: Mapping[str, str | None],
) -> Page[Item]:
    """Return one page of what is seen of a layer; `equal` is column -> the value asked for."""
    listing = Listing(
        at=wanted.at,
        limit=wanted.limit + 1,
        after=wanted.cursor,
        bbox=stored_bbox(wanted.bbox, wanted.coord),
        equal=equal,
        geometry=wanted.geometry,
    )
    rows = listed(connection, sight, table, listing)
    shown = rows[: wanted.limit]
    following = str(shown[-1]["code"]) if len(rows) > wanted.limit else None
    return Page(items=as_models(model, shown, wanted.coord, wanted.geometry), next=following)


def one_of(
    connection: sa.Connection,
    sight: Sight,
    model: type[Item],
    table: str,
    code: str,
    wanted: Wanted,
) -> Item:
    """
    Return the row of that code.

    Raises
    ------
    NotFound
        There was none to be seen on that day.
    """
    row = found(connection, sight, table, code, at=wanted.at, geometry=wanted.geometry)
    if row is None:
        raise NotFound(
            f"There is no {table} {code} on {wanted.at}.", f"{wanted.at} 没有编码为 {code} 的对象。"
        )
    return as_models(model, [row], wanted.coord, wanted.geometry)[0]


def as_models(model: type[Item], rows: Sequence[Row], coord: Coord, geometry: bool) -> list[Item]:
    """Make the answers of rows; ``geometry`` is left unset unless asked for."""
    fields = [{k: v for k, v in row.items() if k in model.model_fields} for row in rows]
    if geometry:
        shapes = geojson_geometries([row["geom"] for row in rows], coord)
        fields = [{**f, "geometry": s} for f, s in zip(fields, shapes, strict=True)]
    return [model.model_validate(f) for f in fields]
