"""Done marks and receipts of others."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query

from api.deps import AppSettings, Reading, needs
from api.openapi import problems
from api.principal import Principal
from api.schemas.my import Progress, Receipts
from api.services import visit_progress
from api.services.my_month import month_of
from api.today import today

router = APIRouter(tags=["progress"], responses=problems(403, 404, 422, 503))

Overseer = Annotated[Principal, Depends(needs("progress"))]
Community = Annotated[str, Path(pattern="^[0-9]{12}$", description="Code of the community.")]


@router.get("/progress/{community}")
def show_progress(
    who: Overseer,
    connection: Reading,
    settings: AppSettings,
    community: Community,
    month: Annotated[
        str | None, Query(pattern=r"^[0-9]{4}-[0-9]{2}$", description="2026-11; absent: this one.")
    ] = None,
) -> Progress:
    """Show the done marks of a month by grid and worker, against the quota: counts only."""
    day = today()
    return visit_progress.progress_of(
        connection,
        who,
        community,
        month=month or month_of(day),
        day=day,
        quota=settings.visit_quota,
    )


@router.get("/handovers/{community}")
def show_receipts(who: Overseer, connection: Reading, community: Community) -> Receipts:
    """Show whom the handovers of the last three months concern, and who has confirmed them."""
    return visit_progress.receipts_of(connection, who, community, today())
