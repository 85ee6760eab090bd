"""
A small district drawn on a lattice of 100 m squares, and its division worked out by hand.

::

    north   n0  n1  n2 | n3      n1 is a tower above the cap, n3 a park behind the river
            m0==m1  m2   m3      m0 and m1 are one courtyard
    south   s0  s1  s2 ) s3      s3 is reached by the bridge from s2 only

Caps 100 (old, none) and 200 (new): a full grid is 200, the fill of 95 % makes the target 190.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pyproj
import shapely
from shapely import LineString, Polygon

from tests.gis.verify.drafts import Draft, Row

CRS, X0, Y0, SIDE = "EPSG:32650", 500_000.0, 4_400_000.0, 100.0
CODE = "110108001001"
_TO_DEGREES = pyproj.Transformer.from_crs(CRS, "EPSG:4326", always_xy=True)

Rank = tuple[int, int]


@dataclass(frozen=True)
class House:
    """One unit: households, and the courtyard with its kind where there is one."""

    households: int
    courtyard: str | None = None
    kind: str | None = None
    estimated: bool = False


DISTRICT: Mapping[str, House] = {
    "s0": House(120, "C2", "new"),
    "s1": House(90, "C2", "new"),
    "s2": House(30),
    "s3": House(40),
    "m0": House(40, "C1", "old"),
    "m1": House(40, "C1", "old"),
    "m2": House(98),
    "m3": House(50, estimated=True),
    "n0": House(30),
    "n1": House(130),
    "n2": House(20),
    "n3": House(0),
}
ROWS = (("s0", "s1", "s2", "s3"), ("m0", "m1", "m2", "m3"), ("n0", "n1", "n2", "n3"))
RIVER = ({"n2", "n3"}, {"n3", "m3"}, {"m3", "s3"}, {"s2", "s3"})
BRIDGES = ({"s2", "s3"},)
GRIDS: Mapping[int, Sequence[str]] = {
    1: ["n0"],
    2: ["n1"],
    3: ["n2"],
    4: ["n3"],
    5: ["m0", "m1"],
    6: ["m2"],
    7: ["m3"],
    8: ["s0"],
    9: ["s1"],
    10: ["s2", "s3"],
}
FLAGS: Mapping[int, str] = {
    2: "over_cap",
    3: "under_minimum",
    4: "no_households",
    6: "above_fill",
}
RULES: Mapping[str, object] = {
    "format": "wangge-grid-package/1",
    "name": "lattice",
    "source": "worked out by hand",
    "caps": {"old": 100, "new": 200, "none": 100},
    "minimum": 25,
    "target": "fewest",
    "fill": 0.95,
    "keep_courtyards": True,
    "hard_barriers": ["river", "railway"],
    "soft_barriers": ["arterial", "wall"],
    "households_kind": "registered",
    "weights": {},
    "weight": "households",
    "grid_kind": "base",
    "tolerance": 0.05,
}
CERTIFICATE: Mapping[str, object] = {
    "format": "wangge-grid-package/1",
    "area_code": CODE,
    "method": "by hand",
    "seed": None,
    "capacity": 200,
    "target_load": 190,
    "total_load": 1166,
    "grids": 9,
    "special": 1,
    "lower_bound": 9,
    "proven": True,
    "reasons": [],
    "over_cap": ["n1"],
    "courtyards_split": ["C2"],
    "components": 2,
    "households": 688,
    "households_estimated": 50,
    "households_kinds": ["registered"],
    "measures": {},
}


def corner(column: float, row: float) -> tuple[float, float]:
    """Longitude and latitude of a lattice corner."""
    lon, lat = _TO_DEGREES.transform(X0 + SIDE * column, Y0 + SIDE * row)
    return float(lon), float(lat)


def square(column: int, row: int) -> Polygon:
    """Cell of one place of the lattice, counter-clockwise."""
    east, north = column + 1, row + 1
    return Polygon(
        [corner(column, row), corner(east, row), corner(east, north), corner(column, north)]
    )


def district(
    grids: Mapping[int, Sequence[str]] = GRIDS,
    *,
    flags: Mapping[int, str] = FLAGS,
    rules: Mapping[str, object] | None = None,
    certificate: Mapping[str, object] | None = None,
    houses: Mapping[str, House] = DISTRICT,
    east: int = 0,
    code: str = CODE,
) -> Draft:
    """
    Draw the district under a division.

    Sums follow from `grids`; what the flags and the certificate must say is given by the test.
    `east` moves the lattice, so that two districts can share a package.
    """
    draft = Draft(rules={**RULES, **(rules or {})})
    draft.certificates[code] = {**CERTIFICATE, **(certificate or {}), "area_code": code}
    capacity = (
        math.lcm(100, 200)
        if draft.rules["caps"]
        else sum(house.households for house in houses.values())
    )
    places = {
        name: (column + east, row)
        for row, line in enumerate(ROWS)
        for column, name in enumerate(line)
    }
    cells = {name: square(*place) for name, place in places.items()}
    of_unit = {name: grid for grid, names in grids.items() for name in names}
    loads = {name: _load(draft, house) for name, house in houses.items()}
    draft.tables["areas"] = [
        {
            "geom": shapely.union_all(list(cells.values())),
            "area_code": code,
            "name": "格子社区",
            "level": "community",
            "metric_crs": CRS,
        }
    ]
    draft.tables["units"] = [
        {
            "geom": cells[name],
            "unit_id": name,
            "area_code": code,
            "grid": of_unit[name],
            "kind": "building" if house.households else "ground",
            "building_id": f"B-{name}" if house.households else None,
            "courtyard_id": house.courtyard,
            "courtyard_kind": house.kind,
            "households": house.households,
            "households_kind": "registered" if house.households else None,
            "households_estimated": house.estimated,
            "weight": house.households,
            "load_units": loads[name],
            "load": loads[name] / capacity,
        }
        for name, house in houses.items()
    ]
    draft.tables["borders"] = _borders(places, code)
    draft.tables["assignment"] = [{"unit_id": n, "grid": g} for n, g in of_unit.items()]
    draft.tables["grids"] = [
        _grid(number, place + 1, names, draft, cells, loads, houses, flags, capacity, code)
        for place, (number, names) in enumerate(grids.items())
    ]
    return draft


def _load(draft: Draft, house: House) -> int:
    caps, target = draft.rules["caps"], draft.rules["target"]
    if not caps:
        assert isinstance(target, int)
        return house.households * target
    assert isinstance(caps, dict)
    return house.households * 200 // int(caps[house.kind or "none"])


def _grid(
    number: int,
    place: int,
    names: Sequence[str],
    draft: Draft,
    cells: Mapping[str, Polygon],
    loads: Mapping[str, int],
    houses: Mapping[str, House],
    flags: Mapping[int, str],
    capacity: int,
    code: str,
) -> Row:
    load = sum(loads[name] for name in names)
    special = load == 0
    return {
        "geom": shapely.union_all([cells[name] for name in names]),
        "grid": number,
        "area_code": code,
        "number": place,
        "name": f"第{place}网格",
        "kind": "special" if special else draft.rules["grid_kind"],
        "households": sum(houses[name].households for name in names),
        "load_units": load,
        "load": load / capacity,
        "flags": flags.get(number, ""),
        "posts_needed": 0 if special else max(1, -(-load // capacity)),
    }


def _borders(places: Mapping[str, Rank], code: str) -> list[Row]:
    at = {place: name for name, place in places.items()}
    rows: list[Row] = []
    for name, (column, row) in places.items():
        ring = [(column, row), (column + 1, row), (column + 1, row + 1), (column, row + 1)]
        beside = [(column, row - 1), (column + 1, row), (column, row + 1), (column - 1, row)]
        for side in range(4):
            other = at.get(beside[side])
            if other is not None and other < name:
                continue
            ends = corner(*ring[side]), corner(*ring[(side + 1) % 4])
            pair = {name, other}
            rows.append(
                {
                    "geom": LineString(ends),
                    "border_id": 100 * (column + 1) + 10 * row + side,
                    "area_code": code,
                    "left": name,
                    "right": other,
                    "length_m": SIDE,
                    "runs_along": "river" if pair in RIVER else "nothing",
                    "passage": pair in BRIDGES,
                }
            )
    return rows
