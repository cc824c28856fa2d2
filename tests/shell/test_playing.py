"""Guided lessons: pages, detours, coming back, and how far one is."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from shell_helpers import Desk
from terminal import ROOT, Screen

from nnstep import lessons
from nnstep.shell import learnt
from nnstep.shell.learnt import Learnt
from nnstep.shell.playing import pages_of
from nnstep.transcript import parse

SCRIPT = """import numpy as np
x = np.arange(6.0).reshape(3, 2) / 7
w = np.ones((2, 1))
for epoch in range(30):
    z = x @ w
    w -= 0.1 * x.T @ z
"""
TEXT = """+++
title = "A small one"
script = "small.py"
+++

# First

Read this.

```nnstep
(nn) epoch
(nn) table x
(nn) expect x.shape == (3, 2)
```

## Second

And this.

```nnstep
(nn) next
(nn) w[0, 0] = 5
(nn) p w[0, 0]
```

The end.
"""


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setattr(lessons, "folder", lambda: tmp_path)
    Path("small.py").write_text(SCRIPT)
    Path("bare.py").write_text(SCRIPT)
    Path("small.md").write_text(TEXT)
    made = Desk()
    yield made
    made.shell.close()


def test_the_pages() -> None:
    found = pages_of(parse(TEXT, Path("small.md")))
    assert [(each.title, len(each.exchanges)) for each in found] == [
        ("First", 3), ("Second", 3), ("Second", 0)
    ]


def test_an_empty_line_goes_on(desk: Desk) -> None:
    first = desk.type("lesson small")
    assert "A small one: page 1 of 3" in first and "Read this." in first
    assert first.endswith("Enter types `epoch`; or type what you like\n")
    assert "epoch = 0" in desk.type("")
    assert desk.type("").endswith("Enter turns the page\n")  # `expect` shows nothing
    second = desk.type("")
    assert "page 2 of 3" in second and "Read this" not in second
    assert "z  (3, 1)" in desk.type("")
    assert "w[0, 0] = 5.0" in desk.type("", "")
    assert "The end." in desk.type("")
    assert "the lesson is over" in desk.type("")


def test_a_detour_is_taken_back_before_it_goes_on(desk: Desk) -> None:
    desk.type("lesson small", "", "", "")
    assert "6 * 7 = 42" in desk.type("p 6 * 7")
    assert "back to where" not in desk.type("")
    desk.type("x[:] = 9", "epoch 3")
    assert desk.shell.session["x"][0, 1] == 9
    shown = desk.type("")
    assert "back to where the lesson is" in shown and "(nn) w[0, 0] = 5" in shown
    session = desk.shell.session
    assert session["x"][0, 1] == pytest.approx(1 / 7) and session.position.epoch == 0
    assert session["w"][0, 0] == 5


def test_an_expression_that_changes_something_is_a_detour_too(desk: Desk) -> None:
    desk.type("lesson small", "", "", "", "x.fill(9)")
    assert desk.shell.session["x"][0, 1] == 9
    assert "back to where the lesson is" in desk.type("")
    assert desk.shell.session["x"][0, 1] == pytest.approx(1 / 7)


def test_resume_by_hand(desk: Desk) -> None:
    desk.type("lesson small", "", "epoch 9")
    assert "back to where the lesson is" in desk.type("resume")
    assert desk.shell.session.position.epoch == 0
    desk.type("open bare.py")
    assert "no guided lesson is going on" in desk.fail("resume")


def test_turning_pages(desk: Desk) -> None:
    assert desk.fail("previous").startswith("no guided lesson")
    desk.type("lesson small")
    assert desk.fail("previous") == "this is the first page"
    assert desk.type("pages").splitlines() == ["> 1  First", "  2  Second", "  3  Second"]
    skipped = desk.type("skip")
    assert "page 2 of 3" in skipped and "the script stands where page 2 begins" in skipped
    assert "back to" not in skipped
    assert desk.shell.session.position.epoch == 0  # what was skipped has been done
    back = desk.type("previous")
    assert back.startswith("the script stands where page 1 begins\n") and "Read this." in back
    assert "The end." in desk.type("pages 3")
    assert desk.fail("pages 9") == "the lesson has 3 pages"
    assert "the lesson is over" in desk.type("")
    assert "nothing to skip" in desk.fail("skip")


def test_how_far_one_is_outlasts_the_session(desk: Desk) -> None:
    desk.type("lesson small", "", "", "")
    assert learnt.load() == ({"small": Learnt(1, 3)}, "")
    again = Desk()
    assert "(page 2 of 3)" in " ".join(again.type("lessons").split())
    assert "page 2 of 3" in again.type("lesson small")
    assert "z  (3, 1)" in again.type("")  # from where the lesson is
    assert "page 1 of 3" in again.type("lesson small --fresh")
    again.type("skip", "skip", "")
    assert "(done)" in again.type("lessons")
    assert "page 1 of 3" in again.type("lesson small")
    again.shell.close()


def test_a_damaged_file_is_set_aside(desk: Desk, tmp_path: Path) -> None:
    path = tmp_path / "nnstep" / "lessons" / "progress.json"
    path.parent.mkdir(parents=True)
    for text in ("{", "[]", '{"small": 3}', '{"small": {"page": "1", "pages": 3}}'):
        path.write_text(text)
        assert "was damaged and is now progress.damaged" in desk.type("lessons").replace("\n", " ")
        assert not path.exists() and path.with_suffix(".damaged").read_text() == text


def test_where_nothing_can_be_kept(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(Path("small.py").resolve()))
    assert "can't be kept" in desk.type("lesson small", "", "", "")
    assert desk.shell.session.position.epoch == 0


def test_two_sessions_at_once_lose_no_progress(tmp_path: Path) -> None:
    code = (
        "import sys; from nnstep.shell.learnt import Learnt, save\n"
        "for at in range(60): save(f'{sys.argv[1]}{at}', Learnt(at, 99))"
    )
    environment = {**os.environ, "XDG_STATE_HOME": str(tmp_path), "PYTHONPATH": str(ROOT)}
    both = [
        subprocess.Popen([sys.executable, "-c", code, each], env=environment) for each in "ab"
    ]
    assert [each.wait() for each in both] == [0, 0]
    known = json.loads((tmp_path / "nnstep/lessons/progress.json").read_text())
    assert len(known) == 120 and known["b7"] == {"page": 7, "pages": 99}


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("lesson nosuch", "there is no lesson 'nosuch'"),
        ("lesson bare", "bare has no guided lesson yet; `open bare` opens its script"),
        ("lesson small --stale", "usage: lesson [NAME|FILE.md [--fresh]]"),
        ("lesson", "no guided lesson is going on"),
    ],
)
def test_what_is_refused(desk: Desk, line: str, words: str) -> None:
    assert words in desk.fail(line)


def test_a_broken_lesson_file(desk: Desk) -> None:
    Path("small.md").write_text("# nothing\n")
    assert "small.md:1: the first line must be `+++`" in desk.fail("lesson small.md")
    assert "small has no guided lesson yet" in desk.fail("lesson small")
    Path("small.md").write_text("+++\ntitle = 3\n+++\n")
    assert "small.md:1: " in desk.fail("lesson small")


QUIZ = TEXT.replace("""(nn) next
""", """(nn) predict shape z
(nn) (3, 1)
(nn) next
""")


def test_a_question_is_the_learners_to_answer(desk: Desk) -> None:
    Path("small.md").write_text(QUIZ)
    desk.type("lesson small", "", "", "")
    asked = desk.type("")
    assert "(nn) predict shape z" in asked and "what is the shape of z?" in asked
    assert asked.endswith("type the answer or its number\n")
    assert desk.type("p 6 * 7").startswith("6 * 7 = 42")  # a command is no answer
    assert "once more?" in desk.type("(9, 9)")
    told = desk.type("(1, 3)")
    assert told.startswith("no: ") and "it is (3, 1): from x" in told.replace("\n  ", " ")
    assert told.endswith("Enter types `next`; or type what you like\n")
    assert "z  (3, 1)" in desk.type("")


def test_questions_of_ones_own(desk: Desk) -> None:
    desk.type("open small.py", "epoch")
    desk.type("predict shape z")
    assert desk.type("3 by 1").startswith("right: from x (3, 2), w (2, 1) comes (3, 1)")
    desk.type("predict sign z")
    assert "it is all positive" in desk.type("skip")
    desk.type("predict value epoch")
    assert "it is 1: `for epoch in range(30)` gives 1" in desk.type("")
    assert desk.fail("predict shape").startswith("usage: predict shape|sign|value|changes|same")
    assert "no single number" in desk.fail("predict value z")
    assert desk.shell.session.position.epoch == 0


def test_in_a_replay_the_file_answers(desk: Desk, tmp_path: Path) -> None:
    from nnstep.shell.replaying import replay

    Path("small.md").write_text(QUIZ)
    found = replay(parse(QUIZ, tmp_path / "small.md"))
    shown = {each.exchange.text: each.found for each in found.played}
    assert shown["(3, 1)"][0].startswith("right: from x")
    assert shown["predict shape z"][1] == "what is the shape of z?"


def test_a_learner_at_a_terminal(tmp_path: Path) -> None:
    first = Screen(tmp_path, "lesson", "perceptron", target=None)
    first.wait("Enter types `epoch`")
    for words in ("input_set`", "table labels`", "turns the page", "page 2 of"):
        first.child.send("\r")
        first.wait(words)
    first.child.send("weights[:] = 0\r")  # a detour
    first.wait("weights[:] = 0")
    first.child.send("\r")
    assert "back to where the lesson is" in first.wait("what is the shape of XW")
    first.child.send("(1, 7)\r")
    first.wait("once more")
    first.child.send("(7, 1)\r")
    assert "right: from" in first.wait("Enter types `next 2`")
    first.child.send("\r")
    first.wait("1.549373")
    first.child.send("\x04")
    assert first.end() == 0
    again = Screen(tmp_path, "lesson", "perceptron", target=None)
    again.wait("page 2 of")
    again.child.send("\r")
    again.wait("what is the shape of XW")
    again.child.send("\x04")
    assert again.end() == 0


TASKS = """+++
title = "Tasks"
script = "small.py"
+++

