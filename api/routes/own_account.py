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
from api.schemas.accounts import MadeToken, PasswordRequest, Token, TokenRequest, WhoAmI
from api.services import own_account
from api.services.own_account import NewToken, token_state
from api.services.sessions import SessionTimes
from api.session_cookies import Cookies

router = APIRouter(tags=["accounts"], prefix="/account", responses=problems(401, 503))

TokenId = Annotated[int, Path(ge=1, le=2**63 - 1)]


def _of_session(request: Request, who: Who) -> Principal:
    if request.state.secret is None:
        raise NotSignedIn(
            "This is done signed in with name and password: a token cannot do it.",
            "此操作需用账号和密码登录后进行，不能使用令牌。",
        )
    return who


Owner = Annotated[Principal, Depends(_of_session)]


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
    return [Token.model_validate(_told(row)) for row in own_account.list_tokens(engine, who)]


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
    return MadeToken.model_validate({**_told(made.row), "token": made.token})


@router.post("/tokens/{token_id}/revoke", responses=problems(404, 422))
def revoke_token(request: Request, engine: DatabaseEngine, who: Owner, token_id: TokenId) -> Token:
    """End a token, at once here and within two seconds in other processes."""
    row = own_account.revoke_token(engine, who, token_id, now=datetime.now(UTC))
    forget_leases(request)
    return Token.model_validate(_told(row))


def _told(row: Mapping[str, Any]) -> dict[str, Any]:
    return {**row, "state": token_state(row, datetime.now(UTC))}
