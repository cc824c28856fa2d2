"""`sweep`, typed as a string: what it takes, what it shows, and what it refuses."""

from __future__ import annotations

import io
import os
import signal
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from nnstep.lessons import Measures
from nnstep.shell.output import Output
from nnstep.shell.shell import Shell
from nnstep.sweep import SweepRow
from nnstep.views.sweeps import progress_line, sweep_table

SCRIPT = '''"""Two numbers.

Cost: abs(goal - w)
Accuracy: w / (goal + extra)
Fresh: extra = 1
"""
import time

goal, extra = 3.0, 0.0
w = 0.0
lr = 0.5
pause = 0
for epoch in range(3):
    w += lr * (goal - w)
time.sleep(pause)
'''


class Desk:
    """A shell, and what it has shown."""

    def __init__(self) -> None:
        self.out, self.err = io.StringIO(), io.StringIO()
        self.shell = Shell(Output(self.out, self.err, {}))

    def type(self, line: str) -> str:
        """Type a line that succeeds; what it shows."""
        start = self.out.tell()
        assert self.shell.execute(line), self.err.getvalue()
        return self.out.getvalue()[start:]

    def fail(self, line: str) -> str:
        """Type a line that fails; the one line that says why."""
        start = self.err.tell()
        assert not self.shell.execute(line)
        message = self.err.getvalue()[start:]
        assert message.count("\n") == 1
        return message.strip()


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.chdir(tmp_path)
    (tmp_path / "two.py").write_text(SCRIPT, encoding="utf-8")
    (tmp_path / "bare.py").write_text(SCRIPT.partition('"""\n')[2], encoding="utf-8")
    made = Desk()
    made.shell.open("two.py")
    yield made
    made.shell.close()


def test_a_table(desk: Desk) -> None:
    desk.type("step 3")
    before = desk.shell.session.position
    lines = desk.type("sweep lr 0.1, 1/2, [] -j 2").splitlines()
    assert [line[:36].rstrip() for line in lines[:4]] == [
        "lr    cost   accuracy      fresh   s",
        "0.1  2.187      0.271   0.203250",
        "1/2  0.375*     0.875*  0.656250*",
        "[]       -          -          -",
    ]
    assert lines[4:] == [
        "cost: abs(goal - w)",
        "accuracy: w / (goal + extra), on the training data",
        "fresh: the same after extra = 1",
        "* the best of its column",
        "[]: TypeError: can't multiply sequence by non-int of type 'float' (line 14)",
    ]
    assert desk.shell.session.position == before


def test_what_is_typed_goes_before_what_the_script_says(desk: Desk) -> None:
    found = desk.type("sweep lr 1 --cost w + 1 --accuracy goal")
    assert "cost: w + 1" in found and "accuracy: goal" in found
    assert found.splitlines()[1].split()[:4] == ["1", "4.0", "3.0", "3.0"]


def test_without_a_cost(desk: Desk) -> None:
    desk.type("open bare.py")
    found = desk.type("sweep lr 1 --accuracy w")
    assert found.splitlines()[0].split() == ["lr", "accuracy", "seconds"]
    assert "the cost isn't known; `--cost EXPR` says what it is" in found


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("sweep", "something is missing; usage: sweep NAME"),
        ("sweep lr", "there are no values"),
        ("sweep lr -j 2", "there are no values"),
        ("sweep 3 1,2", "`3` is no name"),
        ("sweep lr 1,,2", "is no list of Python values"),
        ("sweep lrr 1,2", "nothing in the script gives `lrr` a value; did you mean `lr`?"),
        ("sweep lr 1 -j", "-j needs something behind it"),
        ("sweep lr 1 -j x", "`x` is not a whole number"),
        ("sweep lr 1 -j 0", "must be at least 1"),
        ("sweep lr 1 -j 1 -j 2", "-j stands there twice"),
        ("sweep lr 1 --cost 1 +", "`1 +` is no Python expression"),
        ("open bare.py ;; sweep lr 1", "it isn't known what to compare; `--cost EXPR`"),
    ],
)
def test_bad_use(desk: Desk, line: str, message: str) -> None:
    assert message in desk.fail(line)


