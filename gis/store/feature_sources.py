"""Where the features of each collection come from: columns, key, days on which they stand."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import sqlalchemy as sa

from gis.contracts import LayerName
from gis.store import tables as t
from gis.store.sight import Sight, on_the_ground, seen

Column = sa.ColumnElement[Any]
Condition = sa.ColumnElement[bool]
_PROFILE = "default"
# Not current_date, which is the day of the session: of the server, or of who asks.
_TODAY_IN_CHINA = sa.cast(sa.func.timezone("Asia/Shanghai", sa.func.now()), sa.Date)


@dataclass(frozen=True, slots=True)
class Days:
    """A run of days, the first and the last included; None: without beginning or end."""

    first: date | None
    last: date | None


@dataclass(frozen=True, slots=True)
class Source:
    """
    The features of one collection on some days.

    Attributes
    ----------
    rows
        What is selected from.
    key
        Columns that identify a feature, in the order in which features come.
    columns
        Attribute -> its expression; none tells of a person.
    geom
        Shape in EPSG:4326.
    standing
        What a row must meet to be a feature on these days; each key then occurs once.
    community
        Code of the community a row belongs to; None: it belongs to those that its shape touches.
    """

    rows: sa.FromClause
    key: tuple[Column, ...]
    columns: Mapping[str, Column]
    geom: Column
    standing: Condition
    community: Column | None = None


def feature_source(name: str, days: Days, speed_m_s: float, sight: Sight) -> Source:
    """
    Return the source of what is seen of a collection.

    Parameters
    ----------
    name
        A layer of `maps.layers` that needs no plan, or ``micro_grids``.
    days
        When the features must stand; each is told as it was on the last of its days among them.
    speed_m_s
        Walking speed of ``reach`` and ``gaps``; the others do not look at it.
    """
    source = _SOURCES[name](days, speed_m_s, sight)
    return replace(source, standing=source.standing & seen(_TABLES[name], sight))


def during(valid: Column, days: Days) -> Condition:
    """Tell whether a period has a day in common with `days`."""
    return valid.bool_op("&&")(sa.func.daterange(days.first, days.last, "[]"))


def _imported(
    layer: LayerName, table: sa.Table, columns: Mapping[str, Column], community: Column | None
) -> Callable[[Days, float, Sight], Source]:
    def source(days: Days, _: float, __: Sight) -> Source:
        standing = _not_retired(layer, table, days)
        return Source(table, (table.c.code,), columns, table.c.geom, standing, community)

    return source


def _not_retired(layer: LayerName, table: sa.Table, days: Days) -> Condition:
    stays: Condition = sa.true()
    if days.first is not None:
        stays = sa.or_(table.c.retired_on.is_(None), table.c.retired_on > days.first)
    if days.first is None or days.last is None:
        return stays
    away = t.retirement
    return stays & ~sa.exists().where(
        away.c.layer == layer,
        away.c.code == table.c.code,
        away.c.retired_on <= days.first,
        away.c.returned_on > days.last,
    )


def _communities(days: Days, _: float, __: Sight) -> Source:
    a, later = t.area, t.area.alias("later")
    newer = sa.exists().where(
        later.c.code == a.c.code,
        during(later.c.valid, days),
        sa.func.lower(later.c.valid) > sa.func.lower(a.c.valid),
    )
    standing = (a.c.level == "community") & during(a.c.valid, days) & ~newer
    columns = {"code": a.c.code, "name": a.c.name}
    return Source(a, (a.c.code,), columns, a.c.geom, standing, a.c.code)


def _grids(days: Days, *, micro: bool) -> Source:
    p, period, g = t.plan_grid, t.grid_period, t.grid
    later = t.grid_period.alias("later")
    newer = sa.exists().where(
        later.c.grid_id == period.c.grid_id,
        during(later.c.valid, days),
        sa.func.lower(later.c.valid) > sa.func.lower(period.c.valid),
    )
    rows = p.join(
        period, (period.c.plan_id == p.c.plan_id) & (period.c.grid_no == p.c.grid_no)
    ).join(g, g.c.id == period.c.grid_id)
    columns = {
        "plan": p.c.plan_id,
        "grid_no": p.c.grid_no,
        "code": g.c.code,
        "name": p.c.name,
        "kind": p.c.kind,
        "community": g.c.community_code,
        "households": p.c.households,
        "load": p.c.load,
        "over_cap": p.c.load > 1,
        **_staff(g, period, days),
    }
    of_tier = g.c.kind == "micro" if micro else g.c.kind != "micro"
    standing = during(period.c.valid, days) & ~newer & of_tier
    return Source(rows, (g.c.code,), columns, p.c.geom, standing, g.c.community_code)


def _staff(grid: sa.Table, period: sa.Table, days: Days) -> dict[str, Column]:
    """
    Posts of a grid on the last of its days that are asked for.

    A holder is told as one of eight classes, which serve to tell colours and name nobody.
    """
    ended = sa.func.least(sa.func.upper(period.c.valid) - 1, days.last)
    still = sa.func.greatest(days.first, _TODAY_IN_CHINA)
    post = t.post.c
    on = (post.grid_id == grid.c.id) & post.valid.bool_op("@>")(
        sa.cast(sa.func.coalesce(ended, still), sa.Date)
    )
    leading = sa.func.min(post.worker_id).filter(post.role == "comprehensive")
    holder = sa.func.coalesce(leading, sa.func.min(post.worker_id))
    vacant = sa.func.count() - sa.func.count(post.worker_id)
    told = {"posts": sa.func.count(), "vacancies": vacant, "holder_class": holder % 8 + 1}
    return {
        name: sa.select(figure).select_from(t.post).where(on).scalar_subquery()
        for name, figure in told.items()
    }


def _reach(days: Days, speed_m_s: float, sight: Sight) -> Source:
    b, r, f = t.building, t.reach, t.facility
    columns = {
        "code": b.c.code,
        "name": b.c.name,
        "households": b.c.households,
        "estimated": b.c.households_estimated,
        "kind": r.c.kind,
        "facility": f.c.code,
        "facility_name": f.c.name,
        "metres": sa.cast(sa.func.round(sa.cast(r.c.metres, sa.Numeric)), sa.Integer),
        # Rounded up to tenths: 15.04 minutes must not read as 15 and look reached.
        "minutes": sa.func.ceil(r.c.metres / speed_m_s / 6) / sa.cast(10, sa.Float),
        "reason": r.c.reason,
    }
    # A facility that is not seen is not named.
    named = (f.c.code == r.c.facility_code) & seen(f, sight)
    rows = r.join(b, b.c.code == r.c.building_code).outerjoin(f, named)
    standing = (r.c.profile == _PROFILE) & _not_retired("buildings", b, days)
    key = (r.c.building_code, r.c.kind)
    return Source(rows, key, columns, b.c.geom, standing, b.c.community_code)


def _circles(_: Days, __: float, sight: Sight) -> Source:
    c = t.circle.c
    columns = {
        "kind": c.kind,
        "facility": c.facility_code,
        "minutes": _minutes(c.cutoff_s),
        "speed": c.speed_m_s,
    }
    return Source(t.circle, (c.id,), columns, _circle_shape(sight), c.profile == _PROFILE)


def _circle_shape(sight: Sight) -> Column:
    """Circles of a kind are drawn as far as the ground is seen."""
    c = t.circle.c
    if sight.ground is None:
        return c.geom
    drawn = sa.case((c.facility_code.is_(None), on_the_ground(c.geom, sight)), else_=c.geom)
    return sa.type_coerce(drawn, c.geom.type)


def _gaps(_: Days, speed_m_s: float, __: Sight) -> Source:
    g = t.service_gap.c
    columns = {
        "kind": g.kind,
        "rank": g.rank,
        "community": g.community_code,
        "households": g.households,
        "buildings": g.buildings,
        "estimated": g.households_estimated > 0,
        "minutes": _minutes(g.cutoff_s),
    }
    standing = (g.profile == _PROFILE) & (g.speed_m_s == speed_m_s)
    return Source(t.service_gap, (g.id,), columns, g.geom, standing, g.community_code)


def _sites(_: Days, __: float, ___: Sight) -> Source:
    s = t.site.c
    columns = {
        "kind": s.kind,
        "rank": s.rank,
        "place": s.place,
        "households_gained": s.households_gained,
    }
    return Source(t.site, (s.id,), columns, s.geom, s.profile == _PROFILE)


def _minutes(cutoff_s: Column) -> Column:
    return cutoff_s / sa.cast(60, sa.Float)


def _same(table: sa.Table, *names: str, **others: str) -> dict[str, Column]:
    """Columns under their own names, and others under another: ``courtyard="courtyard_code"``."""
    return {name: table.c[others.get(name, name)] for name in names}


def _gate_community() -> Column:
    return (
        sa.select(t.courtyard.c.community_code)
        .where(t.courtyard.c.code == t.gate.c.courtyard_code)
        .scalar_subquery()
    )


_SOURCES: dict[str, Callable[[Days, float, Sight], Source]] = {
    "communities": _communities,
    "courtyards": _imported(
        "courtyards",
        t.courtyard,
        _same(t.courtyard, "code", "name", "kind", "walled"),
        t.courtyard.c.community_code,
    ),
    "buildings": _imported(
        "buildings",
        t.building,
        _same(
            t.building,
            *("code", "name", "number", "courtyard", "households", "estimated", "floors"),
            courtyard="courtyard_code",
            estimated="households_estimated",
        ),
        t.building.c.community_code,
    ),
    "streets": _imported(
        "streets",
        t.street,
        _same(t.street, "code", "name", "class", "bridge", "tunnel", **{"class": "street_class"}),
        None,
    ),
    "barriers": _imported("barriers", t.barrier, _same(t.barrier, "code", "name", "kind"), None),
    "gates": _imported(
        "gates",
        t.gate,
        _same(t.gate, "code", "name", "courtyard", courtyard="courtyard_code"),
        _gate_community(),
    ),
    "facilities": _imported(
        "facilities",
        t.facility,
        _same(t.facility, "code", "name", "kind", "idle"),
        t.facility.c.community_code,
    ),
    "grids": lambda days, _, __: _grids(days, micro=False),
    "micro_grids": lambda days, _, __: _grids(days, micro=True),
    "reach": _reach,
    "circles": _circles,
    "gaps": _gaps,
    "sites": _sites,
}

# By which table it is told what is seen of a collection.
_TABLES: Mapping[str, sa.Table] = {
    "communities": t.area,
    "courtyards": t.courtyard,
    "buildings": t.building,
    "streets": t.street,
    "barriers": t.barrier,
    "gates": t.gate,
    "facilities": t.facility,
    "grids": t.grid,
    "micro_grids": t.grid,
    "reach": t.building,
    "circles": t.circle,
    "gaps": t.service_gap,
    "sites": t.site,
}
