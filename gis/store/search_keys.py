"""How names are typed, kept by name: a name is read once, and again when it changes."""

from __future__ import annotations

from collections.abc import Iterable

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql as pg

from gis.search_keys import RULE
from gis.store.tables import search_key

Keys = dict[str, tuple[str, str]]


def kept_keys(connection: sa.Connection, names: Iterable[str]) -> Keys:
    """Return the pinyin and the initials of those names that are kept."""
    query = sa.select(search_key.c.text, search_key.c.pinyin, search_key.c.initials).where(
        search_key.c.text == sa.any_(sa.bindparam("names", type_=pg.ARRAY(sa.Text))),
        search_key.c.rule == RULE,
    )
    found = connection.execute(query, {"names": sorted(set(names))})
    return {text: (pinyin, initials) for text, pinyin, initials in found}


def keep_keys(connection: sa.Connection, read: Keys) -> None:
    """Keep how names are typed, as `gis.search_keys.pinyin_keys` reads them."""
    insert = pg.insert(search_key)
    rows = [
        {"text": name, "rule": RULE, "pinyin": pinyin, "initials": initials}
        for name, (pinyin, initials) in sorted(read.items())
    ]
    if rows:
        connection.execute(
            insert.on_conflict_do_update(
                index_elements=["text"],
                set_={c: insert.excluded[c] for c in ("rule", "pinyin", "initials")},
            ),
            rows,
        )
