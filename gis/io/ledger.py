"""A ledger without geometry: which of its rows is which building on the map."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd

from gis.io.spelling import Texts, fold_column

MatchedBy = Literal["code", "number", "address"]
Unmatched = Literal["nothing", "ambiguous", "repeated"]
_STEP = "\x1f"

Indices = npt.NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class Matches:
    """
    What became of each row of a ledger.

    Attributes
    ----------
    rows
        Index as the ledger; ``building_id`` (missing when unmatched), ``matched_by`` (code,
        number, address), ``reason`` (nothing, ambiguous, repeated; missing when matched).
    placed_share
        Share of the ledger's rows that are on the map (上图率), 0 to 1; 1 for an empty ledger.
    """

    rows: pd.DataFrame
    placed_share: float

    @property
    def unmatched(self) -> pd.DataFrame:
        """Rows that were not placed, with their reason."""
        return self.rows[self.rows["building_id"].isna()]


def match_rows(
    ledger: pd.DataFrame,
    buildings: gpd.GeoDataFrame,
    courtyards: gpd.GeoDataFrame | None = None,
) -> Matches:
    """
    Match rows of a ledger to buildings by code, courtyard and number, then address.

    A step matches a row only when exactly one building fits; spelling is folded
    (`gis.io.spelling`) but nothing is guessed:

    - code: ``building_id`` as written;
    - number: courtyard (its code or name) and building number; the number is taken from the
      end of the name or address when the row has none;
    - address: address and number, else the address alone where neither side's number nor
      courtyard speaks against it.

    Two rows that claim one building are both left out, unless they state the same households:
    then the first stands and the others are ``repeated``.

    Parameters
    ----------
    ledger
        Canonical ``buildings`` columns without geometry; ``courtyard_id`` may hold a name.
    buildings, courtyards
        Canonical; only attributes are used. None is modified.

    Returns
    -------
    matches
        One row per ledger row, same index.

    Notes
    -----
    O(n log n), merges on folded keys.
    """
    here, there = _keys(ledger, None), _keys(buildings, courtyards)
    found = np.full(len(ledger), -1, dtype=np.intp)
    by = np.full(len(ledger), None, dtype=object)
    ambiguous = np.zeros(len(ledger), dtype=bool)
    steps: tuple[tuple[MatchedBy, Texts, Texts], ...] = (
        ("code", here.code, there.code),
        ("number", here.yard_and_number, there.yard_and_number),
        ("number", here.yard_and_number, there.yard_name_and_number),
        ("address", here.address_and_number, there.address_and_number),
        ("address", here.address, there.address),
    )
    for name, ours, theirs in steps:
        position, crowded = _unique_partner(ours, theirs)
        open_rows = (found < 0) & (position >= 0)
        if name == "address":
            open_rows &= _no_contradiction(here, there, position)
        found[open_rows] = position[open_rows]
        by[open_rows] = name
        ambiguous |= crowded & (found < 0)
    return _told(ledger, buildings, found, by, ambiguous)


@dataclass(frozen=True, slots=True)
class _Keys:
    """Folded keys of one side; None where a row has no such key."""

    code: Texts
    yard: Texts
    yard_name: Texts
    number: Texts
    address: Texts

    @property
    def yard_and_number(self) -> Texts:
        return _joined(self.yard, self.number)

    @property
    def yard_name_and_number(self) -> Texts:
        return _joined(self.yard_name, self.number)

    @property
    def address_and_number(self) -> Texts:
        return _joined(self.address, self.number)


def _keys(rows: pd.DataFrame, courtyards: pd.DataFrame | None) -> _Keys:
    number = fold_column(_column(rows, "number"), "number")
    for other in ("name", "address"):
        told = fold_column(_column(rows, other), "number-in")
        number = np.where(pd.isna(number), told, number)
    yards = _column(rows, "courtyard_id")
    names = yards
    if courtyards is not None and "name" in courtyards:
        by_code = courtyards.set_index("courtyard_id")["name"]
        names = yards.map(by_code[~by_code.index.duplicated()])
    return _Keys(
        code=_column(rows, "building_id").astype(object).to_numpy(),
        yard=fold_column(yards, "name"),
        yard_name=fold_column(names, "name"),
        number=number,
        address=fold_column(_column(rows, "address"), "address"),
    )


def _column(rows: pd.DataFrame, name: str) -> pd.Series:
    if name in rows.columns:
        return pd.Series(rows[name])
    return pd.Series(None, index=rows.index, dtype="str")


def _joined(first: Texts, second: Texts) -> Texts:
    both = pd.Series(first, dtype="str") + _STEP + pd.Series(second, dtype="str")
    return both.astype(object).to_numpy()


def _unique_partner(ours: Texts, theirs: Texts) -> tuple[Indices, npt.NDArray[np.bool_]]:
    """Position of the one partner with the same key (-1: none or several), and whether several."""
    partners = pd.Series(np.arange(len(theirs)), index=pd.Index(theirs, dtype=object))
    partners = partners[partners.index.notna()]
    several = partners.index.duplicated(keep=False)
    lone = partners[~several]
    position = pd.Series(ours, dtype=object).map(lone).fillna(-1).to_numpy().astype(np.intp)
    crowded = pd.Series(ours, dtype=object).isin(partners.index[several]).to_numpy()
    return position, crowded


def _no_contradiction(here: _Keys, there: _Keys, position: Indices) -> npt.NDArray[np.bool_]:
    """Neither the number nor the courtyard of the row speaks against its partner."""
    number, yard = there.number[position], there.yard[position]
    yard_name = there.yard_name[position]
    same_number = pd.isna(here.number) | pd.isna(number) | (here.number == number)
    same_yard = pd.isna(here.yard) | (here.yard == yard) | (here.yard == yard_name)
    return np.asarray((position >= 0) & same_number & same_yard, dtype=bool)


def _told(
    ledger: pd.DataFrame,
    buildings: gpd.GeoDataFrame,
    found: Indices,
    by: Texts,
    ambiguous: npt.NDArray[np.bool_],
) -> Matches:
    households = _column(ledger, "households").astype(object).to_numpy()
    claims = pd.DataFrame({"found": found, "households": households})
    claimed = claims[claims["found"] >= 0]
    shared = claimed["found"].duplicated(keep=False)
    differ = claimed.groupby("found")["households"].transform("nunique", dropna=False) > 1
    left_out = shared & (differ | claimed["found"].duplicated())
    repeated = np.zeros(len(found), dtype=bool)
    repeated[left_out.index[left_out].to_numpy()] = True
    placed = (found >= 0) & ~repeated
    codes = buildings["building_id"].astype(object).to_numpy()
    code, reason = np.full(len(found), None, dtype=object), np.full(len(found), "nothing", object)
    code[placed] = codes[found[placed]]
    reason[ambiguous] = "ambiguous"
    reason[repeated] = "repeated"
    reason[placed] = None
    by[~placed] = None
    rows = pd.DataFrame(
        {"building_id": code, "matched_by": by, "reason": reason}, index=ledger.index, dtype="str"
    )
    return Matches(rows, float(placed.mean()) if len(placed) else 1.0)
