"""What OpenStreetMap's tags mean in the words of Wangge."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache

Tags = Mapping[str, str]

# What may hold something of ours; everything else never reaches Python.
_PLACES = (
    "amenity", "shop", "leisure", "office", "healthcare", "craft", "tourism", "social_facility",
)  # fmt: skip
NODE_KEYS = (*_PLACES, "barrier", "foot", "access")
LINE_KEYS = ("highway", "railway", "waterway", "barrier")
AREA_KEYS = (*_PLACES, "building", "landuse", "natural", "waterway")
# The tags of a line that are read below.
_WALKING = ("highway", "foot", "access", "area", "motorroad", "impassable", "emergency", "service")
LINE_TAGS = (
    *_WALKING, "railway", "waterway", "barrier", "bridge", "tunnel", "covered", "layer", "name",
)  # fmt: skip

_STREETS = {
    "trunk": "arterial", "primary": "arterial", "secondary": "arterial",
    "trunk_link": "arterial", "primary_link": "arterial", "secondary_link": "arterial",
    "tertiary": "street", "tertiary_link": "street", "unclassified": "street",
    "residential": "street", "road": "street",
    "living_street": "lane", "service": "lane", "track": "lane",
    "footway": "footpath", "path": "footpath", "pedestrian": "footpath",
    "corridor": "footpath", "elevator": "footpath",
    "residential_link": "street", "cycleway": "cycleway", "steps": "steps",
}  # fmt: skip
# Nobody walks there unless `foot` says so; cycleways then count as footpaths.
_STREETS_ON_FOOT = {
    "motorway": "arterial", "motorway_link": "arterial", "busway": "lane",
    "bus_guideway": "lane", "bridleway": "footpath", "cycleway": "footpath",
    "platform": "footpath",
}  # fmt: skip
_FOOT_YES = (
    "yes", "private", "permissive", "use_sidepath", "delivery", "designated", "destination",
    "customers", "official", "public", "restricted", "crossing", "sidewalk", "allowed",
    "passable", "footway", "permit", "residents", "true", "1",
)  # fmt: skip
_FOOT_NO = ("no", "agricultural", "discouraged", "forestry", "false", "0")
_ACCESS_NO = (*_FOOT_NO, "emergency", "psv", "military")
_SOLID = ("wall", "fence", "jersey_barrier", "debris", "barrier_board")
_PRIVATE = ("private", "residents", "permit")
_PRIVATE_SERVICES = ("driveway", "parking_aisle", "drive-through", "emergency_access")
_ARTERIAL_BARRIERS = ("motorway", "trunk", "primary", "secondary")
_RAILS = ("rail", "light_rail", "subway", "narrow_gauge", "monorail")
_WALLS = ("wall", "fence", "city_wall")
_GATES = ("gate", "lift_gate", "swing_gate", "sliding_gate", "entrance", "kissing_gate",
          "sally_port", "turnstile", "full-height_turnstile")  # fmt: skip
_GROUND = frozenset(("waterway", "natural", "landuse"))
_NO_WATER = ("intermittent", "fountain", "pool", "reflecting_pool", "wastewater", "ditch")
_NO = ("no", "false", "0")

_NOT_A_BUILDING = ("no", "roof", "entrance", "ruins", "demolished", "proposed", "carport", "tent")
_ONE_FAMILY = ("house", "detached", "semidetached_house", "bungalow", "villa", "farm", "cabin",
               "houseboat", "static_caravan", "siheyuan")  # fmt: skip
_HOMES = ("residential", "apartments", "terrace")
_OTHER_USES = frozenset(("amenity", "office", "leisure", "tourism", "craft"))

# (key, value or None for any, kind): the first row that fits counts.
_FACILITIES: tuple[tuple[str, str | None, str], ...] = (
    ("amenity", "community_centre", "service_centre"),
    ("amenity", "townhall", "service_centre"),
    ("amenity", "public_building", "service_centre"),
    ("office", "government", "service_centre"),
    ("amenity", "pharmacy", "pharmacy"),
    ("healthcare", "pharmacy", "pharmacy"),
    ("shop", "chemist", "pharmacy"),
    ("amenity", "hospital", "medical"),
    ("amenity", "clinic", "medical"),
    ("amenity", "doctors", "medical"),
    ("amenity", "dentist", "medical"),
    ("amenity", "canteen", "canteen"),
    ("social_facility", "soup_kitchen", "canteen"),
    ("amenity", "nursing_home", "elder_care"),
    ("social_facility", "nursing_home", "elder_care"),
    ("social_facility", "assisted_living", "elder_care"),
    ("social_facility", "group_home", "elder_care"),
    ("social_facility", "day_care", "elder_care"),
    ("healthcare", None, "medical"),
    ("amenity", "kindergarten", "kindergarten"),
    ("amenity", "childcare", "kindergarten"),
    ("amenity", "school", "school"),
    ("amenity", "cafe", "cafe"),
    ("shop", "coffee", "cafe"),
    ("shop", "tea", "cafe"),
    ("amenity", "library", "culture"),
    ("amenity", "arts_centre", "culture"),
    ("amenity", "theatre", "culture"),
    ("amenity", "cinema", "culture"),
    ("tourism", "museum", "culture"),
    ("tourism", "gallery", "culture"),
    ("shop", "books", "culture"),
    ("amenity", "bicycle_repair_station", "repair"),
    ("shop", "repair", "repair"),
    ("shop", "bicycle", "repair"),
    ("shop", "shoe_repair", "repair"),
    ("shop", "locksmith", "repair"),
    ("shop", "tailor", "repair"),
    ("craft", "shoemaker", "repair"),
    ("craft", "key_cutter", "repair"),
    ("craft", "locksmith", "repair"),
    ("craft", "tailor", "repair"),
    ("craft", "watchmaker", "repair"),
    ("craft", "electronics_repair", "repair"),
    ("amenity", "marketplace", "market"),
    ("shop", "supermarket", "market"),
    ("shop", "convenience", "market"),
    ("shop", "greengrocer", "market"),
    ("amenity", "toilets", "toilet"),
    ("leisure", "park", "park"),
    ("amenity", "restaurant", "other"),
    ("amenity", "fast_food", "other"),
    ("amenity", "food_court", "other"),
    ("amenity", "bank", "other"),
    ("amenity", "post_office", "other"),
    ("amenity", "police", "other"),
    ("amenity", "social_facility", "other"),
    ("leisure", "sports_centre", "other"),
    ("leisure", "fitness_centre", "other"),
    ("shop", "vacant", "other"),
    ("shop", "laundry", "other"),
    ("shop", "dry_cleaning", "other"),
    ("shop", "hairdresser", "other"),
    ("shop", "beauty", "other"),
    ("shop", "copyshop", "other"),
    ("shop", "photo", "other"),
    ("shop", "mall", "other"),
    ("shop", "department_store", "other"),
    ("amenity", "parcel_locker", "other"),
    ("amenity", "recycling", "other"),
    ("leisure", "pitch", "other"),
    ("leisure", "fitness_station", "other"),
)

# What a place does besides its kind, in the finer words of gis.circles.kinds.
_FUNCTIONS: dict[tuple[str, str], str] = {
    ("shop", "convenience"): "convenience_store",
    ("shop", "supermarket"): "supermarket",
    ("shop", "greengrocer"): "fresh_food",
    ("shop", "laundry"): "laundry",
    ("shop", "dry_cleaning"): "laundry",
    ("shop", "hairdresser"): "hairdresser",
    ("shop", "beauty"): "hairdresser",
    ("shop", "copyshop"): "photo_print",
    ("shop", "photo"): "photo_print",
    ("shop", "mall"): "mall",
    ("shop", "department_store"): "mall",
    ("amenity", "restaurant"): "restaurant",
    ("amenity", "fast_food"): "restaurant",
    ("amenity", "food_court"): "restaurant",
    ("amenity", "bank"): "bank",
    ("amenity", "post_office"): "post_office",
    ("amenity", "parcel_locker"): "parcel",
    ("amenity", "recycling"): "recycling",
    ("leisure", "fitness_station"): "fitness_ground",
    ("leisure", "pitch"): "small_sports_ground",
}


_FACILITY_KEYS = frozenset(key for key, _, _ in _FACILITIES)
_FACILITY_ROWS = {(key, value): row for row, (key, value, _) in enumerate(_FACILITIES)}


def street_class(tags: Tags) -> str | None:
    """
    Class of a way one may walk, of `gis.contracts.STREET_CLASSES`; None of any other.

    ``foot`` counts before ``access``; an area is no way.
    """
    return _walked(*map(tags.get, _WALKING))


@lru_cache(maxsize=4096)
def _walked(*values: str | None) -> str | None:
    """Street class by the values of `_WALKING`, which repeat from way to way."""
    tags = {key: value for key, value in zip(_WALKING, values, strict=True) if value is not None}
    highway = tags.get("highway", "")
    if highway not in _STREETS and highway not in _STREETS_ON_FOOT:
        return None
    foot = _foot(tags)
    if foot is False or (foot is None and _barred(tags)):
        return None
    if tags.get("area") == "yes":
        return None
    said = _STREETS_ON_FOOT.get(highway) if foot else None
    return said or _STREETS.get(highway)


def bars_people(tags: Tags) -> bool:
    """
    Whether nobody on foot passes a node of a way.

    A gate, bollard or stile alone bars nobody; ``foot`` or ``access`` that says so does, and a
    wall across the way.
    """
    foot = _foot(tags)
    if foot is not None:
        return not foot
    return _barred(tags) or tags.get("barrier") in _SOLID


def _foot(tags: Tags) -> bool | None:
    """What ``foot`` says; None: nothing that is understood."""
    values = [value.strip() for value in tags.get("foot", "").split(";")]
    if any(value in _FOOT_YES for value in values):
        return True
    return False if any(value in _FOOT_NO for value in values) else None


def _barred(tags: Tags) -> bool:
    """Whether people stay out where ``foot`` says nothing."""
    if tags.get("motorroad") == "yes" or tags.get("impassable") == "yes":
        return True
    access = tags.get("access")
    if access is None:
        return False
    emergency = tags.get("emergency") == "yes" or tags.get("service") == "emergency_access"
    values = [value.strip() for value in access.split(";")]
    return all(value in _ACCESS_NO for value in values) or (access == "private" and emergency)


def street_access(tags: Tags) -> str:
    """Whether a way people walk is ``private``: of residents only, a driveway, a parking aisle."""
    foot = tags.get("foot")
    if foot is not None and _foot(tags):
        return "private" if foot in _PRIVATE else "public"
    own = tags.get("access") in _PRIVATE or tags.get("service") in _PRIVATE_SERVICES
    return "private" if own else "public"


def street_level(tags: Tags) -> float:
    """
    ``layer``: how many ways run below this one; 0 where that is no number from -50 to 50.

    >>> street_level({"layer": "-1"}), street_level({"layer": "above"})
    (-1.0, 0.0)
    """
    found = re.fullmatch(r"[+-]?\d{1,2}(?:\.\d+)?", tags.get("layer", "0").strip())
    level = float(found[0]) if found else 0.0
    return level if abs(level) <= 50 else 0.0


def barrier_kind(tags: Tags) -> str | None:
    """
    Kind of barrier a line is, of `gis.contracts.BARRIER_KINDS`.

    What runs in a tunnel or culvert bars nobody's way; nor does a railway on a bridge.
    """
    if _is(tags, "tunnel") or _is(tags, "covered"):
        return None
    if tags.get("waterway") in ("river", "canal"):
        return "river"
    if tags.get("railway") in _RAILS and not _is(tags, "bridge"):
        return "railway"
    if tags.get("highway") in _ARTERIAL_BARRIERS:
        return "arterial"
    return "wall" if tags.get("barrier") in _WALLS else None


def barrier_area_kind(tags: Tags) -> str | None:
    """
    Kind of barrier an area is: water that stays, or the yard of a railway.

    Water in a tunnel or culvert bars nobody's way, nor does water that comes and goes.
    """
    if _GROUND.isdisjoint(tags):
        return None
    if _is(tags, "tunnel") or _is(tags, "covered") or _is(tags, "intermittent"):
        return None
    banks = tags.get("waterway") in ("riverbank", "dock")
    if banks or tags.get("natural") == "water" or tags.get("landuse") == "reservoir":
        return None if tags.get("water") in _NO_WATER else "river"
    return "railway" if tags.get("landuse") == "railway" else None


def is_gate(tags: Tags) -> bool:
    """
    Whether people go through.

    A bollard stops cars and stands on a street, not in a wall; a gate where ``access`` or
    ``foot`` says no lets nobody through.
    """
    return tags.get("barrier") in _GATES and not bars_people(tags)


def on_bridge(tags: Tags) -> bool:
    """Whether a way runs over something."""
    return _is(tags, "bridge")


def in_tunnel(tags: Tags) -> bool:
    """Whether a way runs under something; a passage through a building is on the ground."""
    return _is(tags, "tunnel") and tags["tunnel"] != "building_passage"


def _is(tags: Tags, key: str) -> bool:
    return tags.get(key, "no") not in _NO


def building_use(tags: Tags) -> str | None:
    """Use of a building (`gis.estimate.USES`); None of what is no building above ground."""
    value = tags.get("building", "no")
    if value in _NOT_A_BUILDING or tags.get("location") == "underground":
        return None
    if value in _ONE_FAMILY:
        return "one_family"
    if value in _HOMES:
        return "homes"
    other = not _OTHER_USES.isdisjoint(tags)
    return "unknown" if value == "yes" and not other else "other"


def is_residential_land(tags: Tags) -> bool:
    """Whether an area is land people live on."""
    return tags.get("landuse") == "residential"


def is_walled(tags: Tags) -> bool:
    """Whether an area's own outline is a wall or fence."""
    return tags.get("barrier") in _WALLS or "fence_type" in tags


