"""Walking networks kept in memory: built from the database once, and again when it changes."""

from __future__ import annotations

import math
from collections import OrderedDict
from dataclasses import dataclass, field
from threading import Lock

import shapely
import sqlalchemy as sa

from gis.circles.raster import WalkRaster
from gis.metric import metric_crs
from gis.network.build import network_of
from gis.network.policy import GatePolicy, search_graph
from gis.network.search import SearchGraph
from gis.network.snapping import snapper
from gis.network.walkable import WalkSettings, walk_settings
from gis.store.layers import Box
from gis.store.walking import network_layers, network_mark

LONGEST_WALK_M = 10_800.0
"""60 minutes at 3 m/s: streets this far around a square of ground belong to its network."""

_SQUARE_DEGREES = 0.25
_METRES_PER_DEGREE = 110_000.0
_Square = tuple[int, int]
_Wanted = tuple[_Square, str]


@dataclass(slots=True)
class WalkedGround:
    """The network of one square of ground as it was at a mark of the database."""

    mark: str
    raster: WalkRaster
    walk: str
    _graphs: dict[GatePolicy, SearchGraph] = field(default_factory=dict)

    def from_people(self, gates: GatePolicy) -> SearchGraph:
        """Return the graph in which people set out from where they are."""
        if gates not in self._graphs:
            self._graphs[gates] = search_graph(self.raster.network, gates, "people")
        return self._graphs[gates]


@dataclass(slots=True)
class _Place:
    """One square: its ground, and the lock of whoever builds it."""

    lock: Lock = field(default_factory=Lock)
    ground: WalkedGround | None = None


class WalkingMemory:
    """
    The networks last asked for, one per square of a quarter degree (with its
    surroundings) and walking preset.

    Each answer first compares the mark of the layers, so a network is never older than the
    database at the beginning of the request.

    Parameters
    ----------
    kept
        Networks held in memory; the one longest unused goes first.
    """

    def __init__(self, kept: int = 4) -> None:
        self.kept = kept
        self._places: OrderedDict[_Wanted, _Place] = OrderedDict()
        self._lock = Lock()

    def ground(
        self, connection: sa.Connection, lon: float, lat: float, walk: str = "usual"
    ) -> WalkedGround:
        """
        Return the network round a point; built when it is not there, or no longer true.

        Raises
        ------
        InputError
            `walk` is no preset of `gis.network.walkable`.
        """
        settings = walk_settings(walk)
        # Read before the layers: a change in between is seen by the next request.
        mark = network_mark(connection)
        square = (math.floor(lon / _SQUARE_DEGREES), math.floor(lat / _SQUARE_DEGREES))
        place = self._place((square, walk))
        with place.lock:
            if place.ground is None or place.ground.mark != mark:
                place.ground = _built(connection, square, settings, mark)
            return place.ground

    def _place(self, wanted: _Wanted) -> _Place:
        with self._lock:
            place = self._places.setdefault(wanted, _Place())
            self._places.move_to_end(wanted)
            while len(self._places) > self.kept:
                self._places.popitem(last=False)
            return place


def _built(
    connection: sa.Connection, square: _Square, settings: WalkSettings, mark: str
) -> WalkedGround:
    box = _around(square)
    layers = network_layers(connection, box)
    network = network_of(
        layers["streets"],
        layers["courtyards"],
        layers["gates"],
        layers["barriers"],
        settings=settings,
        crs=metric_crs(shapely.box(*box)),
    )
    raster = WalkRaster(snapper(network, layers["barriers"]))
    return WalkedGround(mark, raster, network.report.settings)


def _around(square: _Square) -> Box:
    """Return the square and the ground that a walk from it can end on, in degrees."""
    west, south = (number * _SQUARE_DEGREES for number in square)
    tall = LONGEST_WALK_M / _METRES_PER_DEGREE
    pole = min(max(abs(south), abs(south + _SQUARE_DEGREES)), 85.0)
    wide = tall / math.cos(math.radians(pole))
    return (
        max(west - wide, -180.0),
        max(south - tall, -90.0),
        min(west + _SQUARE_DEGREES + wide, 180.0),
        min(south + _SQUARE_DEGREES + tall, 90.0),
    )
