"""What roles and levels are called."""

from __future__ import annotations

from functools import cache

from gis.errors import Language
from gis.staff.teams import TeamTemplate, load_team, preset_names

LEVELS = {
    "county": ("区县", "County"),
    "subdistrict": ("街道", "Street office"),
    "community": ("社区", "Community"),
    "group": ("居民小组", "Resident group"),
    "grid": ("网格", "Grid"),
    "building": ("楼栋", "Building"),
    "stairwell": ("单元", "Stairwell"),
}
TAGS = {
    "comprehensive": ("综合", "comprehensive"),
    "party_building": ("党建", "party building"),
    "mediation": ("调解", "mediation"),
    "food_safety": ("食安", "food safety"),
    "public_order": ("治安", "public order"),
    "fire_safety": ("消防", "fire safety"),
    "sanitation": ("环卫", "sanitation"),
    "civil_affairs": ("民政", "civil affairs"),
    "health": ("卫健", "health"),
    "volunteer": ("志愿", "volunteer"),
}


@cache
def _known() -> dict[str, tuple[str, str]]:
    seats = (seat for name in preset_names() for seat in load_team(name).seats)
    return {seat.role: (seat.zh, seat.en) for seat in seats}


def role_title(role: str, language: Language, team: TeamTemplate | None = None) -> str:
    """
    Say what a role is called: as the team template names it, else as the presets do.

    >>> role_title("building_head", "zh"), role_title("水务专员", "en")
    ('楼长', '水务专员')
    """
    own = {seat.role: (seat.zh, seat.en) for seat in team.seats} if team else {}
    zh, en = own.get(role) or _known().get(role, (role, role))
    return zh if language == "zh" else en


def level_title(level: str, language: Language) -> str:
    """
    Say what a level is called.

    >>> level_title("stairwell", "zh")
    '单元'
    """
    return LEVELS[level][0 if language == "zh" else 1]


def tag_title(tag: str, language: Language) -> str:
    """
    Say what a tag is called; one nobody knows is its own name.

    >>> tag_title("mediation", "en"), tag_title("河长", "en")
    ('mediation', '河长')
    """
    return TAGS.get(tag, (tag, tag))[0 if language == "zh" else 1]
