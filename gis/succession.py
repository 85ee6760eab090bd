"""Which grid carries on which code after a redraw, and where its buildings came from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd


@dataclass(frozen=True, slots=True)
class Succession:
    """
    What becomes of the standing codes.

    Attributes
    ----------
    kept
        Grid number -> standing code it carries on.
    retired
        Standing codes nobody carries on, sorted.
    lineage
        Columns ``grid_no``, ``from_code``, ``households``, ``buildings``: what each new grid
        took from each standing one; one row per pair that shares a unit.
    """

    kept: dict[int, str]
    retired: tuple[str, ...]
    lineage: pd.DataFrame


def succeed(
    grid_no: npt.ArrayLike,
    from_code: Sequence[str | None] | npt.NDArray[np.object_],
    households: npt.ArrayLike,
    *,
    is_building: npt.ArrayLike | None = None,
    standing: tuple[str, ...] = (),
) -> Succession:
    """
    Let the part with most of a grid's households keep its code.

    For each standing grid the new grid with most of its households (then buildings, then
    units, then the lowest number) is its heir. A new grid that is heir to several keeps the
    code of the one that brings it most; the other codes are retired.

    Parameters
    ----------
    grid_no
        New grid number of each unit.
    from_code
        Standing grid code of each unit; None where the unit stood in no grid.
    households
        Households of each unit.
    is_building
        Whether a unit counts as a building in the lineage; all do when not given.
    standing
        Codes that stand now, also those that no unit comes from any more.

    Returns
    -------
    succession
        Every standing code is either kept by exactly one grid or retired.
    """
    counted = np.ones(np.shape(grid_no), bool) if is_building is None else is_building
    units = pd.DataFrame(
        {
            "grid_no": np.asarray(grid_no, dtype=np.int64),
            "from_code": pd.Series(np.asarray(from_code, dtype=object), dtype="str"),
            "households": np.asarray(households, dtype=np.int64),
            "buildings": np.asarray(counted, dtype=np.int64),
            "units": 1,
        }
    )
    shared = (
        units.dropna(subset="from_code").groupby(["grid_no", "from_code"], as_index=False).sum()
    )
    brings = ["households", "buildings", "units"]
    strongest = shared.sort_values(
        [*brings, "grid_no", "from_code"], ascending=[False, False, False, True, True]
    )
    heirs = strongest.drop_duplicates("from_code").drop_duplicates("grid_no")
    kept = {
        int(number): str(code)
        for number, code in zip(heirs["grid_no"], heirs["from_code"], strict=True)
    }
    known = {*standing, *shared["from_code"]}
    return Succession(
        kept=kept,
        retired=tuple(sorted(known - set(kept.values()))),
        lineage=shared.drop(columns="units"),
    )
