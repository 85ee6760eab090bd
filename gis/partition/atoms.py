"""What stays whole: courtyards that fit one grid, and every other unit by itself."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from gis.partition.graph import Floats, Ints, PieceGraph, connected_parts, piece_graph


@dataclass(frozen=True, slots=True)
class Atoms:
    """
    Units gathered into pieces that no grid boundary cuts.

    ``atom[u]`` is the piece of unit ``u`` (numbered from 0 in order of their first units);
    ``oversize`` marks units of courtyards that must be split because they exceed a full grid.
    """

    atom: Ints
    oversize: npt.NDArray[np.bool_]

    @property
    def count(self) -> int:
        """Number of pieces."""
        return int(self.atom.max(initial=-1)) + 1


def gather_atoms(
    courtyard: Ints, load: Ints, capacity: int, i: Ints, j: Ints, *, keep_courtyards: bool = True
) -> Atoms:
    """
    Gather the units of each courtyard whose load fits one grid.

    Parameters
    ----------
    courtyard
        Courtyard number of each unit, -1 where there is none.
    load, capacity
        Integer loads and the load of a full grid.
    i, j
        Pairs of units that touch. A courtyard cut apart by a hard barrier gives one piece for
        each connected part.
    keep_courtyards
        Whether courtyards stay whole at all.
    """
    n = len(load)
    total = np.zeros(int(courtyard.max(initial=-1)) + 1, np.int64)
    inside = courtyard >= 0
    np.add.at(total, courtyard[inside], load[inside])
    fits = np.zeros(n, np.bool_)
    fits[inside] = total[courtyard[inside]] <= capacity
    whole = fits if keep_courtyards else np.zeros(n, np.bool_)
    joined = (courtyard[i] == courtyard[j]) & whole[i] & whole[j]
    parts = connected_parts(n, i[joined], j[joined])
    return Atoms(parts, inside & ~fits)


def contract(
    atoms: Atoms,
    load: Ints,
    i: Ints,
    j: Ints,
    length: Floats,
    x: Floats,
    y: Floats,
    mass: Floats,
) -> PieceGraph:
    """Graph of the pieces: loads and masses added, places averaged by mass, lengths added."""
    count, atom = atoms.count, atoms.atom
    loads = np.zeros(count, np.int64)
    np.add.at(loads, atom, load)
    masses = np.bincount(atom, mass, count)
    safe = np.maximum(masses, 1e-12)
    return piece_graph(
        loads,
        atom[i],
        atom[j],
        length=length,
        x=np.bincount(atom, x * mass, count) / safe,
        y=np.bincount(atom, y * mass, count) / safe,
        mass=masses,
    )
