"""
The files that pages are made of: own modules, third-party modules, import map.

Every file has an address that holds its version, so that browsers may keep it for ever. Only
files listed here are ever served; third-party packages lie in ``node_modules`` as npm left them.
"""

from __future__ import annotations

import base64
import hashlib
import json
import posixpath
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path, PurePosixPath

from gis.errors import Unavailable

WEB = Path(__file__).parent / "web"

# Package -> files of it that pages may ask for; a pattern ending in "/" opens a folder's own .js.
_VENDOR: dict[str, tuple[str, ...]] = {
    "maplibre-gl": (
        "dist/maplibre-gl.mjs",
        "dist/maplibre-gl-worker.mjs",
        "dist/maplibre-gl-shared.mjs",
        "dist/maplibre-gl.css",
    ),
    "lit": ("*.js", "directives/*.js"),
    "lit-html": ("*.js", "directives/*.js"),
    "lit-element": ("*.js",),
    "@lit/reactive-element": ("*.js",),
    "terra-draw": ("dist/terra-draw.modern.js",),
    "terra-draw-maplibre-gl-adapter": ("dist/terra-draw-maplibre-gl-adapter.modern.js",),
    # Cuts cells into triangles; MapLibre brings the same package.
    "earcut": ("src/earcut.js",),
    # Bars on a canvas and no more; its tooltips, which the security policy forbids, are not in it.
    "echarts": ("dist/echarts.simple.min.js",),
    # The worker's map, which must do without WebGL.
    "leaflet": ("dist/leaflet.js", "dist/leaflet.css"),
}
# Name in an import statement -> package and file.
_IMPORTS: dict[str, tuple[str, str]] = {
    "lit": ("lit", "index.js"),
    "lit/": ("lit", ""),
    "lit-html": ("lit-html", "lit-html.js"),
    "lit-html/": ("lit-html", ""),
    "lit-element/": ("lit-element", ""),
    "@lit/reactive-element": ("@lit/reactive-element", "reactive-element.js"),
    "@lit/reactive-element/": ("@lit/reactive-element", ""),
    "maplibre-gl": ("maplibre-gl", "dist/maplibre-gl.mjs"),
    "earcut": ("earcut", "src/earcut.js"),
    "echarts": ("echarts", "dist/echarts.simple.min.js"),
    "terra-draw": ("terra-draw", "dist/terra-draw.modern.js"),
    "terra-draw-maplibre-gl-adapter": (
        "terra-draw-maplibre-gl-adapter",
        "dist/terra-draw-maplibre-gl-adapter.modern.js",
    ),
}
_OWN = ("*.css", "src/*.js", "src/editor/*.js", "my/map.js", "texts/*.json", "*.svg")
_TYPES = {
    ".js": "text/javascript",
    ".mjs": "text/javascript",
    ".css": "text/css",
    ".json": "application/json",
    ".svg": "image/svg+xml",
}


@dataclass(frozen=True, slots=True)
class Assets:
    """
    What may be served, by its address below ``/web``.

    Attributes
    ----------
    files
        Address without the leading ``/web/`` -> file.
    own
        Address of the own files' folder, with their version in it.
    vendor
        Package -> address of its folder, with its version in it.
    """

    files: dict[str, Path]
    own: str
    vendor: dict[str, str]

    def module_graph(self, entry: str) -> tuple[str, ...]:
        """
        Return the addresses of all modules that one of ``src/`` imports, itself first.

        A page that names them lets the browser fetch them at once instead of one level of
        imports after the other.
        """
        return _module_graph(self, f"{self.own}/src/{entry}")

    def import_map(self, base: str) -> str:
        """Return the import map as JSON; `base` is the sub-path of the service."""
        imports = {
            name: f"{base}/web/{self.vendor[package]}/{file}"
            for name, (package, file) in _IMPORTS.items()
        }
        return json.dumps({"imports": imports}, sort_keys=True, separators=(",", ":"))


