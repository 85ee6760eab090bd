"""Tell the database who asks: row-level security and the audit trail go by it."""

from __future__ import annotations

from typing import get_args

from api.principal import Principal, Right
from gis.store.asker import Asker

_PUBLIC: frozenset[str] = frozenset(("map",))


def asking(
    principal: Principal,
    *,
    codes: tuple[str, ...] = (),
    request_id: str | None = None,
    address: str | None = None,
) -> Asker:
    """
    Return what the database is told of whoever asks.

    Somebody unknown may read what is published: who of them may ask at all, and for what, is
    settled before. `codes` are those of all areas that the scope covers; empty: not known.
    """
    unknown = principal.role is None
    rights = frozenset(right for right in get_args(Right) if principal.may(right))
    return Asker(
        account_id=principal.account_id,
        name=principal.name,
        role=principal.role,
        rights=_PUBLIC if unknown else rights,
        areas=None if unknown else principal.areas,
        grids=principal.grids,
        worker=principal.worker or "",
        codes=codes,
        request_id=request_id,
        address=address,
    )
