"""
Commands whose help and usage errors follow the language setting.

Commands are written once, in English, with click's own decorators and ``cls=BilingualCommand``
or ``cls=BilingualGroup``; `api.commands.chinese` holds one Chinese text for each English one.
English help is click's own, untouched.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from typing import Any

import click

from api.commands.chinese import HELP
from api.commands.chinese_words import MESSAGES, WORDS
from api.language import language

_COLUMN, _GAP = 30, 2
_NEVER_FIRST = "，。；：、）！？”"
_TRANSLATED = {"message", "number_type", "kind"}


def summary_of(text: str) -> str:
    """Return the first line of a help text, by which the table knows it."""
    return text.strip().partition("\n")[0].strip()


def chinese(text: str) -> str:
    """Chinese of a help text; the text itself where the table has none."""
    return HELP.get(summary_of(text), text)


def chinese_message(text: str) -> str:
    """Chinese of one of click's finished sentences; the sentence itself when it is unknown."""
    if text in WORDS:
        return WORDS[text]
    for pattern, template in _PATTERNS:
        if found := pattern.fullmatch(text):
            said = {
                name: chinese_message(part) if name in _TRANSLATED else part
                for name, part in found.groupdict().items()
            }
            return template.format(**said)
    return text


def _pattern(english: str) -> re.Pattern[str]:
    parts = re.split(r"\{(\w+)\}", english)
    return re.compile(
        "".join(f"(?P<{p}>.+?)" if k % 2 else re.escape(p) for k, p in enumerate(parts)), re.DOTALL
    )


# The longest first: "{value} is not {choice}." would fit many others.
_PATTERNS = [
    (_pattern(english), said)
    for english, said in sorted(MESSAGES.items(), key=lambda item: -len(item[0]))
]


def show_fault(fault: click.ClickException) -> None:
    """Write a usage error to stderr in the language of this process."""
    if language() == "en" or isinstance(fault, click.exceptions.NoArgsIsHelpError):
        fault.show()
        return
    context = fault.ctx if isinstance(fault, click.UsageError) else None
    if context is not None:
        click.echo(
            f"{context.get_usage()}\n用 '{context.command_path} --help' 查看说明。\n", err=True
        )
    click.echo(f"错误：{_chinese_fault(fault)}", err=True)


def _chinese_fault(fault: click.ClickException) -> str:
    if isinstance(fault, click.MissingParameter) and fault.param is not None:
        kind = WORDS[fault.param.param_type_name]
        choices = fault.param.type.get_missing_message(param=fault.param, ctx=fault.ctx)
        name = _hint(fault)
        name = name if name.startswith(kind) else f"{kind} {name}"
        return f"缺少{name}。{chinese_message(choices) if choices else ''}"
    if isinstance(fault, click.BadParameter):
        hint = _hint(fault)
        gap = "" if hint.endswith("”") else " "
        return f"{hint}{gap}的值无效：{chinese_message(fault.message)}"
    if isinstance(fault, click.NoSuchOption | click.exceptions.NoSuchCommand):
        meant = fault.possibilities or ()
        guess = f"是否要输入 {' 或 '.join(meant)}？" if meant else ""
        return chinese_message(fault.message) + guess
    return chinese_message(fault.format_message())


def _hint(fault: click.BadParameter) -> str:
    """Name the option as it is typed, or the argument by its word in the usage line."""
    if isinstance(fault.param, click.Argument) and fault.ctx is not None:
        metavar = fault.param.make_metavar(fault.ctx).strip("[]")
        return f"参数“{WORDS.get(metavar, metavar)}”"
    hint = fault.param_hint or (fault.param.get_error_hint(fault.ctx) if fault.param else "")
    return hint if isinstance(hint, str) else " / ".join(hint)


