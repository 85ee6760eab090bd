"""Files of pages, packed and plain."""

from __future__ import annotations

import gzip
import threading
from functools import partial

import pytest
from anyio.from_thread import start_blocking_portal
from fastapi.testclient import TestClient

from api.web_files import WebFiles
from maps.assets import assets

LARGEST = max(assets().files.items(), key=lambda file: file[1].stat().st_size)[0]
SMALLEST = min(assets().files.items(), key=lambda file: file[1].stat().st_size)[0]


@pytest.mark.parametrize("accepted", ["gzip, deflate, br", "gzip;q=0, *", "identity"])
def test_every_file_is_served_as_it_lies(client: TestClient, accepted: str) -> None:
    for address, path in assets().files.items():
        answer = client.get(f"/web/{address}", headers={"Accept-Encoding": accepted})
        assert answer.status_code == 200
        assert answer.content == path.read_bytes()
        # Below a kilobyte there is one representation.
        varies = "Accept-Encoding" if len(answer.content) >= 1000 else None
        assert answer.headers.get("vary") == varies
        assert "immutable" in answer.headers["cache-control"]


def test_a_large_file_is_packed_for_those_alone_who_take_it(client: TestClient) -> None:
    size = assets().files[LARGEST].stat().st_size
    packed = client.get(f"/web/{LARGEST}", headers={"Accept-Encoding": "gzip"})
    plain = client.get(f"/web/{LARGEST}", headers={"Accept-Encoding": "gzip;q=0"})
    assert packed.headers["content-encoding"] == "gzip"
    assert int(packed.headers["content-length"]) < size / 2
    assert "content-encoding" not in plain.headers
    assert int(plain.headers["content-length"]) == size


def test_files_are_packed_once_and_kept_by_all_services_of_a_process() -> None:
    path = assets().files[LARGEST]
    packed = gzip.compress(path.read_bytes(), mtime=0)
    with start_blocking_portal() as portal:

        def body(*, taken_packed: bool) -> tuple[bytes, bool]:
            return portal.call(partial(WebFiles().body, path, packed=taken_packed))

        assert body(taken_packed=True) == (packed, True)
        assert body(taken_packed=True)[0] is body(taken_packed=True)[0]
        assert body(taken_packed=False) == (path.read_bytes(), False)


def test_the_thread_that_packs_ends_with_the_service() -> None:
    with WebFiles():
        pass
    assert "pages" not in {thread.name for thread in threading.enumerate()}


def test_a_small_file_is_never_packed(client: TestClient) -> None:
    answer = client.get(f"/web/{SMALLEST}", headers={"Accept-Encoding": "gzip"})
    assert "content-encoding" not in answer.headers


def test_only_listed_files_are_served(client: TestClient) -> None:
    for address in ("page.html", "%2e%2e/assets.py", "node_modules/lit/package.json"):
        assert client.get(f"/web/{address}").status_code == 404
