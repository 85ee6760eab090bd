"""The virtual environment with the locked packages, by uv, or by pip where uv has no wheel."""

from __future__ import annotations

import importlib.util
import io
import os
import shutil
import subprocess
import sys
import threading
import zipfile
from dataclasses import dataclass
from pathlib import Path

from ops.debian import AptFailed
from ops.default_index import with_index
from ops.pip_settings import PipSettings, pip_settings
from ops.stamp import fingerprint, is_current, leave
from ops.wheel import WheelMissing, fetch_wheel, read_lock

_ONE_FETCH = threading.Lock()


class StepFailed(Exception):
    """A step of the set-up failed; the message is for the user."""


@dataclass(frozen=True, slots=True)
class Workshop:
    """The project folder and what the set-up keeps in it."""

    project: Path

    @property
    def tools(self) -> Path:
        """Folder of tools and downloads, ignored by git."""
        return self.project / ".wangge"

    @property
    def venv(self) -> Path:
        """The virtual environment."""
        return self.project / ".venv"

    @property
    def python(self) -> Path:
        """Python of the virtual environment."""
        return self.venv / "bin/python"

    def packages_are_current(self) -> bool:
        """Tell whether the environment is whole and made from today's lock."""
        return is_current(self._stamp, self._packages()) and self._works()

    def install_packages(self) -> None:
        """Make the environment what the lock says; a half-made or broken one is made anew."""
        begun = self.venv / ".unfinished"
        settings = pip_settings()
        uv = self.uv(settings)
        if begun.exists() or not self._works():
            shutil.rmtree(self.venv, ignore_errors=True)
        if not self.venv.exists():
            self._make_venv(uv)
        begun.touch()
        self._stamp.unlink(missing_ok=True)
        self._sync(uv, settings)
        begun.unlink()
        leave(self._stamp, self._packages())

    def uv(self, settings: PipSettings) -> Path | None:
        """Return the locked uv, fetched when it is not there yet; None when pip must do."""
        lock = self.project / "ops/uv.lock"
        _, version, _ = read_lock(lock)
        program = self.tools / f"uv-{version}"
        with _ONE_FETCH:
            if program.exists():
                return program
            try:
                wheel = fetch_wheel(lock, with_index(settings, self.tools))
            except (WheelMissing, AptFailed) as fault:
                if importlib.util.find_spec("ensurepip") is None:
                    raise StepFailed(f"uv could not be fetched: {fault}") from fault
                return None
            return self._put(wheel, program)

    def _put(self, wheel: bytes, program: Path) -> Path:
        """Put the program that a wheel holds in its place."""
        with zipfile.ZipFile(io.BytesIO(wheel)) as archive:
            inside = next(n for n in archive.namelist() if n.endswith("/scripts/uv"))
            content = archive.read(inside)
        self.tools.mkdir(exist_ok=True)
        new = program.with_suffix(".new")
        new.write_bytes(content)
        new.chmod(0o755)
        new.replace(program)
        return program

    def install_tool(self, lock: Path, target: Path, *more: str) -> None:
        """Install the packages of a lock into a folder of their own; `more` goes to uv or pip."""
        settings = pip_settings()
        uv = self.uv(settings)
        options = ["install", "--require-hashes", "--no-deps", "--target", str(target), *more]
        if uv is None:
            self._call([str(self.python), "-m", "pip", "-q", *options, "-r", str(lock)])
            return
        python = ["--python", sys.executable]
        self._uv(uv, settings, "pip", *options, *python, "-r", str(lock))

    @property
    def _stamp(self) -> Path:
        return self.venv / ".wangge-stamp"

    def _packages(self) -> str:
        files = [self.project / "requirements.lock", self.project / "pyproject.toml"]
        return fingerprint(files, str(self.project), sys.version.split()[0][:4])

    def _works(self) -> bool:
        try:
            done = subprocess.run([self.python, "-c", ""], capture_output=True, check=False)
        except OSError:
            return False
        return done.returncode == 0

    def _make_venv(self, uv: Path | None) -> None:
        if uv is None:
            self._call([sys.executable, "-m", "venv", str(self.venv)])
        else:
            command = ["venv", "-q", "--python", sys.executable, str(self.venv)]
            self._uv(uv, pip_settings(), *command)

    def _sync(self, uv: Path | None, settings: PipSettings) -> None:
        lock = str(self.project / "requirements.lock")
        ours = ["--no-deps", "--no-build-isolation", "-e", str(self.project)]
        if uv is None:
            pip = [str(self.python), "-m", "pip", "install", "-q"]
            self._call([*pip, "--require-hashes", "-r", lock])
            self._call([*pip, *ours])
            return
        python = ["--python", str(self.python)]
        self._uv(uv, settings, "pip", "sync", "--require-hashes", *python, lock)
        self._uv(uv, settings, "pip", "install", *python, *ours)

    def _uv(self, uv: Path, settings: PipSettings, *arguments: str) -> None:
        environment = os.environ | settings.uv_environment()
        home = Path(os.environ.get("HOME") or "/nonexistent")
        if not os.access(home, os.W_OK):
            environment.setdefault("UV_CACHE_DIR", str(self.tools / "uv-cache"))
        environment.pop("VIRTUAL_ENV", None)
        self._call([str(uv), *arguments], environment)

    def _call(self, command: list[str], environment: dict[str, str] | None = None) -> None:
        done = subprocess.run(
            command,
            cwd=self.project,
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode != 0:
            said = (done.stderr.strip() or done.stdout.strip()).splitlines()
            raise StepFailed("\n".join(said[-12:]))
