"""Walking circles in PostGIS: the layers they are made of, and what comes of them."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import geopandas as gpd
import pandas as pd
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql as pg

from gis.contracts import LayerName
from gis.store import tables as t
from gis.store.bulk import copy_frame
from gis.store.layers import STORED, Box, holds, read_layer

NETWORK_LAYERS: tuple[LayerName, ...] = ("streets", "courtyards", "gates", "barriers")
"""What the walking network is made of."""

CIRCLE_KEY = ("kind", "facility_code", "cutoff_s", "speed_m_s")
"""What tells one circle of a profile from another; no facility: all of the kind together."""

Settings = Mapping[str, Any]
_DEGREE_M = 110_000.0


@dataclass(frozen=True, slots=True)
class WalkingRun:
    """One computation: settings as they were, digest of the layers, what was found on the way."""

    run_id: int
    profile: str
    made_at: datetime
    settings: Settings
    network: str
    report: Mapping[str, Any]


def network_mark(connection: sa.Connection) -> str:
    """
    Hash the state of the layers of the network: another mark when any row came, went or changed.

    It reads no shapes, so that asking before each answer costs milliseconds. The sum tells a
    change that was begun before the newest one and committed after it.
    """
    states = []
    for layer in NETWORK_LAYERS:
        table = STORED[layer].table
        states.append(
            sa.select(
                sa.literal(layer).label("layer"),
                sa.func.count(),
                sa.func.max(table.c.changed_at),
                sa.func.sum(sa.func.extract("epoch", table.c.changed_at)),
                sa.func.max(table.c.retired_on),
            ).select_from(table)
        )
    rows = connection.execute(sa.union_all(*states).order_by("layer"))
    return hashlib.sha256(repr([tuple(row) for row in rows]).encode()).hexdigest()


def network_layers(connection: sa.Connection, box: Box) -> dict[LayerName, gpd.GeoDataFrame]:
    """Read what the network is made of: rows whose own box touches one in degrees."""
    return {name: read_layer(connection, name, box=box) for name in NETWORK_LAYERS}


def places(connection: sa.Connection) -> list[str]:
    """Six digits of the counties whose communities have buildings; ``""`` for those of none."""
    building = t.building
    county = sa.func.coalesce(sa.func.left(building.c.community_code, 6), "")
    query = sa.select(county).where(holds(building)).distinct().order_by(county)
    return list(connection.scalars(query))


def walking_layers(
    connection: sa.Connection, county: str | None = None, margin_m: float = 2_000.0
) -> dict[LayerName, gpd.GeoDataFrame]:
    """
    Read what walking needs: streets, courtyards, gates, barriers, buildings and facilities.

    Parameters
    ----------
    connection
        Read only; the transaction stays as it is.
    county
        Beginning of the community codes of the buildings wanted, ``""`` for those without a
        code; streets and facilities are those around them, some way over the border too, for
        people cross it. None: everything.
    margin_m
        How far over the border: as far as anybody walks.

    Returns
    -------
    layers
        Canonical frames (`gis.store.layers.read_layer`).
    """
    wanted: tuple[LayerName, ...] = (*NETWORK_LAYERS, "facilities")
    buildings = read_layer(connection, "buildings")
    box = None
    if county is not None:
        code = buildings["community_code"].astype(object)
        own = code.isna() if county == "" else code.astype(str).str.startswith(county)
        buildings = buildings[own].reset_index(drop=True)
        if len(buildings):
            box = _around(buildings, margin_m)
    layers = {name: read_layer(connection, name, box=box) for name in wanted}
    return {**layers, "buildings": buildings}


def _around(frame: gpd.GeoDataFrame, margin_m: float) -> Box:
    west, south, east, north = (float(v) for v in frame.total_bounds)
    up = margin_m / _DEGREE_M
    # A degree of longitude shrinks towards the poles.
    aside = up / max(math.cos(math.radians(min(max(abs(south), abs(north)) + up, 89.0))), 0.02)
    return west - aside, south - up, east + aside, north + up


def begin_run(
    connection: sa.Connection, profile: str, settings: Settings, network: str, report: Settings
) -> int:
    """Write a run down and return its id; the rest of the transaction fills it."""
    values = {"profile": profile, "settings": settings, "network": network, "report": report}
    made = sa.insert(t.walking_run).values(values).returning(t.walking_run.c.id)
    return int(connection.execute(made).scalar_one())


def lock_profile(connection: sa.Connection, profile: str) -> None:
    """Wait until nobody else writes this profile, till the end of the transaction."""
    connection.execute(sa.select(sa.func.pg_advisory_xact_lock(sa.func.hashtext(profile))))


def newest_run(
    connection: sa.Connection, profile: str, before: datetime | None = None
) -> WalkingRun | None:
    """Return the newest run of a profile, made before a moment if one is given; None: no such."""
    run = t.walking_run
    query = sa.select(run).where(run.c.profile == profile).order_by(run.c.id.desc()).limit(1)
    if before is not None:
        query = query.where(run.c.made_at < before)
    row = connection.execute(query).mappings().one_or_none()
    return None if row is None else _as_run(row)


def runs(connection: sa.Connection, profile: str) -> list[WalkingRun]:
    """Return the runs of a profile, newest first."""
    run = t.walking_run
    query = sa.select(run).where(run.c.profile == profile).order_by(run.c.id.desc())
    return [_as_run(row) for row in connection.execute(query).mappings()]


def _as_run(row: sa.RowMapping) -> WalkingRun:
    return WalkingRun(
        row["id"], row["profile"], row["made_at"], row["settings"], row["network"], row["report"]
    )


def replace_reach(connection: sa.Connection, profile: str, frame: pd.DataFrame) -> None:
    """
    Put the reach of a profile in the place of what stood there.

    Parameters
    ----------
    frame
        Columns kind, building_code, facility_code, metres, open_m, straight_m, reason; missing
        values are NULL. Not modified.
    """
    connection.execute(sa.delete(t.reach).where(t.reach.c.profile == profile))
    copy_frame(connection, t.reach.name, frame.assign(profile=profile))


def circle_digests(connection: sa.Connection, profile: str) -> pd.DataFrame:
    """Return the circles of a profile without their shapes: id, what each is of, digest, status."""
    c = t.circle.c
    query = sa.select(c.id, *(c[name] for name in CIRCLE_KEY), c.digest, c.status)
    result = connection.execute(query.where(c.profile == profile).order_by(c.id))
    return pd.DataFrame(result.mappings().all(), columns=list(result.keys()))


def swap_circles(
    connection: sa.Connection, profile: str, *, gone: Sequence[int], drawn: gpd.GeoDataFrame
) -> None:
    """
    Delete the circles whose ids are given and store those just drawn; the others stay.

    Parameters
    ----------
    drawn
        Columns of `CIRCLE_KEY`, run_id, digest, status, geometry (MultiPolygon or None).
    """
    if len(gone):
        where = t.circle.c.id == sa.func.any(sa.cast(list(gone), pg.ARRAY(sa.BigInteger)))
        connection.execute(sa.delete(t.circle).where(where))
    frame = pd.DataFrame(drawn.drop(columns=drawn.geometry.name))
    _append(connection, t.circle, profile, frame, drawn)


def replace_gaps(connection: sa.Connection, profile: str, gaps: gpd.GeoDataFrame) -> None:
    """Put the gaps of a profile in the place of those that stood there."""
    connection.execute(sa.delete(t.service_gap).where(t.service_gap.c.profile == profile))
    frame = pd.DataFrame(gaps.drop(columns=gaps.geometry.name))
    frame["reasons"] = [json.dumps(reasons, ensure_ascii=False) for reasons in gaps["reasons"]]
    _append(connection, t.service_gap, profile, frame, gaps)


def replace_sites(
    connection: sa.Connection,
    profile: str,
    kind: str,
    community: str | None,
    sites: gpd.GeoDataFrame,
) -> None:
    """Put suggested places in the place of those suggested before for that kind and community."""
    site = t.site
    same_place = site.c.community_code.is_not_distinct_from(community)
    old = sa.delete(site).where(site.c.profile == profile, site.c.kind == kind, same_place)
    connection.execute(old)
    frame = pd.DataFrame(sites.drop(columns=sites.geometry.name))
    frame["kind"], frame["community_code"] = kind, community
    frame["certificate"] = [json.dumps(one, ensure_ascii=False) for one in sites["certificate"]]
    _append(connection, site, profile, frame, sites)


def save_figures(connection: sa.Connection, run_id: int, figures: pd.DataFrame) -> None:
    """Store the service_coverage of areas of a run; columns as in the table, without the run."""
    copy_frame(connection, t.coverage_figure.name, figures.assign(run_id=run_id))


def _append(
    connection: sa.Connection,
    table: sa.Table,
    profile: str,
    frame: pd.DataFrame,
    shapes: gpd.GeoDataFrame,
) -> None:
    rows = frame.assign(profile=profile, geom=shapes.geometry.to_numpy())
    copy_frame(connection, table.name, rows)
