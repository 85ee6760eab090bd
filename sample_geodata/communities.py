"""Made-up communities by the dozen, for benchmarks and laws: any seed, any size."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import shapely
from shapely import LineString, Polygon, affinity

from sample_geodata.blocks import Rng
from sample_geodata.footprints import Footprint
from sample_geodata.frames import Layers, Site, community_layers, survey
from sample_geodata.plan import (
    CommunitySeed,
    Pairs,
    Road,
    TownPlan,
    Use,
    Wish,
    bank_roads,
    smooth,
    smooth_ring,
)
from sample_geodata.shapes import largest
from sample_geodata.town import Town, lay_out_town

_GROUND_M2 = 115.0
"""Ground of a community for each of its households, streets and parks included."""
_NEAR_ENOUGH = 0.22
"""How far off, as a logarithm, floors may make up for what the ground does not hold."""
_ATTEMPTS = 4
_BUILT_PER_REGISTERED = 1.03
"""Some dwellings have nobody registered in them."""


def made_up_community(seed: int, households: int) -> Layers:
    """
    Generate one community with about so many households, in the canonical layers.

    Two in three have a river with bridges, some have buildings over the cap of their kind,
    one building in five has an odd footprint: L, U, ring or round.

    Parameters
    ----------
    seed
        The same seed and size give the same frames. It also decides where in China the
        community is set down, so that its 3-degree zone varies.
    households
        About 500 to 20,000. Floors are set so that it is met to some 15 %.

    Returns
    -------
    layers
        areas (a made-up county and subdistrict, and the one community), courtyards, gates,
        buildings, stairwells, streets and barriers as `gis.contracts` names them, in
        EPSG:4326. Barriers may be empty.
    """
    town, site, rng = _town_of_about(seed, households)
    wanted = households * _BUILT_PER_REGISTERED / max(_dwellings(town), 1)
    buildings = tuple(
        replace(b, footprint=_odd(_of_height(b.footprint, wanted), rng)) for b in town.buildings
    )
    return community_layers(survey(replace(town, buildings=buildings), site, rng), site)


def _town_of_about(seed: int, households: int) -> tuple[Town, Site, Rng]:
    """The town, of a few on more or less ground, whose dwellings come nearest."""
    ground = households * _GROUND_M2
    found: list[tuple[float, Town, Site, Rng]] = []
    for _ in range(_ATTEMPTS):
        rng = np.random.default_rng([seed, 511598])
        site = _site(seed, rng)
        town = lay_out_town(_plan(ground, rng), rng)
        ratio = households / max(_dwellings(town), 1)
        found.append((abs(float(np.log(ratio))), town, site, rng))
        if found[-1][0] < _NEAR_ENOUGH:
            break
        ground *= float(np.clip(ratio, 0.6, 1.7))
    _, town, site, rng = min(found, key=lambda f: f[0])
    return town, site, rng


def _dwellings(town: Town) -> int:
    return sum(b.footprint.capacity for b in town.buildings)


def _of_height(made: Footprint, factor: float) -> Footprint:
    """More or fewer floors, so that the community holds what was asked for."""
    floors = max(1, round(made.floors * factor)) if made.flats else made.floors
    return replace(made, floors=floors)


def _site(seed: int, rng: Rng) -> Site:
    code = f"511598{seed % 1000:03d}"
    lon, lat = round(float(rng.uniform(88, 124)), 3), round(float(rng.uniform(22, 43)), 3)
    county, subdistrict = ("511598000000", "试验县"), (f"{code}000", f"试验{seed}街道")
    return Site(lon, lat, float(rng.uniform(-12, 12)), county, subdistrict)


def _plan(ground_m2: float, rng: Rng) -> TownPlan:
    """Draw a community: a bent outline, two roads each way, perhaps a river across it."""
    stretch = float(rng.uniform(0.8, 1.25))
    half_x = float(np.sqrt(ground_m2) / 2 * stretch)
    half_y = ground_m2 / 4 / half_x
    boundary = _outline(half_x, half_y, rng)
    river = _across(half_x, half_y, rng) if rng.random() < 0.67 and half_y > 150 else None
    roads = _roads(half_x, half_y, river is None, rng)
    if river is not None:
        roads += bank_roads(river, ("北岸路", "南岸路"))
    return TownPlan(
        boundary=boundary,
        roads=tuple(roads),
        communities=(CommunitySeed("试验社区", 0.0, 0.0),),
        river=river,
        wishes=_wishes(half_x, half_y, ground_m2, rng),
        uses=_uses(rng),
        block_m2=float(rng.uniform(12_000, 19_000)),
        oversized=bool(rng.random() < 0.4),
    )


def _outline(half_x: float, half_y: float, rng: Rng) -> Polygon:
    ring: Pairs = [
        (x * half_x * float(rng.uniform(0.9, 1.08)), y * half_y * float(rng.uniform(0.9, 1.08)))
        for x, y in ((-1, 1), (0, 1), (1, 1), (1, 0), (1, -1), (0, -1), (-1, -1), (-1, 0))
    ]
    return smooth_ring(ring)


def _across(half_x: float, half_y: float, rng: Rng) -> LineString:
    """A bent line from beyond the western to beyond the eastern side."""
    tilt, bend = rng.uniform(-0.25, 0.25), rng.uniform(-0.14, 0.14, size=5)
    xs = np.linspace(-1.5, 1.5, 5)
    return smooth([(x * half_x, (x * tilt + b) * half_y) for x, b in zip(xs, bend, strict=True)])


def _roads(half_x: float, half_y: float, with_middle: bool, rng: Rng) -> list[Road]:
    """Roads from south to north, and from west to east beside the middle or through it."""
    roads = []
    for k, x in enumerate((-0.42, 0.38) if half_x > 330 else (0.05,)):
        at = (x + rng.uniform(-0.06, 0.06, size=4)) * half_x
        ys = np.linspace(-1.5, 1.5, 4) * half_y
        line = smooth(list(zip(at.tolist(), ys.tolist(), strict=True)))
        kind = "arterial" if k == 1 and rng.random() < 0.5 else "street"
        roads.append(Road(line, kind, f"纵{k + 1}路"))
    heights = (0.0,) if with_middle else (-0.62, 0.62) if half_y > 420 else ()
    for k, y in enumerate(heights):
        line = affinity.translate(_across(half_x, half_y * 0.35, rng), 0.0, y * half_y)
        roads.append(Road(line, "street", f"横{k + 1}路"))
    return roads


def _wishes(half_x: float, half_y: float, ground_m2: float, rng: Rng) -> tuple[Wish, ...]:
    """New courtyards, parks, schools and a mill, by the size of the community."""
    per_square_km: tuple[tuple[Use, float, float], ...] = (
        ("new", 7.0, 24_000),
        ("park", 2.0, 14_000),
        ("school", 2.0, 17_000),
        ("market", 1.5, 9_000),
        ("mill", 1.0, 30_000),
    )
    wishes = []
    for use, density, area in per_square_km:
        for _ in range(int(rng.poisson(density * ground_m2 / 1e6))):
            x, y = rng.uniform(-0.85, 0.85, size=2) * (half_x, half_y)
            wishes.append(Wish(float(x), float(y), use, area * float(rng.uniform(0.8, 1.2))))
    return tuple(wishes)


def _uses(rng: Rng) -> dict[Use, float]:
    old, resettled, houses, shops = rng.dirichlet((9.0, 2.5, 1.5, 1.0))
    return {
        "old": float(old),
        "resettlement": float(resettled),
        "houses": float(houses),
        "commercial": float(shops),
    }


def _odd(made: Footprint, rng: Rng) -> Footprint:
    """One building in five loses a corner, its middle, a bay, or all its corners."""
    if made.form == "house" or rng.random() > 0.2:
        return made
    shape = int(rng.integers(4))
    cut = _bitten(made.outline, shape)
    return replace(made, outline=cut) if cut.is_valid and cut.area > 30 else made


def _bitten(outline: Polygon, shape: int) -> Polygon:
    """0: L, 1: U, 2: ring with a court inside, 3: round; never larger than it was."""
    if shape == 3:
        radius = min(outline.centroid.distance(outline.exterior), 14.0)
        return largest(shapely.set_precision(outline.centroid.buffer(radius), 0.01))
    frame = shapely.get_coordinates(outline.minimum_rotated_rectangle)[:4]
    origin, along, across = frame[0], frame[1] - frame[0], frame[3] - frame[0]
    west, east, south, north = ((0.5, 1, 0.5, 1), (0.3, 0.7, 0.5, 1), (0.3, 0.7, 0.3, 0.7))[shape]
    corners = ((west, south), (east, south), (east, north), (west, north))
    bite = Polygon([origin + a * along + b * across for a, b in corners])
    return largest(shapely.set_precision(outline.difference(bite), 0.01))
