"""
The hash chain over the audit trail, as bytes: what is hashed, and in which order.

=============  ===============================================================================
row            one JSON object: members of `MEMBERS` in the order of their names, no blanks,
               UTF-8 unescaped, time in UTC with microseconds; its digest is its SHA-256
batch          SHA-256 of the digests of its rows, one after the other, by ascending id
head           SHA-256 of the head before (32 noughts at first) and the JSON object of the seal
               (batch, last_id, number, previous, rows, sealed_at), spelled like a row
=============  ===============================================================================

Whoever holds one head can tell any change of what came before it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

Row = Mapping[str, Any]

MEMBERS = (
    "account_id", "action", "address", "at", "code", "community", "detail", "id", "kind",
    "request_id", "role", "who",
)  # fmt: skip
GENESIS = bytes(32)
DIGEST_BYTES = 32


def spelled(document: Mapping[str, Any]) -> bytes:
    """
    Spell an object so that equal ones have equal bytes.

    >>> spelled({"who": "甲", "id": 1})
    b'{"id":1,"who":"\\xe7\\x94\\xb2"}'
    """
    text = json.dumps(document, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    # What no UTF-8 can hold comes from no database.
    return text.encode()


def told(row: Row) -> dict[str, Any]:
    """Return the members of a row that are hashed, as JSON holds them."""
    return {name: row[name] for name in MEMBERS} | {"at": in_utc(row["at"])}


def in_utc(moment: datetime) -> str:
    """Spell a moment, to the microsecond."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def row_digest(row: Row) -> bytes:
    """Return the digest of a row."""
    return hashlib.sha256(spelled(told(row))).digest()


def split_digests(digests: bytes) -> list[bytes]:
    """Cut the digests of a batch apart."""
    return [digests[at : at + DIGEST_BYTES] for at in range(0, len(digests), DIGEST_BYTES)]


def seal_document(seal: Row) -> dict[str, Any]:
    """Return what a head says of its batch; `seal` has the columns of ``audit_seal`` but head."""
    return {
        "batch": hashlib.sha256(bytes(seal["digests"])).hexdigest(),
        "last_id": seal["last_id"],
        "number": seal["number"],
        "previous": bytes(seal["previous"]).hex(),
        "rows": len(seal["ids"]),
        "sealed_at": in_utc(seal["sealed_at"]),
    }


def head_of(seal: Row) -> bytes:
    """Return the head that follows from a seal and the head before it."""
    return hashlib.sha256(bytes(seal["previous"]) + spelled(seal_document(seal))).digest()


def sealed(rows: Sequence[Row], before: Row | None, now: datetime) -> dict[str, Any]:
    """Make the seal of a batch, which is not empty; `before` is the seal before it."""
    seal: dict[str, Any] = {
        "number": 1 if before is None else before["number"] + 1,
        "last_id": rows[-1]["id"],
        "ids": [row["id"] for row in rows],
        "digests": b"".join(map(row_digest, rows)),
        "previous": GENESIS if before is None else bytes(before["head"]),
        "sealed_at": now,
    }
    return {**seal, "head": head_of(seal)}
