"""Ways to update: each must be read for what it is, right where it is right, wrong where it isn't.

The gradient is the true one of half the squared error, or has its second element doubled.
"""

from __future__ import annotations

import textwrap
from collections.abc import Callable

import pytest

from nnstep.checking import Report
from nnstep.insight.verdicts import FACTOR, RIGHT, UNDECIDED, WRONG
from nnstep.session import Session

SCRIPT = """
import numpy as np
rng = np.random.default_rng(0)
X, y = rng.normal(size=(12, 3)), rng.normal(size=(12, 1))
w = rng.normal(size=(3, 1))
lr = 0.01
{before}
for epoch in range(4):
    err = X @ w - y
    loss = 0.5 * np.sum(err ** 2)
    g = X.T @ err{fault}
{update}
"""
FAULT = " * np.array([[1.0], [2.0], [1.0]])"

UPDATES = {
    "in place": "w -= lr * g",
    "anew": "w = w - lr * g",
    "added": "w += -lr * g",
    "with a number": "w += -0.01 * g",
    "into all of it": "w[:] = w - lr * g",
    "into the ellipsis": "w[...] = w - lr * g",
    "by a step that has a name": "step = lr * g\nw[...] = w - step",
    "row by row": "for j in range(3):\n    w[j] -= lr * g[j]",
    "rows by number": "w[[0, 2]] -= lr * g[[0, 2]]\nw[1] -= lr * g[1]",
    "by subtract.at": "np.subtract.at(w, [0, 1, 2], lr * g)",
    "by add.at": "np.add.at(w, [0, 1, 2], -lr * g)",
    "by subtract, out": "np.subtract(w, lr * g, out=w)",
    "by subtract": "w = np.subtract(w, lr * g)",
    "decayed first": "w *= 1 - 0.001\nw -= lr * g",
    "decayed last": "w -= lr * g\nw *= 0.999",
    "decayed at once": "w = 0.999 * w - lr * g",
    "clipped": "w -= lr * np.clip(g, -1e9, 1e9)",
    "clipped, then named": "g = np.clip(g, -0.5, 0.5)\nw -= lr * g",
    "clipped in place": "np.clip(g, -0.5, 0.5, out=g)\nw -= lr * g",
    "by its sign": "w -= lr * np.sign(g)",
    "a rate for each": "w -= rates * g",
    "momentum": "v = 0.9 * v - lr * g\nw += v",
    "momentum in place": "v *= 0.9\nv += g\nw -= lr * v",
    "nesterov": "before = v\nv = 0.9 * v - lr * g\nw += -0.9 * before + 1.9 * v",
    "adagrad": "cache += g ** 2\nw -= lr * g / (np.sqrt(cache) + 1e-8)",
    "adam": (
        "m = 0.9 * m + (1 - 0.9) * g\ncache = 0.99 * cache + (1 - 0.99) * g ** 2\n"
        "mhat = m / (1 - 0.9 ** (epoch + 1))\nvhat = cache / (1 - 0.99 ** (epoch + 1))\n"
        "w -= lr * mhat / (np.sqrt(vhat) + 1e-8)"
    ),
}
BEFORE = (
    "rates = np.full((3, 1), 0.02)\nv, m = np.zeros((3, 1)), np.zeros((3, 1))\n"
    "cache = np.zeros((3, 1))"
)

Check = Callable[..., Report]


@pytest.fixture
def check(opened: Callable[[str], Session]) -> Check:
    def run(text: str, cost: str | None = "loss", at: tuple[int, ...] = (0,)) -> Report:
        return opened(text).check(cost=cost, at=at)

    return run


def script(update: str, fault: str = "", before: str = BEFORE) -> str:
    return SCRIPT.format(before=before, fault=fault, update=textwrap.indent(update, "    "))


def kinds(report: Report) -> dict[str, str]:
    return {each.what.removeprefix("d cost/d "): each.kind for each in report.epochs[0].verdicts}


@pytest.mark.parametrize("update", UPDATES.values(), ids=UPDATES)
def test_a_right_gradient(check: Check, update: str) -> None:
    report = check(script(update), at=(0, 1))
    assert {kind for one in report.epochs for kind in [one.kind]} <= {RIGHT, FACTOR}
    assert set(kinds(report)) == {"w"}


