"""``wangge serve``: the HTTP face on this machine."""

from __future__ import annotations

import click

from api.commands.bilingual import BilingualCommand
from api.services.database import running_database
from api.services.health import require_ready_database
from api.serving import print_ready, serve_until_signal, signals_as_interrupt, undisturbed
from api.settings import read_settings


@click.command(cls=BilingualCommand)
@click.option("--host", help="Address to listen on; else WANGGE_HOST.")
@click.option("--port", type=click.IntRange(0, 65535), help="Port; 0 takes a free one.")
@click.option(
    "--only", type=click.Choice(["my"]), help="One face alone: my, the page of grid workers."
)
def serve(host: str | None, port: int | None, only: str | None) -> None:
    """Serve what the database holds, until Ctrl-C."""
    given = {"host": host, "port": port, "only": only}
    settings = read_settings(**{name: one for name, one in given.items() if one is not None})
    with signals_as_interrupt(), running_database(settings, closing=undisturbed):
        require_ready_database(settings)
        serve_until_signal(settings, any_port=False, ready=print_ready)
