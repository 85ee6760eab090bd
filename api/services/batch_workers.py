"""
Workers of a batch on Dask: processes of this machine, or an existing cluster.

Workers find the database by their own settings; no address or password is sent to them, so none
can stand in a task key, a log or a dashboard. A mark proves that it is the same database.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from hashlib import sha256
from uuid import uuid4

import dask
import sqlalchemy as sa
from distributed import (
    Client,
    Future,
    LocalCluster,
    Worker,
    WorkerPlugin,
    as_completed,
    get_worker,
)
from distributed.security import Security
from distributed.utils import get_mp_context

from api.services.batch import Order, Outcome
from api.services.database import database_url, postgis_version
from api.settings import Settings, read_settings
from gis.errors import Unavailable
from gis.store.engine import open_engine

_PLUGIN = "wangge-database"
_CONNECT_S = 10
# Workers of this machine: one thread each, no page that shows what they do.
_LOCAL = {
    "distributed.scheduler.http.routes": [],
    "distributed.worker.http.routes": [],
    "distributed.worker.daemon": True,
    "distributed.worker.multiprocessing-method": "forkserver",
    "distributed.admin.log-format": "%(levelname)s %(name)s: %(message)s",
}
_PRELOAD = "api.services.batch_preload"
_ONE_THREAD = {
    "NUMBA_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "GDAL_NUM_THREADS": "1",
}


def database_mark(engine: sa.Engine) -> str:
    """Tell one running database from every other, without saying where it is."""
    with engine.connect() as connection:
        facts = connection.execute(
            sa.text(
                "SELECT pg_postmaster_start_time()::text, oid::text, datname "
                "FROM pg_database WHERE datname = current_database()"
            )
        ).one()
    return sha256("/".join(facts).encode()).hexdigest()


class DatabaseOfWorker(WorkerPlugin):  # type: ignore[misc] # Dask's types are not read
    """The database of one worker, opened by the worker's own settings at its first task."""

    name = _PLUGIN

    def __init__(self, *, of_this_terminal: bool) -> None:
        self._engine: sa.Engine | None = None
        self._mark = ""
        self._of_this_terminal = of_this_terminal

    def __getstate__(self) -> dict[str, object]:
        """Travel without what is open; it stays where it is."""
        return self.__dict__ | {"_engine": None, "_mark": ""}

    def setup(self, worker: Worker) -> None:  # noqa: ARG002 - the signature is Dask's
        """Leave Ctrl-C, which a terminal sends to all of its processes, to the one that hired."""
        if self._of_this_terminal:
            signal.signal(signal.SIGINT, signal.SIG_IGN)

    def engine(self, mark: str) -> sa.Engine:
        """
        Return the engine, once it is proven to be of the database with that mark.

        Raises
        ------
        Unavailable
            The worker's settings name another database.
        """
        if self._engine is None:
            self._engine = open_engine(database_url(read_settings()), pool_size=4)
        if self._mark != mark:
            self._mark = database_mark(self._engine)
        if self._mark != mark:
            raise Unavailable(
                "The worker uses another database: set WANGGE_DATABASE_URL for it as it is here.",
                "工作进程使用的是另一个数据库：请为其设置与此处相同的 WANGGE_DATABASE_URL。",
            )
        return self._engine

    def teardown(self, worker: Worker) -> None:  # noqa: ARG002 - the signature is Dask's
        """Close the connections."""
        if self._engine is not None:
            self._engine.dispose()


def community_task(community_code: str, order: Order, mark: str) -> Outcome:
    """Divide one community on a worker; never raises, so that no fault stops the others."""
    # Here, so that the process that only waits does not load the engine.
    from api.services.batch_task import outcome_of

    try:
        engine: sa.Engine = get_worker().plugins[_PLUGIN].engine(mark)
    except Unavailable as fault:
        return Outcome(community_code, "failed", en=fault.en, zh=fault.zh)
    except sa.exc.OperationalError as fault:
        en, zh = _no_answer(fault)
        return Outcome(community_code, "failed", en=en, zh=zh)
    return outcome_of(engine, community_code, order)


def _no_answer(fault: sa.exc.OperationalError) -> tuple[str, str]:
    line = next(iter(str(fault.orig).strip().splitlines()), "")[:300]
    return (
        f"The database of the worker does not answer: {line}",
        f"工作进程的数据库没有应答：{line}",
    )


