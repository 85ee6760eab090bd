"""Outlines of grids are the union of their cells, vertex for vertex."""

from __future__ import annotations

import numpy as np

from gis.verify.edges import NOBODY, CellEdges, directed_edges
from gis.verify.findings import Finding, promise
from gis.verify.loads import grid_of_units
from gis.verify.package import Package


def check_outlines(community: Package, edges: CellEdges) -> list[Finding]:
    """Check that each grid's polygon has exactly the edges where its cells meet other grids."""
    grids = community.grids["grid"].to_numpy()
    number = grid_of_units(community)
    across = np.where(edges.across == NOBODY, NOBODY, number[edges.across])
    outer = number[edges.owner] != across
    a, b, whose = directed_edges(community.grids["geom"].to_numpy())
    found = edges.find(edges.vertex(a), edges.vertex(b))
    strange = whose[(found == NOBODY) | ~outer[found] | (number[edges.owner[found]] != whose)]
    drawn = np.zeros(len(outer), bool)
    drawn[found[found != NOBODY]] = True
    missing = number[edges.owner[outer & ~drawn]]
    return [
        promise(
            "outlines",
            community.community,
            "Grid polygons are the union of their cells",
            "网格面等于其单元面之并",
            grids[np.union1d(strange, missing)],
        )
    ]
