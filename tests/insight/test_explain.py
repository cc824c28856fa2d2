"""Elements explained: the formula's numbers, computed by Python, give what is stored."""

from __future__ import annotations

import random
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from nnstep.insight.elements import pairs_of, place, region
from nnstep.insight.explanations import Explanation, Step
from nnstep.session import Session

LESSONS = Path(__file__).parents[2] / "lessons"
HALTS = {"mse_hidden": "epoch", "softmax_moons": "model", "tanh_sigmoid": "params"}


def stopped(folder: Path, name: str) -> Session:
    """A lesson at the end of its third epoch."""
    session = Session(LESSONS / f"{name}.py")
    session.epoch(3)
    line = {"mse_hidden": 121, "softmax_moons": 161, "tanh_sigmoid": 151}[name]
    session.break_at(line)
    session.run()
    return session


def script(folder: Path, body: str) -> Session:
    path = folder / "script.py"
    path.write_text("import numpy as np\n" + body + "\nend = 1\n", encoding="utf-8")
    session = Session(path)
    session.run()
    return session


def off(step: Step) -> float:
    """How far the numbers, as they are shown, are from what is stored."""
    names = {"np": np, "abs": abs, "sigmoid": lambda x: 1 / (1 + np.exp(-x))}
    names["sigmoid_der"] = lambda x: names["sigmoid"](x) * (1 - names["sigmoid"](x))
    with np.errstate(all="ignore"):
        found = eval(step.numbers, names)
    return abs(float(found) - float(step.value))


def check(found: Explanation) -> int:
    """Every step says the truth of its numbers; how many there were."""
    count = 0
    for step in found.steps:
        if step.kind in ("start", "other") or not step.numbers:
            continue
        count += 1
        size = max(1.0, *(abs(float(each)) for each in re.findall(r"\d+\.\d+", step.numbers)))
        said = "to the last bit" in step.words or step.kind in ("call", "same")
        near = off(step)
        assert near <= 1e-12 * size, step
        if said and "smaller terms" not in step.words and step.computed is not None:
            assert step.exact, step
            assert near <= 4e-16 * size, step
        if not step.exact and step.computed is not None:
            away = abs(float(step.computed) - float(step.value))
            assert f"{away:.3g} away" in step.words, step
            assert "more than rounding explains" not in step.words, step
    return count


NAMES = {
    "mse_hidden": (
        "zh ah zo ao error_out dcost_dao dao_dzo dcost_wo dcost_dzo dcost_dah dah_dzh dcost_wh wh"
    ),
    "softmax_moons": (
        "z1 a1 z2 exp_scores probs delta3 dW2 db2 delta2 dW1 db1 W1 b1 W2 b2"
    ),
    "tanh_sigmoid": (
        'y cache["Z1"] cache["A1"] cache["Z2"] gradients["dW1"] gradients["db1"] '
        'gradients["dW2"] gradients["db2"]'
    ),
}


@pytest.mark.parametrize("name", sorted(NAMES))
def test_the_numbers_give_what_is_stored(tmp_path: Path, name: str) -> None:
    session, draw = stopped(tmp_path, name), random.Random(name)
    for text in NAMES[name].split(" "):
        shape = np.shape(session.eval(text))
        for _ in range(3):
            index = ", ".join(str(draw.randrange(size)) for size in shape)
            found = session.explain(f"{text}[{index}]")
            assert found.value == session.eval(f"{text}[{index}]")
            assert found.steps and found.steps[0].kind != "other", found
            assert check(found) >= 1, found


def test_deep_goes_down_to_what_was_there_before(tmp_path: Path) -> None:
    session = stopped(tmp_path, "mse_hidden")
    found = session.explain("zo[7, 0]", deep=True)
    assert check(found) > 5
    starts = {each.target for each in found.steps if each.kind == "start"}
    assert {"wo[0, 0]", "wo[3, 0]", "feature_set[7, 1]", "wh[0, 2]"} <= starts
    assert len(session.explain("zo[7, 0]").steps) == 1


