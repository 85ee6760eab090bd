"""Signs of facility kinds on maps: a colour is shared by kinds, a sign is not."""

from __future__ import annotations

from gis.circles.kinds import KINDS
from gis.contracts import FACILITY_KINDS
from gis.errors import Language

_SIGNS: dict[str, tuple[str, str]] = {
    "service_centre": ("党", "S"),
    "medical": ("医", "+"),
    "rest_station": ("驿", "R"),
    "canteen": ("餐", "C"),
    "repair": ("修", "F"),
    "cafe": ("咖", "Ca"),
    "culture": ("文", "A"),
    "school": ("学", "Sc"),
    "kindergarten": ("幼", "K"),
    "elder_care": ("老", "E"),
    "market": ("市", "M"),
    "pharmacy": ("药", "P"),
    "park": ("园", "G"),
    "toilet": ("厕", "WC"),
    "other": ("他", "O"),
}
_HUES = 8


def kind_sign(kind: str, language: Language) -> str:
    """
    Return what is written into the mark of a facility; that of ``other`` for unknown kinds.

    >>> kind_sign("medical", "zh"), kind_sign("observatory", "en")
    ('医', 'O')
    """
    zh, en = _SIGNS.get(kind, _SIGNS["other"])
    return zh if language == "zh" else en


def kind_hue(kind: str) -> str:
    """Return the token of a kind's colour; kinds that stand next to each other differ."""
    return f"area-{FACILITY_KINDS.index(kind) % _HUES + 1}"


def kind_name(kind: str, language: Language) -> str:
    """
    Name a kind for people; an unknown one by its own word.

    >>> kind_name("rest_station", "zh"), kind_name("rest_station", "en")
    ('驿站', 'Rest station')
    """
    if language == "zh":
        return KINDS.get(kind, kind)
    return kind.replace("_", " ").capitalize()
