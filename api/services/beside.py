"""Processes beside the service, for what weighs too much or takes too long within it."""

from __future__ import annotations

import logging
import multiprocessing
import signal
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing.connection import Connection
from threading import Lock
from typing import Any

import sqlalchemy as sa

from api.memory_return import keep_memory_together
from api.settings import Settings
from gis.errors import Unavailable, WanggeError, database_away

log = logging.getLogger("wangge.beside")

_LONGEST_TURN_S = 20.0
"""Longer than that nobody waits for the jobs of others."""

Answering = Callable[[Any], str]
Opening = Callable[[Settings], Answering]
"""Makes ready in the new process and returns what answers its jobs; a function of a module."""


@dataclass(frozen=True, slots=True)
class Fault:
    """A fault on its way between processes: its class, and what it says."""

    kind: type[WanggeError]
    en: str
    zh: str
    context: dict[str, object]

    @classmethod
    def of(cls, error: WanggeError) -> Fault:
        """Make ready what was raised for the way."""
        return cls(type(error), error.en, error.zh, error.context)

    def error(self) -> WanggeError:
        """Return it as what was raised."""
        return self.kind(self.en, self.zh, **self.context)


class BrokenJob(WanggeError):
    """A job met a fault that nobody foresaw; its details are in the log of its process."""

    code = "internal"


_BROKEN = (
    "This could not be computed, because of a fault of the service; nothing was changed. "
    "Tell its operator: the log says more.",
    "服务内部出错，未能算出，没有改动。请告知运维人员，详情见日志。",
)


class Beside:
    """
    One process, and the pipe to it.

    Parameters
    ----------
    opening
        Run in the process once, with the settings.
    """

    def __init__(self, opening: Opening, settings: Settings) -> None:
        # Spawned: a copy of a process with threads and connections would be neither here nor there.
        context = multiprocessing.get_context("spawn")
        self.pipe, other = context.Pipe()
        self._process = context.Process(target=_serve, args=(other, opening, settings), daemon=True)
        self._process.start()
        other.close()

    def take(self) -> str | Fault:
        """
        Wait for the answer of the job sent last.

        Raises
        ------
        EOFError, OSError
            The process is gone.
        """
        answer = self.pipe.recv()
        assert isinstance(answer, str | Fault)  # noqa: S101
        return answer

    def kill(self) -> None:
        """Stop computing at once; who waits for an answer gets the end of the pipe."""
        self._process.kill()

    def end(self) -> None:
        """Stop computing at once, and forget the process."""
        self._process.kill()
        self._process.join()
        self.pipe.close()


class OneBeside:
    """
    One process for all threads: started by the first job, and jobs done one after another.

    Parameters
    ----------
    longest_s
        A job that takes longer ends the process; the next one starts another.
    """

    def __init__(self, opening: Opening, settings: Settings, longest_s: float = 60.0) -> None:
        self._opening, self._settings, self._longest_s = opening, settings, longest_s
        self._turn = Lock()
        self._process: Beside | None = None
        self._over = False

    def answer(self, job: object) -> str:
        """
        Have a job done, and wait for it.

        Raises
        ------
        WanggeError
            What the job raised.
        Unavailable
            The jobs before it or itself took too long, or the process died.
        """
        if not self._turn.acquire(timeout=_LONGEST_TURN_S):
            raise _took_too_long(_LONGEST_TURN_S)
        try:
            answer = self._done(job)
        finally:
            self._turn.release()
        if isinstance(answer, Fault):
            raise answer.error()
        return answer

    def _done(self, job: object) -> str | Fault:
        if self._over:
            raise ended_unexpectedly()
        if self._process is None:
            self._process = Beside(self._opening, self._settings)
        if self._over:  # meanwhile
            self._end()
            raise ended_unexpectedly()
        try:
            self._process.pipe.send(job)
            if not self._process.pipe.poll(self._longest_s):
                self._end()
                raise _took_too_long(self._longest_s)
            return self._process.take()
        except (EOFError, OSError):
            self._end()
            raise ended_unexpectedly() from None

    def end(self) -> None:
        """End the process at once, whatever it does; those who wait are told, no other starts."""
        self._over = True
        process = self._process
        if process is not None:
            process.kill()
        with self._turn:
            self._end()

    def _end(self) -> None:
        if self._process is not None:
            self._process.end()
            self._process = None


def ended_unexpectedly() -> Unavailable:
    """Return what whoever waits is told of a process that is gone."""
    return Unavailable(
        "The process that computes ended unexpectedly; nothing was changed. Try again.",
        "计算进程意外结束，没有改动；请重试。",
    )


def _took_too_long(longest_s: float) -> Unavailable:
    return Unavailable(
        f"This was not computed within {longest_s:.0f} s. Try again, or ask for less.",
        f"{longest_s:.0f} 秒内未能算出：请重试，或减少所求。",
    )


def _serve(pipe: Connection, opening: Opening, settings: Settings) -> None:
    """Answer jobs until the other side is gone."""
    # Ctrl-C reaches the whole group; the service ends its processes itself.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    keep_memory_together()
    answering = opening(settings)
    while True:
        try:
            job = pipe.recv()
        except EOFError:
            return
        try:
            pipe.send(answering(job))
        except WanggeError as fault:
            pipe.send(Fault.of(fault))
        except sa.exc.OperationalError as fault:
            # One line, as the service has it: every job of the outage comes by here.
            log.warning("database does not answer: %s", str(fault).partition("\n")[0])
            pipe.send(Fault.of(database_away()))
        except Exception:
            # What is kept for the next job stays; this one is told as broken.
            log.exception("a job failed beside the service: %r", type(job).__name__)
            pipe.send(Fault.of(BrokenJob(*_BROKEN)))
