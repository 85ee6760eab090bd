"""Whether the process lives, and whether it can serve."""

from __future__ import annotations

from fastapi import APIRouter

from api.deps import DatabaseEngine
from api.openapi import problems
from api.services.health import require_ready

router = APIRouter(tags=["health"])


@router.get("/healthz", responses=problems())
async def healthz() -> dict[str, str]:
    """Tell that the process is alive; the database is not asked."""
    return {"status": "ok"}


@router.get("/readyz", responses=problems(503))
def readyz(engine: DatabaseEngine) -> dict[str, str]:
    """Tell that the database answers and its migrations are at head."""
    return {"status": "ok", "migration": require_ready(engine)}
