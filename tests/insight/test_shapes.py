"""Shapes in words, against NumPy itself: real ops, stepped in real scripts."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from nnstep.engine.events import Event, Moment, Operand
from nnstep.engine.source import Span
from nnstep.insight.shapes import Row, ShapeStory, explain, mismatch, surprises
from nnstep.session import Session

LESSONS = sorted((Path(__file__).parents[2] / "lessons").glob("*.py"))

GIVEN = """import numpy as np
X = np.ones((200, 2)); W = np.ones((2, 4)); b = np.zeros((1, 4)); v = np.ones(4)
y = np.zeros(200, int); rows = np.arange(3); axis = 1; lr = 0.1; col = np.ones((200, 1))
grads = {"b": np.ones((4, 4))}
"""


def last_event(folder: Path, line: str) -> Event:
    """The event of the last op of a line, behind what is given."""
    script = folder / "script.py"
    script.write_text(GIVEN + line + "\n", encoding="utf-8")
    session = Session(script)
    event = None
    while not session.finished:
        event = session.step() or event
    assert event is not None
    return event


def story(folder: Path, line: str) -> ShapeStory:
    found = explain(last_event(folder, line))
    assert found is not None
    return found


STORIES = [
    ("z = np.dot(X, W)", "product", "(200, 2) · (2, 4) -> (200, 4)"),
    ("z = X.dot(W)", "product", "(200, 2) · (2, 4) -> (200, 4)"),
    ("z = X @ W", "product", "(200, 2) · (2, 4) -> (200, 4)"),
    ("z = W @ v", "product", "(2, 4) · (4,) -> (2,)"),
    ("z = np.dot(v, v)", "product", "(4,) · (4,) -> ()"),
    ("z = X.T @ X", "product", "(2, 200) · (200, 2) -> (2, 2)"),
    ("z = np.matmul(np.ones((5, 1, 2)), W)", "product", "(5, 1, 2) · (2, 4) -> (5, 1, 4)"),
    ("z = np.dot(W, np.ones((5, 4, 3)))", "product", "(2, 4) · (5, 4, 3) -> (2, 5, 3)"),
    ("z = np.dot(v, np.ones((5, 4, 3)))", "product", "(4,) · (5, 4, 3) -> (5, 3)"),
    ("z = np.dot(lr, X)", "elementwise", "dot of lr, (200, 2) -> (200, 2)"),
    ("z = X @ W + b", "broadcast", "(200, 4) + (1, 4) -> (200, 4)"),
    ("z = np.maximum(v, b)", "broadcast", "maximum of (4,), (1, 4) -> (1, 4)"),
    ("X -= X.mean(axis=0)", "broadcast", "(200, 2) -= (2,) -> (200, 2)"),
    ("z = lr * W", "elementwise", "lr * (2, 4) -> (2, 4)"),
    ("z = np.exp(-W)", "elementwise", "exp of (2, 4) -> (2, 4)"),
    ("s = np.sum(X, axis=0)", "reduction", "sum over axis 0 of (200, 2) -> (2,)"),
    ("s = X.sum(axis=axis)", "reduction", "sum over axis 1 of (200, 2) -> (200,)"),
    ("s = X.max(-1)", "reduction", "max over axis 1 of (200, 2) -> (200,)"),
    ("s = np.mean(X)", "reduction", "mean of (200, 2) -> ()"),
    ("r = X.reshape(100, -1)", "reshape", "(200, 2) reshape -> (100, 4)"),
    ("r = np.transpose(X)", "transpose", "(200, 2) transposed -> (2, 200)"),
    ("r = X.T", "transpose", "(200, 2) transposed -> (2, 200)"),
    ("o = np.outer(v, rows)", "outer", "(4,) outer (3,) -> (4, 3)"),
    ("c = np.concatenate([X, X], axis=1)", "join",
     "concatenate of (200, 2), (200, 2) -> (200, 4)"),
    ("c = np.stack((v, v))", "join", "stack of (4,), (4,) -> (2, 4)"),
    ("c = np.hstack((X, col))", "join", "hstack of (200, 2), (200, 1) -> (200, 3)"),
    ("p = X[range(200), y]", "index", "(200, 2)[range(200), y] -> (200,)"),
    ("p = X[:, None, 1]", "index", "(200, 2)[:, None, 1] -> (200, 1)"),
    ("z = np.zeros((3, 2))", "made", "np.zeros((3, 2)) -> (3, 2)"),
]


@pytest.mark.parametrize(("line", "kind", "formula"), STORIES, ids=[each[0] for each in STORIES])
def test_the_shapes_in_one_line(tmp_path: Path, line: str, kind: str, formula: str) -> None:
    found = story(tmp_path, line)
    assert (found.kind, found.formula) == (kind, formula)


WORDS = [
    ("z = X @ W", "the inner size 2 cancels, the columns of X with the rows of W; "
     "200 rows and 4 columns remain"),
    ("z = W @ v", "the inner size 4 cancels: each row of W with v; the 2 rows of W remain"),
    ("z = v @ W.T", "the inner size 4 cancels: v with each column of W.T; 2 columns remain"),
    ("z = np.dot(v, v)", "v and v, both of 4: the products are added up"),
    ("s = np.sum(X, axis=0)", "axis 0 goes: its 200 elements become one"),
    ("s = np.sum(X, axis=0, keepdims=True)",
     "axis 0 stays, with size 1: its 200 elements become one"),
    ("s = np.sum(X)", "all 400 elements of X become one number"),
    ("r = X.reshape(100, -1)", "the same 400 elements, row by row; -1 becomes 400 / 100 = 4"),
    ("r = np.squeeze(col)", "axes of size 1 go, the elements stay"),
    ("r = W.ravel()", "the same 8 elements, row by row"),
    ("r = np.expand_dims(v, 0)", "an axis of size 1 is added, the elements stay"),
    ("c = np.concatenate([X, X], axis=1)", "joined along axis 1: 2 + 2 = 4"),
    ("c = np.concatenate([y, v, v, v, rows])", "joined along axis 0: 200 + ... + 3 = 215"),
    ("c = np.column_stack((y, X))", "joined along axis 1: 1 + 2 = 3"),
    ("c = np.vstack((v, W))", "joined along axis 0: 1 + 2 = 3"),
    ("p = X[:50]", "axis 0: 50 of 200"),
    ("p = X[0]", "axis 0 goes: one index"),
    ("p = X[X > 2]", "the 0 elements at which X > 2 is True"),
    ("p = X[rows]", "one entry along axis 0 for each of the 3 indices"),
    ("p = X[range(200), y]", "one element for each of the 200 pairs of indices"),
    ("p = X[rows, 0]", "the elements at these indices"),
    ("z = col * X", "col is stretched along axis 1 from 1 to 2"),
    ("z = X + np.ones(2)", "np.ones(2) has no axis 0 and is repeated along it, 200 times"),
    ("b += v", "v gets axis 0 with size 1; in place, so b keeps its shape"),
]


@pytest.mark.parametrize(("line", "words"), WORDS, ids=[each[0] for each in WORDS])
def test_what_happens_to_the_axes(tmp_path: Path, line: str, words: str) -> None:
    assert story(tmp_path, line).words == words


def test_a_broadcast_is_drawn_aligned_at_the_right(tmp_path: Path) -> None:
    assert story(tmp_path, "z = X @ W + v").rows == (
        Row("X @ W", ("200", "4")),
        Row("v", ("->200", "4")),
        Row("", ("200", "4")),
    )
    assert story(tmp_path, "z = X @ W + b").rows[1] == Row("b", ("1->200", "4"))
    assert story(tmp_path, "z = X @ W").rows == ()


def test_what_has_no_shape_has_no_story(tmp_path: Path) -> None:
    assert explain(last_event(tmp_path, "t = [X, y]")) is None
    assert explain(last_event(tmp_path, "t = 'text'")) is None


def test_one_of_several_names(tmp_path: Path) -> None:
    event = last_event(tmp_path, "one, two = X, (W, 1)[0]")
    found = explain(event, "two")
    assert found is not None and found.result == (2, 4)
    assert "number 2 of the 2 values" in found.words


def made(text: str, value: object, **operands: object) -> Event:
    listed = tuple(Operand(name, each) for name, each in operands.items())
    place = Span(1, 0, 1, len(text))
    moment = Moment((1,), 0, "0.1")
    return Event("compute", text, ("z",), value, listed, 1, place, "s.py", "<module>", moment)


@given(hnp.mutually_broadcastable_shapes(num_shapes=2, max_dims=4, min_side=0, max_side=4))
def test_any_broadcast_is_told_as_numpy_does_it(shapes: hnp.BroadcastableShapes) -> None:
    one, two = (np.zeros(each) for each in shapes.input_shapes)
    found = explain(made("z = one + two", one + two, one=one, two=two))
    assert found is not None and found.result == shapes.result_shape
    for row in found.rows[:-1]:
        reached = tuple(int(cell.rpartition("->")[2]) for cell in row.cells)
        assert reached == shapes.result_shape


@given(hnp.array_shapes(min_dims=1, max_dims=4, min_side=1, max_side=5), st.data())
def test_any_reduction_is_told_as_numpy_does_it(
    shape: tuple[int, ...], data: st.DataObject
) -> None:
    axis, keep = data.draw(st.integers(-len(shape), len(shape) - 1)), data.draw(st.booleans())
    array = np.zeros(shape)
    text = f"z = np.sum(array, axis={axis}, keepdims={keep})"
    event = made(text, np.sum(array, axis=axis, keepdims=keep), array=array)
    event.operands = (Operand("np.sum", np.sum), *event.operands)
    found = explain(event)
    assert found is not None and found.kind == "reduction"
    assert f"axis {axis % len(shape)} {'stays' if keep else 'goes'}" in found.words


@pytest.mark.parametrize(
    "text",
    ["def f(a): # (n,", "", "x[", "a if b else c", "lambda: 1", "print(*a, **b)", "a < b < c"],
)
def test_any_text_is_taken(text: str) -> None:
    event = made(text, np.zeros((2, 3)), a=np.zeros(3))
    found = explain(event)
    assert found is not None and found.result == (2, 3)
    assert surprises(event) == []
    assert mismatch(ValueError("no"), text, event.operands) is None


def test_a_callable_of_the_script_is_not_asked_anything() -> None:
    class Layer:
        def __getattr__(self, name: str) -> object:
            raise AssertionError(f"asked for {name}")

    event = made("z = layer(x)", np.zeros(3), layer=Layer(), x=np.zeros(2))
    found = explain(event)
    assert found is not None and found.formula == "layer of (2,) -> (3,)"
    assert surprises(event) == []


# Surprises.


SURPRISING = [
    ("e = y - col", "crossed", "y (200,) with col (200, 1) gives (200, 200)"),
    ("e = np.subtract(col, y)", "crossed", "col (200, 1) with y (200,) gives (200, 200)"),
    ("e = col == y", "crossed", "`y.reshape(-1, 1)` would pair them one by one"),
    ("b = b - lr * grads['b']", "reshaped", "b has the shape (4, 4) now, and b had (1, 4)"),
    ("v = v - lr * np.ones((1, 4))", "reshaped", "v has the shape (1, 4) now, and v had (4,)"),
    ("c = grads['b'][:1] - lr * grads['b']", "reshaped", "c has the shape (4, 4) now"),
    ("lr = lr - lr * v", "reshaped", "lr has the shape (4,) now"),
    ("b = b + -lr * grads['b']", "reshaped", "b has the shape (4, 4) now"),
]


@pytest.mark.parametrize(("line", "kind", "words"), SURPRISING, ids=[x[0] for x in SURPRISING])
def test_surprises(tmp_path: Path, line: str, kind: str, words: str) -> None:
    (found,) = surprises(last_event(tmp_path, line))
    assert found.kind == kind
    assert words in found.words


ORDINARY = [
    "z = X @ W + b", "z = X @ W + v", "b -= lr * v", "b = b - lr * np.ones((1, 4))",
    "d = y[:, None] - y", "o = col * v", "o = v[:, np.newaxis] * v", "X = X - X.mean(axis=0)",
    "X = X @ W", "y = y.reshape(200, 1)", "p = np.exp(X) / np.sum(X, axis=1, keepdims=True)",
    "total = 0\ntotal = total + v", "v = v * np.ones((1, 4))", "o = np.outer(v, v)",
    "d = col - col.T", "s = v + lr * grads['b']",
]


@pytest.mark.parametrize("line", ORDINARY)
def test_ordinary_code_is_no_surprise(tmp_path: Path, line: str) -> None:
    assert surprises(last_event(tmp_path, line)) == []


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda path: path.stem)
def test_no_lesson_is_surprising(lesson: Path, tmp_path: Path) -> None:
    text = lesson.read_text(encoding="utf-8")
    short, count = re.subn(r"^(epochs|num_passes) = \d+", r"\1 = 2", text, flags=re.M)
    assert count == 1
    script = tmp_path / lesson.name
    script.write_text(short, encoding="utf-8")
    session = Session(script)
    found, steps = [], 0
    while not session.finished:
        event = session.step()
        if event is not None:
            steps += 1
            found += surprises(event)
    assert found == []
    assert steps > 50


# Mismatches.


MISFITS = [
    ("X @ np.ones((4, 1))", "(200, 2) · (4, 1): the inner sizes 2 and 4 differ; "
     "np.ones((4, 1)) would need 2 rows, or X 4 columns"),
    ("X @ W.T", "(200, 2) · (4, 2): the inner sizes 2 and 4 differ; `W.T.T` (2, 4) would fit"),
    ("np.dot(W, X)", "(2, 4) · (200, 2): the inner sizes 4 and 200 differ; `X` first would fit"),
    ("X + y", "(200, 2) + (200,): aligned at the right, 2 and 200 meet, and neither is 1; "
     "`y.reshape(-1, 1)` (200, 1) or `X.T` (2, 200) would fit"),
    ("v += W", "the result has the shape (2, 4), and v (4,) can't grow in place; "
     "should W be summed over an axis first?"),
    ("X.reshape(3, -1)", "(200, 2) has 400 elements, and 400 is no multiple of 3"),
    ("X.reshape((7, 7))", "(200, 2) has 400 elements, and (7, 7) has room for 49"),
    ("np.concatenate([X, W])", "(200, 2), (2, 4): all axes but the one they are joined along need "
     "the same size"),
    ("np.sum(X, axis=2)", "X (200, 2) has 2 axes, 0 to 1"),
]


@pytest.mark.parametrize(("line", "words"), MISFITS, ids=[each[0] for each in MISFITS])
def test_why_shapes_do_not_fit(tmp_path: Path, line: str, words: str) -> None:
    event = last_event(tmp_path, line)
    assert event.exception is not None
    assert mismatch(event.exception, event.text, event.operands) == words


@pytest.mark.parametrize("line", ["int('x')", "raise ValueError('shapes (2,) differ')", "1 / 0",
                                  "X[500]", "X @ None"])
def test_other_errors_are_left_alone(tmp_path: Path, line: str) -> None:
    event = last_event(tmp_path, line)
    assert event.exception is not None
    assert mismatch(event.exception, event.text, event.operands) is None