@pytest.mark.parametrize("update", UPDATES.values(), ids=UPDATES)
def test_a_wrong_gradient(check: Check, update: str) -> None:
    assert kinds(check(script(update, FAULT))) == {"w": WRONG}


@pytest.mark.parametrize(("state", "read"), [
    ("{}", "state.get('w', 0.0)"), ("{}", "state.setdefault('w', 0.0)"),
    ("defaultdict(float)", "state['w']"), ("{'w': 0.0}", "state['w']"), ("[0.0]", "state[0]"),
])  # fmt: skip
def test_a_velocity_that_begins_as_a_number(check: Check, state: str, read: str) -> None:
    place = "state[0]" if state == "[0.0]" else "state['w']"
    update = f"{place} = mu * {read} - lr * g\nw = w + {place}"
    text = script(update, before=f"from collections import defaultdict\nmu, state = 0.5, {state}")
    report = check(text, at=(0, 1))
    assert [each.kind for each in report.epochs] == [RIGHT, RIGHT]


def test_an_update_that_cannot_be_read_is_not_passed_over(check: Check) -> None:
    report = check(script("w = np.where(g > 0, w - lr, w + lr)"))
    assert kinds(report) == {"w": UNDECIDED}


def test_a_moving_mean_is_no_parameter_and_may_come_first(check: Check) -> None:
    text = script("w -= lr * g", before="mean = np.zeros((1, 1))")
    text = text.replace("loss =", "mean = 0.9 * mean + 0.1 * err.mean()\n    loss =")
    assert kinds(check(text)) == {"w": RIGHT}


SUMS = {
    "a sum": ("total += cost_of(err)", "cost_of(err)"),
    "a sum of what has a name": ("loss = cost_of(err)\ntotal += loss", "loss"),
    "a sum in a list": ("sums[0] += cost_of(err)", None),
    "a moving mean": ("total = 0.9 * total + 0.1 * cost_of(err)", None),
    "a mean by a function": ("total = moved(total, cost_of(err))", None),
}
SUMMED = """
total, sums = 0.0, [0.0]
def cost_of(err):
    return 0.5 * np.sum(err ** 2)
def moved(mean, new):
    return 0.9 * mean + 0.1 * new
"""


@pytest.mark.parametrize("line", SUMS)
@pytest.mark.parametrize("given", [True, False])
def test_what_adds_up_costs_is_no_parameter(check: Check, line: str, given: bool) -> None:
    update, cost = SUMS[line]
    text = script("w -= lr * g", before=SUMMED)
    text = text.replace("loss = 0.5 * np.sum(err ** 2)", textwrap.indent(update, "    ").lstrip())
    report = check(text, "cost_of(err)" if given else None)
    assert kinds(report) == {"w": RIGHT}
    assert given or cost in (None, report.cost)


def test_a_sum_of_costs_ends_no_step(check: Check) -> None:
    text = """
        import numpy as np
        rng = np.random.default_rng(0)
        X, y = rng.normal(size=(12, 3)), rng.normal(size=(12, 1))
        w, total = rng.normal(size=(3, 1)), 0.0
        for epoch in range(4):
            g = np.zeros((3, 1))
            for row, label in zip(X, y):
                err = row @ w - label
                total += 0.5 * float(err[0] ** 2)
                g += np.outer(row, err)
            w -= 0.01 * g
    """
    report = check(textwrap.dedent(text), "0.5 * np.sum((X @ w - y) ** 2)")
    assert kinds(report) == {"w": RIGHT}


def test_a_gradient_of_the_epoch_before(check: Check) -> None:
    text = script("").replace("for epoch", "g = np.zeros((3, 1))\nfor epoch")
    text = text.replace("    err = X", "    w = w - lr * g\n    err = X")
    report = check(text, "0.5 * np.sum((X @ w - y) ** 2)", at=(1, 2))
    assert kinds(report) == {"w": RIGHT}


# Parameters.


