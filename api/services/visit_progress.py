"""Done marks and receipts of others: for those who look after workers."""

from __future__ import annotations

from datetime import date, timedelta

import sqlalchemy as sa

from api.principal import Principal
from api.schemas.my import Progress, ProgressRow, ReceiptRow, Receipts
from api.services import audit
from api.services.my_asker import asker_of
from api.services.my_list import REMEMBERED_DAYS
from api.services.my_month import month_bounds
from gis.errors import NotFound
from gis.store import my_list as lists
from gis.store import visits as store
from gis.store.area_figures import way_rows
from gis.store.sight import EVERYWHERE


def progress_of(
    connection: sa.Connection,
    principal: Principal,
    community: str,
    *,
    month: str,
    day: date,
    quota: int,
) -> Progress:
    """
    Return the done marks of a month in the grids that stand in a community, against the quota.

    A month that is over is told for the grids of its last day.
    """
    begin, end = month_bounds(month)
    at = min(day, end - timedelta(days=1))
    _require_in_scope(connection, principal, community, day)
    rows = store.progress(connection, community, at, begin, end)
    return Progress(
        community=community,
        month=month,
        quota=quota,
        rows=[
            ProgressRow(
                grid=row["code"],
                grid_name=row["name"],
                buildings=row["buildings"],
                households=row["households"],
                worker=row["worker_code"],
                name=row["worker"],
                met_households=row["met_households"],
                met_buildings=row["met_buildings"],
                absent=row["absent"],
                locked=row["locked"],
            )
            for row in rows
        ],
    )


def receipts_of(
    connection: sa.Connection, principal: Principal, community: str, day: date
) -> Receipts:
    """Return whom the handovers of a community concern, and who has confirmed them."""
    _require_in_scope(connection, principal, community, day)
    rows = store.receipts(connection, community, day - timedelta(days=REMEMBERED_DAYS))
    return Receipts(
        community=community,
        items=[
            ReceiptRow(
                publication=row["id"],
                plan=row["plan_id"],
                day=row["day"],
                worker=row["worker_code"],
                name=row["worker"],
                gained=row["gained"],
                households_gained=row["households_gained"],
                lost=row["lost"],
                households_lost=row["households_lost"],
                confirmed_at=row["confirmed_at"],
            )
            for row in rows
        ],
    )


def confirm(engine: sa.Engine, principal: Principal, publication: int, day: date) -> None:
    """
    Write down that the worker who asks has read a handover.

    Raises
    ------
    NotFound
        No such publication concerns them.
    Forbidden
        The account is linked to no worker.
    """
    since = day - timedelta(days=REMEMBERED_DAYS)
    with engine.begin() as connection:
        worker_id = asker_of(connection, principal, day).worker()
        mine = {row["id"] for row in lists.handovers_of(connection, worker_id, since)}
        if publication not in mine:
            raise NotFound(
                f"There is no handover {publication} for you.",
                f"没有与您相关的移交 {publication}。",
            )
        store.confirm_handover(connection, publication, worker_id, principal.name)
        audit.record(connection, principal, "handover.confirm", ("publication", publication))


def _require_in_scope(
    connection: sa.Connection, principal: Principal, community: str, day: date
) -> None:
    """Raise NotFound for what does not exist and for what is not theirs, in the same words."""
    way = way_rows(connection, EVERYWHERE, community, at=day)
    above = {row["code"] for row in way}
    known = bool(way) and way[-1]["level"] == "community"
    if not known or (principal.areas is not None and above.isdisjoint(principal.areas)):
        raise NotFound(f"There is no community {community}.", f"没有编码为 {community} 的社区。")
