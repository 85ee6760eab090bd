"""Grounds in PostGIS: a community's units and borders, noded once and never changed."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import sqlalchemy as sa

from gis.cells import Ground
from gis.contracts import LayerName
from gis.errors import NotFound
from gis.store import tables as t
from gis.store.bulk import copy_frame, read_frame

OUTSIDE = -1
_COLUMNS = frozenset(
    {
        *("unit_id", "kind", "building_id", "courtyard_id", "courtyard_kind", "geometry"),
        *("households", "households_kind", "households_estimated"),
    }
)


@dataclass(frozen=True, slots=True)
class GroundRow:
    """One stored ground: whose it is, its version, metric CRS and what it was made of."""

    ground_id: int
    community_code: str
    version: int
    srid: int
    fingerprint: str


def fingerprint(layers: Mapping[LayerName, gpd.GeoDataFrame]) -> str:
    """
    Hash everything a ground is made of, whatever the order of rows and layers.

    Parameters
    ----------
    layers
        Canonical frames in EPSG:4326 by layer name. Not modified.

    Returns
    -------
    digest
        SHA-256 in hexadecimal; equal when every row is equal.
    """
    digest = hashlib.sha256()
    for name in sorted(layers):
        frame = layers[name]
        plain = pd.DataFrame(frame.drop(columns=frame.geometry.name).reset_index(drop=True))
        plain = plain[sorted(plain.columns)]
        plain["geometry"] = frame.geometry.to_wkb().to_numpy(object)
        hashes = pd.util.hash_pandas_object(plain, index=False, categorize=False).to_numpy()
        digest.update(f"{name}:{','.join(plain.columns)}".encode())
        digest.update(np.sort(hashes).tobytes())
    return digest.hexdigest()


def newest_ground(
    connection: sa.Connection, community_code: str, beginning: str = ""
) -> GroundRow | None:
    """Return the newest ground of a community whose fingerprint begins so; None without one."""
    query = (
        sa.select(t.ground)
        .where(
            t.ground.c.community_code == community_code,
            t.ground.c.fingerprint.startswith(beginning, autoescape=True),
        )
        .order_by(t.ground.c.version.desc())
        .limit(1)
    )
    row = connection.execute(query).one_or_none()
    return None if row is None else _ground_row(row)


def _ground_row(row: sa.Row[tuple[object, ...]]) -> GroundRow:
    found = row._mapping
    return GroundRow(
        found["id"], found["community_code"], found["version"], found["srid"], found["fingerprint"]
    )


def save_ground(
    connection: sa.Connection, community_code: str, ground: Ground, digest: str
) -> tuple[GroundRow, Ground]:
    """
    Store a ground as the community's next version.

    Call it under the lock of the community, so that two versions don't take one number.

    Parameters
    ----------
    ground
        In a metric CRS with an EPSG code; stored in EPSG:4326, where shared vertices stay
        shared because each is transformed alone. Not modified.
    digest
        What `fingerprint` gave for the layers it was made of.

    Returns
    -------
    row, stored
        The new version, and the ground as `load_ground` will give it: there and back through
        EPSG:4326 coordinates move by less than a micrometre.
    """
    crs = ground.units.crs
    srid = None if crs is None else crs.to_epsg()
    assert srid is not None, "a ground is built in a CRS with an EPSG code"  # noqa: S101
    last = newest_ground(connection, community_code)
    version = 1 if last is None else last.version + 1
    statement = (
        sa.insert(t.ground)
        .values(community_code=community_code, version=version, srid=srid, fingerprint=digest)
        .returning(t.ground.c.id)
    )
    ground_id = int(connection.execute(statement).scalar_one())
    units, borders = ground.units.to_crs(4326), ground.borders.to_crs(4326)
    copy_frame(connection, "unit", _unit_rows(units, ground_id))
    copy_frame(connection, "border", _border_rows(borders, ground_id))
    row = GroundRow(ground_id, community_code, version, srid, digest)
    return row, Ground(units.to_crs(srid), borders.to_crs(srid))


def _unit_rows(units: gpd.GeoDataFrame, ground_id: int) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "ground_id": ground_id,
            "unit_no": units.index.to_numpy(),
            "unit_id": units["unit_id"].to_numpy(),
            "kind": units["kind"].to_numpy(),
            "building_code": units["building_id"].to_numpy(),
            "courtyard_code": units["courtyard_id"].to_numpy(),
            "courtyard_kind": units["courtyard_kind"].to_numpy(),
            "households": units["households"].to_numpy(),
            "households_kind": units["households_kind"].to_numpy(),
            "households_estimated": units["households_estimated"].to_numpy(),
            "weights": _weights(units),
            "geom": units.geometry.to_numpy(),
        }
    )


def _weights(units: pd.DataFrame) -> list[str | None]:
    """Further whole-number columns of the units, one JSON document each; None without any."""
    extra = [c for c in units.columns if c not in _COLUMNS]
    if not extra:
        return [None] * len(units)
    return [json.dumps(row) for row in units[extra].to_dict("records")]


def _border_rows(borders: gpd.GeoDataFrame, ground_id: int) -> pd.DataFrame:
    right = pd.Series(borders["right"].to_numpy(), dtype="Int64")
    return pd.DataFrame(
        {
            "ground_id": ground_id,
            "border_no": np.arange(len(borders)),
            "left_unit": borders["left"].to_numpy(),
            "right_unit": right.mask(right == OUTSIDE),
            "length_m": borders["length_m"].to_numpy(),
            "runs_along": borders["runs_along"].to_numpy(),
            "passage": borders["passage"].to_numpy(),
            "geom": borders.geometry.to_numpy(),
        }
    )


_UNITS = sa.text(
    """
    SELECT unit_no, unit_id, kind, building_code AS building_id, courtyard_code AS courtyard_id,
           courtyard_kind, households, households_kind, households_estimated, weights,
           ST_AsBinary(geom) AS geometry
    FROM unit WHERE ground_id = :ground_id ORDER BY unit_no
    """
)
_BORDERS = sa.text(
    """
    SELECT left_unit AS "left", coalesce(right_unit, -1) AS "right", length_m, runs_along,
           passage, ST_AsBinary(geom) AS geometry
    FROM border WHERE ground_id = :ground_id ORDER BY border_no
    """
)


def load_ground(connection: sa.Connection, ground_id: int) -> Ground:
    """
    Return a stored ground in its metric CRS.

    Raises
    ------
    NotFound
        There is no such ground.
    """
    srid = connection.execute(
        sa.select(t.ground.c.srid).where(t.ground.c.id == ground_id)
    ).scalar_one_or_none()
    if srid is None:
        raise NotFound(f"There is no ground {ground_id}.", f"没有编号为 {ground_id} 的底图。")
    parameters: dict[str, object] = {"ground_id": ground_id}
    units = read_frame(connection, _UNITS, parameters).set_index("unit_no")
    weights = units.pop("weights").dropna()
    if len(weights):
        units = units.join(pd.DataFrame(weights.tolist(), index=weights.index))
    borders = read_frame(connection, _BORDERS, parameters)
    return Ground(units=units.to_crs(srid), borders=borders.to_crs(srid))
