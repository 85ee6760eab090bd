"""
Every endpoint asked by every role, in its own community, in its sibling's and where nothing is.

What each must answer stands in `tests.api.rights_lines`; an endpoint without a line fails.
"""

from __future__ import annotations

import io
import json
import re
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, get_args

import mapbox_vector_tile
import pytest
import sqlalchemy as sa
from fastapi.routing import iter_route_contexts
from fastapi.testclient import TestClient
from httpx2 import Response
from pydantic import SecretStr

from api.app import create_app
from api.principal import RIGHTS, WRITING, Right, Role
from api.services.embed_keys import digest_of
from api.services.own_account import NewToken, make_token
from api.services.sessions import SessionTimes, begin
from api.session_cookies import Cookies, csrf_of
from api.settings import Settings
from gis.store.engine import open_engine
from gis.store.tables import embed_key
from maps.embeds import OPENABLE
from maps.tiles import MVT
from tests.api.accounts import add_account
from tests.api.conftest import TOWN
from tests.api.rights_lines import ANY, ELSEWHERE, LINES, MISSING, OWN, SIBLING, Line, Place
from tests.conftest import own_database

OFFICE = "510000000000"
# What an answer to somebody who does not see them may never hold.
MARKS: Mapping[Place, tuple[str, ...]] = {
    SIBLING: ("Sibling.", "510000000002"),
    ELSEWHERE: ("Elsewhere.", "520000000001", "520000000000"),
}
KEY = "wge_matrix"
_ALL = frozenset({OWN, SIBLING, ELSEWHERE})


@dataclass(frozen=True)
class Asker:
    """
    Somebody who asks, and where they see anything.

    With a role: an account of it, signed in; with a token of it, a program, which sees less than
    the account does. With a key: the page of another site. Else nobody knows them; `reader` where
    they need no account.
    """

    name: str
    role: Role | None = None
    areas: tuple[str, ...] | None = (OWN.community,)
    grids: tuple[str, ...] = ()
    sees: frozenset[Place] = frozenset({OWN})
    reader: bool = False
    key: str | None = None
    token: NewToken | None = None

    def has(self, right: Right) -> bool:
        """Whether their role has a right, and their token, where they come with one."""
        if self.role is None or right not in RIGHTS[self.role]:
            return False
        # No token manages accounts, and one that only reads writes nothing.
        return self.token is None or not (
            right == "accounts" or (right in WRITING and not self.token.writing)
        )

    def refused(self, method: str, line: Line) -> int | None:
        """Status with which they are refused whatever they ask it about; None: they are not."""
        if self.token is not None and not self.token.writing and method != "GET":
            return 403
        if self.role is not None:
            return None if line.right is None or self.has(line.right) else 403
        if self.reader:
            open_to_all = line.public and line.body is None
            return None if line.right is None or open_to_all else 403
        if self.key is not None and _KEYED.match(line.address):
            return None if line.keyed else 403
        if line.address.startswith("/embed/"):
            # A card in the frame says that the map needs a key.
            return 403
        return None if line.free else 401

    def finds(self, line: Line, where: Place) -> bool:
        """Whether they are told of what is there."""
        return where in self.sees and (line.seen_by is None or self.has(line.seen_by))


# What the gate for embed keys looks at: there it says what a key does not open.
_KEYED = re.compile(
    r"/embed/|/tiles/|/styles/(?!sprite-).+(json|svg)|/api/v1/(figures|embed-key|changes)($|[?])"
)

ASKERS = (
    *(Asker(role, role) for role in get_args(Role) if role != "worker"),
    Asker("worker", "worker", areas=(), grids=(OWN.grid,)),
    Asker("office", "planner", (OFFICE,), sees=frozenset({OWN, SIBLING})),
    Asker("everywhere", "admin", None, sees=_ALL),
    Asker("program", "planner", (OFFICE,), token=NewToken("matrix", True, (OWN.community,))),
    Asker("screen", "admin", None, token=NewToken("matrix", False, (OWN.community,))),
    Asker("reader", reader=True, sees=_ALL),
    Asker("nobody", sees=frozenset()),
    Asker("key", key=KEY),
)


class Asking:
    """A service that wants accounts and one that does not, and who may be signed in."""

    def __init__(self, strict: TestClient, lax: TestClient, signed: dict[str, str]) -> None:
        self._strict, self._lax, self._signed = strict, lax, signed

    def ask(self, asker: Asker, method: str, line: Line, where: Place) -> Response:
        """Ask one line of the matrix about a place."""
        fields = asdict(where) | {"tile": where.tile}
        body = line.body and json.loads(_filled(json.dumps(dict(line.body)), fields))
        return self.get(asker, _filled(line.address, fields), method, body)

    def get(self, asker: Asker, address: str, method: str = "GET", body: Any = None) -> Response:
        """Ask for an address."""
        headers = {"accept-language": "zh" if len(asker.name) % 2 else "en"}
        secret = self._signed.get(asker.name)
        if secret is not None and asker.token is not None:
            headers["authorization"] = f"Bearer {secret}"
        elif secret is not None:
            headers |= {"cookie": f"{_COOKIE}={secret}", "x-wangge-csrf": csrf_of(secret)}
        if asker.key is not None:
            address += f"{'&' if '?' in address else '?'}key={asker.key}"
        client = self._lax if asker.reader else self._strict
        return client.request(method, address, json=body, headers=headers, follow_redirects=False)


