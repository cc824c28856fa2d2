"""The prediction over the plane: whose values it shows, and that these are the script's own."""

from __future__ import annotations

import re
import textwrap
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from states import fingerprint

from nnstep import lessons
from nnstep.session import Session


def points_of(found: Any) -> Any:
    """The middles of the cells of a grid, row by row from the top."""
    left, right, low, high = found.extent
    rows, columns = found.classes.shape
    xs = left + (np.arange(columns) + 0.5) / columns * (right - left)
    ys = high - (np.arange(rows) + 0.5) / rows * (high - low)
    return np.stack([np.tile(xs, rows), np.repeat(ys, columns)], axis=1)


def sigmoid(x: Any) -> Any:
    return 1 / (1 + np.exp(-x))


def lesson(name: str, folder: Path, epochs: int) -> Path:
    text = Path(lessons.resolve(name)).read_text(encoding="utf-8")
    path = folder / f"{name}.py"
    lines = [f"{line.split(' = ')[0]} = {epochs}" if line.startswith(("epochs =", "num_passes ="))
             else line for line in text.splitlines()]  # fmt: skip
    path.write_text("\n".join(lines))
    return path


def test_point_by_point(tmp_path: Path) -> None:
    session = Session(lesson("mse_hidden", tmp_path, 60))
    session.goto(epoch=50)
    before = fingerprint(session)
    found = session.boundary(9, 31)
    assert fingerprint(session) == before
    assert found.name == "ao" and found.data.name == "feature_set"
    # What was computed last was epoch 49's, with the weights that it began with.
    session.goto(epoch=49)
    wh, wo = session["wh"], session["wo"]
    true = sigmoid(sigmoid(points_of(found) @ wh) @ wo).reshape(9, 31)
    assert np.allclose(found.values, true, rtol=1e-12, atol=0)
    assert np.array_equal(found.classes, true > 0.5)
    assert np.bincount(found.data.labels).tolist() == [50, 50]


@pytest.mark.parametrize("name", ["softmax_moons", "tanh_sigmoid", "moons_perceptron"])
def test_most_points_lie_where_their_class_is(name: str, tmp_path: Path) -> None:
    session = Session(lesson(name, tmp_path, 300))
    session.run()
    found = session.boundary(60, 120)
    left, right, low, high = found.extent
    points = found.data.points
    columns = ((points[:, 0] - left) / (right - left) * 120).astype(int)
    rows = ((high - points[:, 1]) / (high - low) * 60).astype(int)
    assert found.data.labels is not None
    assert np.mean(found.classes[rows, columns] == found.data.labels) > 0.8


def test_points_in_columns(tmp_path: Path) -> None:
    path = tmp_path / "net.py"
    path.write_text(textwrap.dedent("""
        import numpy as np
        rng = np.random.default_rng(0)
        X = rng.normal(size=(2, 30))
        Y = (X[:1] + X[1:] > 0).astype(float)
        w = np.array([[1.0], [2.0]])
        for epoch in range(3):
            p = 1 / (1 + np.exp(-(w.T @ X)))
            loss = -np.mean(Y * np.log(p) + (1 - Y) * np.log(1 - p))
            dw = X @ (p - Y).T / 30
            w -= 0.1 * dw
    """))
    session = Session(path)
    session.goto(epoch=1)
    session.next(2)
    found = session.boundary(8, 16)
    assert found.name == "p"
    session.goto(epoch=0)
    true = sigmoid(points_of(found) @ np.array([[1.0], [2.0]])).reshape(8, 16)
    session.goto(epoch=1)  # whose prediction has been made already
    second = sigmoid(points_of(found) @ session["w"]).reshape(8, 16)
    assert np.allclose(found.values, second) and not np.allclose(found.values, true)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("import numpy as np\nw = np.ones(3)\nfor i in range(3):\n    w = w * 0.9\n", "points of"),
        ("import numpy as np\nX = np.ones((9, 2)) * np.arange(9.0)[:, None]\nw = np.ones(2)\n"
         "for i in range(3):\n    s = X @ w\n    w = w - 0.01 * X.T @ s\n", "compared with"),
    ],
)  # fmt: skip
def test_nothing_to_draw(text: str, message: str, tmp_path: Path) -> None:
    path = tmp_path / "net.py"
    path.write_text(text)
    session = Session(path)
    session.epoch(2)
    with pytest.raises(ValueError, match=message):
        session.boundary(5, 5)


def test_weights(tmp_path: Path) -> None:
    session = Session(lesson("softmax_moons", tmp_path, 5))
    session.epoch(2)
    before = fingerprint(session)
    (one, first, _), (other, second, _) = session.weights()
    assert (one, other) == ("W1", "W2")
    assert first is session["W1"] or np.array_equal(first, session["W1"])
    assert (first.shape[0], first.shape[1], second.shape[1]) == (2, second.shape[0], 2)
    assert fingerprint(session) == before


def test_weights_of_samples_in_columns(tmp_path: Path) -> None:
    session = Session(lesson("tanh_sigmoid", tmp_path, 5))
    session.epoch(2)
    found = session.weights()
    assert [each.name for each in found] == ["params['W1']", "params['W2']"]
    assert [each.between.shape for each in found] == [(2, 5), (5, 1)]
    assert np.array_equal(found[0].between, session.eval("params['W1'].T"))


