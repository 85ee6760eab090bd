"""A roster that somebody brings in for their own scope: what lies beyond reads as unknown."""

from __future__ import annotations

import pandas as pd
import sqlalchemy as sa

from api.principal import Principal
from api.services.import_checks import rejected_by
from api.services.scopes import AreaTree
from api.today import today
from gis.io.report import LayerRead
from gis.store.roster import (
    areas_of_workers,
    drop_subjects_of_unstaged,
    roster_faults,
    roster_places,
)
from gis.store.upsert import unstage


def in_scope(connection: sa.Connection, read: LayerRead, who: Principal) -> LayerRead:
    """
    Move staged posts that speak of what lies beyond a scope to those that wait.

    A subject or building beyond is told as one that is not there. A number of a post is beyond
    when any of its periods is; a worker, when all of their posts are. Taken out of the staging
    table, such rows are not compared with anything that is stored.
    """
    places = roster_places(connection)
    if who.everywhere or places.empty:
        return read
    beyond = _beyond(places.assign(held=_held(connection, who, places["area"])))
    kept = rejected_by(read, beyond)
    unstage(connection, beyond["row_no"].unique().tolist())
    drop_subjects_of_unstaged(connection)
    return kept


def off_stored_posts(
    connection: sa.Connection, read: LayerRead, who: Principal | None
) -> LayerRead:
    """
    Move staged posts that contradict the file, the store or the team template to those that wait.

    That a person is stored already is told of people in the scope of `who` only (None: of all).
    """
    found = roster_faults(connection, today())
    told = found.loc[found["fault"] == "person-known", "value"].unique().tolist()
    if who is not None and not who.everywhere and told:
        places = areas_of_workers(connection, told)
        seen = places.loc[_held(connection, who, places["area"]), "code"]
        found = found[(found["fault"] != "person-known") | found["value"].isin(seen)]
    return rejected_by(read, found)


def _held(connection: sa.Connection, who: Principal, areas: pd.Series) -> pd.Series:
    """Tell which of some areas lie in a scope; what has none lies in none."""
    codes = areas.dropna().unique().tolist()
    tree = AreaTree.of(connection, codes, [])
    return areas.isin([code for code in codes if tree.holds_area(who, code)])


def _beyond(places: pd.DataFrame) -> pd.DataFrame:
    """Faults of a table of places with ``held``: whether each lies in the scope."""
    of_worker = places["field"].isin(["worker_id", "deputy_id"])
    somewhere = places.groupby(["row_no", "field", "value"])["held"].transform("any")
    wrong = places[~places["held"] & ~(of_worker & somewhere)]
    # A row of a community that is not there is told that alone.
    strange = wrong["fault"] == "community-unknown"
    wrong = wrong[strange | ~wrong["row_no"].isin(wrong.loc[strange, "row_no"])]
    return wrong.drop(columns=["area", "held"]).drop_duplicates()
