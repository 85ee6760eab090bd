"""Serve the HTTP face on one address until a signal, and say when it answers."""

from __future__ import annotations

import http.client
import signal
import socket
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

import uvicorn
from fastapi import FastAPI

from api.addresses import base_path
from api.app import create_app
from api.logs import log_config, make_logging_cheap
from api.memory_return import MemoryReturn
from api.patience import PatientProtocol, refuse_the_slow
from api.settings import Settings
from gis.errors import Unavailable

READY_PATIENCE_S = 60
_SHUTDOWN_S = 10


def serve_until_signal(settings: Settings, *, any_port: bool, ready: Callable[[str], None]) -> None:
    """
    Serve until SIGINT, SIGTERM or SIGHUP; requests under way are finished first.

    Parameters
    ----------
    settings
        Address, port and all else of the service.
    any_port
        Take a free port when the wanted one is taken.
    ready
        Called once with the address of the service, when `/readyz` says yes.

    Raises
    ------
    Unavailable
        The port is taken, or the service cannot start or does not become ready.
    """
    app = create_app(settings)
    make_logging_cheap()
    with MemoryReturn(), _listening(settings, any_port=any_port) as listener:
        port = int(listener.getsockname()[1])
        config = uvicorn.Config(
            app,
            log_config=log_config(settings),
            access_log=False,
            timeout_graceful_shutdown=_SHUTDOWN_S,
            lifespan="on",
            http=PatientProtocol,
        )
        server = PeacefulServer(config, settings.request_seconds)
        watch = _Watch(server, settings, port, ready)
        watch.start()
        # Uvicorn minds the other two itself, but not a terminal that was closed.
        before = signal.signal(signal.SIGHUP, server.handle_exit)
        try:
            server.run(sockets=[listener])
        finally:
            signal.signal(signal.SIGHUP, before)
            watch.stop()
    if watch.fault is not None:
        raise watch.fault


@contextmanager
def signals_as_interrupt() -> Iterator[None]:
    """
    Make SIGTERM and SIGHUP end a block as Ctrl-C does, and see that it ends in peace.

    Whatever `finally` has to do inside runs to its end before the process goes.
    """
    names = (signal.SIGTERM, signal.SIGHUP)
    before = {name: signal.signal(name, _interrupt) for name in names}
    try:
        yield
    except KeyboardInterrupt:
        pass
    finally:
        for name, handler in before.items():
            signal.signal(name, handler)


@contextmanager
def undisturbed() -> Iterator[None]:
    """Let no further signal interrupt a block that cleans up."""
    names = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    before = {name: signal.signal(name, signal.SIG_IGN) for name in names}
    try:
        yield
    finally:
        for name, handler in before.items():
            signal.signal(name, handler)


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


@contextmanager
def _listening(settings: Settings, *, any_port: bool) -> Iterator[socket.socket]:
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    host = settings.host.strip("[]")
    try:
        listener = socket.create_server((host, settings.port), family=family, backlog=512)
    except OSError as fault:
        if not any_port:
            raise Unavailable(
                f"Cannot listen on {settings.host}:{settings.port} ({fault.strerror}): choose "
                "another address with --host or --port.",
                f"无法监听 {settings.host}:{settings.port}({fault.strerror}):"
                "请用 --host 或 --port 另选地址。",
            ) from fault
        listener = socket.create_server((host, 0), family=family, backlog=512)
    with listener:
        yield listener


class PeacefulServer(uvicorn.Server):
    """
    A server that ends in peace, however often it is told to.

    Uvicorn raises the signals it caught once more when it is done, and skips the end of the
    application at the second one: Ctrl-C pressed twice, or passed on by make, would end in a
    traceback. What is under way is bounded by the graceful timeout anyway.

    Uvicorn also waits for ever for a request to arrive; here it has `request_seconds`.
    """

    def __init__(self, config: uvicorn.Config, request_seconds: float) -> None:
        super().__init__(config)
        self._request_seconds = request_seconds

    async def on_tick(self, counter: int) -> bool:
        # Ten a second.
        if counter % 10 == 0:
            refuse_the_slow(self.server_state.connections, self._request_seconds)
        return await super().on_tick(counter)

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:  # noqa: ARG002
        self.should_exit = True

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        # Event streams never end by themselves; waiting for them would be waiting in vain.
        app: FastAPI = self.config.app  # type: ignore[assignment]
        app.state.changes.end()
        await super().shutdown(sockets)


class _Watch:
    """Asks `/readyz` from outside until it says yes, and then tells the address."""

    def __init__(
        self, server: uvicorn.Server, settings: Settings, port: int, ready: Callable[[str], None]
    ) -> None:
        self._server, self._port, self._ready = server, port, ready
        self._host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(settings.host, settings.host)  # noqa: S104
        self._base = base_path(settings)
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, name="readiness", daemon=True)
        self.fault: Unavailable | None = None

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._over.set()
        self._thread.join()

    def _run(self) -> None:
        answer = "no answer"
        for _ in range(READY_PATIENCE_S * 10):
            answer = self._ask() if self._server.started else answer
            if answer == "":
                self._ready(self._address())
                return
            if self._over.wait(0.1):
                return
        self.fault = Unavailable(
            f"The service does not become ready; /readyz says: {answer}",
            f"服务未能就绪;/readyz 返回:{answer}",
        )
        self._server.should_exit = True

    def _ask(self) -> str:
        """Return what `/readyz` says against being ready; nothing when it is."""
        connection = http.client.HTTPConnection(self._host.strip("[]"), self._port, timeout=5)
        try:
            connection.request("GET", f"{self._base}/readyz")
            answer = connection.getresponse()
            said = answer.read().decode("utf-8", "replace")
        except OSError as fault:
            return str(fault)
        else:
            return "" if answer.status == http.HTTPStatus.OK else said or str(answer.status)
        finally:
            connection.close()

    def _address(self) -> str:
        host = f"[{self._host}]" if ":" in self._host.strip("[]") else self._host
        return f"http://{host}:{self._port}{self._base}/"


def print_ready(address: str) -> None:
    """Print the one line that says that the service answers."""
    sys.stdout.write(f"Wangge is ready: {address}\n")
    sys.stdout.flush()
