"""Embed keys: what one opens, never its text but when it is made."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from maps.embeds import OPENABLE

_Text = Annotated[str, Field(max_length=200)]


class KeyScope(BaseModel):
    """What an embed key opens."""

    area_code: str = Field(description="12 digits; it and the areas below it are shown.")
    layers: list[str] = Field(description="What it opens besides the ground.")
    origins: list[str] = Field(description="Sites whose pages may show it.")
    expires_at: datetime


class EmbedKey(KeyScope):
    """An embed key as its keepers see it."""

    id: int
    area_name: str | None
    note: str
    contact: str
    made_at: datetime
    made_by: str
    revoked_at: datetime | None
    revoked_by: str | None
    state: str = Field(description="standing, expired or revoked.")
    last_day: date


class MadeEmbedKey(EmbedKey):
    """A new embed key; `key` is told this once."""

    key: str


class EmbedKeyRequest(BaseModel):
    """What a new embed key is to open."""

    model_config = ConfigDict(extra="forbid")

    area_code: Annotated[str, Field(pattern="^[0-9]{12}$", description="12 digits of an area.")]
    layers: Annotated[list[str], Field(max_length=20, description="Of: " + ", ".join(OPENABLE))] = (
        list(OPENABLE)
    )
    origins: Annotated[list[_Text], Field(max_length=50)] = []
    expires_on: date | None = Field(default=None, description="Last day; absent: in a year.")
    note: _Text = ""
    contact: _Text = Field(default="", description="Office to ask when it has ended; public.")
    made_by: Annotated[str, Field(min_length=1, max_length=200)]


class RevokeRequest(BaseModel):
    """Who ends a key."""

    model_config = ConfigDict(extra="forbid")

    revoked_by: Annotated[str, Field(min_length=1, max_length=200)]
