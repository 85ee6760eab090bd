"""Known faults are named; a source that does not answer is never taken for a clean bill."""

from __future__ import annotations

import json

from ops.advisories import Told, of_npm, of_python


def test_faults_are_named_with_what_mends_them() -> None:
    fault = {"id": "PYSEC-2026-1", "fix_versions": ["2.0"]}
    packages = [
        {"name": "a", "version": "1.0", "vulns": [fault]},
        {"name": "b", "version": "1.0", "vulns": []},
        {"name": "c", "skip_reason": "not found"},
    ]
    answer = json.dumps({"dependencies": packages})
    assert of_python(answer) == Told(2, ("a 1.0: PYSEC-2026-1, mended in 2.0",))
    web = {
        "vulnerabilities": {"x": {"severity": "high", "range": "<2"}},
        "metadata": {"dependencies": {"total": 9}},
    }
    assert of_npm(json.dumps(web)) == Told(9, ("x: high, <2",))


def test_nothing_audited_is_told_as_such() -> None:
    refused = {"dependencies": [{"name": "a", "skip_reason": "not found"}]}
    assert of_python(json.dumps(refused)).audited is None
    assert of_npm(json.dumps({"message": "405", "error": {}})).audited is None
