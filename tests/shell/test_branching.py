"""Branches, searching, histories and costs, typed as commands."""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from shell_helpers import Desk, lesson

from nnstep.session import Session

MSE = lesson("mse_hidden", 12)


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mse.py").write_text(MSE, encoding="utf-8")
    return tmp_path


def opened(*lines: str, encoding: str = "utf-8") -> Desk:
    desk = Desk(encoding=encoding)
    desk.shell.open("mse.py")
    desk.type(*lines)
    return desk


@pytest.fixture
def ended() -> Iterator[Desk]:
    desk = opened("continue")
    yield desk
    desk.shell.close()


# bisect


def test_bisect_tells_the_first_epoch_and_stands_behind_the_op(ended: Desk) -> None:
    shown = ended.type("bisect epoch >= 7")
    assert "epoch >= 7 is true from epoch 7 on (" in shown
    assert " probes)" in shown
    assert "epoch = 7" in shown
    assert ended.shell.session["epoch"] == 7


def test_bisect_over_a_number_that_falls(ended: Desk) -> None:
    limit = 12.5
    ended.type(f"bisect error_out.sum() < {limit}")
    assert ended.shell.session["error_out"].sum() < limit
    ended.type("back")
    assert ended.shell.session["error_out"].sum() >= limit


def test_bisect_of_what_never_is_true(ended: Desk) -> None:
    before = ended.shell.session.position
    assert "`epoch > 99` is not true" in ended.fail("bisect epoch > 99")
    assert ended.shell.session.position == before
    assert "such as `bisect error_out.sum() < 5`" in ended.fail("bisect")
    assert "`error_out.sum() < 5`, `.any()` or `.all()` would do" in ended.fail("bisect error_out")
    assert "wh.shape == (2, 4) is true from before the first epoch on" in ended.type(
        "bisect wh.shape == (2, 4)"
    )


def test_bisect_says_when_it_was_false_again(monkeypatch: pytest.MonkeyPatch, ended: Desk) -> None:
    found = SimpleNamespace(epoch=4, event=None, monotone=False, probes=1)
    monkeypatch.setattr(Session, "bisect", lambda self, cond: found)
    shown = " ".join(ended.type("bisect lr > 0.2").split())
    assert "lr > 0.2 is true from epoch 4 on (1 probe)" in shown
    assert "true and then false again, so there may be an earlier one" in shown


# history


def test_history(ended: Desk) -> None:
    shown = ended.type("history error_out.sum()").splitlines()
    assert shown[0].startswith("error_out.sum()  epochs 0 .. 11  first 13.9698  last ")
    assert len(shown[-1]) == 12
    assert shown[-1][1] == "█"
    assert shown[-1][-1] == "▁"
    assert max(map(len, shown)) <= 80


def test_history_with_a_range(ended: Desk) -> None:
    shown = ended.type("history wo[0, 0] 3:5").splitlines()
    assert shown[0] == "wo[0, 0]  epochs 3 .. 5"
    assert " ".join(shown[1:]).split()[::2] == ["3", "4", "5"]
    assert "epochs 9 .. 11" in ended.type("history epoch 9:")
    assert "epochs 0 .. 2" in ended.type("history epoch :2")
    assert "there are values of epochs 0 to 11" in ended.fail("history epoch 50:60")


def test_history_in_ascii_mode() -> None:
    desk = opened("continue", encoding="ascii")
    shown = desk.type("history error_out.sum()")
    assert shown.isascii()
    assert shown.splitlines()[-1][1] == "#"


def test_history_leaves_the_session_where_it_is(ended: Desk) -> None:
    ended.type("goto 4.5")
    before = ended.shell.session.position
    assert ended.type("history epoch")
    assert ended.shell.session.position == before


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("history", "usage: history EXPR [FIRST:LAST]"),
        ("history wo", "`history wo[0, 0]` or `history wo.sum()`"),
        ("history labels", "has the shape (100, 1)"),
        ("history nowhere", "nowhere"),
        ("history (", "`(` is no expression"),
        ("history 'word'", "is no number but a str"),
    ],
)
def test_no_history(ended: Desk, line: str, words: str) -> None:
    assert words in ended.fail(line)


