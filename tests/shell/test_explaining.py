"""`why`, `explain` and `focus` as they are typed and as they look."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from shell_helpers import Desk, lesson

COMMANDS = ("why dcost_wo --deep", "explain dcost_wo[1, 0] --deep", "focus 3")


def opened(folder: Path, encoding: str = "utf-8") -> Desk:
    (folder / "net.py").write_text(lesson("mse_hidden", 5), encoding="utf-8")
    desk = Desk(encoding=encoding)
    desk.shell.open("net.py")
    desk.type("epoch 2", "break dcost_dah", "continue")
    return desk


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.chdir(tmp_path)
    made = opened(tmp_path)
    yield made
    made.shell.close()


def test_why(desk: Desk) -> None:
    assert desk.type("why dcost_dah").splitlines() == [
        "dcost_dah = np.dot(dcost_dzo, dzo_dah.T)  (100, 4)  line 105",
        "├─ dcost_dzo = dcost_dao * dao_dzo  (100, 1)  line 98",
        "│  ├─ dcost_dao = ao - labels  (100, 1)  line 83  ...",
        "│  └─ dao_dzo = sigmoid_der(zo)  (100, 1)  line 86  ...",
        "└─ dzo_dah.T: wo.T  (1, 4)  as it was when epoch 1 began",
        "there is more: `why dcost_dah --deep`",
    ]


def test_why_deep(desk: Desk) -> None:
    lines = desk.type("why dcost_dah --deep").splitlines()
    assert not any("..." in each or "there is more" in each for each in lines)
    assert "1 / (1 + np.exp(-x))  (100, 1)  line 20 in sigmoid" in "\n".join(lines)
    assert sum("see above" in each for each in lines) >= 1


def test_explain(desk: Desk) -> None:
    shown = desk.type("explain zh[0, 1]")
    session = desk.shell.session
    product = "feature_set[0, 0] * wh[0, 1] + feature_set[0, 1] * wh[1, 1]"
    factors = [float(session.eval(each)) for each in product.replace(" + ", " * ").split(" * ")]
    for each in factors:
        assert repr(each) in shown
    assert f"zh[0, 1] = {product}" in shown
    assert f"zh[0, 1] = {float(session.eval('zh[0, 1]'))!r}" in shown
    assert ("to the last bit" in shown) != ("away" in shown)


def test_focus(desk: Desk) -> None:
    lines = desk.type("focus 3").splitlines()
    assert lines[0] == "sample 3 of 100, row 3, since epoch 1 began"
    forward, backward = lines.index("forward"), lines.index("backward")
    names = [each.split()[0] for each in lines]
    assert names[forward + 1 : backward] == "feature_set zh ah zo ao labels error_out".split()
    assert names[backward + 1 :] == "dcost_dao dao_dzo dzo_dwo dcost_dzo dcost_dah".split()
    assert "  dzo_dwo      line 89    the same array as ah" in lines
    zo = float(desk.shell.session.eval("zo[3, 0]"))
    assert f"{zo:.5f}"[:-1] in lines[names.index("zo")]


def test_focus_on_columns(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    (tmp_path / "net.py").write_text(lesson("tanh_sigmoid", 5), encoding="utf-8")
    desk = Desk()
    desk.shell.open(str(tmp_path / "net.py"))
    desk.type("epoch 2", "break gradients", "continue")
    lines = desk.type("focus 7").splitlines()
    assert lines[0] == "sample 7 of 500, column 7, since epoch 1 began"
    assert {"X", "Z1", "A1", "y", "dZ2", "dZ1"} <= {each.split()[0] for each in lines}
    desk.shell.close()


def test_focus_is_not_led_astray_by_parameters() -> None:
    desk = Desk()
    desk.shell.open(str(Path(__file__).parents[1] / "networks" / "momentum.py"))
    desk.type("epoch 3")
    desk.type("epoch")
    found = desk.shell.session.focus(2)
    assert found.count == len(desk.shell.session["x"]) and not found.in_columns
    desk.shell.close()


NET = """
import numpy as np
class Net:
    def __init__(self):
        self.W, self.b = np.ones((3, 2)), np.zeros(2)
    def forward(self, X):
        self.X = X
        self.s = X @ self.W + self.b
        self.p = np.exp(self.s) / np.exp(self.s).sum(axis=1, keepdims=True)
    def backward(self, y):
        d = self.p.copy()
        d[range(len(y)), y] -= 1
        self.dW, self.db = self.X.T @ d, d.sum(axis=0)
    def step(self):
        for name in ("W", "b"):
            values = getattr(self, name)
            values -= 0.1 * getattr(self, "d" + name)
