"""What a line is. A wrong guess here loses a learner's value or their place."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nnstep.shell import commands as _registered  # noqa: F401
from nnstep.shell.grammar import Blank, Command, Parsed, Python, Unknown, parse, split
from nnstep.shell.registry import words

NAMES = {"b", "n", "s", "c", "e", "p", "zh", "wh", "lr", "sigmoid", "list", "len"}


def parsed(line: str) -> Parsed:
    return parse(line, words(), NAMES.__contains__)


@pytest.mark.parametrize(
    ("line", "word", "argument"),
    [
        # A bare word is the command, also where a variable has that name.
        ("b", "b", ""),
        ("n", "n", ""),
        ("list", "list", ""),
        ("  step  ", "step", ""),
        ("step 3", "step", "3"),
        ("b 12", "b", "12"),
        ("break dcost_wo if lr > 0.1", "break", "dcost_wo if lr > 0.1"),
        ("delete 2", "delete", "2"),
        ("list 20,40", "list", "20,40"),
        ("table wh", "table", "wh"),
        ("table feature_set[3:9, :]", "table", "feature_set[3:9, :]"),
        ("table zh full", "table", "zh full"),
        ("t (zh - 1) full", "t", "(zh - 1) full"),
        ("until epoch == 100", "until", "epoch == 100"),
        ("until (a or b)", "until", "(a or b)"),
        ("until not done", "until", "not done"),
        ("set b = 3", "set", "b = 3"),
        ("set wh[0, 0] = 1", "set", "wh[0, 0] = 1"),
        ("diff wh", "diff", "wh"),
        # `p` forces Python behind it.
        ("p b", "p", "b"),
        ("p -b", "p", "-b"),
        ("p ~b", "p", "~b"),
        ("p *b", "p", "*b"),
        ("p (b, c)", "p", "(b, c)"),
        ("p [b]", "p", "[b]"),
        ("p .5", "p", ".5"),
        ("p 'b'", "p", "'b'"),
        ("p not b", "p", "not b"),
        ("p b - 1", "p", "b - 1"),
        ("print {1: 2}", "print", "{1: 2}"),
        # Paths.
        ("source steps.txt", "source", "steps.txt"),
        ("source /tmp/steps.txt", "source", "/tmp/steps.txt"),
        ("source ./steps.txt", "source", "./steps.txt"),
        ("open ../net.py", "open", "../net.py"),
        ("open ~/net.py", "open", "~/net.py"),
        # Help never evaluates anything.
        ("?", "help", ""),
        ("? step", "help", "step"),
        ("?step", "help", "step"),
        ("help step", "help", "step"),
        ("help()", "help", ""),
        ("help(step)", "help", "step"),
        ("help('step')", "help", "step"),
        ("quit()", "quit", ""),
        ("exit()", "exit", ""),
    ],
)
def test_commands(line: str, word: str, argument: str) -> None:
    assert parsed(line) == Command(word, argument)


@pytest.mark.parametrize(
    ("line", "expression"),
    [
        # A command's name followed by an operator, a bracket, a dot or `=`.
        ("b = 3", False),
        ("b=3", False),
        ("b: int = 3", False),
        ("b += 1", False),
        ("b //= 2", False),
        ("b, c = 1, 2", False),
        ("p = 3", False),
        ("p += 1", False),
        ("set = 3", False),
        ("n - 1", True),
        ("n-1", True),
        ("n -1", True),
        ("p - 1", True),
        ("p * 2", True),
        ("p == 3", True),
        ("s[0]", True),
        ("s [0]", True),
        ("s[0] = 1", False),
        ("c.shape", True),
        ("c.T @ n", True),
        ("n(3)", True),
        ("n (3)", True),
        ("print(zh)", True),
        ("set(zh)", True),
        ("list(zh)", True),
        ("open('x').read()", True),
        ("b'abc'", True),
        ("e in s", True),
        ("e not in s", True),
        ("c is None", True),
        ("n and s", True),
        ("n if s else c", True),
        ("b < 3", True),
        ("b != 3", True),
        ("b ** 2", True),
        ("n >> 1", True),
        # What begins with no command.
        ("zh", True),
        ("zh.shape", True),
        ("zh[0, :]", True),
        ("zh * 2", True),
        ("lr = 0.1", False),
        ("sigmoid(0)", True),
        ("nowhere(0)", True),
        ("len(zh)", True),
        ("zh is None", True),
        ("zh if lr else wh", True),
        ("not zh", True),
        ("None", True),
        ("lambda x: x", True),
        ("-zh", True),
        ("(zh)", True),
        ("[1, 2]", True),
        ("{1: 2}", True),
        ("'text'", True),
        ("42", True),
        (".5", True),
        ("~zh", True),
        ("del zh", False),
        ("import os", False),
        ("for i in range(3): print(i)", False),
        ("assert zh", False),
        ("raise ValueError", False),
        ("zh = = 3", False),
        ("1 is 1", True),
        # Forced.
        ("!b", True),
        ("! b", True),
        ("!b = 3", False),
        ("!", False),
    ],
)
def test_python(line: str, expression: bool) -> None:
    assert parsed(line) == Python(line.lstrip("! "), expression)


@pytest.mark.parametrize(
    ("line", "word"),
    [("stpe", "stpe"), ("stpe 3", "stpe"), ("zh shape", "zh"), ("what does it do", "what")],
)
def test_unknown(line: str, word: str) -> None:
    assert parsed(line) == Unknown(word)


def test_blank() -> None:
    assert parsed("") == parsed("  \t ") == Blank(True)
    assert parsed("# step") == parsed("  #") == Blank(False)


@pytest.mark.parametrize(
    ("line", "parts"),
    [
        ("step", ["step"]),
        ("step ;; next", ["step", "next"]),
        ("step;;next;;", ["step", "next", ""]),
        ("p ';;' ;; step", ["p ';;'", "step"]),
        ('p "it\'s ;; #" ;; step', ['p "it\'s ;; #"', "step"]),
        (r"p 'a\';;b' ;; step", [r"p 'a\';;b'", "step"]),
        ("p '''a';;b''' ;; step", ["p '''a';;b'''", "step"]),
        ("step  # and so on ;; quit", ["step"]),
        ("# step", [""]),
        ("p '#'", ["p '#'"]),
        ("p x#y", ["p x#y"]),
        ("p don't ;; step", ["p don't", "step"]),
        ("", [""]),
    ],
)
def test_split(line: str, parts: list[str]) -> None:
    assert split(line) == parts


PIECES = st.sampled_from(
    [
        *words(),
        *NAMES,
        *"=+-*/[](){}.,:;#!?~@ '\"\\",
        ";;",
        "==",
        "**",
        "if",
        "in",
        "3",
        "é",
        "λ",
        "\0",
    ]
)


@given(st.one_of(st.text(), st.lists(PIECES).map("".join), st.lists(PIECES).map(" ".join)))
def test_no_line_raises_or_gets_lost(line: str) -> None:
    for part in split(line):
        result = parsed(part)
        if isinstance(result, Command):
            assert result.word in words()
            assert result.argument.strip() == result.argument


@given(st.text())
def test_split_keeps_what_is_typed(line: str) -> None:
    if "#" not in line:
        kept = "".join(split(line)).replace(" ", "")
        assert set(kept) <= set(line)
        assert len(kept) <= len(line)


@given(st.sampled_from(sorted(words())), st.sampled_from(["=", "+=", "==", "%", "<", "@"]))
def test_an_operator_always_makes_it_python(word: str, operator: str) -> None:
    assert isinstance(parsed(f"{word} {operator} 3"), Python)
    assert isinstance(parsed(f"{word}{operator}3"), Python)
