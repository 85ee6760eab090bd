"""What is reached on foot from a point, for the click on a map."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely

from api.schemas.walking import Isochrone, IsochroneArea
from api.services.coordinates import Coord, geojson_shapes, spoken_point, stored_point
from api.services.heavy_jobs import HeavyJobs, Reached
from gis.circles.status import OUTSIDE
from gis.errors import InputError, Language
from gis.network.gates import GatePolicy
from gis.network.walkable import walk_settings
from gis.store.sight import Sight

MOST_CUTOFFS = 6
LONGEST_MINUTES = 60.0


@dataclass(frozen=True, slots=True)
class Click:
    """A point as a client gave it, and how far they walk from it."""

    lon: float
    lat: float
    coord: Coord
    minutes: str
    speed_m_s: float
    gates: GatePolicy
    walk: str = "usual"


def isochrone_of(sight: Sight, heavy: HeavyJobs, click: Click, language: Language) -> Isochrone:
    """
    Return the ground within each cutoff of a click.

    A click far from every street is no fault: the answer says so; one on ground that is not seen
    is answered alike.

    Raises
    ------
    InputError
        Cutoffs that are no numbers of minutes, too long or too many; an unknown preset of walks.
    """
    minutes = cutoff_minutes(click.minutes)
    lon, lat = stored_point(click.lon, click.lat, click.coord)
    unseen = sight.ground is not None and not sight.ground.holds(lon, lat)
    cutoffs = tuple(60.0 * one for one in minutes)
    job = Reached(lon, lat, cutoffs, click.speed_m_s, click.gates, click.walk)
    found = _nothing_reached(job) if unseen else heavy.reached(job)
    start = found["start"]
    drawn = geojson_shapes(shapely.from_wkb(np.array(found["areas"], dtype=object)), click.coord)
    return Isochrone(
        lon=click.lon,
        lat=click.lat,
        start=None if start is None else spoken_point(start[0], start[1], click.coord),
        leg_m=found["leg_m"],
        speed_m_s=click.speed_m_s,
        gates=click.gates,
        walk=found["walk"],
        status=found["status"],
        message=found[language],
        areas=[
            IsochroneArea(minutes=one, geometry=shape)
            for one, shape in zip(minutes, drawn, strict=True)
        ],
    )


def _nothing_reached(job: Reached) -> dict[str, Any]:
    """Return what `HeavyJobs.reached` tells of a place where no street is known."""
    status, en, zh = OUTSIDE
    told = {"status": status, "en": en, "zh": zh, "walk": walk_settings(job.walk).text()}
    return {**told, "areas": [None] * len(job.cutoffs_s), "start": None, "leg_m": None}


def cutoff_minutes(said: str) -> list[float]:
    """
    Read ``5,10,15``: ascending, without repeats.

    Raises
    ------
    InputError
        No numbers, none above 0 and at most 60, or more than six.

    Examples
    --------
    >>> cutoff_minutes("15,5,10,5")
    [5.0, 10.0, 15.0]
    """
    try:
        numbers = sorted({float(part) for part in said.split(",")})
    except ValueError:
        numbers = []
    sound = all(0.0 < number <= LONGEST_MINUTES for number in numbers)
    if not sound or not 0 < len(numbers) <= MOST_CUTOFFS:
        raise InputError(
            f"minutes={said}: give one to {MOST_CUTOFFS} cutoffs such as 5,10,15, "
            f"each above 0 and at most {LONGEST_MINUTES:g}.",
            f"minutes={said}：请给出 1 至 {MOST_CUTOFFS} 个时长，如 5,10,15，"
            f"每个大于 0 且不超过 {LONGEST_MINUTES:g}。",
        )
    return numbers
