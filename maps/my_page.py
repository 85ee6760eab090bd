"""The worker's page as one answer: look, words, code and list, so that one request shows it."""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass
from functools import cache

import jinja2

from gis.errors import Unavailable
from maps.assets import WEB, assets, script_hash

_FOLDER = WEB / "my"
_IMPORT = re.compile(r'^import \{[^}]*\} from "\./([a-z-]+\.js)";\n', re.MULTILINE)
_COMMENT = re.compile(r"^\s*(?:/\*\*.*?\*/|//[^\n]*)\n", re.MULTILINE | re.DOTALL)
_NAMED = re.compile(r"^(?:async )?(?:function|const|let|class) (\w+)", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class MyPage:
    """
    A page and what its security policy has to name.

    ``version`` is another one whenever look, words or code are.
    """

    html: str
    script_hash: str
    style_hash: str
    version: str


def my_page(base: str, data: str = "null", etag: str = "") -> MyPage:
    """
    Return the page of a grid worker.

    Parameters
    ----------
    base
        Sub-path of the service.
    data
        The list as JSON; null: the page asks for it.
    etag
        Entity tag of the list.

    Raises
    ------
    Unavailable
        The third-party packages are not installed.
    """
    script, look, words = one_script("main.js"), _look(), _words()
    served = assets()
    html = _template().render(
        base=base,
        own=f"{base}/web/{served.own}",
        leaflet=f"{base}/web/{served.vendor['leaflet']}",
        look=look,
        words=_in_script(words),
        data=_in_script(data),
        etag=etag,
        script=script,
    )
    version = hashlib.sha256((served.own + script + look + words).encode()).hexdigest()[:12]
    return MyPage(html, script_hash(script), script_hash(look), version)


def worker_script(version: str) -> str:
    """Return the service worker that keeps the page of a version."""
    code = (WEB / "my-worker.js").read_text(encoding="utf-8")
    return f'const VERSION = "{version}";\n{code}'


def manifest(base: str) -> dict[str, object]:
    """Return what a phone wants to know to install the page."""
    return {
        "name": "Wangge 网格 · 我的楼栋",
        "short_name": "我的楼栋",
        "lang": "zh-CN",
        "start_url": f"{base}/my",
        "scope": f"{base}/my",
        "display": "standalone",
        "background_color": _token("--paper"),
        "theme_color": _token("--accent"),
        "icons": [
            {
                "src": f"{base}/web/{assets().own}/icon.svg",
                "sizes": "any",
                "type": "image/svg+xml",
                "purpose": "any",
            }
        ],
    }


def policy(page: MyPage) -> str:
    """Return the content security policy of the page: its own script and look, by their hashes."""
    return "; ".join(
        (
            "default-src 'none'",
            f"script-src 'self' '{page.script_hash}'",
            f"style-src 'self' '{page.style_hash}'",
            "img-src 'self' data:",
            "connect-src 'self'",
            "worker-src 'self'",
            "manifest-src 'self'",
            "base-uri 'none'",
            "form-action 'self'",
            "frame-ancestors 'none'",
        )
    )


@cache
def one_script(entry: str) -> str:
    """
    Join the modules that one of ``web/my`` imports into one script, those it needs first.

    Modules import names from modules beside them and from nowhere else; their comments are left
    out. No two declare the same name.
    """
    parts: dict[str, str] = {}
    _gather(entry, parts)
    names = [name for part in parts.values() for name in _NAMED.findall(part)]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise Unavailable(
            f"Modules of the worker's page declare {twice[0]} twice.",
            f"网格员页面的模块重复声明了 {twice[0]}。",
        )
    joined = "\n".join(parts.values())
    return f'"use strict";\n(() => {{\n{joined}\n}})();'


def _gather(module: str, parts: dict[str, str]) -> None:
    if module in parts:
        return
    text = (_FOLDER / module).read_text(encoding="utf-8")
    # Named at once, so that a ring of imports ends; functions of a ring see each other anyway.
    parts[module] = ""
    for needed in _IMPORT.findall(text):
        _gather(needed, parts)
    bare = _IMPORT.sub("", _COMMENT.sub("", text))
    del parts[module]
    parts[module] = re.sub(r"^export ", "", bare, flags=re.MULTILINE).strip()


def _in_script(text: str) -> str:
    """Write JSON so that nothing in it can end the script element that holds it."""
    return text.replace("<", "\\u003c")


@cache
def _words() -> str:
    words = {
        language: json.loads((_FOLDER / f"{language}.json").read_text(encoding="utf-8"))
        for language in ("zh", "en")
    }
    return json.dumps(words, ensure_ascii=False, separators=(",", ":"))


@cache
def _look() -> str:
    text = "".join((WEB / name).read_text(encoding="utf-8") for name in ("tokens.css", "my.css"))
    light = re.sub(r'\[data-theme="dark"\] \{.*?\n\}\n', "", text, flags=re.DOTALL)
    return re.sub(r"/\*.*?\*/\n?|^\s+", "", light, flags=re.DOTALL | re.MULTILINE)


def _token(name: str) -> str:
    found = re.search(rf"^{name}:\s*([^;]+);", _look(), re.MULTILINE)
    assert found is not None  # noqa: S101
    return found[1]


@cache
def _template() -> jinja2.Template:
    return jinja2.Environment(loader=jinja2.FileSystemLoader(WEB), autoescape=True).get_template(
        "my.html"
    )
