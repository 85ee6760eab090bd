"""Where to build next: places for a facility kind among candidates, from the stored layers."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

import geopandas as gpd
import numpy as np
import pandas as pd
import sqlalchemy as sa

from api.services.walking import WalkingOrder, refuse_empty, walking_network
from api.services.walking_reading import run_of
from gis.circles.kinds import KINDS, known_kind
from gis.circles.reach import ReachSettings, reach
from gis.contracts import LayerName
from gis.coverage.population import population
from gis.errors import InputError, NotFound
from gis.metric import STORED
from gis.network.policy import search_graph
from gis.network.snapping import places, snap, snapper
from gis.siting.best import Sites, best_sites
from gis.siting.walks import walks_to
from gis.store import walking as store

Candidates = Literal["buildings", "idle", "file"]
Layers = dict[LayerName, gpd.GeoDataFrame]


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


@dataclass(frozen=True, slots=True)
class Sited:
    """Places, best first (place, name, households_gained, geometry), and how good they are."""

    places: gpd.GeoDataFrame
    sites: Sites


def site(engine: sa.Engine, order: SitingOrder) -> Sited:
    """
    Suggest places and store them in place of those suggested before for this kind and community.

    Gates, walked streets and snapping are those of the newest run of the profile.

    Raises
    ------
    NotFound
        The profile has no run, or there are no streets, buildings or candidates.
    InputError
        The file of candidates cannot be used.
    """
    order = replace(order, kind=_kind(order.kind))
    with engine.connect().execution_options(
        isolation_level="REPEATABLE READ", postgresql_readonly=True
    ) as connection:
        settings = run_of(connection, order.profile).settings
        layers = store.walking_layers(connection, settings["area"])
    refuse_empty(layers, settings["area"])
    candidates = _candidates(layers, order)
    walked = WalkingOrder(
        (order.kind,),
        gates=settings["gates"],
        walk=settings["walk_preset"],
        snap_limit_m=settings["snap_limit_m"],
    )
    homes = _counted(layers["buildings"], order.community)
    snapping = snapper(walking_network(layers, walked), layers["barriers"])
    found = reach(
        snapping.network,
        homes,
        layers["facilities"],
        (order.kind,),
        settings=ReachSettings(
            order.speed_m_s, (order.cutoff_s,), walked.gates, walked.snap_limit_m
        ),
        snapping=snapping,
    )
    spots = snap(snapping, places(candidates, snapping.network.crs), limit_m=walked.snap_limit_m)
    limit_m = order.cutoff_s * order.speed_m_s
    graph = search_graph(snapping.network, walked.gates)
    sites = best_sites(
        walks_to(snapping.network, graph, spots, found.homes, limit_m),
        population(homes).amount("households"),
        found.reached(order.cutoff_s)[:, 0],
        candidates["place"].tolist(),
        order.k,
        exact=order.exact,
    )
    chosen = _chosen(candidates, sites, order)
    with engine.begin() as connection:
        store.lock_profile(connection, order.profile)
        store.replace_sites(connection, order.profile, order.kind, order.community, chosen)
    return Sited(_named(candidates, sites), sites)


def _kind(word: str) -> str:
    kind = known_kind(word)
    if kind not in KINDS:
        raise InputError(
            f"{word!r} is no kind of facility: take one of {', '.join(KINDS)}.",
            f"“{word}”不是设施类别：可用 {'、'.join(KINDS.values())}。",
        )
    return kind


def _counted(buildings: gpd.GeoDataFrame, community: str | None) -> gpd.GeoDataFrame:
    if community is None:
        return buildings
    own = buildings[(buildings["community_code"] == community).fillna(False)]
    if own.empty:
        raise NotFound(
            f"Community {community} has no buildings here: check the code.",
            f"社区 {community} 没有楼栋：请检查代码。",
        )
    return own.reset_index(drop=True)


def _candidates(layers: Layers, order: SitingOrder) -> gpd.GeoDataFrame:
    """Places as points, each with a code and a name."""
    if order.candidates == "file":
        return _from_file(order)
    if order.candidates == "idle":
        idle = layers["facilities"][layers["facilities"]["idle"].astype(bool)]
        key = "facility_id"
    else:
        idle, key = _counted(layers["buildings"], order.community), "building_id"
    if idle.empty:
        raise NotFound(
            "There are no idle premises: mark some (facilities, column idle), or let all "
            "buildings be candidates (--candidates buildings).",
            "没有闲置房屋：请在设施数据的“闲置”列中标出，"
            "或以全部楼栋为候选(--candidates buildings)。",
        )
    names = idle["name"].astype(object).where(idle["name"].notna(), idle[key])
    return gpd.GeoDataFrame(
        {"place": idle[key].to_numpy(), "name": names.to_numpy()},
        geometry=idle.geometry.to_numpy(),
        crs=idle.crs,
    )


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


def _named(candidates: gpd.GeoDataFrame, sites: Sites) -> gpd.GeoDataFrame:
    rows = candidates.iloc[sites.rows].reset_index(drop=True)
    return rows.assign(households_gained=sites.gained)


def _chosen(candidates: gpd.GeoDataFrame, sites: Sites, order: SitingOrder) -> gpd.GeoDataFrame:
    rows = _named(candidates, sites).drop(columns="name").to_crs(STORED)
    rows = rows.assign(
        rank=np.arange(1, len(rows) + 1), cutoff_s=order.cutoff_s, speed_m_s=order.speed_m_s
    )
    rows["certificate"] = pd.Series([sites.certificate()] * len(rows), dtype=object)
    # Buildings are candidates by a point inside them.
    rows["geometry"] = rows.geometry.representative_point()
    return gpd.GeoDataFrame(pd.DataFrame(rows), geometry="geometry", crs=STORED)
