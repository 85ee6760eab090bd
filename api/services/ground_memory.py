"""Grounds kept in memory: they never change once made, and every stroke needs one."""

from __future__ import annotations

import json
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from threading import Lock

import numpy as np
import numpy.typing as npt
import shapely
import sqlalchemy as sa
from pyproj import Transformer

from api.services.ground_lines import GroundLines, ground_lines
from gis.cells import Ground
from gis.partition.rules import rules_from_document
from gis.store.grounds import load_ground
from gis.workload import round_stops, tour_lengths
from gis.yardstick import Yardstick, yardstick

SIDES = ("left", "right")
_MOST_UNITS = 60_000
Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Tours = Callable[[Floats, Ints, int], Floats]
"""`gis.workload.tour_lengths`, or what does the same elsewhere."""


@dataclass(slots=True)
class KnownGround:
    """A ground, and what was laid out of it under each rule set asked for."""

    ground: Ground
    tours: Tours = tour_lengths
    _measures: dict[str, Yardstick] = field(default_factory=dict)
    _lines: GroundLines | None = None
    _stops: tuple[Floats, npt.NDArray[np.bool_]] | None = None
    _sides: tuple[Ints, Ints] | None = None
    _degrees: Transformer | None = None

    def measure(self, rules: Mapping[str, object]) -> Yardstick:
        """Return the yardstick of a rule set, given as its stored document."""
        key = json.dumps(rules, sort_keys=True)
        if key not in self._measures:
            self._measures[key] = yardstick(self.ground, rules_from_document(rules))
        return self._measures[key]

    def lines(self) -> GroundLines:
        """Return the ground as the planner's page is told it."""
        if self._lines is None:
            self._lines = ground_lines(self.ground)
        return self._lines

    def stops(self) -> tuple[Floats, npt.NDArray[np.bool_]]:
        """Return where a round passes each unit, and whether it does."""
        if self._stops is None:
            self._stops = round_stops(self.ground)
        return self._stops

    def sides(self) -> tuple[Ints, Ints]:
        """Return the units left and right of each border; -1: outside."""
        if self._sides is None:
            left, right = (self.ground.borders[side].to_numpy(np.int64) for side in SIDES)
            self._sides = left, right
        return self._sides

    def in_degrees(self, shapes: npt.NDArray[np.object_]) -> npt.NDArray[np.object_]:
        """Return shapes of the ground in EPSG:4326."""
        if self._degrees is None:
            self._degrees = Transformer.from_crs(self.ground.borders.crs, 4326, always_xy=True)
        degrees = self._degrees

        def placed(xy: Floats) -> Floats:
            return np.column_stack(degrees.transform(xy[:, 0], xy[:, 1]))

        return np.asarray(shapely.transform(shapes, placed), object)


GroundOf = Callable[[sa.Connection, int], KnownGround]


def read_ground(
    connection: sa.Connection, ground_id: int, tours: Tours = tour_lengths
) -> KnownGround:
    """Read a ground and remember nothing."""
    return KnownGround(load_ground(connection, ground_id), tours)


class GroundMemory:
    """
    The grounds used last, up to 60,000 units (about 150 MB) in one process.

    A stored ground is never changed, so what is remembered stays true whatever other processes
    do. Two that ask for the same ground at once read it once.
    """

    def __init__(self, most_units: int = _MOST_UNITS, tours: Tours = tour_lengths) -> None:
        self._most_units, self._tours = most_units, tours
        self._known: OrderedDict[int, KnownGround] = OrderedDict()
        self._reading: dict[int, Lock] = {}
        self._lock = Lock()

    def __call__(self, connection: sa.Connection, ground_id: int) -> KnownGround:
        """Return a ground; raises NotFound when there is none."""
        found = self._remembered(ground_id)
        if found is not None:
            return found
        with self._lock:
            reading = self._reading.setdefault(ground_id, Lock())
        with reading:
            found = self._remembered(ground_id)
            if found is None:
                found = read_ground(connection, ground_id, self._tours)
                self._keep(ground_id, found)
        return found

    def _remembered(self, ground_id: int) -> KnownGround | None:
        with self._lock:
            found = self._known.get(ground_id)
            if found is not None:
                self._known.move_to_end(ground_id)
            return found

    def _keep(self, ground_id: int, known: KnownGround) -> None:
        with self._lock:
            self._known[ground_id] = known
            self._reading.pop(ground_id, None)
            total = sum(len(k.ground.units) for k in self._known.values())
            while total > self._most_units and len(self._known) > 1:
                _, gone = self._known.popitem(last=False)
                total -= len(gone.ground.units)
