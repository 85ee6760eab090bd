"""
Requests nobody thought of: schemathesis makes them from the OpenAPI document.

`make fuzz-api` asks for more of them (ARGS="2000").
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from copy import deepcopy
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from jsonschema import Draft202012Validator
from pydantic import SecretStr
from schemathesis import Case
from schemathesis.checks import not_a_server_error
from schemathesis.core.transport import Response
from schemathesis.generation import GenerationMode
from schemathesis.schemas import APIOperation, BaseSchema
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from api.app import create_app
from api.settings import Settings
from tests.web.conftest import serving

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
]
EXAMPLES = int(os.environ.get("WANGGE_FUZZ_EXAMPLES", "12"))
CHANGES = "/api/v1/changes"


def operations_of(document: BaseSchema) -> list[APIOperation[Any, Any, Any, Any]]:
    """Every operation of a document; one that cannot be read is a fault."""
    return [operation.ok() for operation in document.get_all_operations()]  # type: ignore[union-attr]


NOWHERE = SecretStr("postgresql://nobody@127.0.0.1:1/nothing")
PLAIN = create_app(Settings(database_url=NOWHERE)).openapi()
DOCUMENT = schemathesis.openapi.from_dict(deepcopy(PLAIN))
OPERATIONS = {operation.label: operation for operation in operations_of(DOCUMENT)}
AS_EVER = settings(
    max_examples=EXAMPLES,
    derandomize=True,
    database=None,
    deadline=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)


@pytest.fixture(scope="module")
def address(own_town_url: str) -> Iterator[str]:
    """Address of an open service on a town that may be changed."""
    with serving(Settings(database_url=SecretStr(own_town_url), open=True)) as at:
        yield at


@pytest.mark.parametrize("label", sorted(OPERATIONS))
def test_any_request_is_answered_as_the_document_says(address: str, label: str) -> None:
    operation = OPERATIONS[label]
    sound, broken = (operation.as_strategy(generation_mode=mode) for mode in GenerationMode)

    @AS_EVER
    @given(case=sound | broken)
    def holds(case: Case[Any]) -> None:
        if case.path == CHANGES:
            # A stream that ends at once; for ever is what it does otherwise.
            case.query = {**(case.query or {}), "seconds": 0}
        answer = case.call_and_validate(base_url=address, checks=CHECKS, timeout=60)
        assert_as_declared(operation.path, operation.method, answer.status_code, answer)

    holds()


def test_features_are_answered_as_their_own_document_says(address: str) -> None:
    own = f"{address}/ogc"
    document = schemathesis.openapi.from_url(f"{own}/api?f=json")
    for operation in operations_of(document):
        made = [operation.as_strategy(generation_mode=mode) for mode in GenerationMode]

        @settings(AS_EVER, max_examples=max(2, EXAMPLES // 6))
        @given(case=made[0] | made[1])
        def holds(case: Case[Any]) -> None:
            checks = [*CHECKS, response_schema_conformance]
            case.call_and_validate(base_url=own, checks=checks, timeout=60)

        holds()


def assert_as_declared(path: str, method: str, status: int, answer: Response) -> None:
    """
    Hold a JSON body against the schema of its answer.

    Schemathesis does so too, but takes `prefixItems` of OpenAPI 3.1 for `items` and gives up.
    """
    declared = PLAIN["paths"][path][method]["responses"]
    kind = answer.headers["content-type"][0].partition(";")[0] if answer.content else ""
    if "json" not in kind:
        return
    schema = declared.get(str(status), declared["default"])["content"][kind].get("schema", {})
    Draft202012Validator({**schema, "components": PLAIN["components"]}).validate(answer.json())
