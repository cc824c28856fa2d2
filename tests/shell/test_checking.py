"""`check` and `mend`: whether hand-derived gradients are right, and what a mend would change."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from shell_helpers import Desk, lesson

from nnstep import mending
from nnstep.engine.source import Source, Span
from nnstep.insight import gradients
from nnstep.insight.faults import Fault, Mend
from nnstep.mending import mended_text

BESIDE = """import numpy as np


def squashed(a):
    return 1 / (1 + np.exp(-a))


def slope(a):
    return squashed(a) * (1 - squashed(a))
"""
USES = '''"""Cost: loss"""
import numpy as np
from beside import slope, squashed
from pathlib import Path

assert Path(__file__) == Path.cwd() / "uses.py", __file__
rng = np.random.default_rng(0)
x, y = rng.normal(size=(9, 2)), rng.normal(size=(9, 1))
w, lr = rng.normal(size=(2, 1)), 0.1
for epoch in range(6):
    z = x @ w
    p = squashed(z)
    error = p - y
    loss = (error ** 2).sum() / 2
    dp = slope(p)
    grad = x.T @ (error * dp)
    w = w - lr * grad
'''
PLAIN = "import numpy as np\nw = np.ones(3)\nfor i in range(3):\n    w = np.tanh(w)\n"


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.chdir(tmp_path)
    Path("perceptron.py").write_text(lesson("perceptron", 40), encoding="utf-8")
    Path("hidden.py").write_text(lesson("mse_hidden", 12), encoding="utf-8")
    made = Desk()
    yield made
    made.shell.close()


def state(desk: Desk) -> tuple[object, ...]:
    session = desk.shell.session
    values = {
        name: value.tobytes() if isinstance(value, np.ndarray) else repr(value)
        for name, value in session.names().items()
    }
    drawn = np.random.get_state()[1].tobytes()  # type: ignore[union-attr]
    return session.position, session.stop, session.output, values, drawn


def test_right_gradients(desk: Desk) -> None:
    desk.shell.open("hidden.py")
    desk.type("epoch 3")
    before = state(desk)
    lines = desk.type("check").splitlines()
    assert lines[0] == "epoch 2: right"
    assert lines[1].startswith("cost: error_out.sum() = ")
    assert lines[1].endswith("read before line 120 (the script's own)")
    assert [line.split()[0] for line in lines[3:5]] == ["dcost_wh", "dcost_wo"]
    assert "`dao_dzo` is the slope of ao in zo, element by element" in lines
    assert "`mend" not in "\n".join(lines)
    assert state(desk) == before
    assert desk.fail("mend") == "the last check has no mend 1; there is none"


def test_a_wrong_one_names_the_op_and_the_mend(desk: Desk) -> None:
    desk.shell.open("perceptron.py")
    text = desk.type("check")
    assert text.startswith("epoch 0: wrong\n")
    assert "> 90      dpred_dz = sigmoid_der(z)\n" in text
    assert "with `dpred_dz = sigmoid_der(XW)` it comes out right" in text
    words = " ".join(text.split())
    moves = "the cost moves by 0.000203, the gradient says 0.000342"
    assert f"nudge `weights[2, 0]` by 0.001: {moves}" in words
    assert text.endswith(" runs the script with that, and compares the costs\n")


def test_one_gradient_at_some_epochs(desk: Desk) -> None:
    desk.shell.open("hidden.py")
    lines = desk.type("check dcost_wo --at 0,7").splitlines()
    assert lines[1].split() == ["epoch", "cost", "verdict", "wo"]
    assert [line.split()[0] for line in lines[2:4]] == ["0", "7"]
    assert "dcost_wh" not in "\n".join(lines)
    assert "d cost/d wh" in desk.type("check wh")


def test_a_cost_is_given(desk: Desk) -> None:
    desk.shell.open("hidden.py")
    text = desk.type("check --cost error_out.sum() * 3 --at 1")
    assert "cost: error_out.sum() * 3 = " in text
    assert "(as given)" in text
    assert "right up to a factor" in text


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("check nosuch", "`nosuch` is no gradient that takes part in this step"),
        ("check --cost error_out", "has the shape (100, 1); `(error_out).sum()` or `.mean()`"),
        ("check --cost 1 +", "nothing to check: the cost `1 +` is no expression"),
        ("check --at 12", "the main loop has no epoch 12"),
        ("check --at -1", "is no list of epochs"),
        ("check --at two", "is no list of epochs"),
        ("check --at", "--at needs something behind it"),
        ("check --at 0 --at 1", "--at stands there twice"),
        ("check --foo", "no option --foo"),
        ("mend", "nothing was checked yet"),
    ],
)
def test_what_is_refused(desk: Desk, line: str, words: str) -> None:
    desk.shell.open("hidden.py")
    before = state(desk)
    message = desk.fail(line)
    assert words in message
    assert "NothingToCheck" not in message
    assert state(desk) == before


def test_nothing_to_check(desk: Desk) -> None:
    Path("plain.py").write_text(PLAIN)
    desk.shell.open("plain.py")
    assert "nothing is updated by a gradient" in desk.fail("check")
    Path("none.py").write_text("w = 1.0\n")
    desk.shell.open("none.py")
    assert "the script has no epochs" in desk.fail("check")


@pytest.mark.parametrize("times", ["epoch 3", "continue"])
def test_an_interrupted_check_leaves_no_trace(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, times: str
) -> None:
    desk.shell.open("hidden.py")
    desk.type(times)
    before, session, real = state(desk), desk.shell.session, gradients.identify

    def interrupted(*arguments: object) -> object:
        session.interrupt()
        return real(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(gradients, "identify", interrupted)
    assert desk.fail("check") == "interrupted"
    assert state(desk) == before
    monkeypatch.undo()
    assert desk.fail("mend").startswith("nothing was checked yet")
    desk.type("check", "repoch")
    assert session.stop.reason != "interrupted"


# Mending.


def test_a_run_that_is_broken_off_leaves_no_copy(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def pressed(*_: object) -> None:
        assert os.listdir(tmp_path / "copies")
        raise KeyboardInterrupt

    (tmp_path / "copies").mkdir()
    desk.shell.open("perceptron.py")
    desk.type("check")
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "copies"))
    monkeypatch.setattr(mending, "_result", pressed)
    with pytest.raises(KeyboardInterrupt):
        desk.shell.execute("mend")
    assert os.listdir(tmp_path / "copies") == []
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "nosuch"))
    assert "No such file or directory: " in desk.fail("mend")


def test_the_mended_cost_beside_the_other(desk: Desk) -> None:
    desk.shell.open("perceptron.py")
    desk.type("epoch 5", "check")
    before = state(desk)
    lines = desk.type("mend").splitlines()
    assert lines[:4] == [
        "line 90: `dpred_dz = sigmoid_der(z)`",
        "mended: `dpred_dz = sigmoid_der(XW)`",
        "cost: ((z - labels) ** 2 / 2).sum()",
        "epoch  as it is    mended",
    ]
    assert lines[4].split() == ["0", "1.028737", "1.028737"]
    epoch, as_it_is, mended = lines[13].split()
    assert epoch == "39"
    assert float(as_it_is) != float(mended)
    assert lines[14:] == ["10 of 40 epochs"]
    assert state(desk) == before
    by_hand = lesson("perceptron", 40).replace("= sigmoid_der(z)", "= sigmoid_der(XW)")
    Path("by_hand.py").write_text(by_hand, encoding="utf-8")
    desk.shell.open("by_hand.py")
    desk.type("continue")
    assert desk.shell.session.eval("((z - labels) ** 2 / 2).sum()") == pytest.approx(
        float(mended), rel=1e-6
    )
    assert desk.fail("mend").startswith("nothing was checked yet")


def test_a_mend_of_a_script_with_modules_beside_it(desk: Desk, tmp_path: Path) -> None:
    Path("beside.py").write_text(BESIDE)
    Path("uses.py").write_text(USES)
    desk.shell.open("uses.py")
    assert "with `dp = slope(z)` it comes out right" in desk.type("check")
    lines = desk.type("mend").splitlines()
    assert lines[-1].split()[0] == "5"
    one, other = map(float, lines[-1].split()[1:])
    assert one != other
    assert sorted(each.name for each in tmp_path.glob("*.py")) == [
        "beside.py", "hidden.py", "perceptron.py", "uses.py",
    ]  # fmt: skip


def test_a_script_that_was_changed_since(desk: Desk) -> None:
    desk.shell.open("perceptron.py")
    desk.type("check")
    changed = lesson("perceptron", 40).replace("= sigmoid_der(z)", "= sigmoid_der( z)")
    Path("perceptron.py").write_text(changed, encoding="utf-8")
    assert desk.fail("mend").startswith("the script is another one by now")
    assert desk.fail("mend 9").startswith("the last check has no mend 9; there ")


def mended(text: str, op: str, code: str) -> str:
    source = Source("net.py", text)
    line = next(at for at, each in enumerate(source.lines, 1) if op.split("\n")[0] in each)
    column = source.line(line).index(op.split("\n")[0])
    rows = op.split("\n")
    end = column + len(op) if len(rows) == 1 else len(rows[-1])
    span = Span(line, column, line + len(rows) - 1, end)
    fault = Fault(source.segment(span), line, span, "net.py", (), 0)
    return mended_text(source, fault, Mend(code, ()))


@pytest.mark.parametrize(
    ("op", "code", "line"),
    [
        ("d = f(z)", "d = f(x)", "    d = f(x)"),
        ("d = f(z)", "f(x)", "    d = (f(x))"),
        ("f(z)", "d = f(x)", "    d = (f(x))"),
        ("b -= d", "b -= -d", "    b -= -d"),
        ("p + q", "p - q", "    e = 2 * ((p - q))"),
        ("g(\n        a)", "g(b)", "    h = (g(b)) + 1"),
    ],
)
def test_what_is_replaced(op: str, code: str, line: str) -> None:
    text = "if 1:\n    d = f(z)\n    b -= d\n    e = 2 * (p + q)\n    h = g(\n        a) + 1\n"
    assert line in mended(text, op, code).splitlines()


def test_a_mend_that_is_no_python() -> None:
    with pytest.raises(ValueError, match=r"with `\(b -= d\) / 2` there the script is no Python"):
        mended("b -= d\n", "b -= d", "(b -= d) / 2")


def test_a_proposed_cost_is_told_where_one_is_needed(desk: Desk) -> None:
    text = USES.removeprefix('"""Cost: loss"""\n').replace("slope(p)", "slope(z)")
    Path("beside.py").write_text(BESIDE)
    Path("uses.py").write_text(text)
    desk.type("open uses.py", "epoch 3")
    assert desk.type("cost").startswith("no cost is known; `cost EXPR` sets it")
    assert "cost: loss" in desk.type("check")
    said = "no cost is set; `cost loss` keeps the one that the last check has taken"
    assert desk.type("cost") == said + "\n" and desk.fail("plot cost") == said
    desk.type("cost loss", "plot cost")
