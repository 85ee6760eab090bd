"""What is walked on the networks in memory; run in the process that holds them."""

from __future__ import annotations

import json

import numpy as np
import shapely
import sqlalchemy as sa

from api.services.heavy_jobs import LonLat, Reached, WayTo
from api.services.walking_memory import WalkedGround, WalkingMemory
from gis.circles.isochrone import isochrone
from gis.metric import STORED, named_crs, transformer
from gis.network.way import foot_way, open_graph


def reached(connection: sa.Connection, memory: WalkingMemory, job: Reached) -> str:
    """
    Draw the ground within each cutoff of a point.

    Returns
    -------
    drawn
        JSON: ``areas``, WKB in hexadecimal of EPSG:4326 or null for none; ``start``, ``leg_m``,
        ``status``, ``en`` and ``zh`` as of `gis.circles.isochrone.Isochrone`; ``walk``, settings.

    Raises
    ------
    InputError
        An unknown preset of walks.
    """
    ground = memory.ground(connection, job.lon, job.lat, job.walk)
    graph = ground.from_people(job.gates)
    found = isochrone(ground.raster, graph, job.lon, job.lat, job.cutoffs_s, job.speed_m_s)
    return json.dumps(
        {
            "status": found.status,
            "en": found.en,
            "zh": found.zh,
            "walk": ground.walk,
            "areas": [
                None if area.is_empty else shapely.to_wkb(area, hex=True) for area in found.areas
            ],
            "start": found.start,
            "leg_m": found.leg_m,
        }
    )


def way_between(connection: sa.Connection, memory: WalkingMemory, job: WayTo) -> str:
    """
    Find the shortest way on foot on the network round the goal.

    Returns
    -------
    way
        JSON: metres, and lon and lat of each corner; null where no streets lead there.
    """
    ground = memory.ground(connection, *job.goal)
    return json.dumps(_on_network(ground, job.start, job.goal))


def _on_network(
    ground: WalkedGround, start: LonLat, goal: LonLat
) -> tuple[float, list[LonLat]] | None:
    network = ground.raster.network
    if not network.edges:
        return None
    there = transformer(named_crs(STORED), network.crs)
    xy = np.column_stack(there.transform(*np.array([start, goal]).T))
    way = foot_way(ground.raster.snapper, open_graph(network), xy[0], xy[1])
    if way is None:
        return None
    lon, lat = transformer(network.crs, named_crs(STORED)).transform(way.xy[:, 0], way.xy[:, 1])
    line = [(round(float(x), 6), round(float(y), 6)) for x, y in zip(lon, lat, strict=True)]
    return way.metres, line
