"""How often one may be wrong: by account, and by the address that asks."""

from __future__ import annotations

import hashlib
import ipaddress
from datetime import datetime, timedelta

import sqlalchemy as sa

from api.services.signing import locked_out
from gis.store import login_attempts as store
from gis.store.login_attempts import Wait

# An account: 5 s after the fifth wrong password, doubled each time, a quarter of an hour at most.
OF_ACCOUNT = Wait(free=5, first_s=5, most_s=900, afresh_after=timedelta(hours=12))
# Behind one address a whole office may sit.
OF_ADDRESS = Wait(free=50, first_s=5, most_s=900, afresh_after=timedelta(hours=1))
# Unknown names share so many rows: whoever invents names fills no table, and learns nothing
# from an unknown name not being locked.
_BUCKETS = 4096


def account_key(account_id: int | None, name_key: str) -> str:
    """Return under what the failures of an account are counted, or those of an unknown name."""
    if account_id is not None:
        return f"account:{account_id}"
    return f"name:{int.from_bytes(hashlib.sha256(name_key.encode()).digest()[:4]) % _BUCKETS}"


def address_key(address: str) -> str:
    """
    Return under what the failures of an address are counted: IPv6 by its network of 64 bits.

    >>> address_key("2001:db8::1") == address_key("2001:db8::2")
    True
    """
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return "address:unknown"
    if ip.version == 6 and ip.ipv4_mapped is None:
        return f"address:{ipaddress.ip_network((ip, 64), strict=False)}"
    return f"address:{ip.ipv4_mapped or ip}" if ip.version == 6 else f"address:{ip}"


def charge(engine: sa.Engine, waits: dict[str, Wait], now: datetime) -> None:
    """
    Count an attempt as wrong before it is judged; whoever is right is forgiven.

    Raises
    ------
    LockedOut
        One of the keys is refused at present; nothing is counted then.
    """
    with engine.begin() as connection:
        require_open(connection, list(waits), now)
        for key, wait in waits.items():
            if not store.charge(connection, key, wait, now):
                # Somebody's attempt a moment ago was one too many.
                require_open(connection, list(waits), now)
        store.forget_old(connection, now)


def require_open(connection: sa.Connection, keys: list[str], now: datetime) -> None:
    """Raise LockedOut while one of the keys is refused."""
    until = store.locked_until(connection, keys, now)
    if until is not None:
        raise locked_out(until, now)