rng = np.random.default_rng(0)
X, y, net = rng.normal(size=(8, 3)), rng.integers(0, 2, size=8), Net()
for epoch in range(3):
    order = rng.permutation(8)
    for start in (0, 4):
        rows = order[start : start + 4]
        net.forward(X[rows])
        net.backward(y[rows])
        net.step()
"""


def test_focus_on_what_the_attributes_of_a_net_hold(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("net.py").write_text(NET, encoding="utf-8")
    desk = Desk()
    desk.shell.open("net.py")
    desk.type("epoch 2")
    found = desk.shell.session.focus(3)
    assert (found.count, found.in_columns) == (4, False)
    names = [each.name for each in found.values]
    assert names == 2 * ["rows", "self.X", "self.s", "self.p", "d", "d"]
    desk.type("continue")
    net = desk.shell.session["net"]
    desk.type("goto epoch 2", "epoch")
    last = {each.name: each.values for each in desk.shell.session.focus(3).values}
    assert (last["self.p"] == net.p[3]).all()
    desk.shell.close()


def test_softmax_in_place_is_marked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    (tmp_path / "net.py").write_text(lesson("softmax_moons", 5), encoding="utf-8")
    desk = Desk()
    desk.shell.open(str(tmp_path / "net.py"))
    desk.type("epoch 2", "break delta2", "continue")
    lines = desk.type("focus 0").splitlines()
    (changed,) = [each for each in lines if each.endswith(" *")]
    assert changed.split()[:3] == ["delta3", "line", "129"]
    desk.shell.close()


@pytest.mark.parametrize(
    "line, message",
    [
        ("why nosuch", "NameError: name 'nosuch' is not defined"),
        ("why", "something is missing; usage: why NAME [--deep]"),
        ("why epoch", "`epoch` is an int, which isn't followed: only arrays and numbers"),
        ("explain zh[999,0]", "`zh` has no element [999, 0]: axis 0 goes from 0 to 99"),
        ("explain zh", "`zh` is 100x4: name one element of it, `zh[0, 0]`"),
        ("explain nosuch[0]", "NameError: name 'nosuch' is not defined"),
        ("focus 5000", "there is no sample 5000: there are 100, 0 to 99"),
        ("focus", "something is missing; usage: focus ROW, such as `focus 3`"),
        ("focus x", "`x` is not a whole number"),
    ],
)
def test_wrong_use(desk: Desk, line: str, message: str) -> None:
    assert desk.fail(line).startswith(message)


def test_a_negative_row(desk: Desk) -> None:
    with pytest.raises(ValueError, match="there is no sample -1"):
        desk.shell.session.focus(-1)


def test_before_anything_was_computed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("net.py").write_text(lesson("mse_hidden", 5), encoding="utf-8")
    desk = Desk()
    desk.shell.open("net.py")
    assert desk.fail("focus 0").startswith("nothing was computed here yet")
    desk.shell.close()


@pytest.mark.parametrize("columns", [40, 80, 200])
def test_it_fits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, columns: int) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    monkeypatch.chdir(tmp_path)
    desk = opened(tmp_path, "ascii")
    for each in COMMANDS:
        shown = desk.type(each)
        assert shown.isascii()
        assert max(map(len, shown.splitlines())) <= columns, each
    assert "`- " in desk.type("why dcost_dah")
    desk.shell.close()
