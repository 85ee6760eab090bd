"""Origins of web pages as browsers write them."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from gis.errors import InputError

_DEFAULT_PORT = {"http": 80, "https": 443}
_HOST = re.compile(r"(?!-)[a-z0-9.-]{1,253}|\[[0-9a-f:.]{2,45}\]")


def web_origin(text: str) -> str:
    """
    Return an origin as a browser sends it: lower case, without default port, IDN in ASCII.

    >>> web_origin("HTTPS://Screen.Example.gov.cn:443/")
    'https://screen.example.gov.cn'
    >>> web_origin("http://10.1.2.3:8088"), web_origin("https://大屏.中国")
    ('http://10.1.2.3:8088', 'https://xn--pss66e.xn--fiqs8s')

    Raises
    ------
    InputError
        It is none: another scheme, a path, a wildcard, no host. An origin goes into a header,
        so nothing but host and port may stand in it.
    """
    try:
        parts = urlsplit(text.strip())
        host, port = _host(parts.hostname or ""), parts.port
    except ValueError:
        raise _no_origin(text) from None
    bare = parts.path in ("", "/") and not (parts.query or parts.fragment or "@" in parts.netloc)
    if parts.scheme not in _DEFAULT_PORT or not bare or not _HOST.fullmatch(host):
        raise _no_origin(text)
    shown = "" if port in (None, _DEFAULT_PORT[parts.scheme]) else f":{port}"
    return f"{parts.scheme}://{host}{shown}"


def _host(name: str) -> str:
    return f"[{name}]" if ":" in name else name.encode("idna").decode().lower()


def _no_origin(text: str) -> InputError:
    return InputError(
        f"{text!r} is no origin of a web page: write https://host or http://host:port, "
        "without a path or *.",
        f"“{text}”不是网页来源：请写成 https://主机 或 http://主机:端口，不带路径和 *。",
    )
