"""Keys and references: without them nothing else of a package can be judged."""

from __future__ import annotations

import pandas as pd
import pyproj
import shapely

from gis.verify.findings import Finding, promise
from gis.verify.package import Package

_UNIT_KINDS = {"building", "stairwell", "ground"}
_COURTYARD_KINDS = {"old", "new", "resettlement", "commercial", "other"}
_RUNS_ALONG = {"nothing", "wall", "lane", "arterial", "river", "railway", "other"}
_GRID_KINDS = {"base", "special", "micro"}


def check_structure(package: Package) -> list[Finding]:
    """Check keys, references, closed sets, geometry types and CRS names of a whole package."""
    return [
        promise(
            "keys",
            "",
            "Keys are unique and references lead somewhere",
            "主键唯一，引用有效",
            [*_doubled(package), *_dangling(package)],
        ),
        promise(
            "words",
            "",
            "Closed columns hold only the listed words",
            "枚举列取值合法",
            _words(package),
        ),
        promise(
            "shapes",
            "",
            "Geometries are of their type and valid",
            "几何类型正确且有效",
            _shapes(package),
        ),
        promise(
            "one-grid",
            "",
            "Every unit is in exactly one grid",
            "每个单位恰属于一个网格",
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
    }
    return [f"{name} {key}" for name, column in keys.items() for key in column[column.duplicated()]]


def _dangling(package: Package) -> list[str]:
    codes, units, grids = (
        set(package.areas["area_code"]),
        set(package.units["unit_id"]),
        set(package.grids["grid"]),
    )
    references: list[tuple[str, pd.Series, set[object]]] = [
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
    return lost + [f"certificate {code}" for code in codes ^ set(package.certificates)]


def _words(package: Package) -> list[str]:
    units, kinds = package.units, package.units["courtyard_kind"].dropna()
    columns = [
        ("units.kind", units["kind"], _UNIT_KINDS),
        ("units.courtyard_kind", kinds, _COURTYARD_KINDS),
        ("borders.runs_along", package.borders["runs_along"], _RUNS_ALONG),
        ("grids.kind", package.grids["kind"], _GRID_KINDS),
    ]
    wrong = [f"{name} {v}" for name, column, words in columns for v in column[~column.isin(words)]]
    half = units["courtyard_id"].isna() != units["courtyard_kind"].isna()
    ground = (units["kind"] == "ground") & (units["households"] != 0)
    return [
        *wrong,
        *(
            f"{u}: courtyard without kind, or kind without courtyard"
            for u in units["unit_id"][half]
        ),
        *(f"{u}: ground with households" for u in units["unit_id"][ground]),
    ]


def _shapes(package: Package) -> list[str]:
    wanted = [
        ("areas", package.areas, "area_code", {"Polygon", "MultiPolygon"}),
        ("units", package.units, "unit_id", {"Polygon"}),
        ("borders", package.borders, "border_id", {"LineString"}),
        ("grids", package.grids, "grid", {"Polygon", "MultiPolygon"}),
    ]
    found = []
    for layer, frame, key, kinds in wanted:
        shapes = frame["geom"].to_numpy()
        right = pd.Series([shape.geom_type in kinds for shape in shapes], dtype=bool)
        sound = right & shapely.is_valid(shapes) & ~shapely.is_empty(shapes)
        found += [f"{layer} {name}" for name in frame[key][~sound.to_numpy()]]
    return found + [f"areas.metric_crs {n}" for n in package.areas["metric_crs"] if not _metric(n)]


def _metric(name: object) -> bool:
    try:
        crs = pyproj.CRS.from_user_input(name)
    except pyproj.exceptions.CRSError:
        return False
    return bool(crs.is_projected and all(a.unit_name == "metre" for a in crs.axis_info))


def _not_in_one_grid(package: Package) -> list[str]:
    units = package.units
    truth = package.assignment.drop_duplicates("unit_id").set_index("unit_id")["grid"]
    grid = units["unit_id"].map(truth)
    home = grid.map(package.grids.drop_duplicates("grid").set_index("grid")["area_code"])
    wrong = grid.isna() | (grid != units["grid"]) | (home != units["area_code"])
    empty = package.grids["grid"][~package.grids["grid"].isin(package.assignment["grid"])]
    return [*units["unit_id"][wrong], *(f"grid {g} is empty" for g in empty)]
