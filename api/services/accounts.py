"""Use cases of accounts: make, list, change, disable, and set the password of one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from api.principal import Principal, Role
from api.services import passwords
from api.services.audit import record
from api.services.scopes import AreaTree, looks_after, require_within
from api.services.throttling import account_key
from api.today import today
from gis.errors import Conflict, InputError, NotFound
from gis.store import accounts as store
from gis.store import login_attempts, sessions
from gis.store.accounts import Row


@dataclass(frozen=True, slots=True)
class AccountScope:
    """Where an account is to hold: areas (None: everywhere) and single grids."""

    areas: tuple[str, ...] | None
    grids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class NewAccount:
    """
    An account that is wanted.

    Attributes
    ----------
    password
        None: one is invented.
    must_change
        Whether its owner has to choose another at the first login.
    worker_code
        Of the worker in the roster whose account it is.
    """

    name: str
    role: Role
    scope: AccountScope
    password: str | None = None
    must_change: bool = True
    worker_code: str | None = None


@dataclass(frozen=True, slots=True)
class MadeAccount:
    """An account and its new password, which is told this once."""

    row: Row
    password: str


def make_account(engine: sa.Engine, who: Principal, wanted: NewAccount) -> MadeAccount:
    """
    Make an account within the scope of whoever makes it.

    Raises
    ------
    InputError
        The name or password is not allowed, or the scope or worker is not within theirs.
    Conflict
        There is an account of that name, whether or not they can see it.
    """
    name = passwords.account_name(wanted.name)
    password = wanted.password if wanted.password is not None else passwords.invented()
    passwords.require_good(password, name)
    values = {
        "name": name,
        "name_key": passwords.name_key(name),
        "role": wanted.role,
        "everywhere": wanted.scope.areas is None,
        "worker_code": wanted.worker_code,
        "password_hash": passwords.hashed(password),
        "must_change": wanted.must_change,
        "made_by": who.name,
    }
    if wanted.worker_code is not None:
        _require_worker(engine, who, wanted.worker_code)
    with engine.begin() as connection:
        require_within(connection, who, wanted.scope.areas, wanted.scope.grids)
        if store.account_by_key(connection, str(values["name_key"])) is not None:
            raise _taken(name)
        try:
            account_id = store.insert_account(connection, values)
        except sa.exc.IntegrityError as fault:
            raise _taken(name) from fault
        _set_scope(connection, account_id, wanted.scope)
        _audit(connection, who, "account.make", account_id, role=wanted.role)
        return MadeAccount(_require_row(connection, account_id), password)


def list_accounts(engine: sa.Engine, who: Principal) -> list[Row]:
    """Return the accounts whose whole scope lies within one's own, by name."""
    with engine.connect() as connection:
        rows = store.account_rows(connection)
        if who.everywhere:
            return rows
        tree = _tree(connection, rows)
        return [row for row in rows if _sees(tree, who, row)]


def account_named(engine: sa.Engine, who: Principal, name: str) -> Row:
    """
    Return an account by its name.

    Raises
    ------
    NotFound
        There is none, or it is not within one's scope.
    """
    with engine.connect() as connection:
        row = store.account_by_key(connection, passwords.name_key(name))
        if row is None or not _sees(_tree(connection, [row]), who, row):
            raise NotFound(
                f"There is no account {name}: see `wangge account list`.",
                f"没有账号 {name}：见 `wangge account list`。",
            )
        return row


def change_account(
    engine: sa.Engine,
    who: Principal,
    account_id: int,
    *,
    role: Role | None = None,
    scope: AccountScope | None = None,
    worker_code: str | None = None,
    unlink_worker: bool = False,
) -> Row:
    """
    Change role, scope or worker of an account; what is not named stays.

    Raises
    ------
    NotFound, InputError
        There is no such account within one's scope; the new scope or worker is not within it.
    Conflict
        It is one's own.
    """
    with engine.connect() as connection:
        linked = _require_other(connection, who, account_id)["worker_code"]
    if worker_code is not None and worker_code != linked:
        _require_worker(engine, who, worker_code)
    with engine.begin() as connection:
        before = _require_other(connection, who, account_id)
        values: dict[str, object] = {}
        if role is not None:
            values["role"] = role
        if worker_code is not None or unlink_worker:
            values["worker_code"] = worker_code
        if scope is not None:
            require_within(connection, who, scope.areas, scope.grids)
            values["everywhere"] = scope.areas is None
            _set_scope(connection, account_id, scope)
        if values:
            store.update_account(connection, account_id, values)
        after = _require_row(connection, account_id)
        _audit(connection, who, "account.change", account_id, **_difference(before, after))
        return after


def _difference(before: Row, after: Row) -> dict[str, dict[str, object]]:
    """Say what of an account is another now, as it was and as it is."""
    was, now = _telling(before), _telling(after)
    changed = [name for name in was if was[name] != now[name]]
    return {
        "before": {name: was[name] for name in changed},
        "after": {name: now[name] for name in changed},
    }