_SETTINGS = Settings(readers="accounts", metrics="off", threads=4)
_COOKIE = Cookies.of(_SETTINGS).session


def _filled(text: str, fields: Mapping[str, Any]) -> str:
    return re.sub(r"\{(\w+)\}", lambda name: str(fields[name[1]]), text)


@pytest.fixture(scope="module")
def siblings_url(server_url: str, migrated_template: str) -> Iterator[str]:
    """URL of a database with two sibling communities and a third one elsewhere."""
    with own_database(server_url, migrated_template) as url:
        engine = open_engine(url)
        with engine.begin() as connection:
            for script in (TOWN, Path(__file__).with_name("siblings.sql")):
                # Past SQLAlchemy, which would take the file's percent signs for binds.
                connection.connection.cursor().execute(script.read_text(encoding="utf-8"))
            for there in (OWN, SIBLING, ELSEWHERE):
                digest = there.community.encode().ljust(32, b".")
                connection.execute(sa.insert(embed_key).values(_key(there, digest)))
            connection.execute(sa.insert(embed_key).values(_key(OWN, digest_of(KEY))))
        engine.dispose()
        yield url


def _key(where: Place, digest: bytes) -> dict[str, Any]:
    texts = {"note": "", "contact": "", "made_by": "test"}
    ends = datetime.now(UTC) + timedelta(days=1)
    scope = {"area_code": where.community, "layers": list(OPENABLE), "origins": []}
    return {"digest": digest, "expires_at": ends, **texts, **scope}


@pytest.fixture(scope="module")
def asking(siblings_url: str) -> Iterator[Asking]:
    """Talk to a service of the siblings, as anybody."""
    engine = open_engine(siblings_url)
    signed: dict[str, str] = {}
    for asker in ASKERS:
        if asker.role is not None:
            number = add_account(
                engine, asker.name, asker.role, areas=asker.areas, grids=asker.grids
            )
            times, now = SessionTimes.of(_SETTINGS), datetime.now(UTC)
            with engine.begin() as connection:
                begun = begin(connection, number, times=times, now=now)
            signed[asker.name] = begun.secret
            if asker.token is not None:
                made = make_token(engine, begun.signed.principal, asker.token, now=now)
                signed[asker.name] = made.token
    engine.dispose()
    strict = _SETTINGS.model_copy(update={"database_url": SecretStr(siblings_url)})
    lax = strict.model_copy(update={"readers": "anyone"})
    address = "http://127.0.0.1"
    with (
        TestClient(create_app(strict), base_url=address) as wanting,
        TestClient(create_app(lax), base_url=address) as open_to_all,
    ):
        yield Asking(wanting, open_to_all, signed)


def test_every_endpoint_has_its_line_and_every_line_its_endpoint() -> None:
    app = create_app(Settings())
    there = {
        (method, str(route.path))
        for route in iter_route_contexts(app.routes)
        for method in set(route.methods or ()) - {"HEAD"}
    }
    assert there == set(LINES), "say in tests/api/rights_lines.py what it answers to whom"


def told(answer: Response, where: Place) -> dict[str, Any]:
    """Status, headers and body without what the asker wrote and what is new in every answer."""
    new = {"x-request-id", "content-length", "etag", "date", "link"}
    headers = {name: value for name, value in answer.headers.items() if name not in new}
    asked = str(answer.request.url) + answer.request.content.decode()
    text = _readable(answer)
    for name, value in asdict(where).items():
        if str(value) in asked:
            text = re.sub(rf"(?<![0-9.]){re.escape(str(value))}(?![0-9])", f"<{name}>", text)
    text = _OF_THE_MOMENT.sub("*", text)
    return {"status": answer.status_code, "body": text, **headers}


# Numbers of requests, moments, marks of changes, nonces.
_OF_THE_MOMENT = re.compile(
    r'"(request_id|timeStamp|as_of|mark)": ?("[^"]*"|\d+)|[0-9a-f]{16,32}|id: \d+|mark="\d+"'
)


