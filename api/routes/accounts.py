"""Accounts, for administrators: those whose whole scope lies within one's own."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from api.deps import AppSettings, DatabaseEngine, needs
from api.openapi import problems
from api.principal import Principal
from api.routes.own_account import SessionId, TokenId, session_told, token_told
from api.routes.session import PRIVATE, forget_leases
from api.schemas.accounts import (
    Access,
    Account,
    AccountChange,
    AccountRequest,
    MadeAccount,
    PasswordReset,
    Token,
)
from api.services import account_access, accounts
from api.services.accounts import AccountScope, NewAccount
from api.services.sessions import SessionTimes

router = APIRouter(tags=["accounts"], prefix="/accounts", responses=problems(403, 503))

AccountId = Annotated[int, Path(ge=1, le=2**63 - 1)]
Administrator = Annotated[Principal, Depends(needs("accounts"))]


@router.get("")
def list_accounts(engine: DatabaseEngine, who: Administrator) -> list[Account]:
    """List the accounts within one's own scope, by name."""
    return [_shown(row) for row in accounts.list_accounts(engine, who)]


@router.post("", status_code=201, responses=problems(409, 422))
async def make_account(
    request: Request,
    answer: Response,
    engine: DatabaseEngine,
    who: Administrator,
    wanted: AccountRequest,
) -> MadeAccount:
    """Make an account; whoever signs in first with it has to change its password."""
    new = NewAccount(
        name=wanted.name,
        role=wanted.role,
        scope=AccountScope(None if wanted.everywhere else tuple(wanted.areas), tuple(wanted.grids)),
        password=wanted.password,
        worker_code=wanted.worker_code or None,
    )
    async with request.app.state.logins.turn():
        made = await run_in_threadpool(accounts.make_account, engine, who, new)
    answer.headers.update(PRIVATE)
    return _made(made)


@router.patch("/{account_id}", responses=problems(404, 422))
def change_account(
    request: Request,
    engine: DatabaseEngine,
    who: Administrator,
    account_id: AccountId,
    wanted: AccountChange,
) -> Account:
    """Change role, scope or worker of an account; it holds from the next request on."""
    row = accounts.change_account(
        engine,
        who,
        account_id,
        role=wanted.role,
        scope=_scope(wanted),
        worker_code=wanted.worker_code or None,
        unlink_worker=wanted.worker_code == "",
    )
    forget_leases(request)
    return _shown(row)


@router.get("/{account_id}/access", responses=problems(404, 422))
def show_access(
    request: Request,
    settings: AppSettings,
    engine: DatabaseEngine,
    who: Administrator,
    account_id: AccountId,
) -> Access:
    """Show by what an account gets in: its sessions and tokens, none of their texts."""
    times, now = SessionTimes.of(settings), datetime.now(UTC)
    found = account_access.access_of(engine, who, account_id, times=times, now=now)
    return Access(
        sessions=[session_told(row, request.state.secret) for row in found.sessions],
        tokens=[Token.model_validate(token_told(row)) for row in found.tokens],
    )


@router.post("/{account_id}/tokens/{token_id}/revoke", responses=problems(404, 422))
def revoke_token(
    request: Request,
    engine: DatabaseEngine,
    who: Administrator,
    account_id: AccountId,
    token_id: TokenId,
) -> Token:
    """End a token of an account, at once here and within two seconds in other processes."""
    now = datetime.now(UTC)
    row = account_access.revoke_token_of(engine, who, account_id, token_id, now=now)
    forget_leases(request)
    return Token.model_validate(token_told(row))


@router.post(
    "/{account_id}/sessions/{session_id}/end", status_code=204, responses=problems(404, 422)
)
def end_session(
    request: Request,
    engine: DatabaseEngine,
    who: Administrator,
    account_id: AccountId,
    session_id: SessionId,
) -> Response:
    """End a session of an account, at once here and within two seconds in other processes."""
    account_access.end_session_of(engine, who, account_id, session_id)
    forget_leases(request)
    return Response(status_code=204)


@router.post("/{account_id}/disable", responses=problems(404, 422))
def disable_account(
    request: Request, engine: DatabaseEngine, who: Administrator, account_id: AccountId
) -> Account:
    """Let an account sign in no more and end its sessions and tokens."""
    row = accounts.disable_account(engine, who, account_id, now=datetime.now(UTC))
    forget_leases(request)
    return _shown(row)


@router.post("/{account_id}/enable", responses=problems(404, 422))
def enable_account(engine: DatabaseEngine, who: Administrator, account_id: AccountId) -> Account:
    """Let a disabled or locked account sign in again."""
    return _shown(accounts.enable_account(engine, who, account_id))


@router.post("/{account_id}/password", responses=problems(404, 422))
async def reset_password(
    request: Request,
    answer: Response,
    engine: DatabaseEngine,
    who: Administrator,
    account_id: AccountId,
    wanted: PasswordReset,
) -> MadeAccount:
    """Give an account another password, to be changed at login; its sessions and tokens end."""
    async with request.app.state.logins.turn():
        made = await run_in_threadpool(
            accounts.set_password,
            engine,
            who,
            account_id,
            password=wanted.password,
            now=datetime.now(UTC),
        )
    forget_leases(request)
    answer.headers.update(PRIVATE)
    return _made(made)


def _scope(wanted: AccountChange) -> AccountScope | None:
    if wanted.everywhere is None and wanted.areas is None and wanted.grids is None:
        return None
    areas = None if wanted.everywhere else tuple(wanted.areas or ())
    return AccountScope(areas, tuple(wanted.grids or ()))


def _shown(row: Mapping[str, Any]) -> Account:
    return Account.model_validate({**row})


def _made(made: accounts.MadeAccount) -> MadeAccount:
    return MadeAccount.model_validate({**made.row, "password": made.password})