There are 3<!--{len(x)}--> rows.

```nnstep
(nn) epoch
(nn) predict shape z
(nn) hint one number a row
(nn) hint it is (3, 1)
(nn) (3, 1)
(nn) hint a statement is to be executed
(nn) hint type `next`
(nn) next
(nn) p z.sum()
```
"""


@pytest.fixture
def tasks(desk: Desk) -> Desk:
    Path("small.md").write_text(TASKS)
    desk.shell.output.pages = False
    return desk


def test_a_task_is_asked_for_and_hints_lead_to_it(tasks: Desk) -> None:
    first = tasks.type("lesson small")
    assert "There are 3 rows." in first and "Enter types `epoch`" in first
    assert "Enter asks" in tasks.type("")
    assert "what is the shape of z?" in tasks.type("")
    assert tasks.type("hint") == "one number a row\n"
    assert tasks.type("hint", "hint") == "it is (3, 1)\nit is (3, 1)\n"
    said = tasks.type("(3, 1)")
    assert said.startswith("right: ")
    assert said.endswith("your turn: type it; `hint` helps, and Enter types it for you\n")
    assert "a statement is to be executed" in tasks.type("hint")
    assert "type `next`" in tasks.type("hint")
    assert "(nn)" not in (shown := tasks.type("n")) and "Enter types `p z.sum()`" in shown
    assert tasks.shell.session.position.line == 6  # it is the lesson's, no detour
    assert "back to where" not in tasks.type("")


def test_enter_does_a_task(tasks: Desk) -> None:
    tasks.type("lesson small", "", "", "(9, 9)")
    assert "it is (3, 1)" in tasks.type("(8,)")
    assert tasks.type("").startswith("(nn) next\n")


def test_what_is_typed_instead_of_a_task_is_a_detour(tasks: Desk) -> None:
    tasks.type("lesson small", "", "", "", "epoch 5")
    assert "back to where the lesson is" in tasks.type("next")
    assert tasks.shell.session.position.line == 6 and "p z.sum()" in tasks.type("")


def test_hints_where_no_lesson_has_any(desk: Desk) -> None:
    assert "no guided lesson" in desk.fail("hint")
    desk.type("open small.py", "predict shape z")
    assert "not " in desk.type("hint")
    desk.type("hint", "hint")
    assert "`skip` tells the answer" in desk.type("hint")
    desk.type("skip", "lesson small")
    assert "Enter types `epoch`" in desk.type("hint")


def test_asked_before_each_step(desk: Desk) -> None:
    desk.type("open small.py", "epoch")
    assert "ask before they show" in desk.type("predict on")
    asked = desk.type("next")
    assert "what is the shape of z?" in asked and "float64" not in asked
    shown = desk.type("3x1")
    assert shown.startswith("right: ") and "z  (3, 1) float64" in shown
    assert "whose values does it change" in desk.type("next")
    assert "w changed in place" in desk.type("next")  # the same again is as good as an answer
    assert "what" not in desk.type("next 2").split("\n")[0]  # several steps aren't asked about
    desk.type("predict off")
    assert "float64" in desk.type("next")
    assert "usage: predict" in desk.fail("predict maybe")


def test_a_task_in_another_spelling_is_no_detour(tasks: Desk) -> None:
    text = TASKS.replace("(nn) p z.sum()", "(nn) hint `z.sum() * 2`\n(nn) z.sum() * 2")
    Path("small.md").write_text(text)
    assert "your turn" in tasks.type("lesson small", "", "", "(3, 1)", "next")
    assert "z.sum() * 2 = " in tasks.type("z.sum()*2")
    assert "Enter turns the page" in tasks.type("hint") and tasks.shell.lesson is not None
    assert "back to where" not in tasks.type("")


def test_python_about_variables_is_no_answer(desk: Desk) -> None:
    desk.type("open small.py", "epoch 2", "predict shape z")
    assert "z.shape = (3, 1)" in desk.type("z.shape")
    assert "x[0] * 2" in desk.type("x[0] * 2") and desk.shell.asking is not None
    assert "once more?" in desk.type("(9,)")
    assert desk.type("3x1").startswith("right")


def test_progress_that_cannot_be_kept_is_told_and_the_lesson_goes_on(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.type("lesson small", "", "", "")
    path = learnt._path()
    old = path.read_text()

    def full(path: Path, data: bytes) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(learnt, "write", full)
    said = desk.type("skip")
    assert "how far you are can't be kept: [Errno 28] No space left on device" in said
    assert "The end." in said and path.read_text() == old


def test_progress_that_is_no_text_is_set_aside(desk: Desk) -> None:
    learnt._path().write_bytes(b"\xff\xfe{")
    assert "was damaged" in desk.type("lesson small")
    assert learnt._path().with_suffix(".damaged").read_bytes() == b"\xff\xfe{"
