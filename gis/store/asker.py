"""For whom a transaction runs: bound to an engine, told to PostgreSQL when one begins."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa

_OPTION = "wangge_asker"


@dataclass(frozen=True, slots=True)
class Asker:
    """
    Whom row-level security and the audit trail are told of.

    Attributes
    ----------
    account_id
        Of the account; None: nobody known, or the operator.
    name, role
        As the audit trail calls them.
    rights
        Names of what the role may do.
    areas
        Codes of the areas in their scope with all below them; None: everywhere.
    grids
        Codes of the grids in their scope, besides the areas.
    request_id, address
        Of the request; None: there is none.
    """

    account_id: int | None
    name: str
    role: str | None
    rights: frozenset[str] = frozenset()
    areas: tuple[str, ...] | None = ()
    grids: tuple[str, ...] = ()
    request_id: str | None = None
    address: str | None = None


def for_asker(engine: sa.Engine, asker: Asker) -> sa.Engine:
    """Return the engine, on the same pool, for transactions in the name of `asker`."""
    return engine.execution_options(**{_OPTION: asker})


def asker_of(connection: sa.Connection) -> Asker | None:
    """Return in whose name the transactions of a connection run; None: the owner's own."""
    asker = connection.get_execution_options().get(_OPTION)
    assert asker is None or isinstance(asker, Asker)  # noqa: S101
    return asker
