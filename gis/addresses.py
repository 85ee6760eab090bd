"""An address as people say it, as the keys by which buildings are found."""

from __future__ import annotations

import re

from gis.io.spelling import folded_address

_WITHIN = re.compile(r"(?<=幢)(?:\d+单元|\d+层|\d+室|\d+楼|[\d-]+$).*$")
_WIDER = re.compile(r"^.*?(?:省|市|自治区|自治州|区|县|镇|乡|街道|社区|村)(?=.)")
_SMALL_AREA = re.compile(r"小区(?=[a-z]?\d)")
_MOST = 8


def address_keys(text: str) -> tuple[str, ...]:
    """
    Spell an address as it may be stored, the most exact spelling first.

    Flat and stairwell fall off its end, county, town and community off its beginning. Full-width
    signs, traditional characters, Chinese numerals and the words for a building are folded
    (`gis.io.spelling.folded_address`). At most eight spellings; an empty text gives none.

    Examples
    --------
    >>> address_keys("高县庆符镇望江路１２號 3號樓2单元501室")[-1]
    '望江路12号3幢'
    >>> address_keys("锦绣苑小区三栋")
    ('锦绣园3幢',)
    """
    key = _SMALL_AREA.sub("", folded_address(text))
    spelled = [key, _WITHIN.sub("", key)]
    while (shorter := _WIDER.sub("", spelled[-1], count=1)) != spelled[-1] and len(spelled) < _MOST:
        spelled.append(shorter)
    return tuple(dict.fromkeys(one for one in spelled if one))
