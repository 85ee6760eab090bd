"""The ``wangge`` command: everything an operator or analyst does without a browser."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Sequence

import click

from api.commands.bilingual import BilingualGroup, chinese, show_fault, summary_of
from api.language import language, say
from gis.errors import Infeasible, InputError, NotFound, WanggeError

# Verb -> "module:command". Commands load when they are called, so that `wangge --help`
# and `wangge db url` do not pay for geopandas or numba.
_COMMANDS: dict[str, tuple[str, str]] = {
    "audit": (
        "api.commands.audit:audit",
        "The audit trail: seal, verify, export, head, prune.",
    ),
    "backup": ("api.commands.backup:backup", "Write a backup, and check that it comes back."),
    "account": (
        "api.commands.account:account",
        "Who may sign in: add, passwd, disable, enable, list, token.",
    ),
    # The command over the database hangs itself on the group.
    "circles": (
        "api.commands.circles_update:circles",
        "Tell who reaches which facilities on foot; draw circles and gaps.",
    ),
    "coverage": ("api.commands.coverage:coverage", "Tell who reaches what on foot in an area."),
    "daily": ("api.commands.daily:daily", "Everything that wants doing once a day."),
    "db": ("api.commands.db:db", "The private PostGIS: start, stop, status, url, reset, psql."),
    "demo": ("api.commands.demo:demo", "Start everything with the sample and serve it."),
    "divide": ("api.commands.divide:divide", "Divide buildings into grids, from file to file."),
    "divide-all": (
        "api.commands.divide_all:divide_all",
        "Divide every community of the database, on all cores or a cluster.",
    ),
    "doctor": (
        "api.commands.doctor:doctor",
        "Examine settings and database; exit code 1 when something wants mending.",
    ),
    "embed": (
        "api.commands.embed:embed",
        "Keys by which other sites embed maps: add, list, show, revoke.",
    ),
    "export": ("api.commands.export:export", "Write a layer to a file."),
    "import": ("api.commands.importing:import_group", "Check files and store their rows."),
    "migrate": (
        "api.commands.migrate:migrate",
        "Bring the database to the schema of this version.",
    ),
    "osm": ("api.commands.osm:osm", "Turn an OpenStreetMap extract into layers."),
    "page": ("api.commands.pages:page", "Draw an area as one HTML file."),
    # The commands of redrawing and of paper hang themselves on the group.
    "plan": ("api.commands.plan_outputs:plan", "Divide, show, publish and hand over plans."),
    "redraw": (
        "api.commands.redraw_files:redraw",
        "Repair, complete, split and merge the grids of a package.",
    ),
    "restore": (
        "api.commands.backup:restore",
        "Bring a backup back in the place of the database.",
    ),
    "serve": ("api.commands.serve:serve", "Serve the HTTP face."),
    "site": ("api.commands.site:site", "Suggest where to build next for a facility kind."),
    "solve": ("api.commands.solve:solve", "Divide a weighted graph into connected parts."),
    "staff": (
        "api.commands.staff:staff",
        "Workers and posts: team templates, vacancies, chains, retention.",
    ),
    "verify": ("api.commands.verify:verify", "Check every promise of a grid package."),
}


class _LazyGroup(BilingualGroup):
    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        return sorted(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        if cmd_name not in _COMMANDS:
            return None
        module_name, attribute = _COMMANDS[cmd_name][0].split(":")
        command = getattr(importlib.import_module(module_name), attribute)
        assert isinstance(command, click.Command)  # noqa: S101
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        rows = [(name, text) for name, (_, text) in sorted(_COMMANDS.items())]
        if language() == "zh":
            rows = [(name, summary_of(chinese(text)).rstrip("。")) for name, text in rows]
        with formatter.section("Commands"):
            formatter.write_dl(rows)


@click.group(cls=_LazyGroup)
@click.version_option(package_name="wangge")
def wangge() -> None:
    """Keep the map of a city's neighbourhood grids."""


def exit_code(error: WanggeError) -> int:
    """Exit code of a fault: 2 for a bad input, 3 for what cannot be met, 1 for the rest."""
    if isinstance(error, InputError | NotFound):
        return 2
    return 3 if isinstance(error, Infeasible) else 1


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line; a fault is one clear sentence on stderr, never a traceback."""
    try:
        code = wangge.main(args=arguments, prog_name="wangge", standalone_mode=False)
    except click.ClickException as fault:
        show_fault(fault)
        sys.exit(fault.exit_code)
    except click.Abort:
        click.echo(say("Aborted!", "已中止。"), err=True)
        sys.exit(1)
    except WanggeError as error:
        click.echo(f"wangge: {error.message(language())} [{error.code}]", err=True)
        sys.exit(exit_code(error))
    sys.exit(code if isinstance(code, int) else 0)


if __name__ == "__main__":
    main()
