"""The audit trail of one's scope, for those who may read it."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query

from api.deps import Reading, needs
from api.openapi import problems
from api.principal import Principal
from api.schemas.audit import AuditEvent, AuditPage
from api.services.audit_reading import list_events

router = APIRouter(tags=["audit"], responses=problems(403, 503))

Auditor = Annotated[Principal, Depends(needs("audit"))]


@router.get("/audit", responses=problems(422))
def list_audit_events(
    connection: Reading,
    who: Auditor,
    limit: Annotated[int, Query(ge=1, le=500, description="Most rows on a page.")] = 100,
    before: Annotated[
        int | None, Query(ge=1, le=2**63 - 1, description="`next` of the page before.")
    ] = None,
    action: Annotated[
        str | None,
        Query(
            pattern=r"^[a-z_]{1,40}([.][a-z_]{1,40}){0,4}$",
            description="An action, or its first words: plan for all that is done to plans.",
        ),
    ] = None,
    account: Annotated[
        int | None, Query(ge=1, le=2**63 - 1, description="Only what this account did.")
    ] = None,
) -> AuditPage:
    """Read the audit trail, newest first; only what concerns the areas of one's scope."""
    rows = list_events(
        connection, who, before=before, limit=limit + 1, action=action, account_id=account
    )
    items = [AuditEvent.model_validate(dict(row)) for row in rows[:limit]]
    return AuditPage(items=items, next=items[-1].id if len(rows) > limit else None)
