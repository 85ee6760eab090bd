"""Assignments as tables: out for a spreadsheet, back in with a preview of what would move."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd
import sqlalchemy as sa

from api.schemas.assignments import AssignmentPreview, Unplaced
from api.schemas.planning import NewGrid
from api.services.desk import Desk
from api.services.grid_changes import own_kind
from api.services.keeping import moves_between
from gis.errors import UnreadableFile, WrongColumns, first_ids
from gis.io.sheets import read_csv, read_xlsx
from gis.io.spreadsheet import as_written, write_csv, write_xlsx
from gis.store import plan_grids
from gis.store import plans as store
from gis.store.plans import UNASSIGNED, Labels, PlanRow

Format = Literal["csv", "xlsx"]
HEADINGS = ("单元编码", "楼栋编码", "户数", "网格号", "网格编码", "网格名称")
_UNIT = ("单元编码", "unit", "unit_id")
_BUILDING = ("楼栋编码", "楼栋", "building", "building_code", "building_id")
_NUMBER = ("网格号", "grid", "grid_no", "grid_number")
_CODE = ("网格编码", "grid_code")
_NAME = ("网格名称", "网格", "grid_name", "name")
_MOST_ROWS = 200_000


def assignment_file(desk: Desk, plan_id: int, form: Format) -> bytes:
    """
    Return the assignment of a plan: a row for each building or stairwell; see `HEADINGS`.

    No cell can become a formula in a spreadsheet.

    Raises
    ------
    NotFound
        There is no such plan in the scope.
    """
    with desk.engine.connect() as connection:
        plan = desk.plan(connection, plan_id)
        units = desk.ground_of(connection, plan.ground_id).ground.units
        labels = store.read_labels(connection, plan_id)
        grids = store.read_grids(connection, plan_id)
    built = (units["kind"] != "ground").to_numpy()
    number = pd.Series(labels[built].astype(np.int64), dtype="Int64")
    number = number.mask(number == UNASSIGNED)
    table = pd.DataFrame(
        {
            "单元编码": units["unit_id"].to_numpy(object)[built],
            "楼栋编码": units["building_id"].to_numpy(object)[built],
            "户数": units["households"].to_numpy()[built],
            "网格号": number,
            "网格编码": number.map(grids["code"]).astype("string"),
            "网格名称": number.map(grids["name"]).astype("string"),
        }
    )
    with TemporaryDirectory() as folder:
        path = Path(folder) / f"assignment.{form}"
        if form == "csv":
            write_csv(table, path)
        else:
            write_xlsx({"归属": table}, path)
        return path.read_bytes()


def read_assignment(
    desk: Desk, plan_id: int, body: bytes, form: Format, *, new_grids: bool = False
) -> AssignmentPreview:
    """
    Tell what a table of buildings and grids would move; nothing is stored.

    A row names a unit or a building, and a grid by number, code or name; an empty grid takes it
    out of its grid. What is not named stays. Where number, code and name disagree, that one counts
    which is not the grid of today: whoever edits a table that was downloaded changes one of the
    three. A row of a building moves all its stairwells when they lie in one grid; where they lie
    in several it is told instead. Nothing enters or leaves a locked grid.

    Parameters
    ----------
    new_grids
        Make a new grid for each name that the plan does not have.

    Raises
    ------
    UnreadableFile
        It is no table, is damaged, or has more than 200,000 rows.
    WrongColumns
        No column names buildings, or none names grids.
    NotFound
        There is no such plan in the scope.
    Conflict
        The plan takes no more edits.
    """
    table, rows = _table(body, form)
    columns = _columns(table)
    with desk.engine.connect() as connection:
        plan = store.refuse_not_editable(desk.plan(connection, plan_id))
        reader = _reader(desk, connection, plan, new_grids=new_grids)
    records = table[list(columns.values())].to_dict("records")
    for position, row in zip(rows.tolist(), records, strict=True):
        reader.take(position, {k: _text(row[c]) for k, c in columns.items()})
    moves, kind = moves_between(reader.before, reader.after), own_kind(plan)
    return AssignmentPreview(
        revision=plan.revision,
        ground=plan.ground_id,
        rows=len(table),
        moves=[(m.unit_no, m.from_grid, m.to_grid) for m in moves],
        grids=[
            NewGrid.model_validate({"no": n, "name": name[:100], "kind": kind})
            for name, n in reader.made.items()
        ],
        unplaced=reader.unplaced[:1000],
        counts=dict(reader.counts),
    )


def _table(body: bytes, form: Format) -> tuple[pd.DataFrame, npt.NDArray[np.int64]]:
    """Rows of a table, and which row of the file each is."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / f"table.{form}"
        path.write_bytes(body)
        read = read_csv(path) if form == "csv" else read_xlsx(path)
    frame, rows = read.columns, read.file_rows
    assert rows is not None  # noqa: S101 - tables of text count their rows
    if len(frame) > _MOST_ROWS:
        raise UnreadableFile(
            f"The table has {len(frame)} rows; a community has fewer than {_MOST_ROWS}. Send the "
            "rows of this community alone.",
            f"表格有 {len(frame)} 行，超过 {_MOST_ROWS} 行：请只提交本社区的行。",
        )
    return frame, rows


