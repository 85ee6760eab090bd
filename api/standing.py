"""Whether whoever was let in at the beginning of an answer without end may go on."""

from __future__ import annotations

import math
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

from starlette.requests import Request

from api.embed_gate import keyed_request
from api.presented import presented
from api.services.embed_keys import EmbedScope
from api.services.embed_memory import EmbedMemory, require_standing
from api.services.leased_memory import LeasedMemory
from api.services.signing import SignedIn, digest_of
from api.session_cookies import Cookies
from gis.errors import Forbidden

LOOK_S = 5.0
"""So long an answer may go on after its account, session, token or key has ended or changed."""


class Standing:
    """
    What somebody was when they were let in, looked at again every few seconds.

    All answers of one session or key share what its process learnt in the last moment, so the
    database is asked once for each of them, not for each answer.
    """

    def __init__(self, request: Request) -> None:
        self._look = _as_signed_in(request) or _as_keyed(request)
        self.due = math.inf if self._look is None else time.monotonic() + LOOK_S
        """When it is looked at again."""

    async def holds(self) -> bool:
        """
        Tell whether they still come as the same, with the same rights and scope.

        Raises
        ------
        SQLAlchemyError
            The database does not answer; the next call asks again.
        """
        if self._look is None or time.monotonic() < self.due:
            return True
        same = await self._look()
        self.due = time.monotonic() + LOOK_S
        return same


_Look = Callable[[], Awaitable[bool]]


def _as_signed_in(request: Request) -> _Look | None:
    state = request.app.state
    memory: LeasedMemory[SignedIn] = state.accounts
    signed: SignedIn | None = request.state.signed
    shown = presented(request.scope, Cookies.of(state.settings).session)
    secret = None if shown is None else shown.secret
    if signed is None or secret is None:
        return None

    async def look() -> bool:
        now = await memory.found(secret, digest_of(secret))
        if now is None or now.ends_at <= datetime.now(UTC):
            return False
        return now.principal == signed.principal

    return look


def _as_keyed(request: Request) -> _Look | None:
    memory: EmbedMemory = request.app.state.embeds
    embed: EmbedScope | None = getattr(request.state, "embed", None)
    asked = keyed_request(request.scope)
    if embed is None or asked is None:
        return None

    async def look() -> bool:
        try:
            now = await memory.scope(asked.key)
            require_standing(now)
        except Forbidden:
            return False
        return now == embed

    return look
