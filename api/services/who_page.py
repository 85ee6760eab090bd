"""The public page "my grid worker": what of a grid or building everybody may know."""

from __future__ import annotations

from datetime import date

import sqlalchemy as sa

from api.services.responsible import page_of
from api.services.staff import team_of
from api.settings import Settings
from gis.contracts import SUBJECT_KINDS
from gis.errors import Language, NotFound
from gis.masking import masked_name
from gis.staff.roles import level_title, role_title
from gis.staff.teams import TeamTemplate
from gis.store import responsible as store
from gis.store.extracts import area_name
from gis.store.responsible import BuildingThere, GridThere, People, PostThere, SubjectThere
from gis.store.sight import EVERYWHERE
from maps.who_page import Code, CodeSheet, Group, Shown, WhoPage

_SHOWN_LEVELS = ("community", "group", "grid", "building", "stairwell")


def who_page(
    connection: sa.Connection, code: str, at: date, settings: Settings, language: Language
) -> WhoPage:
    """
    Return what the public may know of a grid or a building: no resident, no phone of a worker.

    Of a holder it tells what `WANGGE_PUBLIC_WORKER` says; the numbers are those of the settings.

    Raises
    ------
    NotFound
        No published grid and no building has that code on that day.
    """
    building, grids = _place(connection, code, at)
    main = next((grid for grid in grids if grid.kind != "micro"), grids[0] if grids else None)
    community = main.community if main else building.community if building else None
    groups: list[Group] = []
    if community is not None:
        own = building.code if building else None
        chain = store.chain_there(connection, community, [g.code for g in grids], own, at)
        hidden = settings.public_worker == "none"
        people = {} if hidden else store.people_of(connection, chain)
        groups = _groups(chain.subjects, team_of(chain), people, settings, language)
    return WhoPage(
        language=language,
        title=_title(building, main),
        address=(building.address or "") if building else "",
        grid=main.name if main else "",
        community=(area_name(connection, EVERYWHERE, community, at) or "") if community else "",
        groups=groups,
        hotline=settings.hotline,
        office=settings.office,
        office_phone=settings.office_phone,
        qr=page_of(code, settings).replace("/who/", "/who-qr/", 1),
        sheet=page_of(main.code, settings).replace("/who/", "/who-sheet/", 1) if main else "",
    )


def code_sheet(
    connection: sa.Connection, grid: str, at: date, address: str, language: Language
) -> CodeSheet:
    """
    Return the codes of a grid and of its buildings, to print; `address` is that of the service.

    Raises
    ------
    NotFound
        No such grid is published on that day.
    """
    own = store.grid_called(connection, grid, at)
    if own is None:
        raise _nothing(grid)
    codes = [Code(own.name, "", f"{address}/who/{own.code}")]
    codes += [
        Code(_name(one), own.name, f"{address}/who/{one.code}")
        for one in store.buildings_in_grid(connection, grid, at)
    ]
    return CodeSheet(language, own.name, codes)


def require_place(connection: sa.Connection, code: str, at: date) -> None:
    """Raise NotFound unless a published grid or a building has the code on a day."""
    _place(connection, code, at)


def _place(
    connection: sa.Connection, code: str, at: date
) -> tuple[BuildingThere | None, list[GridThere]]:
    grid = store.grid_called(connection, code, at)
    if grid is not None:
        return None, [grid]
    building = store.building_there(connection, code, at)
    if building is None:
        raise _nothing(code)
    return building, store.grids_of_building(connection, code, at)


def _nothing(code: str) -> NotFound:
    return NotFound(
        f"There is no grid and no building {code[:64]}.", f"没有网格或楼栋 {code[:64]}。"
    )


def _title(building: BuildingThere | None, grid: GridThere | None) -> str:
    if building is not None:
        return _name(building)
    return grid.name if grid else ""


def _name(building: BuildingThere) -> str:
    name = building.name or building.number or building.address or building.code
    if building.courtyard and building.courtyard not in name:
        return f"{building.courtyard} {name}"
    return name


def _groups(
    subjects: list[SubjectThere],
    team: TeamTemplate | None,
    people: People,
    settings: Settings,
    language: Language,
) -> list[Group]:
    shown = [s for s in subjects if s.posts and s.kind in _SHOWN_LEVELS]
    # Nearest first: who stands at the door asks for their own worker, not for the secretary.
    shown.sort(key=lambda s: (s.kind != "grid", -SUBJECT_KINDS.index(s.kind), s.code))
    return [
        Group(
            f"{level_title(one.kind, language)} {one.name or ''}".strip(),
            [_shown(post, team, people, settings, language) for post in one.posts],
        )
        for one in shown
    ]


def _shown(
    post: PostThere,
    team: TeamTemplate | None,
    people: People,
    settings: Settings,
    language: Language,
) -> Shown:
    holder = None if post.holder is None else people.get(post.holder)
    name = None
    if holder is not None and settings.public_worker != "none":
        whole = settings.public_worker == "name"
        name = (holder.name if whole else masked_name(holder.name)) or None
    return Shown(role_title(post.role, language, team), name, post.holder is None)