def _columns(table: pd.DataFrame) -> dict[str, str]:
    there = {str(c).strip().lower(): str(c) for c in table.columns}
    wanted = {"unit": _UNIT, "building": _BUILDING, "no": _NUMBER, "code": _CODE, "name": _NAME}
    found = {
        key: next(there[name] for name in names if name in there)
        for key, names in wanted.items()
        if any(name in there for name in names)
    }
    if not found.keys() & {"unit", "building"} or not found.keys() & {"no", "code", "name"}:
        raise WrongColumns(
            "The table needs a column of buildings (楼栋编码 or building) and one of grids "
            f"(网格号, 网格编码, 网格名称 or grid); it has {first_ids(table.columns)}.",
            "表格须有楼栋列（楼栋编码）和网格列（网格号、网格编码或网格名称）；现有列："
            f"{first_ids(table.columns)}。",
        )
    return found


def _text(value: object) -> str:
    if value is None or value is pd.NA or (isinstance(value, float) and np.isnan(value)):
        return ""
    return as_written(str(value)).strip()


@dataclass(slots=True)
class _Reader:
    """The rows of a table, one after the other, on what a plan has."""

    units: Mapping[str, int]
    of_building: Mapping[str, Sequence[int]]
    numbers: Mapping[str, int]
    codes: Mapping[str, int]
    names: Mapping[str, int]
    locked: set[int]
    before: Labels
    after: Labels
    made: dict[str, int]
    unplaced: list[Unplaced]
    counts: Counter[str]
    new_grids: bool
    named: set[int]

    def take(self, position: int, row: Mapping[str, str]) -> None:
        """Take one row in."""
        name = row.get("unit") or row.get("building", "")
        units = self._units(row)
        if units is None:
            self._leave(position, name, "no_building")
            return
        there = {int(self.before[u]) for u in units}
        if self.named & set(units):
            self._leave(position, name, "twice")
        elif len(there) > 1:
            self._leave(position, name, "several_grids")
        else:
            self._place(position, name, units, there.pop(), row)

    def _place(
        self, position: int, name: str, units: list[int], now: int, row: Mapping[str, str]
    ) -> None:
        named = self._goals(row)
        goals = {goal for _, goal in named if goal is not None and goal != now}
        unknown = next((text for text, goal in named if goal is None), None)
        if unknown is not None:
            self._leave(position, unknown, "no_grid")
        elif len(goals) > 1:
            self._leave(position, name, "contradiction")
        elif goals and self.locked & {now, *goals}:
            self._leave(position, name, "locked")
        else:
            self.named |= set(units)
            if not goals:
                self.counts["unchanged"] += 1
            self.after[units] = goals.pop() if goals else now

    def _units(self, row: Mapping[str, str]) -> list[int] | None:
        unit = self.units.get(row.get("unit", ""))
        if unit is not None:
            return [unit]
        found = self.of_building.get(row.get("building", ""))
        return None if found is None else list(found)

    def _goals(self, row: Mapping[str, str]) -> list[tuple[str, int | None]]:
        """What a row calls its grid, and which that is; None: not known. Nothing: in no grid."""
        ways: tuple[tuple[str, Callable[[str], int | None]], ...] = (
            ("no", lambda number: self.numbers.get(number.removesuffix(".0"))),
            ("code", self.codes.get),
            ("name", self._named),
        )
        said = [(row[key], find(row[key])) for key, find in ways if row.get(key)]
        return said or [("", UNASSIGNED)]

    def _named(self, name: str) -> int | None:
        known = self.names.get(name)
        if known is not None or not self.new_grids:
            return known
        most = max(self.numbers.values(), default=-1)
        return self.made.setdefault(name, most + 1 + len(self.made))

    def _leave(self, position: int, name: str, reason: str) -> None:
        self.counts[reason] += 1
        self.unplaced.append(Unplaced(row=position, name=name[:100], reason=reason))


def _reader(desk: Desk, connection: sa.Connection, plan: PlanRow, *, new_grids: bool) -> _Reader:
    units = desk.ground_of(connection, plan.ground_id).ground.units
    labels = store.read_labels(connection, plan.plan_id)
    states = plan_grids.grid_states(connection, plan.plan_id)
    listed = {n: s for n, s in states.items() if not s["removed"]}
    codes = store.read_grids(connection, plan.plan_id)["code"].dropna()
    of_building: dict[str, list[int]] = {}
    for number, building in enumerate(units["building_id"]):
        if building is not None:
            of_building.setdefault(str(building), []).append(number)
    return _Reader(
        units={str(unit): n for n, unit in enumerate(units["unit_id"])},
        of_building=of_building,
        numbers={str(n): n for n in listed},
        codes={str(c): int(str(n)) for n, c in codes.items()},
        names={str(s["name"]): n for n, s in listed.items()},
        locked={n for n, s in listed.items() if s["locked"]},
        before=labels,
        after=labels.copy(),
        made={},
        unplaced=[],
        counts=Counter(),
        new_grids=new_grids,
        named=set(),
    )
