"""What the interface is asked for every answer that its OpenAPI document declares."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from api.today import today
from tests.api.accounts import PASSWORD
from tests.api.planning_cases import PLANNING
from tests.api.test_tiles import address_of

API = "/api/v1"
SESSION = f"{API}/session"
AHEAD = str(today() + timedelta(days=9))  # so far that no midnight of the run reaches it
DIVIDE = {"community": "510000000001", "made_by": "x"}
PUBLISH = {"valid_from": AHEAD, "published_by": "x", "reason": "x"}
WITHDRAW = {"withdrawn_by": "x"}
NEW_ACCOUNT = {"name": "new", "role": "viewer", "areas": ["510000000001"]}
TILE = "/tiles/grids/{}/{}/{}.mvt".format(*address_of(104.603, 28.402, 14))

Asked = tuple[str, dict[str, Any] | None]
# Address (and body) for each status but 503 and the unforeseen, which are asked for below.
# Plan 1 of the town is published, plan 2 a draft, plan 3 (of this test) has no grids.
CASES: dict[tuple[str, str], dict[int, Asked]] = {
    ("get", "/healthz"): {200: ("/healthz", None)},
    ("get", "/readyz"): {200: ("/readyz", None)},
    ("get", f"{API}/communities"): {
        200: (f"{API}/communities", None),
        422: (f"{API}/communities?limit=0", None),
    },
    ("get", f"{API}/plans"): {
        200: (f"{API}/plans", None),
        422: (f"{API}/plans?limit=0", None),
    },
    ("get", f"{API}/plans/{{plan_id}}"): {
        200: (f"{API}/plans/1", None),
        404: (f"{API}/plans/99", None),
        422: (f"{API}/plans/0", None),
    },
    ("post", f"{API}/plans"): {
        201: (f"{API}/plans", DIVIDE),
        404: (f"{API}/plans", {**DIVIDE, "community": "999999999999"}),
        422: (f"{API}/plans", {**DIVIDE, "rules": "none"}),
    },
    ("post", f"{API}/plans/{{plan_id}}/publish"): {
        200: (f"{API}/plans/2/publish", PUBLISH),
        404: (f"{API}/plans/99/publish", PUBLISH),
        409: (f"{API}/plans/1/publish", PUBLISH),
        422: (f"{API}/plans/2/publish", {**PUBLISH, "valid_from": "9999-12-31"}),
    },
    ("post", f"{API}/plans/{{plan_id}}/withdraw"): {
        200: (f"{API}/plans/2/withdraw", WITHDRAW),
        404: (f"{API}/plans/99/withdraw", WITHDRAW),
        409: (f"{API}/plans/1/withdraw", WITHDRAW),
        422: (f"{API}/plans/1/withdraw", {}),
    },
    ("get", SESSION): {200: (SESSION, None)},
    ("delete", SESSION): {204: (SESSION, None)},
    ("post", SESSION): {
        200: (SESSION, {"name": "case", "password": PASSWORD}),
        401: (SESSION, {"name": "case", "password": "is another"}),
        403: (SESSION, {"name": "gone", "password": PASSWORD}),
        422: (SESSION, {"name": "case"}),
        429: (SESSION, {"name": "late", "password": PASSWORD}),
    },
    ("get", f"{API}/account/tokens"): {200: (f"{API}/account/tokens", None)},
    ("post", f"{API}/account/tokens"): {
        201: (f"{API}/account/tokens", {"name": "x"}),
        422: (f"{API}/account/tokens", {"name": "x", "expires_on": "2001-01-01"}),
    },
    ("post", f"{API}/account/tokens/{{token_id}}/revoke"): {
        200: (f"{API}/account/tokens/1/revoke", None),
        404: (f"{API}/account/tokens/99/revoke", None),
        422: (f"{API}/account/tokens/0/revoke", None),
    },
    ("post", f"{API}/account/password"): {
        200: (f"{API}/account/password", {"old": PASSWORD, "new": "vier rote Raben"}),
        422: (f"{API}/account/password", {"old": PASSWORD, "new": "short"}),
    },
    ("get", f"{API}/accounts"): {200: (f"{API}/accounts", None)},
    ("post", f"{API}/accounts"): {
        201: (f"{API}/accounts", NEW_ACCOUNT),
        409: (f"{API}/accounts", {**NEW_ACCOUNT, "name": "Case"}),
        422: (f"{API}/accounts", {**NEW_ACCOUNT, "password": "short"}),
    },
    ("patch", f"{API}/accounts/{{account_id}}"): {
        200: (f"{API}/accounts/2", {"role": "viewer"}),
        404: (f"{API}/accounts/99", {"role": "viewer"}),
        422: (f"{API}/accounts/2", {"areas": ["999999999999"]}),
    },
    ("post", f"{API}/accounts/{{account_id}}/disable"): {
        200: (f"{API}/accounts/2/disable", None),
        404: (f"{API}/accounts/99/disable", None),
        422: (f"{API}/accounts/0/disable", None),
    },
    ("post", f"{API}/accounts/{{account_id}}/enable"): {
        200: (f"{API}/accounts/2/enable", None),
        404: (f"{API}/accounts/99/enable", None),
        422: (f"{API}/accounts/0/enable", None),
    },
    ("post", f"{API}/accounts/{{account_id}}/password"): {
        200: (f"{API}/accounts/2/password", {}),
        404: (f"{API}/accounts/99/password", {}),
        422: (f"{API}/accounts/2/password", {"password": "short"}),
    },
    ("get", f"{API}/accounts/{{account_id}}/access"): {
        200: (f"{API}/accounts/2/access", None),
        404: (f"{API}/accounts/99/access", None),
        422: (f"{API}/accounts/0/access", None),
    },
    ("post", f"{API}/accounts/{{account_id}}/tokens/{{token_id}}/revoke"): {
        200: (f"{API}/accounts/2/tokens/1/revoke", None),
        404: (f"{API}/accounts/2/tokens/99/revoke", None),
        422: (f"{API}/accounts/2/tokens/0/revoke", None),
    },
    ("post", f"{API}/accounts/{{account_id}}/sessions/{{session_id}}/end"): {
        204: (f"{API}/accounts/4/sessions/2/end", None),
        404: (f"{API}/accounts/4/sessions/99/end", None),
        422: (f"{API}/accounts/4/sessions/0/end", None),
    },
    ("get", f"{API}/account/sessions"): {200: (f"{API}/account/sessions", None)},
    ("post", f"{API}/account/sessions/{{session_id}}/end"): {
        204: (f"{API}/account/sessions/3/end", None),
        404: (f"{API}/account/sessions/99/end", None),
        422: (f"{API}/account/sessions/0/end", None),
    },
    ("get", f"{API}/figures"): {
        200: (f"{API}/figures?area=510000000001", None),
        404: (f"{API}/figures?area=999999999999", None),
        422: (f"{API}/figures?minutes=7", None),
    },
    ("get", f"{API}/isochrone"): {
        200: (f"{API}/isochrone?lon=104.616&lat=28.404", None),
        422: (f"{API}/isochrone?lon=104.616&lat=28.404&minutes=none", None),
    },
    ("get", "/tiles/{layers}/{z}/{x}/{y}.mvt"): {
        200: (TILE, None),
        304: (TILE, None),
        404: ("/tiles/nothing/1/0/0.mvt", None),
        422: (f"{TILE}?at=someday", None),
    },
    ("get", "/styles"): {
        200: ("/styles", None),
        304: ("/styles", None),
        422: ("/styles?lang=fr", None),
    },
    ("get", "/styles/sprite-{name}.json"): {
        200: ("/styles/sprite-dark@2x.json", None),
        304: ("/styles/sprite-dark@2x.json", None),
        422: ("/styles/sprite-blue.json", None),
    },
    ("get", "/styles/sprite-{name}.png"): {
        200: ("/styles/sprite-dark.png", None),
        304: ("/styles/sprite-dark.png", None),
        422: ("/styles/sprite-blue.png", None),
    },
    ("get", "/styles/{name}.json"): {
        200: ("/styles/grids-load.json", None),
        304: ("/styles/grids-load.json", None),
        404: ("/styles/nothing.json", None),
        422: ("/styles/grids-load.json?theme=blue", None),
    },
    ("get", "/styles/{name}/legend.json"): {
        200: ("/styles/grids-load/legend.json", None),
        304: ("/styles/grids-load/legend.json", None),
        404: ("/styles/nothing/legend.json", None),
        422: ("/styles/grids-load/legend.json?theme=blue", None),
    },
    ("get", "/styles/{name}/legend.svg"): {
        200: ("/styles/grids-load/legend.svg", None),
        304: ("/styles/grids-load/legend.svg", None),
        404: ("/styles/nothing/legend.svg", None),
        422: ("/styles/grids-load/legend.svg?theme=blue", None),
    },
    ("get", "/tiles/{layers}.json"): {
        200: ("/tiles/grids.json", None),
        304: ("/tiles/grids.json", None),
        404: ("/tiles/nothing.json", None),
        422: ("/tiles/grids.json?at=soon", None),
    },
    ("get", "/maps/walk/{community}.html"): {
        200: ("/maps/walk/510000000001.html", None),
        404: ("/maps/walk/510000000001.html?kind=astrologer", None),
        422: (f"/maps/walk/510000000001.html?kind={'x' * 65}", None),
    },
    ("get", "/maps/plans/{plan_id}.html"): {
        200: ("/maps/plans/1.html", None),
        404: ("/maps/plans/99.html", None),
        409: ("/maps/plans/3.html", None),
        422: ("/maps/plans/0.html", None),
    },
}
for things, code in {
    "areas": "510000000001",
    "courtyards": "c1",
    "buildings": "b000",
    "facilities": "f0",
    "grids": "510000000001001",
}.items():
    CASES["get", f"{API}/{things}"] = {
        200: (f"{API}/{things}", None),
        422: (f"{API}/{things}?limit=0", None),
    }
    CASES["get", f"{API}/{things}/{{code}}"] = {
        200: (f"{API}/{things}/{code}?at=2026-05-01", None),
        404: (f"{API}/{things}/nobody", None),
        422: (f"{API}/{things}/{code}?coord=mars", None),
    }
for walked, found in {
    "walking": "walking",
    "coverage/{area_code}": "coverage/510000000001",
    "gaps": "gaps",
    "circles": "circles?kind=service_centre",
    "sites": "sites",
    "reach/{building}": "reach/b000",
}.items():
    ask_on = "&" if "?" in found else "?"
    CASES["get", f"{API}/{walked}"] = {
        200: (f"{API}/{found}", None),
        404: (f"{API}/{found}{ask_on}profile=nobody", None),
        422: (f"{API}/{found}{ask_on}profile={'x' * 65}", None),
    }
GROUND = f"{API}/ground/510000000001"
NO_GROUND = f"{API}/ground/999999999999"
RETIRE = {"edits": [{"act": "retire", "layer": "gates", "code": "g0"}]}
PLACE = {"run": 1, "row": 1, "building": "b000"}
CASES["get", f"{API}/ground/{{community}}"] = {
    200: (f"{GROUND}?layer=gates", None),
    404: (NO_GROUND, None),
    422: (f"{GROUND}?layer=cells", None),
}
CASES["post", f"{API}/ground/{{community}}/edits"] = {
    200: (f"{GROUND}/edits", RETIRE),
    404: (f"{NO_GROUND}/edits", RETIRE),
    409: (f"{GROUND}/edits", {"edits": [{**RETIRE["edits"][0], "version": "old"}]}),
    422: (f"{GROUND}/edits", {"edits": []}),
}
CASES["get", f"{API}/ground/{{community}}/waiting"] = {
    200: (f"{GROUND}/waiting", None),
    404: (f"{NO_GROUND}/waiting", None),
    422: (f"{API}/ground/x/waiting", None),
}
CASES["post", f"{API}/ground/{{community}}/placed"] = {
    200: (f"{GROUND}/placed", PLACE),
    404: (f"{GROUND}/placed", {**PLACE, "row": 9}),
    422: (f"{GROUND}/placed", {"run": 1, "row": 1}),
}
KEY = "wge_declared"
NEW_KEY = {"area_code": "510000000001", "made_by": "x"}
CASES["get", f"{API}/embed-key"] = {
    200: (f"{API}/embed-key?key={KEY}", None),
    403: (f"{API}/embed-key?key=wge_none", None),
    422: (f"{API}/embed-key", None),
}
CASES["get", f"{API}/audit"] = {
    200: (f"{API}/audit?action=embed", None),
    422: (f"{API}/audit?action=DROP", None),
}
CASES["get", f"{API}/embed-keys"] = {200: (f"{API}/embed-keys", None)}
CASES["post", f"{API}/embed-keys"] = {
    201: (f"{API}/embed-keys", NEW_KEY),
    404: (f"{API}/embed-keys", {**NEW_KEY, "area_code": "999999999999"}),
    422: (f"{API}/embed-keys", {**NEW_KEY, "layers": ["cells"]}),
}
CASES["post", f"{API}/embed-keys/{{key_id}}/revoke"] = {
    200: (f"{API}/embed-keys/2/revoke", {"revoked_by": "x"}),
    404: (f"{API}/embed-keys/99/revoke", {"revoked_by": "x"}),
    422: (f"{API}/embed-keys/0/revoke", {"revoked_by": "x"}),
}
CASES["get", f"{API}/changes"] = {
    200: (f"{API}/changes?seconds=0", None),
    422: (f"{API}/changes?since=-1", None),
}
for sheet in ("wall", "register", "grids"):
    CASES["get", f"/maps/plans/{{plan_id}}/{sheet}.html"] = {
        200: (f"/maps/plans/1/{sheet}.html", None),
        404: (f"/maps/plans/99/{sheet}.html", None),
        409: (f"/maps/plans/3/{sheet}.html", None),
        422: (f"/maps/plans/1/{sheet}.html?paper=a9", None),
    }
    CASES["get", f"/maps/communities/{{code}}/{sheet}.html"] = {
        200: (f"/maps/communities/510000000001/{sheet}.html", None),
        404: (f"/maps/communities/510000000002/{sheet}.html", None),
        422: (f"/maps/communities/510000000001/{sheet}.html?at=someday", None),
    }
CASES["get", "/maps/plans/{plan_id}/handover.html"] = {
    200: ("/maps/plans/1/handover.html", None),
    404: ("/maps/plans/99/handover.html", None),
    409: ("/maps/plans/2/handover.html", None),
    422: ("/maps/plans/0/handover.html", None),
}
CASES["get", "/maps/facilities/{area}.html"] = {
    200: ("/maps/facilities/510000000001.html", None),
    404: ("/maps/facilities/999999999999.html", None),
    422: ("/maps/facilities/510000000001.html?kind=astrologer", None),
}
CASES["get", "/maps/coverage/{area}.html"] = {
    200: ("/maps/coverage/510000000000.html", None),
    404: ("/maps/coverage/510000000000.html?kind=astrologer", None),
    422: ("/maps/coverage/510000000000.html?minutes=7", None),
}
CASES["get", f"{API}/downloads/{{layer}}.{{extension}}"] = {
    200: (f"{API}/downloads/buildings.csv", None),
    404: (f"{API}/downloads/buildings.csv?community=999999999999", None),
    422: (f"{API}/downloads/gates.csv?kind=north", None),
}
CASES["get", f"{API}/downloads/bundle.zip"] = {
    200: (f"{API}/downloads/bundle.zip?community=510000000001", None),
    404: (f"{API}/downloads/bundle.zip?community=999999999999", None),
    422: (f"{API}/downloads/bundle.zip", None),
}
CASES["get", f"{API}/plans/{{plan_id}}/grids.{{extension}}"] = {
    200: (f"{API}/plans/1/grids.geojson", None),
    404: (f"{API}/plans/99/grids.geojson", None),
    422: (f"{API}/plans/0/grids.geojson", None),
}
CASES["get", f"{API}/plans/{{plan_id}}/package.gpkg"] = {
    200: (f"{API}/plans/1/package.gpkg", None),
    404: (f"{API}/plans/99/package.gpkg", None),
    409: (f"{API}/plans/2/package.gpkg", None),
    422: (f"{API}/plans/0/package.gpkg", None),
}
CASES["get", f"{API}/plans/{{plan_id}}/editor"] = {
    200: (f"{API}/plans/2/editor", None),
    404: (f"{API}/plans/99/editor", None),
    422: (f"{API}/plans/0/editor", None),
}
for part in ("grids", "handover"):
    CASES["get", f"{API}/plans/{{plan_id}}/{part}"] = {
        200: (f"{API}/plans/1/{part}", None),
        404: (f"{API}/plans/99/{part}", None),
        422: (f"{API}/plans/1/{part}?limit=0", None),
    }
for mine in ("my", "my/map"):
    CASES["get", f"{API}/{mine}"] = {200: (f"{API}/{mine}", None), 304: (f"{API}/{mine}", None)}
CASES["get", f"{API}/my/colleagues"] = {200: (f"{API}/my/colleagues", None)}
MARK = {
    "client": "0" * 32,
    "building": "b0",
    "outcome": "seen",
    "households": 1,
    "marked_at": "2026-11-01T00:00:00Z",
}
CASES["post", f"{API}/my/marks"] = {
    200: (f"{API}/my/marks", {"marks": [MARK]}),
    409: (f"{API}/my/marks", {"account": "0-somebody else", "marks": [MARK]}),
    422: (f"{API}/my/marks", {"marks": []}),
}
for told in ("progress", "handovers"):
    CASES["get", f"{API}/{told}/{{community}}"] = {
        200: (f"{API}/{told}/510000000001", None),
        404: (f"{API}/{told}/999999999999", None),
        422: (f"{API}/{told}/somewhere", None),
    }
CASES["get", f"{API}/staff/{{code}}"] = {
    200: (f"{API}/staff/w1?at=2026-05-01", None),
    404: (f"{API}/staff/nobody", None),
    422: (f"{API}/staff/w1?at=never", None),
}
CASES["post", f"{API}/staff/{{code}}/phone"] = {
    200: (f"{API}/staff/w1/phone", None),
    404: (f"{API}/staff/nobody/phone", None),
    422: (f"{API}/staff/{'w' * 65}/phone", None),
}
CASES["get", f"{API}/chains/{{building}}"] = {
    200: (f"{API}/chains/b000?at=2026-05-01", None),
    404: (f"{API}/chains/nobody", None),
    422: (f"{API}/chains/b000?at=never", None),
}
TEAM = f"{API}/teams/510000000001"
CASES["get", f"{API}/teams/{{area}}"] = {
    200: (TEAM, None),
    404: (f"{API}/teams/999999999999", None),
    422: (f"{API}/teams/somewhere", None),
}
CASES["put", f"{API}/teams/{{area}}"] = {
    204: (TEAM, {"preset": "changle"}),
    404: (f"{API}/teams/999999999999", {"preset": "changle"}),
    422: (TEAM, {"preset": "nothing"}),
}
CASES["delete", f"{API}/teams/{{area}}"] = {
    204: (TEAM, None),
    404: (f"{API}/teams/999999999999", None),
    422: (f"{API}/teams/somewhere", None),
}
for told in ("vacancies", "staffing"):
    CASES["get", f"{API}/{told}/{{area}}"] = {
        200: (f"{API}/{told}/510000000001", None),
        404: (f"{API}/{told}/999999999999", None),
        422: (f"{API}/{told}/somewhere", None),
    }
CASES["get", f"{API}/responsible"] = {
    200: (f"{API}/responsible?building=b000&at=2026-05-01", None),
    404: (f"{API}/responsible?building=nobody", None),
    422: (f"{API}/responsible", None),
}
# Answers of these need an account that is linked to a worker: tests/api/test_my.py.
OF_WORKERS = {
    ("post", f"{API}/my/receipts"),
    ("get", f"{API}/my/handovers/{{publication}}"),
    ("get", f"{API}/my/way/{{building}}"),
    # They are sent files, not JSON: test_previews.py, test_drawn_grids.py, test_roster_upload.py.
    ("post", f"{API}/plans/{{plan_id}}/assignment"),
    ("post", f"{API}/plans/{{plan_id}}/drawn"),
    ("post", f"{API}/roster"),
    # It needs a building over the cap: tests/api/services/test_stairwell_splits.py.
    ("post", f"{API}/plans/{{plan_id}}/stairwells"),
}

CASES |= PLANNING
