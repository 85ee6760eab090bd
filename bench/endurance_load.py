"""The mix of requests of the endurance run, by whom, and what each must be answered."""

from __future__ import annotations

import json
import random
import re
from collections import OrderedDict
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import mapbox_vector_tile

from bench.endurance_ledgers import FreshLedger, Known, households_told, now
from bench.endurance_line import Answer, Ask, Line, Tally, encoding
from bench.endurance_town import DRAWN, FOREIGN, OWN, PASSWORD, SITE, Spot, Town
from bench.tiles_fresh import tile_place

Headers = dict[str, str]
_LAYERS = ("buildings", "courtyards", "facilities", "grids", "streets", "buildings,streets,grids")
_MOST_TAGS = 3000
_MOST_ROUNDS = 300
_FOREIGN_BUILDING = "b006000"


class Asker:
    """Somebody signed in, and the headers by which they are known."""

    def __init__(self, line: Line, name: str) -> None:
        self.name = name
        body = {"name": name, "password": PASSWORD}
        answer = line.ask(Ask("/api/v1/session", method="POST", body=body))
        assert answer.status == 200, (answer.status, answer.body)
        cookies = [part.split(";")[0] for part in answer.headers["set-cookie"].split("\n")]
        self.reads: Headers = {"Cookie": "; ".join(cookies)}
        self.writes = self.reads | {"X-Wangge-CSRF": answer.document()["csrf"]}


