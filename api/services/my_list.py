"""A worker's own list: grids, buildings, what changes hands; and colleagues."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping
from datetime import date, timedelta

import sqlalchemy as sa

from api.principal import Principal
from api.schemas.my import (
    Colleague,
    Colleagues,
    HandoverRow,
    Me,
    MyBuilding,
    MyCourtyard,
    MyGrid,
    MyHandover,
    MyHandoverRows,
    MyList,
    MyStairwell,
    Notice,
)
from api.services import audit
from api.services.my_asker import Asker, asker_of
from api.services.my_month import month_of
from api.settings import Settings
from gis.masking import masked_phone
from gis.search_keys import traditional_forms
from gis.store import my_list as store
from gis.store import staff
from gis.store.my_list import Row
from gis.store.search_keys import Keys, keep_keys, kept_keys

REMEMBERED_DAYS = 92
"""Handovers and notices of so many days stand on the page."""
MOST_HANDOVER_ROWS = 2_000


ReadNames = Callable[[Iterable[str]], Keys]


def my_list(
    engine: sa.Engine, read_names: ReadNames, principal: Principal, day: date, settings: Settings
) -> MyList:
    """
    Return what a worker's page shows, in one transaction that writes keys of new names only.

    Parameters
    ----------
    read_names
        Reads names that are not kept yet, as `gis.search_keys.pinyin_keys` does.
    """
    begin = day.replace(day=1)
    with engine.begin() as connection:
        asker = asker_of(connection, principal, day)
        rows = store.buildings_of(connection, asker.ground, asker.grids, day, begin)
        entrances = _entrances(
            store.stairwells_of(connection, [row["code"] for row in rows], begin)
        )
        since = day - timedelta(days=REMEMBERED_DAYS)
        handovers = (
            []
            if asker.worker_id is None
            else store.handovers_of(connection, asker.worker_id, since)
        )
        ids = [grid["id"] for grid in asker.grids]
        notices = store.notices_of(connection, asker.worker_id, ids, since)
        names = {label(row) for row in rows} | {r["courtyard"] for r in rows if r["courtyard"]}
        keys = kept_keys(connection, names)
        new = read_names(names - keys.keys())
        keep_keys(connection, new)
        keys |= new
    courtyards = {row["courtyard_code"]: row["courtyard"] for row in rows if row["courtyard"]}
    place = {code: index for index, code in enumerate(courtyards)}
    counts = principal.may("counts")
    return MyList(
        me=_me(asker, counts=counts),
        day=day,
        month=month_of(day),
        quota=settings.visit_quota,
        map_app=settings.map_app,
        grids=[_grid(row) for row in asker.grids],
        courtyards=[_courtyard(name, keys) for name in courtyards.values()],
        buildings=[_building(row, place, entrances, keys, counts=counts) for row in rows],
        fold=traditional_forms([*names, *(row["address"] or "" for row in rows)]),
        handovers=[_handover(row) for row in handovers],
        notices=[_notice(row) for row in notices],
    )


def tag_of(body: bytes) -> str:
    """Return the entity tag of an answer: weak, because proxies may compress it."""
    return f'W/"{hashlib.sha256(body).hexdigest()[:20]}"'


def label(row: Row) -> str:
    """Return what a building is called beside its courtyard: its name, number, address or code."""
    named = str(row["name"] or row["number"] or row["address"] or row["building_code"])
    courtyard = row["courtyard"]
    short = named.removeprefix(courtyard) if courtyard else named
    return short.strip() or named


def _me(asker: Asker, *, counts: bool) -> Me:
    principal = asker.principal
    return Me(
        account=asker.key,
        name=asker.worker_name or principal.name,
        role=principal.role,
        worker=principal.worker if asker.worker_id is not None else None,
        counts=counts,
    )


def _grid(row: Row) -> MyGrid:
    return MyGrid(
        code=row["code"],
        name=row["name"],
        kind=row["kind"],
        community=row["community"],
        since=row["since"],
    )


def _courtyard(name: str, keys: Keys) -> MyCourtyard:
    pinyin, initials = keys[name]
    return MyCourtyard(name=name, pinyin=pinyin, initials=initials)


def _entrances(rows: Iterable[Row]) -> dict[str, list[MyStairwell]]:
    found: dict[str, list[MyStairwell]] = {}
    for row in rows:
        one = MyStairwell(row["code"], row["number"], row["households"], row["seen_on"])
        found.setdefault(row["building_code"], []).append(one)
    return found


def _building(
    row: Row,
    place: Mapping[str, int],
    entrances: Mapping[str, list[MyStairwell]],
    keys: Keys,
    *,
    counts: bool,
) -> MyBuilding:
    mine = entrances.get(row["code"], [])
    if row["parts"] is not None:
        mine = [one for one in mine if one.code in row["parts"]]
    pinyin, initials = keys[label(row)]
    return MyBuilding(
        code=row["code"],
        grid=row["place"],
        courtyard=place.get(row["courtyard_code"]),
        gate=row["gate"],
        name=label(row),
        number=row["number"],
        address=row["address"],
        households=row["households"],
        estimated=row["households_estimated"],
        floors=row["floors"],
        stairwells=row["stairwells"],
        elders=row["elders"] if counts else None,
        flagged=row["vulnerable"] if counts else None,
        last_visit=row["last_visit"],
        seen=row["seen"],
        tried=row["tried"],
        due=_is_due(row, mine),
        lon=row["lon"],
        lat=row["lat"],
        pinyin=pinyin,
        initials=initials,
        entrances=mine if len(mine) > 1 or row["parts"] is not None else [],
    )


def _is_due(row: Row, entrances: list[MyStairwell]) -> bool:
    """Whether somebody still has to go: the whole building was not met, nor each stairwell."""
    if row["met_whole"]:
        return False
    return not entrances or any(one.seen_on is None for one in entrances)


def _handover(row: Row) -> MyHandover:
    return MyHandover(
        publication=row["id"],
        day=row["day"],
        gained=row["gained"],
        households_gained=row["households_gained"],
        lost=row["lost"],
        households_lost=row["households_lost"],
        confirmed_at=row["confirmed_at"],
    )


def _notice(row: Row) -> Notice:
    return Notice(
        id=row["id"],
        day=row["day"],
        building=full_label(row),
        outcome=row["outcome"],
        households=row["households"],
        marked_by=row["marked_by"],
        now_grid=row["now_grid"],
        mine=row["mine"],
    )


def full_label(row: Row) -> str:
    """Return what a building is called by itself: with its courtyard."""
    return f"{row['courtyard'] or ''}{label(row)}"


def handover_rows(
    connection: sa.Connection, principal: Principal, publication_id: int, day: date
) -> MyHandoverRows:
    """Return the buildings that one publication gives to the worker who asks, or takes."""
    worker_id = asker_of(connection, principal, day).worker()
    rows = store.handover_rows_of(connection, worker_id, publication_id, MOST_HANDOVER_ROWS)
    return MyHandoverRows(
        items=[
            HandoverRow(
                gained=row["gained"],
                building=row["building_code"],
                label=full_label(row),
                households=row["households"],
                other_grid=row["other_grid"],
                other_people=row["other_people"],
            )
            for row in rows
        ]
    )


def colleagues(engine: sa.Engine, principal: Principal, day: date) -> Colleagues:
    """
    Return who holds posts in one's grids and in the areas they lie in, and their deputies.

    Phones are in full by right, and that is audited; else masked.
    """
    full = principal.may("phones")
    found: dict[str, Colleague] = {}
    with engine.begin() as connection:
        asker = asker_of(connection, principal, day)
        for grid in asker.grids:
            for post in staff.colleagues(connection, grid["code"], day):
                for person in (post.holder, post.deputy):
                    if person is not None and person.code != principal.worker:
                        _add(found, post, person, full=full)
        if full and found:
            audit.record(connection, principal, "staff.unmask", detail={"workers": sorted(found)})
    return Colleagues(items=list(found.values()))


def _add(
    found: dict[str, Colleague], post: staff.Colleague, person: staff.Person, *, full: bool
) -> None:
    phone = person.phone if full else masked_phone(person.phone)
    known = found.setdefault(
        person.code,
        Colleague(code=person.code, name=person.name, roles=[], grids=[], phone=phone),
    )
    if post.role not in known.roles:
        known.roles.append(post.role)
    if post.subject_kind == "grid" and post.subject_code not in known.grids:
        known.grids.append(post.subject_code)
