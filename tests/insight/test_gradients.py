"""Gradients: right ones are called right, wrong ones wrong, and nothing is moved by asking."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from states import fingerprint

from nnstep.checking import Report
from nnstep.insight.verdicts import FACTOR, RIGHT, UNDECIDED, WRONG
from nnstep.session import Session

ROOT = Path(__file__).parents[2]
NETWORKS = sorted((ROOT / "tests" / "networks").glob("*.py"))
EPOCHS = re.compile(r"^(epochs|num_passes) = .*$", re.MULTILINE)
Checked = Callable[..., Report]

NET = """
    import numpy as np
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(20, 3)), rng.normal(size=(20, 1))
    W, b = rng.normal(size=(3, 1)), np.zeros((1, 1))
    lr = 0.01
    for epoch in range(5):
        out = np.tanh(X @ W + b)
        delta = (out - y) * (1 - out ** 2)
        dW = X.T @ delta
        db = delta.sum(axis=0, keepdims=True)
        W -= lr * dW
        b -= lr * db
"""
COST = "0.5 * np.sum((out - y) ** 2)"


@pytest.fixture
def checked(opened: Callable[[str], Session]) -> Checked:
    def check(text: str, cost: str | None = COST, **how: object) -> Report:
        return opened(text).check(cost=cost, **how)  # type: ignore[arg-type]

    return check


def lesson(name: str, folder: Path, epochs: int = 3) -> Path:
    text = (ROOT / "lessons" / f"{name}.py").read_text(encoding="utf-8")
    path = folder / f"{name}.py"
    path.write_text(EPOCHS.sub(rf"\1 = {epochs}", text), encoding="utf-8")
    return path


# Right ones.


@pytest.mark.parametrize("path", NETWORKS, ids=lambda path: path.stem)
def test_no_alarm_is_false(path: Path) -> None:
    report = Session(path).check(at=(0, 1))
    assert {each.kind for each in report.epochs} <= {RIGHT, FACTOR}
    assert all(each.verdicts for each in report.epochs)
    assert not any(each.faults for each in report.epochs)


@pytest.mark.parametrize("name", ["mse_hidden", "l2_derivation", "tanh_sigmoid", "softmax_moons"])
def test_right_lessons(name: str, tmp_path: Path) -> None:
    report = Session(lesson(name, tmp_path)).check(at=(0, 1, 2))
    assert [each.epoch for each in report.epochs] == [0, 1, 2]
    assert report.kind == (FACTOR if name == "softmax_moons" else RIGHT)


@pytest.mark.parametrize("name", ["adam", "momentum"])
def test_what_enters_an_optimiser(name: str) -> None:
    checked_step = Session(ROOT / "tests" / "networks" / f"{name}.py").check().epochs[0]
    assert len(checked_step.gradients) == len(checked_step.verdicts) == 4
    assert all(np.any(value) for _, value in checked_step.gradients)


def test_what_the_values_of_a_lesson_are(tmp_path: Path) -> None:
    report = Session(lesson("mse_hidden", tmp_path)).check()
    known = {each.name: each.what for each in report.epochs[0].others}
    assert known["dcost_dao"] == "d cost/d ao"
    assert known["dao_dzo"] == "the slope of ao in zo, element by element"
    assert known["dcost_dah"] == "d cost/d ah"


def test_a_factor_that_all_have_is_explained(checked: Checked) -> None:
    report = checked(NET, "0.5 * np.mean((out - y) ** 2)")
    assert report.kind == FACTOR
    assert all("n = 20" in each.why for each in report.epochs[0].verdicts)


def test_a_factor_of_the_only_parameter_is_explained(checked: Checked) -> None:
    text = """
        import numpy as np
        x, y = np.linspace(1, 2, 20), np.linspace(0, 1, 20)
        w = 0.3
        for epoch in range(3):
            err = w * x - y
            dw = np.sum(err * x)
            w = w - 0.01 * dw
    """
    (verdict,) = checked(text, "0.5 * np.mean(err ** 2)").epochs[0].verdicts
    assert verdict.kind == FACTOR
    assert verdict.why == "n = 20 times the gradient: 1/n is left out"


def test_a_factor_that_one_has_is_wrong(checked: Checked) -> None:
    report = checked(NET.replace("dW = X.T @ delta", "dW = X.T @ delta / 20"))
    kinds = {each.name: each.kind for each in report.epochs[0].verdicts}
    assert kinds == {"dW": WRONG, "db": RIGHT}


def test_either_sign_of_the_update(checked: Checked) -> None:
    rising = NET.replace("(out - y) *", "(y - out) *").replace("-= lr", "+= lr")
    assert checked(rising).kind == RIGHT
    climbing = NET.replace("W -= lr", "W += lr")
    report = checked(climbing)
    kinds = {each.name: each.kind for each in report.epochs[0].verdicts}
    assert kinds == {"dW": WRONG, "db": RIGHT}
    assert [each.text for each in report.epochs[0].faults] == ["W += lr * dW"]


def test_weight_decay_that_the_cost_has_not(checked: Checked) -> None:
    report = checked(NET.replace("dW = X.T @ delta", "dW = X.T @ delta + 0.3 * W"))
    verdict = next(each for each in report.epochs[0].verdicts if each.name == "dW")
    assert verdict.kind == FACTOR
    assert verdict.decay == pytest.approx(0.3)
    assert "weight decay" in verdict.why
    assert checked(NET.replace("dW = X.T @ delta", "dW = X.T @ delta - 0.3 * W")).kind == WRONG


# Wrong ones.


@pytest.mark.parametrize(
    ("lesson_name", "line", "mend"),
    [("perceptron", "dpred_dz = sigmoid_der(z)", "sigmoid_der(XW)"),
     ("moons_perceptron", "dpred_dz = sigmoid_der(z)", "sigmoid_der(XW)")],
)  # fmt: skip
def test_the_slope_at_the_activated_value(
    lesson_name: str, line: str, mend: str, tmp_path: Path
) -> None:
    report = Session(lesson(lesson_name, tmp_path)).check()
    (fault,) = report.epochs[0].faults
    assert report.kind == WRONG
    assert fault.text == line
    assert any(mend in each.code for each in fault.mends)
    assert len(fault.gradients) == 2


@pytest.mark.parametrize(
    ("right", "wrong", "mend"),
    [
        ("(1 - out ** 2)", "(out ** 2)", "1 - "),
        ("(out - y) *", "(out + y) *", "out - y"),
        ("dW = X.T @ delta", "dW = X.T @ out", "delta"),
        ("db = delta.sum(axis=0, keepdims=True)", "db = delta.mean(axis=0, keepdims=True)", "sum"),
        ("1 - out ** 2", "1 - out ** 3", "** 2"),
    ],
)
def test_the_first_wrong_op_and_its_mend(
    checked: Checked, right: str, wrong: str, mend: str
) -> None:
    text = NET.replace(right, wrong)
    assert text != NET
    report = checked(text)
    assert report.kind == WRONG
    assert not any(each.decay for each in report.epochs[0].verdicts)
    fault = report.epochs[0].faults[0]
    line = textwrap.dedent(text).lstrip("\n").splitlines()[fault.line - 1]
    assert wrong in line
    assert any(mend in each.code for each in fault.mends), fault.mends


def test_a_counterexample_is_what_happens(checked: Checked) -> None:
    report = checked(NET.replace("dW = X.T @ delta", "dW = 3 * X.T @ delta"))
    verdict = next(each for each in report.epochs[0].verdicts if each.name == "dW")
    example = verdict.example
    assert example is not None
    assert example.said == pytest.approx(3 * example.moved, rel=0.05)
    assert example.element == "W[1, 0]"


def _biased(*backward: str) -> str:
    """A linear layer with a bias, and statements that make `dW` and `db`."""
    step = ("out = X @ W + b", *backward, "W -= 0.01 * dW", "b -= 0.01 * db")
    return "\n".join([
        "import numpy as np",
        "rng = np.random.default_rng(0)",
        "X, y = rng.normal(size=(20, 3)), rng.normal(size=(20, 2))",
        "W, b = rng.normal(size=(3, 2)), np.zeros((1, 2))",
        "for epoch in range(2):",
        *(f"    {each}" for each in step),
    ])


def test_one_op_is_to_blame_for_a_factor_and_for_what_is_wrong(checked: Checked) -> None:
    text = _biased(
        "delta = 2 * (out - y)",
        "dW = X.T @ delta + 0.1 * W",
        "db = delta.sum(axis=0, keepdims=True)",
    )
    checked_step = checked(text, "0.5 * np.sum((out - y) ** 2) + 0.05 * np.sum(W ** 2)").epochs[0]
    wrong, factor = checked_step.verdicts
    assert (wrong.kind, factor.kind) == (WRONG, FACTOR)
    assert wrong.why == "differs by exactly -0.1 times the parameter"
    (fault,) = checked_step.faults
    assert (fault.text, fault.gradients) == ("delta = 2 * (out - y)", ("dW", "db"))
    assert [each.code for each in fault.mends] == ["delta = out - y"]


def test_a_factor_that_is_no_fault_is_not_blamed(checked: Checked) -> None:
    text = _biased(
        "delta = out - y",
        "dW = X.T @ out",
        "db = 2 * delta.sum(axis=0, keepdims=True)",
    )
    faults = checked(text).epochs[0].faults
    assert [(each.text, each.gradients) for each in faults] == [("dW = X.T @ out", ("dW",))]


def test_a_part_that_is_changed_in_place_is_the_first_wrong_op(checked: Checked) -> None:
    text = NET.replace(
        "dW = X.T @ delta",
        "dW = np.zeros((2, 3, 1))\n        part = dW[1]\n        part += X.T @ delta",
    ).replace("lr * dW", "lr * dW[1]")
    assert checked(text).kind == RIGHT
    wrong = text.replace("part += X.T @ delta", "part += X.T @ delta\n        part *= X[:3, :1]")
    (fault,) = checked(wrong).epochs[0].faults
    assert fault.text == "part *= X[:3, :1]"
    into = text.replace("part += X.T @ delta", "np.dot(X.T, out, out=part)")
    (fault,) = checked(into).epochs[0].faults
    assert fault.text == "np.dot(X.T, out, out=part)"
    assert "np.dot(X.T, delta, out=part)" in {each.code for each in fault.mends}


def test_a_gradient_of_another_shape_is_wrong_altogether(checked: Checked) -> None:
    grown = NET.replace("db = delta.sum(axis=0, keepdims=True)", "db = delta").replace(
        "b -= lr * db", "b = b - lr * db"
    )
    _, verdict = checked(grown).epochs[0].verdicts
    assert (verdict.kind, verdict.error, verdict.cosine) == (WRONG, 1.0, 0.0)
    assert verdict.why == "its shape (20, 1) is not that of b, (1, 1)"
    assert verdict.example is None


def test_a_fault_that_shows_only_late(checked: Checked) -> None:
    late = NET.replace("dW = X.T @ delta", "dW = X.T @ delta * (1 if epoch < 3 else 1.5)")
    report = checked(late, at=(0, 4))
    assert [each.kind for each in report.epochs] == [RIGHT, WRONG]
    assert report.kind == WRONG


# What can't be decided, and what is special.


@pytest.mark.parametrize(
    ("forward", "slope"),
    [("np.maximum(z, 0)", "(z > 0)"), ("np.abs(z)", "np.sign(z)")],
)
def test_kinks_are_not_called_wrong(checked: Checked, forward: str, slope: str) -> None:
    text = f"""
        import numpy as np
        X = np.array([[0.0, 0.0], [1.0, 2.0], [1e-9, 0.0], [-1.0, 0.5]])
        y = np.ones((4, 1))
        W = np.array([[0.5], [0.25]])
        for epoch in range(3):
            z = X @ W
            out = {forward}
            delta = (out - y) * {slope}
            dW = X.T @ delta
            W -= 0.01 * dW
    """
    assert checked(text).kind in (RIGHT, UNDECIDED)


def test_single_precision_has_its_own_tolerance(checked: Checked) -> None:
    text = NET.replace("lr = 0.01", "lr = np.float32(0.01)").replace(
        "X, y = rng.normal(size=(20, 3)), rng.normal(size=(20, 1))",
        "X, y = rng.normal(size=(20, 3)).astype('f4'), rng.normal(size=(20, 1)).astype('f4')",
    ).replace("W, b = rng.normal(size=(3, 1)), np.zeros((1, 1))",
              "W, b = rng.normal(size=(3, 1)).astype('f4'), np.zeros((1, 1), 'f4')")  # fmt: skip
    assert checked(text).kind == RIGHT
    assert checked(text.replace("1 - out ** 2", "1 - 0.9 * out ** 2")).kind == WRONG


def test_a_call_that_might_change_a_parameter_and_does_not_is_no_update(checked: Checked) -> None:
    text = NET.replace("import numpy as np", "import copy\n    import numpy as np")
    text = text.replace("out = np", "copy.copy(W)\n        out = np")
    assert [each.name for each in checked(text).epochs[0].verdicts] == ["dW", "db"]
    assert checked(text).kind == RIGHT


def test_an_integer_parameter(checked: Checked) -> None:
    text = NET.replace("W, b = rng.normal(size=(3, 1))", "W, b = np.array([[1], [0], [-1]])")
    assert checked(text.replace("W -= lr * dW", "W = W - lr * dW")).kind == RIGHT


def test_random_numbers_of_the_step_are_the_same_each_time(checked: Checked) -> None:
    text = NET.replace("rng = np.random.default_rng(0)", "rng = np.random.default_rng()").replace(
        "out = np.tanh(X @ W + b)",
        "mask = np.random.rand(20, 1) < 0.5\n        out = np.tanh(X @ W + b) * mask",
    ).replace("(1 - out ** 2)", "(1 - out ** 2) * mask")
    assert checked(text).kind == RIGHT


def test_a_million_parameters_are_sampled_and_it_is_said(checked: Checked) -> None:
    text = """
        import numpy as np
        rng = np.random.default_rng(0)
        X, y = rng.normal(size=(4, 1000)), rng.normal(size=(4, 1000))
        W = rng.normal(size=(1000, 1000)) / 30
        for epoch in range(2):
            out = X @ W
            dW = X.T @ (out - y)
            W -= 1e-4 * dW
    """
    (verdict,) = checked(text).epochs[0].verdicts
    assert verdict.kind == RIGHT
    assert 0 < verdict.tested < verdict.size == 1_000_000
    (verdict,) = checked(text.replace("(out - y)", "(out + y)")).epochs[0].verdicts
    assert verdict.kind == WRONG


def test_a_sum_that_is_a_gradient_is_no_other_cost(checked: Checked) -> None:
    text = NET.replace("np.zeros((1, 1))", "0.0").replace(
        "db = delta.sum(axis=0, keepdims=True)", "error = delta.sum()"
    ).replace("lr * db", "lr * error")
    assert checked(text).epochs[0].notes == ()
    other = text.replace("W -= lr * dW", "loss = np.abs(out).sum()\n        W -= lr * dW")
    (note,) = checked(other).epochs[0].notes
    assert note.startswith("`loss`, which the script computes, is no cost")


def test_a_cost_of_several_numbers_is_refused_with_a_hint(checked: Checked) -> None:
    with pytest.raises(ValueError, match=r"\.sum\(\)"):
        checked(NET, "(out - y) ** 2")


@pytest.mark.parametrize(
    ("text", "cost", "message"),
    [
        ("x = 1\n", None, "no epochs"),
        (NET, "nonsense", "no value"),
        (NET, "y.sum()", "depend"),
        ("x = 0\nfor i in range(3):\n    x = x * 2 + i\n", "x", "nothing is updated"),
    ],
)
def test_nothing_to_check(checked: Checked, text: str, cost: str | None, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        checked(text, cost)


def test_no_such_epoch(checked: Checked) -> None:
    with pytest.raises(ValueError, match="no epoch 99"):
        checked(NET, at=(99,))
    with pytest.raises(ValueError, match="names no epoch"):
        checked(NET, at=())


def test_a_cost_is_proposed_that_fits(checked: Checked) -> None:
    error = "err = out - y\n        print(err.sum())\n        delta = (out"
    text = NET.replace("delta = (out", error)
    report = checked(text, None)
    assert report.chosen == "proposed"
    assert report.kind in (RIGHT, FACTOR)
    assert report.cost != "err.sum()"


@pytest.mark.parametrize("steps", [0, 40, 95])
def test_checking_leaves_no_trace(steps: int, tmp_path: Path) -> None:
    session = Session(lesson("mse_hidden", tmp_path, 9))
    if steps:
        session.step(steps)
    before = fingerprint(session)
    session.check(at=(0, 2))
    assert fingerprint(session) == before
    session.run()
    other = Session(lesson("mse_hidden", tmp_path, 9))
    other.run()
    assert session.output == other.output
    assert np.array_equal(session["wh"], other["wh"])


LOOP = """
    import numpy as np
    x, y = np.linspace(1, 2, 5), np.linspace(0, 1, 5)
    w, lr = 0.3, 0.01
    for epoch in range(3):
        err = w * x - y
        cost = 0.0
        for e in err:
            cost = cost + 0.5 * e * e
        dw = np.sum(err * x)
        w = w - lr * dw