def test_a_product(tmp_path: Path) -> None:
    step = stopped(tmp_path, "mse_hidden").explain("zh[0, 1]").steps[0]
    assert step.kind == "sum"
    assert step.formula == "feature_set[0, 0] * wh[0, 1] + feature_set[0, 1] * wh[1, 1]"


def test_a_call_and_its_return_expression(tmp_path: Path) -> None:
    call, inner = stopped(tmp_path, "mse_hidden").explain("ah[0, 1]").steps
    assert (call.kind, call.formula) == ("call", "sigmoid(zh[0, 1])")
    assert call.words == "in sigmoid: x is zh"
    assert inner.formula == "1 / (1 + np.exp(-x[0, 1]))" and inner.exact


def test_what_a_call_gave_and_another_op_reads_turned(tmp_path: Path) -> None:
    found = stopped(tmp_path, "mse_hidden").explain("dcost_wo[2, 0]", deep=True)
    calls = [each for each in found.steps if each.kind == "call" and each.target[:2] == "ah"]
    assert calls[0].level == 1 and calls[0].target.endswith(", 2]")
    assert all(each.formula == f"sigmoid(z{each.target[1:]})" for each in calls)
    assert check(found) > 10


def test_a_turned_part_of_what_a_call_gave(tmp_path: Path) -> None:
    body = (
        "def both(x):\n    return [x * 2, np.cumsum(x, axis=0)]\n"
        "for epoch in range(2):\n    x = np.arange(6.0).reshape(3, 2)\n    a = both(x)\n"
        "    b = a[1].T @ x"
    )
    found = script(tmp_path, body).explain("b[1, 0]", deep=True)
    formulas = {each.formula for each in found.steps if each.kind == "call"}
    assert formulas == {f"both(x)[1][{row}, 1]" for row in range(3)}


def test_long_sums_are_cut(tmp_path: Path) -> None:
    step = stopped(tmp_path, "softmax_moons").explain("db1[1]").steps[0]
    assert step.formula.count("delta2[") == 6 and "(194 smaller terms)" in step.formula
    assert step.numbers.count(" + ") == 6
    shown = [abs(float(each)) for each in step.numbers.split(" + ")[:6]]
    assert shown == sorted(shown, reverse=True)


def test_in_place_through_an_alias(tmp_path: Path) -> None:
    session = stopped(tmp_path, "softmax_moons")
    right = int(session["y"][0])
    (step,) = session.explain(f"probs[0, {right}]").steps
    assert step.kind == "changed" and step.formula == f"delta3[0, {right}] - 1" and step.exact
    assert "it was 0." in step.words
    first = session.explain(f"probs[0, {1 - right}]").steps[0]  # not one of those changed
    assert first.kind == "formula" and first.formula.startswith("exp_scores[0, ")


CASES = {
    "w = np.arange(3.0); w += 0.5 * w; v = w": ("v[2]", "w[2] + 0.5 * w[2]"),
    "x = np.arange(6.0).reshape(2, 3); v = x.T * 2": ("v[2, 1]", "x[1, 2] * 2"),
    "x = np.arange(6.0) * 1.5; v = x.reshape(2, 3)": ("v[1, 0]", "x[3]"),
    "x = np.arange(6.0) * 1.5; v = x[[4, 1]]": ("v[0]", "x[4]"),
    "x = np.arange(3.0); y = x + 1.5; v = np.concatenate([x, y])": ("v[4]", "y[1]"),
    "v = np.zeros((2, 2)); x = np.arange(2.0) + 3; v[1] = x": ("v[1, 0]", "x[0]"),
    "x = -np.arange(3.0); v = x ** 2 - -x": ("v[1]", "x[1] ** 2 - -x[1]"),
    "x = np.arange(4.0); n = 4; v = (1 / n) * x": ("v[3]", "1 / n * x[3]"),
    "x = np.arange(4.0); v = np.where(x > 1, x, 0.1)": ("v[0]", "np.where(x[0] > 1, x[0], 0.1)"),
    "x = np.arange(4.0); v = x.clip(1, 2)": ("v[3]", "x[3].clip(1, 2)"),
    "x = np.arange(4.0); v = x.mean()": ("v", "(x[0] + x[1] + x[2] + x[3]) / 4"),
    "x = np.arange(6.0).reshape(2, 3); v = x.max(axis=1)": ("v[1]", "x[1, 2]"),
    "x = np.arange(6.0).reshape(2, 3); v = x.sum(0)": ("v[1]", "x[0, 1] + x[1, 1]"),
    "x = np.float32([0.1, 0.2]); v = x * x": ("v[1]", "x[1] * x[1]"),
    "t = 1.5; t += 2.0; v = t": ("v", "t + 2.0"),
}


