"""Sessions, accounts and tokens; never a password or secret but the one just made."""

from __future__ import annotations

from datetime import date, datetime
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


class PasswordRequest(BaseModel):
    """One's own password, and the one to have from now on."""

    model_config = ConfigDict(extra="forbid")

    old: _Password
    new: _Password


_Areas = Annotated[
    list[Annotated[str, Field(pattern="^[0-9]{12}$")]],
    Field(max_length=500, description="Codes of areas, with all below them."),
]
_Grids = Annotated[
    list[Annotated[str, Field(pattern="^[0-9]{15}$")]],
    Field(max_length=500, description="Codes of single grids."),
]


class TokenRequest(BaseModel):
    """What a new token is for and what it may."""

    model_config = ConfigDict(extra="forbid")

    name: Annotated[str, Field(max_length=200, description="What it is for.")]
    writing: bool = Field(default=False, description="Whether it may change anything.")
    areas: _Areas | None = Field(default=None, description="Absent: the scope of the account.")
    grids: _Grids = []
    expires_on: date | None = Field(default=None, description="Last day; absent: in 90 days.")


class Token(BaseModel):
    """A token without its text."""

    id: int
    name: str
    writing: bool
    areas: list[str] | None
    grids: list[str] | None
    made_at: datetime
    expires_at: datetime
    used_at: datetime | None
    revoked_at: datetime | None
    state: str = Field(description="standing, expired or revoked.")


class MadeToken(Token):
    """A new token; its text is told this once."""

    token: str


class Session(BaseModel):
    """A browser that signed in."""

    id: int
    made_at: datetime
    used_at: datetime = Field(description="To the minute.")
    expires_at: datetime
    current: bool = Field(description="Whether it is the one that asks.")


class Access(BaseModel):
    """By what an account gets in."""

    sessions: list[Session]
    tokens: list[Token]


class AccountRequest(BaseModel):
    """An account that is wanted."""

    model_config = ConfigDict(extra="forbid")

    name: _Name
    role: Role
    everywhere: bool = False
    areas: _Areas = []
    grids: _Grids = []
    worker_code: Annotated[str, Field(max_length=100)] | None = Field(
        default=None, description="Code of the worker whose account it is."
    )
    password: _Password | None = Field(default=None, description="Absent: one is invented.")


class AccountChange(BaseModel):
    """What is to be another; what is not named stays."""

    model_config = ConfigDict(extra="forbid")

    role: Role | None = None
    everywhere: bool | None = Field(
        default=None, description="With areas or grids: the scope, put in place of the old one."
    )
    areas: _Areas | None = None
    grids: _Grids | None = None
    worker_code: Annotated[str, Field(max_length=100)] | None = Field(
        default=None, description="Empty: of nobody."
    )


class PasswordReset(BaseModel):
    """The password that an account is to have."""

    model_config = ConfigDict(extra="forbid")

    password: _Password | None = Field(default=None, description="Absent: one is invented.")


class Account(BaseModel):
    """An account as its administrators see it."""

    id: int
    name: str
    role: Role
    everywhere: bool
    areas: list[str]
    grids: list[str]
    worker_code: str | None
    must_change: bool
    made_at: datetime
    made_by: str
    login_at: datetime | None
    disabled_at: datetime | None
    disabled_by: str | None


class MadeAccount(Account):
    """An account with its new password, which is told this once and to be changed at login."""

    password: str


class WhoAmI(BaseModel):
    """Who a request is from, and what they may do where."""

    name: str
    role: Role
    by: str = Field(description="session, token, or machine: an open service asked from its own.")
    everywhere: bool = Field(description="Whether the scope has no bounds.")
    areas: list[str] = Field(description="Codes of areas in the scope, with all below them.")
    grids: list[str] = Field(description="15-digit codes of single grids in the scope.")
    rights: list[Right]
    worker_code: str | None = Field(description="Code of the worker whose account it is.")
    must_change: bool = Field(description="The password has to be changed before all else.")
    ends_at: datetime | None = Field(description="When the session or token ends at the latest.")
    csrf: str | None = Field(
        description="Sent as X-Wangge-CSRF with every writing request of a session."
    )
