"""What was found while building a walking network, and what is wrong with its layers."""

from __future__ import annotations

from dataclasses import dataclass

from gis.network.remarks import Remark, listed


@dataclass(frozen=True, slots=True)
class BuildReport:
    """
    What was found while building; ids are those of the layers.

    Attributes
    ----------
    settings
        The walking settings in words.
    streets, walked
        Streets given, and those that are walked.
    empty
        Walked streets without a line.
    zero_length, duplicates
        Segments without length, and segments that lie on another one; all left out.
    islands
        Metres of street in each part that hangs together with all gates open, longest first.
    closed
        Number of closed courtyards.
    nested
        Closed courtyards inside another one; they count as part of it.
    without_gate
        Closed courtyards that nobody can enter or leave.
    off_wall
        Gates too far from the border of their courtyard to stand in it.
    nowhere
        Gates that no street comes near.
    cut
        Streets that lead through a wall where no gate is; they end at it.
    assumed
        Closed courtyards without streets, whose paths are assumed straight to the gates.
    """

    settings: str
    streets: int
    walked: int
    empty: tuple[str, ...] = ()
    zero_length: int = 0
    duplicates: int = 0
    islands: tuple[float, ...] = ()
    closed: int = 0
    nested: tuple[str, ...] = ()
    without_gate: tuple[str, ...] = ()
    off_wall: tuple[str, ...] = ()
    nowhere: tuple[str, ...] = ()
    cut: tuple[str, ...] = ()
    assumed: tuple[str, ...] = ()

    def remarks(self) -> list[Remark]:
        """Return what somebody should mend, most harmful first; empty when all is well."""
        found = (
            _remark(
                "courtyard_without_gate",
                self.without_gate,
                "Closed courtyards without a gate that leads anywhere: {}; nobody enters or "
                "leaves them: add a gate or take `walled` off.",
                "封闭小区没有可通行的出入口：{}；无人能进出，请补充出入口或取消“封闭”。",
            ),
            _remark(
                "gate_off_wall",
                self.off_wall,
                "Gates more than 30 m from the border of their courtyard: {}; they open "
                "nothing: move them or name the right courtyard.",
                "出入口距其小区边界超过 30 米：{}；未起作用，请移动或改正所属小区。",
            ),
            _remark(
                "gate_without_street",
                self.nowhere,
                "Gates with no street within 100 m outside: {}; draw the street they lead to.",
                "出入口外 100 米内没有道路：{}；请补画道路。",
            ),
            _remark(
                "street_through_wall",
                self.cut,
                "Streets that lead through a wall where no gate is: {}; they end at the wall: "
                "add a gate where people pass.",
                "道路穿过围墙但该处没有出入口：{}；已在围墙处断开，如可通行请补充出入口。",
            ),
            _remark(
                "courtyard_in_courtyard",
                self.nested,
                "Closed courtyards inside another closed one: {}; they count as part of it.",
                "封闭小区位于另一封闭小区内：{}；按外层小区的一部分处理。",
            ),
            _remark(
                "street_without_line",
                self.empty,
                "Streets without a line: {}; they were left out.",
                "道路没有线形：{}；已略去。",
            ),
        )
        return [remark for remark in found if remark.ids]


def _remark(code: str, ids: tuple[str, ...], en: str, zh: str) -> Remark:
    names_en, names_zh = listed(ids)
    return Remark(code, en.format(names_en), zh.format(names_zh), ids)
