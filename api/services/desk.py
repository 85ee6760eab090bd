"""A planner at work: who they are, what of the map is theirs, and the grounds kept at hand."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import sqlalchemy as sa

from api.principal import Principal
from api.services.ground_memory import GroundOf
from gis.errors import Conflict, NotFound
from gis.store import plans as store
from gis.store.plans import PlanRow


@dataclass(frozen=True, slots=True)
class Desk:
    """
    What every use case of the planner's page is given.

    Attributes
    ----------
    holds
        Tells whether a community, by its code, lies in the scope of whoever asks.
    ground_of
        Returns a stored ground; one process keeps those used last.
    """

    engine: sa.Engine
    who: Principal
    holds: Callable[[sa.Connection, str], bool]
    ground_of: GroundOf

    def plan(self, connection: sa.Connection, plan_id: int, *, lock: bool = False) -> PlanRow:
        """
        Return a plan within the scope, and lock its row when asked.

        Raises
        ------
        NotFound
            There is no such plan, or it is not theirs; the two are answered alike.
        """
        plan = store.read_plan(connection, plan_id, lock=lock)
        if not self.holds(connection, plan.community_code):
            raise NotFound(f"There is no plan {plan_id}.", f"没有编号为 {plan_id} 的方案。")
        return plan

    def draft(
        self, connection: sa.Connection, plan_id: int, *, ground: int | None = None
    ) -> PlanRow:
        """
        Lock a plan of the scope for editing; see `refuse_not_drawable`.

        Raises
        ------
        NotFound
            There is no such plan in the scope.
        Conflict
            It takes no more edits, or was rebased on another ground meanwhile.
        """
        return refuse_not_drawable(self.plan(connection, plan_id, lock=True), ground)


def refuse_not_drawable(plan: PlanRow, ground: int | None = None) -> PlanRow:
    """
    Return a plan that takes edits.

    Parameters
    ----------
    ground
        Ground that the unit numbers of a request are of; None: there are none in it.

    Raises
    ------
    Conflict
        It takes no more edits, or was rebased on another ground meanwhile: the unit numbers
        would mean other buildings.
    """
    store.refuse_not_editable(plan)
    if ground not in (None, plan.ground_id):
        raise Conflict(
            f"Plan {plan.plan_id} was rebased since this page loaded it: its buildings changed "
            "and its units have other numbers now. Load the plan again; nothing was changed.",
            f"方案 {plan.plan_id} 在本页打开之后已按新的楼栋底图更新，单位编号已变，"
            "请重新加载；本次没有改动。",
            plan=plan.plan_id,
            ground=plan.ground_id,
        )
    return plan


def require_plan(desk: Desk, plan_id: int) -> None:
    """
    Go on only when there is such a plan in the scope.

    Raises
    ------
    NotFound
        There is none.
    """
    with desk.engine.connect() as connection:
        desk.plan(connection, plan_id)
