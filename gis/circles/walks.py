"""Walks of all homes to all kinds, as they are and with every gate open; what cuts them off."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
from scipy.spatial import cKDTree

from gis.circles.arrivals import Ints, Ints32, Metres, nearest_of_kind
from gis.network.build import WalkingNetwork
from gis.network.policy import GatePolicy, search_graph
from gis.network.snapping import Snaps

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
Codes = npt.NDArray[np.int8]


@dataclass(frozen=True, slots=True)
class Walks:
    """Arrays of homes x kinds; see `gis.circles.reach.Reach`."""

    metres: Metres
    facility: Ints32
    open_m: Metres
    cut: Codes


def all_walks(
    network: WalkingNetwork,
    homes: Snaps,
    visited: Snaps,
    rows: Sequence[Ints],
    gate_policy: GatePolicy,
    farthest_m: float,
) -> Walks:
    """
    Walk from each home to the nearest facility of each kind, and again with every gate open.

    Parameters
    ----------
    rows
        Rows of `visited` that serve each kind.
    gate_policy, farthest_m
        Whom gates let through; metres beyond which it does not matter that they do not.
    """
    shape = (len(homes.edge), len(rows))
    metres, facility = np.empty(shape, np.float32), np.empty(shape, np.int32)
    graph = search_graph(network, gate_policy)
    for k, of in enumerate(rows):
        metres[:, k], facility[:, k] = nearest_of_kind(network, graph, homes, visited, of)
    open_m = metres
    if gate_policy != "open" and len(network.gate_id):
        open_m = _open_metres(network, homes, visited, rows, metres, farthest_m)
    cut = np.zeros(shape, np.int8)
    for k, of in enumerate(rows):
        cut[:, k] = _cut_off(network, homes, visited, of)
    return Walks(metres, facility, open_m, cut)


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