@dataclass(frozen=True, slots=True)
class DaskWorkers:
    """Tasks on the workers of one Dask client."""

    client: Client
    mark: str

    def outcomes(self, codes: Iterable[str], order: Order) -> Iterator[Outcome]:
        """
        Yield the outcome of each community as it comes; what is open at the end is called off.

        A worker that dies takes its task to another one; a task that kills four workers is a
        failed community.
        """
        run = uuid4().hex[:8]  # another run on the same cluster may have other rules
        futures = {
            self.client.submit(
                community_task, code, order, self.mark, key=f"divide-{run}-{code}", pure=False
            ): code
            for code in codes
        }
        try:
            for future in as_completed(futures, loop=self.client.loop):
                yield _outcome(future, futures[future])
                future.release()
        finally:
            with suppress(Exception):
                self.client.cancel(list(futures))


def _outcome(future: Future, code: str) -> Outcome:
    if future.status == "finished":
        outcome: Outcome = future.result()
        return outcome
    name = future.status if future.status != "error" else type(future.exception()).__name__
    return Outcome(
        code,
        "failed",
        en=f"the worker was lost ({name}): most likely it ran out of memory.",
        zh=f"工作进程中断（{name}），很可能是内存不足。",
    )


@contextmanager
def local_workers(settings: Settings, count: int) -> Iterator[DaskWorkers]:
    """
    Start so many processes on this machine, reachable from it alone and only with their key.

    Raises
    ------
    Unavailable
        The database does not answer.
    """
    url = database_url(settings)
    mark = _mark_of(url)
    environment = {**_ONE_THREAD, "WANGGE_DATABASE_URL": url}
    # The process that workers are forked from reads how many threads to use when it starts.
    threads = {"distributed.nanny.pre-spawn-environ": _ONE_THREAD}
    with (
        dask.config.set({**_LOCAL, **threads}),
        _preloaded(),
        LocalCluster(
            n_workers=count,
            threads_per_worker=1,
            processes=True,
            host="127.0.0.1",
            security=Security.temporary(),
            dashboard_address=None,
            scheduler_kwargs={"dashboard": False, "dashboard_address": "127.0.0.1:0"},
            env=environment,
            silence_logs="ERROR",
        ) as cluster,
        Client(cluster) as client,
    ):
        client.register_plugin(DatabaseOfWorker(of_this_terminal=True))
        yield DaskWorkers(client, mark)


@contextmanager
def _preloaded() -> Iterator[None]:
    """Fork workers off a process that has loaded what they need."""
    # Dask names its own list at the first call: ours comes after it.
    get_mp_context().set_forkserver_preload(["distributed", _PRELOAD])
    yield


@contextmanager
def cluster_workers(settings: Settings, address: str) -> Iterator[DaskWorkers]:
    """
    Use the workers of an existing cluster, such as ``tcp://host:8786``; it is left as it was.

    Its workers need this package and ``WANGGE_DATABASE_URL``. For ``tls://`` addresses the
    keys are those of Dask's own configuration.

    Raises
    ------
    Unavailable
        No scheduler answers there, it has no worker, or the database does not answer.
    """
    mark = _mark_of(database_url(settings))
    try:
        client = Client(address, timeout=_CONNECT_S, set_as_default=False)
    except (OSError, ValueError) as fault:
        raise Unavailable(
            f"No Dask scheduler answers at {address}. Start one with `dask scheduler`, or leave "
            "out --scheduler to use this machine.",
            f"{address} 没有 Dask 调度器应答。请用 dask scheduler 启动，或省略 --scheduler "
            "以使用本机。",
        ) from fault
    with client:
        if not client.scheduler_info(n_workers=-1)["workers"]:
            raise Unavailable(
                f"The scheduler at {address} has no worker. Start one with `dask worker`.",
                f"{address} 的调度器没有工作进程，请用 dask worker 启动。",
            )
        client.register_plugin(DatabaseOfWorker(of_this_terminal=False))
        yield DaskWorkers(client, mark)
        with suppress(OSError):
            client.unregister_worker_plugin(_PLUGIN)


def usable_cores() -> int:
    """Cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _mark_of(url: str) -> str:
    postgis_version(url)
    engine = open_engine(url, pool_size=1)
    try:
        return database_mark(engine)
    finally:
        engine.dispose()
