"""What the OpenAPI document says of faults: every endpoint declares the problems it answers."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from pydantic import BaseModel, ConfigDict, Field

from api.errors import PROBLEM


class Unusable(BaseModel):
    """One parameter or field that cannot be used."""

    where: str = Field(description="Its place, such as query.limit or body.valid_from.")
    message: str


class Problem(BaseModel):
    """A fault told for people and machines, as RFC 9457 has it."""

    model_config = ConfigDict(extra="forbid")

    type: str = Field(description="Always about:blank; `code` tells faults apart.")
    title: str
    status: int
    code: str = Field(description="Stable name of the kind of fault.")
    detail: str = Field(description="A sentence in the language of Accept-Language: zh or en.")
    request_id: str = Field(description="Stands in the log too, and in X-Request-ID.")
    facts: dict[str, Any] | None = Field(default=None, description="Ids and counts of the fault.")
    errors: list[Unusable] | None = Field(
        default=None, description="With code invalid-request: what cannot be used."
    )


Answers = dict[int | str, dict[str, Any]]

_MEANING: dict[int, str] = {
    401: "Nobody knows who asks: sign in, or send a token.",
    403: "It needs a right that you do not have: sign in, or ask your administrator.",
    404: "There is no such thing.",
    409: "The state of the thing forbids it; `detail` says what to do.",
    422: "The request cannot be used, or cannot be met; `detail` says why.",
    429: "Tried too often: `Retry-After` says how many seconds to wait.",
    503: "The database does not answer, or its schema is of another version: `wangge migrate`.",
}


def problems(*statuses: int) -> Answers:
    """
    Declare the faults of an endpoint, and that any other answers as a problem too.

    Others are 400 (an address that holds a control character), 405 and 500.
    """
    named: Answers = {status: _described(_MEANING[status]) for status in statuses}
    return {**named, "default": _described("Any other fault.")}


def _described(meaning: str) -> dict[str, Any]:
    schema = {"$ref": "#/components/schemas/Problem"}
    return {"description": meaning, "content": {PROBLEM: {"schema": schema}}}


def add_problem_schema(app: FastAPI) -> None:
    """Let the document of `app` define what `problems` refers to."""

    def document() -> dict[str, Any]:
        if app.openapi_schema is None:
            made = get_openapi(
                title=app.title,
                version=app.version,
                summary=app.summary,
                routes=app.routes,
                separate_input_output_schemas=app.separate_input_output_schemas,
            )
            schema = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
            parts = schema.pop("$defs")
            made["components"]["schemas"] |= {"Problem": schema, **parts}
            app.openapi_schema = made
        return app.openapi_schema

    app.openapi = document  # type: ignore[method-assign]
