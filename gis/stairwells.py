"""Stairwells as units: a building over the cap is divided along its length, one part for each."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import cast

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from gis.arrangement import Flags, Floats, Ints, Shapes, polygonal
from gis.layout import Layout

Oversize = Callable[[pd.DataFrame], Flags]
"""Tells which buildings are to be divided, of a table like ``Ground.units`` of buildings alone."""


@dataclass(frozen=True, slots=True)
class UnitRules:
    """
    What becomes a unit, and what units carry.

    `oversize` tells which buildings are divided by their stairwells: none without it.
    `stairwells` is the canonical layer; without it only their numbers are known. `weights`
    names further columns of the buildings, whole numbers, that the units carry: 0 for ground.
    """

    stairwells: pd.DataFrame | None = None
    oversize: Oversize | None = None
    weights: tuple[str, ...] = ()


_SAMPLES = 64
# What a unit carries besides weights, which are spread over the stairwells of a building.
_COLUMNS = frozenset(
    {
        *("unit_id", "kind", "building_id", "courtyard_id", "stairwells"),
        *("households", "households_kind", "households_estimated"),
    }
)


def spread(total: int, shares: npt.ArrayLike) -> Ints:
    """
    Spread a whole number in proportion to shares by the largest remainder.

    Equal shares where all are 0; ties go to the first.

    >>> spread(10, [1, 1, 1]).tolist()
    [4, 3, 3]
    >>> spread(7, [0, 0]).tolist()
    [4, 3]
    """
    weight = np.asarray(shares, dtype=np.int64)
    weight = weight if weight.sum() > 0 else np.ones(len(weight), np.int64)
    whole, rest = np.divmod(weight * total, weight.sum())
    order = np.argsort(-rest, kind="stable")
    whole[order[: total - int(whole.sum())]] += 1
    return cast(Ints, whole)


def divided_buildings(
    layout: Layout, stairwells: pd.DataFrame | None, over: Flags
) -> tuple[Layout, Ints]:
    """
    Put one row for each stairwell in place of the buildings that are `over`.

    A building with at least two rows in `stairwells` has theirs; one without has as many as its
    column ``stairwells`` says. Its count of households stays the truth: where the declared
    counts add up to it they are taken, else it is spread in proportion to them (equally where
    there is none) and marked estimated. Other buildings stay as they are.

    Parameters
    ----------
    layout
        The layers of one community; not modified.
    stairwells
        Canonical layer ``stairwells``, or None.
    over
        Buildings to divide.

    Returns
    -------
    layout, building
        The layout with the new table, and the building of each row. Stairwells stand in the
        order of their numbers.
    """
    table = layout.table
    declared = _declared(stairwells, table["building_id"].to_numpy(dtype=object)[over])
    parts = []
    for place in np.flatnonzero(over).tolist():
        own = declared.get(str(table["building_id"].iloc[place]))
        rows = _rows(table.iloc[[place]], own)
        if len(rows) > 1:
            parts.append(rows.assign(place=place))
    if not parts:
        return layout, np.arange(len(table))
    new = pd.concat(parts)
    rest = table.assign(place=np.arange(len(table))).drop(index=table.index[new["place"].unique()])
    whole = pd.concat([rest, new]).sort_values("place", kind="stable", ignore_index=True)
    building = whole.pop("place").to_numpy(np.int64)
    whole["unit_id"] = _distinct(whole)
    return replace(layout, table=whole, buildings=layout.buildings[building]), building


def divided_sites(sites: Shapes, building: Ints) -> Shapes:
    """
    Cut the site of each building that has several rows across its length, in equal areas.

    The length is the longer side of the smallest rectangle around the site; parts are counted
    from its western end, from the northern one where it runs north to south.

    Parameters
    ----------
    sites
        Site of each building in lattice steps, None outside the community.
    building
        Building of each row, ascending.
    """
    result = sites[building]
    count = np.bincount(building, minlength=len(sites))
    for place in np.flatnonzero(count > 1):
        if sites[place] is not None:
            result[building == place] = _slices(sites[place], int(count[place]))
    return result


def _declared(
    stairwells: pd.DataFrame | None, buildings: npt.NDArray[np.object_]
) -> dict[str, pd.DataFrame]:
    """Rows of the buildings asked for that have at least two."""
    if stairwells is None or len(buildings) == 0:
        return {}
    of = stairwells["building_id"].astype(str)
    asked = of.isin(buildings).to_numpy(dtype=bool)
    groups = pd.DataFrame(stairwells)[asked].groupby(of[asked])
    return {str(name): group for name, group in groups if len(group) > 1}


def _rows(building: pd.DataFrame, declared: pd.DataFrame | None) -> pd.DataFrame:
    """Rows of the stairwells of one building, in order; one row where it cannot be divided."""
    names, counts = _named(building, declared)
    households = int(building["households"].iloc[0])
    known = int(counts.sum()) == households
    rows = building.iloc[[0] * len(names)].reset_index(drop=True)
    for column in [c for c in rows if c not in _COLUMNS]:
        rows[column] = spread(int(building[column].iloc[0]), counts)
    rows["households"] = counts if known else spread(households, counts)
    rows["households_estimated"] = rows["households_estimated"] | (not known)
    return rows.assign(unit_id=names, kind="stairwell")


def _named(building: pd.DataFrame, declared: pd.DataFrame | None) -> tuple[list[str], Ints]:
    """Ids of the stairwells of a building in order, with their declared households (else 0)."""
    if declared is None:
        count = max(int(building["stairwells"].iloc[0]), 1)
        names = [f"{building['building_id'].iloc[0]}-{n + 1}" for n in range(count)]
        return names, np.zeros(count, np.int64)
    ids = declared["stairwell_id"].astype(str).tolist()
    numbers = declared["number"].tolist() if "number" in declared else ids
    order = sorted(range(len(ids)), key=lambda k: (*_natural(numbers[k]), ids[k]))
    counts = declared["households"].to_numpy(np.int64)
    return [ids[k] for k in order], counts[order]


def _natural(number: object) -> tuple[int, str]:
    """Order of stairwell numbers: 2 before 10, those without a number last."""
    text = number if isinstance(number, str) else ""
    digits = re.search(r"\d+", text)
    return (int(digits.group()) if digits else 2**31, text)


def _distinct(table: pd.DataFrame) -> list[str]:
    """Names of the units; a stairwell whose name is taken gets its building's before it."""
    names = table["unit_id"].astype(str)
    whole = set(table["building_id"].astype(str))
    taken = (table["kind"] == "stairwell") & (names.isin(whole) | names.duplicated(keep=False))
    names = names.where(~taken, table["building_id"].astype(str) + "/" + names)
    while names.duplicated().any():
        names = names.where(~names.duplicated(), names + "'")
    return names.tolist()


