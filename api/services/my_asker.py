"""Which worker of the roster asks, and what they look after today."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa

from api.principal import Principal
from gis.errors import Forbidden
from gis.store import my_list as store
from gis.store.my_list import Row
from gis.store.staff import Ground, ground_of


@dataclass(frozen=True, slots=True)
class Asker:
    """
    Who asks for their own list.

    Attributes
    ----------
    principal
        The account.
    worker_id, worker_name
        Of the worker it is linked to; None: to nobody in the roster.
    ground
        Buildings and stairwells that they look after today: by their posts, and in the grids of
        the account's scope.
    grids
        Rows of `gis.store.my_list.grids_of` that those are in.
    day
        Today, in China.
    """

    principal: Principal
    worker_id: int | None
    worker_name: str | None
    ground: list[Ground]
    grids: list[Row]
    day: date

    @property
    def buildings(self) -> set[str]:
        """Codes of the buildings that they look after, be it in part."""
        return {one.building_code for one in self.ground}

    @property
    def key(self) -> str:
        """Tells accounts apart on a phone that several people use."""
        return f"{self.principal.account_id or 0}-{self.principal.name}"

    def worker(self) -> int:
        """
        Return the id of the worker.

        Raises
        ------
        Forbidden
            The account is linked to no worker.
        """
        if self.worker_id is None:
            raise Forbidden(
                "This account is linked to no worker of the roster: ask your administrator to "
                "link it.",
                "此账号未关联花名册中的网格员：请联系管理员关联。",
            )
        return self.worker_id


def asker_of(connection: sa.Connection, principal: Principal, day: date) -> Asker:
    """Look up who asks, and their grids of a day."""
    found = store.worker_of(connection, principal.worker) if principal.worker else None
    worker_id, name = found or (None, None)
    ground = [] if worker_id is None else ground_of(connection, str(principal.worker), day)
    ground += store.ground_in(connection, principal.grids, day)
    codes = [*principal.grids, *(one.grid_code for one in ground if one.grid_code)]
    grids = store.grids_of(connection, codes, day)
    return Asker(principal, worker_id, name, ground, grids, day)
