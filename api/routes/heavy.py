"""What routes are given to do heavy jobs with."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends
from starlette.requests import Request

from api.services import heavy_jobs


async def _heavy(request: Request) -> heavy_jobs.HeavyJobs:
    heavy = request.app.state.heavy
    assert isinstance(heavy, heavy_jobs.HeavyJobs)  # noqa: S101
    return heavy


HeavyJobs = Annotated[heavy_jobs.HeavyJobs, Depends(_heavy)]
