"""
A made-up town as an OpenStreetMap extract: of Monaco's size unless asked otherwise.

About 24,000 nodes of streets, 23,370 buildings and facilities of six kinds, from a seed. With
``courtyards`` some blocks are walled and entered at gates only.

    python -m bench.walking_extract FILE.osm.pbf [SEED] [COURTYARDS]
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import osmium
import shapely
from pyproj import Transformer
from scipy.spatial import cKDTree

from bench.walking_streets import Floats, Streets, Tags, made_streets

BUILDINGS = 23_370
JUNCTIONS = 4_900
METRIC = 32632
ORIGIN = (372_500.0, 4_843_500.0)
_FACILITIES: tuple[tuple[Tags, int], ...] = (
    ({"amenity": "pharmacy"}, 22),
    ({"amenity": "clinic"}, 8),
    ({"amenity": "cafe"}, 60),
    ({"amenity": "library"}, 5),
    ({"amenity": "kindergarten"}, 14),
    ({"shop": "supermarket"}, 18),
    # A city has these too.
    ({"amenity": "community_centre"}, 8),
    ({"amenity": "school"}, 10),
    ({"amenity": "toilets"}, 30),
    ({"amenity": "nursing_home"}, 4),
    ({"shop": "bicycle"}, 9),
    ({"amenity": "canteen"}, 12),
)
TOWN_KINDS = 6
_USES = ("yes", "apartments", "house", "residential", "garage")


@dataclass(frozen=True, slots=True)
class Town:
    """Streets, outlines of buildings and points of facilities, in metres of `METRIC`."""

    streets: Streets
    buildings: Floats
    facilities: list[tuple[Floats, Tags]]


def made_town(
    seed: int,
    *,
    junctions: int = JUNCTIONS,
    buildings: int = BUILDINGS,
    courtyards: int = 0,
    kinds: int = TOWN_KINDS,
) -> Town:
    """Make a town; the same seed and sizes make the same town."""
    rng = np.random.default_rng(seed)
    streets = made_streets(rng, junctions, courtyards)
    outlines = _buildings(rng, streets, buildings)
    centres = outlines.mean(axis=1)
    facilities = [
        (centres[at] + rng.uniform(-6, 6, 2), tags)
        for tags, count in _FACILITIES[:kinds]
        for at in rng.integers(0, len(centres), count * max(buildings // BUILDINGS, 1))
    ]
    return Town(streets, outlines, facilities)


def _buildings(rng: np.random.Generator, streets: Streets, count: int) -> Floats:
    """Turned rectangles in one or more rows along the streets, centres 9 m apart at least."""
    lines = streets.lines()
    coordinates, way = shapely.get_coordinates(lines, return_index=True)
    joined = way[1:] == way[:-1]
    start, end = coordinates[:-1][joined], coordinates[1:][joined]
    along = np.hypot(*(end - start).T)
    reach = np.concatenate([[0.0], np.cumsum(along)])
    at = rng.uniform(0, reach[-1], 4 * count)
    piece = np.searchsorted(reach, at, side="right") - 1
    tangent = (end - start)[piece] / np.maximum(along[piece], 1e-9)[:, None]
    normal = tangent[:, ::-1] * np.array([-1.0, 1.0])
    first_row = rng.random(len(at)) < 0.8
    off = np.where(first_row, rng.uniform(9, 20, len(at)), rng.uniform(20, 70, len(at)))
    off *= rng.choice([-1.0, 1.0], len(at))
    centre = start[piece] + tangent * (at - reach[piece])[:, None] + normal * off[:, None]
    near = cKDTree(centre).query_pairs(9.0, output_type="ndarray")
    kept = np.ones(len(at), dtype=np.bool_)
    kept[near.max(axis=1)] = False
    chosen = np.flatnonzero(kept)[:count]
    half = rng.uniform(3.5, 7.0, (len(chosen), 2))
    corners = np.array([(-1, -1), (1, -1), (1, 1), (-1, 1)]) * half[:, None, :]
    return np.asarray(
        centre[chosen, None]
        + corners[..., :1] * tangent[chosen, None]
        + corners[..., 1:] * normal[chosen, None]
    )


def write_extract(path: Path, town: Town) -> None:
    """Write the town as OpenStreetMap data: nodes, then ways, each with rising numbers."""
    writer = osmium.SimpleWriter(str(path), overwrite=True)
    nodes = _Nodes(town)
    for number, (place, tags) in enumerate(zip(nodes.lonlat, nodes.tags, strict=True), 1):
        writer.add_node(osmium.osm.mutable.Node(id=number, location=tuple(place), tags=tags))
    for number, (members, tags) in enumerate(nodes.ways, 1):
        writer.add_way(osmium.osm.mutable.Way(id=number, nodes=members, tags=tags))
    writer.close()


class _Nodes:
    """All nodes of a town in one row, numbered from 1, and the ways through them."""

    def __init__(self, town: Town) -> None:
        streets = town.streets
        self._places: list[Floats] = [streets.xy]
        self._count = len(streets.xy)
        self.tags: list[Tags] = [streets.node_tags.get(n, {}) for n in range(self._count)]
        self.ways: list[tuple[list[int], Tags]] = [
            ((nodes + 1).tolist(), tags) for nodes, tags in streets.ways
        ]
        for line, tags in streets.barriers:
            self._way(shapely.get_coordinates(line), tags)
        for number, yard in enumerate(streets.courtyards):
            walled = {"landuse": "residential", "barrier": "fence", "name": f"Courtyard {number}"}
            self._way(shapely.get_coordinates(yard)[:-1], walled, closed=True)
        for number, outline in enumerate(town.buildings):
            use = {"building": _USES[number % 7 % len(_USES)], "addr:housenumber": str(number)}
            self._way(outline, use, closed=True)
        for place, tags in town.facilities:
            self._places.append(place[None])
            self.tags.append(tags | {"name": f"{next(iter(tags.values()))} {self._count}"})
            self._count += 1
        xy = np.concatenate(self._places) + np.array(ORIGIN)
        to_degrees = Transformer.from_crs(METRIC, 4326, always_xy=True)
        self.lonlat: Any = np.stack(to_degrees.transform(*xy.T), axis=1).round(7).tolist()

    def _way(self, places: Floats, tags: Tags, *, closed: bool = False) -> None:
        numbers = list(range(self._count + 1, self._count + 1 + len(places)))
        self._places.append(places)
        self.tags += [{}] * len(places)
        self._count += len(places)
        self.ways.append((numbers + numbers[:1] if closed else numbers, tags))


if __name__ == "__main__":
    asked = [int(word) for word in sys.argv[2:]]
    write_extract(Path(sys.argv[1]), made_town((asked or [1])[0], courtyards=(asked[1:] or [0])[0]))