def test_history_with_gaps(monkeypatch: pytest.MonkeyPatch, ended: Desk) -> None:
    values = [None, 1.0, math.nan, 2]
    found = SimpleNamespace(text="lr", first=0, values=values)
    monkeypatch.setattr(Session, "history", lambda self, text: found)
    shown = ended.type("history lr")
    assert "1 NaN, first at epoch 2" in shown
    found.values = []
    assert "no epoch has been run to its end yet" in ended.type("history lr")


# cost


def test_cost(ended: Desk) -> None:
    shown = ended.type("cost error_out.sum()")
    assert shown.startswith("cost: error_out.sum() = ")
    assert ended.type("cost") == shown
    assert "nowhere" in ended.fail("cost nowhere.sum()")
    assert ended.type("cost") == shown
    ended.type("rewind")
    assert "has no value here yet" in ended.type("cost")


def test_an_array_is_refused_as_cost_and_the_one_before_stays(ended: Desk) -> None:
    shown = ended.type("cost")
    assert ended.fail("cost error_out") == (
        "`error_out` is no single number, but has the shape (100, 1); `(error_out).sum()` or "
        "`.mean()` makes it one; the cost is still `error_out.sum()`"
    )
    assert ended.type("cost") == shown
    assert ended.type("cost error_out.mean()") != shown
    assert ended.type("cost default") == shown


def test_a_cost_can_be_dropped_where_the_script_says_none(ended: Desk) -> None:
    Path("bare.py").write_text("x = 1.0\nfor i in range(3):\n    x *= 0.5\n")
    assert "no cost is known" in ended.type("open bare.py", "cost")
    assert ended.type("continue", "cost x").endswith("cost: x = 0.125\n")
    assert ended.type("cost default").startswith("no cost is known")


# branches


def test_a_branch_is_told_by_what_was_changed_in_it() -> None:
    desk = opened("lr = 0.1", "continue", "goto epoch 5", "lr = 1.5", "epoch", "b2 = 3")
    first = desk.type("branches").splitlines()[-1]
    assert "b1  from 5.1: lr = 1.5; b2 = 3  reached 6.1" in first
    desk.type("goto epoch 5", "lr = 2.5")
    second = desk.type("branches").splitlines()[-1]
    assert "b2  from 5.1: lr = 2.5  reached 5.1" in second
    desk.shell.close()


@pytest.fixture
def changed(ended: Desk) -> Desk:
    ended.type("goto epoch 3", "lr = 0.05", "continue")
    return ended


def names(desk: Desk) -> list[str]:
    return [each.name for each in desk.shell.session.branches()]


def test_branches(ended: Desk) -> None:
    assert len(ended.type("branches").splitlines()) == 1
    assert "branch " not in ended.type("goto epoch 3", "p lr")
    said = ended.type("lr = 0.05").splitlines()[-1]
    assert said.startswith("branch ") and " begins here; `switch main` goes back" in said
    ended.type("continue")
    first, second = ended.type("branches").splitlines()
    assert first.startswith("  ")
    assert second.startswith("* └─ ")
    assert "lr = 0.05" in second


def test_branches_in_ascii_mode() -> None:
    desk = opened("epoch 5", "goto epoch 3", "lr = 0.05", encoding="ascii")
    shown = desk.type("branches", "step", "when")
    assert shown.isascii()
    assert "branch " in shown


def test_switch(changed: Desk) -> None:
    main, other = names(changed)
    changed.type(f"switch {main}")
    assert changed.shell.session["lr"] == 0.5
    assert changed.type("branches").startswith("* ")
    assert changed.type(f"switch {main}") == f"this is branch {main} already\n"
    assert f"branch {main}" in changed.type("when")
    changed.type(f"switch {other}")
    assert changed.shell.session["lr"] == 0.05


