"""
Use cases of embed keys: make one, list them, end one, tell what one opens.

A key stands in the HTML of other sites, so whoever sees such a page has it: it is a public
capability, no secret. It is stored as its SHA-256 all the same, so that a backup, a replica or
a listing hands out no working keys; 128 random bits need no slower digest.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from api.services import audit
from api.services.origins import web_origin
from api.services.sights import Seer
from api.today import HERE, end_of, today
from gis.errors import Forbidden, InputError, NotFound
from gis.store import embed_keys as store
from gis.store.embed_keys import Row
from gis.store.listing import found
from gis.store.sight import Sight
from maps.embeds import COUNTED, FIGURES, GROUND, LABELS_OF, OPENABLE

PREFIX = "wge_"
LONGEST_DAYS = 3660
_LONGEST_TEXT = 200


class UnknownKey(Forbidden):
    """No embed key reads like this."""

    code = "embed-key-unknown"


class EndedKey(Forbidden):
    """An embed key that has expired or was revoked."""

    code = "embed-key-ended"


class OutsideKey(Forbidden):
    """Something that an embed key does not open; whether it exists is not told."""

    code = "embed-key-outside"


class StrangeOrigin(Forbidden):
    """A site that the embed key does not name."""

    code = "embed-key-origin"


@dataclass(frozen=True, slots=True)
class NewKey:
    """
    What a key is asked to open.

    Attributes
    ----------
    area_code
        12 digits of a county, subdistrict or community; it and the areas below are shown.
    layers
        Names of `maps.embeds.OPENABLE`; the ground is always open.
    origins
        Sites whose pages may show it, ``https://host[:port]``; none: no other site may.
    expires_on
        Last day on which it works.
    contact
        Office to ask when it has ended. Shown to the public.
    """

    area_code: str
    layers: tuple[str, ...] = OPENABLE
    origins: tuple[str, ...] = ()
    expires_on: date | None = None
    note: str = ""
    contact: str = ""


@dataclass(frozen=True, slots=True)
class MadeKey:
    """A new key; this is the only time that its text can be read."""

    key: str
    row: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class EmbedScope:
    """What one key opens: layers, one area with those below it, some origins, until a moment."""

    key_id: int
    layers: frozenset[str]
    area_code: str
    codes: frozenset[str]
    origins: tuple[str, ...]
    contact: str
    expires_at: datetime
    revoked_at: datetime | None

    def require_standing(self, now: datetime) -> None:
        """Raise EndedKey when the key was revoked or its time is over."""
        ended = self.revoked_at or (self.expires_at if self.expires_at <= now else None)
        if ended is None:
            return
        day = _last_day(ended)
        raise EndedKey(
            f"The embed key of this map has expired ({day}). {self.ask_en}",
            f"此嵌入地图的密钥已失效（{day}）。{self.ask_zh}",
            ended_on=str(day),
        )

    @property
    def ask_en(self) -> str:
        """Whom to ask, in English."""
        return f"Ask for a new one: {self.contact or 'the office that gave it to you'}."

    @property
    def ask_zh(self) -> str:
        """Whom to ask, in Chinese."""
        return f"请联系{self.contact or '向您提供此地图的单位'}获取新的密钥。"

    @property
    def opened(self) -> frozenset[str]:
        """Names of all that is open: layers with their labels, the ground, figures."""
        named = self.layers.union(GROUND)
        return named.union(label for label, layer in LABELS_OF.items() if layer in named)

    @property
    def heard(self) -> frozenset[str]:
        """Names of the layers whose changes are told: what is open, and what figures rest on."""
        return self.opened.union(COUNTED) if FIGURES in self.layers else self.opened

    def require_layers(self, names: Sequence[str]) -> None:
        """Raise OutsideKey when a layer is not open; unknown layers read the same."""
        opened = self.opened
        shut = [name for name in names if name not in opened]
        if shut:
            raise OutsideKey(
                f"This embed key does not open {shut[0]}.", f"此嵌入密钥不包含 {shut[0]}。"
            )

    def area_within(self, code: str | None) -> str:
        """
        Return the area to show: that of the key, or the one asked for inside it.

        Raises
        ------
        NotFound
            It is not inside; areas that do not exist read the same.
        """
        if code is None or code in self.codes:
            return code or self.area_code
        raise NotFound("There is no such area for this embed key.", "此嵌入密钥下没有该区划。")

    def require_origin(self, origin: str) -> None:
        """Raise StrangeOrigin when the key does not name the site of a page."""
        if origin not in self.origins:
            raise StrangeOrigin(
                f"This embed key is not for pages of {origin}. {self.ask_en}",
                f"此嵌入密钥不适用于 {origin} 的页面。{self.ask_zh}",
            )


def make_key(
    engine: sa.Engine, seer: Seer, wanted: NewKey, *, made_by: str, now: datetime
) -> MadeKey:
    """
    Make a key and write down its digest.

    Raises
    ------
    NotFound
        There is no such area to be seen today.
    InputError
        A layer that no key opens, an origin that is none, or a day that is past or too far.
    """
    values = {
        "area_code": wanted.area_code,
        "layers": _openable(wanted.layers),
        "origins": list(dict.fromkeys(web_origin(origin) for origin in wanted.origins)),
        "note": _short("note", "备注", wanted.note),
        "contact": _short("contact", "联系单位", wanted.contact),
        "made_by": made_by,
        "expires_at": _end_of(wanted.expires_on, now),
    }
    key = PREFIX + secrets.token_urlsafe(16)
    with engine.begin() as connection:
        sight = seer.on(connection, _day(now))
        _require_area(connection, sight, wanted.area_code, now)
        key_id = store.insert_key(connection, {**values, "digest": digest_of(key)})
        row = _require_row(connection, sight, key_id)
        _audit(connection, "embed.add", row, made_by)
    return MadeKey(key, row)


def list_keys(engine: sa.Engine, seer: Seer, *, standing_at: datetime | None = None) -> list[Row]:
    """
    Return the keys of the areas seen without their text, newest first.

    With a moment only those that work then.
    """
    with engine.connect() as connection:
        return store.key_rows(connection, seer.today(connection), standing_at=standing_at)


def show_key(engine: sa.Engine, seer: Seer, key_id: int) -> Row:
    """
    Return one key without its text.

    Raises
    ------
    NotFound
        There is none of that number, or its area is not seen.
    """
    with engine.connect() as connection:
        return _require_row(connection, seer.today(connection), key_id)


def revoke_key(engine: sa.Engine, seer: Seer, key_id: int, *, by: str, now: datetime) -> Row:
    """
    End a key at once; ending it again changes nothing.

    Raises
    ------
    NotFound
        There is none of that number, or its area is not seen.
    """
    with engine.begin() as connection:
        sight = seer.on(connection, _day(now))
        ended = store.end_key(connection, sight, key_id, at=now, by=by)
        row = _require_row(connection, sight, key_id)
        if ended:
            _audit(connection, "embed.revoke", row, by)
        return row


def _audit(connection: sa.Connection, action: str, row: Row, by: str) -> None:
    audit.record(
        connection,
        audit.who_asks(connection, by),
        action,
        ("embed_key", row["id"]),
        community=row["area_code"],
        detail={"layers": list(row["layers"]), "origins": list(row["origins"])},
    )


def scope_of(connection: sa.Connection, key: str) -> EmbedScope | None:
    """Look up what a key opens, ended or not; None when it is unknown."""
    row = store.key_scope(connection, digest_of(key), on=today())
    if row is None:
        return None
    return EmbedScope(
        key_id=row["id"],
        layers=frozenset(row["layers"]),
        area_code=row["area_code"],
        codes=frozenset(row["codes"]),
        origins=tuple(row["origins"]),
        contact=row["contact"],
        expires_at=row["expires_at"],
        revoked_at=row["revoked_at"],
    )


def digest_of(key: str) -> bytes:
    """Return the SHA-256 by which a key is known."""
    return hashlib.sha256(key.encode()).digest()


def state_of(row: Row, now: datetime) -> str:
    """Tell whether a listed key is ``standing``, ``expired`` or ``revoked``."""
    if row["revoked_at"] is not None:
        return "revoked"
    return "standing" if row["expires_at"] > now else "expired"


def last_day(row: Row) -> date:
    """Return the last day on which a listed key works or worked."""
    return _last_day(row["revoked_at"] or row["expires_at"])


def _last_day(end: datetime) -> date:
    # A key that ends at midnight worked on the day before.
    return (end - timedelta(microseconds=1)).astimezone(HERE).date()


def _openable(layers: Sequence[str]) -> list[str]:
    strange = [name for name in layers if name not in OPENABLE]
    if strange or not layers:
        known = ", ".join(OPENABLE)
        wrong = strange[0] if strange else "nothing"
        raise InputError(
            f"An embed key cannot open {wrong}; it can open {known}.",
            f"嵌入密钥不能包含 {wrong}；可选：{known}。",
        )
    return [name for name in OPENABLE if name in layers]


def _short(en: str, zh: str, text: str) -> str:
    told = " ".join(text.split())
    if len(told) > _LONGEST_TEXT:
        raise InputError(
            f"The {en} has {len(told)} characters; {_LONGEST_TEXT} are the most.",
            f"{zh}有 {len(told)} 个字符，最多 {_LONGEST_TEXT} 个。",
        )
    return told


def _end_of(day: date | None, now: datetime) -> datetime:
    """Return the midnight in China after the last day; a year from today when none is named."""
    today = now.astimezone(HERE).date()
    last = day or today + timedelta(days=365)
    if not today <= last <= today + timedelta(days=LONGEST_DAYS):
        most = today + timedelta(days=LONGEST_DAYS)
        raise InputError(
            f"An embed key cannot end on {last}: choose a day from {today} to {most}.",
            f"嵌入密钥不能在 {last} 到期：请选择 {today} 至 {most} 之间的日期。",
        )
    return end_of(last)


def _require_area(connection: sa.Connection, sight: Sight, code: str, now: datetime) -> None:
    day = _day(now)
    if found(connection, sight, "area", code, at=day, geometry=False) is None:
        raise NotFound(
            f"There is no area {code} today: give the 12 digits of a county, subdistrict or "
            "community.",
            f"今天没有代码为 {code} 的区划：请给出区县、街道或社区的 12 位代码。",
        )


def _day(now: datetime) -> date:
    return now.astimezone(HERE).date()


def _require_row(connection: sa.Connection, sight: Sight, key_id: int) -> Row:
    row = store.key_row(connection, sight, key_id)
    if row is None:
        raise NotFound(
            f"There is no embed key {key_id}: see `wangge embed list`.",
            f"没有编号为 {key_id} 的嵌入密钥：见 `wangge embed list`。",
        )
    return row
