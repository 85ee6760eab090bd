"""Tell the database who asks: row-level security and the audit trail go by it."""

from __future__ import annotations

from typing import get_args

from api.principal import Principal, Right
from gis.store.asker import Asker


def asking(
    principal: Principal, *, request_id: str | None = None, address: str | None = None
) -> Asker:
    """Return what the database is told of whoever asks."""
    return Asker(
        account_id=principal.account_id,
        name=principal.name,
        role=principal.role,
        rights=frozenset(right for right in get_args(Right) if principal.may(right)),
        areas=principal.areas,
        grids=principal.grids,
        request_id=request_id,
        address=address,
    )