@pytest.mark.parametrize(
    ("start", "bound"),
    [("w, b = 0.0, 0.0", ""), ("w = b = 0.0", ""), ("w = 0.0\nb = 0.0", ""),
     ("p = [0.0, 0.0]", "w, b = p[0], p[1]\n    "), ("p = {'w': 0.1, 'b': 0.1}; lr = 0.1", "")],
)  # fmt: skip
def test_numbers_that_begin_as_one_object(check: Check, start: str, bound: str) -> None:
    w, b = ("p['w']", "p['b']") if "{" in start else ("p[0]", "p[1]") if bound else ("w", "b")
    lines = start.split("\n")
    text = "\n".join([
        "import numpy as np", "lr = 0.05", "x = np.array([1.0, 2.0, -1.0])",
        "y = np.array([2.0, 3.0, 0.5])", *lines, "for epoch in range(3):",
        f"    err = {w} * x + {b} - y", "    loss = (err ** 2).sum()",
        "    dw = 2 * (err * x).sum()", "    db = 2 * err.sum()",
        f"    {w} -= lr * dw", f"    {b} -= lr * db",
    ])  # fmt: skip
    found = kinds(check(text))
    assert list(found.values()) == [RIGHT, RIGHT]


def test_views_into_one_memory_are_one_parameter(check: Check) -> None:
    text = """
        import numpy as np
        rng = np.random.default_rng(0)
        X, y = rng.normal(size=(12, 3)), rng.normal(size=(12, 1))
        theta = rng.normal(size=(4, 1))
        W, b = theta[:3], theta[3]
        for epoch in range(3):
            err = X @ W + b - y
            loss = np.sum(err ** 2)
            dW = X.T @ (2 * err)
            db = np.sum(2 * err)
            W -= 0.01 * dW
            b -= 0.01 * db
    """
    assert kinds(check(text)) == {"theta": RIGHT}
    assert kinds(check(text.replace("db = np.sum(2", "db = np.sum(3"))) == {"theta": WRONG}


NAMED = {
    "params[0] params[1]": """
        params = [w, b]
        for epoch in range(3):
            err = X @ params[0] + params[1] - y
            for p, g in zip(params, [X.T @ err, err.sum(axis=0)]):
                p -= 0.01 * g
    """,
    "layers[0].W layers[1].W": """
        class Layer:
            def __init__(self, W):
                self.W = W
        layers = [Layer(rng.normal(size=(3, 2))), Layer(rng.normal(size=(2, 1)))]
        for epoch in range(3):
            h = X @ layers[0].W
            err = h @ layers[1].W - y
            layers[0].g, layers[1].g = X.T @ err @ layers[1].W.T, h.T @ err
            for layer in layers:
                layer.W -= 0.01 * layer.g
    """,
    "params['w'] params['b']": """
        params = {"w": w, "b": b}
        for epoch in range(3):
            W, B = params["w"], params["b"]
            err = X @ W + B - y
            params["w"] = W - 0.01 * (X.T @ err)
            params["b"] = B - 0.01 * err.sum(axis=0)
    """,
    "w b": """
        for epoch in range(3):
            before = w, b
            err = X @ w + b - y
            w, b = w - 0.01 * (X.T @ err), b - 0.01 * err.sum(axis=0)
    """,
}


@pytest.mark.parametrize("names", NAMED)
def test_a_parameter_has_one_name_in_all_epochs(check: Check, names: str) -> None:
    start = (
        "import numpy as np\nrng = np.random.default_rng(0)\n"
        "X, y = rng.normal(size=(12, 3)), rng.normal(size=(12, 1))\n"
        "w, b = rng.normal(size=(3, 1)), np.zeros(1)\n"
    )
    text = start + textwrap.dedent(NAMED[names])
    if not names.startswith("w"):
        text = text.replace("for epoch", "del w, b\nfor epoch", 1)
    report = check(text, "np.sum(err ** 2) / 2", at=(0, 1, 2))
    for each in report.epochs:
        found = {one.what.removeprefix("d cost/d "): one.kind for one in each.verdicts}
        assert found == dict.fromkeys(names.split(), RIGHT)