def test_the_cost_that_was_set_is_compared(desk: Desk) -> None:
    desk.type("open bare.py ;; cost w.sum()")
    assert desk.type("sweep lr 1").splitlines()[0].split() == ["lr", "cost", "seconds"]


def test_without_a_script() -> None:
    assert "no script is open" in Desk().fail("sweep lr 1")


def test_the_help_has_an_example(desk: Desk) -> None:
    assert "sweep nn_hdim 1,2,3,4,5,20,50" in desk.type("help sweep")


def test_ctrl_c_leaves_the_session_where_it_is(desk: Desk) -> None:
    desk.type("step 3")
    before = desk.shell.session.position
    timer = threading.Timer(1.5, os.kill, (os.getpid(), signal.SIGINT))
    timer.start()
    assert "of 3 values are done" in desk.fail("sweep pause 60,61,62 -j 2")
    timer.join()
    assert desk.shell.session.position == before


class Terminal(io.StringIO):
    """A stream that claims to be one."""

    def isatty(self) -> bool:
        return True


def test_a_bar_moves_when_it_lasts(desk: Desk) -> None:
    desk.err = Terminal()
    desk.shell.output = Output(desk.out, desk.err, {"TERM": "dumb"})
    desk.type("sweep pause 0.8, 0.01 -j 1")
    shown = desk.err.getvalue()
    assert "sweep pause  0 of 2" in shown and "sweep pause  1 of 2" in shown
    assert shown.endswith(" \r"), "it is erased"


# The table itself.


def rows(*costs: float | None) -> list[SweepRow]:
    return [SweepRow(str(at), cost, seconds=1.0) for at, cost in enumerate(costs)]


def table(found: list[SweepRow], by: Measures | None = None, width: int = 80) -> list[str]:
    text = sweep_table("n", found, by or Measures("c"), width=width).plain
    assert all(len(line) <= width for line in text.splitlines())
    return text.splitlines()


def test_numbers_stand_under_one_another() -> None:
    assert table(rows(0.3283665, 0.0307, 12.5))[:4] == [
        "n       cost   seconds",
        "0   0.328367       1.0",
        "1   0.030700*      1.0",
        "2  12.500000       1.0",
    ]


def test_what_is_not_a_number_is_never_the_best() -> None:
    found = table(rows(float("nan"), 2.0, float("-inf"), None))
    assert [line.split()[1] for line in found[1:5]] == ["NaN", "2.0*", "-Inf", "-"]


def test_nothing_is_marked_when_all_are_the_same() -> None:
    assert "*" not in "".join(table(rows(1.0, 1.0)))
    assert "*" not in "".join(table(rows(None, None)))


def test_equals_share_the_mark() -> None:
    assert [line.endswith("*      1.0") for line in table(rows(1.0, 2.0, 1.0))[1:4]] == [
        True, False, True,
    ]


def test_errors_are_told_once() -> None:
    failed = [SweepRow(value, error="ValueError: no") for value in ("1", "2")]
    assert table([*failed, SweepRow("3", 1.0)])[-1] == "1, 2: ValueError: no"


@pytest.mark.parametrize("width", [24, 30, 40, 60])
def test_narrow_screens(width: int) -> None:
    found = [
        SweepRow("0.001", 1.234567, 0.985, 0.97, 12.3),
        SweepRow("make_something(long, longer)", None, None, None, 0.1, "NameError: " + "x" * 90),
    ]
    lines = table(found, Measures("calculate_loss(model)", "a == b", "X, y = more()"), width)
    assert "0.985" in "\n".join(lines) and "1.234567" in "\n".join(lines)


def test_ascii() -> None:
    text = sweep_table("n", [SweepRow("'é'", 1.0)], Measures("c"), width=80, ascii=True).plain
    assert text.isascii()


def test_a_bar_needs_room() -> None:
    assert str(progress_line("n", 1, 3, 2.0, 20)) == "sweep n  1 of 3"