@pytest.mark.parametrize("body", CASES)
def test_formulas(tmp_path: Path, body: str) -> None:
    text, formula = CASES[body]
    step = script(tmp_path, body.replace("; ", "\n")).explain(text).steps[0]
    assert step.formula == formula
    assert step.exact, step


def test_what_is_not_known_is_said_to_be_so(tmp_path: Path) -> None:
    session = script(tmp_path, "x = np.arange(4.0).reshape(2, 2) + np.eye(2)\nv = np.linalg.inv(x)")
    (step,) = session.explain("v[0, 1]").steps
    assert step.kind == "other" and step.computed is None and not step.exact
    assert "isn't known" in step.words


def test_changes_that_leave_the_element_alone_are_passed_over(tmp_path: Path) -> None:
    body = "x = np.arange(3.0)\nv = x * 2\nv[0] += 1\nnp.add.at(v, [1, 1], 1.0)"
    session = script(tmp_path, body)
    assert session.explain("v[2]").steps[0].formula == "x[2] * 2"
    assert session.explain("v[0]").steps[0].formula == "v[0] + 1"
    changed = session.explain("v[1]").steps[0]
    assert changed.kind == "changed" and "it was 2.0 and has changed by 2.0" in changed.words


@pytest.mark.parametrize(
    "text, words",
    [
        ("zh[999, 0]", r"`zh` has no element \[999, 0\]: axis 0 goes from 0 to 99"),
        ("zh", "name one element of it"),
        ("zh[0]", "one element of `zh` is named by numbers"),
        ("zh[0, :]", "one element of `zh` is named by numbers"),
        ("epoch", "not an array of numbers or a number"),
    ],
)
def test_wrong_use(tmp_path: Path, text: str, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        stopped(tmp_path, "mse_hidden").explain(text)


@pytest.mark.parametrize(
    "what, left, right",
    [
        ("dot", (3, 4), (4, 2)), ("@", (4,), (4, 2)), ("dot", (3, 4), (4,)), ("dot", (4,), (4,)),
        ("@", (2, 3, 4), (2, 4, 5)), ("matmul", (2, 3, 4), (4, 5)), ("dot", (2, 3, 4), (6, 4, 5)),
    ],
)
def test_pairs(what: str, left: tuple[int, ...], right: tuple[int, ...]) -> None:
    draw = np.random.default_rng(1)
    one, other = draw.integers(0, 9, left), draw.integers(0, 9, right)
    result: Any = np.dot(one, other) if what == "dot" else one @ other
    for index in np.ndindex(result.shape):
        found = pairs_of(what, left, right, index)
        assert found is not None
        assert (one[found.left] * other[found.right]).sum() == result[index]
        assert one[found.left_at(1)] == one[found.left][1]
        assert other[found.right_at(2)] == other[found.right][2]


@pytest.mark.parametrize("axis", [None, 0, 1, -1, (0, 2)])
@pytest.mark.parametrize("keep", [False, True])
def test_region(axis: Any, keep: bool) -> None:
    held = np.random.default_rng(2).integers(0, 9, (2, 3, 4))
    result = np.asarray(held.sum(axis=axis, keepdims=keep))
    for index in np.ndindex(result.shape):
        places = region(held.shape, axis, index)
        assert places is not None and sum(held[each] for each in places) == result[index]


def test_place() -> None:
    held = np.arange(24.0).reshape(4, 6)
    view = held[1:, ::2].T
    for index in np.ndindex(view.shape):
        found = place(view, index, held)
        assert found is not None and held[found] == view[index]
    assert place(held, (0, 0), held[1:]) is None
    assert place(held, (1, 1), held[1:, ::2]) is None
