"""What weighs much is held by a process beside the service, not by the one that serves."""

from __future__ import annotations

import multiprocessing
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from api.errors import status_of
from api.services.beside import BrokenJob, OneBeside
from api.services.heavy_jobs import HeavyJobs
from api.settings import Settings
from gis.errors import InputError, Unavailable
from gis.workload import tour_lengths

HEAVY = {
    *("numba", "llvmlite", "pypinyin", "pyogrio", "osmium", "highspy", "pymetis", "dask"),
    *("folium", "scipy.optimize"),
}


def opened(_: Settings) -> Callable[[str], str]:
    """Answer words backwards, and who answers; some words are faults."""

    def answer(word: str) -> str:
        if word == "wrong":
            raise InputError("No such word.", "没有这个词。", word=word)
        if word == "end":
            os.kill(os.getpid(), signal.SIGKILL)
        if word == "stay":
            threading.Event().wait(600)
        if word == "broken":
            raise ValueError(word)
        return f"{word[::-1]} {os.getpid()}"

    return answer


@pytest.fixture
def process() -> Iterator[OneBeside]:
    made = OneBeside(opened, Settings())
    yield made
    made.end()
    with pytest.raises(Unavailable):
        made.answer("a")
    assert not multiprocessing.active_children()


def test_one_process_answers_all_threads(process: OneBeside) -> None:
    assert not multiprocessing.active_children()
    words = [f"w{n}" for n in range(40)]
    with ThreadPoolExecutor(8) as threads:
        told = [answer.split() for answer in threads.map(process.answer, words)]
    assert [word for word, _ in told] == [word[::-1] for word in words]
    assert len({pid for _, pid in told}) == 1


def test_a_fault_is_told_as_it_was_raised_and_the_process_goes_on(process: OneBeside) -> None:
    before = process.answer("a")
    with pytest.raises(InputError) as raised:
        process.answer("wrong")
    assert (raised.value.zh, raised.value.context) == ("没有这个词。", {"word": "wrong"})
    assert process.answer("a") == before


def test_a_fault_that_nobody_foresaw_ends_neither_the_process_nor_what_it_keeps(
    process: OneBeside,
) -> None:
    before = process.answer("a")
    with pytest.raises(BrokenJob, match="operator") as raised:
        process.answer("broken")
    assert status_of(raised.value) == 500
    assert process.answer("a") == before


def test_the_end_waits_for_no_job_and_tells_those_who_wait() -> None:
    process = OneBeside(opened, Settings())
    process.answer("a")
    with ThreadPoolExecutor(3) as threads:
        waiting = [threads.submit(process.answer, "stay") for _ in range(3)]
        process.end()
        assert {type(one.exception()) for one in waiting} == {Unavailable}
    assert not multiprocessing.active_children()


def test_names_and_rounds_are_had_without_a_process() -> None:
    heavy = HeavyJobs(Settings())
    heavy.end()
    assert heavy.names(["重庆路"]) == {"重庆路": ("chongqinglu", "cql")}
    assert heavy.tours(np.array([[0.0, 0.0], [3.0, 4.0]]), np.zeros(2, np.int64), 1)[0] > 0


def test_a_process_that_dies_is_told_and_another_one_answers_the_next(process: OneBeside) -> None:
    before = process.answer("a")
    with pytest.raises(Unavailable, match="Try again"):
        process.answer("end")
    assert process.answer("a").split()[0] == "a"
    assert process.answer("a") != before


def test_a_job_without_end_is_ended() -> None:
    process = OneBeside(opened, Settings(), longest_s=3.0)
    with pytest.raises(Unavailable, match="within 3 s"):
        process.answer("stay")
    assert not multiprocessing.active_children()


def test_names_are_read_and_rounds_measured_beside_the_service() -> None:
    heavy = HeavyJobs(Settings())
    stops, place = np.random.default_rng(7).uniform(0, 500, (90, 2)), np.arange(90) % 4 - 1
    measured = heavy.tours(stops, place, 4)
    assert measured.tolist() == tour_lengths(stops, place, 4).tolist()
    assert measured[3] == 0.0
    assert heavy.names(["重庆路", "1幢", "1幢"]) == {
        "重庆路": ("chongqinglu", "cql"),
        "1幢": ("1zhuang", "1z"),
    }
    heavy.end()
    assert HeavyJobs(Settings()).names([]) == {}


def test_a_process_that_serves_loads_no_compiler_no_dictionary_and_no_gdal() -> None:
    code = f"import api.app, sys; print(sorted({HEAVY!r} & set(sys.modules)))"
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "[]"
