"""The files of a private cluster: configuration, access rules, log, size."""

from __future__ import annotations

import os
import re
import socket
from pathlib import Path

from gis.store.cluster_home import ClusterHome

SOCKET_PORT = 54737
"""Part of the socket's name while there is no TCP; the folder tells clusters apart."""

_FORBIDDEN_PORT = 5432
_LONGEST_LOG_BYTES = 10_000_000

_CONF = """\
# Written by Wangge at every start; your own settings go to operator.conf beside this file.
listen_addresses = '{addresses}'
port = {port}
unix_socket_directories = '{socket_dir}'
unix_socket_permissions = 0700
cluster_name = 'wangge'
max_connections = {connections}
shared_buffers = {shared_mb}MB
effective_cache_size = {cache_mb}MB
work_mem = 16MB
maintenance_work_mem = 128MB
max_wal_size = 2GB
wal_compression = on
random_page_cost = 1.1
max_parallel_workers_per_gather = 1
jit = off
password_encryption = scram-sha-256
log_line_prefix = '%m [%p] %q%a '
"""

_THROWAWAY = """\
fsync = off
synchronous_commit = off
full_page_writes = off
wal_level = minimal
max_wal_senders = 0
wal_compression = off
autovacuum_naptime = 1h
max_wal_size = 512MB
"""

# Tests connect as roles that they make; only the owner and root get through the folder's 0700.
_THROWAWAY_HBA = "local all all trust\n"

_HBA = """\
# Written by Wangge: the socket for the cluster's owner, TCP only with the password.
local all wangge peer map=owner
host all wangge 127.0.0.1/32 scram-sha-256
host all wangge ::1/128 scram-sha-256
"""


def write_access_rules(home: ClusterHome, *, throwaway: bool) -> None:
    """Say who may connect: the owner and who made the cluster by the socket, others by password."""
    folder = home.unfinished
    names = "".join(f'owner "{name}" wangge\n' for name in home.may_connect())
    conf = folder / "postgresql.conf"
    includes = "include_if_exists 'wangge.conf'\ninclude_if_exists 'operator.conf'\n"
    _replace(home, folder / "operator.conf", "# Your own settings; read last.\n")
    _replace(home, folder / "pg_hba.conf", _HBA + (_THROWAWAY_HBA if throwaway else ""))
    _replace(home, folder / "pg_ident.conf", f"# Written by Wangge.\n{names}")
    _replace(home, conf, f"{conf.read_text()}\n{includes}")


def write_conf(home: ClusterHome, *, tcp_port: int | None, throwaway: bool) -> None:
    """Write the configuration for this machine and this way of listening."""
    memory_mb = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2**20
    text = _CONF.format(
        addresses="" if tcp_port is None else "127.0.0.1",
        port=SOCKET_PORT if tcp_port is None else tcp_port,
        socket_dir=str(home.socket_dir).replace("'", "''"),
        connections=200 if throwaway else 100,
        shared_mb=min(256, max(32, memory_mb // 8)),
        cache_mb=max(64, memory_mb // 2),
    )
    _replace(home, home.data / "wangge.conf", text + (_THROWAWAY if throwaway else ""))


def tcp_port(home: ClusterHome) -> int | None:
    """Port the cluster was told to listen on, or None when it has the socket only."""
    listens = "listen_addresses = '127.0.0.1'" in _text(home.data / "wangge.conf")
    return socket_port(home) if listens else None


def socket_port(home: ClusterHome) -> int:
    """Port in the name of the cluster's socket."""
    port = re.search(r"^port = (\d+)$", _text(home.data / "wangge.conf"), re.MULTILINE)
    return int(port.group(1)) if port else SOCKET_PORT


def data_major(home: ClusterHome) -> int | None:
    """Major version of the server that made the data."""
    version = _text(home.data / "PG_VERSION").strip()
    return int(version) if version.isdigit() else None


def size_bytes(home: ClusterHome) -> int:
    """Size of all files of the cluster."""
    total = 0
    for folder, _, names in os.walk(home.path):
        for name in names:
            try:
                total += os.lstat(Path(folder) / name).st_size
            except FileNotFoundError:  # a running server removes files of its own
                continue
    return total


def last_words(home: ClusterHome, lines: int = 6) -> str:
    """Last lines of the server's log."""
    return "\n".join(_text(home.log).splitlines()[-lines:])


def shorten_log(home: ClusterHome) -> None:
    """Put a long log aside, replacing the one put aside before."""
    if home.log.exists() and home.log.stat().st_size > _LONGEST_LOG_BYTES:
        home.log.rename(home.log.with_suffix(".log.old"))


def free_port() -> int:
    """Return a free port of 127.0.0.1 that is not PostgreSQL's usual one."""
    while True:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = int(probe.getsockname()[1])
        if port != _FORBIDDEN_PORT:
            return port


def _text(file: Path) -> str:
    try:
        return file.read_text(errors="replace")
    except FileNotFoundError:
        return ""


def _replace(home: ClusterHome, file: Path, text: str) -> None:
    new = file.with_suffix(".new")
    new.unlink(missing_ok=True)
    with home.private_file(new) as out:
        out.write(text)
    home.give(new)
    new.replace(file)