def test_complex_parameters_are_not_judged(check: Check) -> None:
    text = script("w = w - lr * g").replace("w = rng.normal(size=(3, 1))",
                                            "w = rng.normal(size=(3, 1)) + 0j")  # fmt: skip
    text = text.replace("np.sum(err ** 2)", "np.sum(np.abs(err) ** 2)")
    assert kinds(check(text)) == {"w": UNDECIDED}


# Rates and factors.


def test_a_rate_within_the_expression_beside_one_that_is_not(check: Check) -> None:
    text = """
        import numpy as np
        rng = np.random.default_rng(0)
        X, y, lr = rng.normal(size=(12, 3)), rng.normal(size=(12, 1)), 0.05
        w, b, v = rng.normal(size=(3, 2)), np.zeros(2), rng.normal(size=(2, 1))
        for epoch in range(3):
            h = np.tanh(X @ w + b)
            err = h @ v - y
            loss = np.sum(err ** 2) / 2
            dh = err @ v.T * (1 - h ** 2)
            v -= lr * h.T @ err
            w -= lr * X.T @ dh
            b -= lr * dh.sum(0)
    """
    assert kinds(check(text)) == {"v": RIGHT, "w": RIGHT, "b": RIGHT}
    wrong = check(text.replace("dh.sum(0)", "dh.sum(0) * 2"))
    assert kinds(wrong) == {"v": RIGHT, "w": RIGHT, "b": WRONG}
    turned = check(text.replace("dh = err", "dh = -err"))
    assert kinds(turned) == {"v": RIGHT, "w": WRONG, "b": WRONG}
    (fault,) = turned.faults
    assert fault.text.startswith("dh = -err") or "err @ v.T" in fault.mends[0].code


def test_a_factor_that_the_rate_makes_up_for(check: Check) -> None:
    text = """
        import numpy as np
        rng = np.random.default_rng(0)
        X, y = rng.normal(size=(12, 3)), rng.normal(size=(12, 1))
        w, b = rng.normal(size=(3, 1)), np.zeros((1, 1))
        for epoch in range(3):
            err = X @ w + b - y
            loss = np.sum(err ** 2) / 2
            dw = 3 * X.T @ err
            db = err.sum(axis=0, keepdims=True)
            w -= 0.01 * dw
            b -= 0.03 * db
    """
    report = check(text)
    assert kinds(report) == {"w": RIGHT, "b": RIGHT}
    assert "3 times the gradient; its rate" in report.epochs[0].verdicts[0].why
    assert kinds(check(text.replace("0.03", "0.02"))) == {"w": WRONG, "b": RIGHT}


def test_one_over_n_left_out_of_all_but_one(check: Check) -> None:
    text = """
        import numpy as np
        rng = np.random.default_rng(0)
        X, y = rng.normal(size=(12, 3)), rng.normal(size=(12, 1))
        w, b, v = rng.normal(size=(3, 2)), np.zeros(2), rng.normal(size=(2, 1))
        for epoch in range(3):
            h = np.tanh(X @ w + b)
            err = h @ v - y
            loss = np.mean(err ** 2) / 2
            dv = h.T @ err
            dh = err @ v.T * (1 - h ** 2)
            dw = X.T @ dh
            db = dh.mean(axis=0)
            v -= 0.01 * dv
            w -= 0.01 * dw
            b -= 0.01 * db
    """
    assert kinds(check(text)) == {"v": FACTOR, "w": FACTOR, "b": WRONG}


# What the measurement can't see.


def test_single_precision_on_the_way_has_coarser_nudges(check: Check) -> None:
    text = script("w -= lr * g").replace("X @ w - y", "(X @ w - y).astype(np.float32)")
    assert kinds(check(text)) == {"w": RIGHT}
    assert kinds(check(script("w -= lr * g", FAULT).replace(
        "X @ w - y", "(X @ w - y).astype(np.float32)"))) == {"w": WRONG}  # fmt: skip


def test_a_large_cost_rounds_more(check: Check) -> None:
    text = script("w -= lr * g").replace("y = rng", "y = 2e5 + rng", 1)
    text = text.replace("X, y = rng.normal(size=(12, 3)), rng",
                        "X, y = rng.normal(size=(12, 3)), 2e5 + rng")  # fmt: skip
    (verdict,) = check(text).epochs[0].verdicts
    assert verdict.kind == RIGHT and "kink" not in verdict.why


