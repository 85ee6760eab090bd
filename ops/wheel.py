"""Fetch one locked wheel from the user's package index with the standard library alone."""

from __future__ import annotations

import hashlib
import html.parser
import platform
import re
import ssl
import sysconfig
import urllib.parse
import urllib.request
from pathlib import Path

from ops.pip_settings import PipSettings

_TIMEOUT_S = 60


class WheelMissing(Exception):
    """No index has a wheel of this package for this machine whose hash is locked."""


def fetch_wheel(lock: Path, settings: PipSettings, machine: str | None = None) -> bytes:
    """
    Return the wheel that a lock file (pip's format, one package) wants for this machine.

    Raises
    ------
    WheelMissing
        No index has it; what each of them said is listed.
    """
    name, version, hashes = read_lock(lock)
    said = []
    for source in (*settings.find_links, *(f"{i}/{name}/" for i in settings.indexes)):
        try:
            for url in _links(source, settings):
                if suits(_file_name(url), name, version, machine or wheel_machine()):
                    return _checked(_open(url, settings), hashes)
        except (OSError, ValueError) as fault:
            said.append(f"{_bare(source)}: {fault}")
    raise WheelMissing(f"no wheel of {name} {version} for this machine. " + "; ".join(said))


def read_lock(lock: Path) -> tuple[str, str, frozenset[str]]:
    """Name, version and allowed SHA-256 sums of the one package of a lock file."""
    text = lock.read_text()
    wanted = re.search(r"^([\w.-]+)==(\S+)", text, re.MULTILINE)
    if wanted is None:
        raise ValueError(f"{lock} locks no package")
    return wanted[1], wanted[2], frozenset(re.findall(r"sha256:([0-9a-f]{64})", text))


def wheel_machine() -> str:
    """C library and processor as wheels name them, such as `manylinux x86_64`."""
    system, _, processor = sysconfig.get_platform().partition("-")
    if system == "linux":
        system = "manylinux" if platform.libc_ver()[0] == "glibc" else "musllinux"
    return f"{system} {processor.replace('-', '_')}"


def suits(file: str, name: str, version: str, machine: str) -> bool:
    """Tell whether a file of an index is the wheel of this version for this machine."""
    system, processor = machine.split(" ", 1)
    stem = name.replace("-", "_")
    ours = file.lower().startswith(f"{stem}-{version}-py3-none-{system}")
    return ours and file.endswith(f"{processor}.whl")


class _Anchors(html.parser.HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.hrefs: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "a":
            self.hrefs += [value for key, value in attrs if key == "href" and value]


def _links(source: str, settings: PipSettings) -> list[str]:
    """List the addresses of files at a folder or at a page of an index (PEP 503)."""
    folder = Path(source.removeprefix("file://"))
    if folder.is_dir():
        page = folder / "index.html"
        if not page.exists():
            return [file.absolute().as_uri() for file in folder.iterdir()]
        source = page.absolute().as_uri()
    elif "://" not in source:
        return []
    anchors = _Anchors()
    anchors.feed(_open(source, settings).decode("utf-8", "replace"))
    return [urllib.parse.urljoin(source, href) for href in anchors.hrefs]


def _open(url: str, settings: PipSettings) -> bytes:
    parts = urllib.parse.urlsplit(url)
    context = ssl.create_default_context(cafile=settings.cert or None)
    if parts.hostname in {host.split(":")[0] for host in settings.trusted_hosts}:
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    handlers: list[urllib.request.BaseHandler] = [urllib.request.HTTPSHandler(context=context)]
    if parts.username:
        words = urllib.request.HTTPPasswordMgrWithPriorAuth()
        user, password = (urllib.parse.unquote(p or "") for p in (parts.username, parts.password))
        words.add_password(None, _bare(url), user, password, is_authenticated=True)
        handlers.append(urllib.request.HTTPBasicAuthHandler(words))
    opener = urllib.request.build_opener(*handlers)
    with opener.open(_bare(url), timeout=_TIMEOUT_S) as answer:
        return bytes(answer.read())


def _bare(url: str) -> str:
    """Address without user, password and fragment."""
    parts = urllib.parse.urlsplit(url)
    return urllib.parse.urlunsplit(
        parts._replace(netloc=parts.netloc.rpartition("@")[2], fragment="")
    )


def _file_name(url: str) -> str:
    return urllib.parse.unquote(urllib.parse.urlsplit(url).path.rpartition("/")[2])


def _checked(content: bytes, hashes: frozenset[str]) -> bytes:
    if hashlib.sha256(content).hexdigest() not in hashes:
        raise ValueError("the file's hash is not the locked one")
    return content
