"""A hundred and fifty places that serve residents, idle premises among them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from shapely import Point

from sample_geodata.blocks import Rng
from sample_geodata.frames import Row, Surveyed


@dataclass(frozen=True, slots=True)
class Trade:
    """One sort of facility: how many, its name, size in square metres, hours, more functions."""

    kind: str
    count: int
    name: str
    area_m2: tuple[int, int]
    hours: tuple[str, ...]
    functions: str = ""
    idle: bool = False


_DAILY = ("Mo-Su 08:00-21:00", "Mo-Su 07:30-22:00", "Mo-Su 09:00-20:30")
_OFFICE = ("Mo-Fr 09:00-12:00,13:30-17:30", "Mo-Fr 08:30-12:00,14:00-17:30; Sa 09:00-12:00")
_TRADES = (
    Trade("service_centre", 4, "党群服务中心", (420, 980), _OFFICE, "service_centre;culture"),
    Trade("medical", 7, "社区卫生服务站", (120, 420), ("Mo-Su 08:00-18:00", "Mo-Sa 08:00-17:30")),
    Trade(
        "rest_station",
        10,
        "便民驿站",
        (18, 60),
        ("Mo-Su 07:00-21:00", "24/7"),
        "rest_station;toilet",
    ),
    Trade("canteen", 9, "社区食堂", (90, 320), ("Mo-Su 06:30-09:00,11:00-13:30,17:00-19:00",)),
    Trade("repair", 14, "便民维修点", (8, 30), ("Mo-Sa 09:00-18:00", "Mo-Su 09:00-19:00")),
    Trade("cafe", 11, "咖啡馆", (40, 160), ("Mo-Su 09:00-22:00", "Tu-Su 10:00-23:00")),
    Trade("culture", 9, "文化空间", (80, 460), ("Tu-Su 09:00-20:30", "Mo-Su 14:00-21:00")),
    Trade(
        "elder_care", 6, "日间照料中心", (220, 760), ("Mo-Sa 08:30-17:30",), "elder_care;canteen"
    ),
    Trade("pharmacy", 14, "大药房", (50, 180), (*_DAILY, "24/7")),
    Trade("market", 2, "生鲜市场", (260, 700), ("Mo-Su 06:00-19:00",)),
    Trade("toilet", 12, "公共卫生间", (25, 70), ("24/7", "Mo-Su 06:00-23:00")),
    Trade("other", 11, "快递驿站", (30, 90), _DAILY),
    Trade("other", 10, "便利店", (35, 140), ("Mo-Su 07:00-23:00", "24/7")),
    Trade("other", 13, "闲置门面", (25, 520), ("",), idle=True),
    Trade("canteen", 1, "原机关食堂", (380, 420), ("",), idle=True),
)
_YARDS = {
    "school": ("school", (8200, 16400), "Mo-Fr 07:40-17:30"),
    "kindergarten": ("kindergarten", (1900, 3600), "Mo-Fr 07:40-17:20"),
    "hospital": ("medical", (14500, 21000), "24/7"),
    "offices": ("service_centre", (3800, 5200), "Mo-Fr 08:30-12:00,14:00-17:30"),
}
_NURSERIES = 3
_POCKET_PARKS = 2


def facility_rows(done: Surveyed, rng: Rng) -> list[Row]:
    """Facilities in local metres: those with a yard of their own, then those in shops."""
    rows = [*_in_yards(done, rng), *_outdoors(done), *_nurseries(done, rng)]
    free = [k for k, b in enumerate(done.town.buildings) if b.footprint.form == "shop"]
    for trade in _TRADES:
        rows += _spread(trade, done, free, rng)
    for k, row in enumerate(rows, start=1):
        row["facility_id"] = f"S{k:03d}"
    return rows


def _row(name: str, kind: str, area: float, hours: str, code: str, point: Point) -> Row:
    return {
        "facility_id": "",
        "name": name,
        "kind": kind,
        "functions": kind,
        "floor_area_m2": float(area),
        "opening_hours": hours or None,
        "idle": False,
        "community_code": code,
        "geometry": point,
    }


def _in_yards(done: Surveyed, rng: Rng) -> Iterator[Row]:
    for compound, name in zip(done.town.compounds, done.courtyard_names, strict=True):
        if compound.use in _YARDS:
            kind, (low, high), hours = _YARDS[compound.use]
            code = done.community_codes[compound.community]
            area = 10 * int(rng.integers(low // 10, high // 10))
            yield _row(name, kind, area, hours, code, compound.ring.representative_point())


def _outdoors(done: Surveyed) -> Iterator[Row]:
    """Markets and parks on blocks of their own, and pocket parks by the water."""
    names = {"park": ("云溪公园", "桥东公园"), "market": ("云溪农贸市场", "南门农贸市场")}
    for use, given in names.items():
        blocks = [b for b in done.town.skeleton.blocks if b.use == use]
        for name, block in zip(given, blocks, strict=True):
            hours = "Mo-Su 05:00-23:00" if use == "park" else "Mo-Su 05:30-19:30"
            area = round(block.parcel.area * (1.0 if use == "park" else 0.4), -1)
            code = done.community_codes[block.community]
            yield _row(name, use, area, hours, code, block.parcel.representative_point())
    paths = [p.line for p in done.town.paths if p.street_class == "steps"]
    for k in range(_POCKET_PARKS):
        point = Point(paths[(k + 1) * len(paths) // 3].coords[0])
        inside = [c.contains(point) for c in done.town.skeleton.communities].index(True)
        code = done.community_codes[inside]
        yield _row(f"滨河口袋公园{k + 1}号", "park", 620.0 + 180 * k, "24/7", code, point)


def _nurseries(done: Surveyed, rng: Rng) -> Iterator[Row]:
    """Kindergartens in the largest new courtyards."""
    new = [k for k, c in enumerate(done.town.compounds) if c.use == "new"]
    new.sort(key=lambda k: -done.town.compounds[k].ring.area)
    for k in new[:_NURSERIES]:
        compound, name = done.town.compounds[k], done.courtyard_names[k]
        area = 10 * int(rng.integers(120, 240))
        code = done.community_codes[compound.community]
        point = compound.gates[0]
        yield _row(f"{name}幼儿园", "kindergarten", area, "Mo-Fr 07:40-17:20", code, point)


def _spread(trade: Trade, done: Surveyed, free: list[int], rng: Rng) -> Iterator[Row]:
    """Shops taken from `free`, each far from its trade, the communities in turn."""
    taken: list[Point] = []
    count = len(done.community_codes)
    for n in range(trade.count):
        here = [k for k in free if done.town.buildings[k].community == n % count] or free
        drawn = sorted(rng.choice(here, size=min(8, len(here)), replace=False).tolist())
        best = max(drawn, key=lambda k: _apart(_middle(done, k), taken))
        free.remove(best)
        taken.append(_middle(done, best))
        yield _shop_row(trade, n, best, done, rng)


def _shop_row(trade: Trade, n: int, k: int, done: Surveyed, rng: Rng) -> Row:
    building = done.town.buildings[k]
    seed = done.town.plan.communities[building.community]
    area = int(rng.integers(trade.area_m2[0], trade.area_m2[1]))
    hours = trade.hours[n % len(trade.hours)]
    name = f"{done.addresses[k]}{trade.name}"
    if trade.kind in ("service_centre", "elder_care"):
        name = f"{seed.name}{trade.name}" if n < 4 else f"{seed.name}第二{trade.name}"
    code = done.community_codes[building.community]
    row = _row(name, trade.kind, area, hours, code, _middle(done, k))
    row["functions"] = None if trade.idle else trade.functions or trade.kind
    row["idle"] = trade.idle
    return row


def _middle(done: Surveyed, k: int) -> Point:
    return done.town.buildings[k].footprint.outline.representative_point()


def _apart(point: Point, others: list[Point]) -> float:
    return min((float(point.distance(o)) for o in others), default=0.0)
