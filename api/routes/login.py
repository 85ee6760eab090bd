"""The page where one signs in: a plain form, so that it works without any script."""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from functools import cache
from typing import Annotated
from urllib.parse import parse_qsl, urlencode

import jinja2
from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from api.addresses import base_path
from api.deps import AppSettings, DatabaseEngine
from api.errors import status_of
from api.negotiation import request_language
from api.routes.session import PRIVATE, begun_session
from api.services.signing import new_secret
from api.session_cookies import Cookies, csrf_of, require_own_origin
from api.settings import Settings
from gis.errors import Forbidden, Language, WanggeError
from maps.assets import WEB, assets
from maps.texts import texts_of

router = APIRouter(include_in_schema=False)

_FORM_COOKIE_S = 3600
_MOST_FIELDS = 10

Next = Annotated[str, Query(alias="next", max_length=2000)]
Spoken = Annotated[str, Query(alias="lang", max_length=2)]


class StaleForm(Forbidden):
    """A form that this browser was not given, or long ago."""

    code = "stale-form"


@dataclass(frozen=True, slots=True)
class _Asked:
    """Where to go afterwards, and in which language the page speaks."""

    then: str
    language: Language
    ended: bool = False

    def address(self, base: str, language: str) -> str:
        """Return the address of this page in a language."""
        ended = {"ended": "1"} if self.ended else {}
        return f"{base}/login?{urlencode({'lang': language, 'next': self.then, **ended})}"


@router.get("/login")
async def login_page(
    request: Request,
    settings: AppSettings,
    then: Next = "",
    spoken: Spoken = "",
    ended: Annotated[str, Query(max_length=5)] = "",
) -> Response:
    """Show the form."""
    asked = _asked(request, settings, then, spoken, ended=bool(ended))
    return _page(request, settings, asked)


@router.post("/login")
async def login(
    request: Request,
    settings: AppSettings,
    engine: DatabaseEngine,
    then: Next = "",
    spoken: Spoken = "",
) -> Response:
    """Sign in and go on to where one wanted to be."""
    asked = _asked(request, settings, then, spoken)
    form = _fields(await request.body())
    name = form.get("name", "")[:200]
    try:
        _require_own_form(request, settings, form)
        begun = await begun_session(request, engine, name, form.get("password", "")[:1000])
    except WanggeError as fault:
        return _page(request, settings, asked, name=name, fault=fault)
    base = base_path(settings)
    answer = RedirectResponse(
        f"{base}/account" if begun.signed.must_change else asked.then, 303, PRIVATE
    )
    Cookies.of(settings).begin(answer, begun.secret, ends_at=begun.signed.ends_at)
    return answer


def own_address(text: str, base: str) -> str:
    """
    Return an address of this service to go on to: the one given, or the start page.

    Another site, a scheme, a backslash (which browsers read as a slash) or what is not below
    the service's own path leads to the start page.

    >>> own_address("/plan/7?grid=2", ""), own_address("//evil.example", "")
    ('/plan/7?grid=2', '/')
    >>> own_address("/other", "/city"), own_address("https://evil.example", "")
    ('/city/', '/')
    """
    own = f"{base}/"
    printable = text.isascii() and text.isprintable() and "\\" not in text
    if not printable or not text.startswith(own) or text.startswith("//"):
        return own
    inside = text[len(base) :].partition("?")[0]
    return own if "//" in inside or inside == "/login" else text


def _asked(
    request: Request, settings: Settings, then: str, spoken: str, *, ended: bool = False
) -> _Asked:
    known: dict[str, Language] = {"zh": "zh", "en": "en"}
    language = known.get(spoken) or request_language(request)
    return _Asked(own_address(then, base_path(settings)), language, ended)


def _fields(body: bytes) -> dict[str, str]:
    try:
        text = body.decode()
        return dict(parse_qsl(text, keep_blank_values=True, max_num_fields=_MOST_FIELDS))
    except ValueError:
        return {}


def _require_own_form(request: Request, settings: Settings, form: dict[str, str]) -> None:
    """Raise unless the form is one that this browser was given: a cookie and a field agree."""
    require_own_origin(request)
    secret = request.cookies.get(Cookies.of(settings).form, "")
    given = form.get("form", "")
    if not secret or not hmac.compare_digest(given.encode(), csrf_of(secret).encode()):
        raise StaleForm(
            "The form had expired: send it once more. The browser has to allow cookies of this "
            "site.",
            "登录表单已过期，请再提交一次。浏览器须允许本站使用 Cookie。",
        )


@cache
def _template() -> jinja2.Template:
    files = jinja2.FileSystemLoader(WEB)
    return jinja2.Environment(loader=files, autoescape=True).get_template("login.html")


def _page(
    request: Request,
    settings: Settings,
    asked: _Asked,
    *,
    name: str = "",
    fault: WanggeError | None = None,
) -> Response:
    base, cookies, language = base_path(settings), Cookies.of(settings), asked.language
    secret = request.cookies.get(cookies.form) or new_secret()
    html = _template().render(
        base=base,
        own=f"{base}/web/{assets().own}",
        language=language,
        other="en" if language == "zh" else "zh",
        texts=texts_of(language),
        here=lambda spoken: asked.address(base, spoken),
        form=csrf_of(secret),
        name=name,
        ended=asked.ended,
        fault={"code": fault.code, "text": fault.message(language)} if fault else None,
    )
    answer = HTMLResponse(html, status_of(fault) if fault else 200, PRIVATE)
    wait = fault.context.get("retry_after_s") if fault else None
    if wait is not None:
        answer.headers["Retry-After"] = str(wait)
    cookies.begin_form(answer, secret, seconds=_FORM_COOKIE_S)
    return answer
