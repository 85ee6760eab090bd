"""Embed keys: what one opens, for its holder; making and ending them, for their keepers."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query
from starlette.requests import Request

from api.deps import DatabaseEngine, EmbedKeeper
from api.openapi import problems
from api.principal import signed
from api.schemas.embeds import (
    EmbedKey,
    EmbedKeyRequest,
    KeyScope,
    MadeEmbedKey,
    RevokeRequest,
)
from api.seeing import Sees
from api.services import embed_keys
from api.services.embed_keys import EmbedScope, NewKey, last_day, state_of

router = APIRouter(tags=["embeds"], responses=problems(403, 503))

KeyId = Annotated[int, Path(ge=1, le=2**63 - 1)]


@router.get("/embed-key", responses=problems(422))
async def show_scope(
    request: Request,
    key: Annotated[str, Query(max_length=128, description="The embed key.")],  # noqa: ARG001
) -> KeyScope:
    """Tell what a key opens, or that it has ended; the gate has looked it up by now."""
    embed: EmbedScope = request.state.embed
    return KeyScope(
        area_code=embed.area_code,
        layers=sorted(embed.layers),
        origins=list(embed.origins),
        expires_at=embed.expires_at,
    )


@router.get("/embed-keys")
def list_keys(engine: DatabaseEngine, seer: Sees, _: EmbedKeeper) -> list[EmbedKey]:
    """List the keys, newest first, without their texts."""
    return [_shown(row) for row in embed_keys.list_keys(engine, seer)]


@router.post("/embed-keys", status_code=201, responses=problems(404, 422))
def make_key(
    engine: DatabaseEngine, seer: Sees, who: EmbedKeeper, wanted: EmbedKeyRequest
) -> MadeEmbedKey:
    """Make a key; its text is told this once."""
    new = NewKey(
        area_code=wanted.area_code,
        layers=tuple(wanted.layers),
        origins=tuple(wanted.origins),
        expires_on=wanted.expires_on,
        note=wanted.note,
        contact=wanted.contact,
    )
    by = signed(who, wanted.made_by)
    made = embed_keys.make_key(engine, seer, new, made_by=by, now=datetime.now(UTC))
    return MadeEmbedKey(**_shown(made.row).model_dump(), key=made.key)


@router.post("/embed-keys/{key_id}/revoke", responses=problems(404, 422))
def revoke_key(
    engine: DatabaseEngine, seer: Sees, who: EmbedKeeper, key_id: KeyId, wanted: RevokeRequest
) -> EmbedKey:
    """End a key at once."""
    by = signed(who, wanted.revoked_by)
    row = embed_keys.revoke_key(engine, seer, key_id, by=by, now=datetime.now(UTC))
    return _shown(row)


def _shown(row: Mapping[str, Any]) -> EmbedKey:
    state = state_of(row, datetime.now(UTC))
    return EmbedKey.model_validate({**row, "state": state, "last_day": last_day(row)})
