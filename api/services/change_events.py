"""Changes as server-sent events."""

from __future__ import annotations

import json
from dataclasses import replace
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from api.services.changes import News, Next
from gis.store.changes import Change
from gis.store.sight import Sight
from maps.touched import degrees, in_degrees, layers_touched

_MOST_BOXES = 200
_MOST_AREAS = 200


def event_text(
    told: Next, plan_id: int | None, sight: Sight, layers: frozenset[str] | None = None
) -> bytes:
    """
    Spell what a listener is told next.

    One event ``change`` for each table and plan, ``reset`` when something was missed, and a
    comment when there is nothing to tell; each ends with the mark to go on from. A listener
    hears of public changes, and of those of the plan that it may see and asked for, as far as
    they lie in its sight, and of `layers` alone where they are named; of news that hold nothing
    for it, it hears nothing at all.
    """
    if told.lost:
        return b"event: reset\ndata: {}\n" + _mark(told.mark)
    if told.news is None:
        return quiet(told)
    events = news_text(told.news, plan_id, sight, layers)
    # The mark stands last, so that whoever is cut off before it is told everything again.
    return events and events + _mark(told.mark)


def quiet(told: Next) -> bytes:
    """Spell that there is nothing to tell up to here."""
    return b": \n" + _mark(told.mark)


def _mark(mark: int) -> bytes:
    return f"id: {mark}\n\n".encode()


class _Rows(NamedTuple):
    """Which rows changed: those of one table, shown by one, of one plan or of none."""

    source: str
    through: str | None
    plan_id: int | None


# Thousands of listeners are told the same.
@lru_cache(maxsize=64)
def news_text(
    news: News, plan_id: int | None, sight: Sight, layers: frozenset[str] | None = None
) -> bytes:
    """Spell the events of some news that a listener may hear, without the mark at the end."""
    groups: dict[_Rows, list[Change]] = {}
    for change in filter(None, (_heard(change, sight) for change in news.changes)):
        if change.public or (plan_id is not None and change.plan_id == plan_id):
            rows = _Rows(change.source, change.through, change.plan_id)
            groups.setdefault(rows, []).append(change)
    events = (_event(news.mark, rows, changes, layers) for rows, changes in groups.items())
    return b"\n".join(filter(None, events))


def _heard(change: Change, sight: Sight) -> Change | None:
    """
    Return what is heard of a change in a sight, None for nothing.

    Of rows that belong to areas, those of areas seen; of others, those whose boxes touch the
    ground seen. Boxes end where it does.
    """
    ground = sight.ground
    if ground is None:
        return change
    areas = tuple(code for code in change.areas if code in ground.areas)
    if change.areas and not areas:
        return None
    if change.boxes is None:
        return replace(change, areas=areas)
    boxes = change.boxes[ground.meet(in_degrees(change.boxes))]
    return replace(change, areas=areas, boxes=boxes) if areas or len(boxes) else None


def _event(mark: int, rows: _Rows, changes: list[Change], heard: frozenset[str] | None) -> bytes:
    """Spell an event; nothing when it is of no layer that is heard of."""
    boxes = [change.boxes for change in changes]
    everywhere = any(box is None for box in boxes)
    found = [box for box in boxes if box is not None]
    areas = sorted({code for change in changes for code in change.areas})
    touched, below = layers_touched(rows.source, rows.through)
    layers = tuple(name for name in touched if heard is None or name in heard)
    if heard is not None and not layers:
        return b""
    shown = degrees(np.concatenate(found), _MOST_BOXES) if layers and any(map(len, found)) else []
    told = {
        "mark": mark,
        "table": rows.source,
        "layers": layers,
        "below": below,
        "plan": rows.plan_id,
        # Where no map shows the change, places would only tell whose rows they were.
        "boxes": None if everywhere else shown,
        "areas": areas[:_MOST_AREAS],
    }
    return f"event: change\ndata: {json.dumps(told, separators=(',', ':'))}\n".encode()