def test_many_elements_at_a_kink(check: Check) -> None:
    text = """
        import numpy as np
        X = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
        y = np.array([[1.0], [0.0], [0.0], [1.0]])
        rng = np.random.default_rng(0)
        W, b, V = rng.normal(size=(2, 80)), np.zeros(80), rng.normal(size=(80, 1))
        for epoch in range(2):
            a = np.maximum(X @ W + b, 0)
            err = a @ V - y
            loss = np.sum(err ** 2)
            dV = a.T @ (2 * err)
            dz = 2 * err @ V.T * (a > 0)
            dW, db = X.T @ dz, dz.sum(axis=0)
            W -= 0.01 * dW
            b -= 0.01 * db
            V -= 0.01 * dV
    """
    assert kinds(check(text)) == {"W": RIGHT, "b": UNDECIDED, "V": RIGHT}


RUNS_AWAY = """
import numpy as np
np.random.seed(1)
X = np.random.randn(20, 2)
y = (X[:, :1] * X[:, 1:] > 0).astype(float)
W1, W2 = np.random.randn(2, 3), np.random.randn(3, 1)
for epoch in range(12):
    z1 = X @ W1
    a1 = np.tanh(z1)
    a2 = 1 / (1 + np.exp(-a1 @ W2))
    loss = -np.mean(y * np.log(a2) + (1 - y) * np.log(1 - a2))
    d2 = (a2 - y) / len(X)
    d1 = (d2 @ W2.T) * (1 - z1 ** 2)
    W1 -= 0.8 * (X.T @ d1)
    W2 -= 0.8 * (a1.T @ d2)
"""


def test_what_has_run_away_is_not_what_is_explained(check: Check) -> None:
    report = check(RUNS_AWAY, at=(0, 1, 11))
    first, second, last = (each.verdicts[0] for each in report.epochs)
    assert {first.kind, second.kind, last.kind} == {WRONG}
    assert last.error > second.error > first.error and last.is_lopsided
    assert report.worst_epoch.epoch == 1
    assert [mend.words for _, mend in report.mends] == ["a1 ** 2"]


def test_a_gradient_that_is_zero_says_nothing_about_factors(check: Check) -> None:
    text = script("w -= lr * g", before="u = np.zeros((3, 1))")
    text = text.replace("X @ w - y", "X @ w + (0 * X) @ u - y")
    text = text.replace("    w -= lr * g", "    du = (0 * X).T @ err * 5\n    g = g * 2\n"
                        "    w -= lr * g\n    u -= lr * du")  # fmt: skip
    assert kinds(check(text)) == {"w": FACTOR, "u": RIGHT}


@pytest.mark.parametrize(
    "cost",
    ["0.1 * sum(v ** 2 for v in w.ravel())", "0.1 * sum(map(lambda j: w[j, 0] ** 2, range(3)))",
     "0.1 * float(np.apply_along_axis(lambda r: r @ w[:, 0], 0, w)[0])"],
)  # fmt: skip
def test_what_python_itself_executes_is_run_again(check: Check, cost: str) -> None:
    cost = f"np.sum(err ** 2) + {cost}"
    for fault, kind in (("", RIGHT), (FAULT, WRONG)):
        text = script("w -= lr * g", fault).replace("np.sum(err ** 2)", cost)
        assert kinds(check(text.replace("X.T @ err", "(X.T @ err + 0.2 * w)"))) == {"w": kind}


def test_batches_from_a_generator_of_data(check: Check) -> None:
    text = script("w -= lr * g").replace(
        "for epoch in range(4):\n",
        "def batches():\n    for at in range(0, 12, 4):\n        yield X[at:at + 4], y[at:at + 4]\n"
        "for epoch in range(4):\n  for X_, y_ in batches():\n",
    ).replace("X @ w - y", "X_ @ w - y_").replace("X.T @ err", "X_.T @ err")
    text = text.replace("    err", "      err").replace("    loss", "      loss")
    text = text.replace("    g =", "      g =").replace("    w -=", "      w -=")
    assert kinds(check(text)) == {"w": RIGHT}
    assert kinds(check(text.replace("X_.T @ err", "X_.T @ (err * 2 * y_)"))) == {"w": WRONG}


