"""Straight pieces of streets between places, and cutting them."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
import shapely

from gis.network.junctions import Floats, Ints, Shapes, Vertices


@dataclass(frozen=True, slots=True)
class Segments:
    """
    Straight pieces between two places.

    ``tail`` and ``head`` are places, ``line`` is the line each piece comes from (-1: a path
    that no street draws), ``zone`` the closed courtyard it lies in (-1: outside). ``x`` and
    ``y`` are by place.
    """

    tail: Ints
    head: Ints
    line: Ints
    zone: Ints
    x: Floats
    y: Floats

    @property
    def metres(self) -> Floats:
        """Length of each piece."""
        length: Floats = np.hypot(
            self.x[self.head] - self.x[self.tail], self.y[self.head] - self.y[self.tail]
        )
        return length

    def shapes(self, which: Ints) -> Shapes:
        """LineStrings of some pieces."""
        ends = np.stack([self.tail[which], self.head[which]], axis=1)
        lines: Shapes = np.asarray(
            shapely.linestrings(np.stack([self.x[ends], self.y[ends]], axis=2)), dtype=object
        )
        return lines

    def at(self, which: Ints, share: Floats) -> Floats:
        """Points at a share of the way from tail to head."""
        t, h = self.tail[which], self.head[which]
        x = self.x[t] + share * (self.x[h] - self.x[t])
        y = self.y[t] + share * (self.y[h] - self.y[t])
        return np.column_stack([x, y])

    def cut(self, which: Ints, share: Floats, step_m: float = 0.01) -> tuple[Segments, Ints]:
        """
        Cut pieces at shares of their way from tail to head.

        A cut within `step_m` of an end, or of another cut, is made there.

        Returns
        -------
        segments
            Uncut pieces first, in order; places keep their numbers, new ones follow.
        place
            The place of each cut.
        """
        from_tail = share * self.metres[which]
        place = np.full(len(which), -1, dtype=np.int64)
        place[from_tail <= step_m] = self.tail[which[from_tail <= step_m]]
        near_head = self.metres[which] - from_tail <= step_m
        place[near_head & (place < 0)] = self.head[which[near_head & (place < 0)]]
        inner = np.flatnonzero(place < 0)
        key = pd.MultiIndex.from_arrays([which[inner], np.round(from_tail[inner] / step_m)])
        code, _ = pd.factorize(key)
        first = np.sort(np.unique(code, return_index=True)[1])
        place[inner] = len(self.x) + code
        spots = self.at(which[inner[first]], share[inner[first]])
        made = self._pieces(which[inner[first]], share[inner[first]])
        x, y = np.r_[self.x, spots[:, 0]], np.r_[self.y, spots[:, 1]]
        return replace(made, x=x, y=y), place

    def _pieces(self, which: Ints, share: Floats) -> Segments:
        """Pieces after cuts in the middle; cut ``k`` is at place ``len(x) + k``."""
        order = np.lexsort((share, which))
        cut, new = which[order], len(self.x) + order
        begins = np.r_[True, cut[1:] != cut[:-1]] if len(cut) else np.empty(0, bool)
        ends = np.r_[begins[1:], True] if len(cut) else begins
        tail = np.where(begins, self.tail[cut], np.r_[0, new[:-1]] if len(new) else new)
        rest = cut[ends]
        whole = np.setdiff1d(np.arange(len(self.tail)), cut)
        source = np.r_[whole, cut, rest]
        return Segments(
            np.r_[self.tail[whole], tail, new[ends]],
            np.r_[self.head[whole], new, self.head[rest]],
            self.line[source],
            self.zone[source],
            self.x,
            self.y,
        )

    def joined(self, tail: Ints, head: Ints, zone: Ints) -> Segments:
        """Add paths that no street draws."""
        return replace(
            self,
            tail=np.r_[self.tail, tail],
            head=np.r_[self.head, head],
            line=np.r_[self.line, np.full(len(tail), -1)],
            zone=np.r_[self.zone, zone],
        )

    def with_places(self, xy: Floats) -> tuple[Segments, Ints]:
        """Add places; their numbers."""
        new = len(self.x) + np.arange(len(xy))
        grown = replace(self, x=np.r_[self.x, xy[:, 0]], y=np.r_[self.y, xy[:, 1]])
        return grown, new


@dataclass(frozen=True, slots=True)
class Cleaned:
    """Segments of all lines, with what was left out."""

    segments: Segments
    zero_length: int
    duplicates: int


def segments_of(vertices: Vertices) -> Cleaned:
    """Take the pieces between the vertices: each pair of places once, none without length."""
    along = np.flatnonzero(vertices.line[1:] == vertices.line[:-1])
    tail, head = vertices.place[along], vertices.place[along + 1]
    real = tail != head
    along, tail, head = along[real], tail[real], head[real]
    key = (np.minimum(tail, head) << 32) | np.maximum(tail, head)
    first = np.flatnonzero(~pd.Series(key).duplicated().to_numpy())
    segments = Segments(
        tail[first],
        head[first],
        vertices.line[along[first]],
        np.full(len(first), -1, dtype=np.int64),
        vertices.x,
        vertices.y,
    )
    return Cleaned(segments, int((~real).sum()), len(key) - len(first))