"""


@pytest.mark.parametrize(
    "loop", ["for e in err:", "for a, c in zip(x, y):\n            e = w * a - c"]
)
def test_a_loop_over_the_numbers_of_arrays(checked: Checked, loop: str) -> None:
    text = LOOP.replace("for e in err:", loop)
    assert checked(text, "cost").kind == RIGHT
    report = checked(text.replace("err * x", "err * y"), "cost")
    assert report.kind == WRONG
    assert report.epochs[0].notes == ()
    assert [each.text for each in report.epochs[0].faults] == ["err * y"]


def test_a_loop_that_hides_where_its_numbers_come_from(checked: Checked) -> None:
    text = LOOP.replace("for e in err:", "for e, _ in zip(err, x):").replace("err * x", "err * y")
    note = "line 7: a loop over numbers that can't be followed"
    wrong = checked(text, "cost").epochs[0]
    assert wrong.kind == WRONG and wrong.faults == ()
    assert wrong.notes == (note, "that is why the first wrong op isn't named")
    right = checked(text.replace("err * y", "err * x"), "cost").epochs[0]
    assert right.kind == RIGHT and right.notes == ()


def test_items_chosen_by_an_array_are_added_to_anew_each_time(checked: Checked) -> None:
    text = NET.replace(
        "dW = X.T @ delta", "dW = np.zeros((3, 1))\n        dW[[0, 1, 2]] += X.T @ delta"
    )
    assert checked(text).kind == RIGHT
    report = checked(text.replace("dW[[0, 1, 2]] += X.T @ delta", "dW[[0, 1, 2]] += X.T @ out"))
    assert any("delta" in mend.code for fault in report.epochs[0].faults for mend in fault.mends)


def test_a_step_behind_a_loop(checked: Checked) -> None:
    text = NET.replace(
        "delta = (out", "for _ in range(3):\n            pass\n        delta = (out"
    )
    assert checked(text).kind == RIGHT


def test_objects_are_not_asked_for_more_than_they_have(checked: Checked) -> None:
    odd = "class Odd:\n        __dict__ = property(lambda self: 1 / 0)\n    odd = Odd()\n"
    assert checked(NET.replace("lr = 0.01", f"{odd}    lr = 0.01")).kind == RIGHT


def test_units_that_are_dead_though_the_gradient_forgets_it(checked: Checked) -> None:
    report = checked(
        """
        import numpy as np
        rng = np.random.default_rng(0)
        X, y = rng.normal(size=(8, 2)), rng.normal(size=(8, 1))
        W, b, V, c = rng.normal(size=(2, 3)), np.full(3, -9.0), rng.normal(size=(3, 1)), np.zeros(1)
        for epoch in range(3):
            z = X @ W + b
            a = np.maximum(0, z)
            delta = a @ V + c - y
            cost = 0.5 * np.sum(delta ** 2)
            dV, dc = a.T @ delta, delta.sum(axis=0)
            dz = delta @ V.T
            dW, db = X.T @ dz, dz.sum(axis=0)
            W -= 0.01 * dW
            b -= 0.01 * db
            V -= 0.01 * dV
            c -= 0.01 * dc
        """,
        "cost", at=(0,),
    )  # fmt: skip
    kinds = {each.name: each.kind for each in report.epochs[0].verdicts}
    assert kinds == {"dW": WRONG, "db": WRONG, "dV": RIGHT, "dc": RIGHT}


def test_an_iterator_of_the_script_is_not_asked(checked: Checked) -> None:
    report = checked(
        """
        import numpy as np
        class Rows:
            asked = 0
            def __init__(self, rows): self.rows, self.at = rows, 0
            def __iter__(self): return self
            def __next__(self):
                self.at += 1
                return self.rows[self.at % len(self.rows)]
            def __reduce__(self):
                Rows.asked += 1
                return Rows, (self.rows,)
        rows, w = Rows(np.ones((4, 2))), np.array([2.0, 3.0])
        for epoch in range(5):
            x = next(rows)
            out = x @ w
            assert Rows.asked == 0
            dw = 2 * out * x
            w -= 0.01 * dw
        """,
        "out ** 2", at=(0, 1),
    )  # fmt: skip
    assert report.kind == RIGHT


EARLY = """
    import numpy as np
    rng = np.random.default_rng(0)
    P, Q = rng.normal(size=(3, 2)), rng.normal(size=(4, 2))
    ratings = [(0, 1, 2.0), (2, 3, -1.0), (1, 0, 0.5)]
    for epoch in range(3):
        for u, i, r in ratings:
            e = r - P[u] @ Q[i]
            loss = e ** 2 / 2
            grad_p = -e * Q[i, :]
            P[u, :] -= 0.1 * grad_p
            grad_q = -e * P[u, :]
            Q[i, :] -= 0.1 * grad_q
"""


def test_what_has_changed_since_is_no_mend(checked: Checked) -> None:
    report = checked(EARLY, "loss")
    assert report.kind == WRONG
    codes = [mend.code for fault in report.epochs[0].faults for mend in fault.mends]
    assert codes and not any("P[u]" in code for code in codes)


def test_a_share_of_right_answers_is_not_held_against_the_cost(checked: Checked) -> None:
    text = NET.replace("delta =", "hits = ((out > 0) == (y > 0)).mean()\n        delta =")
    assert checked(text).epochs[0].notes == ()