@pytest.mark.parametrize(
    ("name", "names"),
    [("momentum", ["W1", "W2"]), ("adam", ["params['W1']", "params['W2']"]),
     ("single_precision", ["W1", "W2"]), ("embedding", ["U"])],
)  # fmt: skip
def test_biases_and_the_state_of_an_optimiser_are_no_weights(name: str, names: list[str]) -> None:
    session = Session(Path(__file__).parents[1] / "networks" / f"{name}.py")
    session.epoch(2)
    assert [each.name for each in session.weights()] == names


# At the end of the script: with the parameters that the training has ended with.

ROWS, COLUMNS = 7, 13
DATA = """
import numpy as np
rng = np.random.default_rng(3)
X = rng.normal(size=(40, 2))
y = (X[:, 0] * X[:, 1] > 0).astype(int)
H = 4
"""
NET = """
W1, b1 = rng.normal(size=(2, H)), np.zeros((1, H))
W2, b2 = rng.normal(size=(H, 2)), np.zeros((1, 2))
"""
FORWARD = """
a = np.tanh(X @ W1 + b1)
e = np.exp(a @ W2 + b2)
p = e / e.sum(axis=1, keepdims=True)
d = p.copy()
d[range(40), y] -= 1
back = (d @ W2.T) * (1 - a * a)
"""
ANEW = """
W1 = W1 - 0.05 * X.T @ back
b1 = b1 - 0.05 * back.sum(0)
W2 = W2 - 0.05 * a.T @ d
b2 = b2 - 0.05 * d.sum(0)
"""
IN_PLACE = re.sub(r"= \w+ - ", "-= ", ANEW)
STOP = "if i == 4:\n    break\n"


def training(update: str, loop: str = "for i in range(6):", forward: str = FORWARD) -> str:
    return f"{NET}{loop}{textwrap.indent(forward + update, '    ')}"


def in_a_function(update: str) -> str:
    body = textwrap.indent(f"{training(update)}return W1, b1, W2, b2\n", "    ")
    return f"def train():\n{body}\nW1, b1, W2, b2 = train()\n"


TRAININGS = {
    "in place": training(IN_PLACE),
    "anew": training(ANEW),
    "in place, in a function": in_a_function(IN_PLACE),
    "anew, in a function": in_a_function(ANEW),
    "broken off": training(ANEW + STOP),
    "broken off, in a function": in_a_function(ANEW + STOP),
    "returned": in_a_function(ANEW + STOP.replace("break", "return W1, b1, W2, b2")),
    "while": training(f"{ANEW}i += 1\n", "i = 0\nwhile i < 6:"),
    "in a dictionary": training(
        f"{IN_PLACE}m['W1'] = W1 * 1.5\n", "m = {'W1': W1}\nfor i in range(6):",
        FORWARD.replace("W1", "m['W1']"),
    ),
    "more is done afterwards": f"{training(ANEW)}for i in range(50):\n    W1 @ W2\n",
}


@pytest.mark.parametrize("name", TRAININGS)
def test_the_parameters_at_the_end(name: str, tmp_path: Path) -> None:
    path = tmp_path / "net.py"
    path.write_text(DATA + TRAININGS[name])
    names: dict[str, Any] = {}
    exec(DATA + TRAININGS[name], names)
    session = Session(path)
    session.run()
    before = fingerprint(session)
    found = session.boundary(ROWS, COLUMNS)
    assert fingerprint(session) == before and session.finished
    first = names["m"]["W1"] if "m" in names else names["W1"]
    hidden = np.tanh(points_of(found) @ first + names["b1"])
    scores = np.exp(hidden @ names["W2"] + names["b2"])
    true = scores / scores.sum(axis=1, keepdims=True)
    assert np.allclose(found.values.reshape(-1, 2), true, rtol=1e-9, atol=0)
    assert np.array_equal(found.classes.reshape(-1), true.argmax(axis=1))


def test_the_lesson_at_its_end(tmp_path: Path) -> None:
    path = lesson("softmax_moons", tmp_path, 40)
    names: dict[str, Any] = {}
    exec(path.read_text(), names)
    session = Session(path, memory=0)
    session.run()
    found = session.boundary(ROWS, COLUMNS)
    true = names["predict"](names["model"], points_of(found))
    assert np.array_equal(found.classes.reshape(-1), true)


# Rows in another order, and batches.

SHUFFLED = """
w = rng.normal(size=(2, 2))
for i in range(6):
    order = rng.permutation(40)
    for start in range(0, 40, SIZE):
        rows = order[start : start + SIZE]
        Xb, yb = X[rows], y[rows]
        e = np.exp(Xb @ w)
        p = e / e.sum(axis=1, keepdims=True)
        w = w - 0.1 * Xb.T @ (p - np.eye(2)[yb])
"""


@pytest.mark.parametrize("size", [40, 10])
def test_rows_in_another_order(size: int, tmp_path: Path) -> None:
    path, names = tmp_path / "net.py", dict[str, Any]()
    path.write_text(DATA + SHUFFLED.replace("SIZE", str(size)))
    exec(path.read_text(), names)
    session = Session(path)
    session.run()
    found = session.boundary(ROWS, COLUMNS)
    assert np.array_equal(found.classes.ravel(), (points_of(found) @ names["w"]).argmax(axis=1))


def test_what_is_nan_means_no_class(tmp_path: Path) -> None:
    path = tmp_path / "net.py"
    path.write_text(DATA + training(ANEW + "W1 = W1 * np.nan\n"))
    session = Session(path)
    session.run()
    assert (session.boundary(ROWS, COLUMNS).classes == -1).all()
