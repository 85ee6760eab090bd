"""``wangge staff``: a template set, its gaps listed, a chain shown, who is gone forgotten."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pandas as pd
import pytest
import sqlalchemy as sa
from click.testing import CliRunner, Result

from api.commands.importing import import_group
from api.commands.staff import staff
from gis.errors import InputError, InvalidTeam, NotFound
from tests.api.services.conftest import COMMUNITY, Town


def run(*arguments: str) -> Result:
    return CliRunner().invoke(staff, arguments, catch_exceptions=False)


def test_a_roster_comes_in_and_its_gaps_chain_and_retention_follow(
    town: Town, tmp_path: Path
) -> None:
    assert run("team", COMMUNITY, "gaoxian").output.splitlines()[0] == (
        f"{COMMUNITY}\tgaoxian\tcommunity > group > building"
    )
    book = tmp_path / "roster.xlsx"
    pd.DataFrame(
        {
            "岗位编号": ["S", "B"],
            "对象类型": ["社区", "楼栋"],
            "对象编码": [COMMUNITY, "B00"],
            "岗位": ["社区书记", "楼长"],
            "工号": ["W1", "W2"],
            "姓名": ["李书记", "赵楼长"],
            "电话": ["13812345678", "66123"],
            "任职日期": ["2020-01-01", "2020-01-01"],
            "离任日期": [None, "2021-01-01"],
        }
    ).to_excel(book, index=False)
    imported = CliRunner().invoke(import_group, ["posts", str(book)], catch_exceptions=False)
    assert "2 added" in imported.output, imported.output
    out = tmp_path / "gaps.xlsx"
    gaps = run("gaps", COMMUNITY, "-o", str(out))
    assert f"{COMMUNITY}\t云溪社区\tbuilding\tbuilding_head\t24\t24\t0\t0\t24" in gaps.output
    sheets = openpyxl.load_workbook(out)
    assert [sheet.max_row for sheet in sheets] == [1 + 2, 1 + 24]
    assert "Community secretary\t李书记\t138****5678" in run("chain", "B00").output
    assert run("forget").output.splitlines()[0] == "W2"
    with town.engine.connect() as connection:
        names = connection.execute(sa.text("SELECT name FROM worker ORDER BY code")).scalars()
        assert list(names) == ["李书记", ""]


def test_what_is_not_there_is_named(town: Town) -> None:
    assert town.community == COMMUNITY
    with pytest.raises(NotFound, match="no area 999999999999"):
        run("team", "999999999999", "gaoxian")
    with pytest.raises(InvalidTeam, match="gaoxian"):
        run("team", COMMUNITY, "nothing")
    with pytest.raises(NotFound, match="B99"):
        run("chain", "B99")
    with pytest.raises(InputError, match="W7"):
        run("forget", "W7")
