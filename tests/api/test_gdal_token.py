"""GDAL, and so QGIS, with a personal token: it reads what its account sees, and no more."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pyogrio
import pytest
import sqlalchemy as sa
from pyogrio.errors import DataSourceError

from api.principal import Principal
from api.services.own_account import NewToken, make_token
from gis.store.engine import open_engine
from tests.api.accounts import add_account
from tests.api.served import served
from tests.api.test_tiles import address_of

C = "510000000001"
OWN_TILE = "buildings/{}/{}/{}.mvt".format(*address_of(104.603, 28.402, 15))


@pytest.fixture(scope="module")
def engine(own_town_url: str) -> Iterator[sa.Engine]:
    """Engine on two sibling communities."""
    opened = open_engine(own_town_url)
    with opened.begin() as connection:
        script = Path(__file__).with_name("siblings.sql").read_text(encoding="utf-8")
        # Past SQLAlchemy, which would take the file's percent signs for binds.
        connection.connection.cursor().execute(script)
    yield opened
    opened.dispose()


@contextmanager
def gdal(**options: str | None) -> Iterator[None]:
    """Set options of GDAL for the length of a block, and cache nothing of what it fetched."""
    wanted = {"CPL_VSIL_CURL_NON_CACHED": "/vsicurl/", "GDAL_HTTP_MAX_RETRY": "0", **options}
    pyogrio.set_gdal_config_options(wanted)
    try:
        yield
    finally:
        pyogrio.set_gdal_config_options(dict.fromkeys(wanted))


def test_a_token_opens_features_and_tiles_of_its_scope_and_no_more(
    own_town_url: str, engine: sa.Engine
) -> None:
    number = add_account(engine, "小王", "viewer", areas=(C,))
    who, now = Principal(number, "小王", "viewer", (C,)), datetime.now(UTC)
    made = make_token(engine, who, NewToken("QGIS"), now=now)
    with served(own_town_url, readers="accounts") as address:
        features = f"OAPIF:{address}/ogc"
        with gdal(), pytest.raises(DataSourceError):
            pyogrio.list_layers(features)
        with gdal(GDAL_HTTP_USERPWD="any:wgt_" + "A" * 43), pytest.raises(DataSourceError):
            pyogrio.list_layers(features)
        with gdal(GDAL_HTTP_USERPWD=f"any:{made.token}"):
            assert "buildings" in {name for name, _ in pyogrio.list_layers(features)}
            frame = pyogrio.read_dataframe(features, layer="grids")
            assert set(frame["code"].str[:12]) == {C}
        with gdal(GDAL_HTTP_AUTH="BEARER", GDAL_HTTP_BEARER=made.token):
            tile = f"{address}/tiles/{OWN_TILE}"
            assert pyogrio.read_info(tile)["features"] == 84
        with engine.begin() as connection:
            used = sa.text("SELECT used_at FROM api_token WHERE id = :id")
            assert connection.execute(used, {"id": made.row["id"]}).scalar_one() is not None
