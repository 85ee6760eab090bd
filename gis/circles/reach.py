"""Reach: how far every building is from the nearest facility of each kind, or why it is not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import pyproj
import shapely
from scipy.spatial import cKDTree

from gis.circles.arrivals import Floats, Ints, Ints32, Metres, nearest_of_kind
from gis.circles.kinds import Functions, facility_functions, function_remarks
from gis.circles.opening import Opening, moment_of, opening, opening_remarks
from gis.circles.speeds import CUTOFFS_S, SPEEDS, speed_words
from gis.metric import STORED, named_crs, transformer
from gis.network.build import WalkingNetwork
from gis.network.policy import GatePolicy, search_graph
from gis.network.remarks import Remark, listed
from gis.network.snapping import (
    SNAP_LIMIT_M,
    Snapper,
    Snaps,
    places,
    snap,
    snap_remarks,
    snapper,
)

Reason = Literal["", "too_far", "island", "gate", "snap_too_long", "no_such_facility"]
REASONS: tuple[Reason, ...] = (
    "",
    "too_far",
    "island",
    "gate",
    "snap_too_long",
    "no_such_facility",
)
"""Why a building does not reach a kind, by code; the empty word: it does."""

TOO_FAR, ISLAND, GATE, SNAP_TOO_LONG, NO_SUCH_FACILITY = range(1, 6)
METHOD = "network distance per building"
Codes = npt.NDArray[np.int8]


@dataclass(frozen=True, slots=True)
class ReachSettings:
    """
    How reach is counted; all of it is printed with each figure.

    ``speed_mps`` in metres a second, ``cutoffs_s`` ascending in seconds; ``at`` a weekday and
    time (`gis.circles.opening.moment_of`) at which a facility must be open, None for any.
    """

    speed_mps: float = SPEEDS["adult"]
    cutoffs_s: tuple[int, ...] = CUTOFFS_S
    gate_policy: GatePolicy = "residents"
    snap_limit_m: float = SNAP_LIMIT_M
    at: str | None = None

    @property
    def farthest_m(self) -> float:
        """Metres walked within the largest cutoff."""
        return self.speed_mps * max(self.cutoffs_s)


@dataclass(frozen=True)
class Reach:
    """
    What every building reaches: arrays of buildings x kinds.

    Attributes
    ----------
    crs
        Of the network: projected, metres.
    kinds
        The kinds asked for, in order.
    building_id, facility_id
        Ids by row of the frames given.
    metres
        Of the shortest walk to the nearest facility of the kind; inf where there is none.
        It does not depend on speed or cutoff.
    facility
        Row of that facility; -1 where there is none.
    straight_m
        Straight line to the nearest facility of the kind as the crow flies, maybe another one;
        inf where there is none. Never more than `metres`.
    open_m
        `metres` if every gate stood open; the same array where no gate makes a difference.
    cut
        Code of the reason where no cutoff would help: ISLAND, SNAP_TOO_LONG, NO_SUCH_FACILITY,
        else 0.
    homes, visited
        Snaps of the buildings and of the facilities.
    serving
        Which facilities count for which kind: those that are open and not idle.
    settings, method
        How it was counted, as data and in words.
    remarks
        What is to be said of the input.
    """

    crs: pyproj.CRS
    kinds: tuple[str, ...]
    building_id: npt.NDArray[np.object_]
    facility_id: npt.NDArray[np.object_]
    metres: Metres
    facility: Ints32
    straight_m: Metres
    open_m: Metres
    cut: Codes
    homes: Snaps
    visited: Snaps
    serving: Functions
    settings: ReachSettings
    method: dict[str, str]
    remarks: tuple[Remark, ...] = field(repr=False, default=())

    @property
    def seconds(self) -> Metres:
        """Walking seconds at the speed of the settings; inf where there is no walk."""
        return self.metres / np.float32(self.settings.speed_mps)

    @property
    def reason(self) -> Codes:
        """Codes of `REASONS` at the largest cutoff."""
        return self.reasons_at(max(self.settings.cutoffs_s))

    def reached(self, cutoff_s: float) -> npt.NDArray[np.bool_]:
        """Flag who walks to each kind within a cutoff, the cutoff included."""
        within: npt.NDArray[np.bool_] = self.metres <= cutoff_s * self.settings.speed_mps
        return within

    def reasons_at(self, cutoff_s: float) -> Codes:
        """
        Tell why a kind is not reached within a cutoff: codes of `REASONS`, 0 where it is.

        ``gate`` means that it would be, were every gate open; ``island`` that no street leads
        there even then; ``snap_too_long`` that the building, or every facility of the kind, is
        not on the network; ``too_far`` anything else.
        """
        limit = cutoff_s * self.settings.speed_mps
        codes = np.where(self.cut > 0, self.cut, np.int8(TOO_FAR))
        codes[self.open_m <= limit] = GATE
        codes[self.metres <= limit] = 0
        return codes.astype(np.int8)

    def at_speed(self, speed_mps: float) -> Reach:
        """Return the same walks at another speed."""
        settings = replace(self.settings, speed_mps=speed_mps)
        return replace(
            self, settings=settings, method=self.method | {"speed": speed_words(speed_mps)}
        )


def reach(
    network: WalkingNetwork,
    buildings: gpd.GeoDataFrame,
    facilities: gpd.GeoDataFrame,
    kinds: Sequence[str],
    *,
    barriers: gpd.GeoDataFrame | None = None,
    settings: ReachSettings | None = None,
    snapping: Snapper | None = None,
) -> Reach:
    """
    Walk from every building to its nearest facility of each kind.

    Places are set on the network by `gis.network.snapping`; distances are exact on the full
    lines, for the gate policy of the settings. Facilities closed at the moment of the settings
    and idle premises do not count; unknown hours count as open. A facility counts for its kind
    and each of its functions (`gis.circles.kinds`).

    Parameters
    ----------
    network
        Of `gis.network.build`.
    buildings, facilities
        Canonical layers (`gis.contracts`) in any CRS. Not modified.
    kinds
        Words of `gis.circles.kinds.KINDS`; others are named in the remarks and computed.
    barriers
        Canonical layer; no leg crosses its rivers, railways and walls.
    snapping
        A snapper of this network, where there is one already; `barriers` is then not read.

    Returns
    -------
    reach
        One row per building in the order given, those without position or street included.

    Raises
    ------
    InputError
        The moment of the settings is none.

    Notes
    -----
    One search over the network for each kind: 300,000 buildings and 12 kinds in some seconds.
    """
    settings = settings or ReachSettings()
    kinds = tuple(dict.fromkeys(kinds))
    snapping = snapping or snapper(network, barriers)
    homes = snap(snapping, places(buildings, network.crs), limit_m=settings.snap_limit_m)
    visited = snap(snapping, places(facilities, network.crs), limit_m=settings.snap_limit_m)
    functions = facility_functions(facilities)
    building_id = buildings["building_id"].astype(str).to_numpy(dtype=object)
    facility_id = facilities["facility_id"].astype(str).to_numpy(dtype=object)
    hours = _opening(facilities, facility_id.tolist(), settings)
    serving = functions if hours is None else functions.of(hours.open)
    rows = [serving.rows_of(kind) for kind in kinds]
    walks = _walks(network, homes, visited, rows, settings)
    remarks = [
        *function_remarks(functions, kinds),
        *([] if hours is None else [*opening_remarks(hours), *_closed(hours, facility_id)]),
        *snap_remarks(homes, building_id.tolist(), "buildings", "楼栋"),
        *snap_remarks(visited, facility_id.tolist(), "facilities", "设施"),
        *_empty(network, homes, visited),
    ]
    return Reach(
        network.crs,
        kinds,
        building_id,
        facility_id,
        walks.metres,
        walks.facility,
        straight_metres(homes, visited, rows),
        walks.open_m,
        walks.cut,
        homes,
        visited,
        serving,
        settings,
        _method(network, settings),
        tuple(remarks),
    )


def _opening(
    facilities: gpd.GeoDataFrame, ids: list[str], settings: ReachSettings
) -> Opening | None:
    if settings.at is None:
        return None
    missing = pd.Series([None] * len(facilities), dtype=object)
    hours = facilities["opening_hours"] if "opening_hours" in facilities.columns else missing
    return opening(hours, ids, moment_of(settings.at))


@dataclass(frozen=True, slots=True)
class _Walks:
    metres: Metres
    facility: Ints32
    open_m: Metres
    cut: Codes


def _walks(
    network: WalkingNetwork,
    homes: Snaps,
    visited: Snaps,
    rows: Sequence[Ints],
    settings: ReachSettings,
) -> _Walks:
    shape = (len(homes.edge), len(rows))
    metres, facility = np.empty(shape, np.float32), np.empty(shape, np.int32)
    graph = search_graph(network, settings.gate_policy)
    for k, of in enumerate(rows):
        metres[:, k], facility[:, k] = nearest_of_kind(network, graph, homes, visited, of)
    open_m = metres
    if settings.gate_policy != "open" and len(network.gate_id):
        open_m = _open_metres(network, homes, visited, rows, metres, settings.farthest_m)
    cut = np.zeros(shape, np.int8)
    for k, of in enumerate(rows):
        cut[:, k] = _cut_off(network, homes, visited, of)
    return _Walks(metres, facility, open_m, cut)


def _open_metres(
    network: WalkingNetwork,
    homes: Snaps,
    visited: Snaps,
    rows: Sequence[Ints],
    metres: Metres,
    farthest_m: float,
) -> Metres:
    """Walk again with every gate open, for the kinds that somebody does not reach."""
    graph = search_graph(network, "open")
    open_m = metres.copy()
    for k in np.flatnonzero((metres > farthest_m).any(axis=0)).tolist():
        open_m[:, k] = nearest_of_kind(network, graph, homes, visited, rows[k])[0]
    return np.minimum(open_m, metres)


def _cut_off(network: WalkingNetwork, homes: Snaps, visited: Snaps, rows: Ints) -> Codes:
    """Code of the reason that no cutoff would mend, for one kind."""
    if not len(rows):
        return np.full(len(homes.edge), NO_SUCH_FACILITY, np.int8)
    there = visited.edge[rows]
    there = there[there >= 0]
    if not len(there):
        return np.full(len(homes.edge), SNAP_TOO_LONG, np.int8)
    served = np.zeros(network.node_island.max() + 1, dtype=bool)
    served[network.node_island[network.edge_tail[there]]] = True
    cut = np.full(len(homes.edge), SNAP_TOO_LONG, np.int8)
    on = homes.edge >= 0
    cut[on] = np.where(
        served[network.node_island[network.edge_tail[homes.edge[on]]]], np.int8(0), np.int8(ISLAND)
    )
    return cut


def straight_metres(homes: Snaps, visited: Snaps, rows: Sequence[Ints]) -> Metres:
    """
    Measure the straight line from each home to the nearest facility of each kind.

    The facility need not be on the network. Homes without a position have inf.
    """
    straight = np.full((len(homes.x), len(rows)), np.inf, np.float32)
    lying = np.flatnonzero(np.isfinite(homes.x) & np.isfinite(homes.y))
    xy = np.column_stack([homes.x[lying], homes.y[lying]])
    for k, of in enumerate(rows):
        to = np.column_stack([visited.x[of], visited.y[of]])
        to = to[np.isfinite(to).all(axis=1)]
        if len(to) and len(xy):
            straight[lying, k] = cKDTree(to).query(xy)[0]
    return straight


def _closed(hours: Opening, ids: npt.NDArray[np.object_]) -> list[Remark]:
    shut = ids[~hours.open]
    if not len(shut):
        return []
    en, zh = listed(shut)
    return [
        Remark(
            "closed",
            f"{len(shut)} facilities are closed at that time and do not count: {en}.",
            f"{len(shut)} 处设施此时关闭，不计入：{zh}。",
            tuple(shut),
        )
    ]


def _empty(network: WalkingNetwork, homes: Snaps, visited: Snaps) -> list[Remark]:
    """Say that a whole layer is empty: then nobody reaches anything."""
    layers = (
        (network.edges, "no_streets", "There is no walkable street", "没有可步行的道路"),
        (len(homes.edge), "no_buildings", "There is no building", "没有楼栋"),
        (len(visited.edge), "no_facilities", "There is no facility", "没有设施"),
    )
    return [
        Remark(code, f"{en}: nobody reaches anything.", f"{zh}，因此均不可达。")
        for count, code, en, zh in layers
        if not count
    ]


def _method(network: WalkingNetwork, settings: ReachSettings) -> dict[str, str]:
    return {
        "method": METHOD,
        "speed": speed_words(settings.speed_mps),
        "gates": settings.gate_policy,
        "walk": network.report.settings,
        "snap_limit": f"{settings.snap_limit_m:g} m",
        "at": settings.at or "any time",
    }


def reach_frame(found: Reach) -> gpd.GeoDataFrame:
    """
    Lay reach out as the layer ``reach``: a row per building and kind.

    Returns
    -------
    frame
        Columns ``building_id``, ``kind``, ``facility_id`` (missing where there is none),
        ``seconds`` and ``metres`` (missing where there is no walk), ``reason`` at the largest
        cutoff, ``straight_m`` (the straight line to the nearest of the kind, maybe another),
        and the building's point in EPSG:4326, empty where it has none; by building, then kind.
    """
    count = len(found.kinds)
    x, y = transformer(found.crs, named_crs(STORED)).transform(found.homes.x, found.homes.y)
    points = np.asarray(shapely.points(np.atleast_1d(x), np.atleast_1d(y)), dtype=object)
    points[~np.isfinite(found.homes.x)] = shapely.Point()
    names = np.append(found.facility_id, np.array([None], dtype=object))
    words = np.array(REASONS, dtype=object)
    columns = {
        "building_id": np.repeat(found.building_id, count),
        "kind": np.tile(np.array(found.kinds, dtype=object), len(found.building_id)),
        "facility_id": names[found.facility].ravel(),
        "seconds": _finite(found.seconds, 1),
        "metres": _finite(found.metres, 2),
        "reason": words[found.reason].ravel(),
        "straight_m": _finite(found.straight_m, 2),
    }
    texts = ("building_id", "kind", "facility_id", "reason")
    frame = pd.DataFrame(columns).astype(dict.fromkeys(texts, "str"))
    return gpd.GeoDataFrame(frame, geometry=np.repeat(points, count), crs=STORED)


def _finite(values: Metres, decimals: int) -> Floats:
    flat = values.astype(np.float64).ravel()
    flat[~np.isfinite(flat)] = np.nan
    return np.asarray(np.round(flat, decimals), dtype=np.float64)
