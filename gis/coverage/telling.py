"""Which figures of sensitive groups may stand beside each other without telling of a building."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from gis.coverage.disclosure import too_few

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
Ints = npt.NDArray[np.int64]

# Walks that are told of people: a figure for every second of cutoff would be a list of buildings.
TOLD_SPEEDS_M_S = (1.2, 0.8, 0.6)
TOLD_CUTOFFS_S = (300, 600, 900)
_CHUNK = 20_000


def usual(speed_m_s: float, cutoff_s: float) -> bool:
    """
    Tell whether figures of people are told of a walk: of the preset speeds and cutoffs only.

    So repeated runs, each with a cutoff a second longer, tell nothing that one run does not.

    >>> usual(1.2, 900), usual(1.2, 901), usual(1.21, 900)
    (True, False, False)
    """
    return speed_m_s in TOLD_SPEEDS_M_S and cutoff_s in TOLD_CUTOFFS_S


def apart(reached: Flags) -> Flags:
    """
    Tell which figures may stand beside those before them.

    A figure is told when no figure told before it, nor all or none of the buildings, differs
    from it by one or two buildings: the difference of the two would be what those hold.

    Parameters
    ----------
    reached
        Of shape (figures, buildings): which buildings a figure sums, of those where somebody of
        the group lives.

    Returns
    -------
    told
        One flag for each figure. Equal sets are all told, or none.

    Examples
    --------
    >>> apart(np.array([[1, 1, 1, 0, 0, 0, 0, 0], [1, 1, 1, 1, 0, 0, 0, 0]], bool)).tolist()
    [True, False]

    Notes
    -----
    O(figures^2 * buildings), as one product of matrices.
    """
    figures, buildings = reached.shape
    common = np.zeros((figures, figures), np.float64)
    for begin in range(0, buildings, _CHUNK):
        part = reached[:, begin : begin + _CHUNK].astype(np.float32)
        common += part @ part.T
    size = common.diagonal()
    close = too_few(size[:, None] + size[None, :] - 2 * common)
    told = ~(too_few(size) | too_few(buildings - size) | too_few(buildings))
    for figure in np.flatnonzero(told):
        told[figure] = not close[figure, :figure][told[:figure]].any()
    return told


def told_by_group(reached: Flags, group: Ints, groups: int) -> Flags:
    """
    Apply `apart` group by group.

    Parameters
    ----------
    reached
        Of shape (buildings, figures), only buildings where somebody of the group of people lives.
    group
        Number of each building's group, from 0.

    Returns
    -------
    told
        Of shape (groups, figures).
    """
    told = np.zeros((groups, reached.shape[1]), bool)
    order = np.argsort(group, kind="stable")
    bounds = np.searchsorted(group[order], np.arange(groups + 1))
    for number in range(groups):
        rows = order[bounds[number] : bounds[number + 1]]
        told[number] = apart(reached[rows].T)
    return told


def without_remainders(
    told: Flags, below: Sequence[tuple[Flags, Ints]], reached: Flags, group: Ints
) -> Flags:
    """
    Take out figures from which the told ones of smaller areas leave one or two buildings over.

    Parameters
    ----------
    told
        Of shape (groups, figures): what `told_by_group` allows. Not modified.
    below
        Of each level below: its own told flags and each building's group there (-1 for none).
    reached, group
        As in `told_by_group`.

    Returns
    -------
    told
        Of the same shape. A figure of a subdistrict less those of the communities that tell it is
        the figure of those that do not; that, too, must rest on none or on three buildings.
    """
    kept = told.copy()
    for told_below, group_below in below:
        missing = ~told_below[group_below] | (group_below < 0)[:, None]
        for member in (reached, ~reached):
            left = np.zeros(told.shape)
            np.add.at(left, group, (member & missing).astype(np.float64))
            kept &= ~too_few(left)
    return kept
