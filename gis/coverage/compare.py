"""Two days or two scenarios side by side: what a change gives, and to whom."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from gis.contracts import SENSITIVE
from gis.coverage.disclosure import too_few
from gis.coverage.figures import Distances, within
from gis.errors import InputError, first_ids

KEY = ["grouping", "group", "kind", "method", "speed", "speed_m_s", "cutoff_s", "counted"]
_VALUES = ("total", "reached", "share", "estimated")
_SAID = ("gates", "walk", "at")


def compare_figures(before: pd.DataFrame, after: pd.DataFrame) -> pd.DataFrame:
    """
    Lay two tables of service_coverage side by side.

    Parameters
    ----------
    before, after
        What `gis.coverage.figures.service_coverage` gives for two days or two scenarios. Not
        modified.

    Returns
    -------
    changes
        One row for each figure of either table, in the order of `before` and then `after`:
        what names it, ``total``, ``reached``, ``share``, ``estimated``, ``gates``, ``walk`` and
        ``at`` each with ``_before`` and ``_after``, and ``reached_change`` and
        ``share_change`` (after minus before; null where one side has no figure). Where the
        change of a sensitive group comes from one or two buildings, the figure after it is left
        out and ``note`` is ``too_few_buildings``.

    Raises
    ------
    InputError
        The tables count different kinds of households.
    """
    _same_households(before, after)
    sides = [_side(table, end) for table, end in ((before, "before"), (after, "after"))]
    table = sides[0].merge(sides[1], on=KEY, how="outer", sort=False)
    table = table.sort_values(["_order_before", "_order_after"], kind="stable")
    table = table.drop(columns=["_order_before", "_order_after"]).reset_index(drop=True)
    kinds = pd.concat([before["households_kind"], after["households_kind"]]).unique()
    table["households_kind"] = kinds[0] if len(kinds) else ""
    table["note"] = ""
    _leave_out(table)
    table["reached_change"] = table["reached_after"] - table["reached_before"]
    table["share_change"] = table["share_after"] - table["share_before"]
    return table


def reach_change(
    before: Distances, after: Distances, cutoff_s: float, speed_m_s: float
) -> npt.NDArray[np.int8]:
    """
    Tell for each building what it gains (1) or loses (-1) by a change.

    >>> reach_change(np.array([900.0, 10.0]), np.array([300.0, 20.0]), 300, 1.2).tolist()
    [1, 0]
    """
    gained = within(after, cutoff_s, speed_m_s).astype(np.int8)
    return np.asarray(gained - within(before, cutoff_s, speed_m_s), np.int8)


def _same_households(before: pd.DataFrame, after: pd.DataFrame) -> None:
    kinds = [set(table["households_kind"]) for table in (before, after) if len(table)]
    if len(kinds) == 2 and kinds[0] != kinds[1]:
        names = first_ids(sorted(kinds[0] | kinds[1]))
        raise InputError(
            f"The two tables count different households ({names}): "
            "compute both with the same --households.",
            f"两份结果的户数口径不同（{names}）：请用同一口径（--households）计算。",
        )


def _side(table: pd.DataFrame, end: str) -> pd.DataFrame:
    values = {name: f"{name}_{end}" for name in (*_VALUES, *_SAID)}
    side = table[[*KEY, *values]].rename(columns=values)
    return side.assign(**{f"_order_{end}": np.arange(len(side))})


def _leave_out(table: pd.DataFrame) -> None:
    """Take out what a sensitive group has afterwards where few buildings make the change."""
    place = [name for name in KEY if name != "counted"]
    houses = table.loc[table["counted"] == "buildings", [*place, "reached_before", "reached_after"]]
    change = houses["reached_after"] - houses["reached_before"]
    few = houses.loc[too_few(change.fillna(0).to_numpy(np.float64)), place].assign(_few=True)
    touched = table[place].merge(few, on=place, how="left")["_few"].eq(True).to_numpy(bool)
    mark = touched & table["counted"].isin(SENSITIVE).to_numpy(bool)
    table.loc[mark, "reached_after"] = pd.NA
    table.loc[mark, "share_after"] = np.nan
    table.loc[mark, "note"] = "too_few_buildings"
