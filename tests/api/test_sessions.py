"""Signing in and out over HTTP: who is let in, and what forged secrets are told."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from fastapi.testclient import TestClient
from pwdlib.hashers.argon2 import Argon2Hasher
from pydantic import SecretStr

from api.errors import PROBLEM
from api.settings import Settings
from gis.store.engine import open_engine
from gis.store.tables import account, session
from tests.api.accounts import PASSWORD, SESSION, add_account, service, sign_in

CLOUDS = "510000000001"
READING = "/api/v1/communities"


@pytest.fixture(scope="module")
def engine(own_town_url: str) -> Iterator[sa.Engine]:
    """Engine on the module's town, with accounts of two roles."""
    opened = open_engine(own_town_url)
    add_account(opened, "王规划", "planner", areas=(CLOUDS,), worker="w1")
    add_account(opened, "Zhao", "admin")
    yield opened
    opened.dispose()


@pytest.fixture(scope="module")
def settings(own_town_url: str) -> Settings:
    return Settings(database_url=SecretStr(own_town_url))


@pytest.fixture(scope="module")
def serving(settings: Settings, engine: sa.Engine) -> Iterator[TestClient]:
    assert engine is not None
    with service(settings) as client:
        yield client


@pytest.fixture
def browser(serving: TestClient) -> Iterator[TestClient]:
    """One service, each time with no cookies."""
    yield serving
    serving.cookies.clear()
    serving.headers.pop("X-Wangge-CSRF", None)


def test_the_session_tells_who_one_is_and_what_one_may(browser: TestClient) -> None:
    assert browser.get(READING).status_code == 401
    sign_in(browser, " 王规划")
    told = browser.get(SESSION).json()
    assert (told["name"], told["role"], told["areas"]) == ("王规划", "planner", [CLOUDS])
    assert (told["worker_code"], told["everywhere"], told["by"]) == ("w1", False, "session")
    assert "draw" in told["rights"]
    assert "accounts" not in told["rights"]
    answer = browser.get(READING)
    assert answer.status_code == 200
    assert "private" in answer.headers["cache-control"]


def test_the_cookie_is_kept_from_scripts_and_other_sites(browser: TestClient) -> None:
    answer = browser.post(SESSION, json={"name": "zhao", "password": PASSWORD})
    own, csrf = answer.headers.get_list("set-cookie")
    assert own.startswith("wangge=")
    assert "HttpOnly" in own
    assert "SameSite=lax" in own
    assert "Path=/" in own
    assert csrf.startswith("wangge-csrf=")
    assert "HttpOnly" not in csrf
    assert answer.json()["csrf"] in csrf
    assert answer.headers["cache-control"] == "no-store"


def test_a_digest_of_other_settings_is_renewed_by_the_next_login(
    browser: TestClient, engine: sa.Engine
) -> None:
    # As passwords were kept before: 32 MiB, two passes.
    kept = Argon2Hasher(time_cost=2, memory_cost=32_768, parallelism=1).hash(PASSWORD)
    own = account.c.name == "Zhao"
    with engine.begin() as connection:
        connection.execute(sa.update(account).where(own).values(password_hash=kept))
    for _ in range(2):
        assert browser.post(SESSION, json={"name": "zhao", "password": PASSWORD}).is_success
        with engine.connect() as connection:
            now = connection.execute(sa.select(account.c.password_hash).where(own)).scalar_one()
        assert "m=16384,t=6" in now


@pytest.mark.parametrize(
    ("changes", "name", "path"),
    [
        ({"public_url": "https://grid.example"}, "__Host-wangge", "/"),
        (
            {"public_url": "https://grid.example/city", "base_path": "city"},
            "__Secure-wangge",
            "/city",
        ),
        ({"base_path": "city"}, "wangge", "/city"),
    ],
)
def test_cookies_fit_the_address_that_browsers_see(
    settings: Settings, engine: sa.Engine, changes: dict[str, str], name: str, path: str
) -> None:
    assert engine is not None
    with service(settings, **changes) as client:
        base = "/city" if "base_path" in changes else ""
        answer = client.post(base + SESSION, json={"name": "zhao", "password": PASSWORD})
        cookie = answer.headers.get_list("set-cookie")[0]
        secret = cookie.partition(";")[0].partition("=")[2]
        assert cookie.startswith(f"{name}={secret};")
        assert f"Path={path};" in cookie
        assert ("Secure" in cookie) == ("public_url" in changes)
        told = {"cookie": f"{name}={secret}", "X-Wangge-CSRF": answer.json()["csrf"]}
        assert client.get(base + SESSION, headers=told).status_code == 200


def test_a_session_that_ended_cannot_be_replayed(browser: TestClient) -> None:
    sign_in(browser, "Zhao")
    stolen = browser.cookies["wangge"]
    assert browser.delete(SESSION).status_code == 204
    assert "wangge" not in browser.cookies
    answer = browser.get(READING, headers={"cookie": f"wangge={stolen}"})
    assert (answer.status_code, answer.json()["code"]) == (401, "session-ended")
    assert 'wangge=""' in answer.headers["set-cookie"]


def test_signing_in_again_ends_the_session_before(browser: TestClient) -> None:
    sign_in(browser, "Zhao")
    before = browser.cookies["wangge"]
    sign_in(browser, "王规划")
    assert browser.cookies["wangge"] != before
    answer = browser.get(READING, headers={"cookie": f"wangge={before}"})
    assert answer.status_code == 401


FORGED = ["", "x", "A" * 42, "A" * 43, "A" * 44, "wgt_" + "A" * 43, "A" * 60_000, "'; DROP--", '"']


