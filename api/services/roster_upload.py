"""A roster that is brought in through a page: checked, told row by row, stored when asked for."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Literal

import psycopg2.errors
import sqlalchemy as sa

from api.principal import Principal
from api.schemas.roster import RosterFault, RosterRead
from api.services.import_progress import quiet
from api.services.importing import ImportOptions, ImportResult, import_in, writing
from gis.contracts import LAYERS
from gis.errors import InputError, Language
from gis.store.asker import past_row_security
from gis.store.roster import limit_statements

Format = Literal["csv", "xlsx"]
_MOST_FAULTS = 500
_LONGEST_S = 20.0


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to become of a roster; ``strict``: nothing is stored while one row is bad."""

    store: bool
    strict: bool


def read_roster(
    engine: sa.Engine,
    who: Principal,
    body: bytes,
    form: Format,
    wanted: Wanted,
    language: Language,
    *,
    longest_s: float = _LONGEST_S,
) -> RosterRead:
    """
    Check a roster against one's scope; store its good rows, or nothing at all.

    One transaction. Rows that are refused wait in a run, as those of the command do.

    Parameters
    ----------
    longest_s
        Seconds that one step of comparing may take; who fills one seat with thousands waits no
        longer.

    Raises
    ------
    UnreadableFile, WrongColumns
        The file as a whole cannot be used.
    InputError
        Comparing it with itself and the store takes too long.
    """
    options = ImportOptions(strict=wanted.strict and wanted.store, within=who)
    with TemporaryDirectory() as folder:
        path = Path(folder) / f"roster.{form}"
        path.write_bytes(body)
        # A number that is taken elsewhere has to be found out before it is written over, and that
        # is what `api.services.roster_scope` does; what of it is told are the row's own words.
        with writing(past_row_security(engine)) as connection:
            savepoint = connection.begin_nested()
            with _bounded(connection, longest_s):
                result, _ = import_in(connection, path, "posts", options, quiet)
            if wanted.store:
                savepoint.commit()
            else:
                savepoint.rollback()
    return _told(result, wanted, language)


@contextmanager
def _bounded(connection: sa.Connection, seconds: float) -> Iterator[None]:
    limit_statements(connection, seconds)
    try:
        yield
    except sa.exc.OperationalError as fault:
        if isinstance(fault.orig, psycopg2.errors.QueryCanceled):
            raise InputError(
                "Comparing this roster takes too long, as when one seat has thousands of holders; "
                "nothing was stored. Send it in parts.",
                "核对此花名册耗时过长（例如同一岗位有数千人），未存入任何内容。请分批导入。",
            ) from fault
        raise


def _told(result: ImportResult, wanted: Wanted, language: Language) -> RosterRead:
    errors = [fault for fault in result.faults if fault.severity == "error"]
    titles = {field.name: field.zh for field in LAYERS["posts"].fields}
    counts = result.counts
    return RosterRead(
        stored=wanted.store and result.run_id is not None,
        run=result.run_id if wanted.store else None,
        rows=result.rows,
        refused=result.waiting,
        added=counts.added,
        changed=counts.changed,
        unchanged=counts.unchanged,
        faults=[
            RosterFault(
                row=fault.row,
                column=titles.get(fault.field, fault.field) if language == "zh" else fault.field,
                text=fault.zh if language == "zh" else fault.en,
            )
            for fault in errors[:_MOST_FAULTS]
        ],
        more=max(0, len(errors) - _MOST_FAULTS),
    )
