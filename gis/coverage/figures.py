"""service_coverage: who reaches a facility kind within a cutoff, by group of buildings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from gis.contracts import SENSITIVE
from gis.coverage.disclosure import rounded, too_few
from gis.coverage.population import ABOVE_COMMUNITY, Grouping, Population

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]
Method = Literal["network", "straight_line"]
Distances = npt.NDArray[np.floating]

COUNTED = ("households", "buildings", *SENSITIVE)

COLUMNS = (
    *("grouping", "group", "kind", "method", "speed", "speed_m_s", "cutoff_s", "counted"),
    *("total", "reached", "share", "buildings", "known_buildings", "estimated", "note"),
    *("households_kind", "gates", "walk", "at"),
)


@dataclass(frozen=True, slots=True)
class Terms:
    """
    Under which terms distances were walked; printed with each figure.

    ``speeds`` maps names to m/s; ``gates`` is the gate policy; ``walk`` tells what was walked
    on (the name of the walk settings, or their street classes); ``at`` is the weekday and
    time at which facilities had to be open, empty when it was not asked.
    """

    speeds: Mapping[str, float]
    cutoffs_s: Sequence[int]
    gates: str
    walk: str
    at: str = ""


def within(metres: Distances, cutoff_s: float, speed_m_s: float) -> Flags:
    """
    Tell which distances are walked within a cutoff: ``metres <= cutoff_s * speed_m_s``.

    >>> within(np.array([1080.0, 1081.0, np.inf]), 900, 1.2).tolist()
    [True, False, False]
    """
    return np.asarray(metres <= metres.dtype.type(cutoff_s * speed_m_s))


def service_coverage(
    population: Population,
    kinds: Sequence[str],
    distances: Mapping[Method, Distances],
    groupings: Sequence[Grouping],
    terms: Terms,
) -> pd.DataFrame:
    """
    Share of households, buildings and people that reach each kind, by group.

    ``share = reached / total`` over the buildings of the group whose count is known; a building
    reaches a kind when ``metres <= cutoff_s * speed_m_s``. Each cutoff is checked by itself.

    Parameters
    ----------
    population
        Counts of n buildings.
    kinds
        Facility kinds, k of them.
    distances
        By method, metres from each building to its nearest facility of each kind, of shape
        (n, k), inf or NaN for none. Methods are never mixed in one row.
    groupings
        Groups to tell the figures of. Residents, elders and vulnerable people are told for
        `ABOVE_COMMUNITY` groupings only, rounded to 5, the share from the rounded figures;
        what rests on one or two buildings is left out (`gis.coverage.disclosure`).
    terms
        Speeds and cutoffs to tell, and what else a figure carries.

    Returns
    -------
    figures
        `COLUMNS`, one row for each grouping, method, group, kind, speed, cutoff and count, in
        that order. ``buildings`` is how many the group has, ``known_buildings`` of how many the
        count is known, ``estimated`` how many of the households in ``total`` are estimates.
        ``share`` is NaN where ``total`` is 0 (``note`` is ``nobody``, or ``not_known`` where no
        building's count is) or where nothing may
        be told (``too_few_buildings``; then ``reached`` is null, and ``total`` where it would
        tell as much). ``gates`` and ``walk`` are
        empty for straight lines, which know of neither.

    Notes
    -----
    O(n * k) for each grouping, method and count, whatever the number of cutoffs and speeds.
    """
    return pd.concat(
        [
            _figures(population, kinds, method, metres, grouping, terms)
            for grouping in groupings
            for method, metres in distances.items()
        ]
        or [pd.DataFrame(columns=list(COLUMNS))],
        ignore_index=True,
    )


def _figures(
    population: Population,
    kinds: Sequence[str],
    method: Method,
    metres: Distances,
    grouping: Grouping,
    terms: Terms,
) -> pd.DataFrame:
    code, groups = grouping.codes()
    tally = Tally(code, len(groups), metres, terms)
    people = grouping.name in ABOVE_COMMUNITY
    tables = [
        _counted(tally, population, counted, groups, kinds, terms)
        for counted in COUNTED
        if people or counted not in SENSITIVE
    ]
    table = pd.concat(tables, ignore_index=True).sort_values("_row", kind="stable")
    walked = method == "network"
    said = {"grouping": grouping.name, "method": method, "at": terms.at}
    said |= {"gates": terms.gates if walked else "", "walk": terms.walk if walked else ""}
    said["households_kind"] = population.households_kind
    return table.assign(**said).loc[:, list(COLUMNS)].reset_index(drop=True)


class Tally:
    """
    Sums over the buildings of each group by kind and by what they reach.

    ``figures`` counts groups, kinds, and pairs of speed and cutoff.
    """

    def __init__(self, code: Ints, groups: int, metres: Distances, terms: Terms) -> None:
        pairs = [(s, c) for s in terms.speeds.values() for c in terms.cutoffs_s]
        limits = np.array([metres.dtype.type(speed * cutoff) for speed, cutoff in pairs])
        self.figures = (groups, metres.shape[1], len(pairs))
        steps, self._step = np.unique(limits, return_inverse=True)
        self._member = code >= 0
        self._code, self._shape = code[self._member], (groups, metres.shape[1], len(steps) + 1)
        reached = np.searchsorted(steps, metres[self._member], side="left")
        kind = np.arange(metres.shape[1])
        self._bin = (
            (self._code[:, None] * self._shape[1] + kind) * self._shape[2] + reached
        ).ravel()

    def total(self, amount: Floats) -> Floats:
        """Sum of each group."""
        return np.bincount(self._code, amount[self._member], self._shape[0]).astype(np.float64)

    def reached(self, amount: Floats) -> Floats:
        """Sum of what is reached, of shape (groups, kinds, speeds x cutoffs)."""
        spread = np.repeat(amount[self._member], self._shape[1])
        sums = np.bincount(self._bin, spread, int(np.prod(self._shape))).reshape(self._shape)
        return np.asarray(np.cumsum(sums, axis=2)[:, :, self._step], np.float64)


def _counted(
    tally: Tally,
    population: Population,
    counted: str,
    groups: npt.NDArray[np.object_],
    kinds: Sequence[str],
    terms: Terms,
) -> pd.DataFrame:
    amount, known = population.amount(counted), population.known(counted)
    guess = np.where(population.estimated, amount, 0.0) * (counted == "households")
    group, kind, step = (part.ravel() for part in np.indices(tally.figures))
    speeds = [(name, ms, c) for name, ms in terms.speeds.items() for c in terms.cutoffs_s]
    table = {
        "group": groups[group],
        "kind": np.asarray(kinds, dtype=object)[kind],
        "speed": np.array([s[0] for s in speeds], dtype=object)[step],
        "speed_m_s": np.array([s[1] for s in speeds], np.float64)[step],
        "cutoff_s": np.array([s[2] for s in speeds], np.int64)[step],
        "counted": counted,
        "buildings": tally.total(np.ones(len(population)))[group].astype(np.int64),
        "known_buildings": tally.total(known.astype(np.float64))[group].astype(np.int64),
        "estimated": tally.total(guess)[group].astype(np.int64),
        "_row": np.arange(len(group)),
    }
    told = pd.DataFrame(table | _amounts(tally, amount, sensitive=counted in SENSITIVE))
    return told.assign(note=told["note"].mask(told["known_buildings"] == 0, "not_known"))


def _amounts(tally: Tally, amount: Floats, *, sensitive: bool) -> dict[str, object]:
    """Total, reached, share and note, as far as they may be told."""
    reached = tally.reached(amount)
    total = np.broadcast_to(tally.total(amount)[:, None, None], reached.shape)
    hidden = unsaid = np.zeros(reached.shape, bool)
    if sensitive:
        hidden, unsaid = _hidden(tally, amount)
        reached, total = rounded(reached), rounded(total)
    nobody = np.full(reached.shape, np.nan)
    share = np.divide(reached, total, out=nobody, where=(total > 0) & ~hidden)
    note = np.where(hidden, "too_few_buildings", np.where(total > 0, "", "nobody"))
    return {
        "total": _whole(total, unsaid),
        "reached": _whole(reached, hidden),
        "share": share.ravel(),
        "note": note.ravel(),
    }


def _hidden(tally: Tally, amount: Floats) -> tuple[Flags, Flags]:
    """Where those reached or those not reached, and where all, live in one or two buildings."""
    lived_in = (amount > 0).astype(np.float64)
    reached = tally.reached(lived_in)
    total = np.broadcast_to(tally.total(lived_in)[:, None, None], reached.shape)
    return too_few(reached) | too_few(total - reached), too_few(total)


def _whole(numbers: Floats, missing: Flags) -> pd.arrays.IntegerArray:
    return pd.arrays.IntegerArray(np.rint(numbers).ravel().astype(np.int64), missing.flatten())