def may_be_courtyard(tags: Tags) -> bool:
    """Whether residential land is one compound: named or walled, and no quarter of a town."""
    return is_residential_land(tags) and "place" not in tags and ("name" in tags or is_walled(tags))


def courtyard_kind(tags: Tags) -> str:
    """Old before 2000, new from 2000 on, other when nobody wrote the year down."""
    year = re.match(r"\d{4}", tags.get("start_date", ""))
    if year is None:
        return "other"
    return "old" if int(year[0]) < 2000 else "new"


def facility_kind(tags: Tags) -> str | None:
    """Kind of a facility, of `gis.contracts.FACILITY_KINDS`; None of any other thing."""
    if _FACILITY_KEYS.isdisjoint(tags):
        return None
    found = [
        row
        for key in _FACILITY_KEYS
        if (value := tags.get(key)) is not None
        for row in (_FACILITY_ROWS.get((key, value)), _FACILITY_ROWS.get((key, None)))
        if row is not None
    ]
    return _FACILITIES[min(found)][2] if found else None


def facility_functions(tags: Tags) -> str | None:
    """
    Finer kinds a facility serves, with semicolons; None where its kind says all.

    >>> facility_functions({"shop": "convenience"}), facility_functions({"amenity": "school"})
    ('convenience_store', None)
    >>> facility_functions({"shop": "copyshop", "amenity": "post_office"})
    'photo_print;post_office'
    """
    found = [word for (key, value), word in _FUNCTIONS.items() if tags.get(key) == value]
    return ";".join(dict.fromkeys(found)) or None


