"""What of a plan's history stands, and what can be taken back or made again."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

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

    Parameters
    ----------
    edits
        Oldest first.
    whose
        Only the edits of this person count, and only a stroke of theirs ends what they could
        make again; None: all edits of the plan, whoever made them.
    """
    done: list[EditHead] = []
    undone: list[EditHead] = []
    for edit in edits:
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
    return Stacks(*(tuple(e for e in s if whose in (None, e.made_by)) for s in (done, undone)))
