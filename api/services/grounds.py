"""The ground a community's plans are drawn on: reused while its layers are unchanged."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256

import geopandas as gpd
import numpy as np
import pandas as pd
import sqlalchemy as sa

from gis.cells import Ground, build_ground
from gis.contracts import LAYERS, LayerName
from gis.errors import NotFound, WrongColumns
from gis.partition.loads import unit_rules
from gis.partition.rules import RuleSet
from gis.stairwells import UnitRules
from gis.store.grounds import GroundRow, fingerprint, load_ground, newest_ground, save_ground
from gis.store.layers import read_layer

# What of each layer shapes the ground; another address or phone does not make a new one.
_SHAPING: dict[LayerName, tuple[str, ...]] = {
    "areas": ("area_code",),
    "courtyards": ("courtyard_id", "kind", "walled"),
    "buildings": (
        *("building_id", "courtyard_id", "stairwells"),
        *("households", "households_kind", "households_estimated"),
    ),
    "stairwells": ("stairwell_id", "building_id", "number", "households"),
    "barriers": ("barrier_id", "kind"),
    "gates": ("gate_id", "courtyard_id"),
    "streets": ("street_id", "street_class", "bridge", "tunnel"),
}
# Raise it when build_ground gives other cells for the same layers.
_METHOD = 3


def current_ground(
    connection: sa.Connection, community_code: str, rules: RuleSet
) -> tuple[GroundRow, Ground]:
    """
    Return the ground of a community as its layers are now, making it when they changed.

    Buildings above the cap of the rules are divided by their stairwells; rule sets that divide
    the same buildings share a ground. Call it in a transaction that holds the lock of the
    community.

    Raises
    ------
    NotFound
        There is no such community, or it has no buildings.
    WrongColumns
        The rules divide a column that buildings are not stored with.
    """
    layers = _layers(connection, community_code, rules)
    making = unit_rules(rules, layers["stairwells"])
    digest = f"{_METHOD}:{fingerprint(dict(layers))}:"
    known = newest_ground(connection, community_code, digest)
    if known is not None:
        units = load_ground(connection, known.ground_id).units
        wanted = newest_ground(connection, community_code, digest + _above(units, making))
        if wanted is not None:
            return wanted, load_ground(connection, wanted.ground_id)
    ground = build_ground(
        layers["buildings"],
        making,
        community=layers["areas"],
        courtyards=layers["courtyards"],
        barriers=layers["barriers"],
        gates=layers["gates"],
        streets=layers["streets"],
    )
    digest += _above(ground.units, making)
    # As it is stored, so that first and later plans see the same coordinates.
    return save_ground(connection, community_code, ground, digest)


def _above(units: pd.DataFrame, making: UnitRules) -> str:
    """Hash the buildings above the cap, whether they are divided in these units or not."""
    built = units[units["building_id"].notna()]
    added = dict.fromkeys(("households", *making.weights), "sum")
    buildings = built.groupby("building_id", sort=True).agg({"courtyard_kind": "first", **added})
    kind = buildings["courtyard_kind"]
    buildings["courtyard_kind"] = kind.astype(object).where(kind.notna(), None)
    over = making.oversize(buildings) if making.oversize else np.zeros(len(buildings), bool)
    return sha256("\n".join(buildings.index[over]).encode()).hexdigest()[:16]


def _layers(
    connection: sa.Connection, community_code: str, rules: RuleSet
) -> dict[LayerName, gpd.GeoDataFrame]:
    weights = unit_rules(rules).weights
    _refuse_unstored(weights)
    layers = {
        name: read_layer(connection, name, community=community_code, columns=columns)[
            [*columns, "geometry"]
        ]
        for name, columns in {
            **_SHAPING,
            "buildings": tuple(dict.fromkeys((*_SHAPING["buildings"], *weights))),
        }.items()
    }
    layers["areas"] = layers["areas"][layers["areas"]["area_code"] == community_code]
    if layers["areas"].empty:
        raise no_community(community_code)
    if layers["buildings"].empty:
        raise NotFound(
            f"Community {community_code} has no buildings yet. Import them first "
            "(wangge import buildings FILE).",
            f"社区 {community_code} 还没有楼栋，请先导入(wangge import buildings 文件)。",
        )
    return layers


def no_community(code: str) -> NotFound:
    """Say that there is no community of a code; one that is not seen is answered alike."""
    return NotFound(
        f"There is no community {code}. Import its area first (wangge import areas FILE).",
        f"没有代码为 {code} 的社区，请先导入区划(wangge import areas 文件)。",
    )


def _refuse_unstored(weights: Sequence[str]) -> None:
    stored = [field.name for field in LAYERS["buildings"].fields if field.kind == "count"]
    for name in weights:
        if name not in stored:
            known = ", ".join(stored)
            raise WrongColumns(
                f"Buildings are not stored with a column {name!r}: divide by one of {known}, or "
                "divide the file itself (wangge divide --weight).",
                f"库中楼栋没有列“{name}”：可用 {known}，或直接对文件划分(wangge divide --weight)。",
                column=name,
            )
