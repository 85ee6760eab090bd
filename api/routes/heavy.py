"""What routes are given to do heavy jobs with."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, TypeVar

import anyio.to_thread
from fastapi import Depends
from starlette.requests import Request

from api.services import heavy_jobs


async def _heavy(request: Request) -> heavy_jobs.HeavyJobs:
    heavy = request.app.state.heavy
    assert isinstance(heavy, heavy_jobs.HeavyJobs)  # noqa: S101
    return heavy


HeavyJobs = Annotated[heavy_jobs.HeavyJobs, Depends(_heavy)]

Done = TypeVar("Done")


async def waited_for(heavy: heavy_jobs.HeavyJobs, work: Callable[[], Done]) -> Done:
    """Do what waits for a process, in a thread of its own kind: no other request waits for it."""
    return await anyio.to_thread.run_sync(work, limiter=heavy.waiting)
