"""Help and usage errors in Chinese: nothing is left in English, nothing English changes."""

from __future__ import annotations

import ast
import inspect
import re
from collections.abc import Iterator

import click
import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.cli import main, wangge
from api.commands.bilingual import BilingualCommand, chinese_message, columns, summary_of, wrapped
from api.commands.chinese import HELP
from api.commands.chinese_words import MESSAGES, WORDS

_HAN = re.compile("[\u4e00-\u9fff]")
# What click says for itself: told by the class of the fault, of programming errors, of terminals
# and shells, or in the head of a page that `BilingualCommand` writes itself.
_ELSEWHERE = {"core.py", "exceptions.py", "parser.py", "types.py"}
_STRUCTURAL = re.compile(
    "Error: |Missing (option|argument|parameter|\\{)|Invalid value|Did you mean|Aborted|Try '"
    "|deprecated|Deprecation|env var|default: |dynamic|Could not determine name|No options defined"
    "|Arguments take exactly|defined twice|Boolean option|must be an iterable|Choice\\("
    "|not a valid UUID|values are required|Invalid start character"
)


def commands(
    command: click.Command = wangge, path: tuple[str, ...] = ()
) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    """Every command with the words that lead to it."""
    yield path, command
    if isinstance(command, click.Group):
        context = click.Context(command)
        for name in command.list_commands(context):
            found = command.get_command(context, name)
            assert found is not None
            yield from commands(found, (*path, name))


COMMANDS = dict(commands())


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as ended:
        main(list(arguments))
    told = capsys.readouterr()
    return int(ended.value.code or 0), told.out, told.err


@pytest.mark.parametrize("path", COMMANDS, ids=" ".join)
def test_every_command_and_option_has_help_in_both_languages(path: tuple[str, ...]) -> None:
    command = COMMANDS[path]
    assert isinstance(command, BilingualCommand)
    texts = [command.help or ""]
    texts += [p.help or "" for p in command.params if isinstance(p, click.Option)]
    for text in texts:
        assert text, "an option without help"
        known = summary_of(inspect.cleandoc(text)) in HELP
        assert known, f"give api.commands.chinese.HELP the Chinese of {summary_of(text)!r}"


@pytest.mark.parametrize("path", COMMANDS, ids=" ".join)
def test_chinese_help_leaves_nothing_in_english(
    path: tuple[str, ...], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WANGGE_LANG", "zh")
    code, out, _ = run(capsys, *path, "--help")
    assert code == 0
    assert out.startswith(f"用法：{' '.join(('wangge', *path))}")
    context = click.Context(COMMANDS[path])
    for parameter in COMMANDS[path].params:
        metavar = parameter.make_metavar(context)
        if isinstance(parameter, click.Argument) or not getattr(parameter, "is_flag", False):
            assert metavar in WORDS or "|" in metavar, metavar
    for text in HELP:
        assert len(text) < 12 or text not in out
    assert max(map(columns, out.splitlines())) <= 96


def test_english_help_is_clicks_own(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WANGGE_LANG", "en")
    for path, command in COMMANDS.items():
        code, out, _ = run(capsys, *path, "--help")
        assert code == 0
        assert out.startswith("Usage: ")
        assert "--help" in out
        head, _, listed = out.partition("Commands:")
        assert not _HAN.search(head if path[:1] != ("import",) else "")
        assert bool(listed) == isinstance(command, click.Group)


FAULTS = {
    ("divide",): "缺少选项 '--buildings'。",
    ("plan", "show"): "缺少参数“方案号”。",
    ("plan", "show", "x"): "参数“方案号”的值无效：'x' 不是有效的整数。",
    ("plan", "show", "1", "2"): "多余的参数：2",
    ("solve", "--sed", "3"): "没有选项 '--sed'。是否要输入 --seed 或 --seconds？",
    ("serve", "--port", "99999"): "'--port' 的值无效：99999 不在范围 0<=x<=65535 内。",
    ("plan", "publish", "3", "--from", "2"): "'2' 不符合格式 '%Y-%m-%d'。",
    ("plan", "adopt", "5", "--grids", "/no/such"): "路径 '/no/such' 不存在。",
    ("export", "roofs", "-o", "x.gpkg"): "'roofs' 不在可选范围内：'areas', ",
    ("export", "-o", "x.gpkg"): "可选：",
    ("nope",): "没有命令 'nope'。",
    ("import", "building"): "没有命令 'building'。是否要输入 buildings？",
    ("osm", "--bbox"): "选项 '--bbox' 需要一个值。",
    ("verify", "--quiet=1", "f"): "选项 '--quiet' 不带值。",
}


@pytest.mark.parametrize("arguments", FAULTS, ids=" ".join)
def test_usage_errors_are_in_chinese(
    arguments: tuple[str, ...], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WANGGE_LANG", "zh")
    code, out, err = run(capsys, *arguments)
    assert (code, out) == (2, "")
    assert f"错误：{FAULTS[arguments]}" in err or FAULTS[arguments] in err.partition("错误：")[2]
    monkeypatch.setenv("WANGGE_LANG", "en")
    code, _, err = run(capsys, *arguments)
    assert code == 2
    assert "Error: " in err
    assert not _HAN.search(err)


def test_a_group_without_a_command_shows_its_help(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WANGGE_LANG", "zh")
    code, _, err = run(capsys, "plan")
    assert code == 2
    assert err.startswith("用法：wangge plan")


def _said_by_click() -> set[str]:
    said = set()
    for name in _ELSEWHERE:
        module = __import__(f"click.{name.removesuffix('.py')}", fromlist=["_"])
        for node in ast.walk(ast.parse(inspect.getsource(module))):
            if isinstance(node, ast.Call) and ast.unparse(node.func) in ("_", "ngettext"):
                parts = [a.value for a in node.args if isinstance(a, ast.Constant)]
                said |= {p for p in parts if isinstance(p, str)}
    return said


@pytest.mark.parametrize("english", sorted(_said_by_click()))
def test_whatever_click_says_has_its_chinese(english: str) -> None:
    if _STRUCTURAL.search(english):
        return
    finished = english.replace("{name} {filename", "File {filename").replace("!r}", "}")
    finished = re.sub(r"\{\w+\}", "'x'", finished)
    assert _HAN.search(chinese_message(finished)), finished


def test_every_sentence_keeps_what_it_speaks_of() -> None:
    for english, said in MESSAGES.items():
        assert set(re.findall(r"\{\w+\}", english)) == set(re.findall(r"\{\w+\}", said))


@given(st.text("网格，。ab c-", max_size=80), st.integers(8, 40))
def test_wrapping_loses_no_character_and_keeps_the_width(text: str, width: int) -> None:
    lines = wrapped(text, width)
    assert "".join("".join(lines).split()) == "".join(text.split())
    longest = max((columns(word) for word in re.findall(r"[\x21-\x7e]+", text)), default=2)
    closing = 2 * sum(char in "，。" for char in text)
    assert all(columns(line) <= max(width, longest) + closing for line in lines)
