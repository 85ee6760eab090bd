"""``wangge verify``: check every promise of a grid package."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import click

from api.commands.bilingual import BilingualCommand
from api.language import language, say


@click.command(cls=BilingualCommand)
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="As a JSON document.")
@click.option("--quiet", is_flag=True, help="Only what is broken.")
def verify(file: Path, as_json: bool, quiet: bool) -> None:
    """
    Check every promise of the grid package FILE with code that shares nothing with the engine.

    Exit code 0: all promises hold; 1: some is broken; 2: not a grid package.
    """
    from gis.verify import verify_package

    findings = verify_package(file)
    broken = [finding for finding in findings if not finding.holds]
    if as_json:
        documents = [finding.document() for finding in findings]
        click.echo(json.dumps({"holds": not broken, "findings": documents}, ensure_ascii=False))
    else:
        for finding in broken if quiet else findings:
            mark, where = "✓" if finding.holds else "✗", finding.community
            click.echo(f"{mark} {where + ' ' if where else ''}{finding.sentence(language())}")
        click.echo(
            say(
                f"{len(findings) - len(broken)} promises hold, {len(broken)} are broken.",
                f"{len(findings) - len(broken)} 项成立，{len(broken)} 项不成立。",
            )
        )
    sys.exit(1 if broken else 0)