class ChineseFormatter(click.HelpFormatter):
    """Help in Chinese, measured as a terminal shows it: a Chinese character is two columns."""

    def write_usage(self, prog: str, args: str = "", prefix: str | None = None) -> None:  # noqa: ARG002
        """Write the usage line."""
        said = " ".join(WORDS.get(part, part) for part in args.split(" "))
        lines = wrapped(f"{prog} {said}", self.width - 8)
        self.write("用法：" + "\n      ".join(lines) + "\n")

    def write_heading(self, heading: str) -> None:
        """Write a heading."""
        self.write(f"{'':>{self.current_indent}}{WORDS.get(heading, heading)}：\n")

    def write_text(self, text: str) -> None:
        """Write paragraphs."""
        indent = " " * self.current_indent
        for number, paragraph in enumerate(chinese(text).split("\n\n")):
            self.write("\n" if number else "")
            for line in wrapped(paragraph, self.width - self.current_indent):
                self.write(f"{indent}{line}\n")

    def write_dl(
        self, rows: Iterable[tuple[str, str]], col_max: int = _COLUMN, col_spacing: int = _GAP
    ) -> None:
        """Write names with their texts beside them."""
        rows = list(rows)
        first = min(max((columns(name) for name, _ in rows), default=0), col_max) + col_spacing
        indent = self.current_indent
        for name, text in rows:
            lines = wrapped(text, max(self.width - first - indent, 20))
            if columns(name) > first - col_spacing:
                self.write(f"{'':>{indent}}{name}\n{'':>{first + indent}}")
            else:
                self.write(f"{'':>{indent}}{name}{'':>{first - columns(name)}}")
            self.write(f"\n{'':>{first + indent}}".join(lines) + "\n")


def columns(text: str) -> int:
    """Columns that a text takes on a terminal."""
    return sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text)


def wrapped(text: str, width: int) -> list[str]:
    """Break a text into lines of at most `width` columns, between words or Chinese characters."""
    lines, line = [], ""
    for piece in re.findall(r"[\x21-\x7e]+|\s+|.", text):
        if columns(line) + columns(piece) > width and piece not in _NEVER_FIRST and line.strip():
            lines.append(line.rstrip())
            line = ""
        line += piece if line else piece.lstrip()
    return [*lines, line.rstrip()]


class BilingualContext(click.Context):
    """A context whose help is laid out for the language of this process."""

    def make_formatter(self) -> click.HelpFormatter:
        """Return what help is written with."""
        if language() == "en":
            return super().make_formatter()
        return ChineseFormatter(width=self.terminal_width, max_width=self.max_content_width)


class BilingualCommand(click.Command):
    """A command with help in two languages."""

    context_class = BilingualContext

    def get_short_help_str(self, limit: int = 45) -> str:
        """Return one line on the command."""
        if language() == "en":
            return super().get_short_help_str(limit)
        return summary_of(chinese(self.help or "")).rstrip("。")

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the options."""
        if language() == "en":
            super().format_options(ctx, formatter)
            return
        options = [p for p in self.get_params(ctx) if isinstance(p, click.Option) and not p.hidden]
        with formatter.section("Options"):
            formatter.write_dl([_option_row(option, ctx) for option in options])
        if isinstance(self, click.Group):
            self.format_commands(ctx, formatter)


class BilingualGroup(BilingualCommand, click.Group):
    """A group of commands with help in two languages."""

    command_class = BilingualCommand
    group_class = type

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the options and the commands."""
        if language() == "en":
            click.Group.format_options(self, ctx, formatter)
        else:
            super().format_options(ctx, formatter)


def _option_row(option: click.Option, ctx: click.Context) -> tuple[str, str]:
    spec = option.get_help_spec(ctx)
    if not option.is_flag:
        metavar = option.make_metavar(ctx)
        spec = spec.replace(f" {metavar}", f" {WORDS.get(metavar, metavar)}")
    extra: dict[str, Any] = dict(option.get_help_extra(ctx))
    told = [
        f"默认 {WORDS.get(extra['default'], extra['default'])}" if "default" in extra else "",
        extra.get("range", ""),
        "必填" if "required" in extra else "",
    ]
    shown = "；".join(part for part in told if part)
    return spec, chinese(option.help or "") + (f" [{shown}]" if shown else "")