@pytest.mark.parametrize("secret", FORGED)
def test_forged_secrets_are_refused_in_words(browser: TestClient, secret: str) -> None:
    for headers in (
        {"cookie": f"wangge={secret}"},
        {"authorization": f"Bearer {secret}"},
        {"authorization": f"Basic {secret}"},
    ):
        for language in ("zh", "en"):
            answer = browser.get(READING, headers={**headers, "accept-language": language})
            assert answer.status_code == 401, headers
            assert answer.headers["content-type"] == PROBLEM
            assert answer.json()["detail"]
            assert answer.headers["content-language"] == language


def test_a_session_ends_when_unused_and_at_its_last_day(
    settings: Settings, engine: sa.Engine
) -> None:
    now = datetime.now(UTC)
    for change in (
        {"used_at": now - timedelta(hours=73)},
        {"expires_at": now - timedelta(seconds=1)},
    ):
        with service(settings) as client:
            sign_in(client, "Zhao")
            assert client.get(READING).status_code == 200
            with engine.begin() as connection:
                connection.execute(sa.update(session).values(**change))
            # Whoever was looked up a moment ago may stay for the length of a lease.
            client.app.state.accounts.forget()  # type: ignore[attr-defined]
            assert client.get(READING).json()["code"] == "session-ended"


def test_writing_with_a_session_wants_the_header_of_its_own_pages(browser: TestClient) -> None:
    sign_in(browser, "Zhao")
    csrf = browser.headers.pop("X-Wangge-CSRF")
    for headers in (
        {},
        {"X-Wangge-CSRF": ""},
        {"X-Wangge-CSRF": csrf[:-1] + ("A" if csrf[-1] != "A" else "B")},
        {"X-Wangge-CSRF": csrf, "Origin": "https://elsewhere.example"},
        {"X-Wangge-CSRF": csrf, "Origin": "null"},
        {"X-Wangge-CSRF": csrf, "Origin": "http://testserver.evil.example"},
    ):
        answer = browser.delete(SESSION, headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (403, "not-our-page"), headers
    own = {"X-Wangge-CSRF": csrf, "Origin": "http://testserver"}
    assert browser.delete(SESSION, headers=own).status_code == 204


def test_nobody_signs_a_browser_in_from_another_site(browser: TestClient) -> None:
    answer = browser.post(
        SESSION,
        json={"name": "Zhao", "password": PASSWORD},
        headers={"Origin": "https://elsewhere.example"},
    )
    assert (answer.status_code, "set-cookie" in answer.headers) == (403, False)


def test_a_disabled_account_and_its_session_are_refused(
    browser: TestClient, engine: sa.Engine
) -> None:
    number = add_account(engine, "gone", "viewer")
    sign_in(browser, "gone")
    with engine.begin() as connection:
        ended = {"disabled_at": sa.func.now(), "disabled_by": "x"}
        connection.execute(sa.update(account).where(account.c.id == number).values(**ended))
    # Whoever was looked up a moment ago may stay for the length of a lease.
    browser.app.state.accounts.forget()  # type: ignore[attr-defined]
    assert browser.get(READING).status_code == 401
    browser.cookies.clear()
    right = browser.post(SESSION, json={"name": "gone", "password": PASSWORD})
    wrong = browser.post(SESSION, json={"name": "gone", "password": "something else"})
    assert (right.status_code, right.json()["code"]) == (403, "account-disabled")
    assert (wrong.status_code, wrong.json()["code"]) == (401, "wrong-password")


PUBLIC = ("/login", "/healthz", "/readyz", "/favicon.ico")


def test_nobody_gets_anything_but_the_way_in(browser: TestClient) -> None:
    document = sign_in(browser, "Zhao").get("/api/v1/openapi.json").json()
    browser.cookies.clear()
    named = {p.partition("{")[0] or p for p in document["paths"]}
    named -= {*PUBLIC, SESSION, "/styles/sprite-"}
    for path in sorted(
        named | {"/", "/dashboard", "/ogc/collections", "/my", "/nothing", "/account"}
    ):
        answer = browser.get(path, headers={"accept": "application/json"})
        assert (answer.status_code, answer.json()["code"]) == (401, "not-signed-in"), path
        page = browser.get(path, headers={"accept": "text/html"}, follow_redirects=False)
        assert page.status_code == 303, path
        assert page.headers["location"].startswith("/login?next=%2F"), path
    # Styles name the pictures of their maps without anybody's key.
    for path in (*PUBLIC, "/styles/sprite-dark.json", "/styles/sprite-dark.png"):
        assert browser.get(path).status_code == 200, path
    framed = browser.get("/embed/grids", headers={"accept": "text/html"})
    assert (framed.status_code, "缺少嵌入密钥" in framed.text) == (403, True)
    assert browser.get("/web/../api/v1/areas").status_code == 401


@pytest.mark.parametrize(
    "elsewhere",
    [
        "//evil.example",
        "https://evil.example",
        "/\\evil.example",
        "javascript:1",
        "/login",
    ],
)
def test_signing_in_leads_to_no_other_site(browser: TestClient, elsewhere: str) -> None:
    page = browser.get("/login", params={"next": elsewhere, "lang": "en"})
    field = page.text.split('name="form" value="')[1].partition('"')[0]
    form = {"name": "Zhao", "password": PASSWORD, "form": field}
    answer = browser.post("/login", params={"next": elsewhere}, data=form, follow_redirects=False)
    assert answer.status_code == 303
    assert answer.headers["location"] == "/"
