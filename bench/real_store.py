"""
Take real extracts the whole road; the third table of `bench/real.md`.

    python -m bench.real_store [--write]

Imported, divided, published and drawn on a throw-away PostGIS (fsync off). The community is the
convex hull of the buildings and 15 m. ``problems`` are counted from the stored assignment.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TypeVar

import geopandas as gpd
import sqlalchemy as sa

from api.services.database import prepare_server
from api.services.importing import ImportOptions, import_file, import_osm
from api.services.plan_files import plan_file
from api.services.plans import divide_community, plan_state
from api.services.publishing import publish_plan
from api.settings import Settings
from api.today import today
from bench.real import TABLE, markdown, real_data
from gis.io.osm import read_osm
from gis.io.write import write_layer
from gis.partition.rules import load_rules
from gis.store import migrate
from gis.store.engine import open_engine
from gis.store.sight import EVERYWHERE
from ops.throwaway import throwaway_cluster

EXTRACTS = ("beijing_tsinghua.osm", "liechtenstein_valhalla.osm.pbf")
CODE = "990000000001"
T = TypeVar("T")
START, END = "<!-- store -->\n", "<!-- end of store -->\n"


def timed(work: Callable[[], T]) -> tuple[T, str]:
    """Return what the work gives and its seconds on the wall."""
    start = time.perf_counter()
    result = work()
    return result, f"{time.perf_counter() - start:.1f}"


def community(path: Path, folder: Path) -> Path:
    """Write the area of an extract: the hull of its buildings."""
    buildings = read_osm(path)["buildings"]
    metric = buildings.to_crs(buildings.estimate_utm_crs())
    hull = gpd.GeoSeries([metric.geometry.union_all().convex_hull.buffer(15)], crs=metric.crs)
    columns = {"area_code": [CODE], "name": [path.stem], "level": ["community"]}
    area = gpd.GeoDataFrame(columns, geometry=hull.to_crs(4326))
    return write_layer(area, folder / "area.gpkg", layer="areas")


def measured(path: Path, engine: sa.Engine) -> dict[str, str]:
    """Figures of one extract in an empty, migrated database."""
    with TemporaryDirectory() as folder:
        import_file(engine, community(path, Path(folder)), "areas")
    options = ImportOptions(community=CODE)
    results, import_s = timed(lambda: import_osm(engine, path, options))
    rules = load_rules("gaoxian-2020")
    plan_id, divide_s = timed(lambda: divide_community(engine, CODE, rules, made_by="bench"))
    state = plan_state(engine, plan_id)
    day = today()
    _, publish_s = timed(
        lambda: publish_plan(engine, plan_id, valid_from=day, today=day, published_by="bench")
    )
    with engine.connect() as connection:
        page, page_s = timed(lambda: plan_file(connection, EVERYWHERE, plan_id, "zh", Settings()))
    return {
        "extract": path.name,
        "rows stored": f"{sum(result.counts.added for result in results):,}",
        "rows waiting": str(sum(result.waiting for result in results)),
        "import s": import_s,
        "households": f"{int(state.grids['households'].sum()):,}",
        "grids": str(len(state.grids)),
        "problems": str(len(state.problems)),
        "ground + divide + store s": divide_s,
        "publish s": publish_s,
        "page s": page_s,
        "page MB": f"{len(page.encode()) / 1e6:.1f}",
    }


def main() -> None:
    """Print the table; ``--write`` puts it into ``bench/real.md``."""
    folder = real_data()
    if folder is None:
        sys.exit("bench.real_store: no extracts beside the project")
    rows = []
    with throwaway_cluster() as server:
        for number, name in enumerate(EXTRACTS):
            prepare_server(server, f"real_{number}")
            url = sa.make_url(server).set(database=f"real_{number}")
            engine = open_engine(url.render_as_string(hide_password=False))
            migrate.upgrade(engine)
            rows.append(measured(folder / name, engine))
            engine.dispose()
    table = markdown(rows)
    print(table)
    if "--write" in sys.argv:
        before, _, rest = TABLE.read_text(encoding="utf-8").partition(START)
        after = rest.partition(END)[2]
        TABLE.write_text(f"{before}{START}{table}\n{END}{after}", encoding="utf-8")


if __name__ == "__main__":
    main()
