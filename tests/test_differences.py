"""Two scripts side by side: what the first difference is, and what is none."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent
from typing import Any

import numpy as np
import pytest

from nnstep import lessons
from nnstep.differences import Compared, Difference, Unopened, compare
from nnstep.insight.apart import Opaque, Thing, apart, plain
from nnstep.shell.comparing import as_data
from nnstep.views.differences import differences_view

NET = """
import numpy as np
np.random.seed(3)
x = np.random.randn(5, 2)
y = np.random.rand(5, 1)
w = np.random.randn(2, 1)
lr = 0.01

def loss_of(p, t):
    miss = p - t
    return (miss ** 2).sum()

for epoch in range(30):
    p = x @ w
    noise = np.random.randn()
    loss = loss_of(p, y)
    g = 2 * x.T @ (p - y)
    w -= lr * g
print("done", loss)
"""


@pytest.fixture
def both(tmp_path: Path) -> Any:
    """Compare two texts."""

    def run(a: str, b: str, **options: Any) -> Compared:
        paths = [tmp_path / "a.py", tmp_path / "b.py"]
        for path, text in zip(paths, (a, b), strict=True):
            path.write_text(dedent(text), encoding="utf-8")
        return compare(*map(str, paths), **options)

    return run


def changed(old: str, new: str, text: str = NET) -> str:
    assert text.count(old) == 1
    return text.replace(old, new)


def first(found: Compared) -> Difference:
    assert found.difference is not None
    return found.difference


def lines(found: Difference) -> list[int | None]:
    return [side.op.line if side.op else None for side in found.sides]


def shown(found: Compared, width: int = 100) -> str:
    text = differences_view(found, width=width, ascii=True).plain
    assert text.isascii()
    assert max(map(len, text.splitlines())) <= width
    return text


# Nothing differs.


def test_a_script_does_not_differ_from_itself(both: Any) -> None:
    found = both(NET, NET)
    assert found.difference is None
    assert found.only == ([], [])
    assert (found.epochs, found.probed) == (3, [10])
    assert "no value differs" in shown(found)


def test_each_script_has_its_own_random_state_and_modules(both: Any, tmp_path: Path) -> None:
    helper = "calls = []\ndef f(v):\n    calls.append(v)\n    return v\n"
    (tmp_path / "helper.py").write_text(helper)
    text = changed("    noise = np.random.randn()\n", "    noise = helper.f(np.random.randn())\n")
    text = "import helper\n" + text + "n = len(helper.calls)\n"
    assert both(text, text).difference is None


def test_other_names_order_and_roundings_are_no_difference(both: Any) -> None:
    other = changed("    g = 2 * x.T @ (p - y)\n", "    d = p - y\n    g = x.T @ d + x.T @ d\n")
    other = other.replace("lr = 0.01\n", "extra = 1.0\nlr = 0.01\n")
    other = changed("    w -= lr * g\n", "    w = w - lr * g\n", other)
    found = both(NET, other)
    assert found.difference is None
    assert found.only == ([], ["extra", "d"])
    assert "only B has: extra, d" in shown(found)


def test_a_loop_in_a_function_is_the_same_as_one_in_the_module(both: Any) -> None:
    head, body = NET.split("for epoch", 1)
    inner = "    for epoch" + body.replace("\n", "\n    ")
    text = f"{head}def train(w):\n{inner.rstrip()}\n    return w\nw = train(w)\n"
    assert both(NET, text).difference is None
    other = text.replace("2 * x.T", "3 * x.T")
    difference = first(both(NET, other))
    assert (difference.name, difference.epoch) == ("g", 0)


def test_no_main_loop_and_none_on_either_side(both: Any) -> None:
    assert both("a = 1\nb = [1, 2]\n", "b = (1, 2.0)\na = 1\n").difference is None
    found = both("a = 1\nb = 2\n", "b = 3\na = 1\n")
    assert (first(found).name, first(found).place) == ("b", "script")
    assert "first difference: b\n" in shown(found)


# The first op.


def test_a_wrong_slope_in_a_lesson(tmp_path: Path) -> None:
    lesson = lessons.find("mse_hidden")
    assert lesson is not None
    right = changed("epochs = 200000", "epochs = 20", lesson.read_text(encoding="utf-8"))
    wrong = changed("dah_dzh = sigmoid_der(zh)", "dah_dzh = sigmoid_der(ah)", right)
    (tmp_path / "right.py").write_text(right, encoding="utf-8")
    (tmp_path / "wrong.py").write_text(wrong, encoding="utf-8")
    found = compare(str(tmp_path / "wrong.py"), str(tmp_path / "right.py"))
    difference = first(found)
    assert (difference.kind, difference.name, difference.epoch) == ("value", "dah_dzh", 0)
    assert difference.function == ""
    a, b = (side.op for side in difference.sides)
    assert a is not None and b is not None
    assert a.text == "dah_dzh = sigmoid_der(ah)"
    assert a.line == 1 + wrong[: wrong.index("dah_dzh = ")].count("\n")
    assert [name for name, _ in a.operands] == ["ah"]
    assert [name for name, _ in b.operands] == ["zh"]
    what = difference.apart
    assert what is not None and what.by is not None
    assert what.by == pytest.approx(abs(what.a - what.b))
    assert what.size == 400
    text = shown(found)
    assert "first difference: dah_dzh in epoch 0" in text
    assert "from ah (100, 4)" in text


def test_a_lesson_against_a_copy_but_for_what_is_ignored(tmp_path: Path) -> None:
    lesson = lessons.find("perceptron")
    assert lesson is not None
    text = changed("lr = 0.05", "lr = 0.25", lesson.read_text(encoding="utf-8"))
    (tmp_path / "copy.py").write_text(text, encoding="utf-8")
    difference = first(compare(str(tmp_path / "copy.py"), "perceptron"))
    assert (difference.name, difference.epoch, difference.place) == ("lr", None, "before")
    difference = first(compare(str(tmp_path / "copy.py"), "perceptron", ignore=["lr"]))
    assert difference.epoch == 0


def test_the_op_within_a_function_that_was_given_the_same(both: Any) -> None:
    found = first(both(changed("miss = p - t", "miss = t - p"), NET))
    assert (found.name, found.function, found.epoch) == ("miss", "loss_of", 0)
    # Given something else, it is the call that is wrong.
    found = first(both(changed("loss_of(p, y)", "loss_of(p + 1, y)"), NET))
    assert (found.name, found.function) == ("loss", "")


def test_one_call_more_shifts_nothing(both: Any) -> None:
    more = changed("    loss = loss_of", "    z = loss_of(y, y)\n    loss = loss_of")
    assert both(more, NET).difference is None


def test_objects_and_their_methods(both: Any) -> None:
    text = """
    import numpy as np
    class Net:
        def __init__(self):
            self.w = np.ones((2, 2))
            self.seen = {"n": 0}
        def forward(self, x):
            self.z = x @ self.w
            self.a = np.tanh(self.z)
        def update(self, g):
            self.w -= 0.1 * g
            self.seen["n"] += 1
    x, net = np.arange(6.0).reshape(3, 2), Net()
    for epoch in range(40):
        net.forward(x)
        net.update(x.T @ net.a)
    """
    assert both(text, text).difference is None
    found = first(both(text.replace("np.tanh(self.z)", "np.tanh(self.z / 2)"), text))
    assert (found.name, found.function, found.epoch) == ("self.a", "forward", 0)
    found = first(both(text, text.replace("+= 1", "+= 1 + (epoch > 20)")))
    assert (found.name, found.function, found.epoch) == ("self.seen", "update", 21)


def test_a_change_in_place(both: Any) -> None:
    text = "import numpy as np\na = np.ones((2, 3))\nfor i in range(3):\n    a[0, 1] -= a.sum()\n"
    found = first(both(text, changed("0, 1", "0, 2", text)))
    assert (found.name, found.epoch) == ("a", 0)
    assert found.apart is not None and found.apart.count == 2


# Late differences.


@pytest.mark.parametrize("epoch", [3, 5, 10, 11, 28])
def test_a_difference_that_begins_late(both: Any, epoch: int) -> None:
    late = f"    if epoch == {epoch}:\n        lr = 0.02\n    w -= lr * g\n"
    other = changed("    w -= lr * g\n", late)
    difference = first(both(NET, other))
    assert (difference.kind, difference.name, difference.epoch) == ("value", "w", epoch)
    assert lines(difference) == [18, 20]


def test_a_variable_that_no_op_has_used_yet(both: Any) -> None:
    found = both(NET, changed("    w -= lr * g\n", "    w -= lr * g\n    if epoch == 17: lr = 0\n"))
    difference = first(found)
    assert (difference.kind, difference.name, difference.epoch) == ("state", "lr", 17)
    text = shown(found)
    assert "the variable lr differs in epoch 17" in text
    assert "lr is bound once in B in epoch 17, and not in A" in text


def test_a_difference_in_the_last_epoch_and_behind_it(both: Any) -> None:
    other = changed("    w -= lr * g\n", "    w -= lr * g * (1 + (epoch == 29))\n")
    difference = first(both(NET, other))
    assert (difference.name, difference.epoch) == ("w", 29)
    difference = first(both(NET + "r = w.sum()\n", NET + "r = w.mean()\n"))
    assert (difference.name, difference.epoch, difference.place) == ("r", None, "behind")
    assert "behind the main loop" in shown(both(NET + "r = 1\n", NET + "r = 2\n"))


def test_the_first_epochs_op_by_op(both: Any) -> None:
    other = changed("    w -= lr * g\n", "    w -= lr * g * (1 + (epoch == 5))\n")
    found = both(NET, other, epochs=8)
    assert (first(found).name, first(found).epoch, found.epochs) == ("w", 5, 5)
    found = both(NET, NET, epochs=50)
    assert (found.difference, found.epochs) == (None, 30)
    found = both(NET, NET, epochs=30)
    assert (found.difference, found.epochs) == (None, 30)


def test_a_main_loop_that_ends_earlier(both: Any) -> None:
    other = changed("range(30)", "range(20)")
    found = both(NET, other)
    assert (first(found).kind, first(found).epoch) == ("epochs", 20)
    assert "goes on with epoch 20" in shown(found)


# Other differences.


def test_shapes(both: Any) -> None:
    other = changed("(p - y)", "(p - y.ravel())")
    found = both(NET, other)
    what = first(found).apart
    assert what is not None
    assert (first(found).name, what.kind, what.a, what.b) == ("g", "shape", "(2, 1)", "(2, 5)")
    assert "the shapes differ: (2, 1) in A, (2, 5) in B" in shown(found)


def test_another_dtype_is_told(both: Any) -> None:
    text = "import numpy as np\na = np.ones(3)\n"
    found = both(text, changed("(3)", "(3, int)", text))
    assert found.difference is None
    assert found.dtypes == {"a": ("float64", "int64")}
    assert "another dtype" in shown(found)


def test_a_script_that_raises(both: Any) -> None:
    wrong = changed("g = 2 * x.T @", "g = 2 * x @")
    found = both(wrong, NET)
    difference = first(found)
    assert (difference.kind, difference.epoch) == ("raises", 0)
    assert difference.sides[0].text.startswith("raises ValueError")
    assert lines(difference) == [17, None]
    assert "one raises in epoch 0" in shown(found)
    late = changed("    w -= lr * g\n", "    w -= lr * g\n    1 / (20 - epoch)\n")
    difference = first(both(NET, late))
    assert (difference.kind, difference.epoch) == ("raises", 20)
    assert lines(difference) == [None, 19]
    found = both(late, late)
    assert found.difference is None
    assert "both raise ZeroDivisionError" in shown(found)


def test_a_value_that_differs_goes_before_an_exception(both: Any) -> None:
    wrong = changed("lr = 0.01", "lr = 0.2").replace("g = 2 * x.T @", "g = 2 * x @")
    assert first(both(wrong, NET)).name == "lr"


def test_a_forgotten_update_is_told(both: Any) -> None:
    found = both(changed("    w -= lr * g\n", ""), NET)
    assert (first(found).name, first(found).epoch) == ("p", 1)
    assert "w is bound once in B in epoch 0, and not in A" in shown(found)
    assert lines(first(found)) == [14, 14]


def test_what_cannot_be_opened(both: Any, tmp_path: Path) -> None:
    with pytest.raises(Unopened) as caught:
        both(NET, "x = = 1")
    assert isinstance(caught.value.error, SyntaxError)
    with pytest.raises(Unopened) as caught:
        compare(str(tmp_path / "none.py"), str(tmp_path / "a.py"))
    assert isinstance(caught.value.error, FileNotFoundError)
    with pytest.raises(LookupError, match="did you mean perceptron"):
        compare("percepton", "perceptron")
    with pytest.raises(ValueError, match="at least 1 epoch"):
        compare("perceptron", "perceptron", epochs=0)


@pytest.mark.parametrize("width", [24, 40, 80, 120])
def test_lines_fit(both: Any, width: int) -> None:
    other = changed("miss = p - t", "miss = t - p * np.ones((5, 1)) + 0 * 1 * 2 * 3")
    shown(both(other, NET), width)


def test_as_data(both: Any) -> None:
    data = as_data(both("a = float('nan')\n", "a = 1.0\nb = 2\n"))
    assert data["differs"] is True
    assert data["only_b"] == ["b"]
    assert data["difference"]["name"] == "a"
    assert data["difference"]["apart"] == {
        "kind": "value", "at": "", "a": "nan", "b": 1.0, "by": None, "relative": None,
        "count": 1, "size": 1,
    }
    assert data["difference"]["b"]["op"]["line"] == 1


# Two values.


@pytest.mark.parametrize(
    ("a", "b"),
    [
        (1, 1.0),
        (1.0, 1.0 + 1e-12),
        (float("nan"), np.float64("nan")),
        (np.inf, np.inf),
        (1e-18, 0.0),
        (10**400, 10**400),
        ([1, (2, 3)], (1, [2, 3.0])),
        ({"a": np.ones(2)}, {"a": np.ones(2, int)}),
        (np.array([1.0, 1e-14]), np.array([1.0, 0.0])),
        (np.array([np.nan, -np.inf]), np.array([np.nan, -np.inf])),
        (np.array(["a", "b"]), np.array(["a", "b"])),
        (len, 3),
        (range(3), range(3)),
        (np.zeros((0, 3)), np.zeros((0, 3))),
        ({1, 2}, {2, 1}),
    ],
)
def test_the_same(a: Any, b: Any) -> None:
    assert apart(plain(a), plain(b)) is None


@pytest.mark.parametrize(
    ("a", "b", "kind", "at"),
    [
        (1, 2, "value", ""),
        (1.0, 1.0 + 1e-8, "value", ""),
        (float("nan"), 1.0, "value", ""),
        (10**400, 10**400 + 1, "value", ""),
        (np.inf, -np.inf, "value", ""),
        (True, False, "value", ""),
        (1 + 1j, 1 - 1j, "value", ""),
        ("a", "b", "value", ""),
        ([1, 2], [1, 3], "value", "[1]"),
        ([1], [1, 2], "items", ""),
        ({"W": np.zeros(2)}, {"W": np.array([0.0, 1.0])}, "value", "['W'][1]"),
        ({"W": 1}, {"V": 1}, "items", ""),
        (np.zeros((2, 1)), np.zeros(2), "shape", ""),
        (3, "3", "kind", ""),
        (None, 0, "kind", ""),
        (np.array([5.0, np.nan]), np.array([9.0, 1.0]), "value", "[1]"),
        (np.array([[1, 2], [3, 9]]), np.array([[1, 3], [3, 4]]), "value", "[1, 1]"),
        (range(3), range(4), "value", "[1]"),
    ],
)
def test_apart(a: Any, b: Any, kind: str, at: str) -> None:
    for found in (apart(plain(a), plain(b)), apart(plain(b), plain(a))):
        assert found is not None
        assert (found.kind, found.at) == (kind, at)


def test_how_far_apart() -> None:
    found = apart(np.array([1.0, 2.0, 4.0]), np.array([1.0, 2.5, 5.0]))
    assert found is not None
    assert (found.a, found.b, found.by, found.count, found.size) == (4.0, 5.0, 1.0, 2, 3)
    assert found.relative == pytest.approx(0.2)
    assert apart(1.0, 1.1, tolerance=0.2) is None
    assert apart(1.0, 1.0 + 1e-15, tolerance=0.0) is not None


def test_plain_values_are_copies() -> None:
    value = np.zeros(3)
    copy = plain([value])
    value[0] = 1
    assert copy[0][0] == 0
    assert plain(np.ones) == Opaque("ufunc") or isinstance(plain(np.ones), Opaque)
    loop: list[Any] = []
    loop.append(loop)
    assert isinstance(plain(loop), list)
    assert apart(Thing("Net", {"w": 1, "x": 2}), Thing("Other", {"w": 3})) is not None
