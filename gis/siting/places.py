"""Candidates for a new facility, and the best of them for a kind, from reach."""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from gis.circles.reach import Reach
from gis.coverage.figures import within
from gis.coverage.population import population, texts
from gis.errors import InputError
from gis.metric import STORED
from gis.network.policy import search_graph
from gis.network.remarks import Remark
from gis.network.snap_report import snap_remarks
from gis.network.snapping import Snapper, places, snap
from gis.siting.best import SECONDS, Sites, best_sites
from gis.siting.walks import walks_to


@dataclass(frozen=True, slots=True)
class Suggestion:
    """
    Suggested places for one kind.

    ``sites`` says how good they are; ``table`` lists them best first: ``rank``, ``place`` (id),
    ``name``, ``kind``, ``cutoff_s``, ``speed_m_s``, ``households_gained``, ``households_after``
    (with this place and those before it), ``households_total``, ``households_kind``, ``gates``,
    ``walk`` and a point in EPSG:4326. ``remarks`` name candidates that are not on the network.
    """

    sites: Sites
    table: gpd.GeoDataFrame
    remarks: tuple[Remark, ...]


def idle_premises(facilities: gpd.GeoDataFrame, at_least_m2: float = 0.0) -> gpd.GeoDataFrame:
    """
    Return idle premises as candidates: ``place``, ``name`` and point.

    A floor area that is not known counts as large enough.
    """
    idle = np.zeros(len(facilities), bool)
    if "idle" in facilities:
        idle = facilities["idle"].fillna(value=False).to_numpy(bool)
    small = np.zeros(len(facilities), bool)
    if "floor_area_m2" in facilities:
        area = pd.to_numeric(facilities["floor_area_m2"]).to_numpy(np.float64, na_value=np.nan)
        small = area < at_least_m2
    return _candidates(facilities[idle & ~small], "facility_id")


def all_buildings(buildings: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return all buildings as candidates: ``place``, ``name`` and shape."""
    return _candidates(buildings, "building_id")


def _candidates(frame: gpd.GeoDataFrame, key: str) -> gpd.GeoDataFrame:
    columns = {
        "place": frame[key].astype(str).to_numpy(object),
        "name": texts(frame, "name"),
    }
    return gpd.GeoDataFrame(columns, geometry=frame.geometry.to_numpy(), crs=frame.crs)


def suggest(
    found: Reach,
    streets: Snapper,
    buildings: gpd.GeoDataFrame,
    candidates: gpd.GeoDataFrame,
    kind: str,
    k: int,
    *,
    cutoff_s: int | None = None,
    counting: npt.NDArray[np.bool_] | None = None,
    households_kind: str | None = None,
    exact: bool = False,
    seconds: float = SECONDS,
) -> Suggestion:
    """
    Suggest up to k places for a kind, so that most households reach it within the cutoff.

    Parameters
    ----------
    found
        Reach of the buildings, in their order, `kind` among its kinds; its speed, gate policy
        and snapping limit hold for the candidates too.
    streets
        The snapper the reach was walked with.
    buildings
        Counts of each building. Not modified.
    candidates
        ``place`` (unique ids), ``name`` and geometry in any CRS. Not modified.
    kind
        What is to be built.
    k
        How many places at most.
    cutoff_s
        Within how many seconds; the largest of the reach when not given.
    counting
        Buildings whose households count, those of one community say; all when not given.
    households_kind, exact, seconds
        See `gis.coverage.population.population` and `gis.siting.best.best_sites`.

    Returns
    -------
    suggestion
        Places with what each gains, the certificate, and remarks on the candidates.

    Raises
    ------
    InputError
        The reach does not know the kind, there is no candidate, or as `best_sites`.
    """
    _check(found, candidates, kind)
    cutoff = cutoff_s or max(found.settings.cutoffs_s)
    speed, policy = found.settings.speed_mps, found.settings.gate_policy
    network, names = streets.network, candidates["place"].astype(str).to_list()
    spots = snap(streets, places(candidates, network.crs), limit_m=found.settings.snap_limit_m)
    graph = search_graph(network, policy)
    walks = walks_to(network, graph, spots, found.homes, cutoff * speed)
    people = population(buildings, households_kind)
    amount = people.amount("households")
    if counting is not None:
        amount = np.where(counting, amount, 0.0)
    reached = within(found.metres[:, found.kinds.index(kind)], cutoff, speed)
    sites = best_sites(walks, amount, reached, names, k, exact=exact, seconds=seconds)
    table = _table(sites, candidates).assign(
        kind=kind,
        cutoff_s=cutoff,
        speed_m_s=speed,
        households_kind=people.households_kind,
        gates=policy,
        walk=found.method["walk"],
    )
    return Suggestion(sites, table, tuple(snap_remarks(spots, names, "candidates", "候选点")))


def _check(found: Reach, candidates: gpd.GeoDataFrame, kind: str) -> None:
    if kind not in found.kinds:
        raise InputError(
            f"Reach was walked for {', '.join(found.kinds)}, not for {kind!r}: ask for it too.",
            f"步行可达只计算了 {'、'.join(found.kinds)}，没有“{kind}”：请把它加入计算。",
        )
    if candidates.empty:
        raise InputError(
            "There is no candidate: mark idle premises in the facilities (idle = true), give "
            "points, or take all buildings.",
            "没有候选点：请在设施中标注闲置场所（idle = true），或给出候选点，或选用全部楼栋。",
        )


def _table(sites: Sites, candidates: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    chosen = candidates.iloc[sites.rows].to_crs(STORED)
    columns = {
        "rank": np.arange(1, len(chosen) + 1),
        "place": chosen["place"].astype(str).to_numpy(object),
        "name": texts(chosen, "name"),
        "households_gained": sites.gained,
        "households_after": sites.before + np.cumsum(sites.gained),
        "households_total": sites.total,
    }
    points = shapely.point_on_surface(chosen.geometry.to_numpy())
    return gpd.GeoDataFrame(columns, geometry=points, crs=STORED)