class Mix:
    """
    The requests of one client thread.

    Parameters
    ----------
    who
        By name; shared by all threads, as sessions are by the tabs of a browser.
    """

    def __init__(
        self,
        town: Town,
        who: dict[str, Headers],
        fresh: FreshLedger,
        tally: Tally,
        line: Line,
        rng: random.Random,
    ) -> None:
        self._town, self._who, self._fresh = town, who, fresh
        self._tally, self._line, self._rng = tally, line, rng
        self._tags: OrderedDict[tuple[str, str], str] = OrderedDict()
        self.marks: dict[str, str] = {}
        self.spots = {spot.code: spot for spot in town.edited}
        self._kinds: dict[str, tuple[int, Callable[[], None]]] = {
            "tile": (400, self._tile),
            "tile of an edited building": (60, self._edited_tile),
            "building": (40, self._building),
            "/ogc": (80, self._features),
            "/api/v1/figures": (60, self._figures),
            "/api/v1/my": (60, self._my),
            "/api/v1/responsible": (80, self._responsible),
            "isochrone": (8, self._isochrone),
            "reach": (20, self._reach),
            "embed": (60, self._embed),
            "login, logout": (3, self._session),
            "done mark": (8, self._mark),
            "out of scope": (60, self._outside),
            "bad request": (40, self._bad),
            "page, style, metrics": (40, self._page),
        }
        self._names = list(self._kinds)
        self._weights = [weight for weight, _ in self._kinds.values()]

    def turn(self) -> None:
        """Send the next request."""
        kind = self._rng.choices(self._names, self._weights)[0]
        self._kind = kind
        self._kinds[kind][1]()

    def each(self) -> None:
        """Send one request of each kind."""
        for kind, (_, act) in self._kinds.items():
            self._kind = kind
            act()

    def _send(self, ask: Ask) -> Answer:
        answer = self._line.ask(ask)
        self._tally.take(self._kind, ask, answer)
        return answer

    def _reader(self) -> Headers:
        return self._who[self._rng.choice(("chief", "viewer", "token"))]

    def _tile(self) -> None:
        z = self._rng.choice((12, 13, 14, 15, 16, 16, 16))
        x, y = tile_place(*self._town.spot(self._rng), z)
        path = f"/tiles/{self._rng.choice(_LAYERS)}/{z}/{int(x)}/{int(y)}.mvt"
        if len(self._tags) > 200 and self._rng.random() < 0.4:
            name, path = self._rng.choice(list(self._tags))
        else:
            name = self._rng.choice(("chief", "viewer", "token"))
        known = self._tags.get((name, path))
        headers = self._who[name] | encoding(self._rng)
        expected: tuple[int, ...] = (200,)
        if known is not None and self._rng.random() < 0.7:
            headers["If-None-Match"], expected = known, (200, 304)
        answer = self._send(Ask(path, expected, headers=headers, check=_tagged))
        if answer.status == 200:
            self._tags[(name, path)] = answer.headers["etag"]
            if len(self._tags) > _MOST_TAGS:
                self._tags.popitem(last=False)

    def _edited_tile(self) -> None:
        codes = [code for code in self._fresh.codes()[-40:] if code in self.spots]
        if codes:
            self._send(fresh_tile(self.spots[self._rng.choice(codes)], self._fresh, self._chief()))

    def _chief(self) -> Headers:
        return self._who["chief"] | encoding(self._rng)

    def _building(self) -> None:
        codes = self._fresh.codes()
        if codes:
            self._send(fresh_building(self._rng.choice(codes[-60:]), self._fresh, self._chief()))

    def _features(self) -> None:
        layer = self._rng.choice(("buildings", "grids", "facilities", "courtyards"))
        viewer = self._rng.random() < 0.5
        lon, lat = self._town.spot(self._rng)
        box = f"bbox={lon:.4f},{lat:.4f},{lon + 0.01:.4f},{lat + 0.01:.4f}&" if not viewer else ""
        path = f"/ogc/collections/{layer}/items?{box}limit={self._rng.choice((10, 100, 500))}"
        who = self._who["viewer" if viewer else "chief"] | encoding(self._rng)
        check = _own_only if viewer else _collection
        self._send(Ask(path, headers={**who, "Accept": "application/geo+json"}, check=check))

    def _figures(self) -> None:
        area = self._rng.choice(("", f"?area={OWN}"))
        self._good(Ask(f"/api/v1/figures{area}", headers=self._reader() | encoding(self._rng)))

    def _good(self, ask: Ask) -> None:
        self._tally.arrived(self._send(ask))

    def _my(self) -> None:
        path = self._rng.choice(("", "", "", "/map", "/colleagues"))
        self._good(Ask(f"/api/v1/my{path}", headers=self._who["worker"] | encoding(self._rng)))

    def _responsible(self) -> None:
        lon, lat = self._town.spot(self._rng)
        code = f"b{self._rng.randrange(30_000):06}"
        query = self._rng.choice((f"lon={lon:.6f}&lat={lat:.6f}", f"building={code}"))
        self._good(Ask(f"/api/v1/responsible?{query}", headers=self._who["chief"], check=_answers))

    def _isochrone(self) -> None:
        lon, lat = self._town.spot(self._rng)
        path = f"/api/v1/isochrone?lon={lon:.5f}&lat={lat:.5f}&minutes=5,10"
        self._send(Ask(path, headers=self._who[self._rng.choice(("chief", "token"))]))

    def _reach(self) -> None:
        code = f"b{self._rng.randrange(600):06}"
        self._good(Ask(f"/api/v1/reach/{code}", headers=self._who["viewer"]))

    def _embed(self) -> None:
        key = f"key={self._town.key}"
        x, y = tile_place(104.408 + self._rng.uniform(-0.006, 0.006), 28.209, 15)
        paths = (
            f"/embed/grids?{key}",
            f"/embed/facilities?{key}&theme=dark",
            f"/tiles/grids/15/{int(x)}/{int(y)}.mvt?{key}",
            f"/styles/grids-load.json?{key}",
            f"/api/v1/figures?{key}",
        )
        headers = encoding(self._rng) | {"Origin": SITE}
        path = self._rng.choice((*paths, f"/tiles/grids.json?{key}&community={FOREIGN}"))
        expected = (404,) if FOREIGN in path else (200,)
        self._send(Ask(path, expected, headers=headers))

    def _session(self) -> None:
        name = self._rng.choice(self._town.roamers)
        body = {"name": name, "password": PASSWORD}
        begun = self._send(Ask("/api/v1/session", method="POST", body=body))
        if begun.status != 200:
            return
        secret = begun.headers["set-cookie"].split(";")[0]
        writes = {"Cookie": secret, "X-Wangge-CSRF": begun.document()["csrf"]}
        self._send(Ask("/api/v1/session", headers={"Cookie": secret}))
        ended = self._send(Ask("/api/v1/session", (200, 204), "DELETE", writes))
        if ended.status in (200, 204):
            self._send(Ask("/api/v1/buildings?limit=1", (401,), headers={"Cookie": secret}))

    def _mark(self) -> None:
        client = str(uuid4())
        mark = {
            "client": client,
            "building": self._rng.choice(self._town.marked),
            "outcome": self._rng.choice(("seen", "absent", "locked")),
            "marked_at": datetime.now(UTC).isoformat(),
        }
        for _ in range(self._rng.choice((1, 1, 2))):
            answer = self._send(
                Ask("/api/v1/my/marks", (200,), "POST", self._who["worker"], {"marks": [mark]})
            )
            if answer.status == 200:
                self.marks[client] = answer.document()["results"][0]["status"]

    def _outside(self) -> None:
        path = self._rng.choice(
            (
                f"/api/v1/buildings/{_FOREIGN_BUILDING}",
                "/api/v1/buildings/b999999",
                f"/api/v1/areas/{FOREIGN}",
                f"/api/v1/figures?area={FOREIGN}",
                f"/api/v1/plans/{self._town.draft}",
                f"/api/v1/coverage/{FOREIGN}",
                f"/api/v1/reach/{_FOREIGN_BUILDING}",
                f"/ogc/collections/buildings/items/{_FOREIGN_BUILDING}",
                f"/tiles/cells/15/1/1.mvt?plan={self._town.draft}",
            )
        )
        self._send(Ask(path, (404,), headers=self._who["viewer"] | encoding(self._rng)))

    def _bad(self) -> None:
        path, status = self._rng.choice(BAD)
        headers = self._who["chief"]
        if status == 401:
            headers = {"Authorization": "Bearer wgt_forged"}
        self._send(Ask(path, (status,), headers=headers))

    def _page(self) -> None:
        path = self._rng.choice(
            ("/dashboard", "/my", "/styles/base.json", "/tiles/buildings.json", "/metrics", "/ogc")
        )
        name = "worker" if path == "/my" else "chief"
        self._send(Ask(path, headers=self._who[name] | encoding(self._rng)))


