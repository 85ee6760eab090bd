"""Redrawing from package to package, with no database."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd

from api.services.output_places import refuse_unusable
from api.services.redraw import choice_of
from gis.carry import carried
from gis.errors import InputError, first_ids
from gis.io.package import DividedCommunity, read_package, write_package
from gis.io.package_community import PackagedCommunity, packaged_community
from gis.partition.alternatives import alternatives
from gis.partition.complete import Grow, complete
from gis.partition.operations import merge, split
from gis.partition.redrawn import Redrawn, lineage
from gis.partition.repair import Repair, repair
from gis.partition.result import Division
from gis.partition.rules import RuleSet


def repair_file(
    standing: Path,
    output: Path,
    *,
    today: Path | None = None,
    community: str | None = None,
    locked: Collection[int] = (),
    choose: str = "least",
    rules: RuleSet | None = None,
    seed: int = 1,
) -> tuple[Redrawn, Repair]:
    """
    Repair the grids of a package on the ground of another, and write the choice.

    Parameters
    ----------
    standing
        Package with the standing grids.
    today
        Package made of today's layers (by ``wangge divide``), of which the ground is used; the
        standing one when not given.
    locked
        Numbers of grids as the standing package shows them, from 1; so in all of this module.
    choose
        As for `api.services.redraw.repair_plan`.
    rules
        Rules to hold to; those of the standing package when not given.

    Returns
    -------
    chosen, repair
        The plan that was written, and all there were.

    Raises
    ------
    UnreadableFile, InvalidPackage, NotFound
        A package cannot be used, or lacks the community.
    InputError
        `choose` or `locked` names what is not there; the output is no place to write.
    Infeasible
        Exactly k grids are asked for and cannot be made.
    """
    refuse_unusable(output, [standing, *([today] if today else [])], suffix=".gpkg")
    old = packaged_community(read_package(standing), community)
    place = old if today is None else packaged_community(read_package(today), old.area_code)
    labels = (
        old.labels if today is None else carried(old.ground.units, old.labels, place.ground.units)
    )
    shut = [_index(old, n) for n in locked]
    found = repair(place.ground, rules or old.rules, labels, locked=shut, seed=seed)
    found = Repair(tuple(replace(plan, names=old.names) for plan in found.plans))
    chosen = choice_of(found, choose)
    _write(output, place, chosen)
    return chosen, found


def complete_file(
    file: Path,
    output: Path,
    keep: Collection[int],
    *,
    community: str | None = None,
    grow: Grow = "pockets",
    seed: int = 1,
) -> Redrawn:
    """
    Keep some grids of a package, divide the rest anew, and write the result.

    Raises as `repair_file`.
    """

    def draw(place: PackagedCommunity) -> Redrawn:
        kept = [_index(place, n) for n in keep]
        drawn = np.where(np.isin(place.labels, kept), place.labels, -1)
        plan = complete(place.ground, place.rules, drawn, grow=grow, seed=seed).plan
        return replace(plan, names={n: place.names[n] for n in kept})

    return _redraw(file, output, community, draw)


def split_file(
    file: Path,
    output: Path,
    grid: int,
    parts: int,
    *,
    community: str | None = None,
    seed: int = 1,
) -> Redrawn:
    """Split one grid of a package and write the result; raises as `repair_file`."""
    return _redraw(
        file,
        output,
        community,
        lambda p: split(p.ground, p.rules, p.labels, _index(p, grid), parts, seed=seed),
    )


def merge_file(
    file: Path, output: Path, grids: Sequence[int], *, community: str | None = None
) -> Redrawn:
    """Merge grids of a package and write the result; raises as `repair_file`."""
    return _redraw(
        file,
        output,
        community,
        lambda p: merge(p.ground, p.rules, p.labels, [_index(p, n) for n in grids]),
    )


def alternatives_file(
    file: Path,
    output: Path,
    *,
    community: str | None = None,
    most: int = 3,
    seed: int = 1,
) -> tuple[list[Path], pd.DataFrame]:
    """
    Divide the ground of a package in clearly different ways.

    Returns
    -------
    paths, table
        ``OUT-1.gpkg``, ``OUT-2.gpkg`` ... for the output ``OUT.gpkg``, in the order of the table.
        Raises as `repair_file`.
    """
    paths = [output.with_name(f"{output.stem}-{n}{output.suffix}") for n in range(1, most + 1)]
    for path in paths:
        refuse_unusable(path, [file], suffix=".gpkg")
    place = packaged_community(read_package(file), community)
    found = alternatives(place.ground, place.rules, most=most, seed=seed)
    for path, division in zip(paths, found.divisions, strict=False):
        write_package(path, [_community(place, division)])
    return paths[: len(found.divisions)], found.table


def _index(place: PackagedCommunity, number: int) -> int:
    if number - 1 not in place.names:
        raise InputError(
            f"The package has no grid {number} in {place.area_code}; it has "
            f"{first_ids(n + 1 for n in sorted(place.names))}.",
            f"网格包的 {place.area_code} 中没有第 {number} 号网格；现有 "
            f"{first_ids(n + 1 for n in sorted(place.names))}。",
        )
    return number - 1


def _redraw(
    file: Path, output: Path, community: str | None, draw: Callable[[PackagedCommunity], Redrawn]
) -> Redrawn:
    refuse_unusable(output, [file], suffix=".gpkg")
    place = packaged_community(read_package(file), community)
    plan = draw(place)
    plan = replace(plan, standing=place.labels, names=plan.names or place.names)
    _write(output, place, plan)
    return plan


def _write(output: Path, place: PackagedCommunity, plan: Redrawn) -> None:
    rows = pd.DataFrame(lineage(plan), columns=["grid", "from_grid", "households"])
    rows["from_grid"] = [plan.name(n) for n in rows["from_grid"]]
    write_package(output, [_community(place, plan.division, rows[rows["households"] > 0])])


def _community(
    place: PackagedCommunity, division: Division, rows: pd.DataFrame | None = None
) -> DividedCommunity:
    return DividedCommunity(
        place.area_code, place.name, place.ground, division, place.boundary, rows
    )
