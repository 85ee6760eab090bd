"""Keys and references: without them nothing else of a package can be judged."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyproj
import shapely

from gis.verify.findings import Finding, promise
from gis.verify.package import Package, place_of
from gis.verify.shapes import unsound

_UNIT_KINDS = {"building", "stairwell", "ground"}
_COURTYARD_KINDS = {"old", "new", "resettlement", "commercial", "other"}
_HOUSEHOLD_KINDS = {"registered", "resident", "dwellings"}
_RUNS_ALONG = {"nothing", "wall", "lane", "arterial", "river", "railway", "other"}
_GRID_KINDS = {"base", "special", "micro"}
_POLYGONS = frozenset({"Polygon", "MultiPolygon"})
_CRS_NAME = re.compile(r"[A-Za-z]+:[0-9]{1,9}")
# The metric zones of China and UTM keep areas within 0.2 %; Web Mercator is 30 % off at 30 degrees.
_SCALE = 0.01


def check_structure(package: Package) -> list[Finding]:
    """Check keys, references, closed sets, geometry types and CRS names of a whole package."""
    return [
        promise(
            "keys",
            "",
            "Keys are unique and references lead somewhere",
            "主键唯一，引用有效",
            [*_doubled(package), *_dangling(package), *_strangers(package)],
        ),
        promise(
            "words",
            "",
            "Closed columns hold only the listed words, counts are not negative",
            "枚举列取值合法，计数不为负",
            [*_words(package), *_negative(package), *_contradictions(package)],
        ),
        promise(
            "shapes",
            "",
            "Geometries are of their type, valid and on the globe",
            "几何类型正确、有效且坐标合法",
            _shapes(package),
        ),
        promise(
            "metric-crs",
            "",
            "The metric CRS of each community measures it truly",
            "各社区的投影坐标系适用于当地",
            _immeasurable(package),
        ),
        promise(
            "one-grid",
            "",
            "Every unit is in exactly one grid of its community, no grid is empty",
            "每个单位恰属于本社区的一个网格，且无空网格",
            _not_in_one_grid(package),
        ),
    ]


def _doubled(package: Package) -> list[str]:
    keys = {
        "areas": package.areas["area_code"],
        "units": package.units["unit_id"],
        "borders": package.borders["border_id"],
        "grids": package.grids["grid"],
        "assignment": package.assignment["unit_id"],
        "certificate": pd.Series(package.named, dtype=object),
    }
    return [f"{name} {key}" for name, column in keys.items() for key in column[column.duplicated()]]


def _dangling(package: Package) -> list[str]:
    codes = set(package.areas["area_code"])
    units, grids = set(package.units["unit_id"]), set(package.grids["grid"])
    references: list[tuple[str, pd.Series[Any], set[object]]] = [
        ("units.area_code", package.units["area_code"], codes),
        ("borders.area_code", package.borders["area_code"], codes),
        ("grids.area_code", package.grids["area_code"], codes),
        ("borders.left", package.borders["left"], units),
        ("borders.right", package.borders["right"].dropna(), units),
        ("assignment.unit_id", package.assignment["unit_id"], units),
        ("assignment.grid", package.assignment["grid"], grids),
        ("lineage.grid", package.lineage["grid"], grids),
    ]
    lost = [
        f"{name} {value}"
        for name, column, known in references
        for value in column[~column.isin(known)]
    ]
    lost += [f"certificate {code}" for code in sorted(codes ^ set(package.certificates))]
    lost += [] if codes else ["areas has no row"]
    return lost + [
        f"certificate {code} speaks of {document['area_code']}"
        for code, document in package.certificates.items()
        if document["area_code"] != code
    ]


def _strangers(package: Package) -> list[str]:
    """Borders whose two sides are one unit, or lie in another community than the border."""
    units, borders = package.units.drop_duplicates("unit_id"), package.borders
    home = dict(zip(units["unit_id"], units["area_code"], strict=True))
    code = borders["area_code"]
    left, right = borders["left"].map(home), borders["right"].map(home)
    wrong = (left.notna() & (left != code)) | (right.notna() & (right != code))
    wrong |= borders["left"] == borders["right"]
    return [f"borders {name}: left and right do not fit" for name in borders["border_id"][wrong]]


def _words(package: Package) -> list[str]:
    columns = [
        ("units.kind", package.units["kind"], _UNIT_KINDS),
        ("units.courtyard_kind", package.units["courtyard_kind"].dropna(), _COURTYARD_KINDS),
        ("units.households_kind", package.units["households_kind"].dropna(), _HOUSEHOLD_KINDS),
        ("borders.runs_along", package.borders["runs_along"], _RUNS_ALONG),
        ("grids.kind", package.grids["kind"], _GRID_KINDS),
    ]
    return [f"{name} {v}" for name, column, words in columns for v in column[~column.isin(words)]]


def _negative(package: Package) -> list[str]:
    columns = [
        *(("units", package.units, "unit_id", c) for c in ("households", "weight", "load_units")),
        *(
            ("grids", package.grids, "grid", c)
            for c in ("households", "load_units", "posts_needed")
        ),
        ("lineage", package.lineage, "grid", "households"),
    ]
    return [
        f"{layer} {name}: {column} below 0"
        for layer, frame, key, column in columns
        for name in frame[key][frame[column] < 0]
    ]


def _contradictions(package: Package) -> list[str]:
    units, rules = package.units, package.rules
    half = units["courtyard_id"].isna() != units["courtyard_kind"].isna()
    ground = (units["kind"] == "ground") & (units["households"] != 0)
    ground |= (units["kind"] == "ground") & units["households_kind"].notna()
    other = (units["weight"] != units["households"]) & (rules.weight == "households")
    once = units.drop_duplicates("unit_id")
    divided = once.groupby(["area_code", "building_id"])["kind"].agg(["nunique", "size", "first"])
    alone = (divided["size"] == 1) & (divided["first"] == "stairwell")
    torn = divided.index[alone | (divided["nunique"] > 1)].get_level_values("building_id")
    doubled = divided.index[(divided["size"] > 1) & (divided["first"] == "building")]
    houseless = units["building_id"].isna() & units["kind"].isin(["building", "stairwell"])
    named = [] if package.rules_name == rules.name else [f"rules is named {package.rules_name}"]
    return [
        *named,
        *(
            f"{u}: courtyard without kind, or kind without courtyard"
            for u in units["unit_id"][half]
        ),
        *(f"{u}: no building" for u in units["unit_id"][houseless]),
        *(f"{b}: a building is one unit or several stairwells" for b in torn),
        *(f"{b}: several units of one building" for _, b in doubled),
        *(f"{u}: ground with households" for u in units["unit_id"][ground]),
        *(f"{u}: weight is not households" for u in units["unit_id"][other]),
    ]


def _shapes(package: Package) -> list[str]:
    wanted = [
        ("areas", package.areas, "area_code", _POLYGONS),
        ("units", package.units, "unit_id", frozenset({"Polygon"})),
        ("borders", package.borders, "border_id", frozenset({"LineString"})),
        ("grids", package.grids, "grid", _POLYGONS),
    ]
    return [
        f"{layer} {name}"
        for layer, frame, key, kinds in wanted
        for name in frame[key][unsound(frame["geom"].to_numpy(object), kinds)]
    ]


def _immeasurable(package: Package) -> list[str]:
    wrong = []
    columns = ("area_code", "metric_crs", "geom")
    for code, name, shape in zip(*(package.areas[c] for c in columns), strict=True):
        if not _measures_truly(str(name), shape):
            wrong.append(f"{code}: {name}")
    return wrong


def _measures_truly(name: str, shape: shapely.Geometry) -> bool:
    """Whether a CRS named by authority and number is in metres and true to scale on a shape."""
    try:
        crs = pyproj.CRS.from_user_input(name if _CRS_NAME.fullmatch(name) else "")
    except pyproj.exceptions.CRSError:
        return False
    if not crs.is_projected or any(axis.unit_name != "metre" for axis in crs.axis_info):
        return False
    way = pyproj.Transformer.from_crs("EPSG:4326", crs, always_xy=True)
    planar = shapely.transform(shape, lambda p: np.column_stack(way.transform(p[:, 0], p[:, 1])))
    area = float(shapely.area(planar))
    whole = shapely.orient_polygons(shape)
    true = abs(float(pyproj.Geod(ellps="WGS84").geometry_area_perimeter(whole)[0]))
    # Coordinates that cannot be projected make the area infinite or NaN: both fail here.
    return abs(area - true) <= _SCALE * true


def _not_in_one_grid(package: Package) -> list[str]:
    units, grids = package.units, package.grids.drop_duplicates("grid")
    truth = package.assignment.drop_duplicates("unit_id")
    row = place_of(truth["unit_id"], units["unit_id"])
    grid = np.where(row >= 0, _taken(truth["grid"], row), 0)
    place = np.where(row >= 0, place_of(grids["grid"], pd.Series(grid)), -1)
    home = _taken(grids["area_code"], place)
    wrong = (place < 0) | (grid != units["grid"].to_numpy()) | (home != units["area_code"])
    empty = grids["grid"][~grids["grid"].isin(package.assignment["grid"])]
    bare = package.areas["area_code"][~package.areas["area_code"].isin(units["area_code"])]
    return [
        *units["unit_id"][wrong],
        *(f"grid {g} is empty" for g in empty),
        *(f"{code} has no unit" for code in bare),
    ]


def _taken(column: pd.Series[Any], place: npt.NDArray[np.int64]) -> npt.NDArray[Any]:
    """Values at positions; any value where the position is -1."""
    values = column.to_numpy()
    return values[place] if len(values) else np.zeros(len(place), dtype=values.dtype)
