"""The reckoning of the endurance run: what counts as a fault, and what as none."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.endurance_ledgers import (
    FreshLedger,
    Outage,
    Outages,
    Reckoning,
    Sample,
    StrokeLedger,
    by_minutes,
    households_told,
    slope,
)


def ledger(*outages: Outage) -> FreshLedger:
    made = FreshLedger(Outages(list(outages)))
    made.commit("b1", 10, at=100.0)
    made.commit("b1", 11, at=200.0)
    return made


def test_an_old_count_is_a_fault_once_a_second_is_over() -> None:
    fresh = ledger()
    early, late = fresh.before("b1", 200.5), fresh.before("b1", 201.5)
    assert fresh.judge("b1", early, 10) is None
    assert fresh.judge("b1", early, 9) is not None
    assert fresh.judge("b1", late, 10) == "b1 has 10 households, 11 were committed before"
    assert fresh.judge("b1", late, 11) is None
    assert fresh.judge("b1", late, None) == "b1 is missing"


def test_who_was_told_the_new_count_is_never_told_the_old_one_again() -> None:
    fresh = ledger()
    assert fresh.judge("b1", fresh.before("b1", 200.1), 11) is None
    assert fresh.judge("b1", fresh.before("b1", 200.2), 10) is not None


def test_an_answer_of_the_database_itself_has_no_second() -> None:
    fresh = ledger()
    assert fresh.judge("b1", fresh.committed("b1"), 10) is not None


def test_while_the_database_is_away_the_last_edit_is_not_due_but_the_one_before_is() -> None:
    fresh = ledger(Outage("kill -9", began=200.2, accepting=210.0))
    during = fresh.before("b1", 209.0)
    assert fresh.judge("b1", during, 10) is None
    assert fresh.judge("b1", during, 9) is not None


@given(st.floats(0, 50), st.floats(0, 50))
def test_an_outage_excuses_what_overlaps_it_and_five_seconds_after(at: float, took: float) -> None:
    outage = Outage("kill -9", began=20.0, accepting=30.0)
    assert outage.excuses(at, at + took) == (at + took >= 20.0 and at <= 35.0)
    assert Outage("kill -9", began=20.0).excuses(1000.0, 1000.0)


Moves = list[list[int | None]]
MOVES: Moves = [[3, 1, 2], [1, None, 2]]


def test_a_history_that_is_what_was_told_is_good() -> None:
    strokes = StrokeLedger()
    strokes.tell("a", 5, MOVES)
    strokes.tell("a", 5, MOVES)  # told again after a lost connection
    history: list[tuple[int, Moves]] = [(4, [[0, None, 1]]), (5, MOVES[::-1])]
    assert strokes.reckon(history, after=4) == Reckoning(1, 0, 0, 0)


def test_lost_doubled_and_untold_strokes_are_counted() -> None:
    strokes = StrokeLedger()
    for client, seq in (("a", 5), ("b", 6), ("c", 6), ("d", 7)):
        strokes.tell(client, seq, MOVES)
    history = [(5, MOVES), (6, MOVES), (7, MOVES[:1]), (8, MOVES)]
    told = strokes.reckon(history, after=4)
    assert told == Reckoning(told=4, lost=1, doubled=1, unknown=1)
    assert not told.good
    assert StrokeLedger().reckon([(5, MOVES), (5, MOVES)], after=4).doubled == 1


@given(st.floats(-5, 5), st.floats(100, 400))
def test_the_slope_of_a_line_is_its_own(growth: float, begun: float) -> None:
    samples = [Sample(60.0 * minute, begun + growth * minute, 0, 0) for minute in range(30)]
    assert slope(samples, since_s=600) == pytest.approx(growth, abs=1e-6)
    jumped = [Sample(0.0, 0.0, 0, 0), *samples[11:]]
    assert slope(jumped, since_s=600) == pytest.approx(growth, abs=1e-6)
    assert slope(samples[:1], since_s=0) == 0


def test_memory_is_told_by_steps() -> None:
    samples = [Sample(15.0 * n, 100 + n, 50, 0) for n in range(40)]
    assert by_minutes(samples, 300) == [(5, 109.5, 50, 119), (10, 129.5, 50, 139)]


def test_the_count_of_a_building_is_read_from_its_attributes() -> None:
    listed = [{"code": "b0", "households": 4}, {"code": "b1", "households": 7}]
    assert households_told(listed, "b1") == 7
    assert households_told(listed, "b2") is None
