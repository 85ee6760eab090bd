"""
A verifier that trusts nobody: it re-reads a grid package and checks every promise.

It shares no code with the engine that makes packages. It opens SQLite itself, decodes the
geometry blobs, rebuilds contiguity from the edges of the cells, recounts loads in whole
numbers and computes a bound of its own (docs/grid-package.md is all it was written from).
"""

from __future__ import annotations

from pathlib import Path

from gis.verify.certificate import check_certificate
from gis.verify.edges import cell_edges
from gis.verify.findings import Finding
from gis.verify.ground import check_ground
from gis.verify.listing import check_listing, check_registration
from gis.verify.loads import recount
from gis.verify.outlines import check_outlines
from gis.verify.package import Package, read_package_file
from gis.verify.rules import check_rules
from gis.verify.structure import check_structure

__all__ = ["Finding", "verify_package"]


def verify_package(path: str | Path) -> list[Finding]:
    """
    Check every promise of a grid package.

    Parameters
    ----------
    path
        A GeoPackage after docs/grid-package.md.

    Returns
    -------
    findings
        One for each promise, kept or broken, with the ids concerned. When the structure
        is broken (a dangling reference, say) only that is returned, since nothing else can be
        judged.

    Raises
    ------
    UnreadableFile
        There is no such file, or it is not a GeoPackage.
    InvalidPackage
        A layer, table, column or document is missing or of the wrong type.

    Notes
    -----
    O(n log n) in the vertices, but for the union of the cells that measures gap and overlap.
    """
    package = read_package_file(Path(path))
    structure = [check_registration(package), *check_structure(package)]
    if not all(finding.holds for finding in structure[1:]):
        return structure
    checks = (_community(community) for community in package.communities())
    return [*structure, *(finding for findings in checks for finding in findings)]


def _community(community: Package) -> list[Finding]:
    edges = cell_edges(community)
    count = recount(community, edges)
    return [
        *check_ground(community, edges),
        *check_outlines(community, edges),
        *check_rules(community, count),
        *check_certificate(community, edges, count),
        *check_listing(community),
    ]
