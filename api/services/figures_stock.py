"""Buildings and households, summed over the communities of an area."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from api.schemas.figures import Households

Row = Mapping[str, Any]


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
