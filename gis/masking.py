"""How names and phones of staff are shown to those who may not see them whole."""

from __future__ import annotations

import re
import unicodedata

_MOBILE = re.compile(r"(?:\+?86)?(1\d{10})")
_LANDLINE = re.compile(r"(0\d{2,3})[- ]?(\d{7,8})(?:[-转 x]+(\d+))?")
_KEPT_OF_SHORT = 2


def masked_phone(phone: str | None) -> str | None:
    """
    Cover the middle of a phone number with stars.

    A mobile keeps its first three and last four digits (``138****1234``), a landline its area
    code and last two (``0831-*****12``), anything else (a short number of an office network, a
    local number) its last two. None stays None; text without a digit is covered whole.

    Examples
    --------
    >>> masked_phone("13812341234"), masked_phone("+86 138-1234-1234")
    ('138****1234', '138****1234')
    >>> masked_phone("0831-5551212"), masked_phone("010 62751234-8001"), masked_phone("66123")
    ('0831-*****12', '010-******34', '***23')
    """
    if phone is None:
        return None
    plain = unicodedata.normalize("NFKC", phone).strip()
    if mobile := _MOBILE.fullmatch(re.sub(r"[\s-]", "", plain)):
        return f"{mobile[1][:3]}****{mobile[1][-4:]}"
    if landline := _LANDLINE.fullmatch(plain):
        return f"{landline[1]}-{_covered(landline[2])}"
    return _covered(re.sub(r"\D", "", plain))


def _covered(digits: str) -> str:
    if len(digits) <= _KEPT_OF_SHORT:
        return "*" * max(len(digits), 1)
    return "*" * (len(digits) - _KEPT_OF_SHORT) + digits[-_KEPT_OF_SHORT:]


def masked_name(name: str | None) -> str | None:
    """
    Keep the first sign of a name and cover the rest with two stars, however long it is.

    Examples
    --------
    >>> masked_name("王小明"), masked_name("欧阳娜"), masked_name(None)
    ('王**', '欧**', None)
    """
    if name is None:
        return None
    plain = unicodedata.normalize("NFKC", name).strip()
    return f"{plain[:1]}**" if plain else None
