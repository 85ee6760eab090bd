"""Which grid of a plan each drawn polygon means: by code, by name, by number, else by place."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from gis.numbering import grid_name, numbered_like

UNKNOWN = -1
Ints = npt.NDArray[np.int64]
_LONGEST_NAME = 100
_CONTROL = r"[\x00-\x1f\x7f]"


@dataclass(frozen=True, slots=True)
class Meant:
    """
    The grids that polygons mean.

    Attributes
    ----------
    number
        Grid number of each polygon; -1 for one that holds no unit and names no grid of the plan.
    new
        Names of the grids that the plan does not have yet, by number.
    by_place
        Polygons that do not say what they are called, and took the number of the grid they have
        most households in common with.
    """

    number: Ints
    new: dict[int, str]
    by_place: npt.NDArray[np.bool_]


def meant_grids(
    called: pd.DataFrame,
    polygon: Ints,
    standing: npt.ArrayLike,
    households: npt.ArrayLike,
    grids: pd.DataFrame,
    used: Collection[int],
) -> Meant:
    """
    Tell which grid each polygon means.

    In this order: the grid with its code; the one with its name, where several bear it the one
    that also has its number; where it has no name, the one with its number. A name that the plan
    does not know is a new grid, one for all polygons of that name. What says nothing of all
    this takes the number of the grid it has most households in common with, among those that no
    other polygon means; or becomes a new grid.

    Parameters
    ----------
    called
        ``grid_no``, ``grid_code``, ``name`` of each polygon; missing where it has none.
    polygon
        Position of the polygon that holds each unit; -1: none.
    standing
        Grid number of each unit as the plan is; -1: none.
    households
        Of each unit.
    grids
        Grids on the plan's list: index number, columns ``code``, ``name``.
    used
        Numbers that the plan ever had; new grids go on above them.

    Examples
    --------
    >>> called = pd.DataFrame({"grid_no": [pd.NA, pd.NA], "grid_code": [None, None],
    ...                        "name": ["东网格", None]})
    >>> grids = pd.DataFrame({"code": [None, None], "name": ["东网格", "西网格"]})
    >>> found = meant_grids(called, np.array([0, 1]), [0, 1], [9, 9], grids, [0, 1])
    >>> found.number.tolist(), found.new, found.by_place.tolist()
    ([0, 1], {}, [False, True])
    """
    number = _known(called, grids)
    held = np.isin(np.arange(len(called)), polygon)
    following = max(used, default=-1) + 1
    named = _texts(called["name"])
    new: dict[int, str] = {}
    fresh = (number == UNKNOWN) & held & (named != "")
    for name in pd.unique(named[fresh]):
        number[fresh & (named == name)] = following
        new[following] = str(name)[:_LONGEST_NAME].strip()
        following += 1
    silent = (number == UNKNOWN) & held
    _place(number, silent, polygon, np.asarray(standing, np.int64), households, grids)
    for position in np.flatnonzero(silent & (number == UNKNOWN)):
        number[position], new[following] = following, grid_name(following + 1)
        following += 1
    return Meant(number, new, silent)


def _known(called: pd.DataFrame, grids: pd.DataFrame) -> Ints:
    numbers = grids.index.to_numpy(np.int64)
    name, code = _texts(called["name"]), _texts(called["grid_code"])
    given = called["grid_no"].astype("Int64").fillna(UNKNOWN).to_numpy(np.int64)
    listed = np.where(np.isin(given, numbers), given, UNKNOWN)
    own = pd.Series(_texts(grids["name"]), index=numbers)
    same = (listed != UNKNOWN) & (own.reindex(listed).to_numpy(object) == name)
    by_number = np.where(same | (name == ""), listed, UNKNOWN)
    by_name = np.where(same, listed, _found(name, own.to_numpy(object), numbers))
    by_code = _found(code, _texts(grids["code"]), numbers)
    found = np.where(by_name != UNKNOWN, by_name, by_number)
    return np.where(by_code != UNKNOWN, by_code, found)


def _found(wanted: npt.NDArray[np.object_], there: npt.NDArray[np.object_], numbers: Ints) -> Ints:
    """Number of the one grid that is called so; -1 where none is, or several are."""
    table = pd.Series(numbers, index=pd.Index(there, dtype=object))
    table = table[(table.index != "") & ~table.index.duplicated(keep=False)]
    return pd.Series(wanted, dtype=object).map(table).fillna(UNKNOWN).to_numpy(np.int64)


def _place(
    number: Ints,
    silent: npt.NDArray[np.bool_],
    polygon: Ints,
    standing: Ints,
    households: npt.ArrayLike,
    grids: pd.DataFrame,
) -> None:
    """Number silent polygons like the grids they have most in common with; in place."""
    units = (polygon >= 0) & silent[polygon]
    free = np.setdiff1d(grids.index.to_numpy(np.int64), number)
    was = np.where(np.isin(standing[units], free), standing[units], UNKNOWN)
    if not units.any() or (was == UNKNOWN).all():
        return
    like = numbered_like(was, polygon[units], np.asarray(households, np.int64)[units])
    taken = np.isin(like, free)
    number[polygon[units][taken]] = like[taken]


def _texts(cells: pd.Series) -> npt.NDArray[np.object_]:
    written = cells.astype("string").str.replace(_CONTROL, " ", regex=True)
    return written.str.strip().fillna("").to_numpy(object)
