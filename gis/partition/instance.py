"""A division problem as plain arrays: units with weights, edges, and what is asked for."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from gis.errors import InputError, first_ids
from gis.partition.graph import Floats, Ints, PieceGraph, piece_graph

HEAVIEST = 10**12

Objective = Literal["parts", "cut-edges", "inertia"]
OBJECTIVES: tuple[Objective, ...] = ("parts", "cut-edges", "inertia")


@dataclass(frozen=True)
class Instance:
    """
    A graph to be divided, checked.

    Either ``cap`` is given (as few connected parts as possible, none above it) or ``k``, ``low``
    and ``high`` (exactly k connected parts, each of a weight from low to high).

    Attributes
    ----------
    graph
        Units with their weights as load; each touching pair once, all borders of length 1.
    ids
        Name of each unit, for messages and the answer.
    placed
        Whether coordinates in metres were given.
    """

    name: str
    graph: PieceGraph
    ids: tuple[str, ...]
    placed: bool
    cap: int | None = None
    k: int | None = None
    low: int = 0
    high: int = 0


def instance_of(document: object) -> Instance:
    """
    Check a document with the keys ``w``, ``edges``, and ``cap`` or ``k``, ``L`` and ``U``.

    ``x`` and ``y`` (metres), ``ids``, ``name``, ``n`` and ``m`` may be there; other keys are
    passed over. Edges may come in any direction and more than once and count once; a unit that
    touches itself is passed over.

    Raises
    ------
    InputError
        A key is missing or of the wrong kind, a number is negative, not finite or not whole,
        an edge names no unit, the limits contradict each other; key and unit are named.
    """
    if not isinstance(document, Mapping):
        raise InputError("The instance is not a JSON object.", "实例不是 JSON 对象。")
    w = _whole("w", document.get("w"))
    if len(w) == 0:
        raise InputError("The instance has no units: 'w' is empty.", "实例没有单元：w 为空。")
    n = len(w)
    ids = _ids(document.get("ids"), n)
    _check_count(document, "n", n)
    heavy = np.flatnonzero((w < 0) | (w > HEAVIEST))
    if len(heavy):
        raise InputError(
            f"Weights must lie between 0 and {HEAVIEST}; not so: {_named(ids, heavy)}.",
            f"权重必须在 0 与 {HEAVIEST} 之间；有误的单元：{_named(ids, heavy)}。",
        )
    edges = _edges(document.get("edges"), n)
    places = [_places(document, axis, n) for axis in ("x", "y")]
    placed = places[0] is not None and places[1] is not None
    x, y = places if placed else (None, None)
    graph = piece_graph(w, edges[:, 0], edges[:, 1], x=x, y=y)
    ones = np.ones(len(graph.i))
    graph = PieceGraph(graph.load, graph.x, graph.y, graph.mass, graph.i, graph.j, ones)
    name = str(document.get("name", ""))
    if ("cap" in document) == ("k" in document):
        raise InputError(
            "Give either 'cap', or 'k' with 'L' and 'U'.", "请给出 cap，或者 k 与 L、U，二者取一。"
        )
    if "cap" in document:
        cap = _number(document, "cap", 1)
        return Instance(name, graph, ids, placed, cap=cap)
    k, low, high = _number(document, "k", 1), _number(document, "L", 0), _number(document, "U", 0)
    if low > high:
        raise InputError(
            f"The lower limit L = {low} is above the upper limit U = {high}: swap them.",
            f"下限 L = {low} 高于上限 U = {high}：请对调。",
        )
    return Instance(name, graph, ids, placed, k=k, low=low, high=high)


def _named(ids: Sequence[str], which: Ints) -> str:
    return first_ids(ids[int(v)] for v in which)


def _numeric(key: str, value: object, shape: str) -> Floats:
    fault = InputError(
        f"'{key}' must be {shape} of finite numbers.", f"“{key}”必须是有限数值组成的{shape}。"
    )
    if isinstance(value, np.ndarray):
        value = value.tolist()
    if not isinstance(value, Sequence) or isinstance(value, str):
        raise fault
    try:
        array = np.asarray(value)
        if len(array) and array.dtype.kind not in "iuf":
            raise fault
        array = array.astype(np.float64)
    except (ValueError, TypeError, OverflowError) as error:
        raise fault from error
    finite = np.isfinite(array)
    bad = np.flatnonzero(
        ~(finite if array.ndim < 2 else finite.all(axis=tuple(range(1, array.ndim))))
    )
    if len(bad):
        rows = first_ids(bad.tolist())
        raise InputError(
            f"'{key}' holds a number that is not finite, at {rows}: give every unit a number.",
            f"“{key}”第 {rows} 项不是有限数值：请为每个单元填写数值。",
        )
    return array


def _whole(key: str, value: object) -> Ints:
    array = _numeric(key, value, "a list")
    if array.ndim != 1 or (array != np.rint(array)).any():
        raise InputError(
            f"'{key}' must be a list of whole numbers: round or scale them.",
            f"“{key}”必须是整数列表：请取整或放大。",
        )
    return np.clip(array, -1, 2.0 * HEAVIEST).astype(np.int64)


def _edges(value: object, n: int) -> npt.NDArray[np.int64]:
    array = _numeric("edges", value, "a list of pairs")
    if len(array) == 0:
        return np.empty((0, 2), np.int64)
    if array.ndim != 2 or array.shape[1] != 2:
        raise InputError("'edges' must be a list of pairs.", "edges 必须是成对编号的列表。")
    wrong = np.flatnonzero(((array < 0) | (array >= n) | (array != np.rint(array))).any(axis=1))
    if len(wrong):
        pairs = first_ids(array[wrong].tolist())
        raise InputError(
            f"Edges must name units 0 to {n - 1}; not so: {pairs}.",
            f"边只能引用单元 0 至 {n - 1}；有误：{pairs}。",
        )
    return array.astype(np.int64)


def _places(document: Mapping[str, object], key: str, n: int) -> Floats | None:
    if document.get(key) is None:
        return None
    array = _numeric(key, document[key], "a list")
    if array.shape != (n,):
        raise InputError(
            f"'{key}' must hold one number for each of the {n} units.",
            f"“{key}”应为 {n} 个单元各有一个数值。",
        )
    return array


def _ids(value: object, n: int) -> tuple[str, ...]:
    if value is None:
        return tuple(str(v) for v in range(n))
    if not isinstance(value, Sequence) or isinstance(value, str) or len(value) != n:
        raise InputError(
            f"'ids' must hold one name for each of the {n} units.",
            f"ids 应为 {n} 个单元各有一个名称。",
        )
    return tuple(str(v) for v in value)


def _check_count(document: Mapping[str, object], key: str, size: int) -> None:
    if document.get(key) is not None and document[key] != size:
        raise InputError(
            f"'{key}' says {document[key]} but 'w' holds {size}: the file may be cut off.",
            f"“{key}”为 {document[key]}，但 w 有 {size} 项：文件可能不完整。",
        )


def _number(document: Mapping[str, object], key: str, lowest: int) -> int:
    value = document.get(key)
    good = isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
    if not good or value != int(value) or not lowest <= value <= 10**17:  # type: ignore[operator, call-overload]
        raise InputError(
            f"'{key}' must be a whole number, at least {lowest}.",
            f"“{key}”必须是不小于 {lowest} 的整数。",
        )
    return int(value)  # type: ignore[call-overload, no-any-return]
