"""Staff as those who may see them do: posts, masked phones, one audited look-up at a time."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

import sqlalchemy as sa

from api.principal import Principal
from api.schemas.staff import (
    Chain,
    ChainLink,
    GapRow,
    HeldSubject,
    Phone,
    SeatRow,
    StaffMember,
    StaffPerson,
    StaffPost,
    Vacancies,
)
from api.services import audit
from api.services.importing import writing
from api.services.scopes import AreaTree
from api.services.teams import require_area
from gis.contracts import SUBJECT_KINDS
from gis.errors import InputError, Language, NotFound
from gis.masking import masked_phone
from gis.staff.roles import level_title, role_title, tag_title
from gis.staff.teams import TeamTemplate, team_from_document
from gis.store import responsible as spots
from gis.store import staff as store
from gis.store import teams as seats
from gis.store.responsible import ChainThere, People, PostThere
from gis.store.staff import Person


def sees_staff(
    connection: sa.Connection, who: Principal, areas: Iterable[str], grids: Iterable[str]
) -> bool:
    """Tell whether somebody may see the staff of some areas or grids: by right and by scope."""
    if not who.may("staff"):
        return False
    if who.everywhere:
        return True
    codes, wanted = list(areas), list(grids)
    tree = AreaTree.of(connection, codes, wanted)
    return any(tree.holds_area(who, code) for code in codes) or any(
        tree.holds_grid(who, code) for code in wanted
    )


def require_staff_area(connection: sa.Connection, who: Principal, area: str, at: date) -> str:
    """
    Return the name of an area whose staff somebody may see.

    Raises
    ------
    NotFound
        There is none on that day, or it lies outside their scope.
    """
    name = require_area(connection, area, at)
    if who.everywhere or AreaTree.of(connection, [area], []).holds_area(who, area):
        return name
    raise NotFound(f"There is no area {area}.", f"没有区划 {area}。", area=area)


def member(
    connection: sa.Connection, who: Principal, code: str, at: date, language: Language
) -> StaffMember:
    """
    Return a worker with their posts of a day; the phone is masked.

    Raises
    ------
    NotFound
        There is none of that code, their data were erased, or no post of theirs lies in the
        scope of who asks.
    """
    person = _require_person(connection, who, code)
    shown = person_shown(person)
    return StaffMember(
        **shown.model_dump(),
        posts=[
            HeldSubject(
                post=post.code,
                role=post.role,
                title=role_title(post.role, language),
                tags=[tag_title(tag, language) for tag in post.tags],
                level=post.subject_kind,
                code=post.subject_code,
                community_code=post.area_code,
                as_deputy=post.as_deputy,
                since=post.since,
                until=post.until,
            )
            for post in store.held_posts(connection, code, at)
        ],
    )


def phone_of(engine: sa.Engine, who: Principal, code: str) -> Phone:
    """
    Tell a worker's phone in full, and write down that it was told.

    Raises
    ------
    NotFound
        As `member`; that somebody asked is then written down nowhere.
    """
    with engine.begin() as connection:
        person = _require_person(connection, who, code)
        areas = sorted(area for area, _ in store.areas_of_worker(connection, code))
        audit.record(
            connection,
            who,
            "staff.unmask",
            ("worker", code),
            community=areas[0] if areas else None,
            detail={"told": person.phone is not None},
        )
    return Phone(code=code, phone=person.phone)


def _require_person(connection: sa.Connection, who: Principal, code: str) -> Person:
    person = store.find_person(connection, code)
    if person is not None:
        places = store.areas_of_worker(connection, code)
        areas = [area for area, _ in places]
        if sees_staff(connection, who, areas, [grid for _, grid in places if grid]):
            return person
    raise NotFound(f"There is no worker {code}.", f"没有网格员 {code}。", code=code)


def person_shown(person: Person) -> StaffPerson:
    """Show a worker with the phone masked."""
    return StaffPerson(code=person.code, name=person.name, masked_phone=masked_phone(person.phone))


def chain_of_building(
    connection: sa.Connection, who: Principal, building: str, at: date, language: Language
) -> Chain:
    """
    Return everybody who answers for a building on a day, from the widest level to the narrowest.

    Raises
    ------
    NotFound
        There is no such building on that day, or it lies outside the scope of who asks.
    """
    there = spots.building_there(connection, building, at)
    grids = spots.grids_of_building(connection, building, at) if there else []
    codes = [grid.code for grid in grids]
    if there is None or not sees_staff(connection, who, [there.community or ""], codes):
        raise NotFound(f"There is no building {building}.", f"没有楼栋 {building}。", code=building)
    chain = spots.chain_there(connection, there.community or "", codes, building, at)
    team = team_of(chain)
    links = chain_links(chain, team, language, spots.people_of(connection, chain))
    return Chain(building=building, at=at, template=team.name if team else None, links=links)


def team_of(chain: ChainThere) -> TeamTemplate | None:
    """Return the template that names the levels of a chain."""
    return None if chain.template is None else _team(chain.template)


# Templates are few, and checking one takes longer than finding the chain.
@lru_cache(maxsize=64)
def _team(document: str) -> TeamTemplate:
    return team_from_document(json.loads(document))


def chain_links(
    chain: ChainThere, team: TeamTemplate | None, language: Language, people: People
) -> list[ChainLink]:
    """
    Order a chain from the widest level to the narrowest, with those of its people that are given.

    The levels of the team template are told also where they have no post; others only where they
    have one.
    """
    levels = SUBJECT_KINDS if team is None else team.chain
    shown = [
        subject
        for subject in chain.subjects
        if subject.posts or (team is not None and subject.kind in levels)
    ]
    shown.sort(key=lambda subject: (SUBJECT_KINDS.index(subject.kind), subject.code))
    return [
        ChainLink(
            level=subject.kind,
            title=level_title(subject.kind, language),
            code=subject.code,
            name=subject.name,
            posts=[_post_shown(post, team, language, people) for post in subject.posts],
        )
        for subject in shown
    ]


def _post_shown(
    post: PostThere, team: TeamTemplate | None, language: Language, people: People
) -> StaffPost:
    holder = None if post.holder is None else people.get(post.holder)
    deputy = None if post.deputy is None else people.get(post.deputy)
    return StaffPost(
        post=post.code,
        role=post.role,
        title=role_title(post.role, language, team),
        tags=[tag_title(tag, language) for tag in post.tags],
        vacant=post.holder is None,
        person=person_shown(holder) if holder else None,
        deputy=person_shown(deputy) if deputy else None,
    )


def vacancies_of(
    connection: sa.Connection,
    who: Principal,
    area: str,
    at: date,
    language: Language,
    *,
    cursor: str,
    limit: int,
) -> Vacancies:
    """
    Return which seats of the team templates of an area nobody fills on a day, one page of them.

    Raises
    ------
    NotFound
        There is no such area, or it lies outside the scope of who asks.
    InputError
        The cursor is none of a page before.
    """
    require_staff_area(connection, who, area, at)
    figures = seats.seat_figures(connection, area, at)
    found = list(seats.gaps(connection, area, at, after=_after(cursor), most=limit + 1))
    page = found[:limit]
    return Vacancies(
        area=area,
        at=at,
        gap=sum(seat.gap for seat in figures),
        seats=[
            SeatRow(
                area=seat.area,
                area_name=seat.area_name,
                level=seat.level,
                role=seat.role,
                title=role_title(seat.role, language),
                subjects=seat.subjects,
                needed=seat.needed,
                filled=seat.filled,
                vacant_posts=seat.vacant_posts,
                gap=seat.gap,
            )
            for seat in figures
        ],
        items=[
            GapRow(
                area=gap.area,
                level=gap.level,
                role=gap.role,
                title=role_title(gap.role, language),
                code=gap.code,
                name=gap.name,
                grid=gap.grid,
                needed=gap.needed,
                held=gap.held,
                gap=gap.gap,
            )
            for gap in page
        ],
        next="|".join(page[-1].key) if len(found) > limit else None,
    )


def _after(cursor: str) -> tuple[str, str, str, str] | None:
    if not cursor:
        return None
    parts = cursor.split("|")
    if len(parts) != 4:
        raise InputError(
            "The cursor is none of a page before: take `next` as it came.",
            "cursor 无效：请原样使用上一页的 next。",
        )
    return (parts[0], parts[1], parts[2], parts[3])


@dataclass(frozen=True, slots=True)
class Forgotten:
    """Codes of the workers whose names and phones were erased, and rows of rosters emptied."""

    codes: list[str]
    rows: int


def forget_staff(
    engine: sa.Engine, codes: Sequence[str] | None, *, days: int, today: date, made_by: str
) -> Forgotten:
    """
    Erase names and phones of workers who have been gone for so many days; their posts stay.

    Parameters
    ----------
    codes
        Only these, who must be gone; None: everybody gone that long.

    Raises
    ------
    InputError
        Somebody named still holds a post, has left more recently, or is not there.
    """
    before = today - timedelta(days=days)
    with writing(engine) as connection:
        gone, rows = store.forget(connection, codes, before, today)
        left = sorted(set(codes or ()) - set(gone))
        if left:
            raise InputError(
                f"{left[0]} cannot be forgotten: still in office, gone for less than {days} days, "
                "forgotten already, or not there. Nobody was.",
                f"无法删除 {left[0]}：仍在岗、离岗不足 {days} 天、已删除或不存在。未作任何删除。",
            )
        audit.record(
            connection,
            audit.who_asks(connection, made_by),
            "staff.forget",
            detail={"workers": gone, "rows": rows, "before": str(before)},
        )
    return Forgotten(gone, rows)
