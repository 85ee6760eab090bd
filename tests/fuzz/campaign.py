"""
Running the fuzzer: ``python -m tests.fuzz --count 10000`` or ``--seconds 600``.

Each file must load or be refused by an error that names it, within the time, inside the
memory limit and without a word on stderr. What breaks this is kept for study.
"""

from __future__ import annotations

import argparse
import json
import queue
import shutil
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.fuzz.breed import breed
from tests.fuzz.seeds import write_seeds

SECONDS_PER_FILE = 30.0
GOOD = ("loaded", "refused")


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one file."""

    number: int
    file: str
    verdict: str
    said: str
    seconds: float


class Reader:
    """A worker process; replaced when a file kills it or takes too long."""

    def __init__(self, errors: Path) -> None:
        self._errors = errors
        self._start()

    def _start(self) -> None:
        with self._errors.open("ab") as errors:
            self._process = subprocess.Popen(
                [sys.executable, "-W", "error", "-m", "tests.fuzz.worker"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=errors,
                text=True,
            )
        self._lines: queue.SimpleQueue[str] = queue.SimpleQueue()
        self._pumping = threading.Thread(
            target=self._pump, args=(self._process, self._lines), daemon=True
        )
        self._pumping.start()

    @staticmethod
    def _pump(process: subprocess.Popen[str], lines: queue.SimpleQueue[str]) -> None:
        assert process.stdout is not None
        for line in process.stdout:
            lines.put(line)
        lines.put("")

    def read(self, path: Path) -> tuple[str, str, float]:
        """Verdict, words and seconds for one file."""
        assert self._process.stdin is not None
        self._process.stdin.write(f"{path}\n")
        self._process.stdin.flush()
        try:
            line = self._lines.get(timeout=SECONDS_PER_FILE)
        except queue.Empty:
            self.stop()
            self._start()
            return "hung", f"over {SECONDS_PER_FILE} s", SECONDS_PER_FILE
        if not line:
            code = self._process.wait()
            self.stop()
            self._start()
            return "killed", f"the reader died with {code}", 0.0
        answer = json.loads(line)
        return answer["verdict"], answer["said"], answer["seconds"]

    def stop(self) -> None:
        """End the worker process."""
        self._process.kill()
        self._process.wait()
        self._pumping.join()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                pipe.close()


def run(numbers: Iterator[int], keep: Path | None = None) -> Iterator[Outcome]:
    """Breed and read the files of `numbers`; bad ones are copied to `keep`."""
    with TemporaryDirectory(prefix="wangge-fuzz-") as name:
        root = Path(name)
        (root / "seeds").mkdir()
        seeds = write_seeds(root / "seeds")
        errors = root / "stderr"
        reader = Reader(errors)
        try:
            for number in numbers:
                folder = root / f"n{number}"
                folder.mkdir()
                path = breed(number, seeds, folder)
                before = errors.stat().st_size
                verdict, said, seconds = reader.read(path)
                if errors.stat().st_size > before and verdict in GOOD:
                    verdict = "noisy"
                    said = errors.read_bytes()[before:][:300].decode("utf-8", "replace")
                if verdict not in GOOD and keep is not None:
                    shutil.copytree(folder, keep / folder.name, dirs_exist_ok=True)
                shutil.rmtree(folder)
                yield Outcome(number, path.name, verdict, said, seconds)
        finally:
            reader.stop()


def _numbers(first: int, count: int | None, seconds: float | None) -> Iterator[int]:
    deadline = None if seconds is None else time.monotonic() + seconds
    number = first
    while (count is None or number < first + count) and (
        deadline is None or time.monotonic() < deadline
    ):
        yield number
        number += 1


def main() -> int:
    """Run a campaign and print its table; exit 1 when any file broke the rule."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, help="number of files")
    parser.add_argument("--seconds", type=float, help="how long to go on")
    parser.add_argument("--first", type=int, default=0, help="number of the first file")
    parser.add_argument("--keep", type=Path, default=Path(".wangge/fuzz"))
    asked = parser.parse_args()
    count = asked.count if asked.count or asked.seconds else 10_000
    tally: Counter[str] = Counter()
    slowest = Outcome(-1, "", "", "", 0.0)
    for result in run(_numbers(asked.first, count, asked.seconds), asked.keep):
        tally[result.verdict] += 1
        slowest = max(slowest, result, key=lambda r: r.seconds)
        if result.verdict not in GOOD:
            print(f"{result.number} {result.file}: {result.verdict}: {result.said}", flush=True)
    print(f"{sum(tally.values())} files: {dict(tally)}")
    print(f"slowest: {slowest.number} {slowest.file} {slowest.seconds:.1f} s")
    return 0 if set(tally) <= set(GOOD) else 1


if __name__ == "__main__":
    sys.exit(main())
