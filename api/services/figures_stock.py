"""Buildings, households and groups of people, summed over the communities of an area."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from api.schemas.figures import Households, People
from gis.contracts import SENSITIVE
from gis.coverage.disclosure import rounded, too_few

Row = Mapping[str, Any]
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Stock:
    """Buildings and households of an area."""

    buildings: int
    households: Households


NOTHING = Stock(0, Households(total=0, estimated=0, kinds={}))


def stock_by_branch(rows: Sequence[Row], branch_of: Mapping[str, str]) -> dict[str | None, Stock]:
    """Sum the rows of `gis.store.area_figures.stock_rows` by branch, and for all (None)."""
    sorted_out: defaultdict[str | None, list[Row]] = defaultdict(list)
    for row in rows:
        sorted_out[branch_of[row["community_code"]]].append(row)
        sorted_out[None].append(row)
    return {branch: _stock(own) for branch, own in sorted_out.items()}


def _stock(rows: Sequence[Row]) -> Stock:
    kinds: defaultdict[str, int] = defaultdict(int)
    for row in rows:
        kinds[row["households_kind"]] += row["households"]
    return Stock(
        sum(row["buildings"] for row in rows),
        Households(
            total=sum(kinds.values()),
            estimated=sum(row["households_estimated"] for row in rows),
            kinds={kind: number for kind, number in sorted(kinds.items()) if number},
        ),
    )


def people_told(rows: Sequence[Row]) -> dict[str, People]:
    """
    Tell groups of people as far as they may be told (`gis.coverage.disclosure`).

    Each community's count is rounded to 5 and left out where it rests on one or two buildings;
    an area above is the sum of what its communities tell. So nothing is told of an area that
    its communities do not tell, and no difference of two areas tells of a building.
    """
    places = {code: n for n, code in enumerate({row["community_code"]: None for row in rows})}
    of_row = np.array([places[row["community_code"]] for row in rows], np.int64)

    def by_community(column: str) -> Floats:
        amount = np.array([row[column] for row in rows], np.float64)
        return np.bincount(of_row, amount, len(places)).astype(np.float64)

    buildings = sum(row["buildings"] for row in rows)
    told: dict[str, People] = {}
    for group in SENSITIVE:
        known = by_community(f"known_{group}")
        hidden = too_few(by_community(f"lived_in_{group}"))
        tellable = (known > 0) & ~hidden
        count = rounded(by_community(group)[tellable]).sum()
        told[group] = People(
            count=int(count) if tellable.any() else None,
            communities_left_out=int(hidden.sum()),
            known_share=round(float(known.sum()) / buildings, 4) if buildings else None,
        )
    return told