def _telling(row: Row) -> dict[str, object]:
    scope = ["everywhere"] if row["everywhere"] else [*row["areas"], *row["grids"]]
    return {"role": row["role"], "scope": scope, "worker": row["worker_code"]}


def disable_account(engine: sa.Engine, who: Principal, account_id: int, *, now: datetime) -> Row:
    """
    End all sessions and tokens of an account and let it sign in no more.

    Raises
    ------
    NotFound
        There is no such account within one's scope.
    Conflict
        It is one's own.
    """
    with engine.begin() as connection:
        row = _require_other(connection, who, account_id)
        if row["disabled_at"] is None:
            values = {"disabled_at": now, "disabled_by": who.name}
            store.update_account(connection, account_id, values)
        sessions.end_sessions(connection, account_id)
        sessions.revoke_tokens(connection, account_id, now)
        _audit(connection, who, "account.disable", account_id)
        return _require_row(connection, account_id)


def enable_account(engine: sa.Engine, who: Principal, account_id: int) -> Row:
    """
    Let a disabled or locked account sign in again; its tokens stay revoked.

    Raises
    ------
    NotFound
        There is no such account within one's scope.
    """
    with engine.begin() as connection:
        require_seen(connection, who, account_id)
        store.update_account(connection, account_id, {"disabled_at": None, "disabled_by": None})
        login_attempts.forget(connection, account_key(account_id, ""))
        _audit(connection, who, "account.enable", account_id)
        return _require_row(connection, account_id)


def set_password(
    engine: sa.Engine,
    who: Principal,
    account_id: int,
    *,
    password: str | None = None,
    must_change: bool = True,
    now: datetime,
) -> MadeAccount:
    """
    Give an account another password; its sessions and tokens end, and it is unlocked.

    Raises
    ------
    NotFound
        There is no such account within one's scope.
    InputError
        The password is not allowed.
    """
    with engine.connect() as connection:
        name = require_seen(connection, who, account_id)["name"]
    chosen = password if password is not None else passwords.invented()
    passwords.require_good(chosen, name)
    digest = passwords.hashed(chosen)
    with engine.begin() as connection:
        require_seen(connection, who, account_id)
        values = {"password_hash": digest, "must_change": must_change, "password_at": now}
        store.update_account(connection, account_id, values)
        sessions.end_sessions(connection, account_id)
        sessions.revoke_tokens(connection, account_id, now)
        login_attempts.forget(connection, account_key(account_id, ""))
        _audit(connection, who, "account.reset", account_id)
        return MadeAccount(_require_row(connection, account_id), chosen)


def _set_scope(connection: sa.Connection, account_id: int, scope: AccountScope) -> None:
    # Everywhere is all there is; single grids besides would say nothing.
    grids = () if scope.areas is None else scope.grids
    store.set_scope(connection, account_id, scope.areas or (), grids)


def _audit(
    connection: sa.Connection, who: Principal, action: str, account_id: int, **detail: object
) -> None:
    record(connection, who, action, ("account", account_id), detail=detail)


def _tree(connection: sa.Connection, rows: list[Row]) -> AreaTree:
    areas = [code for row in rows for code in row["areas"]]
    return AreaTree.of(connection, areas, [code for row in rows for code in row["grids"]])


def _sees(tree: AreaTree, who: Principal, row: Row) -> bool:
    areas = None if row["everywhere"] else row["areas"]
    return row["id"] == who.account_id or tree.holds(who, areas, row["grids"])


def require_seen(connection: sa.Connection, who: Principal, account_id: int) -> Row:
    """Return an account within somebody's scope; raise NotFound when there is none."""
    row = store.account_row(connection, account_id)
    if row is None or not _sees(_tree(connection, [row]), who, row):
        raise NotFound(f"There is no account {account_id}.", f"没有编号为 {account_id} 的账号。")
    return row


def _require_other(connection: sa.Connection, who: Principal, account_id: int) -> Row:
    row = require_seen(connection, who, account_id)
    if row["id"] == who.account_id:
        raise Conflict(
            "Nobody disables their own account or changes its role or scope: ask another "
            "administrator.",
            "不能停用自己的账号或更改其角色、范围：请联系另一位管理员。",
        )
    return row


def _require_worker(engine: sa.Engine, who: Principal, code: str) -> None:
    # An account opens the list of its worker, wherever that is: no scope of its own bounds it.
    if not looks_after(engine, who, code, today()):
        raise InputError(
            f"In your own scope there is no worker {code}: give the code of somebody in the roster "
            "whose posts all lie in it.",
            f"您的管辖范围内没有工作人员 {code}：请给出花名册中岗位均在您范围内的人员的编号。",
        )


def _require_row(connection: sa.Connection, account_id: int) -> Row:
    row = store.account_row(connection, account_id)
    assert row is not None  # noqa: S101
    return row


def _taken(name: str) -> Conflict:
    return Conflict(
        f"There is an account named {name} already: choose another name.",
        f"已有名为 {name} 的账号：请另选名称。",
    )
