"""
Faults as HTTP answers: one table from class to status, all ``application/problem+json``.

What is not in the table is 500: a fault of the tree, such as a job that broke beside the service,
with its own text, all else with a fixed one. Details go to the log under the request id that the
answer names.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from functools import partial
from http import HTTPStatus

import sqlalchemy as sa
from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response

from api.fault_page import fault_page, wants_page
from api.negotiation import request_language
from gis.errors import (
    Conflict,
    Forbidden,
    Infeasible,
    InputError,
    Language,
    NotFound,
    Unavailable,
    UnreadableFile,
    WanggeError,
    database_away,
)

log = logging.getLogger("wangge.http")

PROBLEM = "application/problem+json"


class MalformedRequest(InputError):
    """A request that no client of good faith sends."""

    code = "malformed-request"


class BadParameter(InputError):
    """A query parameter that is unknown or cannot be read, where the standard asks for 400."""

    code = "bad-parameter"


class AddressTooLong(InputError):
    """More in the address than anyone types or a proxy lets through."""

    code = "address-too-long"


class NotAcceptable(WanggeError):
    """None of the media types that the client accepts is offered."""

    code = "not-acceptable"


class HeadTooLarge(InputError):
    """Headers larger than any client of good faith sends."""

    code = "head-too-large"


class TooSlow(InputError):
    """A request that did not arrive in the time it has."""

    code = "too-slow"


class NotSignedIn(WanggeError):
    """Nobody knows who asks, and this is not for everybody."""

    code = "not-signed-in"


class Intruding(Forbidden):
    """A page of another site writes in the name of whoever is signed in here."""

    code = "not-our-page"


class TooManyAttempts(WanggeError):
    """So often tried that one has to wait."""

    code = "too-many-attempts"


class TooLarge(InputError):
    """A body larger than any this service wants."""

    code = "too-large"


# The nearest class in the method resolution order counts.
STATUS: dict[type[WanggeError], int] = {
    InputError: 422,
    UnreadableFile: 400,
    MalformedRequest: 400,
    BadParameter: 400,
    NotAcceptable: 406,
    AddressTooLong: 414,
    TooSlow: 408,
    TooLarge: 413,
    HeadTooLarge: 431,
    Infeasible: 422,
    NotFound: 404,
    Conflict: 409,
    Unavailable: 503,
    Forbidden: 403,
    NotSignedIn: 401,
    TooManyAttempts: 429,
}

_TITLES: dict[int, tuple[str, str]] = {
    400: ("Bad request", "请求有误"),
    401: ("Not signed in", "未登录"),
    403: ("Not allowed", "没有权限"),
    404: ("Not found", "没有找到"),
    405: ("Method not allowed", "不支持的方法"),
    406: ("Not acceptable", "没有可接受的格式"),
    408: ("Too slow", "请求超时"),
    409: ("Conflict", "状态冲突"),
    414: ("Address too long", "地址过长"),
    413: ("Too large", "内容过大"),
    422: ("Cannot be used", "内容不合要求"),
    429: ("Too many attempts", "尝试次数过多"),
    431: ("Head too large", "请求头过大"),
    500: ("Internal error", "服务内部错误"),
    503: ("Not available", "暂时不可用"),
}

_FIXED_TEXT = {
    "en": "Something went wrong inside the service. Nothing was stored; "
    "tell the operator the request id.",
    "zh": "服务内部出错，没有保存任何内容；请把请求编号告诉管理员。",
}


def status_of(error: WanggeError) -> int:
    """HTTP status of a fault: that of its nearest listed ancestor, else 500."""
    return next((STATUS[c] for c in type(error).__mro__ if c in STATUS), 500)


def title_of(status: int, language: Language) -> str:
    """Short name of a status."""
    if status in _TITLES:
        return _TITLES[status][0 if language == "en" else 1]
    return HTTPStatus(status).phrase


def problem(
    request: Request,
    status: int,
    code: str,
    detail: str,
    *,
    extra: Mapping[str, object] | None = None,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """
    Build one problem+json answer.

    Members: ``type`` (about:blank), ``title``, ``status``, ``code`` (stable, for machines),
    ``detail`` (a sentence in the language asked for), ``request_id``, and those of `extra`:
    ``facts`` are the ids and counts of a fault, ``errors`` the parameters that cannot be used.
    Somebody who opened the address in a browser is told the same on a page.
    """
    language = request_language(request)
    body: dict[str, object] = {
        "type": "about:blank",
        "title": title_of(status, language),
        "status": status,
        "code": code,
        "detail": detail,
        "request_id": getattr(request.state, "request_id", ""),
        **(extra or {}),
    }
    sent = {**(headers or {}), "Content-Language": language, "Cache-Control": "no-store"}
    if wants_page(request):
        told = (str(body["title"]), detail, str(body["request_id"]))
        page = fault_page(request, language, *told)
        if page is not None:
            return HTMLResponse(page, status, sent)
    return JSONResponse(body, status, sent, media_type=PROBLEM)


def wangge_problem(request: Request, error: Exception) -> Response:
    """Answer a fault of the tree with the status of its class."""
    assert isinstance(error, WanggeError)  # noqa: S101
    status = status_of(error)
    if status >= 500:
        log.warning("%s: %s", error.code, error.en, extra={"context": error.context})
    facts = {"facts": error.context} if error.context else None
    wait = error.context.get("retry_after_s")
    return problem(
        request,
        status,
        error.code,
        error.message(request_language(request)),
        extra=facts,
        headers={} if wait is None else {"Retry-After": str(wait)},
    )


def _http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101
    code = HTTPStatus(error.status_code).phrase.lower().replace(" ", "-")
    texts = {
        404: (f"There is nothing at {request.url.path}.", f"{request.url.path} 处没有内容。"),
        405: (f"{request.method} is not offered here.", f"此处不支持 {request.method}。"),
    }
    en, zh = texts.get(error.status_code, (str(error.detail), str(error.detail)))
    detail = en if request_language(request) == "en" else zh
    return problem(request, error.status_code, code, detail, headers=error.headers)


def _validation(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)  # noqa: S101
    faults = [
        {"where": ".".join(str(p) for p in fault["loc"]), "message": str(fault["msg"])}
        for fault in error.errors()
    ]
    if wants_page(request):
        # Whoever opens an address reads no list of errors; one of a wrong form leads nowhere.
        if any(fault["where"].startswith("path.") for fault in faults):
            return _http(request, HTTPException(404))
        named = ", ".join(dict.fromkeys(f["where"].removeprefix("query.") for f in faults))
        en = f"This address cannot be used as it stands: look at {named}."
        zh = f"此地址无法使用，请检查：{named}。"
        detail = en if request_language(request) == "en" else zh
        return problem(request, 422, "invalid-request", detail)
    names = ", ".join(dict.fromkeys(f["where"] for f in faults))
    en = f"The request cannot be used: {names}. See `errors` for what is wanted."
    zh = f"请求内容不合要求：{names}；具体要求见 errors。"
    detail = en if request_language(request) == "en" else zh
    return problem(request, 422, "invalid-request", detail, extra={"errors": faults})


async def database_problem(
    request: Request, error: Exception, require_ready: Callable[[sa.Engine], object]
) -> Response:
    """Answer a fault of the driver; `require_ready` raises Unavailable when the schema is other."""
    lost = isinstance(error, PoolTimeout) or getattr(error, "connection_invalidated", False)
    if not lost and not isinstance(error, OperationalError):
        return await _other_schema(request, require_ready) or unlisted_problem(request, error)
    # One line, not a traceback: every request of the outage comes by here.
    log.error("database does not answer: %s", str(error).partition("\n")[0])
    return wangge_problem(request, database_away())


async def _other_schema(
    request: Request, require_ready: Callable[[sa.Engine], object]
) -> Response | None:
    """
    Say so when a statement failed because the database has the schema of another version.

    Asked only after a failure, so an operator's `wangge migrate` mends a running service, and
    a service that is being replaced goes on answering what it can.
    """
    try:
        # A seat like any request's: no thread may wait for a connection (api.deps).
        async with request.app.state.seats:
            await run_in_threadpool(require_ready, request.app.state.engine)
    except Unavailable as fault:
        return wangge_problem(request, fault)
    return None


def unlisted_problem(request: Request, error: Exception) -> Response:
    """Log a fault that nobody foresaw and answer 500 with the fixed text."""
    log.error("unlisted fault at %s", request.url.path, exc_info=error)
    return problem(request, 500, "internal", _FIXED_TEXT[request_language(request)])


def add_error_handlers(app: FastAPI, require_ready: Callable[[sa.Engine], object]) -> None:
    """Register a handler for every foreseen fault; `api.middleware` answers for the rest."""
    database = partial(database_problem, require_ready=require_ready)
    app.add_exception_handler(WanggeError, wangge_problem)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(RequestValidationError, _validation)
    app.add_exception_handler(DBAPIError, database)
    app.add_exception_handler(PoolTimeout, database)
