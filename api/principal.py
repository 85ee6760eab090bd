"""Who asks, and what a role may do: the one table of rights."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, get_args

Role = Literal["admin", "planner", "approver", "supervisor", "worker", "viewer"]
Right = Literal[
    "map", "drafts", "draw", "approve", "staff", "phones", "roster", "mark", "counts",
    "progress", "export", "embed", "accounts", "audit",
]  # fmt: skip

RIGHTS: Mapping[Role, frozenset[Right]] = {
    "admin": frozenset(get_args(Right)),
    "planner": frozenset(
        ("map", "drafts", "draw", "staff", "roster", "counts", "progress", "export", "embed")
    ),
    "approver": frozenset(
        ("map", "drafts", "approve", "staff", "phones", "counts", "progress", "export")
    ),
    "supervisor": frozenset(
        ("map", "drafts", "staff", "phones", "mark", "counts", "progress", "export")
    ),
    "worker": frozenset(("map", "staff", "phones", "mark", "counts")),
    "viewer": frozenset(("map", "export")),
}
"""
What each role may do within its scope.

=========  =======================================================================
right      it opens
=========  =======================================================================
map        the ground and what is published
drafts     plans that are not published, and their histories
draw       making and redrawing drafts, editing the ground, submitting
approve    returning, approving, publishing and withdrawing plans
staff      names of workers and their posts; phones masked
phones     phones in full, each look-up audited
roster     importing the roster, templates of teams and chains
mark       done marks on buildings
counts     counts of elders and flagged residents by building
progress   done marks and receipts of others
export     downloads, grid packages, printed sheets
embed      making and ending embed keys
accounts   accounts and their tokens
audit      the audit trail
=========  =======================================================================
"""


WRITING: frozenset[Right] = frozenset(("draw", "approve", "roster", "mark", "embed", "accounts"))
"""Rights that change something; a token that only reads has none of them."""


@dataclass(frozen=True, slots=True)
class Principal:
    """
    Who a request is from.

    Attributes
    ----------
    account_id
        Of the account; None for nobody known and for whoever holds the machine.
    name
        What edits, publications and the audit trail call them.
    role
        None: nobody known.
    areas
        Codes of the areas in their scope, with all that lies below them; None: everywhere.
    grids
        15-digit codes of the grids in their scope, besides the areas.
    worker
        Code of the worker whose account it is; None: of nobody in the roster.
    withheld
        Rights of the role that the token they ask with does not pass on.
    """

    account_id: int | None
    name: str
    role: Role | None
    areas: tuple[str, ...] | None
    grids: tuple[str, ...] = ()
    worker: str | None = None
    withheld: frozenset[Right] = frozenset()

    @property
    def everywhere(self) -> bool:
        """Whether the scope has no bounds."""
        return self.areas is None

    def may(self, right: Right) -> bool:
        """Tell whether the role has a right; where it holds, the scope says."""
        return right in self.rights

    @property
    def rights(self) -> frozenset[Right]:
        """All that they may do within their scope."""
        return frozenset() if self.role is None else RIGHTS[self.role] - self.withheld


def signed(who: Principal, given: str) -> str:
    """Return the name under which something is done: an account's own; the operator gives one."""
    return given if who.account_id is None else who.name


OPERATOR = Principal(account_id=None, name="operator", role="admin", areas=None)
"""Whoever runs the command line or an open service on this machine: they hold the database."""
NOBODY = Principal(account_id=None, name="", role=None, areas=())
"""A reader nobody knows."""
PUBLIC_PAGE = Principal(account_id=None, name="public page", role="supervisor", areas=None)
"""Who reads for the public page: posts and their holders, of which it tells what it may."""
