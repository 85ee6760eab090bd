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
from gis.coverage.telling import told_by_group, usual, without_remainders

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
        `ABOVE_COMMUNITY` groupings only, rounded to 5, the share from the rounded figures, at the
        preset speeds and cutoffs; what rests on one or two buildings, or differs by so few from
        a figure told before it, is left out (`gis.coverage.telling`). Smaller areas come first.
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
        be told (``too_few_buildings``, or ``other_walk`` for a speed or cutoff of which people
        are not told; then ``reached`` is null, and ``total`` where it would
        tell as much). ``gates`` and ``walk`` are
        empty for straight lines, which know of neither.

    Notes
    -----
    O(n * k) for each grouping, method and count, whatever the number of cutoffs and speeds; of
    sensitive groups O(n * f^2) for f figures.
    """
    telling = {counted: Telling(population, counted, distances, terms) for counted in SENSITIVE}
    tables = []
    for grouping in groupings:
        code, groups = grouping.codes()
        told = {}
        if grouping.name in ABOVE_COMMUNITY:
            told = {counted: telling[counted].of(code, len(groups)) for counted in SENSITIVE}
        for number, (method, metres) in enumerate(distances.items()):
            tally = Tally(code, len(groups), metres, terms)
            own = {counted: flags[:, number] for counted, flags in told.items()}
            tables.append(_figures(population, kinds, method, tally, grouping, groups, terms, own))
    return pd.concat(tables or [pd.DataFrame(columns=list(COLUMNS))], ignore_index=True)


class Telling:
    """Which figures of one sensitive group may be told, level by level, over all methods."""

    def __init__(
        self,
        population: Population,
        counted: str,
        distances: Mapping[Method, Distances],
        terms: Terms,
    ) -> None:
        self._rows = np.flatnonzero(population.amount(counted) > 0)
        walks = [(s, c) for s in terms.speeds.values() for c in terms.cutoffs_s]
        self._usual = np.array([usual(*walk) for walk in walks], bool)
        # Methods, buildings, kinds, walks; a walk that is not told of is reached by nobody.
        reached = [
            np.stack([within(metres[self._rows], c, s) & usual(s, c) for s, c in walks], axis=-1)
            for metres in distances.values()
        ]
        none = np.zeros((len(self._rows), 0, 0, len(walks)), bool)
        self._reached = np.stack(reached, axis=1) if reached else none
        self._below: list[tuple[Flags, Ints]] = []

    def of(self, code: Ints, groups: int) -> Flags:
        """Return flags of shape (groups, methods, kinds, walks); levels come from below."""
        shape = self._reached.shape[1:]
        inside = code[self._rows] >= 0
        group = code[self._rows][inside]
        reached = self._reached[inside].reshape(len(group), int(np.prod(shape)))
        told = told_by_group(reached, group, groups)
        below = [(flags, own[inside]) for flags, own in self._below]
        told = without_remainders(told, below, reached, group)
        self._below.append((told, code[self._rows]))
        return np.asarray(told.reshape(groups, *shape) & self._usual)


def _figures(
    population: Population,
    kinds: Sequence[str],
    method: Method,
    tally: Tally,
    grouping: Grouping,
    groups: npt.NDArray[np.object_],
    terms: Terms,
    told: Mapping[str, Flags],
) -> pd.DataFrame:
    tables = [
        _counted(tally, population, counted, groups, kinds, terms, told.get(counted))
        for counted in COUNTED
        if counted in told or counted not in SENSITIVE
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

    def total(self, amount: Floats | Flags) -> Floats:
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
    may_tell: Flags | None,
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
    told = pd.DataFrame(table | _amounts(tally, amount, may_tell))
    note = told["note"]
    if may_tell is not None:
        asked = zip(table["speed_m_s"], table["cutoff_s"], strict=True)
        other = ~np.array([usual(speed, cutoff) for speed, cutoff in asked], bool)
        note = note.mask((note == "too_few_buildings") & other, "other_walk")
    return told.assign(note=note.mask(told["known_buildings"] == 0, "not_known"))


def _amounts(tally: Tally, amount: Floats, may_tell: Flags | None) -> dict[str, object]:
    """Total, reached, share and note, as far as they may be told; None: all."""
    reached = tally.reached(amount)
    total = np.broadcast_to(tally.total(amount)[:, None, None], reached.shape)
    hidden = unsaid = np.zeros(reached.shape, bool)
    if may_tell is not None:
        # Nobody lives anywhere, or everybody is counted: that total is told by other figures too.
        lived_in = np.broadcast_to(tally.total(amount > 0)[:, None, None], reached.shape)
        hidden, unsaid = ~may_tell & (lived_in > 0), too_few(lived_in)
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


def _whole(numbers: Floats, missing: Flags) -> pd.arrays.IntegerArray:
    return pd.arrays.IntegerArray(np.rint(numbers).ravel().astype(np.int64), missing.flatten())