def difference(one: Mapping[str, Any], other: Mapping[str, Any]) -> str:
    """Say in what two answers differ."""
    parts = {part for part in {*one, *other} if one.get(part) != other.get(part)}
    return "; ".join(f"{part}: {one.get(part)} / {other.get(part)}" for part in sorted(parts))


def _readable(answer: Response) -> str:
    kind = answer.headers.get("content-type", "")
    if kind.startswith(MVT):
        decoded = mapbox_vector_tile.decode(answer.content)
        return json.dumps(decoded, ensure_ascii=False, default=str, sort_keys=True)
    if answer.content[:2] == b"PK":
        with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
            parts = [archive.read(name) for name in sorted(archive.namelist())]
        return b"".join(parts).decode("utf-8", "replace")
    return answer.content.decode("utf-8", "replace")


def assert_hides(asker: Asker, answer: Response) -> None:
    """No answer holds anything of a place that the asker does not see."""
    asked = str(answer.request.url) + answer.request.content.decode()
    text = _readable(answer)
    for where, marks in MARKS.items():
        if where not in asker.sees and not any(mark in asked for mark in marks):
            leaked = [mark for mark in marks if mark in text]
            assert not leaked, f"{asker.name} {asked} tells of {leaked}"


@pytest.mark.parametrize("asker", ASKERS, ids=lambda asker: asker.name)
def test_each_is_answered_what_they_may_see_and_do(asking: Asking, asker: Asker) -> None:
    wrong = []
    for (method, path), lines in LINES.items():
        for line in lines:
            problems = _problems(asking, asker, method, line) if line.asked else ()
            wrong += [f"{method} {path}: {problem}" for problem in problems]
    assert not wrong, "\n".join(wrong)


def _problems(asking: Asking, asker: Asker, method: str, line: Line) -> Iterator[str]:
    refused = asker.refused(method, line)
    if refused is not None or line.outside == "same":
        answer = asking.ask(asker, method, line, OWN)
        assert_hides(asker, answer)
        if not _as_wanted(answer, refused or line.inside):
            yield f"{answer.status_code}, not {refused or line.inside} {answer.text[:300]}"
        return
    missing = asking.ask(asker, method, line, MISSING)
    # A key tells of no area but its own; of the others not even that they are empty.
    named = asker.key is not None and "{community}" in line.address
    nowhere = 200 if line.outside == "nothing" and not named else 404
    if missing.status_code != nowhere:
        yield f"of nothing {missing.status_code}, not {nowhere} {missing.text[:300]}"
    for where in (OWN, SIBLING):
        if line.heavy and asker.finds(line, where):
            continue
        answer = asking.ask(asker, method, line, where)
        assert_hides(asker, answer)
        if asker.finds(line, where):
            if not _as_wanted(answer, line.inside):
                said = f"{answer.status_code}, not {line.inside}: {answer.text[:200]}"
                yield f"{where.community} {said}"
        elif parts := difference(told(answer, where), told(missing, MISSING)):
            yield f"{where.community} is not answered as what does not exist: {parts[:900]}"


def _as_wanted(answer: Response, wanted: int) -> bool:
    if wanted == ANY:
        return answer.status_code < 500
    return answer.status_code == wanted


def test_the_roles_of_the_matrix_are_those_there_are() -> None:
    assert {asker.role for asker in ASKERS} == {None, *RIGHTS}


SIBLINGS = (
    Asker("planner", "planner"),
    # Nobody of the sibling is signed in here; the office sees both.
    Asker("office", "planner", (OFFICE,), sees=frozenset({OWN, SIBLING})),
)


def test_extents_end_where_the_sight_does(asking: Asking) -> None:
    own, office = SIBLINGS
    for asker, east in ((own, 104.612), (office, 104.632)):
        bounds = asking.get(asker, "/tiles/buildings.json").json()["bounds"]
        assert bounds == pytest.approx([104.6, 28.4, east, 28.408])
        document = asking.get(asker, "/ogc/collections/buildings").json()
        assert document["extent"]["spatial"]["bbox"][0] == pytest.approx(bounds)
        told = asking.get(asker, "/api/v1/figures").json()
        assert told["extent"] == pytest.approx(bounds)


def test_a_walk_to_a_facility_beyond_is_told_without_its_name(asking: Asking) -> None:
    own, office = SIBLINGS
    for asker, name in ((own, None), (office, "Sibling.f0")):
        (walk,) = asking.get(asker, "/api/v1/reach/b011").json()["items"]
        assert walk["metres"] is not None
        assert walk["facility_code"] == name


def test_circles_of_a_kind_end_where_the_sight_does(asking: Asking) -> None:
    own, office = SIBLINGS
    address = "/api/v1/circles?kind=service_centre&geometry=true"
    for asker, shapes in ((own, 1), (office, 2)):
        for circle in asking.get(asker, address).json()["items"]:
            assert len(circle["geometry"]["coordinates"]) == shapes
