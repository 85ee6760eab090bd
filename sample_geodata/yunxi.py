"""The drawing of the made-up street office 云溪街道: river, roads, communities, wishes."""

from __future__ import annotations

from sample_geodata.plan import (
    CommunitySeed,
    Road,
    TownPlan,
    Wish,
    bank_roads,
    below,
    smooth,
    smooth_ring,
)

COUNTY = ("511599000000", "南屏县")
SUBDISTRICT = ("511599001000", "云溪街道")

_RIVER = smooth(
    [
        (-1000, 150),
        (-740, 185),
        (-485, 130),
        (-235, 0),
        (35, -65),
        (280, -30),
        (520, -90),
        (765, -205),
        (1000, -250),
    ]
)
_RAILWAY = smooth([(-1000, 570), (-435, 555), (85, 540), (520, 555), (1000, 600)])
_AVENUE = smooth([(60, -785), (40, -435), (10, -65), (25, 260), (65, 540), (85, 785)])
_SOUTH_STREET = smooth([(-1000, -205), (-610, -230), (-350, -250), (30, -285), (435, -320)])
_TOWN = smooth_ring(
    [
        (-810, 660),
        (-260, 685),
        (130, 695),
        (485, 685),
        (775, 660),
        (820, 450),
        (765, 295),
        (805, 105),
        (835, -155),
        (765, -375),
        (720, -540),
        (450, -555),
        (260, -615),
        (-105, -575),
        (-365, -600),
        (-610, -520),
        (-740, -485),
        (-765, -315),
        (-815, -130),
        (-775, 105),
        (-825, 330),
    ]
)
_BOUNDARY = below(_TOWN, _RAILWAY, 22.0)

_ROADS = (
    Road(_AVENUE, "arterial", "迎宾大道"),
    Road(
        smooth([(-1000, 375), (-435, 345), (25, 305), (420, 325), (1000, 300)]),
        "street",
        "云溪路",
    ),
    Road(_SOUTH_STREET, "street", "南正街"),
    Road(smooth([(435, -320), (695, -365), (1000, -410)]), "street", "南正街东段"),
    Road(
        smooth([(-1000, 530), (-435, 520), (65, 505), (520, 520), (1000, 560)]), "street", "站前街"
    ),
    Road(
        smooth([(-375, -785), (-350, -250), (-375, 70), (-410, 345), (-435, 525)]),
        "street",
        "槐树街",
    ),
    Road(
        smooth([(375, -785), (410, -320), (375, -50), (395, 325), (435, 522)]), "street", "石桥路"
    ),
    Road(smooth([(-615, -230), (-600, 0), (-620, 165), (-630, 370)]), "street", "棉纺路"),
    Road(smooth([(641, -364), (610, -130), (640, 105), (632, 343)]), "street", "桥东路"),
    *bank_roads(_RIVER, ("滨河北路", "滨河南路")),
)

_WISHES = (
    Wish(-150, 105, "park", 21_000),
    Wish(485, 50, "park", 12_000),
    Wish(-485, -50, "school", 17_000),
    Wish(520, 220, "school", 18_000),
    Wish(-220, -375, "school", 14_000),
    Wish(175, -155, "hospital", 19_000),
    Wish(565, -450, "mill", 38_000),
    Wish(-140, 420, "market", 10_000),
    Wish(245, -390, "market", 10_000),
    Wish(130, 220, "offices", 10_000),
    Wish(-285, 220, "kindergarten", 7_000),
    Wish(270, 85, "kindergarten", 6_000),
    Wish(-540, -365, "kindergarten", 7_000),
    Wish(-540, 250, "new", 22_000),
    Wish(-715, 15, "new", 21_000),
    Wish(-260, -140, "new", 19_000),
    Wish(220, 420, "new", 22_000),
    Wish(695, 435, "new", 24_000),
    Wish(715, 50, "new", 19_000),
    Wish(520, -220, "new", 21_000),
    Wish(-625, -420, "new", 22_000),
    Wish(-130, -485, "new", 19_000),
    Wish(120, 105, "commercial", 10_000),
    Wish(-95, 235, "commercial", 10_000),
    Wish(120, -350, "commercial", 10_000),
)

PLAN = TownPlan(
    boundary=_BOUNDARY,
    roads=_ROADS,
    communities=(
        CommunitySeed("云溪社区", -260, 175),
        CommunitySeed("锦屏社区", 350, 220),
        CommunitySeed("石桥社区", 350, -260),
        CommunitySeed("柳湾社区", -260, -420),
    ),
    cuts=(_AVENUE, _SOUTH_STREET, _RIVER),
    river=_RIVER,
    railway=_RAILWAY,
    wishes=_WISHES,
    uses={"old": 0.69, "resettlement": 0.14, "houses": 0.1, "commercial": 0.07},
    oversized=True,
)