def _slices(site: shapely.Geometry, count: int) -> Shapes:
    """Parts of equal area along the longer side of the smallest rectangle around a site."""
    origin, along = _axis(site)
    across = np.array([-along[1], along[0]])
    offsets = (shapely.get_coordinates(site) - origin) @ np.column_stack([along, across])
    (low, high), width = (offsets[:, 0].min(), offsets[:, 0].max()), np.ptp(offsets[:, 1]) + 2.0
    side = offsets[:, 1].min() - 1.0

    def slabs(cuts: Floats) -> Shapes:
        corners = np.array([[0, 0], [1, 0], [1, 1], [0, 1]], np.float64)
        near, far = cuts[:-1, None], cuts[1:, None]
        u = near + (far - near) * corners[:, 0]
        v = side + width * corners[:, 1]
        xy = origin + u[..., None] * along + v[..., None] * across
        return cast(Shapes, shapely.polygons(xy))

    ends = np.linspace(low - 1.0, high + 1.0, _SAMPLES + 1)
    area = shapely.area(shapely.intersection(slabs(ends), site))
    running = np.concatenate([[0.0], np.cumsum(area)])
    cuts = np.interp(np.arange(1, count) / count * running[-1], running, ends)
    cuts = np.concatenate([[low - 1.0], cuts, [high + 1.0]])
    return polygonal(np.asarray(shapely.intersection(slabs(cuts), site, grid_size=1.0)))


def _axis(site: shapely.Geometry) -> tuple[Floats, Floats]:
    """A point of the site, and the unit vector along it: to the east, else to the south."""
    box = shapely.get_coordinates(shapely.minimum_rotated_rectangle(site))
    sides = np.diff(box[:3], axis=0) if len(box) > 2 else np.array([[1.0, 0.0]])
    longest = sides[np.argmax(np.hypot(*sides.T))]
    along = longest / max(float(np.hypot(*longest)), 1e-12)
    steep = abs(along[0]) < 0.5 * abs(along[1])
    if (along[1] > 0) if steep else (along[0] < 0):
        along = -along
    return shapely.get_coordinates(site)[0], along
