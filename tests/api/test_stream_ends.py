"""A stream of changes ends when whoever listens is no longer who was let in."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

from fastapi.testclient import TestClient
from pydantic import SecretStr

from api.principal import OPERATOR
from api.services.accounts import AccountScope, change_account, disable_account
from api.services.embed_keys import NewKey, make_key, revoke_key
from api.services.own_account import NewToken, make_token, revoke_token
from api.services.sessions import Begun, SessionTimes, begin, sign_out
from api.services.sights import ALL_SEEING
from api.settings import Settings
from api.standing import LOOK_S
from gis.store.engine import open_engine
from tests.api.accounts import add_account, service
from tests.api.test_freshness import changes_of, until, until_trusted

CLOUDS = "510000000001"
# Long after the latest look; what ends by then was not ended by its own time.
_WHOLE_S = int(LOOK_S * 12)


def test_a_stream_ends_with_the_session_the_token_the_account_and_the_rights(
    own_town_url: str,
) -> None:
    settings = Settings(database_url=SecretStr(own_town_url))
    engine = open_engine(own_town_url)
    now = datetime.now(UTC)

    def signed_in(name: str) -> Begun:
        number = add_account(engine, name, "viewer", areas=(CLOUDS,))
        with engine.begin() as connection:
            return begin(connection, number, times=SessionTimes.of(settings), now=now)

    names = ("disabled", "moved", "out", "program", "stays")
    begun = {name: signed_in(name) for name in names}
    who = {name: one.signed.principal for name, one in begun.items()}
    token = make_token(engine, who["program"], NewToken("screen"), now=now)
    shown = {name: {"cookie": f"wangge={one.secret}"} for name, one in begun.items()}
    shown["program"] = {"authorization": f"Bearer {token.token}"}
    with service(settings) as client, ThreadPoolExecutor(len(names)) as pages:
        until_trusted(client)
        heard = {name: pages.submit(_listen, client, shown[name]) for name in names}
        until(lambda: changes_of(client).streams == len(names))
        # As another process would, so that this one is told by nobody.
        disable_account(engine, OPERATOR, who["disabled"].account_id or 0, now=now)
        scope = AccountScope((), (f"{CLOUDS}001",))
        change_account(engine, OPERATOR, who["moved"].account_id or 0, scope=scope)
        sign_out(engine, who["out"], begun["out"].secret)
        revoke_token(engine, who["program"], token.row["id"], now=now)
        until(lambda: changes_of(client).streams == 1)
        ended = {name for name, stream in heard.items() if name != "stays" and stream.result()}
        assert ended == set(names) - {"stays"}
        assert not heard["stays"].done()
        assert client.portal is not None
        client.portal.call(changes_of(client).end)
    engine.dispose()


def test_a_stream_with_an_embed_key_hears_of_its_area_and_ends_with_the_key(
    own_town_url: str,
) -> None:
    settings = Settings(database_url=SecretStr(own_town_url))
    engine = open_engine(own_town_url)
    now = datetime.now(UTC)
    made = make_key(engine, ALL_SEEING, NewKey(CLOUDS, ("facilities",)), made_by="t", now=now)
    with service(settings) as client, ThreadPoolExecutor(1) as pages:
        until_trusted(client)
        asked = f"/api/v1/changes?key={made.key}"
        assert client.get(f"{asked}&plan=1&seconds=0").json()["code"] == "embed-key-outside"
        listening = pages.submit(client.get, f"{asked}&seconds={_WHOLE_S}")
        until(lambda: changes_of(client).streams == 1)
        mark = changes_of(client).mark()
        with engine.begin() as connection:
            # Of the key's layer; of a layer that it does not open; of the area beside.
            for edit in (
                "UPDATE facility SET name = '甲' WHERE community_code = '510000000001'",
                "UPDATE plan_grid SET name = '乙' WHERE plan_id = 1 AND grid_no = 0",
                "UPDATE courtyard SET name = '丙' WHERE community_code <> '510000000001'",
            ):
                connection.exec_driver_sql(edit)
        until(lambda: changes_of(client).mark() > mark)
        revoke_key(engine, ALL_SEEING, made.row["id"], by="test", now=now)
        heard = listening.result()
        lines = [row[6:] for row in heard.text.splitlines() if row.startswith("data: ")]
        assert {tuple(json.loads(line)["layers"]) for line in lines} == {("facilities",)}
        assert client.get(asked).json()["code"] == "embed-key-ended"
    engine.dispose()


def _listen(client: TestClient, shown: dict[str, str]) -> bool:
    """Listen until the service ends it; whether there was a stream at all."""
    answer = client.get(f"/api/v1/changes?seconds={_WHOLE_S}", headers=shown)
    return answer.status_code == 200 and "id: " in answer.text
