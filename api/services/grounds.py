"""The ground a community's plans are drawn on: reused while its layers are unchanged."""

from __future__ import annotations

import geopandas as gpd
import sqlalchemy as sa

from gis.cells import Ground, build_ground
from gis.contracts import LayerName
from gis.errors import NotFound
from gis.store.grounds import GroundRow, fingerprint, load_ground, newest_ground, save_ground
from gis.store.layers import read_layer

# What of each layer shapes the ground; another address or phone does not make a new one.
_SHAPING: dict[LayerName, tuple[str, ...]] = {
    "areas": ("area_code",),
    "courtyards": ("courtyard_id", "kind", "walled"),
    "buildings": (
        *("building_id", "courtyard_id"),
        *("households", "households_kind", "households_estimated"),
    ),
    "barriers": ("barrier_id", "kind"),
    "gates": ("gate_id", "courtyard_id"),
    "streets": ("street_id", "street_class", "bridge", "tunnel"),
}
# Raise it when build_ground gives other cells for the same layers.
_METHOD = 1


def current_ground(connection: sa.Connection, community_code: str) -> tuple[GroundRow, Ground]:
    """
    Return the ground of a community as its layers are now, making it when they changed.

    Call it in a transaction that holds the lock of the community.

    Raises
    ------
    NotFound
        There is no such community, or it has no buildings.
    """
    layers = _layers(connection, community_code)
    digest = f"{_METHOD}:{fingerprint(dict(layers))}"
    newest = newest_ground(connection, community_code)
    if newest is not None and newest.fingerprint == digest:
        return newest, load_ground(connection, newest.ground_id)
    ground = build_ground(
        layers["buildings"],
        community=layers["areas"],
        courtyards=layers["courtyards"],
        barriers=layers["barriers"],
        gates=layers["gates"],
        streets=layers["streets"],
    )
    stored = save_ground(connection, community_code, ground, digest)
    # The stored one is returned, so that first and later plans see the same coordinates.
    return stored, load_ground(connection, stored.ground_id)


def _layers(connection: sa.Connection, community_code: str) -> dict[LayerName, gpd.GeoDataFrame]:
    layers = {
        name: read_layer(connection, name, community=community_code)[[*columns, "geometry"]]
        for name, columns in _SHAPING.items()
    }
    layers["areas"] = layers["areas"][layers["areas"]["area_code"] == community_code]
    if layers["areas"].empty:
        raise NotFound(
            f"There is no community {community_code}. Import its area first "
            "(wangge import areas FILE).",
            f"没有代码为 {community_code} 的社区，请先导入区划(wangge import areas 文件)。",
        )
    if layers["buildings"].empty:
        raise NotFound(
            f"Community {community_code} has no buildings yet. Import them first "
            "(wangge import buildings FILE).",
            f"社区 {community_code} 还没有楼栋，请先导入(wangge import buildings 文件)。",
        )
    return layers
