"""The sample in the database: however often it is cut off, it ends up whole and only once."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
import sqlalchemy as sa

from api.services.sample import prepare_sample, progress, sample_communities
from gis.errors import Conflict

TODAY = date(2026, 3, 2)


class _CutOffError(Exception):
    pass


def _counts(engine: sa.Engine) -> dict[str, int]:
    with engine.connect() as connection:
        return {
            table: connection.execute(sa.text(f"SELECT count(*) FROM {table}")).scalar_one()  # noqa: S608
            for table in ("building", "post", "publication", "handover")
        }


def test_a_preparation_that_is_cut_off_anywhere_goes_on_where_it_was(
    engine: sa.Engine, sample_folder: Path
) -> None:
    file = sample_folder / "yunxi.gpkg"
    codes = sample_communities(file)
    told: list[str] = []

    def cut_off_at(step: int) -> None:
        """Begin, and be stopped when the step with this number is about to begin."""

        def tell(en: str, _zh: str) -> None:
            told.append(en)
            if len(told) == step:
                raise _CutOffError

        prepare_sample(engine, file, today=TODAY, tell=tell)

    assert set(progress(engine, codes).values()) == {None}
    for step in (2, 5, 8):  # before the second, fourth and sixth of ten steps, each told anew
        with pytest.raises(_CutOffError):
            cut_off_at(step)
    cut_off_at(0)
    assert set(progress(engine, codes).values()) == {"divided"}
    assert told.count("loading the sample") == 1
    counts = _counts(engine)
    assert counts["publication"] == 2 * len(codes) == 8
    assert (counts["building"], counts["post"]) == (1048, 48)
    assert counts["handover"] > 0
    told.clear()
    cut_off_at(0)
    assert told == []
    assert _counts(engine) == counts


def test_the_sample_is_not_mixed_with_somebodys_data(
    engine: sa.Engine, sample_folder: Path
) -> None:
    with engine.begin() as connection:
        connection.execute(
            sa.text(
                "INSERT INTO area (code, name, level, valid, geom) VALUES ('110108001001', '甲',"
                " 'community', daterange('2026-01-01', NULL),"
                " ST_Multi(ST_MakeEnvelope(116.3, 39.9, 116.31, 39.91, 4326)))"
            )
        )
    with pytest.raises(Conflict, match="communities of its own"):
        prepare_sample(
            engine, sample_folder / "yunxi.gpkg", today=TODAY, tell=lambda _en, _zh: None
        )
    assert _counts(engine)["building"] == 0
