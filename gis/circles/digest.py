"""Hashes of the ground: a circle whose ground has not changed need not be drawn again."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from gis.network.snapping import Snapper, Snaps, small_edges

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

SIDE_M = 640.0
_MILLIMETRES = 1000.0


@dataclass(frozen=True, slots=True)
class Ground:
    """
    Everything drawn on the ground, sorted by square blocks counted from the origin of the CRS.

    ``facts`` are rows of whole numbers, one for each thing and block: streets, bars, junctions
    and gates, millimetres; those of block (row, column) hash to ``digests[row, column]``.
    """

    digests: dict[tuple[int, int], bytes]

    def around(self, x: float, y: float, radius_m: float) -> bytes:
        """Hash the ground of the blocks within a square of `radius_m` round a point."""
        west, east = int((x - radius_m) // SIDE_M), int((x + radius_m) // SIDE_M)
        south, north = int((y - radius_m) // SIDE_M), int((y + radius_m) // SIDE_M)
        whole = hashlib.sha256()
        for row in range(south, north + 1):
            for column in range(west, east + 1):
                if (row, column) in self.digests:
                    whole.update(f"{row},{column}:".encode() + self.digests[row, column])
        return whole.digest()


def ground_of(snapper: Snapper) -> Ground:
    """
    Hash streets, bars, junctions and gates block by block.

    Neither the order of the rows nor the direction of a line matters; what lies in a block, how
    it hangs together there and which courtyard it belongs to does. O(pieces log pieces).
    """
    network = snapper.network
    degree = np.bincount(
        np.concatenate([network.edge_tail, network.edge_head]), minlength=network.nodes
    )
    nodes = np.column_stack([network.node_x, network.node_y])
    facts = [
        _facts(1, snapper.streets.ends, _marks(snapper)),
        _facts(2, snapper.blockers.ends, np.zeros(len(snapper.blockers.ends))),
        _facts(3, np.hstack([nodes, nodes]), degree),
        _facts(
            4,
            np.hstack([nodes[network.gate_out], nodes[network.gate_in]]),
            np.zeros(len(network.gate_zone)),
        ),
    ]
    return Ground(_hashed(np.concatenate(facts)))


def _marks(snapper: Snapper) -> Ints:
    """2 for pieces inside a closed courtyard, 1 for those that hang together with few others."""
    small = small_edges(snapper.network)[snapper.edge]
    return 2 * (snapper.zone >= 0).astype(np.int64) + small


def _facts(what: int, ends: Floats, mark: npt.ArrayLike) -> Ints:
    """Rows of block row, block column, what it is, both ends in order, and a mark."""
    low = np.floor(np.minimum(ends[:, :2], ends[:, 2:]) / SIDE_M).astype(np.int64)
    high = np.floor(np.maximum(ends[:, :2], ends[:, 2:]) / SIDE_M).astype(np.int64)
    wide, tall = (high - low + 1).T
    count = wide * tall
    thing = np.repeat(np.arange(len(ends)), count)
    nth = np.arange(len(thing)) - np.repeat(np.cumsum(count) - count, count)
    column = low[thing, 0] + nth % wide[thing]
    row = low[thing, 1] + nth // wide[thing]
    mm = np.round(ends * _MILLIMETRES).astype(np.int64)
    turned = (mm[:, 0] > mm[:, 2]) | ((mm[:, 0] == mm[:, 2]) & (mm[:, 1] > mm[:, 3]))
    if what != 4:  # a gate has a side outside and one inside
        mm[turned] = mm[turned][:, [2, 3, 0, 1]]
    marks = np.asarray(mark, dtype=np.int64)[thing]
    return np.column_stack([row, column, np.full(len(thing), what), mm[thing], marks])


def _hashed(facts: Ints) -> dict[tuple[int, int], bytes]:
    facts = facts[np.lexsort(facts.T[::-1])]
    change = np.flatnonzero(np.any(np.diff(facts[:, :2], axis=0), axis=1)) + 1
    blocks = np.split(facts, change) if len(facts) else []
    return {
        (int(block[0, 0]), int(block[0, 1])): hashlib.sha256(
            np.ascontiguousarray(block[:, 2:]).tobytes()
        ).digest()
        for block in blocks
    }


def circle_digests(ground: Ground, snaps: Snaps, largest_m: float, settings: str) -> list[str]:
    """
    Hash all that shapes the circles of each place, up to the largest cutoff.

    Two equal digests mean equal circles: the place, where it meets the network, every street,
    wall, river, railway and gate that a walk of `largest_m` could meet, and the settings in words
    (gate policy, side of a cell, what is walked ...).
    """
    places = np.column_stack(
        [snaps.x, snaps.y, snaps.foot_x, snaps.foot_y, snaps.leg_m, snaps.status]
    )
    radius = largest_m + 2.0 * snaps.limit_m
    digests = []
    for place in places:
        whole = hashlib.sha256(settings.encode())
        whole.update(repr((np.round(place, 3).tolist(), float(largest_m))).encode())
        if np.isfinite(place[:2]).all():
            whole.update(ground.around(float(place[0]), float(place[1]), radius))
        digests.append(whole.hexdigest())
    return digests
