"""Accounts over HTTP: passwords, tokens, and administrators who see no further than their scope."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa
from fastapi.testclient import TestClient
from pydantic import SecretStr

from api.settings import Settings
from api.today import HERE
from gis.store.engine import open_engine
from gis.store.tables import account, api_token, login_attempt, session
from tests.api.accounts import PASSWORD, SESSION, add_account, service, sign_in

API = "/api/v1"
TOKENS, ACCOUNTS, OWN_PASSWORD = (
    f"{API}/account/tokens",
    f"{API}/accounts",
    f"{API}/account/password",
)
OWN_SESSIONS = f"{API}/account/sessions"
READING = f"{API}/communities"
CLOUDS = "510000000001"
NASTY = ["'; DROP TABLE account; --", "<script>alert(1)</script>", "{{7*7}}", "%s%(x)s", "张'三\""]


@pytest.fixture(scope="module")
def engine(own_town_url: str) -> Iterator[sa.Engine]:
    opened = open_engine(own_town_url)
    add_account(opened, "boss", "admin")
    add_account(opened, "office", "admin", areas=(CLOUDS,))
    add_account(opened, "far", "viewer", areas=("510000000002",))
    add_account(opened, "near", "viewer", areas=(), grids=("510000000001001",))
    yield opened
    opened.dispose()


@pytest.fixture(scope="module")
def serving(own_town_url: str, engine: sa.Engine) -> Iterator[TestClient]:
    assert engine is not None
    with service(Settings(database_url=SecretStr(own_town_url))) as client:
        yield client


@pytest.fixture
def browser(serving: TestClient) -> Iterator[TestClient]:
    yield serving
    serving.cookies.clear()
    serving.headers.pop("X-Wangge-CSRF", None)


def test_a_thousand_wrong_passwords_lock_the_account_and_cost_nothing(
    browser: TestClient, engine: sa.Engine
) -> None:
    add_account(engine, "hunted", "viewer")
    sign_in(browser, "hunted")
    standing = browser.cookies["wangge"]
    answers = [
        browser.post(SESSION, json={"name": "hunted", "password": f"wrong {k}"}, headers={})
        for k in range(1000)
    ]
    counted = [answer.status_code for answer in answers]
    assert counted[:5] == [401] * 5
    assert counted[5:].count(429) > 980
    told = next(answer for answer in answers if answer.status_code == 429)
    assert told.json()["code"] == "locked-out"
    assert int(told.headers["retry-after"]) == told.json()["facts"]["retry_after_s"]
    right = browser.post(SESSION, json={"name": "hunted", "password": PASSWORD})
    assert right.status_code == 429
    # Whoever was signed in before stays so, and the rest of the house is not disturbed.
    assert browser.get(READING, headers={"cookie": f"wangge={standing}"}).status_code == 200
    with engine.begin() as connection:
        rows = connection.execute(sa.select(login_attempt)).all()
        assert len(rows) == 2
        assert connection.execute(sa.select(sa.func.count(session.c.id))).scalar_one() < 20
        connection.execute(sa.delete(login_attempt))


def test_unknown_names_are_told_and_locked_as_known_ones(
    browser: TestClient, engine: sa.Engine
) -> None:
    add_account(engine, "known", "viewer")
    for name in ("known", "unknown"):
        answers = [
            browser.post(SESSION, json={"name": name, "password": "is wrong"}) for _ in range(6)
        ]
        assert [a.status_code for a in answers] == [401] * 5 + [429]
        assert answers[0].json()["detail"] == "账号名或密码错误。"
    with engine.begin() as connection:
        connection.execute(sa.delete(login_attempt))


def test_a_new_password_ends_all_other_sessions(browser: TestClient, engine: sa.Engine) -> None:
    add_account(engine, "mover", "viewer", must_change=True)
    sign_in(browser, "mover")
    other = browser.cookies["wangge"]
    browser.cookies.clear()
    sign_in(browser, "mover")
    before = browser.cookies["wangge"]
    # Until it is changed nothing else works; a page leads to where it is changed.
    assert browser.get(READING).json()["code"] == "password-change-wanted"
    page = browser.get("/", headers={"accept": "text/html"}, follow_redirects=False)
    assert (page.status_code, page.headers["location"]) == (303, "/account")
    for new, old, status in (
        ("short", PASSWORD, 422),
        ("mover12345", PASSWORD, 422),
        ("１２３４５６７８９０", PASSWORD, 422),
        (PASSWORD, PASSWORD, 422),
        ("ein ganz anderes", "is wrong", 401),
        ("ein ganz anderes", PASSWORD, 200),
    ):
        answer = browser.post(OWN_PASSWORD, json={"old": old, "new": new})
        assert answer.status_code == status, new
    assert browser.cookies["wangge"] != before
    assert browser.get(READING).status_code == 200
    for ended in (other, before):
        answer = browser.get(READING, headers={"cookie": f"wangge={ended}"})
        assert answer.json()["code"] == "session-ended"


def test_tokens_read_or_write_within_their_scope_until_they_are_revoked(
    browser: TestClient,
) -> None:
    sign_in(browser, "office")
    assert browser.post(TOKENS, json={"name": "far", "areas": ["510000000002"]}).status_code == 422
    made = browser.post(TOKENS, json={"name": "<b>QGIS", "areas": [CLOUDS]}).json()
    token = made.pop("token")
    assert token.startswith("wgt_")
    listed = browser.get(TOKENS)
    assert token not in listed.text
    assert listed.json()[0]["name"] == "<b>QGIS"
    csrf = browser.headers.pop("X-Wangge-CSRF")
    session_cookie = browser.cookies["wangge"]
    browser.cookies.clear()
    bearer = {"authorization": f"Bearer {token}"}
    told = browser.get(SESSION, headers=bearer).json()
    assert (told["by"], told["csrf"], told["areas"]) == ("token", None, [CLOUDS])
    assert not {"draw", "accounts", "embed"} & set(told["rights"])
    # QGIS and GDAL know a name and a password.
    basic = base64.b64encode(f"anything:{token}".encode()).decode()
    assert browser.get(READING, headers={"authorization": f"Basic {basic}"}).status_code == 200
    answer = browser.get(f"{READING}?token={token}")
    assert answer.status_code == 401
    assert browser.post(TOKENS, json={"name": "x"}, headers=bearer).status_code == 403
    assert browser.get(ACCOUNTS, headers=bearer).status_code == 403
    own = {"cookie": f"wangge={session_cookie}", "X-Wangge-CSRF": csrf}
    ended = browser.post(f"{TOKENS}/{made['id']}/revoke", headers=own)
    assert ended.json()["state"] == "revoked"
    assert ended.json()["used_at"] is not None
    answer = browser.get(READING, headers=bearer)
    assert (answer.status_code, answer.json()["code"]) == (401, "not-signed-in")


def test_a_writing_token_needs_no_header_but_touches_no_accounts(browser: TestClient) -> None:
    sign_in(browser, "boss")
    token = browser.post(TOKENS, json={"name": "nightly", "writing": True}).json()["token"]
    del browser.headers["X-Wangge-CSRF"]
    browser.cookies.clear()
    bearer = {"authorization": f"Bearer {token}", "origin": "https://elsewhere.example"}
    told = browser.get(SESSION, headers=bearer).json()
    assert "draw" in told["rights"]
    wanted = {"name": "backdoor", "role": "admin", "everywhere": True}
    assert browser.post(ACCOUNTS, json=wanted, headers=bearer).status_code == 403
    assert browser.post(TOKENS, json={"name": "more"}, headers=bearer).status_code == 401


def test_programs_are_asked_for_a_password_and_pages_never(browser: TestClient) -> None:
    for path in ("/ogc/collections", "/tiles/grids.json", "/styles/grids-load.json"):
        answer = browser.get(path, headers={"accept": "*/*"})
        assert (answer.status_code, "www-authenticate" in answer.headers) == (401, True), path
        answer = browser.get(path, headers={"accept": "*/*", "referer": "http://testserver/"})
        assert (answer.status_code, "www-authenticate" in answer.headers) == (401, False), path
    assert "www-authenticate" not in browser.get(READING).headers


def test_administrators_see_and_make_only_what_lies_within_their_scope(
    browser: TestClient, engine: sa.Engine
) -> None:
    sign_in(browser, "office")
    assert {row["name"] for row in browser.get(ACCOUNTS).json()} == {"office", "near"}
    wide: tuple[dict[str, object], ...] = (
        {"everywhere": True},
        {"areas": ["510000000002"]},
        {"areas": [CLOUDS, "510000000002"]},
        {"areas": ["999999999999"]},
        {"grids": ["519999999999001"]},
        {},
    )
    for scope in wide:
        wanted = {"name": "mine", "role": "viewer", **scope}
        assert browser.post(ACCOUNTS, json=wanted).status_code == 422, scope
    # What is foreign reads as what does not exist.
    foreign = {
        row.name: row.id
        for row in engine.connect().execute(sa.select(account.c.id, account.c.name))
    }
    for act in ("disable", "enable", "password"):
        there = browser.post(f"{ACCOUNTS}/{foreign['far']}/{act}", json={})
        nowhere = browser.post(f"{ACCOUNTS}/99999/{act}", json={})
        assert (there.status_code, nowhere.status_code) == (404, 404)
        same = there.json()["detail"].replace(str(foreign["far"]), "99999")
        assert same == nowhere.json()["detail"]
    own = browser.post(f"{ACCOUNTS}/{foreign['office']}/disable")
    assert own.status_code == 409
    made = browser.post(ACCOUNTS, json={"name": "mine", "role": "worker", "areas": [CLOUDS]})
    assert made.status_code == 201
    number, password = made.json()["id"], made.json()["password"]
    wider = browser.patch(f"{ACCOUNTS}/{number}", json={"everywhere": True})
    assert wider.status_code == 422
    narrower = browser.patch(f"{ACCOUNTS}/{number}", json={"grids": ["510000000001001"]})
    assert (narrower.json()["areas"], narrower.json()["grids"]) == ([], ["510000000001001"])
    with service(browser.app.state.settings) as worker:  # type: ignore[attr-defined]
        sign_in(worker, "mine", password)
        assert worker.get(SESSION).json()["must_change"]
        assert worker.get(ACCOUNTS).json()["code"] == "password-change-wanted"


def test_a_disabled_account_ends_with_its_sessions_and_tokens_at_once(browser: TestClient) -> None:
    sign_in(browser, "boss")
    made = browser.post(ACCOUNTS, json={"name": "leaver", "role": "viewer", "areas": [CLOUDS]})
    number = made.json()["id"]
    admin = browser.cookies["wangge"], browser.headers["X-Wangge-CSRF"]
    browser.cookies.clear()
    sign_in(browser, "leaver", made.json()["password"])
    browser.post(OWN_PASSWORD, json={"old": made.json()["password"], "new": "drei neue Raben"})
    csrf = browser.get(SESSION).json()["csrf"]
    token = browser.post(TOKENS, json={"name": "t"}, headers={"X-Wangge-CSRF": csrf}).json()
    leaver = browser.cookies["wangge"]
    browser.cookies.clear()
    bearer = {"authorization": f"Bearer {token['token']}"}
    assert browser.get(READING, headers=bearer).status_code == 200
    told = {"cookie": f"wangge={admin[0]}", "X-Wangge-CSRF": admin[1]}
    assert browser.post(f"{ACCOUNTS}/{number}/disable", headers=told).status_code == 200
    assert browser.get(READING, headers=bearer).status_code == 401
    assert browser.get(READING, headers={"cookie": f"wangge={leaver}"}).status_code == 401


@pytest.mark.parametrize("text", NASTY)
def test_sql_and_script_are_only_text(browser: TestClient, text: str) -> None:
    assert browser.post(SESSION, json={"name": text, "password": text}).status_code == 401
    sign_in(browser, "boss")
    wanted = {"name": text, "role": "viewer", "areas": [CLOUDS], "worker_code": text}
    made = browser.post(ACCOUNTS, json=wanted)
    assert (made.status_code, made.json()["name"]) == (201, text)
    assert browser.post(ACCOUNTS, json=wanted).status_code == 409
    for field in ("role", "areas", "grids"):
        answer = browser.post(ACCOUNTS, json={**wanted, field: text})
        assert answer.status_code == 422
    assert browser.post(TOKENS, json={"name": text}).json()["name"] == " ".join(text.split())


def test_names_are_one_however_they_are_typed(browser: TestClient) -> None:
    sign_in(browser, "boss")
    wanted = {"role": "viewer", "areas": [CLOUDS]}
    first = browser.post(ACCOUNTS, json={**wanted, "name": "　ＬＩ　Na"}).json()
    assert first["name"] == "LI Na"
    again = browser.post(ACCOUNTS, json={**wanted, "name": "li na"})
    assert again.status_code == 409
    for name in ("", "   ", "a\u200bb", "x" * 65, "a\u202eb"):
        assert browser.post(ACCOUNTS, json={**wanted, "name": name}).status_code == 422, name


def test_administrators_end_ways_in_of_their_own_scope_and_of_no_other(
    browser: TestClient, engine: sa.Engine
) -> None:
    watched = add_account(engine, "watched", "viewer", areas=(CLOUDS,))
    foreign = add_account(engine, "foreign", "viewer", areas=("510000000002",))
    ways = {}
    for name, number in (("watched", watched), ("foreign", foreign)):
        sign_in(browser, name)
        token = browser.post(TOKENS, json={"name": "of " + name}).json()
        ways[number] = (token["id"], token["token"], browser.get(OWN_SESSIONS).json()[0]["id"])
        assert browser.get(OWN_SESSIONS).json()[0]["current"] is True
        browser.cookies.clear()
    sign_in(browser, "office")
    access = browser.get(f"{ACCOUNTS}/{watched}/access").json()
    assert [token["name"] for token in access["tokens"]] == ["of watched"]
    assert [row["current"] for row in access["sessions"]] == [False]
    assert "digest" not in str(access)
    # What is foreign is answered as what does not exist, and stays as it is.
    token, text, begun = ways[foreign]
    for path in ("access", f"tokens/{token}/revoke", f"sessions/{begun}/end"):
        method = "GET" if path == "access" else "POST"
        answers = [browser.request(method, f"{ACCOUNTS}/{n}/{path}") for n in (foreign, 999_999)]
        told = [
            (a.status_code, a.json()["detail"].replace(str(foreign), "999999")) for a in answers
        ]
        assert told[0] == told[1]
        assert told[0][0] == 404
    # Nor does a number of theirs open under an account that one keeps.
    assert browser.post(f"{ACCOUNTS}/{watched}/sessions/{begun}/end").status_code == 404
    assert browser.post(f"{ACCOUNTS}/{watched}/tokens/{token}/revoke").status_code == 404
    own, secret, session_id = ways[watched]
    assert browser.post(f"{ACCOUNTS}/{watched}/tokens/{own}/revoke").json()["state"] == "revoked"
    assert browser.post(f"{ACCOUNTS}/{watched}/sessions/{session_id}/end").status_code == 204
    assert browser.get(f"{ACCOUNTS}/{watched}/access").json()["sessions"] == []
    browser.cookies.clear()
    for shown, status in ((secret, 401), (text, 200)):
        answer = browser.get(READING, headers={"authorization": f"Bearer {shown}"})
        assert answer.status_code == status


def test_a_text_with_nul_is_refused_in_words_wherever_it_is_sent(browser: TestClient) -> None:
    plain = browser.post(SESSION, json={"name": "a\\u0000", "password": PASSWORD})
    assert plain.status_code == 401
    for name in ("a\0", "a\\\0"):
        answer = browser.post(SESSION, json={"name": name, "password": PASSWORD})
        assert (answer.status_code, answer.json()["code"]) == (400, "malformed-request")
    form = browser.post("/login", data={"name": "a\0", "password": "x"})
    assert form.status_code == 400
    sign_in(browser, "boss")
    assert browser.post(TOKENS, json={"name": "a\0b"}).status_code == 400


def test_administrators_link_accounts_to_workers_of_their_own_scope_alone(
    browser: TestClient, engine: sa.Engine
) -> None:
    with engine.begin() as connection:
        connection.execute(
            sa.text(
                "INSERT INTO worker (code, name) VALUES"
                " ('far', '远'), ('both', '兼'), ('past', '曾'), ('soon', '将'), ('free', '闲');"
                "INSERT INTO post (code, role, subject_kind, subject_code, area_code, worker_id,"
                " valid) SELECT made.post, 'secretary', 'community', made.area, made.area,"
                " worker.id, made.valid FROM (VALUES"
                " ('l1', 'far', '510000000002', daterange('2025-01-01', NULL)),"
                " ('l2', 'both', '510000000001', daterange('2025-01-01', NULL)),"
                " ('l3', 'both', '510000000002', daterange('2025-01-01', NULL)),"
                " ('l4', 'past', '510000000002', daterange('2020-01-01', '2021-01-01')),"
                " ('l5', 'past', '510000000001', daterange('2025-01-01', NULL)),"
                " ('l6', 'soon', '510000000001', daterange('2025-01-01', NULL)),"
                " ('l7', 'soon', '510000000002', daterange('9000-01-01', NULL))"
                ") AS made (post, holder, area, valid) JOIN worker ON worker.code = made.holder"
            )
        )
    linked = add_account(engine, "linked", "worker", areas=(CLOUDS,), worker="far")
    sign_in(browser, "office")
    wanted = {"role": "worker", "areas": [CLOUDS]}
    made = browser.post(ACCOUNTS, json={**wanted, "name": "of w1", "worker_code": "w1"})
    assert (made.status_code, made.json()["worker_code"]) == (201, "w1")
    number = made.json()["id"]
    told = set()
    for worker in ("far", "both", "soon", "free", "nobody"):
        new = browser.post(ACCOUNTS, json={**wanted, "name": "new", "worker_code": worker})
        other = browser.patch(f"{ACCOUNTS}/{number}", json={"worker_code": worker})
        assert (new.status_code, other.status_code) == (422, 422), worker
        told |= {answer.json()["detail"].replace(worker, "*") for answer in (new, other)}
    # What is foreign reads as what does not exist.
    assert len(told) == 1
    past = browser.patch(f"{ACCOUNTS}/{number}", json={"worker_code": "past"})
    assert (past.status_code, past.json()["worker_code"]) == (200, "past")
    # A link that somebody of everywhere made stays when something else is changed.
    kept = browser.patch(f"{ACCOUNTS}/{linked}", json={"role": "viewer", "worker_code": "far"})
    assert (kept.status_code, kept.json()["worker_code"]) == (200, "far")
    browser.cookies.clear()
    sign_in(browser, "boss")
    anywhere = browser.patch(f"{ACCOUNTS}/{number}", json={"worker_code": "far"})
    assert (anywhere.status_code, anywhere.json()["worker_code"]) == (200, "far")


def test_a_narrowed_token_does_not_open_the_list_of_its_worker(
    browser: TestClient, engine: sa.Engine
) -> None:
    add_account(engine, "leader", "supervisor", areas=(CLOUDS,), worker="w1")
    sign_in(browser, "leader")
    whole = {"name": "of a worker", "writing": True}
    narrow = {**whole, "areas": [], "grids": ["510000000001002"]}
    answers = [browser.post(TOKENS, json=wanted) for wanted in (whole, narrow)]
    tokens = [answer.json()["token"] for answer in answers]
    browser.cookies.clear()
    grids = [
        [grid["code"] for grid in browser.get(f"{API}/my", headers=bearer).json()["grids"]]
        for bearer in ({"authorization": f"Bearer {token}"} for token in tokens)
    ]
    assert grids == [["510000000001001"], ["510000000001002"]]


@pytest.mark.parametrize(
    ("end", "told"),
    [
        (datetime(2026, 3, 1, tzinfo=HERE), "2026-02-28"),
        # Still the day before by the clock of a server on UTC.
        (datetime(2026, 3, 1, 4, tzinfo=HERE), "2026-03-01"),
    ],
)
def test_a_token_that_ended_is_told_with_its_last_day_in_china(
    browser: TestClient, engine: sa.Engine, end: datetime, told: str
) -> None:
    sign_in(browser, "boss")
    made = browser.post(TOKENS, json={"name": "old"}).json()
    browser.cookies.clear()
    values = {"made_at": end - timedelta(days=9), "expires_at": end}
    with engine.begin() as connection:
        ended = sa.update(api_token).where(api_token.c.id == made["id"])
        connection.execute(ended.values(**values))
    answer = browser.get(READING, headers={"authorization": f"Bearer {made['token']}"})
    assert answer.status_code == 401
    assert told in answer.json()["detail"]
