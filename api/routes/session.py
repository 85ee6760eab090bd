"""The session: sign in, tell who one is, sign out."""

from __future__ import annotations

from datetime import UTC, datetime

from fastapi import APIRouter
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from api.deps import AppSettings, DatabaseEngine, Who
from api.errors import NotSignedIn
from api.openapi import problems
from api.principal import Principal
from api.schemas.accounts import LoginRequest, WhoAmI
from api.services import sessions
from api.services.leased_memory import LeasedMemory
from api.services.sessions import Begun, SessionTimes
from api.services.signing import SignedIn
from api.session_cookies import Cookies, csrf_of, require_own_origin

router = APIRouter(tags=["accounts"], prefix="/session")

PRIVATE = {"Cache-Control": "no-store"}


@router.post("", responses=problems(401, 403, 422, 429, 503))
async def sign_in(
    request: Request,
    answer: Response,
    settings: AppSettings,
    engine: DatabaseEngine,
    wanted: LoginRequest,
) -> WhoAmI:
    """
    Begin a session: its secret comes in a cookie that no script reads.

    Wrong passwords cost a wait that grows, by account and by address.
    """
    require_own_origin(request)
    begun = await begun_session(request, engine, wanted.name, wanted.password)
    Cookies.of(settings).begin(answer, begun.secret, ends_at=begun.signed.ends_at)
    answer.headers.update(PRIVATE)
    return who_am_i(begun.signed, begun.secret)


@router.get("", responses=problems(401))
async def show_session(request: Request, answer: Response, who: Who) -> WhoAmI:
    """Tell who one is, what one may do where, and until when."""
    answer.headers.update(PRIVATE)
    signed: SignedIn | None = request.state.signed
    if who.role is None:
        raise NotSignedIn("Nobody is signed in.", "尚未登录。")
    return who_am_i(signed or SignedIn(who, datetime.max.replace(tzinfo=UTC)), request.state.secret)


@router.delete("", status_code=204, responses=problems())
async def sign_out(request: Request, settings: AppSettings, engine: DatabaseEngine) -> Response:
    """End the session, at once here and within two seconds in other processes; none is none."""
    if request.state.secret is not None:
        who: Principal = request.state.principal
        await run_in_threadpool(sessions.sign_out, engine, who, request.state.secret)
        forget_leases(request)
    answer = Response(status_code=204)
    Cookies.of(settings).end(answer)
    return answer


async def begun_session(
    request: Request, engine: DatabaseEngine, name: str, password: str
) -> Begun:
    """Sign in when it is one's turn, and end the session that the browser had before."""
    settings = request.app.state.settings
    address = request.client.host if request.client else ""
    async with request.app.state.logins.turn():
        begun = await run_in_threadpool(
            sessions.sign_in,
            engine,
            name,
            password,
            address=address,
            times=SessionTimes.of(settings),
            now=datetime.now(UTC),
        )
    before: str | None = request.state.secret
    if before is not None:
        who: Principal = request.state.principal
        await run_in_threadpool(sessions.sign_out, engine, who, before)
    forget_leases(request)
    return begun


def forget_leases(request: Request) -> None:
    """Let this process look everybody up again: something about accounts has changed."""
    memory: LeasedMemory[SignedIn] = request.app.state.accounts
    memory.forget()


def who_am_i(signed: SignedIn, secret: str | None) -> WhoAmI:
    """Tell all that the owner of a session or token may know of it."""
    who = signed.principal
    machine = who.account_id is None
    by = "machine" if machine else "session" if secret is not None else "token"
    assert who.role is not None  # noqa: S101
    return WhoAmI(
        name=who.name,
        role=who.role,
        by=by,
        everywhere=who.everywhere,
        areas=list(who.areas or ()),
        grids=list(who.grids),
        rights=sorted(who.rights),
        worker_code=who.worker,
        must_change=signed.must_change,
        ends_at=None if machine else signed.ends_at,
        csrf=None if secret is None else csrf_of(secret),
    )
