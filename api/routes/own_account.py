"""One's own account: its password and its tokens. Only a session may touch them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from api.deps import AppSettings, DatabaseEngine, Who
from api.errors import NotSignedIn
from api.openapi import problems
from api.principal import Principal
from api.routes.session import PRIVATE, forget_leases, who_am_i
from api.schemas.accounts import (
    MadeToken,
    PasswordRequest,
    Session,
    Token,
    TokenRequest,
    WhoAmI,
)
from api.services import account_access, own_account
from api.services.own_account import NewToken, token_state
from api.services.sessions import SessionTimes
from api.services.signing import digest_of
from api.session_cookies import Cookies

router = APIRouter(tags=["accounts"], prefix="/account", responses=problems(401, 503))

TokenId = Annotated[int, Path(ge=1, le=2**63 - 1)]
SessionId = Annotated[int, Path(ge=1, le=2**63 - 1)]


def _of_session(request: Request, who: Who) -> Principal:
    if request.state.secret is None:
        raise NotSignedIn(
            "This is done signed in with name and password: a token cannot do it.",
            "此操作需用账号和密码登录后进行，不能使用令牌。",
        )
    return who


Owner = Annotated[Principal, Depends(_of_session)]


@router.get("/sessions")
def list_sessions(
    request: Request, settings: AppSettings, engine: DatabaseEngine, who: Owner
) -> list[Session]:
    """List the browsers in which one is signed in, newest first."""
    times, now = SessionTimes.of(settings), datetime.now(UTC)
    rows = account_access.own_sessions(engine, who, times=times, now=now)
    return [session_told(row, request.state.secret) for row in rows]


@router.post("/sessions/{session_id}/end", status_code=204, responses=problems(404, 422))
def end_session(
    request: Request, engine: DatabaseEngine, who: Owner, session_id: SessionId
) -> Response:
    """End a session of one's own, at once here and within two seconds in other processes."""
    account_access.end_own_session(engine, who, session_id)
    forget_leases(request)
    return Response(status_code=204)


@router.post("/password", responses=problems(422))
async def change_password(
    request: Request,
    answer: Response,
    settings: AppSettings,
    engine: DatabaseEngine,
    who: Owner,
    wanted: PasswordRequest,
) -> WhoAmI:
    """Change one's own password: all other sessions end, this one gets a new secret."""
    async with request.app.state.logins.turn():
        begun = await run_in_threadpool(
            own_account.change_password,
            engine,
            who,
            wanted.old,
            wanted.new,
            times=SessionTimes.of(settings),
            now=datetime.now(UTC),
        )
    forget_leases(request)
    Cookies.of(settings).begin(answer, begun.secret, ends_at=begun.signed.ends_at)
    answer.headers.update(PRIVATE)
    return who_am_i(begun.signed, begun.secret)


@router.get("/tokens")
def list_tokens(engine: DatabaseEngine, who: Owner) -> list[Token]:
    """List one's own tokens, newest first, without their texts."""
    return [Token.model_validate(token_told(row)) for row in own_account.list_tokens(engine, who)]


@router.post("/tokens", status_code=201, responses=problems(422))
def make_token(
    answer: Response, engine: DatabaseEngine, who: Owner, wanted: TokenRequest
) -> MadeToken:
    """Make a token of one's own account; its text is told this once."""
    new = NewToken(
        name=wanted.name,
        writing=wanted.writing,
        areas=None if wanted.areas is None else tuple(wanted.areas),
        grids=tuple(wanted.grids),
        expires_on=wanted.expires_on,
    )
    made = own_account.make_token(engine, who, new, now=datetime.now(UTC))
    answer.headers.update(PRIVATE)
    return MadeToken.model_validate({**token_told(made.row), "token": made.token})


@router.post("/tokens/{token_id}/revoke", responses=problems(404, 422))
def revoke_token(request: Request, engine: DatabaseEngine, who: Owner, token_id: TokenId) -> Token:
    """End a token, at once here and within two seconds in other processes."""
    row = own_account.revoke_token(engine, who, token_id, now=datetime.now(UTC))
    forget_leases(request)
    return Token.model_validate(token_told(row))


def token_told(row: Mapping[str, Any]) -> dict[str, Any]:
    """Tell of a stored token what may be told."""
    return {**row, "state": token_state(row, datetime.now(UTC))}


def session_told(row: Mapping[str, Any], secret: str | None) -> Session:
    """Tell of a stored session what may be told."""
    current = secret is not None and row["digest"] == digest_of(secret)
    return Session(**{name: row[name] for name in _SESSION}, current=current)


_SESSION = ("id", "made_at", "used_at", "expires_at")
