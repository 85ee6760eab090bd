"""
The tables of Wangge as SQLAlchemy Core, the models that migrations are checked against.

Geometry is stored in EPSG:4326. Spatial indexes are declared explicitly
(``spatial_index=False`` on the column), so that autogenerate neither doubles nor
drops them. Every time is ``timestamptz``; every validity is a ``daterange``
closed below and open above.
"""

from gis.store.tables.accounts import (
    account,
    account_scope,
    api_token,
    login_attempt,
    session,
)
from gis.store.tables.audit import audit_event, audit_seal
from gis.store.tables.changes import change, change_floor
from gis.store.tables.columns import metadata
from gis.store.tables.embeds import embed_key
from gis.store.tables.layers import (
    area,
    barrier,
    building,
    building_key,
    courtyard,
    facility,
    gate,
    import_row,
    import_run,
    retirement,
    stairwell,
    street,
)
from gis.store.tables.people import building_group, post, resident_group, team, worker
from gis.store.tables.plans import (
    assignment,
    border,
    edit,
    ground,
    plan,
    plan_grid,
    plan_presence,
    snapshot,
    unit,
)
from gis.store.tables.publications import (
    grid,
    grid_period,
    handover,
    lineage,
    publication,
)
from gis.store.tables.visits import handover_receipt, search_key, visit
from gis.store.tables.walking import (
    circle,
    coverage_figure,
    reach,
    service_gap,
    site,
    walking_run,
)

__all__ = [
    "account",
    "account_scope",
    "api_token",
    "area",
    "assignment",
    "audit_event",
    "audit_seal",
    "barrier",
    "border",
    "building",
    "building_group",
    "building_key",
    "change",
    "change_floor",
    "circle",
    "courtyard",
    "coverage_figure",
    "edit",
    "embed_key",
    "facility",
    "gate",
    "grid",
    "grid_period",
    "ground",
    "handover",
    "handover_receipt",
    "import_row",
    "import_run",
    "lineage",
    "login_attempt",
    "metadata",
    "plan",
    "plan_grid",
    "plan_presence",
    "post",
    "publication",
    "reach",
    "resident_group",
    "retirement",
    "search_key",
    "service_gap",
    "session",
    "site",
    "snapshot",
    "stairwell",
    "street",
    "team",
    "unit",
    "visit",
    "walking_run",
    "worker",
]
