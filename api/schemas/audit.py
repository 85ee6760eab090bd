"""The audit trail as JSON."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from pydantic import BaseModel, Field


class AuditEvent(BaseModel):
    """One thing that somebody did."""

    id: int
    at: datetime
    account_id: int | None
    who: str
    role: str | None
    action: str = Field(description="Dotted words, such as plan.publish.")
    kind: str | None = Field(description="What was acted upon.")
    code: str | None
    community: str | None = Field(description="Code of the area concerned.")
    detail: dict[str, Any]
    request_id: str | None
    address: str | None


class AuditPage(BaseModel):
    """A page of the trail, newest first."""

    items: list[AuditEvent]
    next: int | None = Field(description="`before` of the next page; null: this is the last.")
