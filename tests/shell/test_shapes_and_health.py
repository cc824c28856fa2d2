"""What is told of shapes and of unhealthy values: the `shape` command, at stops, under `vars`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from shell_helpers import Desk

METHOD = """import numpy as np


class Net:
    def __init__(self, n):
        self.W = np.ones((2, n))

    def forward(self, x):
        self.z = x @ self.W


x = np.ones((3, 2))
other, text = Net(5), "words"
net = Net(4)
for epoch in range(2):
    net.forward(x)
    x = x * 0.5
"""
NET = """import numpy as np


def sigmoid(x):
    y = 1 / (1 + np.exp(-x))
    return y


class Net:
    def __init__(self):
        self.W = np.ones((2, 3))


x = np.ones((5, 2))
labels = np.zeros(5)
w = np.full((2, 1), 20.0)
net = Net()
text, y = "words", np.zeros(9)
for epoch in range(40):
    z = x @ w
    a = sigmoid(z)
    error = a - labels
    w = w - 0.001 * x.T @ (a - labels.reshape(5, 1))
    net.W = net.W - 0.1 * net.W
    if epoch == 10:
        late = np.ones((7, 7))
dW2 = np.ones((2, 2))
dW1 = 1e-9 * dW2
z = x @ np.ones((3, 1))
"""


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.chdir(tmp_path)
    (tmp_path / "net.py").write_text(NET)
    made = Desk()
    made.shell.open("net.py")
    yield made
    made.shell.close()


def state(desk: Desk) -> tuple[object, ...]:
    session = desk.shell.session
    values = {
        name: value.tobytes() if isinstance(value, np.ndarray) else repr(value)
        for name, value in session.names().items() if name != "net"
    }
    return session.position, session.stop, session.output, values, session.breakpoints


def test_shape_of_a_product(desk: Desk) -> None:
    desk.type("tbreak a", "continue")
    assert desk.type("shape z").splitlines() == [
        "z  (5, 1)   0.1 line 20",
        "z = x @ w",
        "(5, 2) · (2, 1) -> (5, 1)",
        "the inner size 2 cancels, the columns of x with the rows of w; 5 rows and 1",
        "column remain",
    ]


def test_shape_draws_a_broadcast(desk: Desk) -> None:
    desk.type("tbreak error", "continue")
    assert desk.type("shape error").splitlines()[2:6] == [
        "(5, 1) - (5,) -> (5, 5)",
        "  a         5  1->5",
        "  labels  ->5     5",
        "  result    5     5",
    ]


@pytest.mark.parametrize(
    ("name", "line"),
    [("x", 14), ("labels", 15), ("w", 23), ("late", 26), ("z", 20), ("epoch", 19)],
)
def test_the_op_is_found_however_long_ago(desk: Desk, name: str, line: int) -> None:
    desk.type("until epoch == 30", "step")
    assert desk.type(f"shape {name}").splitlines()[0].endswith(f"line {line}")


def test_the_session_stands_where_it_stood(desk: Desk) -> None:
    desk.type("break w", "ignore 1 25", "continue")
    before = state(desk)
    for name in ("z", "x", "labels", "w", "late", "epoch", "net.W"):
        desk.type(f"shape {name}")
        assert state(desk) == before
    desk.type("step", "continue")
    assert desk.shell.session.position.epoch == before[0].epoch + 1  # type: ignore[attr-defined]


def test_in_a_function_its_own_variables_are_meant(desk: Desk) -> None:
    desk.type("break sigmoid", "continue")
    assert desk.type("shape x").splitlines()[1:] == [
        "a = sigmoid(z)", "z (5, 1)", "x is the argument z of the call",
    ]
    desk.type("finish")
    assert desk.type("shape x").splitlines()[1] == "x = np.ones((5, 2))"
    assert desk.type("shape y").splitlines()[0].startswith("y  (9,) ")


def test_shape_of_an_attribute_is_that_of_what_was_stored(desk: Desk) -> None:
    desk.type("tbreak net.W", "continue")
    assert "net.W - 0.1 * net.W" in desk.type("shape net.W")
    desk.type("epoch")
    assert "(2, 3) - (2, 3) -> (2, 3)" in desk.type("shape net.W")


def test_shape_at_the_end_and_behind_an_error(desk: Desk) -> None:
    desk.type("continue")
    assert desk.shell.session.error is not None
    assert desk.type("shape dW1").splitlines()[2] == "1e-09 * (2, 2) -> (2, 2)"
    assert desk.type("shape a").splitlines()[0] == "a  (5, 1)   39.2/5 line 21"
    assert isinstance(desk.shell.session.error, ValueError)


def test_what_has_no_shape(desk: Desk) -> None:
    desk.type("epoch")
    assert desk.fail("shape text") == "`text` is a str, which has no shape"
    assert "nothing" in desk.fail("shape") or "missing" in desk.fail("shape")
    assert "NameError" in desk.fail("shape nowhere")


def test_shape_of_an_attribute_that_a_method_has_stored(desk: Desk) -> None:
    Path("method.py").write_text(METHOD)
    desk.type("open method.py", "continue")
    assert desk.type("shape net.z").splitlines()[:2] == [
        "net.z  (3, 4)   1.1/1 line 9", "x @ self.W"
    ]
    assert "line 6\nnp.ones((2, n))" in desk.type("shape net.W")
    assert "line 6\nnp.ones((2, n))" in desk.type("shape other.W")
    assert desk.type("shape other.W").startswith("other.W  (2, 5)")


def test_shape_in_ascii(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    (tmp_path / "net.py").write_text(NET)
    desk = Desk(encoding="ascii")
    desk.shell.open(str(tmp_path / "net.py"))
    desk.type("tbreak a", "continue")
    shown = desk.type("shape z")
    assert shown.isascii() and "(5, 2) @ (2, 1) -> (5, 1)" in shown
    desk.shell.close()


def test_a_surprising_shape_is_told_at_its_op_only(desk: Desk) -> None:
    desk.type("tbreak error", "continue")
    assert "surprising shape" not in desk.type("back")
    shown = " ".join(desk.type("step").split())
    assert (
        "surprising shape: a (5, 1) with labels (5,) gives (5, 5): each of 5 elements meets all 5 "
        "of the other; `labels.reshape(-1, 1)` would pair them one by one"
    ) in shown
    assert "surprising shape" not in desk.type("step")


def test_why_shapes_do_not_fit_stands_above_numpys_words(desk: Desk) -> None:
    lines = desk.type("continue").splitlines()
    why = next(at for at, line in enumerate(lines) if line.startswith("(5, 2) · (3, 1): the inner"))
    numpys = next(at for at, line in enumerate(lines) if line.startswith("ValueError: "))
    assert lines[why].endswith("sizes 2 and 3 differ; np.ones((3, 1)) would need 2")
    assert why < numpys


def test_a_saturated_activation_is_told_where_it_is_made(desk: Desk) -> None:
    finding = "a is saturated: 100 % lie within 0.001 of 0 or 1, where sigmoid is flat"
    assert finding in desk.type("tbreak a", "continue").splitlines()
    assert "saturated" not in desk.type("step")
    assert finding in desk.type("vars").splitlines()


def test_a_vanishing_gradient_is_told_where_it_is_made(desk: Desk) -> None:
    finding = "dW1 is vanishing: its norm is 2e-09, that of dW2 2"
    assert finding not in desk.type("tbreak dW2", "continue")
    assert finding in desk.type("tbreak dW1", "continue").splitlines()
    assert finding in desk.type("vars").splitlines()


def test_many_findings_are_cut_short(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    lines = ["import numpy as np"] + [f"v{each} = np.array([np.nan, 1.0])" for each in range(9)]
    (tmp_path / "many.py").write_text("\n".join(lines) + "\n")
    desk = Desk()
    desk.shell.open(str(tmp_path / "many.py"))
    desk.type("continue")
    shown = desk.type("vars").splitlines()
    assert shown[9:] == [
        "* changed since the last stop",
        *(f"v{each}: 1 of 2 values is NaN, first at [0]" for each in range(5)),
        "... 4 more like that",
    ]
    desk.shell.close()
