"""The language of messages on the command line."""

from __future__ import annotations

import os
from collections.abc import Iterable

from gis.contracts import LAYERS, LayerName
from gis.errors import Language

_HOUSEHOLDS = {
    "registered": ("registered households", "户籍户"),
    "resident": ("resident households", "常住户"),
    "dwellings": ("dwellings", "套数"),
}

_WORDS = {
    "draft": "草稿",
    "submitted": "已提交",
    "returned": "已退回",
    "approved": "已批准",
    "published": "已发布",
    "archived": "已归档",
    "base": "基础",
    "special": "专属",
    "micro": "微网格",
    "over_cap": "超上限",
    "above_fill": "超目标占用率",
    "beyond_tolerance": "超出容差",
    "under_minimum": "低于下限",
    "no_households": "无住户",
    "running": "运行中",
    "stopped": "已停止",
    "absent": "不存在",
    "started": "已启动",
    "already running": "已在运行",
    "not running": "未在运行",
    "residents": "居民通行",
    "open": "任何人通行",
    "shut": "关闭",
    "any time": "任意时间",
    "standing": "有效",
    "expired": "已到期",
    "revoked": "已吊销",
    "disabled": "已停用",
    "admin": "管理员",
    "planner": "规划员",
    "approver": "审批人",
    "supervisor": "网格长",
    "worker": "网格员",
    "viewer": "查阅者",
    "adult": "成人",
    "elder": "老人",
    "frail": "体弱",
}


def language() -> Language:
    """Language of messages: ``WANGGE_LANG``, else the locale, else English."""
    for name in ("WANGGE_LANG", "LC_ALL", "LC_MESSAGES", "LANG"):
        value = os.environ.get(name, "")
        if value:
            return "zh" if value.lower().startswith("zh") else "en"
    return "en"


def kind_names(kinds: Iterable[str]) -> str:
    """Name kinds of households in the language of this process."""
    zh = language() == "zh"
    return ("、" if zh else ", ").join(_HOUSEHOLDS[kind][zh] for kind in kinds)


def counted(households: int, kinds: Iterable[str]) -> str:
    """
    Say a number of households with its kind, as every figure must.

    Of several kinds all are named; of none (units drawn before kinds were kept) that is said,
    unless there is nothing to count.
    """
    named = list(kinds)
    zh = language() == "zh"
    if not households and not named:
        return "0 户" if zh else "0 households"
    told = kind_names(named) if named else ("口径不明" if zh else "kind unknown")
    if zh:
        return f"{households} 户（{told}）"
    return f"{households} {told}" if len(named) == 1 else f"{households} households ({told})"


def word(code: str) -> str:
    """Word for a state or flag (plan, grid, private database) in the language of this process."""
    return _WORDS.get(code, code) if language() == "zh" else code


def field_name(field: str, layer: LayerName, language: Language) -> str:
    """Name a column as people do: in Chinese where the contract has a word; else as it is."""
    if language == "en":
        return field
    names = {f.name: f.zh for f in LAYERS[layer].fields}
    return names.get(field, "图形" if field == "geometry" else field)


def say(en: str, zh: str) -> str:
    """Return the sentence in the language of this process."""
    return zh if language() == "zh" else en
