"""`nnstep lesson check` and `lesson new`: each rule finds its fault, and names place and mend."""

from __future__ import annotations

import io
import re
from pathlib import Path

import pytest

from nnstep import cli
from nnstep.shell.output import Output
from nnstep.shell.replaying import Asked, Played, Replay, compared, play
from nnstep.shell.reviewing import RULES, Fault, Review, questions_have_one_answer, review
from nnstep.shell.transcripts import review_files
from nnstep.transcript import parse, read

SCRIPT = '''"""A net.

Cost: (z ** 2).sum()
"""
import numpy as np
x = np.arange(6.0).reshape(3, 2) / 7
w = np.ones((2, 1))
for epoch in range(300):
    z = x @ w
    w -= 0.125 * x.T @ z
'''
TEXT = """+++
title = "A small one"
script = "net.py"
cost = "(z**2).sum()"
sources = ["a page"]
order = 1
minutes = 5
quoted = ["4.17"]
+++

# A small one

`x` is the data; training has 300 epochs, with a rate of 0.125. Others got 4.17, and there are 3
rows. See [this](net.md), and `lesson net`. `np.zeros` isn't used, `goto epoch 777` could be typed.

```nnstep
(nn) epoch
...
(nn) predict shape z
...
(nn) hint one number a row
(nn) hint it is (3, 1)
(nn) (3, 1)
right: ...
(nn) next
...
(nn) expect z.shape == (3, 1)
```

The first score is 0.14<!--{z[0, 0]:.2f}-->, and 0.71<!--{z[1, 0]:.2f}--> is the next.
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "80")
    Path("net.py").write_text(SCRIPT)
    Path("net.md").write_text(TEXT)
    return tmp_path


def faults(text: str, ended: str = "") -> list[Fault]:
    transcript = parse(text, Path("net.md"))
    found = Review(compared(transcript, *play(transcript)), ended)
    return [each for rule in RULES for each in rule(found)]


def test_nothing_is_wrong(folder: Path) -> None:
    assert faults(TEXT) == []


@pytest.mark.parametrize(
    ("old", "new", "at", "what"),
    [
        ("order = 1\n", "", "+++", "the front matter lacks `order`"),
        ("sources = \\[.*\\]", "sources = []", "+++", "the front matter lacks `sources`"),
        (r"\(z\*\*2\).sum\(\)", "z.sum()", "+++", "the script says `Cost: \\(z "),
        (r"\(z\*\*2\).sum\(\)", "z.sum(", "+++", "the cost `z.sum\\(` is no Python expression"),
        (r"\(nn\) next", "(nn) nxt", "(nn) nxt", "`nxt`: unknown command `nxt`"),
        (r"== \(3, 1\)", "== (1, 3)", "(nn) expect", r"z.shape == \(1, 3\) isn't true"),
        ("right: ...", "wrong: ...", "wrong: ", "expected `wrong: ...`, came `right: from x"),
        (r"\(nn\) \(3, 1\)", "(nn) (1, 3)", "(nn) (1, 3)", r"`\(1, 3\)` isn't right: \(3, 1\)"),
        ("hint it is .*", "hint think", "(nn) (3, 1)", r"the last hint doesn't say `\(3, 1\)`"),
        ("hint one number a row", "hint", "(nn) hint", "the hint is empty"),
        (r"\(nn\) hint.*\n\(nn\) hint.*\n", "", "(nn) (3, 1)", "there is no hint to this question"),
        (r"(\(nn\) expect.*)", r"\1\n(nn) hint on", "hint on", "nothing stands below this hint"),
        ("`x` is", "`xx` is", "`xx", "`xx` is neither in the script nor shown"),
        (r"net\.md\), and", "other.md), and", "See [this]", "there is no other.md"),
        ("`lesson net`", "`lesson other`", "See [this]", "there is no lesson other"),
        (r"0\.14<!", "0.15<!", "0.15<!", r"0\.15 is 0\.14"),
        ("has 300", "has 301", "`x", "301 isn't in the script, and no command shows it"),
        (r"0\.125", "0.126", "`x", "0.126 isn't in the script, and no command shows it"),
        ('quoted = \\["4.17"\\]\n', "", "Others got", "4.17 isn't in the script"),
    ],
)
def test_each_rule_names_its_fault(folder: Path, old: str, new: str, at: str, what: str) -> None:
    text, count = re.subn(old, new, TEXT, count=1)
    assert count == 1
    found = faults(text)
    lines = text.splitlines()
    assert any(at in lines[each.line - 1] and re.search(what, each.what) for each in found), found
    assert all(each.mend for each in found)


def test_a_script_that_fails_alone(folder: Path) -> None:
    Path("net.py").write_text(SCRIPT + "import nosuch\n")
    transcript = read(Path("net.md"))
    found = review(compared(transcript, *play(transcript)))
    assert [each.what for each in found] == [
        "net.py fails alone: ModuleNotFoundError: No module named 'nosuch'"
    ]


def test_questions_that_have_two_answers_or_none(folder: Path) -> None:
    transcript = parse(TEXT, Path("net.md"))
    exchange = next(each for each in transcript.exchanges if each.asks)
    for asked, what in (
        (Asked("(3, 1)", ("(3, 1)", "(3, 1)"), ("(3, 1)",)), "two of the choices are the same"),
        (Asked("a", ("a", "b"), ("a", "b")), "taken for right: a, b; right: a"),
        (Asked("a", ("a", "b"), ()), "taken for right: none; right: a"),
        (None, "it asks nothing"),
    ):
        found = Replay(transcript, (Played(exchange, (), (), 0.0, True, asked),))
        assert [each.what for each in questions_have_one_answer(Review(found, ""))] == [what]


def test_a_question_without_an_answer(folder: Path) -> None:
    text = TEXT.replace("(nn) hint it is (3, 1)\n(nn) (3, 1)\nright: ...\n(nn) next\n...\n", "")
    assert "the question has no answer" in [each.what for each in faults(text)]


def test_what_is_told(folder: Path) -> None:
    out = io.StringIO()
    assert review_files(Output(out, out, {}), ["net.md"])
    assert out.getvalue() == "net.md: nothing is wrong\n"
    Path("net.md").write_text(TEXT.replace("has 300", "has 301"))
    Path("torn.md").write_text("+++\n")
    out.truncate(0)
    assert not review_files(Output(out, out, {}), ["."], jobs=2)
    said = out.getvalue()
    assert "net.md:13: 301 isn't in the script" in said and "net.md: 1 fault\n" in said
    assert "torn.md:1: the front matter has no end" in said


def test_a_new_lesson_plays_and_passes(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["lesson", "new", "mine", "net.py"]) == 0
    assert cli.main(["lesson", "check", "mine.md"]) == 0
    assert "mine.md: nothing is wrong" in capsys.readouterr().out
    text = Path("mine.md").read_text()
    assert "(nn) predict shape z\n" in text and 'cost = "(z ** 2).sum()"' in text
    assert cli.main(["lesson", "new", "mine", "net.py"]) == 2
    assert "there is a mine.md already" in capsys.readouterr().err
    assert cli.main(["lesson", "new", "a-b", "net.py"]) == 2
    assert cli.main(["lesson", "new", "other", "nosuch.py"]) == 2
    assert "can't read nosuch.py" in capsys.readouterr().err


def test_a_new_lesson_about_a_script_without_a_loop(folder: Path) -> None:
    Path("plain.py").write_text("x = 3\ny = x + 1\n")
    assert cli.main(["lesson", "new", "mine", "plain.py"]) == 0
    assert "(nn) step\n" in Path("mine.md").read_text()
    assert review_files(Output(out := io.StringIO(), out, {}), ["mine.md"])
