"""Numbers of grids: the order in which they are counted off, their codes and Chinese names."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np
import numpy.typing as npt

from gis.errors import Conflict

_DIGITS = "零一二三四五六七八九"
GRID_DIGITS = 3
MICRO_DIGITS = 2


def band_order(x: npt.ArrayLike, y: npt.ArrayLike) -> npt.NDArray[np.int64]:
    """
    Order places in bands from north to south, from west to east within a band.

    The places, sorted by northing, are cut into ``round(sqrt(n))`` bands of (nearly) the same
    number of places, so that a roughly square community is read like a page.

    Parameters
    ----------
    x, y
        Easting and northing of each place in one projected CRS, in metres; same length.

    Returns
    -------
    order
        Positions of the places in the order of counting; a permutation of ``0..n-1``.
        Equal places keep the order they were given in.

    Examples
    --------
    >>> band_order([0, 9, 0, 9], [9, 8, 0, 1]).tolist()
    [0, 1, 2, 3]
    """
    east, north = np.asarray(x, dtype=np.float64), np.asarray(y, dtype=np.float64)
    count = east.size
    if count == 0:
        return np.empty(0, dtype=np.int64)
    bands = max(1, round(count**0.5))
    from_north = np.lexsort((east, -north))
    band = np.empty(count, dtype=np.int64)
    band[from_north] = np.arange(count) * bands // count
    return np.lexsort((-north, east, band)).astype(np.int64)


def chinese_number(number: int) -> str:
    """
    Write 1..999 in Chinese as grids are named (第一百零五网格).

    >>> [chinese_number(n) for n in (1, 10, 12, 20, 105, 110, 999)]
    ['一', '十', '十二', '二十', '一百零五', '一百一十', '九百九十九']
    """
    if not 0 < number < 1000:
        raise ValueError(f"grids are numbered 1 to 999, not {number}")
    hundreds, rest = divmod(number, 100)
    tens, ones = divmod(rest, 10)
    words = f"{_DIGITS[hundreds]}百" if hundreds else ""
    if tens:
        words += "十" if tens == 1 and not hundreds else f"{_DIGITS[tens]}十"
    elif hundreds and ones:
        words += "零"
    return words + (_DIGITS[ones] if ones else "")


def grid_name(number: int) -> str:
    """
    Name the grid of that number; above 999 in digits.

    >>> grid_name(12), grid_name(1000)
    ('第十二网格', '第1000网格')
    """
    return f"第{chinese_number(number) if number < 1000 else number}网格"


def new_codes(prefix: str, used: Collection[str], count: int, digits: int) -> list[str]:
    """
    Give `count` codes below `prefix` that were never used.

    Counting goes on after the highest number ever used there, so a retired code never
    comes back.

    Parameters
    ----------
    prefix
        Code of the community (12 digits), or of the base grid (15) for micro grids.
    used
        All codes ever given below `prefix`.
    digits
        Digits after the prefix: 3 for base and special grids, 2 for micro grids.

    Raises
    ------
    Conflict
        The numbers below `prefix` are used up.

    Examples
    --------
    >>> new_codes("511500001001", {"511500001001004"}, 2, 3)
    ['511500001001005', '511500001001006']
    """
    length = len(prefix) + digits
    taken = [int(c[-digits:]) for c in used if c.startswith(prefix) and len(c) == length]
    first = max(taken, default=0) + 1
    if first + count > 10**digits:
        raise Conflict(
            f"{prefix} has only {10**digits - first} unused grid codes left and {count} are "
            "needed. Codes are never used twice: give the community a new area code.",
            f"{prefix} 只剩 {10**digits - first} 个未用网格编码，需要 {count} 个。"
            "编码不得重复使用，请为该社区启用新的区划代码。",
            prefix=prefix,
            needed=count,
        )
    return [f"{prefix}{n:0{digits}d}" for n in range(first, first + count)]


def numbered_like(
    standing: npt.NDArray[np.int64], fresh: npt.ArrayLike, households: npt.NDArray[np.int64]
) -> npt.NDArray[np.int32]:
    """
    Number the grids of another division after the standing ones they share most households with.

    Each standing number is given once, to the pair with most in common first; grids left over go
    on after the highest.

    Examples
    --------
    >>> old, new = np.array([4, 4, 2, 2]), np.array([0, 0, 0, 1])
    >>> numbered_like(old, new, np.array([10, 10, 10, 10])).tolist()
    [4, 4, 4, 2]
    """
    label = np.asarray(fresh, np.int64)
    had = standing >= 0
    pairs, which = np.unique(
        np.column_stack([label[had], standing[had]]), axis=0, return_inverse=True
    )
    shared = np.bincount(which.ravel(), households[had] + 1e-6, len(pairs))
    number: dict[int, int] = {}
    given: set[int] = set()
    for k in np.argsort(-shared, kind="stable"):
        new, old = (int(x) for x in pairs[k])
        if new not in number and old not in given:
            number[new] = old
            given.add(old)
    top = int(standing.max(initial=-1)) + 1
    for new in np.unique(label).tolist():
        if new not in number:
            number[new], top = top, top + 1
    values, place = np.unique(label, return_inverse=True)
    return np.array([number[int(v)] for v in values], np.int32)[place]
