"""`plot boundary --sweep`: that its maps are those of the runs, and what else it shows."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from shell_helpers import Desk

from nnstep.lessons import Measures
from nnstep.shell.completing import candidates
from nnstep.sweep import Drawn, Script, SweepRow, sweep

SCRIPT = '''"""A small softmax net on three rows of points.

Cost: loss
Accuracy: np.mean(predict(X) == y)
Fresh: X = 1 / 0
"""
import time
import numpy as np

n = 30
rng = np.random.default_rng(1)
X = rng.normal(size=(n, 2))
y = (X[:, 0] * X[:, 1] > 0).astype(int)
hidden = 3
pause = 0
time.sleep(pause)
W1, b1 = rng.normal(size=(2, hidden)), np.zeros(hidden)
W2, b2 = rng.normal(size=(hidden, 2)), np.zeros(2)


def predict(x):
    return np.argmax(np.tanh(x @ W1 + b1) @ W2 + b2, axis=1)


for epoch in range(12):
    a1 = np.tanh(X @ W1 + b1)
    scores = np.exp(a1 @ W2 + b2)
    probs = scores / scores.sum(axis=1, keepdims=True)
    loss = -np.mean(np.log(probs[range(n), y]))
    delta2 = probs - np.eye(2)[y]
    delta1 = delta2 @ W2.T * (1 - a1 ** 2)
    W2 = W2 - 0.3 / n * a1.T @ delta2
    b2 = b2 - 0.3 / n * delta2.sum(axis=0)
    W1 = W1 - 0.3 / n * X.T @ delta1
    b1 = b1 - 0.3 / n * delta1.sum(axis=0)
'''
BARE = "import numpy as np\nlr = 0.5\nw = np.ones(3)\nfor i in range(3):\n    w = w * lr\n"


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.chdir(tmp_path)
    Path("net.py").write_text(SCRIPT)
    Path("bare.py").write_text(BARE)
    made = Desk()
    made.shell.open("net.py")
    yield made
    made.shell.close()


def plainly(name: str, value: str) -> dict[str, Any]:
    """What plain Python has at the end, with another value."""
    names: dict[str, Any] = {}
    lines = [f"{name} = {value}" if line.startswith(f"{name} = ") else line
             for line in SCRIPT.splitlines()]  # fmt: skip
    exec("\n".join(lines), names)
    return names


def middles(drawn: Drawn) -> Any:
    """The middles of the cells of a grid, row by row from the top."""
    left, right, low, high = drawn.extent
    rows, columns = np.shape(drawn.classes)
    xs = left + (np.arange(columns) + 0.5) / columns * (right - left)
    ys = high - (np.arange(rows) + 0.5) / rows * (high - low)
    return np.stack([np.tile(xs, rows), np.repeat(ys, columns)], axis=1)


# The runs.


def test_point_by_point(desk: Desk) -> None:
    values = ["1", "2", "8"]
    found = sweep(Script("net.py"), "hidden", values, Measures("loss"), boundary=(11, 17))
    assert [each.error for each in found.rows] == ["", "", ""]
    for value, each in zip(values, found.rows, strict=True):
        drawn, names = each.boundary, plainly("hidden", value)
        assert drawn is not None and drawn.name == "probs"
        assert np.array_equal(np.ravel(drawn.classes), names["predict"](middles(drawn)))
        assert np.array_equal(drawn.points, names["X"])
        assert np.array_equal(drawn.labels or [], names["y"])
        assert each.cost == names["loss"]


def test_a_sweep_draws_nothing_unless_asked(desk: Desk) -> None:
    rows = sweep(Script("net.py"), "hidden", ["2"], Measures("loss")).rows
    assert rows == [SweepRow("2", rows[0].cost, seconds=rows[0].seconds)]


# The command.


def test_side_by_side(desk: Desk) -> None:
    desk.type("step 3")
    before = desk.shell.session.position
    lines = desk.type("plot boundary --sweep hidden 1, 4 -j 2").splitlines()
    assert desk.shell.session.position == before
    assert lines[0].startswith("probs, line ") and lines[0].endswith("a run per hidden")
    assert lines[1].split() == "hidden = 1 hidden = 4".split()
    costs = [f"cost {plainly('hidden', each)['loss']:.4g}" for each in "14"]
    assert all(each in lines[2] for each in costs)
    assert lines[2].count("accuracy") == 2
    assert sum("answer 0" in line for line in lines) == 1
    assert max(map(len, lines)) <= 80


def test_the_map_is_what_the_run_predicts(desk: Desk) -> None:
    lines = desk.type("plot boundary --sweep hidden 2").splitlines()
    wide = max(len(line) for line in lines[3:19])
    drawn = sweep(Script("net.py"), "hidden", ["2"], Measures(), boundary=(32, wide)).rows[0]
    assert drawn.boundary is not None
    true = plainly("hidden", "2")["predict"](middles(drawn.boundary)).reshape(32, wide)
    for line, row in zip(lines[3:19], true[::2], strict=True):
        shown = [{".": 0, "=": 1}.get(each) for each in line]
        assert all(each in (None, answer) for each, answer in zip(shown, row, strict=True))


def test_a_run_that_fails_leaves_the_others(desk: Desk) -> None:
    text = desk.type("plot boundary --sweep hidden 2,'x',3")
    assert text.count("hidden = ") == 3 and text.count("cost ") == 2
    assert "TypeError" in text and "answer 1" in text


def test_a_run_that_gets_nowhere(desk: Desk) -> None:
    text = desk.type("plot boundary --sweep W1 W1,W1*np.nan")
    assert "cost NaN" in text and "W1 = W1*np.nan: " in text and "NaN left blank" in text


def test_nothing_but_ascii(desk: Desk) -> None:
    plain = Desk(encoding="ascii")
    plain.shell.open("net.py")
    assert plain.type("plot boundary --sweep hidden 2,'é'").isascii()
    plain.shell.close()


@pytest.mark.parametrize("width", [40, 80, 120])
def test_no_line_is_wider(desk: Desk, width: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", str(width))
    lines = desk.type("plot boundary --sweep hidden 1,'x',2").splitlines()
    assert max(map(len, lines)) <= width
    heads = [line.count("hidden = ") for line in lines if line.startswith("hidden = ")]
    assert heads == ([1, 1, 1] if width == 40 else [3])


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("plot boundary --sweep", "--sweep needs something behind it; usage: plot EXPR"),
        ("plot boundary --sweep hidden", "there are no values"),
        ("plot boundary --sweep hiden 1,2", "did you mean `hidden`?"),
        ("plot boundary --sweep 3 1,2", "`3` is no name; usage: plot EXPR"),
        ("plot boundary --sweep hidden 1,,2", "is no list of Python values"),
        ("plot boundary --sweep hidden 1 -j 0", "must be at least 1"),
        ("plot data --sweep hidden 1,2", "draws boundaries alone, as in `plot boundary --sweep"),
        ("plot W1 --sweep hidden 1,2", "draws boundaries alone"),
        ("plot --sweep hidden 1,2", "draws boundaries alone"),
        ("open bare.py ;; plot boundary --sweep lr 1,2", "only points of the plane can be drawn"),
        ("open bare.py ;; plot boundary --sweep lr 1,2", "`sweep lr` compares runs by numbers"),
    ],
)
def test_what_is_refused(desk: Desk, line: str, words: str) -> None:
    assert words in desk.fail(line)


def test_without_a_script() -> None:
    assert "no script is open" in Desk().fail("plot boundary --sweep lr 1")


def test_ctrl_c_shows_what_is_done(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(*_: object) -> None:
        threading.Timer(0.3, os.kill, (os.getpid(), signal.SIGINT)).start()

    monkeypatch.setattr("nnstep.shell.sweeping._Bar.advance", interrupt)
    start = desk.out.tell()
    message = desk.fail("plot boundary --sweep pause 0,60,61 -j 2")
    assert "interrupted; 1 of 3 values are done" in message
    shown = desk.out.getvalue()[start:]
    assert "pause = 0" in shown and "pause = 60" not in shown and "answer 1" in shown


def test_help_and_completion(desk: Desk) -> None:
    assert "plot boundary --sweep nn_hdim 1,2,3,4,5,20,50" in desk.type("help plot")
    words = [each.word for each in candidates(desk.shell, "plot boundary --sw")]
    assert words == ["--sweep"]


def test_they_are_saved_too(desk: Desk) -> None:
    assert desk.type("plot boundary --sweep hidden 1,2 --save maps.png") == "saved to maps.png\n"
    assert Path("maps.png").read_bytes().startswith(b"\x89PNG")
    assert "usage" in desk.fail("plot boundary --sweep hidden 1,2 --save")
