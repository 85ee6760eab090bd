"""One connected region of faces for each unit; loose pieces and scraps go to a neighbour."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely

from gis.arrangement import OUTSIDE, Flags, Floats, Ints, absorb, connected, totals
from gis.blocks import POCKET_M2, RANK, Blocks, line_ranks
from gis.faces import Faces

FRONT_M2 = 100.0
"""Smaller pieces of ground before a courtyard become part of a neighbouring cell."""
FRONT_WIDTH_M = 1.5
"""Narrower ones are the width of a wall, and go to the courtyard behind it."""


@dataclass(frozen=True, slots=True)
class Regions:
    """
    Units as groups of faces.

    ``unit[f]`` is the unit of face ``f`` (-1 outside); ``block`` and ``building`` (-1: ground)
    belong to each unit. Buildings come in their order, then ground from north to south.
    """

    unit: Ints
    block: Ints
    building: Ints


@dataclass(frozen=True, slots=True)
class _Pieces:
    """Connected faces of one owner: what each is, and the lines it shares, in both directions."""

    of_face: Ints
    owner: Ints
    area_m2: Floats
    rim_m: Floats
    source: Ints
    target: Ints
    rank: Ints
    length_m: Floats


def unite_faces(faces: Faces, blocks: Blocks, walled: Flags, step_m: float) -> Regions:
    """
    Join the faces of each owner, and give away what is not its main piece.

    A building keeps the piece that holds most of its site. Its other pieces, pieces cut off
    by a dead-end barrier, and scraps of ground go over the weakest line to the neighbour with
    the longest shared one, in the same block first. A building of which no face is left has
    no unit.
    """
    pieces = _joined(faces, blocks, walled, step_m)
    built = (pieces.owner != OUTSIDE) & (pieces.owner < faces.houses)
    core = totals(pieces.of_face, faces.core, len(built))
    main = built & (core > 0) & _heaviest(pieces.owner, core)
    front = (pieces.owner >= faces.houses) & (pieces.owner < faces.first_empty)
    narrow = front & (2 * pieces.area_m2 < FRONT_WIDTH_M * pieces.rim_m)
    cut_off = (pieces.owner >= faces.first_empty) & (pieces.area_m2 < POCKET_M2)
    cut_off &= ~_heaviest(pieces.owner, pieces.area_m2)
    orphan = (built & ~main) | narrow | (front & (pieces.area_m2 < FRONT_M2)) | cut_off
    rank = 2 * pieces.rank
    ground = pieces.owner[pieces.target] >= faces.houses
    rank[narrow[pieces.source] & ground & (rank == 0)] = 2 * RANK["wall"] + 1
    into = absorb(orphan, pieces.source, pieces.target, rank, pieces.length_m)
    return _numbered(faces, pieces, into)


def _joined(faces: Faces, blocks: Blocks, walled: Flags, step_m: float) -> _Pieces:
    """Join faces of one owner over every segment that is no barrier."""
    arrangement = faces.arrangement
    left, right = arrangement.left, arrangement.right
    owner = np.append(faces.owner, OUTSIDE)
    inside = (owner[left] != OUTSIDE) & (owner[right] != OUTSIDE)
    same = inside & (owner[left] == owner[right]) & (faces.barrier == 0)
    piece = connected(len(faces.owner), left[same], right[same])
    count = int(piece.max(initial=OUTSIDE)) + 1
    padded = np.append(piece, OUTSIDE)
    length = arrangement.lengths * step_m
    rim = np.zeros(count + 1)
    edge = padded[left] != padded[right]
    np.add.at(rim, padded[left[edge]], length[edge])
    np.add.at(rim, padded[right[edge]], length[edge])
    yard = np.append(np.append(blocks.courtyard, OUTSIDE)[faces.block], OUTSIDE)
    rank = line_ranks(yard[left], yard[right], faces.barrier, walled)
    shared = edge & inside
    a, b = piece[left[shared]], piece[right[shared]]
    return _Pieces(
        piece,
        faces.owner[np.unique(piece, return_index=True)[1]],
        totals(piece, shapely.area(arrangement.faces), count) * step_m**2,
        rim[:count],
        np.concatenate([a, b]),
        np.concatenate([b, a]),
        np.tile(rank[shared], 2),
        np.tile(length[shared], 2),
    )


def _heaviest(owner: Ints, weight: Floats) -> Flags:
    """Flag the heaviest piece of each owner."""
    order = np.lexsort([-weight, owner])
    flags = np.zeros(len(owner), dtype=bool)
    flags[order[np.unique(owner[order], return_index=True)[1]]] = True
    return flags


def _numbered(faces: Faces, pieces: _Pieces, into: Ints) -> Regions:
    """Number the pieces that are left."""
    kept = np.flatnonzero((into == np.arange(len(into))) & (pieces.owner != OUTSIDE))
    face = np.unique(pieces.of_face, return_index=True)[1][kept]
    x, y = shapely.get_coordinates(shapely.point_on_surface(faces.arrangement.faces[face])).T
    owner = pieces.owner[kept]
    built = owner < faces.houses
    order = np.lexsort([x, np.where(built, 0.0, -y), np.where(built, owner, faces.houses)])
    number = np.full(len(into), OUTSIDE)
    number[kept[order]] = np.arange(len(kept))
    building = np.where(built, owner, OUTSIDE)[order]
    return Regions(number[into][pieces.of_face], faces.block[face[order]], building)