def floors(tags: Tags) -> float | None:
    """
    Floors written down, the highest of several; None when there is no number from 1 to 200.

    >>> floors({"building:levels": "5;6"}), floors({"building:levels": "many"})
    (6.0, None)
    """
    written = tags.get("building:levels")
    if written is None:
        return None
    numbers = re.findall(r"\d+(?:\.\d+)?", written[:40])
    highest = max((float(n) for n in numbers), default=0.0)
    return float(round(highest)) if 1 <= highest <= 200 else None


def dwellings(tags: Tags) -> float | None:
    """
    Dwellings written down: ``building:flats``, else counted from ``addr:flats``.

    >>> dwellings({"building:flats": "36"}), dwellings({"addr:flats": "1-4;7;9A"})
    (36.0, 6.0)
    """
    if "building:flats" not in tags and "addr:flats" not in tags:
        return None
    stated = tags.get("building:flats", "").strip()
    if re.fullmatch(r"[0-9]{1,5}", stated):
        return float(stated)
    count = sum(_flats(part.strip()) for part in re.split(r"[;,]", tags.get("addr:flats", "")))
    return float(count) if 0 < count <= 100_000 else None


def _flats(part: str) -> int:
    span = re.fullmatch(r"([0-9]{1,5})\s*-\s*([0-9]{1,5})", part)
    if span is None:
        return 1 if part else 0
    return max(int(span[2]) - int(span[1]) + 1, 1)


def address(tags: Tags) -> str | None:
    """The address in full, or street and house number as the language writes them."""
    if "addr:full" in tags:
        return tags["addr:full"]
    street, number = tags.get("addr:street", ""), tags.get("addr:housenumber", "")
    chinese = any("\u4e00" <= letter <= "\u9fff" for letter in street)
    return (street + number if chinese else f"{street} {number}".strip()) or None
