"""Reach: how far every building is from the nearest facility of each kind, or why it is not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import pyproj

from gis.circles.arrivals import Ints32, Metres
from gis.circles.kinds import Functions, facility_functions, function_remarks
from gis.circles.opening import Opening, moment_of, opening, opening_remarks
from gis.circles.speeds import CUTOFFS_S, SPEEDS, speed_words
from gis.circles.walks import (
    GATE,
    REASONS,
    TOO_FAR,
    Codes,
    all_walks,
    straight_metres,
)
from gis.network.build import WalkingNetwork
from gis.network.policy import GatePolicy
from gis.network.remarks import Remark, listed
from gis.network.snap_report import snap_remarks
from gis.network.snapping import (
    SNAP_LIMIT_M,
    Snapper,
    Snaps,
    places,
    snap,
    snapper,
)

__all__ = ["REASONS", "Reach", "ReachSettings", "reach"]

METHOD = "network distance per building"


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
    walks = all_walks(*(network, homes, visited, rows), settings.gate_policy, settings.farthest_m)
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