BAD = (
    ("/tiles/buildings/99/0/0.mvt", 404),
    ("/tiles/buildings/14/-1/3.mvt", 404),
    ("/tiles/nothing/14/1/1.mvt", 404),
    ("/ogc/collections/buildings/items?bbox=1,2,3", 400),
    ("/ogc/collections/buildings/items?limit=x", 400),
    ("/api/v1/buildings?limit=1000000000", 422),
    ("/api/v1/isochrone?lon=500&lat=91", 422),
    ("/api/v1/buildings/x'%3B%20DROP%20TABLE%20building--", 404),
    ("/api/v1/responsible", 422),
    ("/web/../../etc/passwd", 404),
    ("/api/v1/figures", 401),
    ("/tiles/buildings/14/1/1.mvt", 401),
)


def fresh_tile(spot: Spot, fresh: FreshLedger, headers: Headers) -> Ask:
    """Ask for the tile of an edited building; it may not be older than the ledger says."""
    x, y = tile_place(spot.lon, spot.lat, 16)
    known = fresh.before(spot.code, now())

    def check(answer: Answer) -> str | None:
        layers = mapbox_vector_tile.decode(answer.body)
        found = (feature["properties"] for feature in layers["buildings"]["features"])
        return fresh.judge(spot.code, known, households_told(found, spot.code))

    return Ask(f"/tiles/buildings/16/{int(x)}/{int(y)}.mvt", headers=headers, check=check)


def fresh_building(code: str, fresh: FreshLedger, headers: Headers) -> Ask:
    """Ask for an edited building itself: what was committed is told at once."""
    known: Known = fresh.committed(code)

    def check(answer: Answer) -> str | None:
        return fresh.judge(code, known, households_told([answer.document()], code))

    return Ask(f"/api/v1/buildings/{code}", headers=headers, check=check)


def edits_over_http(town: Town, line: Line, headers: Headers) -> Iterator[tuple[str, Ask]]:
    """
    Edit buildings of one community as its planner does, one after the other, for ever.

    Each time the code and the request are told; the count that was sent is its next one.
    """
    read = Ask(f"/api/v1/ground/{DRAWN}?layer=buildings", headers=headers)
    number = 0
    while True:
        answer = line.ask(read)
        if answer.status != 200:
            yield "", read
            continue
        there = {one["code"]: one for one in answer.document()["features"]}
        for code in town.drawn[number % 90 : number % 90 + 5]:
            put = {
                "act": "put",
                "layer": "buildings",
                "code": code,
                "version": there[code]["version"],
                "values": {"households": there[code]["values"]["households"] + 1},
            }
            path = f"/api/v1/ground/{DRAWN}/edits"
            yield code, Ask(path, (200,), "POST", headers, {"edits": [put]})
        number += 5


def fill_tile_memory(town: Town, line: Line, headers: Headers, most_bytes: int) -> None:
    """Ask for tiles of all over the city until memory keeps as many as it may."""
    rng = random.Random(5)
    for _ in range(_MOST_ROUNDS):
        for _ in range(200):
            z = rng.choice((14, 15, 16, 17, 18))
            x, y = tile_place(*town.spot(rng), z)
            path = f"/tiles/{rng.choice(_LAYERS)}/{z}/{int(x)}/{int(y)}.mvt"
            line.ask(Ask(path, headers=headers | encoding(rng)))
        told = line.ask(Ask("/metrics", headers=headers)).body.decode()
        kept = re.search(r"^wangge_tile_cache_bytes (\S+)$", told, re.MULTILINE)
        assert kept is not None, "the service tells no figures"
        if float(kept[1]) > 0.97 * most_bytes:
            return
    raise AssertionError("the city has too few tiles to fill the memory")


def _tagged(answer: Answer) -> str | None:
    return None if answer.headers.get("etag") else "no ETag"


def _collection(answer: Answer) -> str | None:
    document: dict[str, Any] = answer.document()
    told, listed = document["numberReturned"], len(document["features"])
    return None if told == listed else f"{told} told, {listed} listed"


def _own_only(answer: Answer) -> str | None:
    if FOREIGN[:12] in answer.body.decode() or f'"{_FOREIGN_BUILDING}"' in answer.body.decode():
        return "tells of a foreign community"
    return _collection(answer)


def _answers(answer: Answer) -> str | None:
    found = json.loads(answer.body)["found"]
    return None if found else "no answer"
