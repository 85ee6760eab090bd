"""
What each endpoint answers to whom: one line for each, read by `test_rights_matrix`.

A new endpoint needs a line here; the matrix fails without. In addresses and bodies stand fields of
`Place`: ``{community}``, ``{plan}`` (published), ``{draft}``, ``{building}`` ...; each is asked for
in the asker's own community, in its sibling, and in a community that does not exist.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Literal

from api.principal import Right
from api.today import today
from tests.api.test_tiles import address_of

ANY = 0
Outside = Literal["missing", "nothing", "same"]


@dataclass(frozen=True, slots=True)
class Place:
    """What there is in one community."""

    community: str
    plan: int
    draft: int
    courtyard: str
    building: str
    facility: str
    grid: str
    worker: str
    lon: float
    key: int

    @property
    def tile(self) -> str:
        """Address of the tile of zoom 15 in its middle."""
        return "/".join(str(n) for n in address_of(self.lon + 0.0035, 28.4035, 15))


def place(community: str, mark: str, plan: int, lon: float, key: int) -> Place:
    """Say what a copy of the town holds."""
    things = (f"{mark}c1", f"{mark}b000", f"{mark}f0", f"{community}001", f"{mark}w1")
    return Place(community, plan, plan + 1, *things, lon, key)


OWN = place("510000000001", "", 1, 104.60, 600_001)
SIBLING = place("510000000002", "Sibling.", 700_001, 104.62, 600_002)
ELSEWHERE = place("520000000001", "Elsewhere.", 700_003, 105.60, 600_003)
# The tile is that of the sibling: with nothing to be seen on it, it is that of nowhere.
MISSING = place("599999999999", "Missing.", 990_001, 104.62, 980_001)


@dataclass(frozen=True, slots=True)
class Line:
    """
    What one endpoint answers.

    Attributes
    ----------
    address, body
        With fields of `Place` in braces.
    right
        Whoever lacks it is refused (403); None: everybody is answered.
    outside
        What lies outside of the asker's sight is answered as what does not exist: it is missing
        (404), or a list holds nothing of it; ``same``: the answer depends on no place.
    inside
        Status in the asker's own community; `ANY`: whatever is neither a refusal nor a failure.
    seen_by
        Right without which even what lies inside is answered as what does not exist.
    public
        Whether readers without an account are answered where `WANGGE_READERS` is ``anyone``.
    free
        Whether everybody is answered where readers need an account, too.
    keyed
        Whether an embed key opens it.
    asked
        False: other tests ask it, for it would end what this one goes on with.
    heavy
        Whether it sets the engine to work: only whoever gets nothing of it asks here.
    """

    address: str
    outside: Outside
    right: Right | None = None
    body: Mapping[str, Any] | None = None
    inside: int = 200
    seen_by: Right | None = None
    public: bool = True
    free: bool = False
    keyed: bool = False
    asked: bool = True
    heavy: bool = False


V1 = "/api/v1"
AHEAD = str(today() + timedelta(days=9))
CLIENT = "00000000-0000-4000-8000-00000000000"
_WALK = "kind=service_centre"

# fmt: off
_STROKES: dict[str, dict[str, Any]] = {
    "strokes": {"client": f"{CLIENT}1", "ground": 999, "moves": [[0, None, 0]]},
    "undo": {"client": f"{CLIENT}2", "ground": 999},
    "redo": {"client": f"{CLIENT}3", "ground": 999},
    "grids": {"client": f"{CLIENT}4"},
    "stairwells": {"client": f"{CLIENT}4", "ground": 999, "building": "{building}", "count": 2},
    "snapshots": {"name": "x"},
    "fork": {"name": "x"},
    "previews": {"action": "merge", "grids": [98, 99]},
    "presence": {"client": f"{CLIENT}5"},
}
_STEPS: tuple[tuple[str, Right, dict[str, Any]], ...] = (
    ("submit", "draw", {}),
    ("recall", "draw", {}),
    ("rebase", "draw", {}),
    ("return", "approve", {"remarks": "x"}),
    ("approve", "approve", {}),
)
LINES: dict[tuple[str, str], tuple[Line, ...]] = {
    # Lists and details
    ("GET", f"{V1}/areas"): (
        Line(f"{V1}/areas?parent={{community}}", "nothing"),
        Line(f"{V1}/areas", "same")),
    ("GET", f"{V1}/areas/{{code:path}}"): (
        Line(f"{V1}/areas/{{community}}?geometry=true", "missing"),),
    ("GET", f"{V1}/communities"): (Line(f"{V1}/communities", "same"),),
    ("GET", f"{V1}/courtyards"): (
        Line(f"{V1}/courtyards?community={{community}}", "nothing"),
        Line(f"{V1}/courtyards?geometry=true", "same")),
    ("GET", f"{V1}/courtyards/{{code:path}}"): (Line(f"{V1}/courtyards/{{courtyard}}", "missing"),),
    ("GET", f"{V1}/buildings"): (
        Line(f"{V1}/buildings?community={{community}}", "nothing"),
        Line(f"{V1}/buildings?limit=1000", "same")),
    ("GET", f"{V1}/buildings/{{code:path}}"): (
        Line(f"{V1}/buildings/{{building}}?geometry=true&coord=gcj02", "missing"),),
    ("GET", f"{V1}/facilities"): (
        Line(f"{V1}/facilities?community={{community}}", "nothing"),
        Line(f"{V1}/facilities", "same")),
    ("GET", f"{V1}/facilities/{{code:path}}"): (Line(f"{V1}/facilities/{{facility}}", "missing"),),
    ("GET", f"{V1}/grids"): (
        Line(f"{V1}/grids?community={{community}}&geometry=true", "nothing"),
        Line(f"{V1}/grids", "same")),
    ("GET", f"{V1}/grids/{{code}}"): (Line(f"{V1}/grids/{{grid}}?at=2026-05-01", "missing"),),
    # Plans
    ("GET", f"{V1}/plans"): (
        Line(f"{V1}/plans?community={{community}}", "nothing"),
        Line(f"{V1}/plans", "same")),
    ("GET", f"{V1}/plans/{{plan_id}}"): (
        Line(f"{V1}/plans/{{plan}}", "missing"),
        Line(f"{V1}/plans/{{draft}}", "missing", seen_by="drafts")),
    ("GET", f"{V1}/plans/{{plan_id}}/grids"): (
        Line(f"{V1}/plans/{{plan}}/grids?geometry=true", "missing"),
        Line(f"{V1}/plans/{{draft}}/grids", "missing", seen_by="drafts")),
    ("GET", f"{V1}/plans/{{plan_id}}/handover"): (
        Line(f"{V1}/plans/{{plan}}/handover", "missing"),
        Line(f"{V1}/plans/{{draft}}/handover", "missing", seen_by="drafts")),
    ("POST", f"{V1}/plans"): (
        Line(f"{V1}/plans", "missing", "draw", inside=201, heavy=True,
             body={"community": "{community}", "made_by": "x", "rules": "gaoxian-2020"}),),
    ("POST", f"{V1}/plans/{{plan_id}}/publish"): (
        Line(f"{V1}/plans/{{plan}}/publish", "missing", "approve", inside=409,
             body={"valid_from": AHEAD, "published_by": "x"}),
        Line(f"{V1}/plans/{{draft}}/publish", "missing", "approve", inside=409, seen_by="drafts",
             body={"valid_from": AHEAD, "published_by": "x"})),
    ("POST", f"{V1}/plans/{{plan_id}}/withdraw"): (
        Line(f"{V1}/plans/{{plan}}/withdraw", "missing", "approve", inside=409,
             body={"withdrawn_by": "x"}),),
    # Drawing
    ("GET", f"{V1}/plans/{{plan_id}}/edits"): (
        Line(f"{V1}/plans/{{draft}}/edits", "missing", "drafts", public=False),),
    ("GET", f"{V1}/plans/{{plan_id}}/assignment.{{extension}}"): (
        Line(f"{V1}/plans/{{draft}}/assignment.csv", "missing", "drafts", public=False),),
    # It is sent a file, not JSON: tests/api/test_previews.py.
    ("POST", f"{V1}/plans/{{plan_id}}/assignment"): (
        Line(f"{V1}/plans/{{draft}}/assignment", "missing", "draw", asked=False),),
    # It is sent a file, too: tests/api/test_drawn_grids.py.
    ("POST", f"{V1}/plans/{{plan_id}}/drawn"): (
        Line(f"{V1}/plans/{{draft}}/drawn", "missing", "draw", asked=False),),
    ("GET", f"{V1}/compare"): (
        Line(f"{V1}/compare?a=plan-{{plan}}&b=plan-{{draft}}", "missing", "drafts", public=False),
        Line(f"{V1}/compare?a=standing-{{community}}&b=plan-{{plan}}", "missing", "drafts",
             public=False)),
    ("GET", f"{V1}/plans/{{plan_id}}/editor"): (
        Line(f"{V1}/plans/{{draft}}/editor", "missing", "drafts", public=False),),
    ("GET", f"{V1}/plans/{{plan_id}}/snapshots"): (
        Line(f"{V1}/plans/{{draft}}/snapshots", "missing", "drafts", public=False),),
    **{
        ("POST", f"{V1}/plans/{{plan_id}}/{act}"): (
            Line(f"{V1}/plans/{{draft}}/{act}", "missing", "draw", body=body, inside=ANY,
                 seen_by="drafts", heavy=act == "previews"),)
        for act, body in _STROKES.items()
    },
    ("POST", f"{V1}/plans/{{plan_id}}/snapshots/{{number}}/restore"): (
        Line(f"{V1}/plans/{{draft}}/snapshots/99/restore", "missing", "draw", inside=404,
             body={"client": f"{CLIENT}6"}, seen_by="drafts"),),
    ("PATCH", f"{V1}/plans/{{plan_id}}/grids/{{number}}"): (
        Line(f"{V1}/plans/{{draft}}/grids/99", "missing", "draw", inside=404,
             body={"client": f"{CLIENT}7", "name": "x"}, seen_by="drafts"),),
    ("DELETE", f"{V1}/plans/{{plan_id}}/grids/{{number}}"): (
        Line(f"{V1}/plans/{{draft}}/grids/99?client={CLIENT}8", "missing", "draw", inside=404,
             seen_by="drafts", public=False),),
    ("GET", f"{V1}/ground/{{community}}"): (
        Line(f"{V1}/ground/{{community}}", "missing", "draw", public=False),),
    ("GET", f"{V1}/ground/{{community}}/waiting"): (
        Line(f"{V1}/ground/{{community}}/waiting", "missing", "draw", public=False),),
    ("POST", f"{V1}/ground/{{community}}/edits"): (
        Line(f"{V1}/ground/{{community}}/edits", "missing", "draw", inside=409,
             body={"edits": [{"act": "retire", "layer": "facilities", "code": "{facility}",
                              "version": "stale"}]}),),
    ("POST", f"{V1}/ground/{{community}}/placed"): (
        Line(f"{V1}/ground/{{community}}/placed", "missing", "draw", inside=404,
             body={"run": 99, "row": 1, "building": "{building}"}),),
    # The road of a plan: only whoever sees nothing of it asks, for each step ends a state
    **{
        ("POST", f"{V1}/plans/{{plan_id}}/{step}"): (
            Line(f"{V1}/plans/{{draft}}/{step}", "missing", right, body=body, inside=ANY,
                 seen_by="drafts", heavy=True),)
        for step, right, body in _STEPS
    },
    ("GET", f"{V1}/plans/{{plan_id}}/problems"): (
        Line(f"{V1}/plans/{{draft}}/problems", "missing", "drafts", public=False),),
    # People
    ("GET", f"{V1}/audit"): (Line(f"{V1}/audit", "same", "audit", public=False),),
    ("GET", f"{V1}/session"): (
        Line(f"{V1}/session", "same", public=False, free=True, inside=ANY),),
    ("POST", f"{V1}/session"): (Line(f"{V1}/session", "same", asked=False),),
    ("DELETE", f"{V1}/session"): (Line(f"{V1}/session", "same", asked=False),),
    ("GET", f"{V1}/progress/{{community}}"): (
        Line(f"{V1}/progress/{{community}}", "missing", "progress", public=False),),
    ("GET", f"{V1}/handovers/{{community}}"): (
        Line(f"{V1}/handovers/{{community}}", "missing", "progress", public=False),),
    **{
        ("GET", f"{V1}/my{path}"): (
            Line(f"{V1}/my{address}", "same", "mark", public=False, inside=ANY),)
        for path, address in {
            "": "",
            "/map": "/map",
            "/colleagues": "/colleagues",
            "/handovers/{publication}": "/handovers/1",
            "/way/{building:path}": "/way/Sibling.b000?lon=104.6&lat=28.4",
        }.items()
    },
    ("POST", f"{V1}/my/marks"): (
        Line(f"{V1}/my/marks", "same", "mark", inside=ANY, body={"marks": [
            {"client": f"{CLIENT}9", "building": "Sibling.b000", "outcome": "met",
             "marked_at": "2026-01-01T00:00:00Z"}]}),),
    ("POST", f"{V1}/my/receipts"): (
        Line(f"{V1}/my/receipts", "same", "mark", inside=ANY, body={"publication": 2}),),
    # Staff
    ("GET", f"{V1}/staff/{{code}}"): (
        Line(f"{V1}/staff/{{worker}}", "missing", "staff", public=False),),
    ("POST", f"{V1}/staff/{{code}}/phone"): (
        Line(f"{V1}/staff/{{worker}}/phone", "missing", "phones", body={}),),
    ("GET", f"{V1}/chains/{{building}}"): (
        Line(f"{V1}/chains/{{building}}", "missing", "staff", public=False),),
    ("GET", f"{V1}/vacancies/{{area}}"): (
        Line(f"{V1}/vacancies/{{community}}", "missing", "staff", seen_by="progress",
             public=False),),
    ("GET", f"{V1}/staffing/{{area}}"): (
        Line(f"{V1}/staffing/{{community}}", "missing", "staff", seen_by="progress",
             public=False),),
    ("GET", f"{V1}/teams/{{area}}"): (
        Line(f"{V1}/teams/{{community}}", "missing", "staff", seen_by="progress", public=False),),
    ("PUT", f"{V1}/teams/{{area}}"): (
        Line(f"{V1}/teams/{{community}}", "missing", "roster", inside=204,
             body={"preset": "changle"}),),
    ("DELETE", f"{V1}/teams/{{area}}"): (
        Line(f"{V1}/teams/{{community}}", "missing", "roster", inside=204, public=False),),
    # It is sent a file, not JSON: tests/api/test_roster_upload.py.
    ("POST", f"{V1}/roster"): (Line(f"{V1}/roster", "same", "roster", asked=False),),
    # The same for whoever asks, as on the notice at the door: no name but the grid's.
    ("GET", f"{V1}/responsible"): (
        Line(f"{V1}/responsible?building={{building}}", "same", inside=ANY),),
    # What hangs at the door of a building: the same for everybody
    **{
        ("GET", f"/{page}/{{code:path}}"): (
            Line(f"/{page}/{{building}}", "same", inside=ANY, free=True),)
        for page in ("who", "who-qr")
    },
    ("GET", "/who-sheet/{code:path}"): (
        Line("/who-sheet/{community}", "same", inside=ANY, asked=False),),
    # Accounts: of whom, is asked by tests of their own
    ("GET", f"{V1}/accounts"): (Line(f"{V1}/accounts", "same", "accounts", public=False),),
    ("GET", f"{V1}/account/tokens"): (Line(f"{V1}/account/tokens", "same", inside=ANY),),
    ("GET", f"{V1}/account/sessions"): (Line(f"{V1}/account/sessions", "same", inside=ANY),),
    **{
        asked: (Line(asked[1], "same", asked=False),)
        for asked in (
            ("POST", f"{V1}/accounts"),
            ("PATCH", f"{V1}/accounts/{{account_id}}"),
            ("POST", f"{V1}/accounts/{{account_id}}/disable"),
            ("POST", f"{V1}/accounts/{{account_id}}/enable"),
            ("POST", f"{V1}/accounts/{{account_id}}/password"),
            ("GET", f"{V1}/accounts/{{account_id}}/access"),
            ("POST", f"{V1}/accounts/{{account_id}}/tokens/{{token_id}}/revoke"),
            ("POST", f"{V1}/accounts/{{account_id}}/sessions/{{session_id}}/end"),
            ("POST", f"{V1}/account/sessions/{{session_id}}/end"),
            ("POST", f"{V1}/account/password"),
            ("POST", f"{V1}/account/tokens"),
            ("POST", f"{V1}/account/tokens/{{token_id}}/revoke"),
            ("POST", "/login"),
        )
    },
    # Walking
    ("GET", f"{V1}/walking"): (Line(f"{V1}/walking", "same"),),
    ("GET", f"{V1}/coverage/{{area_code}}"): (Line(f"{V1}/coverage/{{community}}", "missing"),),
    ("GET", f"{V1}/gaps"): (
        Line(f"{V1}/gaps?community={{community}}", "nothing"),
        Line(f"{V1}/gaps?geometry=true", "same")),
    ("GET", f"{V1}/circles"): (
        Line(f"{V1}/circles?{_WALK}&facility={{facility}}&geometry=true", "nothing"),
        Line(f"{V1}/circles?{_WALK}&geometry=true", "same")),
    ("GET", f"{V1}/sites"): (
        Line(f"{V1}/sites?community={{community}}", "nothing", "map", public=False),
        Line(f"{V1}/sites", "same", "map", public=False)),
    ("GET", f"{V1}/reach/{{building:path}}"): (Line(f"{V1}/reach/{{building}}", "missing"),),
    ("GET", f"{V1}/isochrone"): (
        Line(f"{V1}/isochrone?lon={{lon}}3&lat=28.4035&minutes=5", "nothing"),),
    ("GET", f"{V1}/figures"): (
        Line(f"{V1}/figures?area={{community}}", "missing", keyed=True),
        Line(f"{V1}/figures", "same", keyed=True)),
    # What changes
    ("GET", f"{V1}/changes"): (
        Line(f"{V1}/changes?since=0&seconds=0", "nothing", keyed=True),
        Line(f"{V1}/changes?since=0&seconds=0&plan={{draft}}", "nothing")),
    # Files
    ("GET", f"{V1}/downloads/bundle.zip"): (
        Line(f"{V1}/downloads/bundle.zip?community={{community}}", "missing", "export"),),
    ("GET", f"{V1}/downloads/{{layer}}.{{extension}}"): (
        Line(f"{V1}/downloads/buildings.geojson?community={{community}}", "missing", "export"),
        Line(f"{V1}/downloads/all.gpkg", "same", "export"),
        Line(f"{V1}/downloads/streets.geojson", "same", "export"),
        Line(f"{V1}/downloads/grids.geojson", "same", "export")),
    ("GET", f"{V1}/plans/{{plan_id}}/grids.{{extension}}"): (
        Line(f"{V1}/plans/{{plan}}/grids.geojson", "missing", "export"),
        Line(f"{V1}/plans/{{draft}}/grids.geojson", "missing", "export", seen_by="drafts")),
    ("GET", f"{V1}/plans/{{plan_id}}/package.gpkg"): (
        Line(f"{V1}/plans/{{plan}}/package.gpkg", "missing", "export"),
        # The draft has a building in no grid, which is told to those who may know of it.
        Line(f"{V1}/plans/{{draft}}/package.gpkg", "missing", "export", inside=409,
             seen_by="drafts")),
    ("GET", "/maps/plans/{plan_id}.html"): (
        Line("/maps/plans/{plan}.html", "missing", "export"),
        Line("/maps/plans/{draft}.html", "missing", "export", seen_by="drafts")),
    ("GET", "/maps/plans/{plan_id}/handover.html"): (
        Line("/maps/plans/{plan}/handover.html", "missing", "export"),),
    ("GET", "/maps/plans/{plan_id}/wall.html"): (
        Line("/maps/plans/{plan}/wall.html", "missing", "export"),),
    ("GET", "/maps/plans/{plan_id}/register.html"): (
        Line("/maps/plans/{plan}/register.html", "missing", "export"),),
    ("GET", "/maps/plans/{plan_id}/grids.html"): (
        Line("/maps/plans/{plan}/grids.html", "missing", "export"),),
    ("GET", "/maps/communities/{code}/grids.html"): (
        Line("/maps/communities/{community}/grids.html", "missing", "export"),),
    ("GET", "/maps/communities/{code}/wall.html"): (
        Line("/maps/communities/{community}/wall.html", "missing", "export"),),
    ("GET", "/maps/communities/{code}/register.html"): (
        Line("/maps/communities/{community}/register.html", "missing", "export"),),
    ("GET", "/maps/walk/{community}.html"): (
        Line("/maps/walk/{community}.html", "missing", "export"),),
    ("GET", "/maps/facilities/{area}.html"): (
        Line("/maps/facilities/{community}.html", "missing", "export"),),
    ("GET", "/maps/coverage/{area}.html"): (
        Line("/maps/coverage/{community}.html", "missing", "export"),),
    # Embed keys
    ("GET", f"{V1}/embed-key"): (Line(f"{V1}/embed-key", "same", inside=ANY, keyed=True),),
    ("GET", f"{V1}/embed-keys"): (Line(f"{V1}/embed-keys", "same", "embed", public=False),),
    ("POST", f"{V1}/embed-keys"): (
        Line(f"{V1}/embed-keys", "missing", "embed", inside=201,
             body={"area_code": "{community}", "made_by": "x"}),),
    ("POST", f"{V1}/embed-keys/{{key_id}}/revoke"): (
        Line(f"{V1}/embed-keys/{{key}}/revoke", "missing", "embed", body={"revoked_by": "x"}),),
    # Tiles, styles
    ("GET", "/tiles/{layers}/{z}/{x}/{y}.mvt"): (
        *(Line(f"/tiles/{layer}/{{tile}}.mvt?at=2026-05-01", "nothing", keyed=True) for layer in (
            "communities,courtyards,buildings,gates,streets,barriers,facilities,grids",
            "grid_labels,courtyard_labels")),
        Line("/tiles/buildings,streets/{tile}.mvt?community={community}", "nothing", keyed=True),
        *(Line(f"/tiles/{layer}/{{tile}}.mvt?{_WALK}", "nothing", keyed=True) for layer in (
            "reach", "gaps", "circles")),
        Line(f"/tiles/circles/{{tile}}.mvt?{_WALK}&facility={{facility}}", "nothing", keyed=True),
        Line(f"/tiles/sites/{{tile}}.mvt?{_WALK}", "nothing", "map", public=False),
        Line("/tiles/grids/{tile}.mvt?plan={plan}", "missing"),
        Line("/tiles/cells/{tile}.mvt?plan={draft}", "missing", seen_by="drafts")),
    ("GET", "/tiles/{layers}.json"): (
        Line("/tiles/buildings.json?community={community}", "missing", keyed=True),
        Line("/tiles/buildings.json", "same", keyed=True)),
    ("GET", "/styles"): (Line("/styles", "same"),),
    ("GET", "/styles/sprite-{name}.json"): (
        Line("/styles/sprite-dark.json", "same", free=True),),
    ("GET", "/styles/sprite-{name}.png"): (
        Line("/styles/sprite-dark.png", "same", free=True),),
    ("GET", "/styles/{name}.json"): (
        Line("/styles/grids-load.json?community={community}", "missing", keyed=True),
        Line("/styles/base.json", "same", keyed=True)),
    ("GET", "/styles/{name}/legend.json"): (
        Line("/styles/grids-load/legend.json", "same", keyed=True),),
    ("GET", "/styles/{name}/legend.svg"): (
        Line("/styles/grids-load/legend.svg", "same", keyed=True),),
    # OGC API Features
    ("GET", "/ogc"): (Line("/ogc", "same"),),
    ("GET", "/ogc/"): (Line("/ogc/", "same"),),
    ("GET", "/ogc/conformance"): (Line("/ogc/conformance", "same"),),
    ("GET", "/ogc/api"): (Line("/ogc/api", "same"),),
    ("GET", "/ogc/collections"): (Line("/ogc/collections", "same"),),
    ("GET", "/ogc/collections/{name}"): (Line("/ogc/collections/grids", "same"),),
    ("GET", "/ogc/collections/{name}/queryables"): (
        Line("/ogc/collections/grids/queryables", "same"),),
    ("GET", "/ogc/collections/{name}/schema"): (Line("/ogc/collections/grids/schema", "same"),),
    ("GET", "/ogc/collections/{name}/items"): (
        *(Line(f"/ogc/collections/{name}/items?community={{community}}", "nothing") for name in (
            "buildings", "streets", "grids")),
        *(Line(f"/ogc/collections/{name}/items?limit=1000", "same") for name in (
            "communities", "courtyards", "buildings", "gates", "streets", "barriers",
            "facilities", "grids", "micro_grids", "reach", "gaps", "circles"))),
    ("GET", "/ogc/collections/{name}/items/{identifier:path}"): (
        Line("/ogc/collections/buildings/items/{building}", "missing"),
        Line("/ogc/collections/grids/items/{grid}?datetime=2026-05-01", "missing")),
    # Pages: their data come by the addresses above
    ("GET", "/"): (Line("/", "same"),),
    ("GET", "/login"): (Line("/login", "same", free=True),),
    ("GET", "/account"): (Line("/account", "same", inside=ANY),),
    ("GET", "/my"): (Line("/my", "same", inside=ANY),),
    ("GET", "/my/shell"): (Line("/my/shell", "same"),),
    ("GET", "/my/sw.js"): (Line("/my/sw.js", "same", free=True),),
    ("GET", "/my/manifest.webmanifest"): (
        Line("/my/manifest.webmanifest", "same", free=True),),
    ("GET", "/ground/{community}"): (Line("/ground/{community}", "nothing"),),
    ("GET", "/staff"): (Line("/staff", "same"),),
    ("GET", "/staff/{area}"): (Line("/staff/{community}", "nothing"),),
    ("GET", "/handover/{community}"): (Line("/handover/{community}", "nothing"),),
    ("GET", "/plan"): (Line("/plan", "same"),),
    ("GET", "/compare"): (Line("/compare", "same"),),
    ("GET", "/plan/{plan_id}/edit"): (Line("/plan/{plan}/edit", "nothing"),),
    ("GET", "/plan/{plan_id}"): (Line("/plan/{plan}", "nothing"),),
    ("GET", "/walk/{community}"): (Line("/walk/{community}", "nothing"),),
    ("GET", "/dashboard"): (Line("/dashboard", "same"),),
    ("GET", "/embed"): (Line("/embed", "same"),),
    ("GET", "/embed/{page}"): (
        Line("/embed/grids?community={community}", "missing", keyed=True),
        Line("/embed/facilities", "same", keyed=True)),
    ("GET", "/embed/sheet/{community}"): (Line("/embed/sheet/{community}", "missing", keyed=True),),
    ("GET", "/favicon.ico"): (Line("/favicon.ico", "same", free=True),),
    ("GET", "/web/{address:path}"): (Line("/favicon.ico", "same", free=True),),
    # The service itself
    ("GET", f"{V1}/openapi.json"): (Line(f"{V1}/openapi.json", "same"),),
    ("GET", "/healthz"): (Line("/healthz", "same", free=True),),
    ("GET", "/readyz"): (Line("/readyz", "same", free=True),),
    ("GET", "/metrics"): (Line("/metrics", "same", inside=404, free=True),),
}
# fmt: on
