"""What wants doing every day: seal and prune the audit trail, forget staff who are long gone."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

import sqlalchemy as sa

from api.principal import OPERATOR
from api.services.audit_reading import prune
from api.services.sealing import seal_now
from api.services.staff import forget_staff
from api.today import day_of
from gis.store.sessions import forget_expired

_WAIT_S = 10.0


@dataclass(frozen=True, slots=True)
class Daily:
    """
    What was done.

    ``sealed`` is None when others were writing all the while: the service, or the next day, will
    seal. ``forgotten`` are workers, ``emptied`` rows of rosters, ``pruned`` rows of the trail.
    """

    sealed: int | None
    forgotten: int
    emptied: int
    pruned: int


def daily_work(
    engine: sa.Engine, *, staff_days: int, audit_days: int, made_by: str, now: datetime
) -> Daily:
    """
    Do it, each part in a transaction of its own; what is done already is not done again.

    Parameters
    ----------
    engine
        Of the owner of the tables: nobody else may prune.
    staff_days, audit_days
        So many days names and phones of those who are gone, and rows of the trail, are kept.
    made_by
        In whose name the trail tells it.
    now
        The moment; its day in China counts for staff.
    """
    gone = forget_staff(engine, None, days=staff_days, today=day_of(now), made_by=made_by)
    with engine.begin() as connection:
        forget_expired(connection, now)
    # After what was forgotten was written down, so that the seal covers it.
    sealed = seal_now(engine, wait_s=_WAIT_S)
    pruned = prune(engine, replace(OPERATOR, name=made_by), days=audit_days, now=now)
    return Daily(sealed, len(gone.codes), gone.rows, pruned)
