"""Who may see which plans: what is published is public, a draft is its planners' business."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.requests import Request

from api.security import is_from_this_machine
from api.settings import Settings

PUBLIC_STATES = ("published", "archived")


@dataclass(frozen=True, slots=True)
class PlanRights:
    """Which plans a request may see; to all others it is answered as if they did not exist."""

    drafts: bool

    @property
    def states(self) -> list[str] | None:
        """States of the plans that may be seen; None: all."""
        return None if self.drafts else list(PUBLIC_STATES)


EVERY_PLAN = PlanRights(drafts=True)
"""Rights of the command line: whoever runs it holds the database."""
ONLY_PUBLIC = PlanRights(drafts=False)
"""Rights of a reader nobody knows, such as an embedded page."""


def plan_rights(request: Request) -> PlanRights:
    """
    Return what a request may see of plans.

    Until there are accounts, drafts are seen where anyone may write: on an open service, by
    requests of this machine. A page of another site opened in a browser on this machine sends
    its Origin, and is a stranger.
    """
    settings: Settings = request.app.state.settings
    known = settings.open and is_from_this_machine(request)
    return EVERY_PLAN if known else ONLY_PUBLIC