# The cost.


def test_a_cost_that_changes_something_is_not_evaluated(check: Check) -> None:
    function = "def f():\n    w[0] += 1\n    return w.sum()\n"
    text = script("w -= lr * g").replace("for epoch", f"{function}for epoch")
    with pytest.raises(ValueError, match="it changes w"):
        check(text, "f()")


PROPOSED = {
    "its name": ("w -= lr * g", {}, "loss"),
    "each hundredth epoch": (
        "w -= lr * g\nif epoch % 2 == 1:\n    print(loss_of_all)",
        {"loss = 0.5": "if epoch % 2 == 0:\n        loss = 0.5"},
        None,
    ),
    "no name at all": ("w -= lr * g", {"    loss = 0.5 * np.sum(err ** 2)\n": ""}, None),
    "none, and the error inline": (
        "w -= lr * g",
        {"    loss = 0.5 * np.sum(err ** 2)\n": "", "    err = X @ w - y\n": "    out = X @ w\n",
         "X.T @ err": "X.T @ (out - y)"},
        None,
    ),
    "a sum over samples": (
        "w -= lr * g",
        {"loss = 0.5 * np.sum(err ** 2)": "loss = 0\n    loss += 0.5 * np.sum(err ** 2)"},
        None,
    ),
}  # fmt: skip


@pytest.mark.parametrize(("update", "changes", "cost"), PROPOSED.values(), ids=PROPOSED)
def test_proposed(check: Check, update: str, changes: dict[str, str], cost: str | None) -> None:
    text = script(update)
    for old, new in changes.items():
        assert old in text
        text = text.replace(old, new)
    report = check(text, None)
    assert report.kind == RIGHT or (cost is None and report.kind == FACTOR)
    assert cost is None or report.cost == cost


@pytest.mark.parametrize("at", [0, 2])
@pytest.mark.parametrize("cost", [None, "loss"])
def test_a_cost_from_the_statement_of_the_update(
    check: Check, cost: str | None, at: int
) -> None:
    text = """
        import numpy as np
        rng = np.random.default_rng(0)
        X, y, w = rng.normal(size=(12, 3)), rng.normal(size=(12, 1)), np.zeros((3, 1))
        def step(w):
            err = X @ w - y
            return w - 0.1 * (X.T @ err), float((err ** 2).sum() / 2)
        for epoch in range(3):
            w, loss = step(w)
    """
    late = "`loss` is bound by the very statement that updates w; in place of the name, give the"
    with pytest.raises(ValueError, match=late):
        check(text, cost, at=(at,))
    assert kinds(check(text, "np.sum((X @ w - y) ** 2) / 2", at=(at,))) == {"w": RIGHT}


def test_a_step_is_not_taken_for_another_cost(check: Check) -> None:
    text = script("w -= lr * g\nb -= lr * err.mean() * 12", before="b = 0.0")
    text = text.replace("X @ w - y", "X @ w + b - y")
    report = check(text)
    assert kinds(report) == {"w": RIGHT, "b": RIGHT}
    assert report.epochs[0].notes == ()
    other = check(text.replace("    w -=", "    print(np.mean(np.abs(y) * err))\n    w -="))
    assert ["`np.mean(" in each for each in other.epochs[0].notes] == [True]


def test_a_cost_that_fits_nothing_is_not_proposed(check: Check) -> None:
    text = script("w -= lr * g").replace("    loss = 0.5 * np.sum(err ** 2)\n", "")
    text = text.replace("X.T @ err", "rng.normal(size=(3, 1))")
    with pytest.raises(ValueError, match="no cost is known that the gradients go with"):
        check(text, None)


def test_later_epochs_do_not_change_what_is_proposed(check: Check) -> None:
    wrong = script("w -= lr * g", FAULT)
    assert check(wrong, None).cost == check(wrong, None, at=(3,)).cost == "loss"