_IMPORT = re.compile(
    r"""(?:^|[;}\s])(?:import|export)\b(?:[\w\s{},*$]*\bfrom\s*|\s*)["']([^"']+)["']"""
)


def _module_graph(served: Assets, entry: str) -> tuple[str, ...]:
    seen: dict[str, None] = {}
    waiting = [entry]
    while waiting:
        module = waiting.pop()
        if module in seen:
            continue
        seen[module] = None
        text = served.files[module].read_text(encoding="utf-8")
        named = _IMPORT.findall(text) if len(text) < _LONGEST_OWN else []
        waiting += [_resolved(served, module, name) for name in named]
    return tuple(f"/web/{module}" for module in seen)


# What is longer is one bundled module, whose text only looks like imports.
_LONGEST_OWN = 100_000


def _resolved(served: Assets, module: str, name: str) -> str:
    if name.startswith("."):
        return posixpath.normpath(f"{posixpath.dirname(module)}/{name}")
    # The longest name counts, as in an import map.
    known = max(
        (n for n in _IMPORTS if name == n or (n.endswith("/") and name.startswith(n))), key=len
    )
    package, file = _IMPORTS[known]
    return f"{served.vendor[package]}/{file}{name[len(known) :]}"


@cache
def modules_ahead(entry: str) -> tuple[str, ...]:
    """
    Return the modules of a page to load ahead: first those that ask for the texts, then by size.

    A page waits for the last of them, and for its texts.

    Parameters
    ----------
    entry
        Name of the page's module in ``src/``.
    """
    served = assets()
    sizes = {f"/web/{name}": path.stat().st_size for name, path in served.files.items()}
    texts = served.module_graph("texts.js")
    rest = set(served.module_graph(entry)) - set(texts)
    return (*texts, *sorted(rest, key=lambda address: (-sizes[address], address)))


def media_type(path: Path) -> str:
    """Return the media type of a served file."""
    return _TYPES[path.suffix]


def script_hash(text: str) -> str:
    """Return the ``sha256-...`` by which a content security policy names an inline script."""
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


@cache
def assets() -> Assets:
    """
    List everything that may be served.

    Raises
    ------
    Unavailable
        The third-party packages are not installed.
    """
    own_files = _matching(WEB, _OWN)
    own = f"app/{_digest(own_files)}"
    files = {f"{own}/{name}": path for name, path in own_files.items()}
    vendor: dict[str, str] = {}
    for package, patterns in _VENDOR.items():
        folder = package_folder(package)
        vendor[package] = f"vendor/{package}@{package_version(package)}"
        for name, path in _matching(folder, patterns).items():
            files[f"{vendor[package]}/{name}"] = path
    return Assets(files, own, vendor)


def package_folder(package: str) -> Path:
    """
    Return the folder of an installed npm package.

    Raises
    ------
    Unavailable
        It is not installed.
    """
    folder = WEB / "node_modules" / package
    if not (folder / "package.json").is_file():
        raise Unavailable(
            f"The front-end package {package} is not installed: run `make setup`.",
            f"前端依赖 {package} 尚未安装：请运行 `make setup`。",
        )
    return folder


def package_version(package: str) -> str:
    """Return the version of an installed npm package."""
    text = (package_folder(package) / "package.json").read_text(encoding="utf-8")
    return str(json.loads(text)["version"])


def _matching(folder: Path, patterns: tuple[str, ...]) -> dict[str, Path]:
    found = {p for pattern in patterns for p in folder.glob(pattern) if p.is_file()}
    return {str(PurePosixPath(p.relative_to(folder))): p for p in sorted(found)}


def _digest(files: dict[str, Path]) -> str:
    whole = hashlib.sha256()
    for name, path in files.items():
        whole.update(name.encode() + b"\0" + path.read_bytes())
    return whole.hexdigest()[:12]
