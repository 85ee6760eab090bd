"""
For whom a transaction runs: bound to an engine, told to PostgreSQL when one begins.

Row-level security (``0020_row_security.sql``) goes by it, and the audit trail. A service function
that is given an engine or a connection need do nothing: whoever lends it binds it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import sqlalchemy as sa

_OPTION = "wangge_asker"
TELL = (
    "SELECT set_config('wangge.account', %(asker_account)s, true),"
    " set_config('wangge.rights', %(asker_rights)s, true),"
    " set_config('wangge.areas', %(asker_areas)s, true),"
    " set_config('wangge.grids', %(asker_grids)s, true),"
    " set_config('wangge.worker', %(asker_worker)s, true),"
    " set_config('wangge.presented', %(asker_presented)s, true),"
    " set_config('wangge.codes', %(asker_codes)s, true)"
)
"""What tells PostgreSQL, to the end of a transaction, in whose name it runs; with `binds_of`."""


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
    worker
        Code of the worker whose account it is; empty: of nobody in the roster.
    codes
        Codes of all areas that the scope covers, where they are known; empty: PostgreSQL walks the
        tree of areas when a policy asks.
    presented
        What somebody not known yet shows: the digest of a session or token in hexadecimal
        digits, or the key of the name they sign in by. Opens the rows of just that.
    request_id, address
        Of the request; None: there is none.
    """

    account_id: int | None
    name: str
    role: str | None
    rights: frozenset[str] = frozenset()
    areas: tuple[str, ...] | None = ()
    grids: tuple[str, ...] = ()
    worker: str = ""
    codes: tuple[str, ...] = ()
    presented: str = ""
    request_id: str | None = None
    address: str | None = None

    def beyond_scope(self) -> Asker:
        """Return who reads past their scope, for a service that looks after it by itself."""
        return replace(self, areas=None, grids=())


def for_asker(engine: sa.Engine, asker: Asker) -> sa.Engine:
    """Return the engine, on the same pool, for transactions in the name of `asker`."""
    return engine.execution_options(**{_OPTION: asker})


def presenting(engine: sa.Engine, shown: str) -> sa.Engine:
    """Return the engine for transactions of somebody not known yet, who shows a digest or name."""
    return for_asker(engine, replace(_unknown(engine), presented=shown))


def as_account(engine: sa.Engine, account_id: int) -> sa.Engine:
    """Return the engine for transactions in which an account does what concerns itself alone."""
    return for_asker(engine, replace(_unknown(engine), account_id=account_id))


def past_row_security(engine: sa.Engine) -> sa.Engine:
    """
    Return an engine that reads past the scope of who asks, still in their name.

    For a service that looks after the scope by itself: it has to find out what lies beyond, and
    tells none of it.
    """
    asker = asker_of(engine)
    return engine if asker is None else for_asker(engine, asker.beyond_scope())


def _unknown(engine: sa.Engine) -> Asker:
    """Nobody, but of the same request."""
    asker = engine.get_execution_options().get(_OPTION)
    request = (asker.request_id, asker.address) if isinstance(asker, Asker) else (None, None)
    return Asker(None, "", None, request_id=request[0], address=request[1])


def asker_of(connection: sa.Connection | sa.Engine) -> Asker | None:
    """Return in whose name transactions run; None: the owner's own."""
    asker = connection.get_execution_options().get(_OPTION)
    assert asker is None or isinstance(asker, Asker)  # noqa: S101
    return asker


def tell_asker(connection: sa.Connection) -> None:
    """Tell PostgreSQL, for the transaction that begins, in whose name it runs."""
    asker = asker_of(connection)
    if asker is not None:
        connection.exec_driver_sql(TELL, binds_of(asker))


def drawing_options(rights: frozenset[str]) -> str:
    """Return options of connections that draw maps: everywhere, with just some rights."""
    return f"-c wangge.areas=* -c wangge.rights={_listed(rights)}"


def binds_of(asker: Asker) -> dict[str, str]:
    """Return the binds of `TELL` for somebody."""
    return {
        "asker_account": "" if asker.account_id is None else str(asker.account_id),
        "asker_rights": _listed(asker.rights),
        "asker_areas": "*" if asker.areas is None else ",".join(asker.areas),
        "asker_grids": ",".join(asker.grids),
        "asker_worker": asker.worker,
        "asker_presented": asker.presented,
        "asker_codes": ",".join(asker.codes),
    }


def _listed(rights: frozenset[str]) -> str:
    return "".join(f",{right}" for right in sorted(rights)) + ","
