"""Whether whoever was let in at the beginning of an answer without end may go on."""

from __future__ import annotations

import math
import time
from datetime import UTC, datetime

from starlette.requests import Request

from api.presented import presented
from api.services.leased_memory import LeasedMemory
from api.services.signing import SignedIn, digest_of
from api.session_cookies import Cookies

LOOK_S = 5.0
"""So long an answer may go on after its account, session or token has ended or changed."""


class Standing:
    """
    What somebody was when they were let in, looked at again every few seconds.

    All answers of one session share what its process learnt in the last moment, so the database
    is asked once for each session, not for each answer.
    """

    def __init__(self, request: Request) -> None:
        state = request.app.state
        self._memory: LeasedMemory[SignedIn] = state.accounts
        self._signed: SignedIn | None = request.state.signed
        shown = presented(request.scope, Cookies.of(state.settings).session)
        self._secret = shown.secret if shown is not None and self._signed is not None else None
        self.due = math.inf if self._secret is None else time.monotonic() + LOOK_S
        """When it is looked at again."""

    async def holds(self) -> bool:
        """
        Tell whether they are still signed in as the same, with the same rights and scope.

        Raises
        ------
        SQLAlchemyError
            The database does not answer; the next call asks again.
        """
        if time.monotonic() < self.due or self._secret is None or self._signed is None:
            return True
        now = await self._memory.found(self._secret, digest_of(self._secret))
        self.due = time.monotonic() + LOOK_S
        return (
            now is not None
            and now.ends_at > datetime.now(UTC)
            and now.principal == self._signed.principal
        )
