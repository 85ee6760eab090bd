"""Whoever listens hears of what lies in their sight, and of the rest not even that it happened."""

from __future__ import annotations

import json
from datetime import date

import numpy as np
import shapely

from api.services.change_events import event_text
from api.services.changes import News, Next
from gis.store.changes import GRID_BITS, Change
from gis.store.sight import EVERYWHERE, Ground, Sight

OWN, SIBLING = "510000000001", "510000000002"
SHAPE = shapely.box(104.600, 28.400, 104.612, 28.408)
SEES_OWN = Sight(Ground(date(2026, 5, 1), (OWN,), (OWN,), SHAPE), drafts=True, known=True)


def box_at(lon: float, lat: float) -> list[int]:
    """A box of one unit of the log."""
    size = 1 << GRID_BITS
    row = 0.5 - np.arcsinh(np.tan(np.radians(lat))) / (2 * np.pi)
    return [int((lon + 180) / 360 * size), int(row * size)] * 2


INSIDE, OUTSIDE = box_at(104.606, 28.404), box_at(104.626, 28.404)


def heard(
    areas: tuple[str, ...],
    boxes: list[list[int]] | None,
    sight: Sight = SEES_OWN,
    layers: frozenset[str] | None = None,
) -> list[dict[str, object]]:
    """What is told of one change."""
    places = None if boxes is None else np.array(boxes)
    change = Change(7, "building", None, None, True, areas, places)
    text = event_text(Next(8, news=News(8, 0, (change,))), None, sight, layers).decode()
    return [json.loads(row[6:]) for row in text.splitlines() if row.startswith("data: ")]


def test_a_change_of_the_sibling_is_not_heard_at_all() -> None:
    assert (
        event_text(
            Next(8, news=News(8, 0, (Change(7, "building", None, None, True, (SIBLING,), None),))),
            None,
            SEES_OWN,
        )
        == b""
    )
    assert heard((), [OUTSIDE]) == []
    assert len(heard((SIBLING,), [OUTSIDE], EVERYWHERE)) == 1


def test_of_one_statement_over_both_only_the_own_part_is_heard() -> None:
    (told,) = heard((OWN, SIBLING), [INSIDE, OUTSIDE])
    assert told["areas"] == [OWN]
    boxes = told["boxes"]
    assert isinstance(boxes, list)
    (box,) = boxes
    assert SHAPE.intersects(shapely.box(*box))


def test_what_is_everywhere_is_told_without_a_place() -> None:
    (told,) = heard((), None)
    assert (told["areas"], told["boxes"]) == ([], None)


def test_whoever_hears_of_some_layers_is_told_of_no_others() -> None:
    (told,) = heard((OWN,), [INSIDE])
    assert told["layers"] == ["buildings", "reach"]
    (told,) = heard((OWN,), [INSIDE], layers=frozenset({"reach", "grids"}))
    assert told["layers"] == ["reach"]
    assert heard((OWN,), [INSIDE], layers=frozenset({"grids"})) == []
