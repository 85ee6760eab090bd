"""Figures of areas for dashboards: one reading of what stands published on a day."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa

from api.schemas.figures import (
    AreaFigures,
    AreaName,
    Child,
    Figures,
    Grids,
    LoadClasses,
    Posts,
    WholeArea,
)
from api.services.figures_stock import NOTHING, Stock, stock_by_branch
from api.services.figures_walking import Walk, WalkFigures, Where, walk_figures
from gis.errors import NotFound
from gis.store import area_figures as store
from gis.store.area_figures import Spread
from gis.store.sight import Sight

Row = Mapping[str, Any]

# A child without any published grid has no row.
_NO_GRIDS: Row = {
    **dict.fromkeys(("base", "special", "micro", *LoadClasses.model_fields), 0),
    **dict.fromkeys(("posts", "vacant", "workers", "grids_without_post", "published"), 0),
    **dict.fromkeys(("mean_load", "highest_load", "posts_needed"), None),
}
_POSTS = {name: name for name in Posts.model_fields} | {"needed": "posts_needed"}


@dataclass(frozen=True, slots=True)
class _Read:
    """What the store told, by child; of all under None."""

    communities: Mapping[str | None, int]
    stock: Mapping[str | None, Stock]
    grids: Mapping[str | None, Row]
    walks: WalkFigures | None


def figures(
    connection: sa.Connection, sight: Sight, area: str | None, at: date, walk: Walk
) -> Figures:
    """
    Return the figures of an area, None for all that is seen, and of those of the next level.

    Raises
    ------
    NotFound
        There is no such area to be seen on that day.
    InputError
        A kind, speed or cutoff that was not walked.
    """
    way = _way(connection, sight, area, at)
    below = [] if way and way[-1].level == "community" else _below(connection, sight, area, at)
    where = _where(area, below, at)
    stock = store.stock_rows(connection, where.spread.communities, at=at)
    read = _Read(
        communities=_communities(below, where),
        stock=stock_by_branch(stock, where.branch_of),
        grids={row["branch"]: row for row in store.grid_rows(connection, where.spread, at=at)},
        walks=walk_figures(connection, walk, where),
    )
    return Figures(
        at=at,
        as_of=connection.execute(sa.select(sa.func.now())).scalar_one(),
        grids_since=read.grids[None]["since"],
        way=way,
        extent=store.extent(connection, where.spread.communities or where.areas, at=at),
        walking=None if read.walks is None else read.walks.walking,
        figures=_whole(read),
        children=[
            Child(
                code=row["code"], name=row["name"], level=row["level"], **_sums(read, row["code"])
            )
            for row in below
        ],
    )


def _way(connection: sa.Connection, sight: Sight, area: str | None, at: date) -> list[AreaName]:
    if area is None:
        return []
    way = store.way_rows(connection, sight, area, at=at)
    if not way:
        raise NotFound(
            f"There is no area {area} on {at}: `/api/v1/areas` lists their codes.",
            f"{at} 没有代码为 {area} 的区划：代码见 `/api/v1/areas`。",
        )
    return [AreaName.model_validate(dict(row)) for row in way]


def _below(connection: sa.Connection, sight: Sight, area: str | None, at: date) -> list[Row]:
    return store.branch_rows(connection, sight, area, at=at)


def _where(area: str | None, below: Sequence[Row], at: date) -> Where:
    children = [row["code"] for row in below]
    spread = Spread.of((row["code"], row["communities"]) for row in below)
    if area is not None and not below:
        spread = Spread([area], [area])
    return Where([area] if area else children, children, spread, at)


def _communities(below: Sequence[Row], where: Where) -> dict[str | None, int]:
    return {
        None: len(where.spread.communities),
        **{row["code"]: len(row["communities"]) for row in below},
    }


def _whole(read: _Read) -> WholeArea:
    walks = read.walks
    return WholeArea(
        **_sums(read, None),
        flags=read.grids[None]["flags"] or {},
        coverage=[] if walks is None else walks.coverage,
        gaps_by_kind=[] if walks is None else walks.gaps_by_kind,
        worst_gaps=[] if walks is None else walks.worst_gaps,
    )


def _sums(read: _Read, branch: str | None) -> dict[str, Any]:
    """Return the fields of `AreaFigures`."""
    grids, walks = read.grids.get(branch, _NO_GRIDS), read.walks
    stock = read.stock.get(branch, NOTHING)
    told = AreaFigures(
        communities=read.communities[branch],
        published=grids["published"] or 0,
        buildings=stock.buildings,
        households=stock.households,
        grids=_grids(grids),
        posts=Posts.model_validate({name: grids[column] for name, column in _POSTS.items()}),
        covered=None if walks is None else walks.covered.get(branch),
        gaps=None if walks is None or walks.gaps is None else walks.gaps[branch],
    )
    return dict(told)


def _grids(row: Row) -> Grids:
    loads = LoadClasses.model_validate({name: row[name] for name in LoadClasses.model_fields})
    return Grids(
        base=row["base"],
        special=row["special"],
        micro=row["micro"],
        over_cap=loads.over + loads.far_over,
        loads=loads,
        mean_load=row["mean_load"],
        highest_load=row["highest_load"],
    )
