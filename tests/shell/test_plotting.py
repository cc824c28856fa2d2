"""What `plot` and `net` draw, and what they refuse."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from shell_helpers import Desk, lesson

SCRIPT = """import numpy as np
x = np.array([1.0, 4.0, 2.0, 8.0])
w = np.eye(3)
three = np.zeros((2, 2, 2))
cost = 0.0
for epoch in range(40):
    x = x * 0.9
    cost = float(x.sum())
"""


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    monkeypatch.chdir(tmp_path)
    Path("net.py").write_text(lesson("mse_hidden", 30))
    Path("plain.py").write_text(SCRIPT)
    made = Desk()
    yield made
    made.shell.close()


def test_the_cost_over_the_epochs(desk: Desk) -> None:
    desk.shell.open("net.py")
    desk.type("epoch 20")
    text = desk.type("plot cost")
    assert "error_out.sum()" in text and "epoch" in text and "20" in text
    assert max(map(len, text.splitlines())) <= 80


def test_several_at_once_and_a_logarithmic_axis(desk: Desk) -> None:
    desk.shell.open("plain.py")
    desk.type("run")
    text = desk.type("plot x[0], x.max(), --log")
    assert "x[0]" in text and "x.max()" in text and "log" in text
    assert "x[0]" in desk.type("plot x[0]")


def test_arrays(desk: Desk) -> None:
    desk.shell.open("plain.py")
    desk.type("epoch 2")
    assert "index" in desk.type("plot x")
    assert "w  (3, 3)" in desk.type("plot w")
    assert "x  4 values" in desk.type("plot hist x")


def test_the_plane(desk: Desk) -> None:
    desk.shell.open("net.py")
    desk.type("epoch 5")
    points = desk.type("plot data")
    assert points.startswith("feature_set") and "(50)" in points
    text = desk.type("plot boundary")
    assert text.startswith("ao, line") and "points lie where" in text
    assert max(map(len, text.splitlines())) <= 80


def test_activations_and_the_net(desk: Desk) -> None:
    desk.shell.open("net.py")
    desk.type("epoch 5")
    assert "500 what became" in desk.type("plot activation sigmoid")
    assert "tanh" in desk.type("plot activation tanh")
    text = desk.type("net")
    assert "wh (2, 4), wo (4, 1)" in text and "hidden 1 (4)" in text


@pytest.mark.parametrize("line", ["plot cost", "plot boundary", "plot data", "plot wh", "net"])
def test_nothing_but_ascii(line: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("net.py").write_text(lesson("mse_hidden", 8))
    desk = Desk(encoding="ascii")
    desk.shell.open("net.py")
    desk.type("epoch 5")
    assert desk.type(line).isascii()
    desk.shell.close()


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("plot", "something is missing"),
        ("plot three", "can't be drawn"),
        ("plot nosuch", "nothing in the script is called 'nosuch'"),
        ("plot x +", "is no expression"),
        ("plot x, w", "no single number"),
        ("plot hist epoch", "is no array of numbers"),
        ("plot activation softplus", "is none of sigmoid, tanh, relu"),
        ("plot data", "only points of the plane"),
        ("plot boundary", "only points of the plane"),
        ("net", "no matrix of weights"),
    ],
)
def test_what_is_refused(desk: Desk, line: str, words: str) -> None:
    desk.shell.open("plain.py")
    desk.type("epoch 3")
    assert words in desk.fail(line)
    assert desk.type("p x.size").strip() == "x.size = 4"
