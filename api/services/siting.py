"""Where to build next: places for a facility kind among candidates, from the stored layers."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import sqlalchemy as sa

from api.principal import OPERATOR
from api.services import audit
from api.services.walking import WalkingOrder, refuse_empty, walking_network
from api.services.walking_reading import run_of
from gis.circles.kinds import KINDS, known_kind
from gis.circles.reach import ReachSettings, reach
from gis.contracts import LayerName
from gis.errors import InputError, NotFound
from gis.network.snapping import snapper
from gis.siting.places import Suggestion, all_buildings, idle_premises, suggest
from gis.store import walking as store

Candidates = Literal["buildings", "idle", "file"]
Layers = dict[LayerName, gpd.GeoDataFrame]
Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class SitingOrder:
    """
    What is asked: `k` places for a kind within a cutoff, by the walks of a stored profile.

    ``community``: whose households count; None: all of the profile's area. ``candidates``: all
    buildings, idle premises, or the points of ``file``.
    """

    kind: str
    k: int = 1
    community: str | None = None
    candidates: Candidates = "buildings"
    file: Path | None = None
    cutoff_s: int = 900
    speed_m_s: float = 1.2
    profile: str = "default"
    exact: bool = False


def site(engine: sa.Engine, order: SitingOrder) -> Suggestion:
    """
    Suggest places and store them in place of those suggested before for this kind and community.

    Gates, walked streets and snapping are those of the newest run of the profile.

    Raises
    ------
    NotFound
        The profile has no run, or there are no streets or buildings.
    InputError
        No such kind, no candidates, or their file cannot be used.
    """
    order = replace(order, kind=_kind(order.kind))
    with engine.connect().execution_options(
        isolation_level="REPEATABLE READ", postgresql_readonly=True
    ) as connection:
        settings = run_of(connection, order.profile).settings
        longest_m = order.speed_m_s * order.cutoff_s + 2 * settings["snap_limit_m"]
        layers = store.walking_layers(connection, settings["area"], longest_m)
    refuse_empty(layers, settings["area"])
    buildings = layers["buildings"]
    counting = _counting(buildings, order.community)
    walked = WalkingOrder(
        (order.kind,),
        gates=settings["gates"],
        walk=settings["walk_preset"],
        snap_limit_m=settings["snap_limit_m"],
    )
    streets = snapper(walking_network(layers, walked), layers["barriers"])
    found = reach(
        streets.network,
        buildings,
        layers["facilities"],
        (order.kind,),
        settings=ReachSettings(
            order.speed_m_s, (order.cutoff_s,), walked.gates, walked.snap_limit_m, settings["at"]
        ),
        snapping=streets,
    )
    told = suggest(
        found,
        streets,
        buildings,
        _candidates(layers, counting, order),
        order.kind,
        order.k,
        counting=counting,
        exact=order.exact,
    )
    columns = ["rank", "place", "households_gained", "cutoff_s", "speed_m_s", "geometry"]
    rows = told.table[columns].assign(
        certificate=pd.Series([told.sites.certificate()] * len(told.table), dtype=object)
    )
    with engine.begin() as connection:
        store.lock_profile(connection, order.profile)
        store.replace_sites(connection, order.profile, order.kind, order.community, rows)
        audit.record(
            connection,
            audit.who_asks(connection, OPERATOR.name),
            "sites.suggest",
            ("kind", order.kind),
            community=order.community,
            detail={"profile": order.profile, "places": len(rows)},
        )
    return told


def _kind(word: str) -> str:
    kind = known_kind(word)
    if kind not in KINDS:
        raise InputError(
            f"{word!r} is no kind of facility: take one of {', '.join(KINDS)}.",
            f"“{word}”不是设施类别：可用 {'、'.join(KINDS.values())}。",
        )
    return kind


def _counting(buildings: gpd.GeoDataFrame, community: str | None) -> Flags:
    if community is None:
        return np.ones(len(buildings), dtype=bool)
    own = (buildings["community_code"] == community).fillna(value=False).to_numpy(bool)
    if not own.any():
        raise NotFound(
            f"Community {community} has no buildings here: check the code.",
            f"社区 {community} 没有楼栋：请检查代码。",
        )
    return own


def _candidates(layers: Layers, counting: Flags, order: SitingOrder) -> gpd.GeoDataFrame:
    """Places with a code and a name."""
    if order.candidates == "idle":
        return idle_premises(layers["facilities"])
    if order.candidates == "buildings":
        return all_buildings(layers["buildings"][counting])
    return _from_file(order)


def _from_file(order: SitingOrder) -> gpd.GeoDataFrame:
    from gis.io.read import read_layer

    if order.file is None:
        raise InputError(
            "Name the file of candidates: --candidates FILE.",
            "请给出候选点文件：--candidates 文件。",
        )
    read = read_layer(order.file, "facilities").frame
    return gpd.GeoDataFrame(
        {"place": read["facility_id"].to_numpy(), "name": read["name"].to_numpy(object)},
        geometry=read.geometry.to_numpy(),
        crs=read.crs,
    )