def test_compare(changed: Desk) -> None:
    main, other = names(changed)
    shown = changed.type("cost error_out.sum()", f"compare {main} {other}")
    assert "differ by" in shown
    assert "cost: error_out.sum()" in shown
    rows = [line.split() for line in shown.splitlines()]
    assert any(row[0] == "lr" and row[-1] == "0.45" for row in rows)
    epochs = [row[0] for row in rows if row[0].isdecimal() and len(row) == 3]
    assert epochs[0] == "0"
    assert epochs[-1] == "11"
    assert len(epochs) == 10
    assert max(map(len, shown.splitlines())) <= 80


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("switch", "usage: switch NAME; `branches` lists them"),
        ("switch nowhere", "there is no branch `nowhere`; `branches` lists them"),
        ("compare", "usage: compare A B"),
        ("compare one", "it takes two branches"),
        ("compare one two", "there is no branch `one`"),
        ("branches 3", "`branches` takes no argument"),
    ],
)
def test_wrong_use(ended: Desk, line: str, words: str) -> None:
    assert words in ended.fail(line)


# What the session says once.


def test_notes_are_told_behind_the_motion(monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[str] = ["the script isn't deterministic: " + "a clock was read " * 6]

    def notes(self: Any) -> list[str]:
        found, said[:] = said[:], []
        return found

    monkeypatch.setattr(Session, "notes", notes)
    desk = opened()
    shown = desk.type("step").splitlines()
    assert any(line.startswith("the script isn't deterministic") for line in shown)
    assert max(map(len, shown)) <= 80
    assert "deterministic" not in desk.type("step")


# loop


LOOPS = """w = 1.0
for epoch in range(3):
    for i in range(4):
        w = w - 0.1 * w * i
"""


def test_loop(folder: Path) -> None:
    (folder / "loops.py").write_text(LOOPS)
    desk = Desk()
    desk.shell.open("loops.py")
    listed = desk.type("loop").splitlines()
    assert len(listed) == 2
    (main,) = [line for line in listed if line.startswith(">")]
    assert main.endswith("the main loop")
    shown = desk.type("loop 3").splitlines()
    assert shown[1].startswith("> 3  for i in range(4):")
    desk.type("epoch 3")
    assert desk.shell.session["i"] == 2
    assert "`x` is not a whole number" in desk.fail("loop x")
    assert desk.fail("loop 1")
    (folder / "flat.py").write_text("x = 1\n")
    desk.type("open flat.py")
    assert desk.type("loop") == "the script has no loops\n"


def test_what_a_branch_prints_is_shown_though_the_other_course_printed_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("net.py").write_text(
        "lr = w = 1.0\nfor epoch in range(5):\n    w = w * lr\n    print('epoch', epoch, 'w', w)\n"
    )
    desk = Desk()
    desk.shell.open("net.py")
    desk.type("goto epoch 4", "goto epoch 1", "lr = 123.5")
    assert desk.type("goto epoch 3").startswith("epoch 1 w 123.5\nepoch 2 w 15252.25\n3.0")
    assert "epoch 3 w" not in desk.type("switch main", "goto epoch 2", "goto epoch 4")
    assert desk.type("goto end").startswith("epoch 4 w 1.0\n")
    desk.shell.close()


def test_a_check_sees_what_was_typed_in_its_epoch(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("net.py").write_text(
        "import numpy as np\nx = np.linspace(-1, 1, 7).reshape(7, 1)\nt = 2 * x\n"
        "w = np.ones((1, 1))\nhalf = 3.0\nfor epoch in range(9):\n    z = x @ w\n"
        "    cost = ((z - t) ** 2).sum() / 2\n    dw = half * x.T @ (z - t) / (1 + 0 * w)\n"
        "    w -= 0.05 * dw\n"
    )
    desk = Desk()
    desk.shell.open("net.py")
    desk.type("epoch")
    assert "epoch 0: right\n" in desk.type("half = 1.0", "check")
    assert "epoch 0: right\n" in desk.type("next", "check")
    assert "epoch 0: right\n" not in desk.type("half = 3.0", "check")
    desk.shell.close()
