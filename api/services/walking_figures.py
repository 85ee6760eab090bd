"""Figures of grids and courtyards, counted from the stored walks of their buildings."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import sqlalchemy as sa

from api.schemas.walking import Coverage
from api.services.walking_reading import as_run, run_of
from api.today import today
from gis.coverage.figures import Terms, service_coverage
from gis.coverage.population import Grouping, population
from gis.errors import NotFound
from gis.store.layers import read_layer
from gis.store.sight import EVERYWHERE
from gis.store.walking import WalkingRun
from gis.store.walking_listing import grid_of_buildings, reach_table

FIGURE_COLUMNS = {"grouping": "level", "group": "area_code"}
"""Columns of `gis.coverage.figures` under the names they have in store and answers."""


def coverage_by(connection: sa.Connection, community: str, by: str, profile: str) -> list[Coverage]:
    """
    Count service_coverage of each published grid, or each courtyard, of a community.

    Households and buildings only: groups of people are told of communities and above.

    Raises
    ------
    NotFound
        There is no such community, nothing was computed, or it has no published grids.
    """
    run = run_of(connection, profile)
    buildings = read_layer(connection, "buildings", community=community)
    if buildings.empty:
        raise NotFound(
            f"Community {community} has no buildings: give the code of a community.",
            f"社区 {community} 没有楼栋：请给出社区代码。",
        )
    group = _group(connection, buildings, community, by)
    kinds = tuple(run.settings["kinds"])
    walked = reach_table(connection, EVERYWHERE, profile, community)
    told = service_coverage(
        population(buildings),
        kinds,
        {
            "network": matrix(walked, "metres", buildings, kinds),
            "straight_line": matrix(walked, "straight_m", buildings, kinds),
        },
        [Grouping(by, group)],
        _terms(run),
    ).rename(columns=FIGURE_COLUMNS)
    if told.empty:
        raise NotFound(
            f"Community {community} has no figures by {by}: import its {by}s, or run "
            "`wangge circles update` again.",
            f"社区 {community} 没有可分组的数据：请先导入小区或发布网格，"
            "或重新运行 `wangge circles update`。",
        )
    plain = told.astype(object).where(told.notna(), None)
    return [
        Coverage.model_validate(
            {
                "area_code": str(code),
                "level": by,
                "run": as_run(run),
                "figures": rows.to_dict("records"),
            }
        )
        for code, rows in plain.groupby("area_code", sort=True)
    ]


def _terms(run: WalkingRun) -> Terms:
    settings = run.settings
    return Terms(
        settings["speeds"],
        settings["cutoffs_s"],
        settings["gates"],
        settings["walk"],
        settings["at"] or "",
    )


def _group(connection: sa.Connection, buildings: gpd.GeoDataFrame, community: str, by: str) -> Any:
    if by == "courtyard":
        codes = buildings["courtyard_id"].astype(object)
        return codes.where(codes.notna(), None).to_numpy()
    grids = grid_of_buildings(connection, community, today())
    if not grids:
        raise NotFound(
            f"Community {community} has no published grids today: publish a plan first.",
            f"社区 {community} 今日没有已发布的网格：请先发布方案。",
        )
    return np.array([grids.get(code) for code in buildings["building_id"]], dtype=object)


def matrix(
    walked: pd.DataFrame, column: str, buildings: gpd.GeoDataFrame, kinds: tuple[str, ...]
) -> Any:
    """Buildings x kinds; inf where nothing is stored."""
    table = walked.pivot(index="building_code", columns="kind", values=column)
    table = table.reindex(index=buildings["building_id"].to_numpy(), columns=list(kinds))
    return table.to_numpy(np.float32, na_value=np.inf)
