"""What of a plan's history stands, and what can be taken back or made again."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import takewhile

from gis.store.edits import EditHead

_ALWAYS_BEGIN = ("rebase", "fork")
# Besides these a history stands on its first edit, whatever made it: undo stops there, because
# all units unassigned is nobody's wish. A repair or division adopted later is undone like a stroke.
MARKS = ("publish", "withdraw", "submit", "return", "approve", "recall")
"""They tell of the plan's life and move nothing."""
ENDS_NOTHING = (*_ALWAYS_BEGIN, *MARKS)
"""After these edits there may be nothing of one's own to undo."""


@dataclass(frozen=True, slots=True)
class Stacks:
    """Edits that stand, and undo-edits that could be made again, each newest last."""

    done: tuple[EditHead, ...]
    undone: tuple[EditHead, ...]


def stacks(edits: Iterable[EditHead], whose: str | None = None) -> Stacks:
    """
    Work out what can be taken back and made again.

    An edit made on another ground than the plan is on now can be neither, nor what lies below
    it, until the plan is on that ground again.

    Parameters
    ----------
    edits
        Oldest first.
    whose
        Only the edits of this person count, and only a stroke of theirs ends what they could
        make again; None: all edits of the plan, whoever made them.
    """
    edits = list(edits)
    done: list[EditHead] = []
    undone: list[EditHead] = []
    now, on = _first_ground(edits), dict[int, int | None]()
    for edit in edits:
        now = edit.ground if edit.ground is not None else now
        on[edit.seq] = now
        if edit.action in MARKS:
            continue
        if edit.action == "undo":
            done = [e for e in done if e.seq != edit.undoes]
            undone.append(edit)
        elif edit.action == "redo":
            undone = [e for e in undone if e.seq != edit.undoes]
            done.append(edit)
        elif edit.seq == 1 or edit.action in _ALWAYS_BEGIN:
            done, undone = [], []
        else:
            done.append(edit)
            undone = [e for e in undone if whose is not None and e.made_by != edit.made_by]
    mine = ([e for e in s if whose in (None, e.made_by)] for s in (done, undone))
    return Stacks(*(_on_ground(stack, on, now) for stack in mine))


def _first_ground(edits: Iterable[EditHead]) -> int | None:
    return next((e.ground_was for e in edits if e.ground_was is not None), None)


def _on_ground(
    stack: list[EditHead], on: Mapping[int, int | None], now: int | None
) -> tuple[EditHead, ...]:
    """Leave out what lies below an edit of another ground: unit numbers mean others there."""
    kept = list(takewhile(lambda edit: on[edit.seq] == now, reversed(stack)))
    return tuple(reversed(kept))
