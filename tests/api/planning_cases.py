"""What the planner's interface answers, for the test of the OpenAPI document."""

from __future__ import annotations

from typing import Any

API = "/api/v1"
DRAFT = f"{API}/plans/2"
PLAN = f"{API}/plans/{{plan_id}}"
ACT = "00000000-0000-4000-8000-{:012d}".format
STROKE = {"client": ACT(1), "ground": 1, "moves": [[1, 0, None]]}
PLANNING: dict[tuple[str, str], dict[int, tuple[str, dict[str, Any] | None]]] = {}
KEPT = (
    *(f"{PLAN}/{part}" for part in ("edits", "snapshots", "grids/", "problems", "assignment.")),
    f"{API}/compare",
)
LINE = [[104.59, 28.404], [104.65, 28.404]]
PLANNED: dict[tuple[str, str], tuple[int, dict[str, Any] | None]] = {
    ("post", "strokes"): (200, STROKE),
    ("post", "undo"): (200, {"client": ACT(2)}),
    ("post", "redo"): (200, {"client": ACT(3)}),
    ("post", "grids"): (201, {"client": ACT(4)}),
    ("post", "snapshots"): (201, {"name": "x"}),
    ("post", "fork"): (201, {"name": "x"}),
    ("post", "presence"): (200, {"client": ACT(5)}),
    ("post", "previews"): (200, {"action": "cut", "grid": 0, "line": LINE}),
    ("get", "edits"): (200, None),
    ("get", "snapshots"): (200, None),
}
for (verb, act), (status, sent) in PLANNED.items():
    PLANNING[verb, f"{PLAN}/{act}"] = {
        status: (f"{DRAFT}/{act}", sent),
        404: (f"{API}/plans/99/{act}", sent),
        422: (f"{API}/plans/0/{act}", sent),
    }
    # A published plan takes no more edits.
    if act in ("strokes", "undo", "redo", "grids", "previews") and verb == "post":
        PLANNING[verb, f"{PLAN}/{act}"][409] = (f"{API}/plans/1/{act}", sent)
PLANNING["patch", f"{PLAN}/grids/{{number}}"] = {
    200: (f"{DRAFT}/grids/0", {"client": ACT(6), "name": "x"}),
    404: (f"{DRAFT}/grids/77", {"client": ACT(7), "name": "x"}),
    409: (f"{API}/plans/1/grids/0", {"client": ACT(8), "name": "x"}),
    422: (f"{DRAFT}/grids/0", {"client": ACT(9), "name": " "}),
}
PLANNING["delete", f"{PLAN}/grids/{{number}}"] = {
    200: (f"{DRAFT}/grids/1?client={ACT(10)}", None),
    404: (f"{DRAFT}/grids/77?client={ACT(11)}", None),
    409: (f"{DRAFT}/grids/0?client={ACT(12)}", None),
    422: (f"{DRAFT}/grids/0", None),
}
PLANNING["post", f"{PLAN}/snapshots/{{number}}/restore"] = {
    200: (f"{DRAFT}/snapshots/1/restore", {"client": ACT(13)}),
    404: (f"{DRAFT}/snapshots/9/restore", {"client": ACT(14)}),
    409: (f"{API}/plans/1/snapshots/1/restore", {"client": ACT(15)}),
    422: (f"{DRAFT}/snapshots/1/restore", {}),
}
# In the order of the document: handed in, approved, returned; plan 3 is handed in already.
REASONS = dict.fromkeys(
    (
        *("unassigned", "over_cap", "not_contiguous", "barrier_crossed"),
        *("courtyard_split", "buildings_changed"),
    ),
    "x",
)
STEPS: dict[str, dict[str, Any] | None] = {
    "submit": {"reasons": REASONS},
    "approve": {},
    "return": {"remarks": "x"},
    "recall": {},
    "rebase": None,
}
for act, sent in STEPS.items():
    PLANNING["post", f"{PLAN}/{act}"] = {
        200: (f"{API}/plans/{3 if act == 'recall' else 2}/{act}", sent),
        404: (f"{API}/plans/99/{act}", sent),
        409: (f"{API}/plans/1/{act}", sent),
        422: (f"{API}/plans/0/{act}", sent),
    }
PLANNING["get", f"{PLAN}/problems"] = {
    200: (f"{DRAFT}/problems", None),
    404: (f"{API}/plans/99/problems", None),
    422: (f"{API}/plans/0/problems", None),
}
PLANNING["get", f"{PLAN}/assignment.{{extension}}"] = {
    200: (f"{DRAFT}/assignment.csv", None),
    404: (f"{API}/plans/99/assignment.csv", None),
    422: (f"{DRAFT}/assignment.pdf", None),
}
PLANNING["get", f"{API}/compare"] = {
    200: (f"{API}/compare?a=plan-1&b=plan-2", None),
    404: (f"{API}/compare?a=plan-99&b=plan-2", None),
    422: (f"{API}/compare?a=plan-1&b=mars", None),
}
