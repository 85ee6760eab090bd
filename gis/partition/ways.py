"""Which ways of searching suit a problem of exactly k parts, and what their work is worth."""

from __future__ import annotations

from gis.partition.centred import CentreSearch
from gis.partition.clock import Clock
from gis.partition.districts import Hunt
from gis.partition.recutting import Recuts
from gis.partition.tempering import Ladder
from gis.partition.turns import Turns, Way

_LADDER = 2.0  # where units are heavy flips rarely get through: most of the work is the ladder's


def turns_of(hunt: Hunt, clock: Clock) -> Turns:
    """Ways of searching that suit a problem, with the seconds of one unit of their work."""
    ways = [Way(lambda: hunt.round(clock), 7e-8)]
    recuts, centred, ladder = Recuts(hunt), CentreSearch(hunt), Ladder(hunt)
    if recuts.is_useful and hunt.task.inertia and ladder.is_useful:
        ways.append(Way(lambda: ladder.round(clock), 7e-8, _LADDER))
    elif recuts.is_useful:
        ways.append(Way(lambda: recuts.round(clock), 7e-8))
    if hunt.task.inertia and centred.is_useful:
        ways.append(Way(lambda: centred.round(clock), 2e-4))
    return Turns(ways)
