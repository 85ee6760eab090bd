"""Sessions, accounts and tokens; never a password or secret but the one just made."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from api.principal import Right, Role

_Name = Annotated[str, Field(min_length=1, max_length=200)]
# Longer ones are refused in words by the rules; a megabyte of them is not even read.
_Password = Annotated[str, Field(max_length=1000)]


class LoginRequest(BaseModel):
    """Name and password of an account."""

    model_config = ConfigDict(extra="forbid")

    name: _Name
    password: _Password


class WhoAmI(BaseModel):
    """Who a request is from, and what they may do where."""

    name: str
    role: Role
    by: str = Field(description="session, token, or machine: an open service asked from its own.")
    everywhere: bool = Field(description="Whether the scope has no bounds.")
    areas: list[str] = Field(description="Codes of areas in the scope, with all below them.")
    grids: list[str] = Field(description="15-digit codes of single grids in the scope.")
    rights: list[Right]
    worker: str | None = Field(description="Code of the worker whose account it is.")
    must_change: bool = Field(description="The password has to be changed before all else.")
    ends_at: datetime | None = Field(description="When the session or token ends at the latest.")
    csrf: str | None = Field(
        description="Sent as X-Wangge-CSRF with every writing request of a session."
    )
