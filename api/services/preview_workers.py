"""The engine in processes of its own, so that neither requests nor other planners wait for it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Any

from pydantic import TypeAdapter

from api.schemas.previews import Preview, PreviewRequest
from api.services.beside import Beside, Fault, ended_unexpectedly
from api.settings import Settings
from gis.errors import Unavailable, WanggeError
from gis.store.asker import Asker, for_asker

LONGEST_S = 60.0
_ASKED: TypeAdapter[Any] = TypeAdapter(PreviewRequest)


@dataclass(frozen=True, slots=True)
class Job:
    """What a process is to compute, in whose name it reads."""

    plan_id: int
    asked: str
    asker: Asker | None


class PreviewWorkers:
    """
    A few processes that hold the engine and the grounds used last.

    Started when first asked for; whoever stops waiting ends the process that computes for them,
    and the next job starts another.

    Parameters
    ----------
    settings
        Of the service; each process reads drafts itself.
    count
        How many compute at once; the others wait their turn.
    """

    def __init__(self, settings: Settings, count: int = 2) -> None:
        self._settings = settings
        self._turn = asyncio.Semaphore(count)
        self._idle: list[Beside] = []
        self._warming: asyncio.Task[None] | None = None

    @property
    def processes(self) -> int:
        """Processes that wait for a job."""
        return len(self._idle)

    def warm(self, job: Job) -> None:
        """
        Have one process ready before it is asked for: it computes a job nobody waits for.

        Once in the life of the service, and only when the settings say so.
        """
        if self._warming is None and self._settings.engine_ahead:
            self._warming = asyncio.get_running_loop().create_task(self._warmed(job))

    async def _warmed(self, job: Job) -> None:
        # A plan without a repair warms as well: its process is there, and the engine loaded.
        with suppress(WanggeError):
            await self._computed(job)

    async def preview(self, job: Job) -> Preview:
        """
        Compute a preview; cancelling ends the computation.

        Raises
        ------
        WanggeError
            Whatever the engine says.
        Unavailable
            It took more than 60 s, or the process died.
        """
        if self._warming is not None and not self._warming.done():
            # Starting another process beside it would take longer.
            await asyncio.wait({self._warming})
        return await self._computed(job)

    async def _computed(self, job: Job) -> Preview:
        async with self._turn, self._lent() as worker:
            try:
                async with asyncio.timeout(LONGEST_S):
                    answer = await _asked(worker, job)
            except TimeoutError:
                raise Unavailable(
                    f"The engine found nothing within {LONGEST_S:.0f} s. Lock what is settled, or "
                    "ask for a smaller part; nothing was changed.",
                    f"引擎 {LONGEST_S:.0f} 秒内未得出结果，没有改动。请锁定已定部分或缩小范围。",
                ) from None
            except (EOFError, OSError):
                raise ended_unexpectedly() from None
        if isinstance(answer, Fault):
            raise answer.error()
        return Preview.model_validate_json(answer)

    @asynccontextmanager
    async def _lent(self) -> AsyncIterator[Beside]:
        worker = self._idle.pop() if self._idle else Beside(_opened, self._settings)
        try:
            yield worker
        except BaseException:
            worker.end()
            raise
        self._idle.append(worker)

    def end(self) -> None:
        """End all processes."""
        if self._warming is not None:
            self._warming.cancel()
        while self._idle:
            self._idle.pop().end()


async def _asked(worker: Beside, job: Job) -> str | Fault:
    """Send a job and wait for its answer without holding a thread."""
    loop = asyncio.get_running_loop()
    readable = asyncio.Event()
    loop.add_reader(worker.pipe.fileno(), readable.set)
    try:
        worker.pipe.send(job)
        await readable.wait()
    finally:
        loop.remove_reader(worker.pipe.fileno())
    return await asyncio.to_thread(worker.take)


def _opened(settings: Settings) -> Callable[[Job], str]:
    """Open the database in a process of its own; it keeps the grounds used last."""
    from api.services.database import open_service
    from api.services.ground_memory import GroundMemory
    from api.services.previews import preview

    engine, grounds = open_service(settings), GroundMemory()

    def answer(job: Job) -> str:
        lent = engine if job.asker is None else for_asker(engine, job.asker)
        with lent.connect() as connection:
            asked = _ASKED.validate_json(job.asked)
            return preview(connection, job.plan_id, asked, grounds).model_dump_json()

    return answer
